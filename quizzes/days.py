"""Days as a learner lives them: the study date of a moment, and the moment of a prompt on a date.

Prompts go by the calendar date that was meant; attempts count to the study date, which begins at 04:00, so that a
late evening is still the same day.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROLLOVER = time(4)
"""The local hour at which a study date begins."""


def study_date(at: datetime, zone: str, rollover: time = ROLLOVER) -> date:
    """The study date that a moment (aware) belongs to in a time zone.

    The day begins when the wall clock first shows the rollover's hour; where summer time leaves that hour out, when it
    passes it.
    """
    local = at.astimezone(ZoneInfo(zone))
    return local.date() if local.time() >= rollover else local.date() - timedelta(days=1)


def prompt_at(day: date, hour: time, zone: str) -> datetime:
    """The moment (UTC) at which the prompt meant for a local date is due.

    Where the hour comes twice that day it is the first of the two; where summer time leaves it out, it is as long after
    the hours before it as the clock would have shown.
    """
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def next_prompt(after: datetime, hour: time, zone: str, last: date | None = None) -> tuple[date, datetime]:
    """The next local date that has no prompt yet, and the moment (UTC) of its prompt.

    Args:
        after: the prompt is not earlier than this moment (aware).
        last: the local date of the last prompt, which is not meant again, nor any date before it.
    """
    day = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    if last is not None:
        day = max(day, last + timedelta(days=1))
    while (due := prompt_at(day, hour, zone)) < after:
        day += timedelta(days=1)
    return day, due
