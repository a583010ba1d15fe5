"""The use case of planning: a goal, hours and days become dates; what life moves is laid out anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from bot.calendars import CalendarEntry, calendar_file
from bot.curriculum import Curriculum
from bot.learning import Learning
from bot.road.plan_store import KeptPlan, PlanStore
from bot.road.planned import Planned, Ticked
from bot.road.projects import project_standings
from bot.road.standings import ConceptStanding, Standings
from content.catalogue import Catalogue
from content.plan import MOST_HOURS, Dated, Layout, PlanItem, goal_items, goal_title, goals, lay_out
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.learners import Learner
from foundation.store import LearnerStore
from quizzes.days import study_date
from training.run_store import RunStore

PAUSE = timedelta(days=7)
LONGEST = timedelta(days=5 * 365)
"""From today to the last day that a plan may name."""

MOST_RUNS = 10_000

NO_GOAL = "Choose a goal, or name one concept."


@dataclass(frozen=True)
class Wish:
    """What a learner wants planned; see `Planned` for what each says. `begins` None: today."""

    goal: str
    hours: int | None = None
    begins: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Read:
    """What could be read of what somebody typed: the rest is complained about, a line each."""

    wish: Wish
    complaints: tuple[str, ...]


def read_wish(typed: Mapping[str, str], today: date, learning: Learning, catalogue: Catalogue) -> Read:
    """The wish in a form's fields `goal`, `concept`, `hours`, `begins` and `until`, of which any may be empty."""
    complaints: list[str] = []

    def field(name: str) -> str:
        return typed.get(name, "").strip()

    goal = field("goal")
    if field("concept"):
        try:
            goal = f"concept:{learning.meant(field('concept')).id}"
        except GradusError as refusal:
            complaints.append(str(refusal))
    elif not goal:
        complaints.append(NO_GOAL)
    elif not goal.startswith("concept:") and goal not in goals(catalogue):
        goal = ""
        complaints.append(NO_GOAL)
    hours = _hours(field("hours"), complaints)
    begins = _day(field("begins"), "first day", complaints)
    if begins is not None and not today <= begins <= today + LONGEST:
        begins = None
        complaints.append(f"First day: write one from today on, such as {today.isoformat()}.")
    until = _day(field("until"), "last day", complaints)
    first = begins or today
    if until is not None and not first < until <= today + LONGEST:
        until = None
        complaints.append(f"Last day: write one after {first.isoformat()}, within five years.")
    return Read(Wish(goal, hours, begins, until), tuple(complaints))


def _hours(text: str, complaints: list[str]) -> int | None:
    digits = text.casefold().removesuffix("hours").removesuffix("h").strip()
    if not text or (digits.isdecimal() and 1 <= int(digits[:3]) <= MOST_HOURS):
        return int(digits) if text else None
    complaints.append(f"Hours a week: write a whole number from 1 to {MOST_HOURS}.")
    return None


