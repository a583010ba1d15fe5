"""Calendar files, read back by the library and held against the wall clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot.calendars import CalendarEntry, calendar_file


def local(*moment: int) -> datetime:
    """A moment as a wall clock shows it."""
    return datetime(*moment)  # type: ignore[arg-type]  # noqa: DTZ001


NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MEETING = CalendarEntry(
    "meeting@group-7.gradus",
    "Evening learners: meeting",
    "Agenda, with; a comma\nand two lines",
    datetime(2026, 3, 4, 18, 30, tzinfo=BERLIN),
    minutes=45,
    weekly=True,
    until=date(2026, 12, 30),
)


def read(*entries: CalendarEntry) -> Any:
    return Calendar.from_ical(calendar_file("Evening learners", entries, NOW))


def offset_in_file(calendar: Any, at: datetime) -> timedelta:
    """The offset that the file's own rules give for a local time: that of the last change before it."""
    (zone,) = calendar.walk("VTIMEZONE")
    changes = []
    for part in zone.subcomponents:
        again = part.get("rdate")
        dates = [one.dt for one in again.dts] if again is not None else []
        changes += [(at, part["tzoffsetto"].td) for at in (part["dtstart"].dt, *dates)]
    last: tuple[datetime, timedelta] = max(change for change in changes if change[0] <= at)
    return last[1]


def test_a_weekly_meeting_stays_at_its_hour_over_summer_time() -> None:
    calendar = read(MEETING)
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert event["dtstart"].dt.replace(tzinfo=None) == local(2026, 3, 4, 18, 30)
    assert event["rrule"]["UNTIL"] == [datetime(2026, 12, 30, 17, 30, tzinfo=UTC)]
    for month, offset in ((3, 1), (4, 2), (10, 2), (11, 1)):
        assert offset_in_file(calendar, local(2026, month, 4, 18, 30)) == timedelta(hours=offset)


def test_the_clocks_change_in_the_file_at_the_hour_before_the_change() -> None:
    (zone,) = read(MEETING).walk("VTIMEZONE")
    onsets = {one.name: one["dtstart"].dt for one in zone.subcomponents}
    assert onsets == {"DAYLIGHT": local(2025, 3, 30, 2), "STANDARD": local(2025, 10, 26, 3)}


@pytest.mark.parametrize("name", ["Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe", "America/Sao_Paulo"])
def test_the_rules_in_the_file_are_those_of_the_zone(name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime(2026, 3, 4, 18, 30, tzinfo=zone)
    calendar = read(CalendarEntry("a@b", "Meeting", "", start, minutes=60, weekly=True, until=date(2027, 3, 3)))
    for week in range(53):
        meeting = start + timedelta(weeks=week)
        assert offset_in_file(calendar, meeting.replace(tzinfo=None)) == meeting.utcoffset()


def test_a_clock_in_utc_needs_no_rules() -> None:
    start = datetime(2026, 7, 1, 18, tzinfo=ZoneInfo("UTC"))
    calendar = read(CalendarEntry("a@b", "Weekly", "", start, minutes=30, weekly=True))
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].to_ical() == b"20260701T180000Z"
    assert not calendar.walk("VTIMEZONE")


def test_what_happens_once_is_in_utc_and_needs_no_zone() -> None:
    calendar = read(CalendarEntry("a@b", "Once", "", datetime(2026, 7, 1, 18, tzinfo=BERLIN), minutes=30))
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].dt == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert event["duration"].dt == timedelta(minutes=30)
    assert not calendar.walk("VTIMEZONE")


def test_whole_days_end_on_the_day_after_and_keep_nobody_busy() -> None:
    (event,) = read(CalendarEntry("a@b", "Week 3", "Dropout", date(2026, 3, 2), days=7)).walk("VEVENT")
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 3, 2), date(2026, 3, 9))
    assert event["transp"] == "TRANSPARENT"


def test_words_come_back_as_they_were_written_in_short_lines() -> None:
    words = "Ünïcode, commas; and \\ backslashes " * 10
    entry = CalendarEntry("a@b", "BEGIN:VEVENT\nEND:VEVENT", words, date(2026, 3, 2))
    file = calendar_file("A, b; c", [entry], NOW)
    assert max(map(len, file.split(b"\r\n"))) <= 75
    calendar: Any = Calendar.from_ical(file)
    (event,) = calendar.walk("VEVENT")
    assert (event["summary"], event["description"]) == (entry.title, words)
    assert calendar["x-wr-calname"] == "A, b; c"


def test_a_file_has_what_the_standard_requires() -> None:
    calendar = read(MEETING, CalendarEntry("b@b", "Week 1", "", date(2026, 3, 2)))
    assert not calendar.errors
    assert calendar["prodid"]
    assert calendar["version"] == "2.0"
    for event in calendar.walk("VEVENT"):
        assert event["dtstamp"].dt == NOW
        assert event["uid"]
        assert not event.errors


def test_an_empty_calendar_is_a_file_too() -> None:
    assert read().walk("VEVENT") == []


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        read(CalendarEntry("a@b", "x", "", local(2026, 3, 1, 9)))
