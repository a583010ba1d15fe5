"""What is searched: passages cut from lessons, or read from any file of JSON lines."""

import functools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import yaml

from content.catalogue import Catalogue, Concept
from content.lesson import KEY_POINTS, QUESTIONS, Lesson, Section
from content.links import plain
from content.markdown import sentences
from content.mathtext import readable
from foundation.errors import GradusError, Problem

DESCRIPTIONS = Path(__file__).parent / "descriptions.yaml"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, which is many times as fast, where PyYAML was built with it."""

LONGEST_LINE = 1_000_000
"""Bytes in one line of a corpus; a longer one is no paragraph, and would only fill the memory."""

LONGEST_PASSAGE = 900
"""Characters of a lesson's section in one passage; a longer section is split between its paragraphs."""

_MARKED = re.compile(r"[\[$`\\]")

_BLOCK_END = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d{1,3}[.)])\s)")


@dataclass(frozen=True)
class Passage:
    """A piece of text that a search can find.

    Attributes:
        id: unique in its index, and stable from one build to the next.
        title: what the text is about; may be empty. It is encoded with every sentence.
        text: plain text; paragraphs stand apart by an empty line.
        concept: id of the concept it teaches; empty outside the lessons.
        section: the heading it stands under, a section's or a learner's question; empty on a card and
            outside the lessons.
        kind: "section", "question" (its first paragraph is the question, the rest the answer),
            "key points" or "card" (what a concept is called and covers, or how learners describe it, a
            paragraph a term); empty outside the lessons.
    """

    id: str
    title: str
    text: str
    concept: str = ""
    section: str = ""
    kind: str = ""

    @functools.cached_property
    def sentences(self) -> tuple[str, ...]:
        """The text's sentences, in order: the units that `Hit.sentence` numbers from 0."""
        return split_sentences(self.text)


def split_sentences(text: str) -> tuple[str, ...]:
    """Cut plain `text` into sentences: `content.markdown.sentences` of each paragraph and list item.

    A text without any word comes back as one sentence, so that every passage has at least one.
    """
    blocks = (" ".join(block.split()) for block in _BLOCK_END.split(text))
    found = [sentence for block in blocks for sentence in sentences(block)]
    return tuple(found) or (text.strip(),)


def lesson_passages(catalogue: Catalogue) -> list[Passage]:
    """Every passage of the lessons, and cards for each concept of the catalogue, in the road's order.

    Links and formulas are words and Unicode; code and display equations are left out, for they read as
    noise to an encoder of sentences.
    """
    passages: list[Passage] = []
    described = descriptions()
    for concept in catalogue.concepts.values():
        lesson = catalogue.lessons.get(concept.id)
        passages.append(_card(concept, lesson))
        if concept.id in described:
            passages += _described(concept, described[concept.id])
        if lesson is not None:
            passages += _lesson(catalogue, concept, lesson)
    return passages


@functools.cache
def descriptions() -> dict[str, tuple[str, ...]]:
    """How learners describe a concept without its name, by concept id."""
    found: dict[str, list[str]] = yaml.load(DESCRIPTIONS.read_text("utf-8"), _Loader)
    return {concept: tuple(lines) for concept, lines in found.items()}


def _described(concept: Concept, lines: Sequence[str]) -> Iterator[Passage]:
    """The same lines twice, under the concept's title and under none.

    A title draws a vector to the name, which a question that lacks the name is far from.
    """
    for id, title in (("described", concept.title), ("unnamed", "")):
        yield Passage(f"{concept.id}/{id}", title, _paragraphs(lines), concept.id, "", "card")


def _card(concept: Concept, lesson: Lesson | None) -> Passage:
    names = (*concept.covers, *(lesson.aliases if lesson else ()))
    lines = ([lesson.summary] if lesson else []) + list(dict.fromkeys(names))
    return Passage(f"{concept.id}/card", concept.title, _paragraphs(lines or [concept.title]), concept.id, "", "card")


def _lesson(catalogue: Catalogue, concept: Concept, lesson: Lesson) -> Iterator[Passage]:
    for section in lesson.sections:
        if section.title == KEY_POINTS:
            points = _paragraphs(_words(catalogue, point) for point in lesson.key_points)
            yield _passage_of(concept, KEY_POINTS, points, "key points", "key-points")
        elif section.title != QUESTIONS:
            yield from _section(catalogue, concept, section)
    for asked in lesson.questions:
        question = _words(catalogue, asked.question)
        answer = [_words(catalogue, block.text) for block in asked.paragraphs]
        id = f"questions/{_slug(asked.question)}"
        yield _passage_of(concept, question, _paragraphs([question, *answer]), "question", id)


