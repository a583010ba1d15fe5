"""A lesson: one Markdown file of one form, read whole, with every breach of the form named.

The form: front matter, eight sections in order (five for the stage `career` and for `ADVICE`), at least five learners'
questions (four there) with full answers, and key points of one sentence each. What needs the other files
(ids, links, resources) is `content.catalogue`'s part.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from content import lines, markdown
from content.lines import Placed, Record
from content.markdown import Block, CodeBlock, Equation
from foundation.errors import GradusError, Problem, ProblemsFound, did_you_mean


@dataclass(frozen=True)
class Form:
    """What lessons of a stage consist of."""

    sections: tuple[str, ...]
    questions: int
    words: tuple[int, int]


FORM = Form(
    (
        "In one minute",
        "Intuition",
        "The mathematics",
        "Worked example",
        "In code",
        "Pitfalls",
        "Questions learners ask",
        "Key points",
    ),
    questions=5,
    words=(700, 1300),
)
CAREER_FORM = Form(
    ("In one minute", "How to", "Pitfalls", "Questions learners ask", "Key points"),
    questions=4,
    words=(450, 900),
)
ADVICE = ("learning-path",)
"""Lessons of other stages that have the career form: they tell how to study, and have nothing to compute."""

QUESTIONS = "Questions learners ask"
KEY_POINTS = "Key points"
KEY_POINT_COUNT = (4, 8)
SUMMARY_WORDS = 30
_FIELDS = ("concept", "summary", "aliases", "resources", "figure")


@dataclass(frozen=True)
class Figure:
    """The picture of a lesson: the name of its script and what it shows, in words."""

    name: str
    alt: str


class Body(ABC):
    """A stretch of Markdown of a lesson."""

    @property
    @abstractmethod
    def markdown(self) -> tuple[str, int]:
        """The text and the number of its first line."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks, in order."""
        return markdown.blocks(*self.markdown)

    @property
    def paragraphs(self) -> tuple[Block, ...]:
        """Its paragraphs, list items and quotes: what is written in sentences."""
        return markdown.paragraphs(*self.markdown)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of all its paragraphs."""
        return tuple(one for block in self.paragraphs for one in markdown.sentences(block.text))

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Its display equations."""
        return markdown.equations(*self.markdown)

    @property
    def code(self) -> tuple[CodeBlock, ...]:
        """Its Python blocks, with what they print."""
        return markdown.code_blocks(*self.markdown)


@dataclass(frozen=True)
class LearnerQuestion(Body):
    """A question in a learner's words, and its answer (Markdown). `line` is the heading's."""

    question: str
    answer: str
    line: int
    body_line: int = 0

    @property
    def markdown(self) -> tuple[str, int]:
        return self.answer, self.body_line


@dataclass(frozen=True)
class Section(Body):
    """A `##` section. `line` is the heading's, `body_line` that of the body's first line."""

    title: str
    body: str
    line: int
    questions: tuple[LearnerQuestion, ...] = ()
    body_line: int = 0

    @property
    def markdown(self) -> tuple[str, int]:
        return self.body, self.body_line


@dataclass(frozen=True)
class Lesson:
    """A lesson as written. `path` is relative to the content folder (`lessons/beginner/tensors.md`).

    `aliases` and `resources` are as in the front matter; `lines` says where its fields stand.
    """

    concept: str
    summary: str
    aliases: tuple[str, ...]
    resources: tuple[str, ...]
    figure: Figure | None
    sections: tuple[Section, ...]
    path: Path
    lines: tuple[tuple[str, int], ...] = ()

    def section(self, title: str) -> Section:
        """The section of that title.

        Raises:
            GradusError: the lesson has none; the message names those it has.
        """
        for section in self.sections:
            if section.title == title:
                return section
        titles = [section.title for section in self.sections]
        raise GradusError(
            f"the lesson '{self.concept}' has no section '{title}'{did_you_mean(title, titles)}; "
            f"it has: {', '.join(titles)}"
        )

    @property
    def questions(self) -> tuple[LearnerQuestion, ...]:
        """The learners' questions with their answers."""
        return tuple(one for section in self.sections for one in section.questions)

    @property
    def key_points(self) -> tuple[str, ...]:
        """The key points, one sentence each, as Markdown."""
        return tuple(
            block.text
            for section in self.sections
            if section.title == KEY_POINTS
            for block in section.blocks
            if block.kind == "item"
        )

    @property
    def equations(self) -> tuple[Equation, ...]:
        """All display equations."""
        return tuple(one for section in self.sections for one in section.equations)

    @property
    def code(self) -> tuple[CodeBlock, ...]:
        """All Python blocks."""
        return tuple(one for section in self.sections for one in section.code)

    @property
    def words(self) -> int:
        """The words of all sections; code, its output and display equations do not count."""
        return sum(
            len([word for word in block.text.split() if any(map(str.isalnum, word))])
            for section in self.sections
            for block in section.blocks
            if block.kind not in ("code", "equation")
        )

    def line_of(self, field: str) -> int:
        """The line of a field of the front matter (`alias dropout layer` for one alias, and so on)."""
        return dict(self.lines).get(field, 1)


