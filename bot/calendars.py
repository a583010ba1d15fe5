"""Meetings and plans as calendar files (iCalendar, RFC 5545), for any calendar application."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Event, Timezone

PRODUCT = "-//Gradus//Gradus//EN"
HORIZON = timedelta(days=5 * 365)
"""How far a time zone's rules are written out for what repeats without an end."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarEntry:
    """Something at a time, or on whole days.

    Attributes:
        uid: names it in the whole world, such as `week-3@group-7.gradus`; the same again replaces it.
        title, words: plain text.
        start: a moment, whose `ZoneInfo` is the clock that it keeps when it repeats; or a date, for whole days.
        minutes: its length, where it has a moment.
        days: its length, where it is on whole days.
        weekly: whether it is repeated every week, at the same hour of that clock.
        until: the last local date on which it may begin again; None: there is none.
    """

    uid: str
    title: str
    words: str
    start: datetime | date
    minutes: int | None = None
    days: int = 1
    weekly: bool = False
    until: date | None = None


def calendar_file(name: str, entries: Iterable[CalendarEntry], now: datetime) -> bytes:
    """A file for calendar applications, called `name` there; made at `now` (aware).

    Raises:
        ValueError: an entry's moment knows no time zone.
    """
    from icalendar import Calendar

    kept = tuple(entries)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    for zone, (first, last) in _zones(kept).items():
        calendar.add_component(_timezone(zone, first, last))
    for entry in kept:
        calendar.add_component(_event(entry, now))
    file: bytes = calendar.to_ical()
    return file


def _event(entry: CalendarEntry, now: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", entry.title)
    if entry.words:
        event.add("description", entry.words)
    if isinstance(entry.start, datetime):
        event.add("dtstart", entry.start if _clock(entry) else _in_utc(entry.start))
        event.add("duration", timedelta(minutes=entry.minutes or 0))  # an end may lie behind a change of the clocks
    else:
        event.add("dtstart", entry.start)
        event.add("dtend", entry.start + timedelta(days=entry.days))
        event.add("transp", "TRANSPARENT")  # a plan keeps nobody busy
    if entry.weekly:
        event.add("rrule", {"freq": "weekly", **_until(entry)})
    return event


def _clock(entry: CalendarEntry) -> ZoneInfo | None:
    """The clock that an entry keeps when it repeats; None for what stands in the file in UTC, or as dates."""
    if not entry.weekly or not isinstance(entry.start, datetime) or not isinstance(entry.start.tzinfo, ZoneInfo):
        return None
    return entry.start.tzinfo if entry.start.tzinfo.key != "UTC" else None


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)


def _until(entry: CalendarEntry) -> dict[str, date]:
    if entry.until is None:
        return {}
    if not isinstance(entry.start, datetime):
        return {"until": entry.until}
    return {"until": datetime.combine(entry.until, entry.start.timetz()).astimezone(UTC)}


def _zones(entries: Iterable[CalendarEntry]) -> dict[ZoneInfo, tuple[datetime, datetime]]:
    """The clocks that entries keep, with the span (UTC) for which the file has to know their rules."""
    spans: dict[ZoneInfo, tuple[datetime, datetime]] = {}
    for entry in entries:
        clock = _clock(entry)
        if clock is None or not isinstance(entry.start, datetime):
            continue
        first = entry.start.astimezone(UTC)
        last = datetime.combine(entry.until, time.max, UTC) + DAY if entry.until else first + HORIZON
        before = spans.get(clock, (first, last))
        spans[clock] = min(first, before[0]), max(last, before[1])
    return spans


def _timezone(zone: ZoneInfo, first: datetime, last: datetime) -> "Timezone":
    """The rules of a zone from before `first` to after `last`: each change of its clocks, at the wall clock's time
    before the change, as the standard wants it.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    long_before = first - timedelta(days=366)
    onsets = defaultdict[tuple[timedelta, timedelta, str, bool], list[datetime]](list)
    for at in _changes(zone, long_before, last):
        before, after = (at - timedelta(seconds=1)).astimezone(zone), at.astimezone(zone)
        offsets = _offset(before), _offset(after)
        onsets[*offsets, after.tzname() or "", bool(after.dst())].append(at.replace(tzinfo=None) + offsets[0])
    if not onsets:
        at = first.astimezone(zone)
        onsets[_offset(at), _offset(at), at.tzname() or "", bool(at.dst())].append(long_before.replace(tzinfo=None))
    timezone = Timezone()
    timezone.add("tzid", zone.key)
    for (old, new, name, summer), moments in onsets.items():
        part = TimezoneDaylight() if summer else TimezoneStandard()
        part.add("dtstart", moments[0])
        part.add("tzoffsetfrom", old)
        part.add("tzoffsetto", new)
        part.add("tzname", name)
        if moments[1:]:
            part.add("rdate", moments[1:])
        timezone.add_component(part)
    return timezone


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The moments (UTC) in a span at which a zone's clocks are changed; none changes them twice in a day."""
    day = first
    while day < last:
        low, high = day, day + DAY
        if _offset(low.astimezone(zone)) != _offset(high.astimezone(zone)):
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                same = _offset(middle.astimezone(zone)) == _offset(low.astimezone(zone))
                low, high = (middle, high) if same else (low, middle)
            yield high.replace(microsecond=0)
        day += DAY


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta(0)
