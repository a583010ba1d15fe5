"""What learners tell of themselves, as they type it."""

from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompting import Prompting
from bot.road.profile import GOALS, LEVELS, Profile, Profiles, parse_hour, parse_zone
from content.catalogue import load
from foundation.errors import GradusError
from tests.bot.conftest import NOW

ADA = 1


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("08:30", time(8, 30)),
        ("8", time(8)),
        (" 8.30 ", time(8, 30)),
        ("20h30", time(20, 30)),
        ("7h", time(7)),
        ("8:30 pm", time(20, 30)),
        ("8 PM", time(20)),
        ("12am", time(0)),
        ("12 p.m.", time(12)),
        ("0:05", time(0, 5)),
        ("23:59", time(23, 59)),
    ],
)
def test_hours_as_people_write_them(typed: str, hour: time) -> None:
    assert parse_hour(typed) == hour


@pytest.mark.parametrize("typed", ["", "25", "8:60", "24:00", "13 pm", "0 am", "eight", "8:3", "-1", "8:30:00", "١٢٣"])
def test_what_is_no_hour_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(GradusError, match="Write it like 08:30"):
        parse_hour(typed)


@given(st.text(max_size=60))
@pytest.mark.parametrize("read", [parse_hour, parse_zone])
def test_no_text_breaks_a_reader_or_comes_back_harmful(read: Callable[[str], object], typed: str) -> None:
    assert set(complaint(read, typed)).isdisjoint("\n@<`*")


def complaint(read: Callable[[str], object], typed: str) -> str:
    try:
        read(typed)
    except GradusError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Paris", "Europe/Paris"),
        ("new york", "America/New_York"),
        (" Tokyo ", "Asia/Tokyo"),
        ("UTC", "UTC"),
        ("kolkata", "Asia/Kolkata"),
        ("Hawaii", "US/Hawaii"),
    ],
)
def test_zones_as_people_write_them(typed: str, zone: str) -> None:
    assert parse_zone(typed) == zone


def test_a_zone_spelt_wrong_gets_a_suggestion() -> None:
    with pytest.raises(GradusError, match="did you mean 'paris'"):
        parse_zone("Pariss")
    with pytest.raises(GradusError, match="large city"):
        parse_zone("qqqqqq")


def test_levels_are_stages_of_the_roadmap() -> None:
    assert set(LEVELS) < set(load().stages)


async def test_what_was_told_is_kept_and_replaced(profiles: Profiles) -> None:
    assert await profiles.of(ADA) == Profile()
    first = Profile("job", "advanced", time(8, 30), "Asia/Tokyo")
    await profiles.keep(ADA, first, NOW)
    assert await profiles.of(ADA) == first
    await profiles.keep(ADA, Profile(goal="build"), NOW)
    assert await profiles.of(ADA) == Profile(goal="build")


async def test_daily_questions_follow_the_hour_and_the_zone(profiles: Profiles, prompting: Prompting) -> None:
    await profiles.keep(ADA, Profile(hour=time(8, 30), zone="Asia/Tokyo"), NOW)
    daily = await prompting.daily(ADA)
    assert daily.next_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    await profiles.keep(ADA, Profile(hour=time(20), zone="Asia/Tokyo"), NOW)
    assert (await prompting.daily(ADA)).next_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    await prompting.pause(ADA, NOW)
    await profiles.keep(ADA, Profile(hour=time(20), zone="Europe/Paris"), NOW)
    daily = await prompting.daily(ADA)
    assert (daily.zone, daily.paused) == ("Europe/Paris", True)
    await profiles.keep(ADA, Profile(zone="Asia/Tokyo"), NOW)
    assert (await prompting.daily(ADA)).hour is None


@pytest.mark.parametrize("wrong", [Profile(goal="rule the world"), Profile(level="career")])
async def test_a_choice_that_is_not_ours_is_refused(profiles: Profiles, wrong: Profile) -> None:
    with pytest.raises(GradusError):
        await profiles.keep(ADA, wrong, NOW)
    assert await profiles.of(ADA) == Profile()


def test_every_label_fits_a_choice_of_discord() -> None:
    assert all(len(label) <= 45 for label in (*GOALS.values(), *LEVELS.values()))