def parse(path: Path, text: str) -> Lesson:
    """The lesson in `text`; the stage is the name of the folder that `path` lies in.

    Raises:
        ProblemsFound: the form is broken; every breach is listed.
    """
    lesson, problems = read(path, text)
    if problems or lesson is None:
        raise ProblemsFound(problems)
    return lesson


def read(path: Path, text: str) -> tuple[Lesson | None, list[Problem]]:
    """The lesson as far as it can be read, and every breach of the form in order of lines."""
    problems: list[Problem] = []
    form = CAREER_FORM if path.parent.name == "career" or path.stem in ADVICE else FORM
    if not text.strip():
        return None, [Problem(str(path), 1, f"is empty; {_asked_for(form)}")]
    front, body, body_line = _split(str(path), text, problems)
    record = lines.read(str(path), front, problems, offset=1) if front is not None else None
    sections = _sections(body, body_line)
    if body.strip():
        problems += _Check(str(path), form).sections(sections, body, body_line)
    elif not problems:
        problems.append(Problem(str(path), 1, f"is empty after its front matter; {_asked_for(form)}"))
    if record is None:
        return None, sorted(problems)
    lesson = _lesson(record, sections, path)
    low, high = form.words
    if sections and not low <= lesson.words <= high:
        record.problem(f"the lesson has {lesson.words} words; {low} to {high} are asked for", 0)
    return lesson, sorted(problems)


def _asked_for(form: Form) -> str:
    return f"a lesson has front matter and the sections {', '.join(form.sections)}"


def _split(path: str, text: str, problems: list[Problem]) -> tuple[str | None, str, int]:
    """The front matter, the body, and the body's first line."""
    rows = text.replace("\r\n", "\n").split("\n")
    if rows[0].strip() != "---":
        problems.append(Problem(path, 1, "no front matter: the file must begin with a line '---'"))
        return None, text, 1
    for number, row in enumerate(rows[1:], start=1):
        if row.strip() == "---":
            return "\n".join(rows[1:number]), "\n".join(rows[number + 1 :]), number + 2
    problems.append(Problem(path, 1, "the front matter has no end: close it with a line '---'"))
    return None, "", len(rows)


def _lesson(record: Record, sections: tuple[Section, ...], path: Path) -> Lesson:
    record.allow(_FIELDS)
    concept = record.text("concept")
    summary = record.text("summary")
    aliases, resources = record.texts("aliases"), record.texts("resources")
    lines.unique(aliases, record.problem, "alias")
    lines.unique(resources, record.problem, "resource")
    _check_summary(record, summary)
    where = [("concept", concept), *(("alias " + one.text, one) for one in aliases)]
    where += [("resource " + one.text, one) for one in resources]
    return Lesson(
        concept=concept.text,
        summary=summary.text,
        aliases=tuple(one.text for one in aliases),
        resources=tuple(one.text for one in resources),
        figure=_figure(record),
        sections=sections,
        path=path,
        lines=(*((name, one.line) for name, one in where), ("figure", record.line_of("figure"))),
    )


def _figure(record: Record) -> Figure | None:
    inner = record.record("figure")
    if inner is None:
        return None
    inner.allow(("name", "alt"))
    return Figure(inner.text("name").text, inner.text("alt").text)


def _check_summary(record: Record, summary: Placed) -> None:
    if not summary.text:
        return
    words = len(summary.text.split())
    if words > SUMMARY_WORDS:
        record.problem(f"the summary has {words} words; at most {SUMMARY_WORDS} are allowed", summary.line)
    if not _is_sentence(summary.text):
        record.problem("the summary must be one sentence, with a full stop at its end", summary.line)


def _is_sentence(text: str) -> bool:
    return len(markdown.sentences(text)) == 1 and re.search(r"[.!?][\"'”’)*`]*$", text) is not None


def _sections(body: str, first_line: int) -> tuple[Section, ...]:
    return tuple(
        Section(title, inside, line, _questions(inside, body_line) if title == QUESTIONS else (), body_line)
        for title, inside, line, body_line in _cut(body, first_line, "##")
    )


