"""The three next steps: what comes first, why, and never anything that is locked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.road.next_steps import MOST, NextStep, carries, next_steps
from bot.road.planned import Planned, Ticked
from bot.road.standings import ConceptStanding, State
from content.catalogue import Catalogue, load
from content.plan import goal_items, lay_out

ON = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def road() -> Catalogue:
    return load()


ROAD = load()


def stands(state: State, *ids: str, strength: float | None = None, due: bool = False) -> dict[str, ConceptStanding]:
    known = 0.95 if state in ("mastered", "learning") and strength is None else strength
    return {id: ConceptStanding(id, state, known, due) for id in ids}


def planned(goal: str, start: date = ON, done: tuple[str, ...] = (), paused: date | None = None) -> Planned:
    dated = lay_out(goal_items(goal, ROAD), start).dated
    items = tuple(Ticked(one.item, one.start, one.end, one.item.id in done) for one in dated)
    return Planned(goal, None, start, None, paused, 1, items)


def kinds(steps: tuple[NextStep, ...]) -> list[str]:
    return [one.kind for one in steps]


BASE = stands("known", *(id for id, one in ROAD.concepts.items() if one.stage == "foundations"))
NETWORK = stands("mastered", "neural-network", "perceptron", "activation-functions")


def test_a_newcomer_begins_what_opens_most(road: Catalogue) -> None:
    steps = next_steps({}, road, (), None, ON)
    assert kinds(steps) == ["begin"] * 3
    assert all(not road.concepts[one.concepts[0]].requires for one in steps)
    opens = [one.opens for one in steps]
    assert opens == sorted(opens, reverse=True)
    assert opens[0] > 30


def test_what_is_due_comes_first_the_weakest_first(road: Catalogue) -> None:
    due = stands("learning", "neural-network", strength=0.8, due=True) | stands(
        "learning", "perceptron", strength=0.4, due=True
    )
    first = next_steps(BASE | due, road, (), None, ON)[0]
    assert (first.kind, first.concepts) == ("repeat", ("perceptron", "neural-network"))
    assert first.minutes == 2


def test_what_was_missed_is_mended_where_something_learned_builds_on_it(road: Catalogue) -> None:
    missed = {"perceptron": ConceptStanding("perceptron", "learning", 0.9, answered=ON, missed=True)}
    learned = stands("learning", "neural-network", "activation-functions")
    mend = next_steps(BASE | learned | missed, road, (), None, ON)[0]
    assert mend == NextStep("mend", ("perceptron",), carries="activation-functions", missed=True)
    faded = next_steps(BASE | learned | stands("learning", "perceptron", strength=0.5), road, (), None, ON)[0]
    assert (faded.kind, faded.missed) == ("mend", False)


def test_a_weak_spot_on_which_nothing_rests_is_left_to_practice(road: Catalogue) -> None:
    weak = stands("learning", "eigenvalues", strength=0.3) | stands("known", "matrix-decomposition")
    assert "mend" not in kinds(next_steps(BASE | weak, road, (), None, ON))


def test_a_project_is_named_once_all_its_skills_are_there(road: Catalogue) -> None:
    skills = stands("mastered", *road.projects["scratch"].skills)
    steps = next_steps(BASE | NETWORK | skills, road, (), None, ON)
    assert NextStep("train", project="scratch") in steps
    assert "train" not in kinds(next_steps(BASE | NETWORK | skills, road, ("scratch",), None, ON))
    weak = stands("learning", "backpropagation", strength=0.4)
    assert "train" not in kinds(next_steps(BASE | NETWORK | skills | weak, road, (), None, ON))


def test_the_plan_says_what_is_begun_next(road: Catalogue) -> None:
    plan = planned("stage:beginner", done=tuple(BASE))
    step = next_steps(BASE, road, (), plan, ON)[0]
    assert (step.kind, step.concepts) == ("plan", ("neural-network",))
    assert step.on == next(one.end for one in plan.left)
    assert step.opens > 30


def test_the_plan_names_its_project_when_it_is_next(road: Catalogue) -> None:
    done = tuple(id for id in road.concepts if id in {one.item.id for one in planned("project:scratch").items})
    plan = planned("project:scratch", done=done)
    steps = next_steps(stands("mastered", *done), road, (), plan, ON)
    assert (steps[0].kind, steps[0].project) == ("train", "scratch")
    assert steps[0].on is not None
    assert [one.project for one in steps].count("scratch") == 1


def test_a_plan_far_behind_is_offered_to_be_laid_out_anew_and_a_paused_one_is_left_alone(road: Catalogue) -> None:
    late = planned("stage:beginner", start=ON - 30 * DAY, done=tuple(BASE))
    steps = next_steps(BASE, road, (), late, ON)
    assert kinds(steps)[:2] == ["replan", "plan"]
    assert steps[0].behind > 7
    paused = planned("stage:beginner", start=ON - 30 * DAY, done=tuple(BASE), paused=ON + 5 * DAY)
    assert not {"replan", "plan"} & set(kinds(next_steps(BASE, road, (), paused, ON)))
    little = planned("stage:beginner", start=ON - 3 * DAY, done=tuple(BASE))
    assert kinds(next_steps(BASE, road, (), little, ON))[0] == "plan"


def test_at_the_end_of_the_road_nothing_is_left(road: Catalogue) -> None:
    assert next_steps(stands("mastered", *road.concepts), road, tuple(road.projects), None, ON) == ()


standings = st.fixed_dictionaries(
    {
        id: st.builds(
            ConceptStanding,
            st.just(id),
            st.sampled_from(("mastered", "learning", "known", "new")),
            st.none() | st.sampled_from((0.2, 0.6, 0.75, 0.99)),
            st.booleans(),
            st.none(),
            st.booleans(),
        ).map(lambda one: replace(one, strength=None, due=False, missed=False) if one.state == "new" else one)
        for id in list(ROAD.concepts)[30:50]
    }
)


@settings(max_examples=40, deadline=None)
@given(standings, st.booleans())
def test_no_step_is_ever_locked_and_the_same_standing_gives_the_same_steps(
    some: dict[str, ConceptStanding], with_plan: bool
) -> None:
    all_of_them = BASE | some
    plan = planned("levels", ON - 20 * DAY) if with_plan else None
    steps = next_steps(all_of_them, ROAD, (), plan, ON)
    assert len(steps) == MOST
    assert steps == next_steps(dict(reversed(all_of_them.items())), ROAD, (), plan, ON)
    for one in steps:
        needs: tuple[str, ...] = ()
        if one.kind in ("plan", "begin"):
            needs = ROAD.concepts[one.concepts[0]].requires
        if one.kind == "train":
            needs = ROAD.projects[one.project].skills
        assert all(carries(all_of_them.get(id, ConceptStanding(id, "new"))) for id in needs)
