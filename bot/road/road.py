"""The use case of a learner's road: where they stand, what to do next, and their plan, in one look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.road.next_steps import NextStep, next_steps
from bot.road.planned import Planned
from bot.road.planning import Planning
from bot.road.standings import ConceptStanding, Standings
from foundation.database import DatabaseThread
from foundation.store import LearnerStore
from quizzes.days import study_date


@dataclass(frozen=True)
class RoadView:
    """A learner's road.

    Attributes:
        on: their study date today; `zone` is None where they told none, and it is UTC's.
        standings: by concept, in the road's order.
        steps: the best next ones, the best first.
        plan: None where there is none.
    """

    on: date
    zone: str | None
    standings: Mapping[str, ConceptStanding]
    steps: tuple[NextStep, ...]
    plan: Planned | None

    @property
    def begun(self) -> bool:
        """Whether they have answered or planned anything; else they are a newcomer."""
        return self.plan is not None or any(one.state in ("mastered", "learning") for one in self.standings.values())


class Road:
    """Reads the road of whoever asks, a `person` (their Discord id); looking keeps nothing on them.

    Attributes:
        planning: makes and changes plans.
    """

    def __init__(self, curriculum: Curriculum, database: DatabaseThread, standings: Standings) -> None:
        self.planning = Planning(curriculum, database, standings)
        self._curriculum, self._database, self._standings = curriculum, database, standings
        self._learners = LearnerStore()

    async def of(self, person: int, now: datetime) -> RoadView:
        """Where they stand today, what to do next, and their plan."""

        def act(database: Database) -> RoadView:
            learner = self._learners.find(database, person)
            zone = learner.zone if learner else None
            on = study_date(now, zone or "UTC")
            standings = self._standings.read(database, learner, now)
            projects = self.planning.done_projects(database, learner, standings)
            plan = self.planning.read(database, learner, standings, projects)
            steps = next_steps(standings, self._curriculum.catalogue, projects, plan, on)
            return RoadView(on, zone, standings, steps, plan)

        return await self._database.run(act)
