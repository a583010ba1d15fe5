"""Where a learner stands with each concept of the road: what pictures, steps, plans and agendas are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.practising import Practising
from foundation.database import DatabaseThread
from foundation.learners import Learner
from foundation.store import LearnerStore

State = Literal["mastered", "learning", "known", "new"]


@dataclass(frozen=True)
class ConceptStanding:
    """Where a learner stands with a concept.

    Attributes:
        state: `mastered` by answers on several days; `learning`: begun; `known`: never asked, but assumed from a
            diagnostic or from the level that they chose; `new`.
        strength: the probability that it is remembered today; None where it was never reviewed.
        due: whether it is to be repeated today.
    """

    concept: str
    state: State
    strength: float | None = None
    due: bool = False


class Standings:
    """Reads where learners stand, in the road's order. Looking keeps nothing."""

    def __init__(self, curriculum: Curriculum, database: DatabaseThread, practising: Practising) -> None:
        self._curriculum = curriculum
        self._database = database
        self._practising = practising
        self._learners = LearnerStore()

    async def of(self, person: int, now: datetime) -> Mapping[str, ConceptStanding]:
        """Of a Discord account, by concept."""

        def act(database: Database) -> Mapping[str, ConceptStanding]:
            learner = self._learners.find(database, person)
            return self.read(database, learner, now)

        return await self._database.run(act)

    def read(self, database: Database, learner: Learner | None, now: datetime) -> Mapping[str, ConceptStanding]:
        """Of a learner, in the caller's thread; of None, somebody unknown."""
        concepts = self._curriculum.catalogue.concepts
        if learner is None:
            return {id: ConceptStanding(id, "new") for id in concepts}
        standing = self._practising.standing_of(database, learner, now)
        memory, on, cards = standing.plan.memory, standing.learned.on, standing.learned.cards
        met = {*cards, *(one.concept for one in standing.learned.attempts if not one.undone)}

        def state(id: str) -> State:
            if id in standing.mastered:
                return "mastered"
            return "learning" if id in met else "known" if id in standing.known else "new"

        return {
            id: ConceptStanding(
                id, state(id), memory.retrievability(cards[id], on) if id in cards else None, id in standing.due
            )
            for id in concepts
        }
