"""A learner's plan as it stands: its items with their dates, ticked where they are done."""

from dataclasses import dataclass
from datetime import date

from content.plan import PlanItem


@dataclass(frozen=True)
class Ticked:
    """An item of a plan.

    Attributes:
        start, end: its first and last day; None where it has no room before the plan's last day.
        done: a concept that was begun, or is taken as known; a project with a run that met its bar.
    """

    item: PlanItem
    start: date | None
    end: date | None
    done: bool


@dataclass(frozen=True)
class Planned:
    """A plan.

    Attributes:
        goal: as `content.plan.goals` names it.
        hours: a week, as the learner said; None where they follow from the last day, or each item takes a day.
        begins: the day on which it begins, or began.
        until: the last day, if the learner named one.
        paused: the day on which it goes on after a pause; None where it never paused.
        revision: names this state of it; each change has a higher one.
        items: in the order in which to do them.
    """

    goal: str
    hours: int | None
    begins: date
    until: date | None
    paused: date | None
    revision: int
    items: tuple[Ticked, ...]

    @property
    def daily(self) -> bool:
        """Whether each item takes a day."""
        return self.goal == "28-days" and self.hours is None and self.until is None

    @property
    def left(self) -> tuple[Ticked, ...]:
        """What is not done."""
        return tuple(one for one in self.items if not one.done)

    @property
    def done(self) -> int:
        """How much is."""
        return len(self.items) - len(self.left)

    @property
    def without_room(self) -> tuple[Ticked, ...]:
        """What is not done and has no room before the last day."""
        return tuple(one for one in self.left if one.end is None)

    @property
    def last(self) -> date | None:
        """The day on which the last of what has room is done; None where nothing is left that has."""
        return max((one.end for one in self.left if one.end is not None), default=None)

    def is_paused(self, on: date) -> bool:
        """Whether it rests on a day."""
        return self.paused is not None and on < self.paused

    def overdue(self, on: date) -> tuple[Ticked, ...]:
        """What was planned for days before this one and is not done."""
        return tuple(one for one in self.left if one.end is not None and one.end < on)

    def behind(self, on: date) -> int:
        """The days since the end of the first thing that is not done; 0 where that is today or later."""
        return max(((on - one.end).days for one in self.overdue(on) if one.end is not None), default=0)

    def ahead(self, on: date) -> int:
        """The days until the first thing that is not done begins, once the plan itself has begun; else 0."""
        starts = [one.start for one in self.left if one.start is not None]
        if not starts or on < self.begins or not self.done or self.is_paused(on):
            return 0
        return max(0, (min(starts) - on).days)

    def between(self, first: date, last: date) -> tuple[Ticked, ...]:
        """What ends on the days from `first` to `last`."""
        return tuple(one for one in self.items if one.end is not None and first <= one.end <= last)
