"""What a learner takes along: a package that the real Anki imports, and a table of their attempts."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.notes import Note
from hypothesis import given, settings
from hypothesis import strategies as st

from content import pictures
from content.catalogue import Catalogue
from content.markdown import spans
from foundation.errors import GradusError
from quizzes.anki import SEED, anki_package
from quizzes.bank import Bank
from quizzes.csv_export import COLUMNS, attempts_csv
from quizzes.history import Attempt
from quizzes.memory import Rating
from quizzes.posing import pose
from quizzes.question import KINDS, Question

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MOST = 8 * 2**20
"""Bytes that Discord takes as one file from a bot."""

Read = Callable[[str], tuple[Question, ...]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def draw(cache: Path) -> Callable[[str], bytes]:
    return lambda name: pictures.picture(name, cache).read_bytes()


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Collection]:
    collection = Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def blank(name: str) -> bytes:
    return f"the picture {name}".encode()


def taken(anki: Collection, package: bytes) -> tuple[int, int, int]:
    """How many notes an import brought, updated, and left as they were."""
    file = Path(anki.path).with_name("taken.apkg")
    file.write_bytes(package)
    request = ImportAnkiPackageRequest(package_path=str(file), options=ImportAnkiPackageOptions())
    log = anki.import_anki_package(request).log
    return len(log.new), len(log.updated), len(log.duplicate)


def notes(anki: Collection, search: str = "") -> Sequence[Note]:
    return [anki.get_note(id) for id in anki.find_notes(search)]


def imported(anki: Collection, catalogue: Catalogue, text: str, read: Read) -> Note:
    """The note that a file with one question becomes."""
    (question,) = read(text)
    taken(anki, anki_package({"dropout"}, Bank({question.id: question}), catalogue, blank, NOW))
    (note,) = notes(anki)
    return note


def test_the_whole_curriculum_goes_into_one_message_and_into_anki(
    anki: Collection, bank: Bank, catalogue: Catalogue, draw: Callable[[str], bytes]
) -> None:
    package = anki_package(catalogue.concepts, bank, catalogue, draw, NOW)
    assert len(package) < MOST
    assert taken(anki, package) == (len(bank.questions), 0, 0)
    assert anki.card_count() == len(bank.questions)
    decks = {one.name for one in anki.decks.all_names_and_ids()}
    assert {f"Gradus::{stage.title}" for stage in catalogue.stages.values()} <= decks
    media = anki.media.check()
    assert not media.missing
    assert not media.unused
    assert len(list(Path(anki.media.dir()).glob("gradus-*.png"))) == sum(
        1 for one in catalogue.lessons.values() if one.figure
    )
    fields = [note.fields for note in notes(anki)]
    assert all(front and back and source for front, back, source in fields)
    assert set(KINDS) == {one.kind for one in bank.questions.values()}


def test_every_formula_of_the_bank_reaches_anki_as_it_was_written(
    anki: Collection, bank: Bank, catalogue: Catalogue
) -> None:
    taken(anki, anki_package(catalogue.concepts, bank, catalogue, blank, NOW))
    there = {" ".join(note.fields) for note in notes(anki)}
    found = {unescape(latex) for text in there for latex in re.findall(r"\\[(\[](.+?)\\[)\]]", text)}
    posed = [pose(one, SEED) for one in bank.questions.values()]
    asked = {
        " ".join(span.inside.split())
        for one in posed
        for text in (one.prompt, one.explanation, *one.choices)
        for span in spans(text)
        if span.kind in ("inline", "display")
    }
    assert len(asked) > 500
    assert asked <= found
    assert not [text for text in there if re.search("[\ue000-\ue002]", text)]


def test_a_second_import_brings_up_to_date_and_doubles_nothing(
    anki: Collection, bank: Bank, catalogue: Catalogue
) -> None:
    taken(anki, anki_package({"dropout"}, bank, catalogue, blank, NOW))
    there = anki.note_count()
    before = {note.id: note["Back"] for note in notes(anki)}
    changed = {id: replace(one, explanation="Mended.") for id, one in bank.questions.items()}
    later = anki_package({"dropout", "adam"}, Bank(changed), catalogue, blank, NOW + timedelta(days=1))
    assert taken(anki, later) == (len(bank.of("adam")), there, 0)
    after = {note.id: note["Back"] for note in notes(anki)}
    assert before.keys() < after.keys()
    assert all(after[id].count("Mended.") == 1 for id in before)


def test_what_anki_knows_of_a_card_outlives_a_second_import(anki: Collection, bank: Bank, catalogue: Catalogue) -> None:
    taken(anki, anki_package({"dropout"}, bank, catalogue, blank, NOW))
    deck = anki.decks.id_for_name(f"Gradus::{catalogue.stages['intermediate'].title}")
    assert deck is not None
    anki.decks.select(deck)
    card = anki.sched.getCard()
    assert card is not None
    card.start_timer()
    anki.sched.answerCard(card, 4)
    taken(anki, anki_package({"dropout"}, bank, catalogue, blank, NOW + timedelta(days=1)))
    assert anki.get_card(card.id).reps == 1


def test_a_picture_that_was_drawn_anew_is_shown_anew(anki: Collection, bank: Bank, catalogue: Catalogue) -> None:
    for day, picture in enumerate((b"old", b"new")):
        at = NOW + timedelta(days=day)
        taken(anki, anki_package({"dropout"}, bank, catalogue, lambda name, drawn=picture: drawn, at))  # type: ignore[misc]
    (shown,) = {found for note in notes(anki) for found in re.findall('<img src="([^"]+)"', note["Back"])}
    assert Path(anki.media.dir(), shown).read_bytes() == b"new"


def test_a_question_on_a_picture_has_it_on_its_front_as_drawn(
    anki: Collection, bank: Bank, catalogue: Catalogue, draw: Callable[[str], bytes]
) -> None:
    figure = catalogue.lessons["dropout"].figure
    assert figure is not None
    question = replace(bank.of("dropout")[0], figure=figure.name)
    taken(anki, anki_package({"dropout"}, Bank({question.id: question}), catalogue, draw, NOW))
    (note,) = notes(anki)
    (name,) = re.findall('<img src="([^"]+)"', note["Front"])
    assert Path(anki.media.dir(), name).read_bytes() == draw(figure.name)
    assert figure.alt.split()[0] in note["Front"]


CHOICE = r"""
concept: dropout
questions:
  - id: dropout-hostile
    kind: single_choice
    facet: recall
    difficulty: 2
    section: In one minute
    prompt: |
      Is $a < b$ where <script>alert(1)</script> and \$5 stand, after the years 2024 and
      1. What of `x < y`, [[adam|Adam]], [[dropout]], [[nowhere]] and **bold**?

      $$
      \frac{a}{b} & c
      $$
    options:
      - {text: 1. first <b>, correct: true}
      - {text: "*second* $x_1 < x_2$", feedback: No.}
      - {text: "![x](https://example.org/x.png)", feedback: No.}
    hint: Think.
    explanation: |
      So it is:

      ```python
      print("a" < "b")
      ```
