"""What a learner's practice adds up to."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.catalogue import Catalogue
from quizzes.history import Attempt
from quizzes.memory import Card, Memory, Rating
from quizzes.practice import Learned
from quizzes.statistics import FREEZES, Share, Statistics, Streak, statistics, streak

ON = date(2026, 3, 20)
DAY = timedelta(days=1)
numbers = itertools.count(1)


def attempt(
    ago: int,
    rating: Rating | None = None,
    expected: float | None = None,
    concept: str = "dropout",
    undone: bool = False,
    aside: bool = False,
) -> Attempt:
    on = ON - ago * DAY
    return Attempt(
        id=next(numbers),
        concept=concept,
        question=f"{concept}-one",
        seed=0,
        facet="recall",
        outcome="correct",
        score=1.0,
        confidence=None,
        hints=0,
        revealed=False,
        retrievability=expected,
        rating=rating,
        at=datetime.combine(on, time(12), UTC),
        study_date=on,
        undone=undone,
        aside=aside,
    )


def card(due: date) -> Card:
    return Card(stability=5.0, difficulty=5.0, due=due, last=ON - 9 * DAY, reviews=2, lapses=0)


@pytest.fixture
def add_up(catalogue: Catalogue) -> "AddUp":
    return AddUp(catalogue)


class AddUp:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __call__(
        self, *log: Attempt, cards: dict[str, Card] | None = None, mastered: Sequence[str] = (), retention: float = 0.85
    ) -> Statistics:
        return statistics(Learned(cards or {}, log, ON), Memory(retention), mastered, self.catalogue)


def test_nothing_adds_up_to_nothing(add_up: AddUp) -> None:
    none = add_up()
    assert (none.questions, none.days, none.concepts, none.since) == (0, 0, 0, None)
    assert none.streak == Streak(0, 0, FREEZES)
    assert not any(none.effort.values())
    assert not any(none.forecast)
    assert none.retention == Share(0, 0)
    assert sum(one.untouched for one in none.stages) == len(add_up.catalogue.concepts)


def test_effort_counts_questions_on_each_of_twelve_weeks_days(add_up: AddUp) -> None:
    found = add_up(attempt(0), attempt(0), attempt(83), attempt(84))
    assert list(found.effort) == [ON - ago * DAY for ago in range(83, -1, -1)]
    assert found.effort[ON] == 2
    assert found.effort[ON - 83 * DAY] == 1
    assert sum(found.effort.values()) == 3
    assert (found.questions, found.days, found.concepts, found.since) == (4, 3, 1, ON - 84 * DAY)


def test_what_was_taken_back_counts_for_nothing(add_up: AddUp) -> None:
    log = [attempt(3), attempt(3, Rating.GOOD), attempt(0, Rating.GOOD, 0.9)]
    more = [attempt(0, Rating.AGAIN, 0.5, undone=True), attempt(1, concept="adam", undone=True)]
    assert add_up(*log, *more) == add_up(*log)


def test_a_day_that_is_still_to_come_for_this_clock_waits(add_up: AddUp) -> None:
    """Who flies west has answered on a date that begins again."""
    assert add_up(attempt(-1)) == add_up()


# -------------------------------------------------------------------- streaks


def days(*ago: int) -> Iterable[date]:
    return (ON - one * DAY for one in ago)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        ((0,), Streak(1, 1, 2)),
        ((0, 1, 2), Streak(3, 3, 2)),
        ((1, 2), Streak(2, 2, 2)),  # today is not over
        ((0, 2), Streak(2, 2, 1)),
        ((0, 2, 4), Streak(3, 3, 0)),
        ((0, 2, 4, 6), Streak(3, 3, 0)),  # a third missed day: the streak begins after the oldest
        ((2, 3), Streak(2, 2, 1)),  # yesterday was missed
        ((3, 4), Streak(2, 2, 0)),
        ((4, 5), Streak(0, 2, 2)),
        ((0, 4, 5, 6), Streak(1, 3, 2)),
        ((), Streak(0, 0, 2)),
    ],
)
def test_a_streak_counts_days_with_effort_over_two_missed_ones_a_month(ago: Sequence[int], expected: Streak) -> None:
    assert streak(days(*ago), ON) == expected


def test_each_calendar_month_has_its_own_freezes() -> None:
    on = date(2026, 3, 3)
    with_effort = [date(2026, 2, 26), date(2026, 3, 3)]  # between them two days of February and two of March
    assert streak(with_effort, on) == Streak(2, 2, 0)
    assert streak([date(2026, 2, 25), *with_effort[1:]], on) == Streak(1, 1, 2)


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(0, 75), max_size=60))
def test_the_streak_is_the_longest_reach_back_with_two_missed_days_a_month(ago: set[int]) -> None:
    with_effort = {ON - one * DAY for one in ago}

    def reached(end: date) -> int:
        """Days with effort back from a day, by trying every beginning."""
        best = 0
        for start in (day for day in with_effort if day <= end):
            span = [start + number * DAY for number in range((end - start).days + 1)]
            missed = [(day.year, day.month) for day in span if day not in with_effort and day != ON]
            if all(missed.count(month) <= FREEZES for month in missed):
                best = max(best, sum(day in with_effort for day in span))
        return best

    found = streak(with_effort, ON)
    assert found.days == reached(ON)
    assert found.longest == max(map(reached, with_effort), default=0)
    assert 0 <= found.freezes_left <= FREEZES


def test_years_of_practice_are_added_up_in_a_moment() -> None:
    found = streak([ON - number * DAY for number in range(3650) if number % 5], ON)
    assert 0 < found.days <= found.longest < 60


# -------------------------------------------------------------------- what comes


def test_the_forecast_counts_what_falls_due_and_puts_the_overdue_first(add_up: AddUp) -> None:
    ids = list(add_up.catalogue.concepts)
    dues = [ON - 40 * DAY, ON, ON + DAY, ON + 13 * DAY, ON + 14 * DAY]
    found = add_up(attempt(50), cards=dict(zip(ids, map(card, dues), strict=False)))
    assert found.forecast == (3, 1, *[0] * 11, 1)  # dropout was taught, never asked since, and has no card


def test_what_was_taught_today_is_due_tomorrow(add_up: AddUp) -> None:
    assert add_up(attempt(0)).forecast[:2] == (0, 1)
    assert add_up(attempt(4), attempt(0)).forecast[:2] == (0, 1)


def test_what_was_asked_aside_is_effort_but_neither_begun_nor_due(add_up: AddUp) -> None:
    found = add_up(attempt(0, aside=True))
    assert (found.questions, found.streak.days) == (1, 1)
    assert not any(found.forecast)
    assert not any(one.learning for one in found.stages)


def test_concepts_that_are_taught_no_more_are_not_forecast(add_up: AddUp) -> None:
    found = add_up(attempt(3, concept="alchemy"), cards={"alchemy": card(ON)})
    assert not any(found.forecast)
    assert found.questions == 1


# -------------------------------------------------------------------- what stays


def test_retention_is_of_reviews_in_thirty_days_and_never_of_first_ratings(add_up: AddUp) -> None:
    found = add_up(
        attempt(9, Rating.GOOD),  # a first rating: nothing was predicted
        attempt(8, None, 0.9),  # did not rate
        attempt(30, Rating.AGAIN, 0.9),  # too long ago
        attempt(29, Rating.HARD, 0.9),
        attempt(2, Rating.EASY, 0.8),
        attempt(1, Rating.AGAIN, 0.7),
        retention=0.9,
    )
    assert found.retention == Share(2, 3)
    assert found.target == 0.9


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [(Share(8, 10), 0.4902, 0.9433), (Share(0, 5), 0.0, 0.4345), (Share(81, 263), 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(share: Share, low: float, high: float) -> None:
    """The last is Newcombe's (1998) example."""
    assert list(share.interval) == pytest.approx([low, high], abs=5e-5)


