"""A worker's part in tests: runs are claimed and their curves written by hand, through the queue's own store."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from foundation.database import DatabaseThread
from tests.bot.conftest import NOW
from training.fairness import Limits
from training.records import Claim, Point, WorkerInfo
from training.run_store import RunStore
from training.states import State

WORKER = WorkerInfo("w", "cpu", 2, 4000)
DATA = ("sklearn-digits", "1")


class Carrier:
    """A worker that does what it is told."""

    def __init__(self, database: DatabaseThread, info: WorkerInfo = WORKER) -> None:
        self._database, self._info, self._store = database, info, RunStore()
        self._claims: dict[str, Claim] = {}

    async def beat(self, now: datetime = NOW) -> None:
        """Be there."""
        await self._database.run(lambda database: self._store.beat(database, self._info, now))

    async def begin(self, now: datetime = NOW) -> str:
        """Take the next run, and begin it; its id."""

        def act(database: Database) -> str:
            taken = self._store.claim(database, self._info, now, Limits(), free=self._info.memory)
            assert taken is not None
            claim, record = taken
            self._store.begin(database, claim, now)
            self._claims[record.id] = claim
            return record.id

        return await self._database.run(act)

    async def report(
        self, run: str, losses: Sequence[float], steps: int = 10, data: tuple[str, str] = DATA, **more: float
    ) -> None:
        """Points of the loss on held-out data, from the first step on."""
        points = [
            Point(step, steps, {"train_loss": loss / 2, "valid_loss": loss, **more})
            for step, loss in enumerate(losses, start=1)
        ]
        await self._database.run(
            lambda database: self._store.add_points(database, self._claims[run], points, None, data)
        )

    async def finish(
        self,
        run: str,
        metrics: Mapping[str, float] | None = None,
        state: State = "done",
        why: str | None = None,
        now: datetime = NOW,
    ) -> None:
        """End it."""
        claim = self._claims[run]
        await self._database.run(
            lambda database: self._store.finish(
                database, claim, state, now, seconds=12.0, why=why, metrics=metrics or {}
            )
        )
