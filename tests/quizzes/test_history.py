"""The log of a learner's attempts: the cards it leads to, and what it takes for a concept to be mastered."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.history import Attempt, cards, counted, is_mastered
from quizzes.memory import Card, Memory, Outcome, Rating
from quizzes.question import FACETS, Facet

DAY = date(2026, 3, 1)
MEMORY = Memory()
FRESH = Card(stability=50.0, difficulty=5.0, due=DAY, last=DAY, reviews=3, lapses=0)
numbers = itertools.count(1)


def attempt(
    day: int, rating: Rating | None = None, outcome: Outcome = "correct", facet: Facet = "recall", concept: str = "a"
) -> Attempt:
    on = DAY + timedelta(days=day)
    return Attempt(
        id=next(numbers),
        concept=concept,
        question=f"{concept}-{facet}",
        seed=0,
        facet=facet,
        outcome=outcome,
        score=1.0,
        confidence=None,
        hints=0,
        revealed=False,
        retrievability=None,
        rating=rating,
        at=datetime.combine(on, time(12), UTC),
        study_date=on,
    )


def undone(one: Attempt) -> Attempt:
    return replace(one, undone=True)


def test_a_concept_has_one_card_which_its_rated_attempts_lead_to() -> None:
    log = [attempt(0, Rating.GOOD), attempt(0, Rating.HARD, concept="b"), attempt(3, Rating.EASY)]
    found = cards(log, MEMORY)
    first = MEMORY.review(None, Rating.GOOD, DAY, log[0].fuzz_seed)
    assert found["a"] == MEMORY.review(first, Rating.EASY, DAY + timedelta(days=3), log[2].fuzz_seed)
    assert found["b"] == MEMORY.review(None, Rating.HARD, DAY, log[1].fuzz_seed)
    assert len(found) == 2


def test_an_answer_counts_to_its_study_date_not_to_the_clock() -> None:
    late = replace(attempt(0, Rating.GOOD), at=datetime.combine(DAY + timedelta(days=1), time(2), UTC))
    assert cards([late], MEMORY)["a"].last == DAY


def test_what_did_not_rate_leaves_no_trace_in_a_card() -> None:
    assert cards([attempt(0), attempt(1, outcome="wrong")], MEMORY) == {}
    log = [attempt(0, Rating.GOOD), attempt(2, Rating.AGAIN, "wrong")]
    assert cards([log[0], attempt(0), attempt(1), log[1], attempt(2)], MEMORY) == cards(log, MEMORY)


def test_what_was_taken_back_counts_for_nothing_and_stays() -> None:
    log = [attempt(0, Rating.GOOD), undone(attempt(2, Rating.AGAIN, "wrong")), undone(attempt(2, concept="b"))]
    assert cards(log, MEMORY) == cards(log[:1], MEMORY)
    assert counted(log) == (log[0],)


def test_due_dates_of_one_day_are_spread_by_the_attempt_and_the_same_for_ever() -> None:
    def due(id: int) -> date:
        grown = [attempt(0, Rating.EASY), attempt(8, Rating.EASY), attempt(30, Rating.GOOD)]
        return cards([replace(one, id=id + place) for place, one in enumerate(grown)], MEMORY)["a"].due

    assert len({due(id) for id in range(1000, 1040)}) > 1
    assert due(1000) == due(1000)


entries = st.tuples(st.sampled_from("abc"), st.sampled_from([None, *Rating]), st.integers(0, 9), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, max_size=25), st.sampled_from([0.8, 0.85, 0.95]))
def test_cards_kept_step_by_step_are_those_of_the_whole_log(
    steps: Sequence[tuple[str, Rating | None, int, bool]], retention: float
) -> None:
    memory, day, log = Memory(retention=retention), 0, list[Attempt]()
    kept: dict[str, Card] = {}
    for concept, rating, gap, taken_back in steps:
        day += gap
        one = attempt(day, rating, concept=concept)
        if taken_back:
            one = undone(one)
        elif rating is not None:
            kept[concept] = memory.review(kept.get(concept), rating, one.study_date, one.fuzz_seed)
        log.append(one)
        assert cards(log, memory) == kept


def right(*days: tuple[Facet, int]) -> list[Attempt]:
    return [attempt(day, facet=facet) for facet, day in days]


def test_recalled_applied_and_analysed_on_three_days_is_mastered() -> None:
    assert is_mastered(FRESH, right(("recall", 0), ("apply", 1), ("analyse", 2)), MEMORY, DAY)
    assert is_mastered(FRESH, right(("analyse", 0), ("apply", 1), ("recall", 2)), MEMORY, DAY)


@pytest.mark.parametrize(
    "log",
    [
        right(("recall", 0), ("apply", 1)),
        right(("recall", 0), ("apply", 0), ("analyse", 0)),
        right(("recall", 0), ("apply", 1), ("analyse", 1)),
        [*right(("recall", 0), ("apply", 1)), attempt(2, facet="analyse", outcome="partial")],
        [*right(("recall", 0), ("apply", 1)), attempt(2, facet="analyse", outcome="uncertain")],
        [*right(("recall", 0), ("apply", 1)), undone(attempt(2, facet="analyse"))],
        [],
    ],
)
def test_less_is_not_mastered(log: Sequence[Attempt]) -> None:
    assert not is_mastered(FRESH, log, MEMORY, DAY)


def test_what_is_being_forgotten_is_not_mastered_and_without_a_card_nothing_is() -> None:
    log = right(("recall", 0), ("apply", 1), ("analyse", 2))
    day = next(day for day in range(400) if MEMORY.retrievability(FRESH, DAY + timedelta(days=day)) < 0.9)
    assert is_mastered(FRESH, log, MEMORY, DAY + timedelta(days=day - 1))
    assert not is_mastered(FRESH, log, MEMORY, DAY + timedelta(days=day))
    assert not is_mastered(None, log, MEMORY, DAY)


@settings(max_examples=150, deadline=None)
@given(st.sets(st.tuples(st.sampled_from(FACETS), st.integers(0, 4)), max_size=8))
def test_three_different_days_are_found_wherever_there_are_any(days: Iterable[tuple[Facet, int]]) -> None:
    some = {facet: [day for other, day in days if other == facet] for facet in FACETS}
    expected = any(len(set(chosen)) == 3 for chosen in itertools.product(*some.values()))
    assert is_mastered(FRESH, right(*days), MEMORY, DAY) == expected
