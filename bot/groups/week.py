"""A study group's weeks: which concepts each has, and when what is said to the group.

Weeks begin on Monday and go by the calendar of the group's zone, never by hours, so that a change of the clocks moves
nothing. Nothing here remembers or tells the time.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from typing import Final, Literal
from zoneinfo import ZoneInfo

from bot.groups.group import WEEK, Group
from quizzes.days import prompt_at

Kind = Literal["plan", "reminder", "meeting", "digest", "nudge"]

PLAN_AT: Final = time(8)
DIGEST_AT: Final = time(18)
NUDGE_DAY: Final = 3
"""The weekday of nudges, from Monday, 0; each is due at an hour of its own learner."""

LATEST_START: Final = 3
"""The last weekday on which a new group's first week is the current one."""

DAY = timedelta(days=1)
EARLIEST_DATE: Final = timedelta(hours=14)
"""How long before UTC a date begins where it begins first."""

MANY: Final = 3
"""How many members something must hold for before it is said of the group: fewer would be somebody's own figure."""

UNTOLD: Final = 2
"""How many members must be left for whom it need not hold: with one alone, who knows that it does not hold for
themselves would know that it holds for everybody else.
"""


@dataclass(frozen=True)
class Week:
    """A week of a group's plan; `number` counts from 1, and the concepts stand in the road's order."""

    number: int
    monday: date
    concepts: tuple[str, ...]

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + 6 * DAY


@dataclass(frozen=True)
class Occasion:
    """Something that is said to a group at a moment.

    Attributes:
        day: the local date that it is meant for: with its kind, what makes it the same occasion.
        monday: of the week that it belongs to.
        at: when it is due (UTC).
        until: from when on it comes too late (UTC).
    """

    kind: Kind
    day: date
    monday: date
    at: datetime
    until: datetime


# -------------------------------------------------------------------- concepts


def first_monday(group: Group) -> date:
    """The Monday of a group's first week: that of its making, or the next one where that was late in the week."""
    made = group.created_at.astimezone(ZoneInfo(group.zone)).date()
    monday = monday_of(made)
    return monday if made.weekday() <= LATEST_START else monday + WEEK


def monday_of(day: date) -> date:
    """The Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def local_monday(group: Group, now: datetime) -> date:
    """The Monday of the week that it is for a group; before its first week, that of the first."""
    return max(monday_of(now.astimezone(ZoneInfo(group.zone)).date()), first_monday(group))


@dataclass(frozen=True)
class Course:
    """A group's way through its concepts, at its pace.

    Attributes:
        since: the Monday from which on it counts: that of the first week, or of the last change of the plan.
        without: the concepts that have no week in it: they had theirs before, or are passed over.
    """

    group: Group
    since: date
    without: frozenset[str] = frozenset()

    def week(self, monday: date) -> Week:
        """A week; with no concepts once the plan is through, or before it began."""
        number = (monday - first_monday(self.group)).days // 7 + 1
        begin = (monday - self.since).days // 7 * self.group.pace
        left = [id for id in self.group.concepts if id not in self.without]
        return Week(number, monday, tuple(left[begin : begin + self.group.pace]) if begin >= 0 else ())

    def weeks(self) -> Iterator[Week]:
        """The weeks with concepts, in order."""
        weeks = (self.week(self.since + number * WEEK) for number in count())
        return takewhile(lambda week: week.concepts, weeks)

    def met(self, monday: date) -> tuple[str, ...]:
        """The concepts of a week and of all before it, in the road's order."""
        ahead = {id for week in self.weeks() if week.monday > monday for id in week.concepts}
        return tuple(id for id in self.group.concepts if id not in ahead)

    def passing_over(self, monday: date, mastered: Collection[str]) -> tuple[str, ...]:
        """The concepts that a week can do without: what members have `mastered` already gives its place to what
        comes next. Earlier weeks stay as they were.
        """
        course, new = self, list[str]()
        while found := [id for id in course.week(monday).concepts if id in mastered]:
            new += found
            course = replace(self, without=self.without.union(new))
        return tuple(new)

    def changed(self, group: Group, monday: date) -> "Course":
        """The way on from a week, for a group that has changed what it learns, or its pace: what had its week before
        has none again, unless nothing else is left.
        """
        if monday <= self.since:
            return replace(self, group=group)
        without = self.without.union(id for week in self.weeks() if week.monday < monday for id in week.concepts)
        return Course(group, monday, without if set(group.concepts) - without else frozenset())

    def resumed(self, rested: date, monday: date) -> "Course":
        """The way on from a week, for a group that has rested since the Monday `rested`."""
        course = self.changed(self.group, rested)
        return replace(course, since=max(course.since, monday))