"""


def test_markdown_becomes_html_in_which_nothing_of_the_text_is_markup(
    anki: Collection, catalogue: Catalogue, read: Read
) -> None:
    note = imported(anki, catalogue, CHOICE, read)
    front, back, source = note.fields
    assert r"\(a &lt; b\)" in front
    assert r"\[\frac{a}{b} &amp; c\]" in front
    assert "&lt;script&gt;" in front
    assert "<script" not in front
    assert "$5" in front
    assert "1. What of <code>x &lt; y</code>, Adam, dropout, nowhere and <strong>bold</strong>?" in front
    assert "<li>1. first &lt;b&gt;</li>" in front
    assert r"<li><em>second</em> \(x_1 &lt; x_2\)</li>" in front
    assert "<img" not in front
    assert '<pre><code class="language-python">print(&quot;a&quot; &lt; &quot;b&quot;)' in back
    assert re.match("<p><b>[ABC]</b> 1. first", back)
    assert source == "Dropout: In one minute"
    assert set(note.tags) == {"gradus::dropout", "gradus::recall"}


@pytest.mark.parametrize(
    ("id", "front", "back"),
    [
        ("dropout-modes", "<code>model.____()</code>", "<code>model.<b>eval</b>()</code>"),
        ("chain-rule-order-of-work", '<ol type="A">', '<ol type="1"><li>Compute \\(z\\)'),
        ("eigenvalues-meanings", "<li>An eigenvalue 1</li>", "An eigenvalue 1 → leaves the vectors"),
        ("matrix-decomposition-rank-print", "<pre><code>import", "<pre><code>(3, 2) 2\n1</code></pre>"),
        ("derivatives-vanished-step", " 8 h = 1e-8", "<b>Line 8</b> becomes</p><pre><code>h = 1e-2"),
        ("why-deep-learning-data-needed", "How many examples", "<b>1024000</b>"),
        ("matrix-calculus-softmax-cross", "<code>p2</code>", "<code>-p1 * p2</code>"),
        ("eigenvalues-explain", "Explain in two to four sentences", "The eigenvalue is the factor"),
    ],
)
def test_each_kind_of_question_has_its_answer_on_its_back(
    id: str, front: str, back: str, anki: Collection, bank: Bank, catalogue: Catalogue
) -> None:
    question = bank.question(id)
    taken(anki, anki_package({question.concept}, Bank({id: question}), catalogue, blank, NOW))
    (note,) = notes(anki)
    assert front in note["Front"]
    assert back in note["Back"]
    assert back not in note["Front"]


def test_where_nothing_was_practised_there_is_nothing_to_take(bank: Bank, catalogue: Catalogue) -> None:
    with pytest.raises(GradusError, match="nothing to take to Anki yet"):
        anki_package((), bank, catalogue, blank, NOW)


def test_the_same_questions_make_the_same_bytes(bank: Bank, catalogue: Catalogue) -> None:
    once, twice = (anki_package({"adam"}, bank, catalogue, blank, NOW) for _ in range(2))
    assert once == twice


# ---------------------------------------------------------------------------------------------- table


ATTEMPT = Attempt(
    id=7,
    concept="dropout",
    question="dropout-modes",
    seed=3,
    facet="recall",
    outcome="partial",
    score=1 / 3,
    confidence=None,
    hints=1,
    revealed=False,
    retrievability=0.87654321,
    rating=Rating.HARD,
    at=NOW,
    study_date=date(2026, 2, 28),
)


def test_an_attempt_is_a_line_under_the_names_of_its_columns() -> None:
    (row,) = csv.DictReader(io.StringIO(attempts_csv([ATTEMPT]).decode()))
    assert row == {
        "when": "2026-03-01T09:30:00+00:00",
        "study date": "2026-02-28",
        "concept": "dropout",
        "question": "dropout-modes",
        "seed": "3",
        "facet": "recall",
        "outcome": "partial",
        "score": "0.3333",
        "confidence": "",
        "hints": "1",
        "revealed": "no",
        "predicted": "0.8765",
        "rating": "hard",
        "taken back": "no",
    }


def test_what_never_rated_and_was_taken_back_is_told() -> None:
    undone = replace(ATTEMPT, rating=None, retrievability=None, revealed=True, confidence="sure", undone=True)
    (row,) = csv.DictReader(io.StringIO(attempts_csv([undone]).decode()))
    assert [row[name] for name in ("rating", "predicted", "revealed", "confidence", "taken back")] == [
        *("", "", "yes", "sure", "yes")
    ]


@settings(deadline=None)
@given(st.text() | st.sampled_from("=+-@\t\r").flatmap(lambda first: st.text().map(lambda rest: first + rest)))
def test_no_cell_begins_like_a_formula_and_every_cell_comes_back(text: str) -> None:
    written = attempts_csv([replace(ATTEMPT, concept=text)]).decode(errors="strict")
    header, row = csv.reader(io.StringIO(written, newline=""))
    assert tuple(header) == COLUMNS
    cell = row[COLUMNS.index("concept")]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'")
