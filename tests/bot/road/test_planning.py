"""Plans of learners: made from what they typed, ticked by what they do, laid out anew when life happens."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from bot.curriculum import Curriculum
from bot.practising import Practising
from bot.road.plan_store import PlanStore
from bot.road.planned import Planned
from bot.road.planning import Wish, outlook, read_wish
from bot.road.profile import Profile, Profiles
from bot.road.road import Road
from bot.road.standings import Standings
from content.catalogue import Catalogue, load
from content.plan import TWENTY_EIGHT_DAYS
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.bank import Bank
from quizzes.practice import Scope
from quizzes.question import Choice
from tests.bot.carried import Carrier
from tests.bot.conftest import NOW, OPTIONS, question
from training.records import Request
from training.run_store import RunStore

ADA, BOB = 11, 22
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def bank(catalogue: Catalogue) -> Bank:
    """One question on each concept."""
    some = (question(f"{id}-one", "single_choice", Choice(OPTIONS), concept=id) for id in catalogue.concepts)
    return Bank({one.id: one for one in some})


@pytest.fixture
def road(curriculum: Curriculum, database: DatabaseThread, practising: Practising) -> Road:
    return Road(curriculum, database, Standings(curriculum, database, practising))


async def plan_of(road: Road, person: int = ADA, now: datetime = NOW) -> Planned:
    plan = (await road.of(person, now)).plan
    assert plan is not None
    return plan


async def begin(practising: Practising, concept: str, now: datetime = NOW, person: int = ADA) -> None:
    view = await practising.begin(person, now, Scope("concept", concept))
    view = await practising.ask(person, view.session.id, 0)
    await practising.answer(person, view.session.id, 0, "A", now)


# -------------------------------------------------------------------- what was typed


def read(curriculum: Curriculum, **typed: str) -> tuple[Wish, tuple[str, ...]]:
    found = read_wish(typed, TODAY, curriculum.learning, curriculum.catalogue)
    return found.wish, found.complaints


def test_what_was_typed_well_is_a_wish(curriculum: Curriculum) -> None:
    later = TODAY + 30 * DAY
    assert read(curriculum, goal="levels", hours=" 5 h", begins=TODAY.isoformat(), until=later.isoformat()) == (
        Wish("levels", 5, TODAY, later),
        (),
    )
    assert read(curriculum, goal="28-days") == (Wish("28-days"), ())
    assert read(curriculum, goal="levels", concept="backprop")[0].goal == "concept:backpropagation"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"hours": "0"}, "Hours a week"),
        ({"hours": "41"}, "Hours a week"),
        ({"hours": "9" * 50}, "Hours a week"),
        ({"hours": "five"}, "Hours a week"),
        ({"hours": "2.5"}, "Hours a week"),
        ({"begins": "tomorrow"}, "First day"),
        ({"begins": "2020-01-01"}, "First day"),
        ({"begins": "2026-02-30"}, "First day"),
        ({"until": "soon"}, "Last day"),
        ({"until": TODAY.isoformat()}, "Last day"),
        ({"until": "9999-12-31"}, "Last day"),
        ({"goal": ""}, "goal"),
        ({"goal": "stage:gone"}, "goal"),
        ({"concept": "qqqqqqqqqq"}, "no concept"),
    ],
)
def test_each_fault_is_named_and_the_rest_is_kept(curriculum: Curriculum, typed: Mapping[str, str], fault: str) -> None:
    good = {"goal": "levels", "hours": "6", "until": (TODAY + 50 * DAY).isoformat()}
    wish, complaints = read(curriculum, **(good | dict(typed)))
    (complaint,) = complaints
    assert fault in complaint
    kept = Wish("levels", 6, None, TODAY + 50 * DAY)
    assert {name for name, value in vars(wish).items() if value != getattr(kept, name)} <= {*typed}


# -------------------------------------------------------------------- making


async def test_a_plan_is_made_from_today_and_looking_keeps_nothing(road: Road, database: DatabaseThread) -> None:
    assert (await road.of(ADA, NOW)).plan is None
    assert database.call(lambda db: LearnerStore().find(db, ADA)) is None
    await road.planning.make(ADA, Wish("28-days"), NOW)
    plan = await plan_of(road)
    assert len(plan.items) == len(TWENTY_EIGHT_DAYS)
    assert [one.end for one in plan.items][:2] == [TODAY, TODAY + DAY]
    assert outlook(plan, TODAY).done_by == TODAY + 27 * DAY
    assert (await road.of(BOB, NOW)).plan is None


async def test_what_is_known_or_begun_is_left_out(road: Road, practising: Practising, profiles: Profiles) -> None:
    await profiles.keep(ADA, Profile(level="beginner"), NOW)
    await begin(practising, "neural-network")
    await road.planning.make(ADA, Wish("stage:beginner", 5), NOW)
    ids = [one.item.id for one in (await plan_of(road)).items]
    assert ids[0] == "perceptron"
    assert "vectors-and-matrices" not in ids
    assert "neural-network" not in ids
    with pytest.raises(GradusError, match="You know or have begun all"):
        await road.planning.make(ADA, Wish("stage:foundations"), NOW)


async def test_a_plan_is_told_in_the_zone_of_its_learner(road: Road, profiles: Profiles) -> None:
    evening = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    await profiles.keep(ADA, Profile(zone="Asia/Tokyo"), evening)  # where it is Monday morning, five o'clock
    await road.planning.make(ADA, Wish("28-days"), evening)
    assert (await plan_of(road, now=evening)).begins == date(2026, 3, 2)


async def test_too_little_time_is_said_with_what_it_takes_and_what_fits(road: Road) -> None:
    until = TODAY + 27 * DAY
    await road.planning.make(ADA, Wish("stage:beginner", 2, until=until), NOW)
    plan = await plan_of(road)
    assert all(one.end is None or one.end <= until for one in plan.items)
    assert plan.without_room
    found = outlook(plan, TODAY)
    assert found.hours == 2
    assert found.needed == 6  # 22 hours in four weeks
    assert found.done_by is not None
    assert found.done_by > until


# -------------------------------------------------------------------- ticking


async def test_what_is_begun_and_what_met_its_bar_is_ticked(
    road: Road, practising: Practising, database: DatabaseThread
) -> None:
    await road.planning.make(ADA, Wish("project:scratch", 5), NOW)
    await begin(practising, "vectors-and-matrices")
    plan = await plan_of(road)
    assert [one.item.id for one in plan.items if one.done] == ["vectors-and-matrices"]
    carrier = Carrier(database)
    await carrier.beat()
    learner = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW)).id
    request = Request("r1", learner, None, "scratch", {}, "any", 1000, 60)
    await database.run(lambda db: RunStore().submit(db, request, NOW, None))
    run = await carrier.begin()
    await carrier.finish(run, {"accuracy": 0.5})
    assert not (await plan_of(road)).items[-1].done
    await database.run(lambda db: RunStore().submit(db, replace(request, id="r2"), NOW, None))
    await carrier.finish(await carrier.begin(), {"accuracy": 0.97})
    assert (await plan_of(road)).items[-1].done


async def test_practice_begins_what_the_plan_names_next(road: Road, practising: Practising) -> None:
    assert (await practising.standing(ADA, NOW)).new == "what-is-deep-learning"
    await road.planning.make(ADA, Wish("concept:loss-functions", 5), NOW)
    assert (await practising.standing(ADA, NOW)).new == (await plan_of(road)).items[0].item.id == "vectors-and-matrices"
    await begin(practising, "vectors-and-matrices")
    assert (await practising.standing(ADA, NOW + DAY)).new == "probability"


# -------------------------------------------------------------------- when life happens


async def test_replanning_keeps_what_is_done_and_moves_the_rest_from_today_on(
    road: Road, practising: Practising
) -> None:
    await road.planning.make(ADA, Wish("28-days"), NOW)
    for concept in TWENTY_EIGHT_DAYS[:3]:
        await begin(practising, concept)
    later = NOW + 12 * DAY
    late = await plan_of(road, now=later)
    assert late.behind(later.date()) == 9
    assert [one.item.id for one in late.overdue(later.date())] == list(TWENTY_EIGHT_DAYS[3:12])
    await road.planning.replan(ADA, late.revision, later)
    plan = await plan_of(road, now=later)
    assert [one.item for one in plan.items] == [one.item for one in late.items]
    assert plan.items[:3] == late.items[:3]
    assert plan.items[3].end == later.date()
    assert plan.behind(later.date()) == 0
    assert plan.last == later.date() + 24 * DAY


async def test_a_second_press_changes_nothing_more(road: Road) -> None:
    await road.planning.make(ADA, Wish("28-days"), NOW)
    before = (await plan_of(road)).revision
    await road.planning.replan(ADA, before, NOW, pause=True)
    paused = await plan_of(road)
    await road.planning.replan(ADA, before, NOW, pause=True)
    await road.planning.drop(ADA, before)
    assert await plan_of(road) == paused
    await road.planning.drop(ADA, paused.revision)
    assert (await road.of(ADA, NOW)).plan is None


async def test_a_pause_moves_what_is_left_a_week_and_ends_when_one_goes_on(road: Road) -> None:
    await road.planning.make(ADA, Wish("28-days"), NOW)
    await road.planning.replan(ADA, (await plan_of(road)).revision, NOW, pause=True)
    plan = await plan_of(road)
    assert plan.is_paused(TODAY + 6 * DAY)
    assert not plan.is_paused(TODAY + 7 * DAY)
    assert plan.items[0].end == TODAY + 7 * DAY
    await road.planning.replan(ADA, plan.revision, NOW, pause=True)
    longer = await plan_of(road)
    assert longer.items[0].end == TODAY + 14 * DAY
    await road.planning.replan(ADA, longer.revision, NOW + DAY)
    again = await plan_of(road, now=NOW + DAY)
    assert not again.is_paused(TODAY + DAY)
    assert again.items[0].end == TODAY + DAY


async def test_a_last_day_that_has_passed_is_let_go(road: Road) -> None:
    await road.planning.make(ADA, Wish("stage:beginner", until=TODAY + 10 * DAY), NOW)
    later = NOW + 20 * DAY
    plan = await plan_of(road, now=later)
    assert outlook(plan, later.date()).needed is None
    await road.planning.replan(ADA, plan.revision, later)
    plan = await plan_of(road, now=later)
    assert plan.until is None
    assert not plan.without_room


async def test_a_change_for_the_same_goal_keeps_what_is_done_and_another_goal_does_not(
    road: Road, practising: Practising
) -> None:
    await road.planning.make(ADA, Wish("28-days"), NOW)
    await begin(practising, TWENTY_EIGHT_DAYS[0])
    await road.planning.make(ADA, Wish("28-days", 3), NOW + DAY)
    plan = await plan_of(road, now=NOW + DAY)
    assert (len(plan.items), plan.done, plan.hours) == (28, 1, 3)
    await road.planning.make(ADA, Wish("levels", 3), NOW + DAY)
    assert (await plan_of(road, now=NOW + DAY)).done == 0


# -------------------------------------------------------------------- to take along


async def test_the_calendar_has_what_is_left_on_its_days(road: Road, practising: Practising) -> None:
    with pytest.raises(GradusError):
        await road.planning.calendar(ADA, NOW)
    await road.planning.make(ADA, Wish("28-days"), NOW)
    await begin(practising, TWENTY_EIGHT_DAYS[0])
    events = Calendar.from_ical(await road.planning.calendar(ADA, NOW)).walk("VEVENT")
    assert len(events) == 27
    first, last = events[0], events[-1]
    assert (str(first["summary"]), first.decoded("dtstart")) == (
        "Learn: Python: variables, expressions and statements",
        TODAY + DAY,
    )
    assert (str(last["summary"]), last.decoded("dtend")) == (
        "Project: Handwritten digit recognition",
        TODAY + 28 * DAY,
    )
    assert uids(await road.planning.calendar(ADA, NOW)) == {str(one["uid"]) for one in events}


def uids(calendar: bytes) -> set[str]:
    return {str(one["uid"]) for one in Calendar.from_ical(calendar).walk("VEVENT")}


async def test_calendars_of_two_learners_or_installations_share_no_entry(road: Road, database: DatabaseThread) -> None:
    await road.planning.make(ADA, Wish("28-days"), NOW)
    await road.planning.make(BOB, Wish("28-days"), NOW)
    mine, theirs = uids(await road.planning.calendar(ADA, NOW)), uids(await road.planning.calendar(BOB, NOW))
    plan = await plan_of(road)
    await road.planning.replan(ADA, plan.revision, NOW + DAY)
    assert uids(await road.planning.calendar(ADA, NOW + DAY)) == mine
    database.call(lambda db: LearnerStore().forget(db, 1))
    database.call(lambda db: PlanStore().forget(db, 1))
    await road.planning.make(ADA, Wish("28-days"), NOW + DAY)  # as it would be where they were met another time
    elsewhere = uids(await road.planning.calendar(ADA, NOW + DAY))
    assert len(mine | theirs | elsewhere) == 3 * 28


async def test_a_plan_is_exported_and_forgotten(road: Road, database: DatabaseThread) -> None:
    await road.planning.make(ADA, Wish("28-days", 5), NOW)
    learner = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW)).id
    tables = database.call(lambda db: PlanStore().export(db, learner))
    assert tables["plans"][0]["goal"] == "28-days"
    assert len(tables["plan_items"]) == 28
    database.call(lambda db: PlanStore().forget(db, learner))
    assert (await road.of(ADA, NOW)).plan is None


# -------------------------------------------------------------------- when the curriculum changes


async def test_a_plan_outlives_a_change_of_the_road(
    road: Road, curriculum: Curriculum, catalogue: Catalogue, bank: Bank
) -> None:
    await road.planning.make(ADA, Wish("stage:beginner", 5), NOW)
    before = await plan_of(road)
    gone = {id: one for id, one in catalogue.concepts.items() if id not in ("training-loop", "data-loading")}
    curriculum.change(replace(catalogue, concepts=gone), bank)
    plan = await plan_of(road)
    assert len(plan.items) == len(before.items) - 2
    await road.planning.replan(ADA, plan.revision, NOW)
    assert len((await plan_of(road)).items) == len(plan.items)
    await road.planning.make(BOB, Wish("concept:gru", 5), NOW)
    gone.pop("gru")
    curriculum.change(replace(catalogue, concepts=gone), bank)
    with pytest.raises(GradusError, match="gru"):
        await road.planning.replan(BOB, (await plan_of(road, BOB)).revision, NOW)
