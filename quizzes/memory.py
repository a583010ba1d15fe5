"""What a learner remembers: one FSRS card for a concept, moved on by rated reviews.

py-fsrs counts in whole days of 24 h from the moment of a review, takes UTC only, sleeps to make ids, and draws its fuzz
from the process's own randomness. So a review is told to it as noon UTC of the learner's study date, cards have an id,
steps of minutes and its fuzz are off, and ours is drawn from a seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Literal

import fsrs

Outcome = Literal["correct", "partial", "wrong", "uncertain"]
Confidence = Literal["guessed", "unsure", "sure"]

LONGEST_INTERVAL = 30
"""Days; longer ones save little within a course and forget much (see the simulation)."""

RETENTION = 0.8
"""The probability of remembering at which something is asked again (see the simulation)."""

LEECH_LAPSES = 8
MASTERED_FROM = 0.9


class Rating(IntEnum):
    """How well something was remembered, in FSRS's own numbers."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True)
class Card:
    """What is known of a learner's memory of a concept.

    Attributes:
        stability: days after which it is remembered with probability 0.9.
        difficulty: 1 to 10.
        due: the study date when it falls to the retention wished for.
        last: the study date of the last review.
        reviews, lapses: rated so far, and how many of them failed after the first.
    """

    stability: float
    difficulty: float
    due: date
    last: date
    reviews: int
    lapses: int

    @property
    def is_leech(self) -> bool:
        """Whether asking has failed so often, since the last time that was so, that reading again is due."""
        return self.lapses > 0 and self.lapses % LEECH_LAPSES == 0


def rating(
    outcome: Outcome, *, hints: int = 0, revealed: bool = False, confidence: Confidence | None = None, free_form: bool
) -> Rating | None:
    """What an answer says of the memory behind it, or None where nobody can tell.

    Args:
        hints: that were opened before answering.
        revealed: the answer was looked at instead of given.
        confidence: what the learner said of their answer, if they were asked.
        free_form: it was typed, not picked: luck has no part in it.
    """
    if revealed or outcome == "wrong":
        return Rating.AGAIN
    if outcome == "uncertain":
        return None
    if confidence == "guessed":
        return Rating.AGAIN
    if outcome == "partial" or hints or confidence == "unsure":
        return Rating.HARD
    return Rating.EASY if confidence == "sure" and free_form else Rating.GOOD


@dataclass(frozen=True)
class Memory:
    """FSRS with a learner's settings.

    Attributes:
        retention: the probability of remembering at which a card falls due, 0.8 to 0.95.
        longest: days that an interval may have.
        weights: FSRS's 21 parameters; the published defaults where empty.
    """

    retention: float = RETENTION
    longest: int = LONGEST_INTERVAL
    weights: Sequence[float] = field(default=())

    @cached_property
    def _scheduler(self) -> fsrs.Scheduler:
        return fsrs.Scheduler(
            **({"parameters": tuple(self.weights)} if self.weights else {}),
            desired_retention=self.retention,
            learning_steps=(),
            relearning_steps=(),
            maximum_interval=self.longest,
            enable_fuzzing=False,
        )

    def review(self, card: Card | None, rated: Rating, on: date, fuzz_seed: str | None = None) -> Card:
        """The card after a review; None is a concept never reviewed.

        Args:
            on: the study date.
            fuzz_seed: spreads what was learned on one day over several; the same seed gives the same day.
        """
        reviewed, _ = self._scheduler.review_card(_to_fsrs(card, on), fsrs.Rating(int(rated)), _noon(on))
        assert reviewed.stability is not None
        assert reviewed.difficulty is not None
        days = (reviewed.due.date() - on).days
        if fuzz_seed is not None:
            days = _fuzzed(days, self.longest, random.Random(fuzz_seed))
        lapsed = card is not None and rated == Rating.AGAIN
        return Card(
            stability=reviewed.stability,
            difficulty=reviewed.difficulty,
            due=on + timedelta(days=days),
            last=on,
            reviews=(card.reviews if card else 0) + 1,
            lapses=(card.lapses if card else 0) + lapsed,
        )

    def retrievability(self, card: Card, on: date) -> float:
        """The probability that it is remembered on a study date, 0 to 1."""
        return float(self._scheduler.get_card_retrievability(_to_fsrs(card, on), _noon(max(on, card.last))))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _to_fsrs(card: Card | None, on: date) -> fsrs.Card:
    if card is None:
        return fsrs.Card(card_id=1, due=_noon(on))
    return fsrs.Card(
        card_id=1,
        state=fsrs.State.Review,
        stability=card.stability,
        difficulty=card.difficulty,
        due=_noon(card.due),
        last_review=_noon(card.last),
    )


def _fuzzed(days: int, longest: int, source: random.Random) -> int:
    """An interval moved by up to a tenth, and at least a day where it has three or more."""
    reach = max(1, round(days / 10)) if days >= 3 else 0
    return max(1, min(longest, days + source.randint(-reach, reach)))
