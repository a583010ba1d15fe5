"""The projects of the road: what to read first, and whether one is done, by which run. None is ever locked.

A project is done by a run of one's own that ended well and met the bar of its task, on whichever data the task had;
where they were drawn by Gradus as a stand-in for published data, their name says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.road.standings import ConceptStanding
from content.catalogue import Catalogue, Concept, Project
from training.records import Record
from training.specs import TASKS, Task

State = Literal["done", "tried", "new"]

STAND_IN = "synthetic-"
"""How the names of data begin that Gradus draws itself, in place of published ones that are not there."""


@dataclass(frozen=True)
class ProjectStanding:
    """Where a learner stands with a project.

    Attributes:
        task: what is trained for it; None where a community's roadmap names a project that Gradus cannot train.
        skills: the concepts to read first, in the road's order, each with where the learner stands.
        runs: of it that are over.
        best: the run that came closest to the bar, or went furthest beyond it; None where none came to a result.
        done_at: when a run first met the bar.
    """

    project: Project
    task: Task | None
    skills: tuple[tuple[Concept, ConceptStanding], ...]
    runs: int = 0
    best: Record | None = None
    done_at: datetime | None = None

    @property
    def state(self) -> State:
        """`done`, `tried` without meeting the bar, or `new`."""
        if self.done_at is not None:
            return "done"
        return "tried" if self.runs else "new"

    @property
    def value(self) -> float | None:
        """The best result."""
        return result(self.best) if self.best is not None else None

    @property
    def read_first(self) -> tuple[Concept, ...]:
        """The skills that the learner neither has mastered nor is taken to know."""
        return tuple(concept for concept, standing in self.skills if standing.state not in ("mastered", "known"))


def project_standings(
    catalogue: Catalogue, standings: Mapping[str, ConceptStanding], records: Sequence[Record]
) -> tuple[ProjectStanding, ...]:
    """Where a learner stands with every project, in the roadmap's order.

    Args:
        standings: by concept.
        records: their runs, of all tasks, in any order.
    """
    return tuple(_standing(project, catalogue, standings, records) for project in catalogue.projects.values())


def _standing(
    project: Project, catalogue: Catalogue, standings: Mapping[str, ConceptStanding], records: Sequence[Record]
) -> ProjectStanding:
    skills = tuple(
        (concept, standings.get(id, ConceptStanding(id, "new")))
        for id, concept in catalogue.concepts.items()
        if id in project.skills
    )
    task = TASKS.get(project.id)
    if task is None:
        return ProjectStanding(project, None, skills)
    over = [one for one in records if one.request.task == task.id and one.over and one.started_at is not None]
    met = [one.ended_at for one in over if meets_bar(task, result(one)) and one.ended_at is not None]
    return ProjectStanding(project, task, skills, len(over), best_run(task, over), min(met, default=None))


def result(record: Record) -> float | None:
    """What a run is ranked by; None where it was stopped, failed or diverged, for then it counts nowhere."""
    task = TASKS.get(record.request.task)
    if task is None or record.state != "done" or "diverged" in record.metrics:
        return None
    return record.metrics.get(task.metric)


def meets_bar(task: Task, value: float | None) -> bool:
    """Whether a result is enough for the project."""
    if value is None:
        return False
    return value >= task.bar if task.higher else value <= task.bar


def best_run(task: Task, records: Iterable[Record]) -> Record | None:
    """The run of the task with the best result; of equals the earliest."""
    results = [(value, one) for one in records if (value := result(one)) is not None]
    sign = -1 if task.higher else 1
    return min(results, key=lambda one: (sign * one[0], one[1].created_at), default=(None, None))[1]


def is_stand_in(dataset: tuple[str, str] | None) -> bool:
    """Whether data were drawn by Gradus in place of published ones."""
    return dataset is not None and dataset[0].startswith(STAND_IN)
