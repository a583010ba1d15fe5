"""How well a study group fits somebody who looks for one: a score, and why, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.groups.group import WEEKDAYS, Group

TOPIC, TIME, PACE = 0.5, 0.3, 0.2
"""What share of the score each has."""

NEARNESS = (1.0, 0.6, 0.3, 0.1, 0.0)
"""What a group is worth by how many stages it lies away."""

WAKES, SLEEPS = 7, 23  # hours of the day, on one's own clock
UNKNOWN = 0.5  # of a zone that was not told


@dataclass(frozen=True)
class Seeker:
    """Who looks for a group.

    Attributes:
        stage: the stage in which their next concept lies.
        known: the concepts that they have behind them.
        zone: an IANA time zone, or None where they have not told it.
        pace: concepts a week.
    """

    stage: str
    known: frozenset[str]
    zone: str | None
    pace: int


@dataclass(frozen=True)
class Fit:
    """How well a group fits, 0 to 1, and why: a few words for each of topic, time and pace."""

    score: float
    reasons: tuple[str, ...]


def fit(group: Group, stages_of: Sequence[str], stages: Sequence[str], seeker: Seeker, now: datetime) -> Fit:
    """How well a group fits.

    Args:
        stages_of: the stage of each concept of the group.
        stages: every stage, in the road's order.
    """
    topic, about = _topic(group, stages_of, stages, seeker)
    time, when = _time(group, seeker, now)
    pace, speed = _pace(group.pace, seeker.pace)
    return Fit(TOPIC * topic + TIME * time + PACE * pace, (about, when, speed))


def _topic(group: Group, stages_of: Sequence[str], stages: Sequence[str], seeker: Seeker) -> tuple[float, str]:
    own = stages.index(seeker.stage)
    nearness = [NEARNESS[min(abs(stages.index(one) - own), len(NEARNESS) - 1)] for one in stages_of]
    new = [id not in seeker.known for id in group.concepts]
    worth = sum(near for near, unknown in zip(nearness, new, strict=True) if unknown) / len(new)
    if not any(new):
        return worth, "you know all of it already"
    at_your_stage = seeker.stage in stages_of
    if all(new):
        return worth, "begins where you stand" if at_your_stage else "all of it is new to you"
    return worth, f"{sum(new)} of {len(new)} concepts are new to you"


def _time(group: Group, seeker: Seeker, now: datetime) -> tuple[float, str]:
    meeting = group.next_meeting(now)
    if seeker.zone is None:
        weekly = group.meeting
        when = f"meets {WEEKDAYS[weekly.weekday]} {weekly.at:%H:%M} ({group.zone})" if weekly else "no fixed meeting"
        return UNKNOWN, when
    if meeting is None:
        shared = _shared_hours(group.zone, seeker.zone, now)
        return shared / (SLEEPS - WAKES), f"no fixed meeting; {shared} waking hours in common"
    local = meeting.astimezone(ZoneInfo(seeker.zone))
    awake = _awake(local, group.minutes)
    late = "" if awake == 1 else ", outside your day" if awake == 0 else ", at the edge of your day"
    return awake, f"meets {WEEKDAYS[local.weekday()]} {local:%H:%M} your time{late}"


def _awake(begins: datetime, minutes: int) -> float:
    """What share of a meeting lies in waking hours."""
    quarters = range(0, minutes, 15)
    hours = [(begins + timedelta(minutes=one)).hour for one in quarters]
    return sum(WAKES <= hour < SLEEPS for hour in hours) / len(hours)


def _shared_hours(one: str, other: str, now: datetime) -> int:
    """How many hours of a day people of two zones are both awake."""
    hours = [now + timedelta(hours=number) for number in range(24)]
    return sum(all(WAKES <= hour.astimezone(ZoneInfo(zone)).hour < SLEEPS for zone in (one, other)) for hour in hours)


def _pace(group: int, own: int) -> tuple[float, str]:
    words = f"{group} concept{'' if group == 1 else 's'} a week"
    if group == own:
        return 1.0, f"{words}, like you"
    return 1 - abs(group - own) / 4, f"{words}, {'faster' if group > own else 'slower'} than your {own}"