def _section(catalogue: Catalogue, concept: Concept, section: Section) -> Iterator[Passage]:
    """A section as one passage, or as several of whole paragraphs; one of no words gives none."""
    parts: list[list[str]] = [[]]
    for text in filter(None, (_words(catalogue, block.text) for block in section.paragraphs)):
        if parts[-1] and sum(map(len, parts[-1])) + len(text) > LONGEST_PASSAGE:
            parts.append([])
        parts[-1].append(text)
    for number, part in enumerate(filter(None, parts), 1):
        id = _slug(section.title) + (f"/{number}" if number > 1 else "")
        yield _passage_of(concept, section.title, _paragraphs(part), "section", id)


def _passage_of(concept: Concept, section: str, text: str, kind: str, id: str) -> Passage:
    return Passage(f"{concept.id}/{id}", concept.title, text, concept.id, section, kind)


def _words(catalogue: Catalogue, markdown: str) -> str:
    """A paragraph of a lesson as plain text."""
    if not _MARKED.search(markdown):  # most have no link and no formula, and parsing takes its time
        return markdown.replace("**", "").strip()
    linked = plain(markdown, lambda id: catalogue.concept(id).title)
    return re.sub(r"`+|\*\*", "", readable(linked)).strip()


def _paragraphs(texts: Iterable[str]) -> str:
    return "\n\n".join(texts)


def _slug(heading: str) -> str:
    return "-".join(re.findall(r"\w+", heading.lower()))


def read_corpus(path: Path) -> tuple[tuple[Passage, ...], tuple[Problem, ...]]:
    """Read JSON lines `{"id", "title", "text"}`, naming every line that cannot be used and skipping it.

    Empty lines are nobody's mistake and pass in silence; a title may be empty, an id or a text may not.

    Returns:
        the passages in the file's order, and what was wrong with the lines left out.

    Raises:
        GradusError: there is no such file, it cannot be read, or no line of it is a passage.
    """
    passages: dict[str, Passage] = {}
    problems: list[Problem] = []
    try:
        with path.open("rb") as file:
            for number, line in _lines(file):
                try:
                    passage = _passage(line)
                    if passage is not None and passage.id in passages:
                        raise _BadLineError(f"id {passage.id!r} stands on an earlier line too; ids are unique")
                except _BadLineError as error:
                    problems.append(Problem(str(path), number, f"{error}; line skipped"))
                    continue
                if passage is not None:
                    passages[passage.id] = passage
    except OSError as error:
        raise GradusError(f"cannot read {path}: {(error.strerror or 'no such file').lower()}") from error
    if not passages:
        raise GradusError(_nothing_usable(path, problems))
    return tuple(passages.values()), tuple(problems)


class _BadLineError(Exception):
    """Why a line of a corpus is no passage."""


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Every line with its number from 1; None stands for one past `LONGEST_LINE`, which is not held."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
        yield number, None


def _passage(line: bytes | None) -> Passage | None:
    if line is None:
        raise _BadLineError(f"longer than {LONGEST_LINE:,} bytes")
    try:
        text = line.decode("utf-8-sig").strip()
        if not text:
            return None
        fields = json.loads(text)
    except UnicodeDecodeError as error:
        raise _BadLineError(f"not UTF-8 (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        raise _BadLineError(f"not JSON ({error.msg} at character {error.pos + 1})") from None
    except (RecursionError, ValueError):  # nested too deeply, or a number of too many digits
        raise _BadLineError("not JSON that can be read") from None
    if not isinstance(fields, dict):
        raise _BadLineError('not an object {"id", "title", "text"}')
    return Passage(*(_field(fields, name) for name in ("id", "title", "text")))


def _field(fields: dict[str, object], name: str) -> str:
    if name not in fields:
        raise _BadLineError(f"'{name}' is missing")
    value = fields[name]
    if not isinstance(value, str):
        raise _BadLineError(f"'{name}' is {type(value).__name__}, not a string")
    if not value.strip() and name != "title":
        raise _BadLineError(f"'{name}' is empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _BadLineError(f"'{name}' holds half of a character (a lone surrogate)") from None
    return value


def _nothing_usable(path: Path, problems: list[Problem]) -> str:
    wanted = 'a corpus is lines of {"id", "title", "text"}'
    if not problems:
        return f"{path} holds no passages; {wanted}"
    return f"no line of {path} can be used (line {problems[0].line}: {problems[0].message}); {wanted}"
