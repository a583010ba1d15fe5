"""Days as learners live them, in every zone and over every change of the clocks."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.days import next_prompt, prompt_at, study_date

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_late_evening_is_still_the_same_study_day() -> None:
    assert study_date(utc(2026, 11, 21, 1, 59), "Europe/Paris") == date(2026, 11, 20)  # 02:59 there
    assert study_date(utc(2026, 11, 21, 3, 0), "Europe/Paris") == date(2026, 11, 21)  # 04:00 there


@pytest.mark.parametrize(
    ("day", "hour", "zone", "expected"),
    [
        (date(2026, 7, 1), time(8, 30), "Europe/Paris", utc(2026, 7, 1, 6, 30)),
        (date(2026, 12, 1), time(8, 30), "Europe/Paris", utc(2026, 12, 1, 7, 30)),
        (date(2026, 3, 29), time(2, 30), "Europe/Paris", utc(2026, 3, 29, 1, 30)),  # the hour is left out: 03:30 there
        (date(2026, 10, 25), time(2, 30), "Europe/Paris", utc(2026, 10, 25, 0, 30)),  # it comes twice: the first
        (date(2026, 1, 1), time(0, 0), "Pacific/Kiritimati", utc(2025, 12, 31, 10, 0)),
    ],
)
def test_a_prompt_is_due_at_its_hour(day: date, hour: time, zone: str, expected: datetime) -> None:
    assert prompt_at(day, hour, zone) == expected


def test_whoever_travels_gets_no_second_prompt_for_a_date() -> None:
    day, due = next_prompt(utc(2026, 5, 1, 0), time(8), "Asia/Tokyo")
    assert (day, due) == (date(2026, 5, 2), utc(2026, 5, 1, 23))
    again, _ = next_prompt(due, time(8), "America/Los_Angeles", last=day)
    assert again == day + timedelta(days=1)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: utc(2025, 1, 1) + timedelta(minutes=minutes)),
)
def test_dates_follow_one_another_without_gap_or_double(zone: str, minute: int, start: datetime) -> None:
    hour = time(minute // 60, minute % 60)
    day, due = next_prompt(start, hour, zone)
    assert due >= start
    for _ in range(12):
        following, later = next_prompt(due, hour, zone, last=day)
        assert following == day + timedelta(days=1)
        assert timedelta(hours=20) <= later - due <= timedelta(hours=28)
        day, due = following, later


def test_three_years_of_every_zone_have_every_date_once() -> None:
    """A step through three years in every zone, at an hour that the changes of clocks leave out."""
    for zone in ZONES:
        day, due = next_prompt(utc(2025, 1, 1), time(2, 30), zone)
        for _ in range(3 * 365):
            following, later = next_prompt(due, time(2, 30), zone, last=day)
            assert following == day + timedelta(days=1), (zone, day)
            assert later > due, (zone, day)
            day, due = following, later
