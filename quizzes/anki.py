"""An Anki package of the questions on what somebody learns: one note for each question, in a deck for each stage.

A note's guid follows from its question's id, so that importing a second time brings the notes up to date and leaves
what Anki knows of their cards. For the same reason a template always has the numbers of one seed.
"""

import io
import json
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from content.catalogue import Catalogue
from content.lesson import Figure
from content.links import plain
from content.markdown import spans
from foundation.errors import GradusError
from quizzes.bank import Bank
from quizzes.posing import LETTERS, pose, show
from quizzes.question import (
    Choice,
    Cloze,
    CodeOutput,
    Explain,
    FindBug,
    Formula,
    Matching,
    Numeric,
    Ordering,
    Posed,
    Question,
)

if TYPE_CHECKING:
    from genanki import Deck, Model, Note

SEED = 0
MODEL = 1_731_940_021
"""Names our kind of note for ever: another number would make every note a new one."""

FIRST_DECK = 1_200_000_000
"""Decks have ids from here on, by stage."""

GAP = "____"
FIELDS = ("Front", "Back", "Source")
_CSS = """\
.card { font-family: sans-serif; font-size: 18px; text-align: left; max-width: 44em; margin: 0 auto; }
pre { overflow-x: auto; padding: 0.6em; background: rgba(128, 128, 128, 0.15); }
img { max-width: 100%; background: white; }
.source { font-size: 14px; opacity: 0.7; }
"""
_QUESTION = "{{Front}}"
_ANSWER = '{{FrontSide}}<hr id="answer">{{Back}}<p class="source">{{Source}}</p>'

_OPEN, _CLOSE, _GAP = "\ue000", "\ue001", "\ue002"
_HELD = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_WRAPPED_NUMBER = re.compile(r"(?<!\n)\n1([.)]) ")


def anki_package(
    concepts: Collection[str], bank: Bank, catalogue: Catalogue, picture: Callable[[str], bytes], at: datetime
) -> bytes:
    """The bytes of an `.apkg` file with every question on these concepts.

    Args:
        concepts: ids, such as the keys of a learner's cards; those that nobody asks about are passed over.
        picture: gives the PNG of a figure by its name.
        at: aware; Anki takes over what is newer than its own.

    Raises:
        GradusError: there is no question on any of them, or `picture` does.
    """
    asked = [one for one in bank.questions.values() if one.concept in concepts]
    if not asked:
        raise GradusError("there is nothing to take to Anki yet: answer a question first")
    pictures = {name: _file(name) for one in asked for name in _figures(one, catalogue)}
    model, text = _model(), _Html(catalogue)
    decks: dict[str, Deck] = {}
    for place, question in enumerate(asked):
        stage = catalogue.concepts[question.concept].stage
        deck = decks.setdefault(stage, _deck(stage, catalogue))
        deck.add_note(_note(question, catalogue, model, text, place))
    return _packed(decks.values(), {file: picture(name) for name, file in pictures.items()}, at)


# --------------------------------------------------------------------------------------------- notes


def _deck(stage: str, catalogue: Catalogue) -> "Deck":
    from genanki import Deck

    # Two colons would open another deck below.
    title = catalogue.stages[stage].title.replace("::", ":")
    return Deck(FIRST_DECK + zlib.crc32(stage.encode()) % 2**30, f"Gradus::{title}")


def _model() -> "Model":
    from genanki import Model

    return Model(
        MODEL,
        "Gradus",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Card", "qfmt": _QUESTION, "afmt": _ANSWER}],
        css=_CSS,
    )


def _note(question: Question, catalogue: Catalogue, model: "Model", text: "_Html", place: int) -> "Note":
    from genanki import Note, guid_for

    posed = pose(question, SEED)
    concept = catalogue.concepts[question.concept]
    return Note(
        model,
        fields=[
            "".join(_front(posed, text)) + _image(_front_figure(question, catalogue)),
            "".join(_back(posed, text)) + _image(_back_figure(question, catalogue)),
            escape(f"{concept.title}: {question.section}"),
        ],
        guid=guid_for("gradus", question.id),
        tags=[f"gradus::{question.concept}", f"gradus::{question.facet}"],
        due=place,
    )


def _front(posed: Posed, text: "_Html") -> Iterable[str]:
    task = posed.task
    yield text.blocks(posed.prompt)
    if isinstance(task, Cloze):
        yield text.gapped(task.pieces, [GAP] * len(task.gaps))
    if isinstance(task, CodeOutput):
        yield _code(task.code)
    if isinstance(task, FindBug):
        lines = enumerate(task.code.split("\n"), start=1)
        yield _code("\n".join(f"{number:2} {line}" for number, line in lines))
        yield f"<p>It prints:</p>{_code(task.output)}"
    if isinstance(task, Matching):
        yield _list((text.line(left) for left, _ in task.pairs), "1")
    if posed.choices:
        yield _list(map(text.line, posed.choices), "A")


def _back(posed: Posed, text: "_Html") -> Iterable[str]:
    yield from _solution(posed, text)
    yield text.blocks(posed.explanation)


