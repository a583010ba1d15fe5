"""A lesson read: its parts, where they stand, and what belongs to them."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.lesson import Figure, parse, read
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


@pytest.mark.parametrize("text", ["", "\n", " \n\t\r\n "])
def test_an_empty_file_is_one_problem(text: str) -> None:
    (problem,) = read(PATH, text)[1]
    assert str(problem).startswith(f"{PATH}:1: is empty; a lesson has front matter and the sections In one minute,")


def test_front_matter_alone_is_one_problem() -> None:
    front = LESSON[: LESSON.index("## In one minute")]
    (problem,) = read(PATH, front)[1]
    assert str(problem).startswith(f"{PATH}:1: is empty after its front matter; a lesson has")


def test_front_matter_without_an_end_hides_no_cause_behind_missing_sections() -> None:
    broken = LESSON.replace("---\n\n## In one minute", "\n## In one minute")
    assert [problem.message for problem in read(PATH, broken)[1]] == [
        "the front matter has no end: close it with a line '---'"
    ]


LINES = LESSON.splitlines(keepends=True)


def sound(text: str) -> bool:
    """Whether the text can be read without an exception, and its parts too, and what is no lesson has problems."""
    lesson, problems = read(PATH, text)
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in problems)
    if lesson is None:
        return bool(problems)
    parts = (lesson.key_points, lesson.code, lesson.equations, *(one.sentences for one in lesson.questions))
    assert all(isinstance(part, tuple) for part in parts)
    return bool(problems) or lesson == parse(PATH, text)


@given(st.text() | st.text(alphabet="-#`$[]|>*:.! \n\tab1&é\x00\ud800"))
@example("---\n---")
@example("---\na: &a [*a]\n---\nx")
@example("---\naliases: !!seq word\nfigure: !!map word\n---\nx")
@example("---\n\ud800: \x00\n---\nx")
@example("---\n" + "[" * 5_000 + "\n---\nx")
def test_any_text_is_read_without_an_exception(text: str) -> None:
    assert sound(text)
    assert sound(f"---\n{text}\n---\n{text}")


@given(st.integers(0, len(LESSON)), st.sets(st.integers(0, len(LINES) - 1)))
def test_a_lesson_cut_short_or_with_lines_gone_is_read_without_an_exception(end: int, gone: set[int]) -> None:
    assert sound(LESSON[:end])
    assert sound("".join(line for number, line in enumerate(LINES) if number not in gone))
