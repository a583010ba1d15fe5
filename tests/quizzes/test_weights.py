"""Weights of a learner's own."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import fsrs
import pytest

from foundation.errors import GradusError
from quizzes.history import Attempt
from quizzes.memory import Card, Memory, Rating
from quizzes.weights import MARGIN, Review, adopted, log_loss, own_weights

DAY = date(2026, 1, 5)
PUBLISHED = tuple(fsrs.Scheduler().parameters)


def learner(weights: Sequence[float], count: int, seed: int = 1) -> list[Attempt]:
    """The log of somebody whose memory has `weights`, asked when the published ones say so."""
    draw, schedule, truth, day = random.Random(seed), Memory(), Memory(weights=weights), DAY
    cards: dict[str, Card] = {}
    mind: dict[str, Card] = {}
    log: list[Attempt] = []
    while len(log) < count:
        due = [concept for concept, card in cards.items() if card.due <= day][:12]
        for concept in [*due, *([f"concept-{len(cards)}"] if len(cards) < 60 else [])]:
            chance = truth.retrievability(mind[concept], day) if concept in mind else 0.8
            rated = Rating.GOOD if draw.random() < chance else Rating.AGAIN
            log.append(attempt(len(log) + 1, concept, rated, day))
            cards[concept] = schedule.review(cards.get(concept), rated, day, log[-1].fuzz_seed)
            mind[concept] = truth.review(mind.get(concept), rated, day)
        day += timedelta(days=1)
    return log[:count]


def attempt(id: int, concept: str, rated: Rating | None, day: date, *, undone: bool = False) -> Attempt:
    return Attempt(
        id=id,
        concept=concept,
        question=f"{concept}-1",
        seed=1,
        facet="recall",
        outcome="wrong" if rated == Rating.AGAIN else "correct",
        score=float(rated != Rating.AGAIN),
        confidence=None,
        hints=0,
        revealed=False,
        retrievability=None,
        rating=rated,
        at=datetime.combine(day, time(18), UTC),
        study_date=day,
        undone=undone,
    )


def told(log: Sequence[Attempt]) -> list[Review]:
    return [Review(one.concept, one.study_date.toordinal(), int(one.rating or 0)) for one in log]


def forgetful() -> tuple[float, ...]:
    weights = list(PUBLISHED)
    weights[:4] = [0.3 * stability for stability in weights[:4]]
    weights[8] -= 1.5
    return tuple(weights)


def test_who_forgets_much_faster_gets_weights_that_predict_better_from_a_process_of_its_own() -> None:
    log = learner(forgetful(), 740)
    weights = own_weights(log, limit=120)
    assert weights is not None
    assert len(weights) == 21
    assert weights != PUBLISHED
    Memory(weights=weights).review(None, Rating.GOOD, DAY)  # within the bounds of FSRS
    other = told(learner(forgetful(), 740, seed=2))  # of the same memory, and not one of them in the fit
    gain = log_loss(other, len(other), Memory()) - log_loss(other, len(other), Memory(weights=weights))
    assert gain > MARGIN


def test_weights_are_adopted_only_where_they_predict_the_latest_reviews_better() -> None:
    usual, unusual = told(learner(PUBLISHED, 740)), told(learner(forgetful(), 740))
    assert adopted(usual, PUBLISHED) is None
    assert adopted(usual, forgetful()) is None
    assert adopted(unusual, PUBLISHED) is None
    assert adopted(unusual, forgetful()) == forgetful()


def test_a_log_too_short_is_not_fitted_at_all() -> None:
    assert own_weights(learner(forgetful(), 600), limit=0.0) is None
    assert own_weights([], limit=0.0) is None


def test_what_was_taken_back_or_did_not_rate_counts_for_nothing() -> None:
    log = learner(forgetful(), 600)
    more = [attempt(1000 + n, f"concept-{n % 20}", Rating.AGAIN, DAY, undone=True) for n in range(400)]
    more += [attempt(2000 + n, f"concept-{n % 20}", None, DAY) for n in range(400)]
    assert own_weights([*log, *more], limit=0.0) is None


def test_a_fit_that_takes_too_long_is_ended_with_a_clear_line() -> None:
    with pytest.raises(GradusError, match=r"took longer than 0 seconds"):
        own_weights(learner(forgetful(), 740), limit=0.01)


def test_the_loss_is_that_of_the_predictions_of_the_latest_reviews() -> None:
    good, again = int(Rating.GOOD), int(Rating.AGAIN)
    first = DAY.toordinal()
    reviews = [Review("a", first, good), Review("a", first + 3, good), Review("b", first + 4, good)]
    memory = Memory()
    card = memory.review(None, Rating.GOOD, DAY)
    chance = memory.retrievability(card, DAY + timedelta(days=3))
    assert log_loss(reviews, 3, memory) == pytest.approx(-math.log(chance))
    reviews[1] = Review("a", first + 3, again)
    assert log_loss(reviews, 2, memory) == pytest.approx(-math.log(1 - chance))
    assert log_loss(reviews, 1, memory) == 0.0  # a concept's first review can't be predicted
