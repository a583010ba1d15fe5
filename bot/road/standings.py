"""Where a learner stands with each concept of the road: what pictures, steps, plans and agendas are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.practising import Practising
from foundation.database import DatabaseThread
from foundation.learners import Learner
from foundation.store import LearnerStore

LATELY = timedelta(days=14)

State = Literal["mastered", "learning", "known", "new"]


@dataclass(frozen=True)
class ConceptStanding:
    """Where a learner stands with a concept.

    Attributes:
        state: `mastered` by answers on several days; `learning`: begun; `known`: never asked, but assumed from a
            diagnostic or from the level that they chose; `new`.
        strength: the probability that it is remembered today; None where it was never reviewed.
        due: whether it is to be repeated today.
        answered: the study date of the last answer on it.
        missed: whether that answer was wrong, and given lately.
    """

    concept: str
    state: State
    strength: float | None = None
    due: bool = False
    answered: date | None = None
    missed: bool = False


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
        last = {one.concept: one for one in standing.learned.begun}

        def state(id: str) -> State:
            if id in standing.mastered:
                return "mastered"
            return "learning" if id in cards or id in last else "known" if id in standing.known else "new"

        def stands(id: str) -> ConceptStanding:
            strength = memory.retrievability(cards[id], on) if id in cards else None
            answer = last.get(id)
            missed = answer is not None and answer.outcome == "wrong" and on - answer.study_date <= LATELY
            return ConceptStanding(
                id, state(id), strength, id in standing.due, answer.study_date if answer else None, missed
            )

        return {id: stands(id) for id in concepts}
