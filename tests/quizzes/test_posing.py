"""From a question to the form that one learner meets."""

from collections import Counter
from dataclasses import replace

import pytest

from foundation.errors import GradusError
from quizzes.bank import Bank
from quizzes.posing import LETTERS, pose, same_number, show
from quizzes.question import Choice, Cloze, Matching, Mistake, Numeric, Option, Ordering, Question, Values

TEMPLATE = Question(
    id="sum-two",
    concept="dropout",
    kind="numeric",
    facet="apply",
    difficulty=1,
    section="In one minute",
    prompt="What is @{a} + @{b}?",
    hint="Count on from @{a}.",
    explanation="@{a} + @{b} = @{total:.1f}",
    task=Numeric("total", (Mistake("a * b", "You multiplied @{a} by @{b}."), Mistake("1 / (a - b)", "No."))),
    parameters=(Values("a", (1.0, 2.0, 3.0)), Values("b", (2.0, 3.0, 4.0))),
    where=("a < b",),
    lets=(("total", "a + b"),),
)


def with_task(task: Choice | Ordering | Matching | Cloze) -> Question:
    return replace(TEMPLATE, task=task, parameters=(), where=(), lets=(), prompt="Which?", explanation="So.")


def test_one_seed_gives_one_form_for_ever() -> None:
    assert pose(TEMPLATE, 7) == pose(TEMPLATE, 7)
    assert pose(TEMPLATE, 0).values == {"a": 2.0, "b": 4.0, "total": 6.0}  # learners' histories hold seeds


def test_seeds_give_all_forms_and_only_those_whose_conditions_hold() -> None:
    drawn = {(posed.values["a"], posed.values["b"]) for posed in (pose(TEMPLATE, seed) for seed in range(200))}
    assert drawn == {(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)}


def test_the_numbers_stand_in_every_text() -> None:
    posed = next(one for one in (pose(TEMPLATE, seed) for seed in range(99)) if one.values["b"] == 4)
    a = round(posed.values["a"])
    assert posed.prompt == f"What is {a} + 4?"
    assert posed.hint == f"Count on from {a}."
    assert posed.explanation == f"{a} + 4 = {a + 4}.0"
    assert isinstance(posed.task, Numeric)
    assert posed.task.mistakes[0].feedback == f"You multiplied {a} by 4."
    assert float(posed.task.answer) == a + 4


def test_a_mistake_that_happens_to_be_right_is_dropped() -> None:
    question = replace(TEMPLATE, parameters=(Values("a", (2.0,)), Values("b", (2.0,))), where=())
    posed = pose(question, 0)
    assert isinstance(posed.task, Numeric)
    assert posed.task.mistakes == ()  # 2 * 2 = 2 + 2, and 1 / (2 - 2) is nothing


def test_conditions_that_never_hold_are_said() -> None:
    with pytest.raises(GradusError, match="hold for none"):
        pose(replace(TEMPLATE, where=("a > b + 9",)), 0)


def test_options_stand_in_every_order_alike() -> None:
    question = with_task(Choice(tuple(Option(text, text == "w", "f") for text in "wxyz")))
    first = Counter(pose(question, seed).choices[0] for seed in range(2000))
    assert set(first) == set("wxyz")
    assert all(400 < count < 600 for count in first.values())
    for seed in range(20):
        posed = pose(question, seed)
        assert posed.choices[LETTERS.index(posed.solution)] == "w"


def test_an_ordering_is_never_shown_in_its_right_order() -> None:
    question = with_task(Ordering(("one", "two", "three")))
    for seed in range(200):
        posed = pose(question, seed)
        assert posed.choices != ("one", "two", "three")
        assert [posed.choices[LETTERS.index(letter)] for letter in posed.solution] == ["one", "two", "three"]


def test_a_matching_shuffles_its_right_sides() -> None:
    posed = pose(with_task(Matching((("cat", "purrs"), ("dog", "barks"), ("cow", "moos")))), 3)
    solved = {pair[0]: posed.choices[LETTERS.index(pair[1])] for pair in posed.solution.split()}
    assert solved == {"1": "purrs", "2": "barks", "3": "moos"}


def test_the_solution_of_a_cloze_is_its_first_words() -> None:
    assert pose(with_task(Cloze(("", " and ", "."), (("salt", "NaCl"), ("water",)))), 0).solution == "salt; water"


@pytest.mark.parametrize(
    ("value", "format", "shown"),
    [
        (3.0, "", "3"),
        (0.1 + 0.2, "", "0.3"),
        (1 / 3, "", "0.3333"),
        (-0.0001, ".2f", "0.00"),
        (-2.5, "", "-2.5"),
        (2.0, ".2f", "2.00"),
        (0.00012, "", "0.00012"),
        (1234567.0, ",", "1,234,567.0"),
        (1e-12, "", "0"),
        (0.25, ".0%", "25%"),
        (2.0, "+.1f", "+2.0"),
    ],
)
def test_numbers_are_shown_as_a_learner_reads_them(value: float, format: str, shown: str) -> None:
    assert show(value, format) == shown


@pytest.mark.parametrize("format", ["{}", "d!r", "100000000f", ".2x", "s"])
def test_only_plain_number_formats_are_known(format: str) -> None:
    with pytest.raises(GradusError):
        show(1.0, format)


def test_rounding_as_asked_is_forgiven_and_a_whole_number_is_exact() -> None:
    assert same_number(0.33, 1 / 3, Numeric("", decimals=2))
    assert not same_number(0.3, 1 / 3, Numeric("", decimals=2))
    assert not same_number(1025, 1024, Numeric("", whole=True))
    assert same_number(1025, 1024, Numeric(""))


def test_every_question_of_the_bank_can_be_posed(bank: Bank) -> None:
    for question in bank.questions.values():
        for seed in (0, 1, 2**40):
            posed = pose(question, seed)
            assert posed.solution
            assert posed.prompt
