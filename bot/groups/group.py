"""A study group and the people in it, as plain values. Ids of servers, people and places are Discord's."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from foundation.errors import GradusError
from quizzes.days import prompt_at

NAME_LIMIT = 60
FEWEST_PEOPLE, MOST_PEOPLE, USUAL_PEOPLE = 2, 25, 8
SLOWEST, FASTEST, USUAL_PACE = 1, 5, 2
SHORTEST_MEETING, LONGEST_MEETING, USUAL_MEETING = 15, 240, 60  # minutes

WEEK = timedelta(days=7)

State = Literal["active", "archived"]
Rank = Literal["owner", "member"]
News = Literal["handed over", "removed", "let in", "declined", "thread again", "channel again", "role again"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Meeting:
    """When a group meets each week, on the clocks of its zone; `weekday` counts from Monday, 0."""

    weekday: int
    at: time


@dataclass(frozen=True)
class Place:
    """Where a group talks; each None where there is none (yet).

    Attributes:
        thread: its private thread.
        channel: its own channel, in place of the thread.
        role: its members' role.
        message: what introduces it there.
        event: the scheduled event of its next meeting.
        closed: whether it was closed when the group was archived.
    """

    thread: int | None = None
    channel: int | None = None
    role: int | None = None
    message: int | None = None
    event: int | None = None
    closed: bool = False

    @property
    def room(self) -> int | None:
        """The channel or thread in which messages to the group are sent."""
        return self.channel or self.thread


@dataclass(frozen=True)
class Group:
    """A study group.

    Attributes:
        id: short letters and digits.
        owner: their learner id; None where nobody is left.
        stage: the stage that it goes through, or None where it chose single concepts.
        concepts: what it learns, in the road's order.
        pace: concepts a week.
        zone: the IANA time zone of its week and its meetings.
        minutes: how long a meeting lasts.
        approval: whether the owner lets people in one by one.
        size: how many it holds.
        home: the channel under which its thread is opened.
        wants_channel, wants_role: what it asked for; it gets them where the server allows it.
        place: what it has.
        trouble: what stands in the way of its place, in words; empty where nothing does.
    """

    id: str
    server: int
    name: str
    owner: int | None
    stage: str | None
    concepts: tuple[str, ...]
    pace: int
    meeting: Meeting | None
    zone: str
    minutes: int
    approval: bool
    size: int
    created_at: datetime
    home: int
    state: State = "active"
    wants_channel: bool = False
    wants_role: bool = False
    place: Place = Place()
    trouble: str = ""

    def __post_init__(self) -> None:
        """Raises:
        GradusError: something is empty or out of bounds.
        """
        if not self.name.strip() or len(self.name) > NAME_LIMIT:
            raise GradusError(f"Give the group a name of 1 to {NAME_LIMIT} characters.")
        if not self.concepts:
            raise GradusError("Choose what the group learns: a stage or some concepts.")
        _within("Concepts a week", self.pace, SLOWEST, FASTEST)
        _within("People in the group", self.size, FEWEST_PEOPLE, MOST_PEOPLE)
        _within("Minutes of a meeting", self.minutes, SHORTEST_MEETING, LONGEST_MEETING)

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.state == "active"

    def next_meeting(self, now: datetime) -> datetime | None:
        """When the next meeting begins (UTC), or None where it has no fixed one. Where clocks skip the hour, it is
        the hour that they show instead.
        """
        return next_on(self.meeting, self.zone, now) if self.meeting else None


@dataclass(frozen=True)
class Member:
    """Somebody in a group.

    Attributes:
        person: their Discord account.
        zone: their own time zone, or None where they have not told it.
        shares_name: whether digests may name them.
        wants_nudge: whether they want to be reminded.
        placed: whether they were let into the group's place.
    """

    learner: int
    person: int
    joined_at: datetime
    rank: Rank = "member"
    zone: str | None = None
    shares_name: bool = False
    wants_nudge: bool = False
    placed: bool = False

    @property
    def owns(self) -> bool:
        """Whether the group is theirs."""
        return self.rank == "owner"


@dataclass(frozen=True)
class Request:
    """Somebody who asks to join a group; `message` is the one that asks its owner, in its place."""

    group: str
    learner: int
    person: int
    at: datetime
    message: int | None = None


@dataclass(frozen=True)
class Notice:
    """What happened to a group of somebody's, by its name, while they did not look."""

    group: str
    news: News


def next_on(meeting: Meeting, zone: str, now: datetime) -> datetime:
    """The first beginning of a weekly meeting after `now`, in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=(meeting.weekday - local.weekday()) % 7)
    at = prompt_at(day, meeting.at, zone)
    return at if at > now else prompt_at(day + WEEK, meeting.at, zone)


def _within(what: str, value: int, fewest: int, most: int) -> None:
    if not fewest <= value <= most:
        raise GradusError(f"{what}: {value} is out of bounds; choose {fewest} to {most}.")
