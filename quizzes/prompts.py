"""Daily prompts: when the next is due, which of several that were missed is meant, and which comes too late.

What counts is the local date that a prompt is meant for, never the hours since the last one: so a change of the
clocks neither skips nor doubles one, and whoever travels gets one for each date.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from quizzes.days import next_prompt, prompt_at

DM = "dm"
"""The place of prompts that go by direct message; every other is a server's id as text."""

LATE = timedelta(hours=6)
"""How long after its moment a prompt is still sent whatever the day, and how near the next may be after that."""

Reason = Literal["asked", "unreachable"]
"""Why prompts are paused: the learner asked for it, or was not to be reached."""


@dataclass(frozen=True)
class Schedule:
    """What a learner set for their prompts, and where these stand.

    Attributes:
        hour: local to `zone`; None while they are switched off.
        zone: an IANA time zone.
        next_date, next_at: the local date of the next prompt, and its moment (UTC); None while there is none.
        last_date: the local date of the last one.
        place: `dm`, or the id of the server in whose quiz channel they come.
        server: the server that they were last seen in, for when direct messages are closed; or None.
        thread: the thread where they came last in a server, or None.
        failures: in how many days running they did not reach the learner.
        paused_for: why there are none for now, or None.
        told: whether the learner knows that they could not be reached.
    """

    hour: time | None
    zone: str
    next_date: date | None = None
    next_at: datetime | None = None
    last_date: date | None = None
    place: str = DM
    server: int | None = None
    thread: int | None = None
    failures: int = 0
    paused_for: Reason | None = None
    told: bool = False

    @property
    def running(self) -> bool:
        """Whether prompts are to come."""
        return self.hour is not None and self.paused_for is None

    def timed(self, now: datetime) -> "Schedule":
        """The same with its next prompt: the first from now on that is meant for a date which had none."""
        if self.hour is None or not self.running:
            return replace(self, next_date=None, next_at=None)
        day, at = next_prompt(now, self.hour, self.zone, self.last_date)
        return replace(self, next_date=day, next_at=at)


@dataclass(frozen=True)
class Prompt:
    """A prompt that waits to be sent.

    Attributes:
        id: of its row.
        learner, person: ours, and the Discord account.
        local_date: the date that it is meant for.
        due_at: its moment (UTC).
        nonce: its mark, by which its message is known again: 1 to 25 characters.
        tries: how often it was handed to Discord so far.
        zone: the learner's time zone.
        place, server, thread: as in `Schedule`, at the moment.
        next_at: the moment of the learner's next prompt; None where they want none now.
        superseded: whether one for a later date has been planned.
    """

    id: int
    learner: int
    person: int
    local_date: date
    due_at: datetime
    nonce: str
    tries: int
    zone: str
    place: str
    server: int | None
    thread: int | None
    next_at: datetime | None
    superseded: bool


def catch_up(first: date, hour: time, zone: str, now: datetime) -> tuple[date, datetime, date, datetime]:
    """After the prompt for the date `first` fell due: the newest that is due, and the one after it.

    Those between are never made: after an outage of a month one prompt is sent, not thirty.

    Returns:
        The newest date and its moment (not after `now`), the next date and its moment (after `now`), in UTC.
    """
    day = max(first, now.astimezone(_kept(zone)).date() - timedelta(days=2))
    following = day + timedelta(days=1)
    while (at := prompt_at(following, hour, zone)) <= now:
        day, following = following, following + timedelta(days=1)
    return day, prompt_at(day, hour, zone), following, at


def is_stale(day: date, due: datetime, zone: str, following: datetime, now: datetime) -> bool:
    """Whether the prompt for a date, due at a moment, comes too late at `now`; `following` is the next one's moment.

    Up to six hours late it is sent whatever the day. Later only while it is still the date that it was meant for, and
    the next is at least six hours away: at nine in the evening the prompt of the morning still saves the day, shortly
    before the next one it would be a second.
    """
    if now - due <= LATE:
        return False
    return following - now < LATE or now.astimezone(_kept(zone)).date() != day


def why_not(prompt: Prompt, now: datetime) -> str | None:
    """Why a prompt that waits is not sent: `off`, `superseded` or `stale`; None where it is."""
    if prompt.next_at is None:
        return "off"
    if prompt.superseded:
        return "superseded"
    return "stale" if is_stale(prompt.local_date, prompt.due_at, prompt.zone, prompt.next_at, now) else None


@cache
def _kept(zone: str) -> ZoneInfo:
    """A zone that stays in memory: `ZoneInfo` itself keeps the eight used last, and would read a file for each learner
    of another.
    """
    return ZoneInfo(zone)
