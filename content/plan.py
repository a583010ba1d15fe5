"""Plans: what a goal takes, in which order, how long it takes, and on which dates.

Costs are estimates in minutes: a lesson is read at the pace of working it through, its code is tried, and its
questions come back a few times; a project is trained more than once and written about. Dates are laid out at a steady
pace: an item ends on the day on which its last minute falls, and none begins before those before it are done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

from content.catalogue import Catalogue
from content.lesson import Lesson
from foundation.errors import GradusError

READING = 75  # words a minute, worked through with pencil and paper
TRYING = 5  # minutes for each piece of code
ASKING = 15  # minutes for a concept's questions, over the weeks in which they come back
UNWRITTEN = 60  # minutes for a concept whose lesson is being written
TRAINING: Final[Mapping[str, int]] = MappingProxyType({"beginner": 120, "intermediate": 180, "advanced": 240})
"""Minutes for a project by its level: a few runs, their curves, and a page about them."""

COST_WORDS = (
    f"A lesson counts {READING} words a minute, {TRYING} minutes a piece of code and {ASKING} for its questions; "
    "a project 2 to 4 hours for its runs and a page about them."
)

DEFAULT_HOURS, MOST_HOURS = 5, 40
WEEK = 7

PRESETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "28-days": "28 days of neural networks from scratch",
        "levels": "The four levels",
        "steps": "The fifteen career steps",
    }
)
"""Ready-made goals, by id."""

EVERYTHING = "all"

TWENTY_EIGHT_DAYS: Final = (
    "what-is-deep-learning",
    "python-fundamentals",
    "python-data-structures",
    "vectors-and-matrices",
    "numpy",
    "supervised-and-unsupervised-learning",
    "regression-and-classification",
    "neural-network",
    "perceptron",
    "activation-functions",
    "multilayer-perceptron",
    "forward-propagation",
    "probability",
    "loss-functions",
    "derivatives",
    "chain-rule",
    "gradients",
    "gradient-descent",
    "computation-graph",
    "backpropagation",
    "project:scratch",
    "weight-initialization",
    "overfitting-and-underfitting",
    "tensors",
    "pytorch",
    "data-loading",
    "training-loop",
    "project:digits",
)
"""A day each: Python and NumPy, in which the lessons' code is written; from one neuron to a network in NumPy; then the
same in PyTorch.
"""


@dataclass(frozen=True)
class PlanItem:
    """Something that a plan holds: a concept or a project, and the minutes that it takes."""

    kind: Literal["concept", "project"]
    id: str
    minutes: int


@dataclass(frozen=True)
class Dated:
    """An item on the days from `start` to `end`; None where it has no room before the plan's last day."""

    item: PlanItem
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Layout:
    """Items on dates.

    Attributes:
        dated: in order; from the first that has no room before the last day, none has dates.
        hours: a week, by which they go; None where each takes a day.
        needed: the hours a week that all of it takes until the last day, more than `MOST_HOURS` where that is too
            much; None where there is no last day.
        done_by: the day on which all of it is done at `hours`; None where there is nothing to do.
    """

    dated: tuple[Dated, ...]
    hours: int | None
    needed: int | None
    done_by: date | None

    @property
    def fits(self) -> bool:
        """Whether everything has its dates."""
        return all(one.end is not None for one in self.dated)


# -------------------------------------------------------------------- what a goal takes


def goals(catalogue: Catalogue) -> dict[str, str]:
    """What can be planned for, titles by id: presets, everything, stages, projects. A concept is `concept:<id>`."""
    presets = {id: title for id, title in PRESETS.items() if _chosen(id, catalogue)}
    return {
        **presets,
        EVERYTHING: "The whole road",
        **{f"stage:{id}": one.title for id, one in catalogue.stages.items()},
        **{f"project:{id}": one.title for id, one in catalogue.projects.items()},
    }


def goal_title(goal: str, catalogue: Catalogue) -> str:
    """What a goal is called.

    Raises:
        GradusError: there is no such goal (any more).
    """
    kind, _, id = goal.partition(":")
    if kind == "concept":
        return catalogue.concept(id).title
    titles = goals(catalogue)
    if goal not in titles:
        raise GradusError("The road has changed, and this goal is no longer on it: choose another one for your plan.")
    return titles[goal]


def goal_items(goal: str, catalogue: Catalogue) -> tuple[PlanItem, ...]:
    """All that a goal takes, with what that builds on, in the order in which to learn it.

    Raises:
        GradusError: there is no such goal (any more).
    """
    goal_title(goal, catalogue)
    if goal == "28-days":
        return tuple(_item(name, catalogue) for name in _chosen(goal, catalogue))
    chosen = _chosen(goal, catalogue)
    needed = _with_needs(chosen, catalogue)
    order = needed if goal == "steps" else [id for id in catalogue.concepts if id in needed]
    return tuple(_with_projects(order, _projects(goal, order, catalogue), catalogue))


