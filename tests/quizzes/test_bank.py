"""The bank as it is: enough of everything, nothing given away, nothing asked twice, every program run."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import catalogue as lessons
from content.catalogue import Catalogue
from content.lesson import ADVICE
from quizzes import bank as banks
from quizzes import check
from quizzes.bank import Bank
from quizzes.posing import LETTERS, pose
from quizzes.question import FACETS, KINDS, Choice, Explain, FindBug, Numeric, Question
from quizzes.statements import content_stems

CORE = frozenset(
    (
        *("backpropagation", "gradient-descent", "activation-functions", "loss-functions", "training-loop"),
        *("convolutional-networks", "recurrent-networks", "lstm", "batch-normalization", "dropout", "regularization"),
        *("adam", "attention", "transformers", "overfitting-and-underfitting", "gans"),
    )
)
ALL = list(banks.load(lessons.load()).questions.values())
TEMPLATES = [one for one in ALL if one.template]


def is_advice(concept: str, catalogue: Catalogue) -> bool:
    return concept in ADVICE or catalogue.concepts[concept].stage == "career"


def test_every_concept_has_its_questions(bank: Bank, catalogue: Catalogue) -> None:
    wanted = {id: 14 if id in CORE else 4 if is_advice(id, catalogue) else 8 for id in catalogue.concepts}
    short = {id: len(bank.of(id)) for id, least in wanted.items() if len(bank.of(id)) < least}
    assert short == {}
    assert len(bank.questions) >= 780


def test_every_concept_is_asked_in_every_way(bank: Bank, catalogue: Catalogue) -> None:
    missing = {
        id: set(FACETS) - {one.facet for one in bank.of(id)}
        for id in catalogue.concepts
        if not is_advice(id, catalogue) and set(FACETS) - {one.facet for one in bank.of(id)}
    }
    assert missing == {}


def test_kinds_are_mixed() -> None:
    kinds = Counter(one.kind for one in ALL)
    assert set(kinds) == set(KINDS)
    assert kinds["single_choice"] <= 0.45 * len(ALL)
    assert sum(isinstance(one.task, Numeric) for one in TEMPLATES) >= 150
    assert kinds["code_output"] + kinds["find_bug"] >= 90


def test_difficulties_are_spread() -> None:
    levels = Counter(one.difficulty for one in ALL)
    assert set(levels) == {1, 2, 3, 4, 5}
    assert max(levels.values()) <= 0.5 * len(ALL)


def choices() -> Iterator[Choice]:
    return (one.task for one in ALL if one.kind == "single_choice" and isinstance(one.task, Choice))


@pytest.mark.parametrize("extreme", [max, min])
def test_length_does_not_give_the_right_option_away(extreme: object) -> None:
    """The right option is the longest, or the shortest, no more often than chance allows (three sigma)."""
    assert callable(extreme)
    by_chance = [1 / len(task.options) for task in choices()]
    found = sum(bool(extreme(task.options, key=lambda option: len(option.text)).correct) for task in choices())
    assert found <= sum(by_chance) + 3 * math.sqrt(sum(p * (1 - p) for p in by_chance))


def test_the_place_does_not_give_the_right_option_away() -> None:
    four = [
        one
        for one in ALL
        if isinstance(one.task, Choice) and len(one.task.options) == 4 and one.kind == "single_choice"
    ]
    places = Counter(LETTERS.index(pose(one, seed).solution) for one in four for seed in range(8))
    assert all(abs(places[place] / (8 * len(four)) - 0.25) < 0.05 for place in range(4))


def test_the_file_does_not_always_hold_the_wrong_line_of_a_program_first() -> None:
    found = [next(place for place, one in enumerate(task.suspects) if one.correct) for task in bugs()]
    assert all(found.count(place) <= 0.6 * len(found) for place in range(4))


def bugs() -> Iterator[FindBug]:
    return (one.task for one in ALL if isinstance(one.task, FindBug))


PRAISE = re.compile(
    r"^(?:wrong|incorrect|correct|right|yes|no|nope|good|great|well done|oops|sorry)\b[!,.]", re.IGNORECASE
)
FILLER = re.compile(r"\b(?:let's|as an ai|in the world of|it is important to note|dive into|delve)\b", re.IGNORECASE)
AMERICAN = re.compile(
    r"\b(?:neighbor|color(?!map)|behavior|favor|center(?!ed|_)|normaliz|generaliz|regulariz|optimiz(?!er)|initializ|"
    r"memoriz|recogniz|minimiz|maximiz|summariz|organiz|analyz)\w*",
)


def prose(question: Question) -> Iterator[str]:
    yield from (question.prompt, question.hint, question.explanation)
    task = question.task
    if isinstance(task, Choice):
        yield from (text for one in task.options for text in (one.text, one.feedback))
    elif isinstance(task, FindBug):
        yield from (one.feedback for one in task.suspects)
    else:
        yield from (one.feedback for one in getattr(task, "mistakes", ()))


def without_code(text: str) -> str:
    return re.sub(r"`[^`]*`|\$[^$]*\$|^#.*$", " ", re.sub(r"```.*?```", " ", text, flags=re.DOTALL), flags=re.MULTILINE)


@pytest.mark.parametrize("pattern", [PRAISE, FILLER, AMERICAN], ids=["praise", "filler", "spelling"])
def test_the_prose_is_ours(pattern: re.Pattern[str]) -> None:
    found = [
        f"{one.id}: {match[0]}" for one in ALL for text in prose(one) if (match := pattern.search(without_code(text)))
    ]
    assert found == []


def test_prompts_and_options_are_short() -> None:
    long = [one.id for one in ALL if len(without_code(one.prompt).split()) > 85]
    long += [
        one.id
        for one in ALL
        if isinstance(one.task, Choice) and any(len(o.text.split()) > 26 for o in one.task.options)
    ]
    assert long == []


def test_feedback_is_written_in_whole_sentences() -> None:
    cut = [
        f"{one.id}: {text}"
        for one in ALL
        for text in (one.explanation, one.hint, *(feedback for feedback in feedbacks(one) if feedback))
        if not text.rstrip().endswith((".", "!", "?", "…", "$", "```", ")", "`", '"', "”"))
    ]
    assert cut == []


def feedbacks(question: Question) -> Iterator[str]:
    task = question.task
    if isinstance(task, Choice):
        yield from (one.feedback for one in task.options)
    elif isinstance(task, FindBug):
        yield from (one.feedback for one in task.suspects)
    else:
        yield from (one.feedback for one in getattr(task, "mistakes", ()))


def test_no_feedback_stands_under_two_options() -> None:
    for one in (one for one in ALL if isinstance(one.task, Choice | FindBug)):
        given = [text for text in feedbacks(one) if text]
        assert len(set(given)) == len(given), one.id


def asked(question: Question) -> frozenset[str]:
    """What a question asks and takes for an answer, as a set of stems."""
    task = question.task
    more = ""
    if isinstance(task, Choice):
        more = " ".join(one.text for one in task.options)
    elif isinstance(task, Explain):
        more = " ".join(one.text for one in task.points)
    else:
        more = " ".join(str(getattr(task, name, "")) for name in ("code", "pieces", "items", "pairs", "answer"))
    return content_stems(f"{question.prompt} {more}")


def test_nothing_is_asked_twice() -> None:
    found = {one.id: asked(one) for one in ALL}
    twice = [
        f"{one} = {other}"
        for (one, words), (other, more) in combinations(found.items(), 2)
        if len(words & more) >= 0.85 * len(words | more)
    ]
    assert twice == []


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(TEMPLATES), st.integers(0, 2**63 - 1))
def test_a_template_is_well_posed_whatever_is_drawn(question: Question, seed: int) -> None:
    posed = pose(question, seed)
    assert check.ill_posed(posed) == ""
    if isinstance(posed.task, Numeric):
        assert math.isfinite(float(posed.task.answer))
        assert all(math.isfinite(float(one.answer)) for one in posed.task.mistakes)


def test_templates_are_more_than_one_question() -> None:
    few = [one.id for one in TEMPLATES if len({pose(one, seed).prompt for seed in range(60)}) < 4]
    assert few == []


def test_every_program_prints_what_its_question_says_and_every_formula_is_drawn() -> None:
    assert [str(problem) for problem in check.problems_of(ALL)] == []
