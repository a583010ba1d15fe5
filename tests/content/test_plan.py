"""Plans: what goals take, and on which dates."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.catalogue import Catalogue, Concept, Project, Stage, load
from content.plan import (
    DEFAULT_HOURS,
    MOST_HOURS,
    PRESETS,
    TWENTY_EIGHT_DAYS,
    PlanItem,
    concept_minutes,
    goal_items,
    goal_title,
    goals,
    hours_needed,
    lay_out,
)
from foundation.errors import GradusError

START = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@st.composite
def roads(draw: st.DrawFn) -> Catalogue:
    """Concepts of two stages, of which each requires some that stand before it, and projects on some of them."""
    ids = [f"c{number}" for number in range(draw(st.integers(1, 10)))]
    concepts = {
        id: Concept(
            id,
            "early" if 2 * place < len(ids) else "late",
            id,
            tuple(sorted(draw(st.sets(st.sampled_from(ids[:place]), max_size=3)))) if place else (),
            (),
            (0,),
            (),
        )
        for place, id in enumerate(ids)
    }
    projects = {
        f"p{number}": Project(
            f"p{number}", "beginner", f"P{number}", tuple(draw(st.sets(st.sampled_from(ids), min_size=1))), ()
        )
        for number in range(draw(st.integers(0, 3)))
    }
    stages = {id: Stage(id, id, "") for id in ("early", "late")}
    return Catalogue(stages, concepts, projects, {}, {}, {}, {}, Path())


minutes = st.lists(st.integers(1, 16).map(lambda quarters: 15 * quarters), min_size=1, max_size=20)


def items(some: list[int]) -> list[PlanItem]:
    return [PlanItem("concept", f"c{number}", length) for number, length in enumerate(some)]


# -------------------------------------------------------------------- what a goal takes


def check_order(catalogue: Catalogue, some: tuple[PlanItem, ...]) -> None:
    """Everything stands once, after all that it builds on."""
    assert len(set(some)) == len(some)
    before: set[str] = set()
    for one in some:
        needs = catalogue.concepts[one.id].requires if one.kind == "concept" else catalogue.projects[one.id].skills
        assert before.issuperset(needs)
        before |= {one.id} if one.kind == "concept" else set()


@settings(max_examples=25, deadline=None)
@given(roads(), st.data())
def test_every_goal_holds_what_it_builds_on_before_it(catalogue: Catalogue, data: st.DataObject) -> None:
    goal = data.draw(st.sampled_from([*goals(catalogue), *(f"concept:{id}" for id in catalogue.concepts)]))
    check_order(catalogue, goal_items(goal, catalogue))


def test_every_goal_of_the_real_road_holds_what_it_builds_on_before_it(catalogue: Catalogue) -> None:
    for goal in goals(catalogue):
        some = goal_items(goal, catalogue)
        assert some, goal
        check_order(catalogue, some)


def test_the_28_days_lead_from_a_neuron_to_a_network_and_are_all_on_the_road(catalogue: Catalogue) -> None:
    there = {*catalogue.concepts, *(f"project:{id}" for id in catalogue.projects)}
    assert there.issuperset(TWENTY_EIGHT_DAYS)
    some = goal_items("28-days", catalogue)
    assert len(some) == 28
    assert [one.id for one in some if one.kind == "project"] == ["scratch", "digits"]
    layout = lay_out(some, START, daily=True)
    assert [one.end for one in layout.dated] == [START + number * DAY for number in range(28)]
    assert layout.done_by == START + 27 * DAY


def test_the_28_days_teach_python_and_numpy_before_the_lessons_whose_code_is_written_in_them() -> None:
    days = TWENTY_EIGHT_DAYS
    assert days.index("python-fundamentals") == 1
    networks = [day for day in days[1:] if day not in ("python-fundamentals", "python-data-structures", "numpy")]
    assert networks[0] == "vectors-and-matrices"  # which NumPy needs
    assert days.index("numpy") < min(map(days.index, networks[1:]))


def test_the_four_levels_leave_the_career_out_and_hold_every_project(catalogue: Catalogue) -> None:
    some = goal_items("levels", catalogue)
    stages = {catalogue.concepts[one.id].stage for one in some if one.kind == "concept"}
    assert stages == {"foundations", "beginner", "intermediate", "advanced"}
    assert {one.id for one in some if one.kind == "project"} == set(catalogue.projects)


def test_the_fifteen_steps_hold_every_concept_of_each_in_their_order(catalogue: Catalogue) -> None:
    order = [one.id for one in goal_items("steps", catalogue)]
    assert set(order).issuperset(id for step in catalogue.steps.values() for id in step.concepts)
    firsts = [order.index(step.concepts[0]) for step in catalogue.steps.values()]
    assert firsts[0] == 0
    assert order.index("giving-back") == len(order) - 1


def test_a_project_ends_with_itself_and_a_concept_with_itself(catalogue: Catalogue) -> None:
    assert goal_items("project:scratch", catalogue)[-1] == PlanItem("project", "scratch", 120)
    alone = goal_items("concept:backpropagation", catalogue)
    assert alone[-1].id == "backpropagation"
    assert {one.kind for one in alone} == {"concept"}


def test_goals_have_titles_and_what_is_no_goal_is_refused(catalogue: Catalogue) -> None:
    assert goal_title("28-days", catalogue) == PRESETS["28-days"]
    assert goal_title("stage:beginner", catalogue) == "Neural network foundations"
    assert goal_title("concept:dropout", catalogue) == "Dropout"
    for wrong in ("stage:none", "concept:none", "tomorrow", ""):
        with pytest.raises(GradusError):
            goal_items(wrong, catalogue)


def test_a_concept_costs_by_the_length_of_its_lesson(catalogue: Catalogue) -> None:
    costs = [concept_minutes(one) for one in catalogue.lessons.values()]
    assert {30, 45} <= set(costs) <= {30, 45, 60}
    assert concept_minutes(None) == 60
    lesson = catalogue.lessons["dropout"]
    twice = replace(lesson, sections=lesson.sections * 2)
    assert concept_minutes(twice) > concept_minutes(lesson)


# -------------------------------------------------------------------- on which dates


@settings(max_examples=40, deadline=None)
@given(minutes, st.integers(1, MOST_HOURS), st.none() | st.integers(0, 60), st.booleans())
def test_dates_keep_the_order_the_days_and_the_hours(
    some: list[int], hours: int, days: int | None, daily: bool
) -> None:
    until = START + days * DAY if days is not None else None
    layout = lay_out(items(some), START, hours=hours, until=until, daily=daily)
    assert [one.item for one in layout.dated] == items(some)
    dated = [(one.start, one.end, one.item) for one in layout.dated if one.start and one.end]
    assert dated == [(one.start, one.end, one.item) for one in layout.dated[: len(dated)]]  # no gap among them
    for (start, end, _), (following, _, _) in pairwise(dated):
        assert START <= start <= end <= following
    assert all(until is None or end <= until for _, end, _ in dated)
    if not daily:
        for week in range(len(some) * 4 // hours + 1):
            first, last = START + 7 * week * DAY, START + (7 * week + 6) * DAY
            assert sum(one.minutes for start, end, one in dated if first <= start and end <= last) <= 60 * hours


@settings(max_examples=40, deadline=None)
@given(minutes, st.integers(0, 200))
def test_the_hours_that_it_takes_are_enough_and_no_hour_more(some: list[int], days: int) -> None:
    until = START + days * DAY
    needed = hours_needed(sum(some), START, until)
    assert lay_out(items(some), START, hours=needed, until=until).fits
    layout = lay_out(items(some), START, until=until)
    assert (layout.needed, layout.hours) == (needed, min(needed, MOST_HOURS))
    assert layout.fits or needed > MOST_HOURS
    if needed > 1 and sum(some) * 7 > (needed - 1) * 60 * (days + 1) + 7:
        assert not lay_out(items(some), START, hours=needed - 1, until=until).fits


def test_what_has_no_room_has_no_date_and_the_end_is_told_all_the_same() -> None:
    layout = lay_out(items([60] * 10), START, hours=2, until=START + 13 * DAY)
    assert [one.end is not None for one in layout.dated] == [True] * 4 + [False] * 6
    assert not layout.fits
    assert (layout.needed, layout.hours) == (5, 2)
    assert layout.done_by == START + 34 * DAY


def test_without_hours_and_last_day_the_pace_is_the_usual_one() -> None:
    layout = lay_out(items([60] * 10), START)
    assert (layout.hours, layout.needed, layout.done_by) == (DEFAULT_HOURS, None, START + 13 * DAY)
    assert lay_out([], START).done_by is None


def test_a_long_item_takes_the_days_that_it_needs() -> None:
    (one,) = lay_out(items([240]), START, hours=2).dated
    assert (one.start, one.end) == (START, START + 13 * DAY)