def test_without_reviews_the_interval_says_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).part == 0.0


def test_calibration_sets_what_was_expected_beside_what_was_remembered(add_up: AddUp) -> None:
    expected = [(0.1, 1), (0.59, 3), (0.6, 3), (0.82, 3), (0.88, 1), (0.9, 3), (1.0, 3)]
    bins = add_up(*(attempt(60, Rating(rated), r) for r, rated in expected)).calibration
    assert [(one.low, one.high) for one in bins] == [(0.0, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0)]
    assert [one.actual for one in bins] == [Share(1, 2), Share(1, 1), Share(0, 0), Share(1, 2), Share(2, 2)]
    assert [one.expected for one in bins] == pytest.approx([0.345, 0.6, 0.0, 0.85, 0.95])


# -------------------------------------------------------------------- what is mastered


def test_each_concept_of_a_stage_is_mastered_begun_or_untouched(add_up: AddUp) -> None:
    catalogue = add_up.catalogue
    foundations = [id for id, one in catalogue.concepts.items() if one.stage == "foundations"]
    log = [attempt(3, concept=foundations[0]), attempt(2, concept=foundations[1]), attempt(1, concept="alchemy")]
    found = add_up(*log, cards={foundations[2]: card(ON)}, mastered=[foundations[0], "alchemy"])
    assert [one.title for one in found.stages] == [one.title for one in catalogue.stages.values()]
    first = found.stages[0]
    assert (first.mastered, first.learning, first.untouched) == (1, 2, len(foundations) - 3)
    assert sum(one.concepts for one in found.stages) == len(catalogue.concepts)
    assert all(one.untouched == one.concepts for one in found.stages[1:])
