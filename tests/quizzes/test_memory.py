"""A learner's memory of a concept."""

import random
from datetime import date, timedelta

import fsrs
import pytest

from quizzes.memory import Confidence, Memory, Outcome, Rating, rating

DAY = date(2026, 3, 28)


def test_a_first_review_makes_a_card_that_is_due_later() -> None:
    card = Memory().review(None, Rating.GOOD, DAY)
    assert card.last == DAY
    assert card.due > DAY
    assert (card.reviews, card.lapses) == (1, 0)


def test_what_is_remembered_lasts_longer_and_what_is_forgotten_comes_back_soon() -> None:
    memory = Memory()
    card = memory.review(None, Rating.GOOD, DAY)
    better = memory.review(card, Rating.GOOD, card.due)
    worse = memory.review(card, Rating.AGAIN, card.due)
    assert better.stability > card.stability > worse.stability
    assert (worse.due - worse.last).days <= 2
    assert worse.lapses == 1


def test_a_card_is_due_when_its_retrievability_has_fallen_to_what_is_wished() -> None:
    for retention in (0.8, 0.85, 0.95):
        memory = Memory(retention=retention, longest=3650)
        card = memory.review(memory.review(None, Rating.GOOD, DAY), Rating.EASY, DAY + timedelta(days=9))
        assert memory.retrievability(card, card.due) == pytest.approx(retention, abs=0.02)


def test_no_interval_is_longer_than_the_longest() -> None:
    memory, card, day = Memory(longest=30), None, DAY
    for _ in range(12):
        card = memory.review(card, Rating.EASY, day, fuzz_seed="x")
        assert (card.due - day).days <= 30
        day = card.due


def test_summer_time_takes_no_day_away() -> None:
    """23 hours lie between two evenings there; py-fsrs would count none."""
    memory = Memory()
    card = memory.review(None, Rating.GOOD, date(2026, 3, 28))
    assert memory.retrievability(card, date(2026, 3, 29)) < 1.0
    assert memory.review(card, Rating.GOOD, date(2026, 3, 29)).stability > card.stability


def test_fuzz_follows_from_its_seed_and_leaves_the_process_its_randomness() -> None:
    card = Memory().review(Memory().review(None, Rating.EASY, DAY), Rating.EASY, DAY + timedelta(days=8))
    random.seed(1)
    expected = random.random()
    random.seed(1)
    dues = {Memory().review(card, Rating.GOOD, card.due, fuzz_seed=str(seed)).due for seed in range(50)}
    assert random.random() == expected
    assert len(dues) > 1
    again = Memory().review(card, Rating.GOOD, card.due, fuzz_seed="3")
    assert again == Memory().review(card, Rating.GOOD, card.due, fuzz_seed="3")


@pytest.mark.parametrize(
    ("outcome", "hints", "confidence", "free_form", "expected"),
    [
        ("wrong", 0, "sure", True, Rating.AGAIN),
        ("correct", 0, "guessed", False, Rating.AGAIN),
        ("correct", 1, "sure", True, Rating.HARD),
        ("partial", 0, "sure", True, Rating.HARD),
        ("correct", 0, "unsure", True, Rating.HARD),
        ("correct", 0, None, True, Rating.GOOD),
        ("correct", 0, "sure", False, Rating.GOOD),
        ("correct", 0, "sure", True, Rating.EASY),
        ("uncertain", 0, "sure", True, None),
    ],
)
def test_an_answer_rates_the_memory_behind_it(
    outcome: Outcome, hints: int, confidence: Confidence | None, free_form: bool, expected: Rating | None
) -> None:
    assert rating(outcome, hints=hints, confidence=confidence, free_form=free_form) == expected


def test_an_answer_that_was_revealed_was_not_remembered() -> None:
    assert rating("correct", revealed=True, free_form=True) == Rating.AGAIN


def test_ratings_are_those_of_fsrs() -> None:
    assert [int(one) for one in Rating] == [int(one) for one in fsrs.Rating]