def _day(text: str, what: str, complaints: list[str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        complaints.append(f"{what.capitalize()}: write it like 2027-02-15.")
        return None


@dataclass(frozen=True)
class Outlook:
    """Where a plan leads from today.

    Attributes:
        hours: a week, by which its dates go; None where each item takes a day.
        needed: the hours a week that what is left takes until the last day; None where there is none, or it is over.
        done_by: the day on which all that is left is done at `hours`, last day or not; None where nothing is left.
    """

    hours: int | None
    needed: int | None
    done_by: date | None


class Planning:
    """Plans. Whoever asks is a `person` (their Discord id); every act names the revision that they saw."""

    def __init__(self, curriculum: Curriculum, database: DatabaseThread, standings: Standings) -> None:
        self._curriculum, self._database, self._standings = curriculum, database, standings
        self._store, self._runs, self._learners = PlanStore(), RunStore(), LearnerStore()

    # -------------------------------------------------------------------- reading, in the database's thread

    def done_projects(
        self, database: Database, learner: Learner | None, standings: Mapping[str, ConceptStanding]
    ) -> frozenset[str]:
        """The projects of which a run has met the bar."""
        records = self._runs.mine(database, learner.id, MOST_RUNS) if learner else []
        found = project_standings(self._curriculum.catalogue, standings, records)
        return frozenset(one.project.id for one in found if one.state == "done")

    def read(
        self,
        database: Database,
        learner: Learner | None,
        standings: Mapping[str, ConceptStanding],
        done_projects: Collection[str],
    ) -> Planned | None:
        """A learner's plan, ticked; items that the roadmap no longer has are left out."""
        kept = self._store.find(database, learner.id) if learner else None
        return self._ticked(kept, standings, done_projects) if kept else None

    def _ticked(
        self, kept: KeptPlan, standings: Mapping[str, ConceptStanding], done_projects: Collection[str]
    ) -> Planned:
        catalogue = self._curriculum.catalogue
        there = [one for one in kept.items if _exists(one.item, catalogue)]
        items = tuple(Ticked(one.item, one.start, one.end, _done(one.item, standings, done_projects)) for one in there)
        return Planned(kept.goal, kept.hours, kept.begins, kept.until, kept.paused, kept.revision, items)

    # -------------------------------------------------------------------- acts

    async def make(self, person: int, wish: Wish, now: datetime) -> None:
        """Make a plan, in place of the one before; what is known, mastered or begun is left out, but for what was done
        of a plan for the same goal.

        Raises:
            GradusError: there is no such goal, or nothing is left to do for it.
        """

        def act(database: Database) -> None:
            with writing(database):
                learner = self._learners.learner_for(database, person, now)
                before = self._store.find(database, learner.id)
                standings = self._standings.read(database, learner, now)
                projects = self.done_projects(database, learner, standings)
                left = self._left(wish.goal, standings, projects)
                if not left:
                    title = goal_title(wish.goal, self._curriculum.catalogue)
                    raise GradusError(f"You know or have begun all that “{title}” takes. Choose another goal.")
                today = study_date(now, learner.zone or "UTC")
                begins = wish.begins or today
                same = self._ticked(before, standings, projects).items if before and before.goal == wish.goal else ()
                done = [_at_latest(one, today) for one in same if one.done]
                kept = KeptPlan(wish.goal, wish.hours, begins, wish.until, None, _revision(before, now), ())
                layout = _laid(self._ticked(kept, standings, ()), left, begins)
                self._store.keep(database, learner.id, replace(kept, items=(*done, *layout.dated)), now)

        await self._database.run(act)

    async def replan(self, person: int, revision: int, now: datetime, *, pause: bool = False) -> None:
        """Lay out what is not done from today on, or from a week later than it would go on; what is done stays.

        A revision that is not the latest does nothing: the press came twice, or from an old message.

        Raises:
            GradusError: the goal is not on the road any more.
        """

        def act(database: Database) -> None:
            with writing(database):
                learner = self._learners.find(database, person)
                kept = self._store.find(database, learner.id) if learner else None
                if learner is None or kept is None or kept.revision != revision:
                    return
                today = study_date(now, learner.zone or "UTC")
                standings = self._standings.read(database, learner, now)
                projects = self.done_projects(database, learner, standings)
                plan = self._ticked(kept, standings, projects)
                rests = plan.paused if plan.paused and plan.is_paused(today) else None
                start = max(rests or today, kept.begins) + PAUSE if pause else max(today, kept.begins)
                done = [_at_latest(one, today) for one in plan.items if one.done]
                layout = _laid(plan, self._left(kept.goal, standings, projects), start)
                changed = replace(
                    kept,
                    until=_until(plan, start),
                    paused=start if pause else None,
                    revision=_revision(kept, now),
                    items=(*done, *layout.dated),
                )
                self._store.keep(database, learner.id, changed, now)

        await self._database.run(act)

    async def drop(self, person: int, revision: int) -> None:
        """Remove a plan, if that is its latest revision."""

        def act(database: Database) -> None:
            with writing(database):
                learner = self._learners.find(database, person)
                kept = self._store.find(database, learner.id) if learner else None
                if learner is not None and kept is not None and kept.revision == revision:
                    self._store.forget(database, learner.id)

        await self._database.run(act)

    async def calendar(self, person: int, now: datetime) -> bytes:
        """What is left of a plan as a calendar file.

        Raises:
            GradusError: there is no plan, or nothing of it is left that has a date.
        """

        def act(database: Database) -> tuple[CalendarEntry, ...]:
            learner = self._learners.find(database, person)
            standings = self._standings.read(database, learner, now)
            plan = self.read(database, learner, standings, self.done_projects(database, learner, standings))
            if learner is None or plan is None:
                return ()
            alias = self._learners.alias(database, learner.id)
            return tuple(_entry(one, alias, self._curriculum.catalogue) for one in plan.left if one.start)

        entries = await self._database.run(act)
        if not entries:
            raise GradusError("Your plan has nothing left with a date. Make a new one with `/me` → *Plan*.")
        return calendar_file("Gradus: my plan", entries, now)

    # -------------------------------------------------------------------- the inside

    def _left(
        self, goal: str, standings: Mapping[str, ConceptStanding], done_projects: Collection[str]
    ) -> list[PlanItem]:
        items = goal_items(goal, self._curriculum.catalogue)
        return [one for one in items if not _done(one, standings, done_projects)]


def outlook(plan: Planned, on: date) -> Outlook:
    """Where a plan leads from a day on."""
    start = max(on, plan.begins, plan.paused or on)
    layout = _laid(plan, [one.item for one in plan.left], start)
    whole = lay_out([one.item for one in plan.left], start, hours=layout.hours, daily=plan.daily)
    return Outlook(layout.hours, layout.needed, whole.done_by)


def _laid(plan: Planned, items: Sequence[PlanItem], start: date) -> Layout:
    return lay_out(items, start, hours=plan.hours, until=_until(plan, start), daily=plan.daily)


def _until(plan: Planned, start: date) -> date | None:
    """The last day, unless it is over by then."""
    return plan.until if plan.until is not None and plan.until >= start else None


def _revision(before: KeptPlan | None, now: datetime) -> int:
    """The next one: none comes twice, even where a plan was dropped in between."""
    return max(int(now.timestamp()), before.revision + 1 if before else 0)


def _at_latest(one: Ticked, day: date) -> Dated:
    """What is done, not later than a day."""
    end = min(one.end or day, day)
    return Dated(one.item, min(one.start or end, end), end)


def _exists(item: PlanItem, catalogue: Catalogue) -> bool:
    return item.id in (catalogue.concepts if item.kind == "concept" else catalogue.projects)


def _done(item: PlanItem, standings: Mapping[str, ConceptStanding], done_projects: Collection[str]) -> bool:
    if item.kind == "project":
        return item.id in done_projects
    return item.id in standings and standings[item.id].state != "new"


def _entry(one: Ticked, alias: str, catalogue: Catalogue) -> CalendarEntry:
    assert one.start is not None
    assert one.end is not None
    item = one.item
    project = item.kind == "project"
    title = catalogue.projects[item.id].title if project else catalogue.concepts[item.id].title
    command = f"/train start {item.id}" if project else f"/learn {title}"
    return CalendarEntry(
        uid=f"{item.kind}-{item.id}@plan-{alias}.gradus",
        title=f"{'Project' if project else 'Learn'}: {title}",
        words=f"About {item.minutes} minutes. On Discord: {command}",
        start=one.start,
        days=(one.end - one.start).days + 1,
    )
