"""A lesson read: its parts, where they stand, and what belongs to them."""

from pathlib import Path

import pytest

from content.lesson import Figure, parse
from foundation.errors import GradusError, ProblemsFound
from tests.content.conftest import LESSON, Content

PATH = Path(Content.lesson)


def line_of(text: str) -> int:
    return LESSON[: LESSON.index(text)].count("\n") + 1


def test_the_front_matter_is_read() -> None:
    lesson = parse(PATH, LESSON)
    assert (lesson.concept, lesson.resources) == ("perceptron", ("a-book",))
    assert lesson.aliases == ("single neuron", "linear threshold unit")
    assert lesson.figure == Figure("line", "A straight line.")
    assert lesson.line_of("resource a-book") == 5


def test_sections_and_questions_know_their_lines() -> None:
    lesson = parse(PATH, LESSON)
    assert [section.title for section in lesson.sections][-2:] == ["Questions learners ask", "Key points"]
    pitfalls = lesson.section("Pitfalls")
    assert pitfalls.line == line_of("## Pitfalls")
    assert pitfalls.body_line == pitfalls.line + 2
    question = lesson.questions[1]
    assert question.question == "What is the bias for?"
    assert question.answer == "The bias moves the line away from the origin."
    assert question.line == line_of("### What is the bias for?")
    assert question.sentences == (question.answer,)


def test_equations_code_and_key_points_are_found() -> None:
    lesson = parse(PATH, LESSON)
    (equation,) = lesson.section("The mathematics").equations
    assert equation.latex.startswith("y = \\operatorname{sign}")
    assert equation.line == line_of("$$y")
    prints, raises = lesson.section("In code").code
    assert (prints.output, prints.line) == ("2", line_of("```python\n"))
    assert raises.raises
    assert lesson.key_points[0] == "A perceptron is one unit."
    assert len(lesson.key_points) == 4


def test_sentences_leave_out_code_and_equations() -> None:
    lesson = parse(PATH, LESSON)
    assert lesson.section("The mathematics").sentences == (
        "The perceptron computes, with weights $w_i$ and a bias $b$:",
    )
    assert lesson.section("In code").sentences == ()
    assert lesson.section("Worked example").sentences[1] == "So it fires."


def test_a_missing_section_is_refused_with_a_suggestion() -> None:
    with pytest.raises(GradusError, match=r"no section 'Intuitions' \(did you mean 'Intuition'\?\)"):
        parse(PATH, LESSON).section("Intuitions")


def test_parsing_names_every_breach_at_once() -> None:
    broken = LESSON.replace("## Pitfalls", "## Traps").replace("- A perceptron is one unit.\n", "")
    with pytest.raises(ProblemsFound) as caught:
        parse(PATH, broken)
    messages = [problem.message for problem in caught.value.problems]
    assert len(messages) == 3
    assert "the section 'Pitfalls' is missing" in messages


def test_windows_line_ends_make_no_difference() -> None:
    assert parse(PATH, LESSON.replace("\n", "\r\n")) == parse(PATH, LESSON)
