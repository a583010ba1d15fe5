"""The development set's figures, and the counting behind them."""

from pathlib import Path

import pytest

from content.catalogue import Catalogue
from foundation.errors import GradusError
from index.answers import Answer, Encoding, Verdict, answer
from index.evaluation import Question, Report, evaluate, read_questions
from index.library import Library
from index.search import Index

ASKED = (
    Question("1", "what is a", "direct", "written", "a", ("b",)),
    Question("2", "what is c", "direct", "written", "c", ()),
    Question("3", "egg", "far", "off", None, ()),
)


def given(question: str, verdict: Verdict, *concepts: str) -> Answer:
    return Answer(question, verdict, concepts[0] if concepts else None, concepts, "…", (), (), 1.0, 0.0)


def test_the_shares_count_what_came_back() -> None:
    answers = {
        "what is a": given("what is a", "answer", "b"),
        "what is c": given("what is c", "answer", "a", "c"),
        "egg": given("egg", "related", "a"),
    }
    report = evaluate(answers.__getitem__, ASKED)
    written = report.groups["written"]
    assert (written.questions, written.top1, written.top3, written.answered) == (2, 0.5, 1.0, 1.0)
    assert (written.wrong_lesson, written.declined) == (0.5, 0.0)
    assert (report.groups["off"].top1, report.groups["off"].related) == (None, 1.0)
    assert report.misses == ("2", "3")
    assert set(report.groups) == {"written", "off"}
    assert report.as_json()["groups"]["written"]["top1"] == 0.5


def test_the_development_set_is_whole_and_none_of_its_questions_is_a_heading(catalogue: Catalogue) -> None:
    questions = read_questions()
    assert len({question.id for question in questions}) == len(questions) >= 200
    named = {id for question in questions for id in (question.concept, *question.also) if id}
    assert named <= set(catalogue.concepts)
    headings = {one.question.lower() for lesson in catalogue.lessons.values() for one in lesson.questions}
    assert not headings & {question.question.lower() for question in questions}


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "1"}\n')
    with pytest.raises(GradusError, match=r"questions\.jsonl:1: not a question"):
        read_questions(path)


@pytest.fixture(scope="module")
def dense(library: Library, lessons: Index, encoding: Encoding) -> Report:
    return evaluate(lambda asked: answer(asked, (), library, lessons, encoding, lambda: 0.0), read_questions())


@pytest.fixture(scope="module")
def by_words(library: Library, lessons: Index) -> Report:
    return evaluate(lambda asked: answer(asked, (), library, lessons, None, lambda: 0.0), read_questions())


def test_questions_about_the_lessons_are_answered_from_the_right_one(dense: Report) -> None:
    written = dense.groups["written"]
    assert written.top1 is not None
    assert written.top1 >= 0.88
    assert written.answered >= 0.85
    assert written.declined <= 0.04
    assert written.wrong_lesson <= 0.08


def test_questions_about_what_is_still_to_be_written_are_related_to_it(dense: Report) -> None:
    unwritten = dense.groups["unwritten"]
    assert unwritten.top1 is not None
    assert unwritten.top1 >= 0.75
    assert unwritten.declined <= 0.05
    assert unwritten.wrong_lesson <= 0.08


def test_what_is_off_topic_or_foreign_is_declined(dense: Report) -> None:
    assert dense.groups["off"].declined >= 0.9
    assert dense.groups["off"].answered <= 0.02
    assert dense.groups["foreign"].declined == 1.0


def test_without_an_encoder_the_verdicts_stay_sane(by_words: Report) -> None:
    assert by_words.groups["written"].declined <= 0.08
    assert by_words.groups["written"].wrong_lesson <= 0.06
    assert by_words.groups["unwritten"].wrong_lesson <= 0.08
    assert by_words.groups["off"].answered <= 0.02
    assert by_words.groups["off"].declined >= 0.75
    assert by_words.groups["foreign"].declined == 1.0