def _solution(posed: Posed, text: "_Html") -> Iterable[str]:
    match posed.task:
        case Choice(options):
            for place, letter in sorted(zip(posed.places, LETTERS, strict=False), key=lambda pair: pair[1]):
                if options[place].correct:
                    yield f"<p><b>{letter}</b> {text.line(options[place].text)}</p>"
        case Numeric() as task:
            number = show(float(task.answer)) if task.decimals is None else posed.solution
            yield f"<p><b>{escape(f'{number} {task.unit}'.strip())}</b></p>"
        case Formula() as task:
            yield f"<p><code>{escape(task.answer)}</code></p>"
        case Cloze(pieces, gaps):
            yield text.gapped(pieces, [f"<b>{escape(gap[0])}</b>" for gap in gaps])
        case Ordering(items):
            yield _list(map(text.line, items), "1")
        case Matching(pairs):
            yield _list((f"{text.line(left)} → {text.line(right)}" for left, right in pairs), "1")
        case CodeOutput() as task:
            yield _code(task.output)
        case FindBug() as task:
            (wrong,) = (one for one in task.suspects if one.correct)
            yield f"<p><b>Line {wrong.line}</b> becomes</p>{_code(wrong.fix)}"
            yield f"<p>Then it prints:</p>{_code(task.fixed_output)}"
        case Explain() as task:
            yield text.blocks(task.model)
            yield f"<p>It says that:</p>{_list((text.line(one.text) for one in task.points), '1')}"


# ---------------------------------------------------------------------------------------------- HTML


class _Html:
    """Our Markdown as HTML; formulas stand in the marks that Anki's MathJax looks for."""

    def __init__(self, catalogue: Catalogue) -> None:
        from markdown_it import MarkdownIt

        self._catalogue = catalogue
        # HTML and pictures from elsewhere are shown as they were written: a community's questions are not ours.
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")

    def blocks(self, body: str) -> str:
        """Paragraphs, lists, code."""
        return self._shown(body, self._markdown.render)

    def line(self, body: str) -> str:
        """What stands on one line: an option such as `1. x` is no list."""
        return self._shown(body, self._markdown.renderInline)

    def gapped(self, pieces: Sequence[str], gaps: Sequence[str]) -> str:
        """A text with gaps, each filled with HTML."""
        parts = self.blocks(_GAP.join(piece.replace(_GAP, "") for piece in pieces)).split(_GAP)
        return "".join(part + gap for part, gap in zip(parts, (*gaps, ""), strict=True))

    def _shown(self, body: str, render: Callable[[str], str]) -> str:
        formulas: list[str] = []
        linked = plain(body.replace(_OPEN, ""), self._title)
        rendered = render("".join(_held(one.kind, one.text, one.inside, formulas) for one in spans(linked)))
        return _HELD.sub(lambda found: formulas[int(found[1])], rendered).strip()

    def _title(self, concept: str) -> str:
        known = self._catalogue.concepts.get(concept)
        return known.title if known else concept


def _held(kind: str, whole: str, inside: str, formulas: list[str]) -> str:
    """A span as the Markdown parser may see it: of a formula only its number."""
    if kind == "prose":
        # A sentence may go on with "1." at the start of a line; that opens no list.
        return _WRAPPED_NUMBER.sub(r"\n1\\\1 ", whole)
    if kind not in ("inline", "display"):
        return whole
    latex = escape(" ".join(inside.split()), quote=False)
    formulas.append(rf"\({latex}\)" if kind == "inline" else rf"\[{latex}\]")
    return f"{_OPEN}{len(formulas) - 1}{_CLOSE}"


def _code(code: str) -> str:
    return f"<pre><code>{escape(code, quote=False)}</code></pre>"


def _list(items: Iterable[str], numbering: str) -> str:
    return f'<ol type="{numbering}">{"".join(f"<li>{item}</li>" for item in items)}</ol>'


# ------------------------------------------------------------------------------------------ pictures


def _front_figure(question: Question, catalogue: Catalogue) -> Figure | None:
    """The picture that a question is about: always that of its concept's lesson."""
    return _lesson_figure(question, catalogue) if question.figure else None


def _back_figure(question: Question, catalogue: Catalogue) -> Figure | None:
    """An explanation is looked at beside the lesson's picture, unless that was part of the question."""
    explained = question.kind == "explain" and not question.figure
    return _lesson_figure(question, catalogue) if explained else None


def _lesson_figure(question: Question, catalogue: Catalogue) -> Figure | None:
    lesson = catalogue.lessons.get(question.concept)
    return lesson.figure if lesson else None


def _figures(question: Question, catalogue: Catalogue) -> Iterable[str]:
    figures = (_front_figure(question, catalogue), _back_figure(question, catalogue))
    return (one.name for one in figures if one is not None)


def _file(figure: str) -> str:
    return f"gradus-{figure}.png"


def _image(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f'<p><img src="{_file(figure.name)}" alt="{escape(" ".join(figure.alt.split()))}"></p>'


# ------------------------------------------------------------------------------------------- package


def _packed(decks: Iterable["Deck"], media: Mapping[str, bytes], at: datetime) -> bytes:
    """The zip file that Anki reads; genanki's own writer compresses nothing and leaves a file behind."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        numbered = {str(place): content for place, content in enumerate(media.values())}
        names = json.dumps(dict(enumerate(media))).encode()
        for name, content in {"collection.anki2": _collection(decks, at), "media": names, **numbered}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _collection(decks: Iterable["Deck"], at: datetime) -> bytes:
    from genanki import Package

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "collection.anki2")
        connection = sqlite3.connect(file)
        try:
            Package(list(decks)).write_to_db(connection.cursor(), at.timestamp(), count(int(at.timestamp() * 1000)))
            connection.commit()
        finally:
            connection.close()
        return file.read_bytes()
