"""How well a group fits: by what it learns, when it meets and how fast it goes, each said in words."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.groups.finding import Seeker, fit
from bot.groups.group import Group, Meeting

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)  # a Sunday
STAGES = ("foundations", "beginner", "intermediate", "advanced")

GROUP = Group(
    id="g1",
    server=1,
    name="Owls",
    owner=1,
    stage=None,
    concepts=("a", "b"),
    pace=2,
    meeting=Meeting(1, time(18)),
    zone="Europe/Paris",
    minutes=60,
    approval=False,
    size=8,
    created_at=NOW,
    home=1,
)
SEEKER = Seeker("beginner", frozenset(), "Europe/Paris", 2)


def score(group: Group = GROUP, seeker: Seeker = SEEKER, stage: str = "beginner") -> float:
    return fit(group, [stage] * len(group.concepts), STAGES, seeker, NOW).score


def reasons(group: Group = GROUP, seeker: Seeker = SEEKER, stage: str = "beginner") -> tuple[str, ...]:
    return fit(group, [stage] * len(group.concepts), STAGES, seeker, NOW).reasons


def test_a_group_at_ones_stage_hour_and_pace_fits_wholly() -> None:
    assert score() == pytest.approx(1)
    assert reasons() == ("begins where you stand", "meets Tuesday 18:00 your time", "2 concepts a week, like you")


def test_a_stage_further_away_fits_less_and_less() -> None:
    near = [score(stage=stage) for stage in ("beginner", "intermediate", "advanced")]
    assert near == sorted(near, reverse=True)
    assert len(set(near)) == 3


def test_what_one_knows_already_counts_for_nothing() -> None:
    half, whole = (replace(SEEKER, known=frozenset(known)) for known in ("a", "ab"))
    assert score() > score(seeker=half) > score(seeker=whole)
    assert reasons(seeker=half)[0] == "1 of 2 concepts are new to you"
    assert reasons(seeker=whole)[0] == "you know all of it already"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Tokyo", "meets Wednesday 02:00 your time, outside your day"),
        ("America/New_York", "meets Tuesday 12:00 your time"),
        ("Asia/Kolkata", "meets Tuesday 22:30 your time, at the edge of your day"),
    ],
)
def test_a_meeting_is_told_and_weighed_by_ones_own_clock(zone: str, words: str) -> None:
    assert reasons(seeker=replace(SEEKER, zone=zone))[1] == words


def test_meetings_by_day_come_before_those_by_night() -> None:
    by_zone = [score(seeker=replace(SEEKER, zone=zone)) for zone in ("America/New_York", "Asia/Kolkata", "Asia/Tokyo")]
    assert by_zone == sorted(by_zone, reverse=True)
    assert len(set(by_zone)) == 3


def test_without_a_fixed_meeting_the_waking_hours_in_common_count() -> None:
    loose = replace(GROUP, meeting=None)
    assert reasons(loose)[1] == "no fixed meeting; 16 waking hours in common"
    far = replace(SEEKER, zone="Pacific/Auckland")
    assert score(loose) > score(loose, far)


def test_who_has_not_told_a_zone_reads_the_groups_own_hour_and_is_not_punished() -> None:
    unknown = replace(SEEKER, zone=None)
    assert reasons(seeker=unknown)[1] == "meets Tuesday 18:00 (Europe/Paris)"
    assert score(seeker=replace(SEEKER, zone="Asia/Tokyo")) < score(seeker=unknown) < score()


def test_a_pace_further_away_fits_less() -> None:
    slower = replace(SEEKER, pace=1)
    assert score(seeker=slower) < score()
    assert reasons(seeker=slower)[2] == "2 concepts a week, faster than your 1"
    assert score(seeker=replace(SEEKER, pace=5)) < score(seeker=slower)
