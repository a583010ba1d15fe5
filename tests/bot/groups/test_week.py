"""A group's weeks: which concepts each has, and when what is said, over changes of the clocks too."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.groups.group import Group, Meeting
from bot.groups.week import (
    Course,
    Occasion,
    Week,
    due,
    first_monday,
    local_monday,
    mastered_by_most,
    next_at,
    occasions,
)

MADE = datetime(2026, 3, 3, 12, tzinfo=UTC)  # a Tuesday
MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)

GROUP = Group(
    id="g1",
    server=1,
    name="Evening learners",
    owner=1,
    stage=None,
    concepts=("a", "b", "c", "d", "e"),
    pace=2,
    meeting=Meeting(2, time(18, 30)),
    zone="Europe/Berlin",
    minutes=60,
    approval=False,
    size=8,
    created_at=MADE,
    home=5,
)
COURSE = Course(GROUP, MONDAY)


def of_kind(group: Group, kind: str, monday: date = MONDAY) -> Occasion:
    return next(one for one in occasions(group, monday) if one.kind == kind)


def local(one: Occasion, group: Group = GROUP) -> str:
    return f"{one.at.astimezone(ZoneInfo(group.zone)):%A %H:%M}"


# -------------------------------------------------------------------- concepts


@pytest.mark.parametrize(("day", "first"), [(2, 2), (5, 2), (6, 9), (8, 9)])
def test_the_first_week_is_the_current_one_unless_it_is_nearly_over(day: int, first: int) -> None:
    group = replace(GROUP, created_at=datetime(2026, 3, day, 12, tzinfo=UTC))
    assert first_monday(group) == date(2026, 3, first)


def test_weeks_follow_the_road_at_the_pace() -> None:
    assert [week.concepts for week in COURSE.weeks()] == [("a", "b"), ("c", "d"), ("e",)]
    assert COURSE.week(MONDAY + WEEK) == Week(2, MONDAY + WEEK, ("c", "d"))
    assert COURSE.week(MONDAY + 3 * WEEK).concepts == ()
    assert COURSE.met(MONDAY + WEEK) == ("a", "b", "c", "d")


def test_what_most_have_mastered_gives_its_place_to_what_comes_next() -> None:
    assert COURSE.passing_over(MONDAY + WEEK, {"c", "a"}) == ("c",)
    course = replace(COURSE, without=frozenset({"c"}))
    assert course.week(MONDAY).concepts == ("a", "b")
    assert course.week(MONDAY + WEEK).concepts == ("d", "e")


def test_passing_over_goes_on_to_what_moved_up() -> None:
    assert COURSE.passing_over(MONDAY, {"a", "c", "e"}) == ("a", "c")
    assert COURSE.passing_over(MONDAY, set(GROUP.concepts)) == GROUP.concepts


def test_most_are_never_fewer_than_three_of_five() -> None:
    assert mastered_by_most([{"a"}, {"a"}], ("a", "b")) == ()
    assert mastered_by_most([{"a"}] * 3, ("a", "b")) == ()
    assert mastered_by_most([{"a"}] * 2 + [set()] * 3, ("a", "b")) == ()
    assert mastered_by_most([{"a"}] * 3 + [set()] * 2, ("a", "b")) == ("a",)
    assert mastered_by_most([{"a"}] * 3 + [set()] * 3, ("a", "b")) == ()
    assert mastered_by_most([{"a"}] * 4 + [set()] * 3, ("a", "b")) == ("a",)


@pytest.mark.parametrize("people", range(1, 8))
def test_what_most_have_mastered_tells_nobody_what_another_has(people: int) -> None:
    """Whoever looks, and whatever they have mastered themselves: every other member could have, or could have not."""
    worlds = [["a" * one for one in able] for able in product((0, 1), repeat=people)]
    said = [some for some in worlds if mastered_by_most(some, ("a",))]
    for viewer, own, other in product(range(people), ("", "a"), range(people)):
        assert other == viewer or len({some[other] for some in said if some[viewer] == own}) != 1
    assert bool(said) == (people >= 5)


def test_another_pace_leaves_done_what_is_done() -> None:
    course = COURSE.changed(replace(GROUP, pace=1), MONDAY + WEEK)
    assert [week.concepts for week in course.weeks()] == [("c",), ("d",), ("e",)]
    assert course.week(MONDAY + WEEK).number == 2


def test_other_concepts_begin_in_the_week_of_the_change() -> None:
    course = COURSE.changed(replace(GROUP, concepts=("b", "x", "y")), MONDAY + 2 * WEEK)
    assert [(week.number, week.concepts) for week in course.weeks()] == [(3, ("x", "y"))]
    again = COURSE.changed(replace(GROUP, concepts=("a", "b")), MONDAY + 2 * WEEK)
    assert [week.concepts for week in again.weeks()] == [("a", "b")]  # nothing else is left


def test_a_group_that_rested_goes_on_where_it_stopped() -> None:
    course = COURSE.resumed(MONDAY + WEEK, MONDAY + 5 * WEEK)
    assert [(week.number, week.concepts) for week in course.weeks()] == [(6, ("c", "d")), (7, ("e",))]


@given(
    pace=st.integers(1, 5),
    mastered=st.sets(st.sampled_from("abcdefgh")),
    week=st.integers(0, 5),
)
@settings(max_examples=60)
def test_every_concept_has_one_week_or_is_passed_over(pace: int, mastered: set[str], week: int) -> None:
    group = replace(GROUP, concepts=tuple("abcdefgh"), pace=pace)
    course = Course(group, MONDAY)
    before = [one for one in course.weeks() if one.monday < MONDAY + week * WEEK]
    passed = course.passing_over(MONDAY + week * WEEK, mastered)
    course = replace(course, without=frozenset(passed))
    planned = [id for one in course.weeks() for id in one.concepts]
    assert sorted([*planned, *passed]) == list(group.concepts)
    assert planned == sorted(planned)
    assert [one for one in course.weeks() if one.monday < MONDAY + week * WEEK] == before
    assert mastered.isdisjoint(course.week(MONDAY + week * WEEK).concepts)


# -------------------------------------------------------------------- moments


def test_a_week_says_its_things_at_the_hours_of_its_zone() -> None:
    said = {one.kind: local(one) for one in occasions(GROUP, MONDAY)}
    assert said == {
        "plan": "Monday 08:00",
        "reminder": "Tuesday 18:30",
        "meeting": "Wednesday 18:30",
        "nudge": "Wednesday 11:00",  # when Thursday begins somewhere
        "digest": "Sunday 18:00",
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
def test_the_hours_stay_over_every_change_of_the_clocks(zone: str) -> None:
    group = replace(GROUP, zone=zone)
    for number in range(60):
        monday = MONDAY + number * WEEK
        said = {one.kind: local(one, group) for one in occasions(group, monday) if one.kind != "nudge"}
        assert set(said.values()) == {"Monday 08:00", "Tuesday 18:30", "Wednesday 18:30", "Sunday 18:00"}


def test_who_meets_early_on_monday_has_the_plan_in_hand() -> None:
    group = replace(GROUP, meeting=Meeting(0, time(7)))
    assert local(of_kind(group, "plan")) == "Monday 07:00"
    assert local(of_kind(group, "reminder")) == "Sunday 07:00"
    late = replace(GROUP, meeting=Meeting(0, time(19)))
    assert local(of_kind(late, "plan")) == "Monday 08:00"


def test_who_meets_on_sunday_evening_is_counted_before_the_digest() -> None:
    group = replace(GROUP, meeting=Meeting(6, time(19)), minutes=90)
    assert local(of_kind(group, "digest")) == "Sunday 20:30"
    assert local(of_kind(replace(group, meeting=Meeting(6, time(10))), "digest")) == "Sunday 18:00"
    assert local(of_kind(replace(group, meeting=Meeting(6, time(23))), "digest")) == "Sunday 23:00"


def test_without_a_meeting_nothing_is_said_of_one() -> None:
    assert {one.kind for one in occasions(replace(GROUP, meeting=None), MONDAY)} == {"plan", "digest", "nudge"}


def test_a_new_group_gets_the_plan_of_its_week_late_and_nothing_else_of_the_past() -> None:
    made = datetime(2026, 3, 5, 12, tzinfo=UTC)  # Thursday, after the meeting
    group = replace(GROUP, created_at=made)
    assert [one.kind for one in due(group, made) if one.kind != "nudge"] == ["plan"]
    friday = replace(GROUP, created_at=made + timedelta(days=1))
    assert due(friday, made + timedelta(days=1)) == ()
    assert local_monday(friday, made + timedelta(days=1)) == MONDAY + WEEK


def test_after_weeks_of_silence_only_the_current_one_is_said() -> None:
    now = datetime(2026, 4, 29, 20, tzinfo=UTC)  # a Wednesday, after the meeting
    assert [(one.kind, one.monday) for one in due(GROUP, now) if one.kind != "nudge"] == [("plan", date(2026, 4, 27))]


def test_a_digest_still_comes_on_monday_and_not_on_tuesday() -> None:
    monday = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert {one.kind for one in due(GROUP, monday)} == {"digest", "plan"}
    assert {one.kind for one in due(GROUP, monday + timedelta(hours=8))} == {"plan"}


def test_every_moment_leads_to_the_next() -> None:
    now, seen = MADE, []
    for _ in range(12):
        now = next_at(GROUP, now)
        seen += [one.kind for one in due(GROUP, now) if one.at == now]
    assert seen[:6] == ["reminder", "nudge", "meeting", "digest", "plan", "reminder"]
