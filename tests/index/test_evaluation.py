"""The development set's figures, and the counting behind them."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.evaluation import page
from content.catalogue import Catalogue
from foundation.errors import GradusError
from index.answers import Answer, Encoding, Turn, Verdict, answer
from index.evaluation import TARGETS, Question, Report, evaluate, read_questions
from index.library import Library
from index.search import Index

ASKED = (
    Question("1", "what is a", "direct", "a", ("b",)),
    Question("2", "what is c", "direct", "c", ()),
    Question("3", "egg", "far", None, ()),
    Question("4", "and that?", "followup", "a", (), (Turn("what is a", "a"),)),
    Question("5", "what is d", "direct", "d", ("a",)),
    Question("6", "was ist a", "language", "a", ()),
)


def given(question: str, verdict: Verdict, *concepts: str) -> Answer:
    return Answer(question, verdict, concepts[0] if concepts else None, concepts, "…", (), (), 1.0, 3.0)


@pytest.fixture
def report() -> Report:
    answers = {
        "what is a": given("what is a", "answer", "b"),
        "what is c": given("what is c", "answer", "a", "c"),
        "egg": given("egg", "related", "a"),
        "and that?": given("and that?", "answer", "a"),
        "what is d": given("what is d", "answer", "a"),
        "was ist a": given("was ist a", "decline"),
    }
    return evaluate(lambda question, history: answers[question], ASKED, {"a", "c"})


def test_the_shares_count_what_came_back(report: Report) -> None:
    written = report.groups["written"]
    assert (written.questions, written.top1, written.top3, written.answered) == (2, 0.5, 1.0, 1.0)
    assert (written.wrong_lesson, written.declined) == (0.5, 0.0)
    assert (report.groups["off"].top1, report.groups["off"].related) == (None, 1.0)
    assert list(report.groups) == ["written", "follow-up", "unwritten", "off", "foreign"]
    assert report.as_json()["groups"]["written"]["top1"] == 0.5
    assert report.milliseconds == 3.0


def test_a_question_is_counted_by_whether_its_concept_has_a_lesson_now() -> None:
    assert [question.group({"a", "c"}) for question in ASKED] == [
        "written",
        "written",
        "off",
        "follow-up",
        "unwritten",
        "foreign",
    ]
    assert {question.group(set()) for question in ASKED if question.concept} == {"unwritten", "foreign"}


def test_an_answer_from_another_lesson_that_may_is_no_miss(report: Report) -> None:
    assert [miss.question.id for miss in report.misses] == ["2", "3"]
    assert [miss["expected"]["verdict"] for miss in report.as_json()["misses"]] == ["answer", "decline"]


def test_each_target_stands_beside_the_figure_reached(report: Report) -> None:
    met = {one.target.name: (one.reached, one.met) for one in report.targets}
    assert met["on topic: right concept first"] == (0.5, False)
    assert met["on topic: declined"] == (0.0, True)
    assert met["off topic: declined"] == (0.0, False)
    assert met["follow-ups: right concept first"] == (1.0, True)


def test_the_kinds_tell_near_from_far_and_leave_follow_ups_out(report: Report) -> None:
    assert {kind: shares.questions for kind, shares in report.kinds.items()} == {"direct": 2, "far": 1}


def test_a_question_is_asked_with_its_history_and_progress_is_told() -> None:
    seen: list[Sequence[Turn]] = []
    steps: list[tuple[int, int]] = []

    def ask(question: str, history: Sequence[Turn]) -> Answer:
        seen.append(history)
        return given(question, "decline")

    evaluate(ask, ASKED[2:4], {"a"}, lambda done, total: steps.append((done, total)))
    assert seen == [(), (Turn("what is a", "a"),)]
    assert steps == [(1, 2), (2, 2)]


def test_the_page_shows_figures_targets_and_on_request_the_misses(report: Report) -> None:
    shown = page(report, misses=False)
    assert re.search(r"right concept first +50\.0% +at least 85% +MISSED", shown)
    assert "egg" not in shown
    assert "3: egg\n    expected decline; found related a" in page(report, misses=True)


def test_the_development_set_is_whole_and_none_of_its_questions_is_a_heading(catalogue: Catalogue) -> None:
    questions = read_questions()
    assert len({question.id for question in questions}) == len(questions)
    groups = Counter(question.group(catalogue.lessons) for question in questions)
    assert groups["written"] >= 160
    assert groups["off"] >= 70
    assert groups["follow-up"] >= 24
    named = {id for question in questions for id in (question.concept, *question.also) if id}
    named |= {turn.concept for question in questions for turn in question.history if turn.concept}
    assert named <= set(catalogue.concepts)
    headings = {one.question.lower() for lesson in catalogue.lessons.values() for one in lesson.questions}
    assert not headings & {question.question.lower() for question in questions}


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "1"}\n')
    with pytest.raises(GradusError, match=r"questions\.jsonl:1: not a question"):
        read_questions(path)


def test_a_file_without_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n")
    with pytest.raises(GradusError, match="holds no questions"):
        read_questions(path)


@pytest.fixture(scope="module")
def dense(catalogue: Catalogue, library: Library, lessons: Index, encoding: Encoding) -> Report:
    return evaluate(
        lambda asked, history: answer(asked, history, library, lessons, encoding, lambda: 0.0),
        read_questions(),
        catalogue.lessons,
    )


@pytest.fixture(scope="module")
def by_words(catalogue: Catalogue, library: Library, lessons: Index) -> Report:
    return evaluate(
        lambda asked, history: answer(asked, history, library, lessons, None, lambda: 0.0),
        read_questions(),
        catalogue.lessons,
    )


def test_every_figure_that_is_asked_for_is_reached(dense: Report) -> None:
    assert len(dense.targets) == len(TARGETS)
    assert [one for one in dense.targets if not one.met] == []
    assert dense.groups["written"].wrong_lesson <= 0.10


def test_questions_about_what_is_still_to_be_written_are_related_to_it(dense: Report) -> None:
    unwritten = dense.groups["unwritten"]
    assert unwritten.top1 is not None
    assert unwritten.top1 >= 0.65
    assert unwritten.declined <= 0.05
    assert unwritten.wrong_lesson <= 0.12


def test_what_is_foreign_is_declined(dense: Report) -> None:
    assert dense.groups["foreign"].declined == 1.0


def test_without_an_encoder_the_verdicts_stay_sane(by_words: Report) -> None:
    follow_ups = by_words.groups["follow-up"]
    assert follow_ups.top1 is not None
    assert follow_ups.top1 >= 0.75
    assert by_words.groups["written"].declined <= 0.04
    assert by_words.groups["written"].wrong_lesson <= 0.1
    assert by_words.groups["unwritten"].wrong_lesson <= 0.12
    assert by_words.groups["off"].answered <= 0.06
    assert by_words.groups["off"].declined >= 0.7
    assert by_words.groups["foreign"].declined == 1.0
