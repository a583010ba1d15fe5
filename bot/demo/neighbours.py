"""The visitor's neighbours in the demo: they have practised for two weeks, keep a study group, and play along in
live rounds.

They are made up; what they do goes the way of everybody else: their answers into the practice log, their group's
thread and invitation onto the simulated Discord by the bot.
"""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from simcord.backend.errors import BackendError
from sqlite_utils import Database

from bot.assembly import Gradus
from bot.demo.simulation import SERVER_ID, Simulation
from bot.groups.group_outline import Outline, Rules
from bot.groups.round import Round
from bot.groups.round_store import RoundStore
from bot.road.store import ProfileStore
from foundation.database import writing
from foundation.store import LearnerStore
from quizzes.grading import Grade
from quizzes.posing import LETTERS
from quizzes.practice import Practice
from quizzes.store import PracticeStore

log = logging.getLogger(__name__)

DAYS = 14
RIGHT = 0.8
"""The share of their answers that is right."""

LEVEL = "beginner"
GROUP = Outline("Gradient climbers", "Neural network foundations", meeting="Thursday 18:00", zone="UTC", pace=2)
STUDY_HALL = "study-hall"


class Neighbours:
    """Everybody in the simulated Discord but the visitor."""

    def __init__(self, gradus: Gradus) -> None:
        self._gradus = gradus
        self._people: Sequence[int] = ()

    async def settle(self, simulation: Simulation) -> None:
        """Give them their past and their group at the first start of a demo, and have them invite to it at each."""
        self._people = tuple(one.id for one in simulation.people[1:])
        hall = next(one for one in simulation.channels if one.name == STUDY_HALL)
        group = await self._group(hall.id)
        if group:
            try:
                await simulation.invite(self._people[0], hall, group)
            except (BackendError, ValueError, AssertionError) as error:  # a demo without an invitation is one still
                log.warning("nobody invites to the group: %s", error)

    async def _group(self, hall: int) -> str:
        """The id of their group; empty where the visitor has done away with it."""
        owner, *others = self._people
        groups, now = self._gradus.groups, self._gradus.clock()
        new = [await self._gradus.database.run(partial(self._practise, person, now)) for person in self._people]
        if not new[0]:
            return next((one.id for one in await groups.mine(owner, SERVER_ID) if one.name == GROUP.name), "")
        made = await groups.create(owner, SERVER_ID, hall, GROUP, Rules(), now - timedelta(days=DAYS))
        for person in others:
            await groups.join(person, SERVER_ID, made.group.id, now)
        return made.group.id

    def _practise(self, person: int, now: datetime, database: Database) -> bool:
        """Two weeks of daily sessions, the same ones for the same person; False where they have practised before."""
        gradus, source = self._gradus, random.Random(person)
        practice = Practice(gradus.catalogue, gradus.curriculum.bank)
        with writing(database):
            learner = LearnerStore().learner_for(database, person, now)
            if PracticeStore().attempts(database, learner.id):
                return False
            ProfileStore().keep(database, learner.id, None, LEVEL, None)
            for ago in range(DAYS, 0, -1):
                at = now - timedelta(days=ago)
                standing = gradus.practising.standing_of(database, learner, at)
                for item in practice.session(standing.learned, standing.plan, source):
                    right = source.random() < RIGHT
                    grade = Grade("correct", 1.0, "") if right else Grade("wrong", 0.0, "")
                    at += timedelta(minutes=1)
                    gradus.practising.note(database, learner, item, grade, at)
        return True

    async def tick(self, now: datetime) -> None:
        """Answer in live rounds, each after a while."""
        for round in await self._gradus.rounds.live():
            if round.phase == "asking" and round.until is not None:
                await self._answer(round, round.until, now)

    async def _answer(self, round: Round, until: datetime, now: datetime) -> None:
        posed = (await self._gradus.rounds.view(round.id)).posed
        told = await self._gradus.database.run(partial(RoundStore().answers, id=round.id))
        answered = {one.person for one in told if one.position == round.position}
        for person in self._people:
            source = random.Random(f"{round.id} {round.position} {person}")
            left = timedelta(seconds=round.seconds * source.uniform(0.4, 0.85))
            # Whom the visitor plays may have answered.
            if posed is None or round.asked is None or person in answered or not until - left <= now <= until:
                continue
            letter = round.asked.right if source.random() < RIGHT else source.choice(LETTERS[: len(posed.choices)])
            await self._gradus.rounds.answer(person, round.id, round.position, letter, now)