def concept_minutes(lesson: Lesson | None) -> int:
    """What a concept takes, in whole quarters of an hour."""
    if lesson is None:
        return UNWRITTEN
    words = sum(len(one.body.split()) for one in lesson.sections)
    code = sum(len(one.code) for one in lesson.sections)
    minutes = words / READING + TRYING * code + ASKING
    return max(1, round(minutes / 15)) * 15


def _item(name: str, catalogue: Catalogue) -> PlanItem:
    """The item that `project:<id>` or a concept's id names."""
    kind, _, project = name.partition(":")
    if kind == "project":
        return PlanItem("project", project, TRAINING.get(catalogue.projects[project].level, TRAINING["intermediate"]))
    return PlanItem("concept", name, concept_minutes(catalogue.lessons.get(name)))


def _chosen(goal: str, catalogue: Catalogue) -> list[str]:
    """What a goal names itself, in its own order."""
    kind, _, of = goal.partition(":")
    concepts, projects = catalogue.concepts, catalogue.projects
    if goal == "28-days":
        there = {*concepts, *(f"project:{id}" for id in projects)}
        return [name for name in TWENTY_EIGHT_DAYS if name in there]
    if goal == "levels":
        return [id for id, one in concepts.items() if one.stage != "career"]
    if goal == "steps":
        return [id for step in catalogue.steps.values() for id in step.concepts if id in concepts]
    if kind == "stage":
        return [id for id, one in concepts.items() if one.stage == of]
    if kind == "project":
        return [*projects[of].skills] if of in projects else []
    return [of] if kind == "concept" else [*concepts]


def _with_needs(chosen: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The concepts in the order given, each after what it requires."""
    found: dict[str, None] = {}

    def add(id: str) -> None:
        if id not in found:
            for required in catalogue.concepts[id].requires:
                add(required)
            found[id] = None

    for id in chosen:
        add(id)
    return [*found]


def _projects(goal: str, concepts: Collection[str], catalogue: Catalogue) -> list[str]:
    """The projects that belong to a goal: those whose skills it all teaches."""
    kind, _, of = goal.partition(":")
    if kind in ("concept", "project"):
        return [of] if kind == "project" else []
    ready = [one for one in catalogue.projects.values() if set(one.skills) <= set(concepts)]
    if kind == "stage":
        ready = [one for one in ready if any(catalogue.concepts[id].stage == of for id in one.skills)]
    return [one.id for one in ready]


def _with_projects(concepts: Sequence[str], projects: Iterable[str], catalogue: Catalogue) -> Iterator[PlanItem]:
    """Each project as soon as all its skills have been there."""
    waiting = {id: set(catalogue.projects[id].skills) for id in projects}
    for concept in concepts:
        yield _item(concept, catalogue)
        for id, missing in [*waiting.items()]:
            missing.discard(concept)
            if not missing:
                del waiting[id]
                yield _item(f"project:{id}", catalogue)


# -------------------------------------------------------------------- on which dates


def lay_out(
    items: Sequence[PlanItem], start: date, *, hours: int | None = None, until: date | None = None, daily: bool = False
) -> Layout:
    """The items on dates from `start` on.

    Args:
        hours: a week; None: as many as it takes until the last day, or `DEFAULT_HOURS` where there is none.
        until: the last day, not before `start`.
        daily: an item a day in place of hours.
    """
    whole = sum(one.minutes for one in items)
    needed = hours_needed(whole, start, until) if until else None
    weekly = None if daily else hours or min(needed or DEFAULT_HOURS, MOST_HOURS)
    dated, before = [], 0
    for item in items:
        weight = 1 if weekly is None else item.minutes
        dated.append(Dated(item, _day(start, before, weekly), _day(start, before + weight - 1, weekly)))
        before += weight
    done_by = dated[-1].end if dated else None
    return Layout(tuple(_until(dated, until)), weekly, needed, done_by)


def hours_needed(minutes: int, start: date, until: date) -> int:
    """The whole hours a week that some minutes take on the days from `start` to `until`."""
    days = (until - start).days + 1
    return max(1, -(-minutes * WEEK // (60 * days)))


def _day(start: date, before: int, weekly: int | None) -> date:
    """The day of the minute, or of the item, before which there are that many."""
    return start + timedelta(days=before if weekly is None else before * WEEK // (60 * weekly))


def _until(dated: Sequence[Dated], until: date | None) -> Iterator[Dated]:
    room = True
    for one in dated:
        room = room and (until is None or one.end is None or one.end <= until)
        yield one if room else Dated(one.item)