def mastered_by_most(members: Sequence[Collection[str]], concepts: Sequence[str]) -> tuple[str, ...]:
    """The concepts that more than half of the members have mastered, and no fewer than `MANY`; none where that would
    tell of somebody what they have mastered.

    Args:
        members: what each has mastered.
    """
    enough = max(MANY, len(members) // 2 + 1)
    if not tells_on_nobody(enough, len(members)):
        return ()
    return tuple(id for id in concepts if sum(id in one for one in members) >= enough)


def tells_on_nobody(enough: int, members: int) -> bool:
    """Whether it can be said to the members that something holds for `enough` of them or more, and nobody can conclude
    from it, and from what they know of themselves, that it holds for another.
    """
    return enough >= MANY and members - enough >= UNTOLD


# -------------------------------------------------------------------- moments


def due(group: Group, now: datetime) -> tuple[Occasion, ...]:
    """What is to be said to a group at `now`, if it has not been yet: of everything that was missed only what is still
    of use, so of several weeks the current one alone.
    """
    return tuple(one for one in _around(group, now) if one.at <= now < one.until)


def next_at(group: Group, now: datetime) -> datetime:
    """When something is next to be said to a group, after `now` (UTC)."""
    return min(one.at for one in _around(group, now) if one.at > now)


def occasions(group: Group, monday: date) -> tuple[Occasion, ...]:
    """All that is said to a group in a week of its plan, or of after it."""
    return tuple(sorted(_occasions(group, monday), key=lambda one: one.at))


def _around(group: Group, now: datetime) -> Iterator[Occasion]:
    """The occasions of the weeks near a moment; what would have been before the group was made is none, but for the
    plan of the week that runs.
    """
    monday, first = local_monday(group, now), first_monday(group)
    for one in (monday - WEEK, monday, monday + WEEK, monday + 2 * WEEK):
        if one >= first:
            yield from (
                found for found in occasions(group, one) if found.kind == "plan" or found.at >= group.created_at
            )


def _occasions(group: Group, monday: date) -> Iterator[Occasion]:
    def at(day: date, hour: time = time(0)) -> datetime:
        return prompt_at(day, hour, group.zone)

    following = monday + WEEK
    meeting, digest = group.meeting, at(monday + 6 * DAY, DIGEST_AT)
    plan = PLAN_AT
    if meeting is not None:
        day = monday + timedelta(days=meeting.weekday)
        begin = at(day, meeting.at)
        end = begin + timedelta(minutes=group.minutes)
        yield Occasion("reminder", day - DAY, monday, at(day - DAY, meeting.at), begin)
        yield Occasion("meeting", day, monday, begin, end)
        if day == monday:
            plan = min(plan, meeting.at)
        digest = max(
            digest, min(end, at(following) - timedelta(hours=1))
        )  # and on Sunday evening the count of who came
    yield Occasion("plan", monday, monday, at(monday, plan), digest)
    thursday = monday + timedelta(days=NUDGE_DAY)
    begins = datetime.combine(thursday, time(0), UTC) - EARLIEST_DATE
    yield Occasion("nudge", thursday, monday, begins, begins + 2 * DAY)
    yield Occasion("digest", monday + 6 * DAY, monday, digest, at(following, DIGEST_AT))
