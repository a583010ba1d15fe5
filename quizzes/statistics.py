"""What a learner's practice adds up to: effort, streaks, what comes, what stays, and what is mastered.

Pure values. Attempts that were taken back count for nothing, and no day is missed before it is over.
"""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from content.catalogue import Catalogue
from quizzes.history import Attempt, counted
from quizzes.memory import Memory, Rating
from quizzes.practice import Learned

EFFORT_DAYS = 84
FORECAST_DAYS = 14
RETENTION_DAYS = 30
FREEZES = 2
"""Days a calendar month that may be missed without ending a streak."""

EDGES = (0.0, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Of the bins of calibration: most reviews happen near the retention wished for, so the low ones are one bin."""

Z = 1.959963984540054  # a normal variable stays within as many deviations with probability 0.95
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Streak:
    """Days with effort in a row.

    Attributes:
        days: with effort, up to today or the last day that freezes reach back to; 0 where there is no streak.
        longest: that there ever was.
        freezes_left: of this calendar month.
    """

    days: int
    longest: int
    freezes_left: int


@dataclass(frozen=True)
class Share:
    """How many of some reviews were remembered."""

    remembered: int
    reviews: int

    @property
    def part(self) -> float:
        """From 0 to 1; 0 where there are no reviews."""
        return self.remembered / self.reviews if self.reviews else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the probability behind it; all of 0 to 1 where there are no reviews."""
        if not self.reviews:
            return 0.0, 1.0
        n, p = self.reviews, self.part
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        reach = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True)
class Bin:
    """Reviews that were expected to be remembered about equally surely.

    Attributes:
        low, high: the bounds of the expected probability.
        expected: its mean; 0 where there are no reviews.
    """

    low: float
    high: float
    expected: float
    actual: Share


@dataclass(frozen=True)
class StageCount:
    """How many concepts of a stage are mastered, were begun, and were never asked."""

    title: str
    mastered: int
    learning: int
    untouched: int

    @property
    def concepts(self) -> int:
        """All of the stage."""
        return self.mastered + self.learning + self.untouched


@dataclass(frozen=True)
class Statistics:
    """A learner's practice on a study date.

    Attributes:
        effort: questions answered on each of the last 84 days, oldest first, zeros included.
        forecast: concepts that fall due on each of 14 days from `on`, as things stand; what is overdue falls due now.
        retention: reviews of the last 30 days; the first one of a concept is none.
        target: the retention that the learner wishes for.
        calibration: five bins over all reviews.
        stages: in the order of the road.
        questions, days, concepts: answered, with effort, and asked about, since the beginning.
        since: the first day with effort.
    """

    on: date
    effort: Mapping[date, int]
    streak: Streak
    forecast: tuple[int, ...]
    retention: Share
    target: float
    calibration: tuple[Bin, ...]
    stages: tuple[StageCount, ...]
    questions: int
    days: int
    concepts: int
    since: date | None


def statistics(learned: Learned, memory: Memory, mastered: Collection[str], catalogue: Catalogue) -> Statistics:
    """What a learner's practice adds up to.

    Args:
        mastered: concepts.
    """
    log = [one for one in counted(learned.attempts) if one.study_date <= learned.on]
    answered = Counter(one.study_date for one in log)
    first = learned.on - (EFFORT_DAYS - 1) * DAY
    reviews = [one for one in log if one.rating is not None and one.retrievability is not None]
    recent = [one for one in reviews if one.study_date > learned.on - RETENTION_DAYS * DAY]
    begun = [one for one in log if not one.aside]
    return Statistics(
        on=learned.on,
        effort={day: answered[day] for day in _days(first, learned.on + DAY)},
        streak=streak(answered, learned.on),
        forecast=_forecast(learned, begun, catalogue),
        retention=_share(recent),
        target=memory.retention,
        calibration=tuple(_bin(low, high, reviews) for low, high in itertools.pairwise(EDGES)),
        stages=_stages(catalogue, {one.concept for one in begun} | set(learned.cards), mastered),
        questions=len(log),
        days=len(answered),
        concepts=len({one.concept for one in log}),
        since=min(answered, default=None),
    )


def streak(days: Iterable[date], on: date) -> Streak:
    """The streak up to a study date, over days with effort.

    A streak holds at most `FREEZES` missed days of each calendar month; one missed day more and it begins later.
    """
    with_effort = {day for day in days if day <= on}
    ends = sorted(with_effort | {on})
    missed: Counter[tuple[int, int]] = Counter()
    longest = length = start = 0
    for place, end in enumerate(ends):
        if place:
            missed += _missed(ends[place - 1], end)
        while any(count > FREEZES for count in missed.values()):
            missed -= _missed(ends[start], ends[start + 1])
            start += 1
        length = place - start + (end in with_effort)
        longest = max(longest, length)
    return Streak(length, longest, FREEZES - missed[on.year, on.month])


def _missed(before: date, after: date) -> Counter[tuple[int, int]]:
    """The days between two days, by year and month."""
    return Counter((day.year, day.month) for day in _days(before + DAY, after))


def _days(start: date, end: date) -> Iterable[date]:
    return (start + number * DAY for number in range((end - start).days))


def _forecast(learned: Learned, begun: Sequence[Attempt], catalogue: Catalogue) -> tuple[int, ...]:
    """What was taught and has not been asked since falls due the day after, as it does in `Practice.due`."""
    due = {one.concept: one.study_date + DAY for one in begun}
    due.update((id, card.due) for id, card in learned.cards.items())
    falls = Counter(max(0, (day - learned.on).days) for id, day in due.items() if id in catalogue.concepts)
    return tuple(falls[number] for number in range(FORECAST_DAYS))


def _share(reviews: Sequence[Attempt]) -> Share:
    return Share(sum(one.rating != Rating.AGAIN for one in reviews), len(reviews))


def _bin(low: float, high: float, reviews: Sequence[Attempt]) -> Bin:
    inside = [one for one in reviews if low <= _expected(one) < high or _expected(one) == high == EDGES[-1]]
    return Bin(low, high, sum(map(_expected, inside)) / len(inside) if inside else 0.0, _share(inside))


def _expected(review: Attempt) -> float:
    assert review.retrievability is not None
    return review.retrievability


def _stages(catalogue: Catalogue, begun: Collection[str], mastered: Collection[str]) -> tuple[StageCount, ...]:
    counts = []
    for stage in catalogue.stages.values():
        own = {id for id, one in catalogue.concepts.items() if one.stage == stage.id}
        done = len(own & set(mastered))
        learning = len(own & set(begun)) - done
        counts.append(StageCount(stage.title, done, learning, len(own) - done - learning))
    return tuple(counts)