def _questions(body: str, first_line: int) -> tuple[LearnerQuestion, ...]:
    return tuple(LearnerQuestion(*part) for part in _cut(body, first_line, "###"))


def _cut(body: str, first_line: int, marks: str) -> list[tuple[str, str, int, int]]:
    """For every heading with these marks: its title, what follows up to the next, and both lines."""
    rows = body.split("\n")
    heads = [one for one in markdown.blocks(body, first_line) if one.kind == "heading" and one.info == marks]
    ends = [one.line - first_line for one in heads[1:]] + [len(rows)]
    parts = []
    for head, end in zip(heads, ends, strict=False):  # a body without headings has an end all the same
        start = head.line - first_line + 1
        while start < end and not rows[start].strip():
            start += 1
        parts.append((head.text, "\n".join(rows[start:end]).rstrip(), head.line, first_line + start))
    return parts


class _Check:
    """The breaches of the form in a lesson's body."""

    def __init__(self, path: str, form: Form) -> None:
        self._path = path
        self._form = form
        self._problems: list[Problem] = []

    def sections(self, sections: tuple[Section, ...], body: str, body_line: int) -> list[Problem]:
        self._titles(sections)
        self._blocks(markdown.blocks(body, body_line), bool(sections))
        for section in sections:
            if not section.body.strip():
                self._note(section.line, f"the section '{section.title}' is empty")
            elif section.title == QUESTIONS:
                self._questions(section)
            elif section.title == KEY_POINTS:
                self._key_points(section)
        return self._problems

    def _note(self, line: int, message: str) -> None:
        self._problems.append(Problem(self._path, line, message))

    def _titles(self, sections: tuple[Section, ...]) -> None:
        expected = self._form.sections
        known: list[Section] = []
        for section in sections:
            if section.title not in expected:
                hint = did_you_mean(section.title, expected)
                self._note(section.line, f"unknown section '{section.title}'{hint}")
            elif any(section.title == other.title for other in known):
                self._note(section.line, f"the section '{section.title}' stands twice")
            else:
                known.append(section)
        titles = {section.title for section in known}
        for title in expected:
            if title not in titles:
                self._note(0, f"the section '{title}' is missing")
        for before, section in pairwise(known):
            if expected.index(section.title) < expected.index(before.title):
                self._note(section.line, f"the section '{section.title}' must stand before '{before.title}'")

    def _blocks(self, blocks: tuple[Block, ...], has_sections: bool) -> None:
        inside = False
        for block in blocks:
            if block.kind == "heading":
                inside |= block.info == "##"
                if block.info == "#":
                    self._note(block.line, "a '#' title is not used: the title comes from the roadmap")
            elif not inside and has_sections:
                self._note(block.line, "text before the first section")
                inside = True
            if not block.closed:
                self._unclosed(block)
            if block.kind in ("paragraph", "item", "quote", "heading", "table"):
                self._dollars(block)

    def _unclosed(self, block: Block) -> None:
        if block.kind == "code":
            self._note(block.line, "the code block is not closed: end it with a line ```")
        else:
            self._note(block.line, "the display equation is not closed: end it with '$$' and nothing after it")

    def _dollars(self, block: Block) -> None:
        if markdown.lone_dollar(block.text) is not None:
            self._note(block.line, "a '$' has no partner: close the formula, or write '\\$' for a plain dollar")
        elif any(span.kind == "display" for span in markdown.spans(block.text)):
            self._note(block.line, "a display equation '$$…$$' must stand on lines of its own")

    def _questions(self, section: Section) -> None:
        count, least = len(section.questions), self._form.questions
        if count < least:
            self._note(section.line, f"'{QUESTIONS}' has {count} questions (### headings); at least {least} are asked")
        seen: set[str] = set()
        for one in section.questions:
            if not one.paragraphs:
                self._note(one.line, f"the question '{one.question}' has no answer")
            if one.question.casefold() in seen:
                self._note(one.line, f"the question '{one.question}' stands twice")
            seen.add(one.question.casefold())

    def _key_points(self, section: Section) -> None:
        points = [block for block in section.blocks if block.kind == "item"]
        low, high = KEY_POINT_COUNT
        if not low <= len(points) <= high:
            self._note(section.line, f"'{KEY_POINTS}' has {len(points)} points; {low} to {high} are asked for")
        for point in points:
            if not _is_sentence(point.text):
                self._note(point.line, "a key point must be one sentence, with a full stop at its end")
