"""The use case of progress: a learner's own statistics, and a server's board by effort."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.practising import Practising
from content.pictures import picture
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.anki import anki_package
from quizzes.board_store import BoardStore, DayOfEffort
from quizzes.csv_export import attempts_csv
from quizzes.days import study_date
from quizzes.history import Attempt, counted
from quizzes.memory import Memory
from quizzes.practice import Learned
from quizzes.statistics import Statistics, statistics
from quizzes.store import PracticeStore

BOARD_DAYS = 28


@dataclass(frozen=True)
class Place:
    """Somebody's place on a board.

    Attributes:
        place: from 1; equal effort shares a place.
        person: their Discord account.
        days: of the last four weeks with effort.
        questions: answered in them.
    """

    place: int
    person: int
    days: int
    questions: int


@dataclass(frozen=True)
class Board:
    """A server's board as somebody sees it.

    Attributes:
        places: of all who joined and practised in the last four weeks, best first.
        own: the place of who looks, if they have one.
        joined: whether they are on this board.
    """

    places: tuple[Place, ...]
    own: Place | None
    joined: bool


class Progress:
    """Statistics and boards. Whoever asks is a `person` (their Discord id); looking keeps nothing on them."""

    def __init__(
        self, curriculum: Curriculum, database: DatabaseThread, practising: Practising, pictures: Path
    ) -> None:
        """`pictures` is the folder where drawn pictures are kept."""
        self._pictures = pictures
        self._curriculum = curriculum
        self._database = database
        self._practising = practising
        self._store = BoardStore()
        self._attempts = PracticeStore()
        self._learners = LearnerStore()

    async def of(self, person: int, now: datetime) -> Statistics:
        """What a learner's practice adds up to today."""
        catalogue = self._curriculum.catalogue
        if await self._database.run(lambda database: self._learners.find(database, person)) is None:
            return statistics(Learned({}, (), study_date(now, "UTC")), Memory(), (), catalogue)
        standing = await self._practising.standing(person, now)
        return statistics(standing.learned, standing.plan.memory, standing.mastered, catalogue)

    async def anki(self, person: int, now: datetime) -> bytes:
        """An Anki package of every question on what they learn.

        Raises:
            GradusError: they have learned nothing yet.
        """
        log = await self._log(person)
        concepts = {one.concept for one in counted(log) if not one.aside}
        catalogue, bank = self._curriculum.catalogue, self._curriculum.bank

        def made() -> bytes:
            return anki_package(concepts, bank, catalogue, lambda name: self._picture(name).read_bytes(), now)

        return await asyncio.to_thread(made)

    async def table(self, person: int) -> bytes:
        """Every attempt of theirs as CSV.

        Raises:
            GradusError: there is none.
        """
        log = await self._log(person)
        if not log:
            raise GradusError("There is nothing to take along yet: `/quiz now` asks your first questions.")
        return attempts_csv(log)

    def _picture(self, name: str) -> Path:
        return picture(name, self._pictures)

    async def _log(self, person: int) -> tuple[Attempt, ...]:
        def read(database: Database) -> tuple[Attempt, ...]:
            learner = self._learners.find(database, person)
            return self._attempts.attempts(database, learner.id) if learner else ()

        return await self._database.run(read)

    async def board(self, person: int, server: int, now: datetime) -> Board:
        """A server's board, as `person` sees it."""
        return await self._database.run(lambda database: self._board(database, person, server, now))

    async def join(self, person: int, server: int, now: datetime) -> None:
        """Put somebody on a server's board, and on no other."""

        def act(database: Database) -> None:
            with writing(database):
                self._store.join(database, self._learners.learner_for(database, person, now).id, server)

        await self._database.run(act)

    async def leave(self, person: int, server: int) -> None:
        """Take somebody off a server's board."""
        await self.drop([person], server)

    async def drop(self, people: Iterable[int], server: int) -> None:
        """Take several off it: those who are no members of the server any more."""

        def act(database: Database) -> None:
            with writing(database):
                for person in people:
                    learner = self._learners.find(database, person)
                    if learner is not None:
                        self._store.leave(database, learner.id, server)

        await self._database.run(act)

    def _board(self, database: Database, person: int, server: int, now: datetime) -> Board:
        # Study dates lie up to two days before the date in UTC; each learner's own window is cut in `ranked`.
        since = now.date() - timedelta(days=BOARD_DAYS + 1)
        places = ranked(self._store.effort(database, server, since), now)
        learner = self._learners.find(database, person)
        return Board(
            places=places,
            own=next((one for one in places if one.person == person), None),
            joined=learner is not None and self._store.is_on(database, learner.id, server),
        )


def ranked(efforts: Iterable[DayOfEffort], now: datetime) -> tuple[Place, ...]:
    """Places by days with effort in the four weeks up to each one's own study date, then by questions answered."""
    days: dict[int, int] = {}
    questions: dict[int, int] = {}
    for one in efforts:
        on = study_date(now, one.zone or "UTC")
        if on - timedelta(days=BOARD_DAYS) < one.day <= on:
            days[one.person] = days.get(one.person, 0) + 1
            questions[one.person] = questions.get(one.person, 0) + one.questions
    worth = {person: (days[person], questions[person]) for person in days}
    best_first = sorted(worth, key=lambda person: (worth[person], -person), reverse=True)
    values = [worth[person] for person in best_first]
    return tuple(Place(values.index(worth[person]) + 1, person, *worth[person]) for person in best_first)
