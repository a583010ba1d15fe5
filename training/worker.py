"""A worker: claims runs from the queue, has an executor carry them, and writes down what comes of them.

It loads no torch. What it has is its own as long as it is heard of; a run that was taken away from it meanwhile is
killed, and nothing of it is written. Several workers share a queue, each its slots and its memory.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from foundation.clock import Clock
from foundation.errors import GradusError
from training import artifacts
from training.executor import Event, Executor, Gone, Job, Said, Started
from training.fairness import Limits
from training.progress import Dataset, End, Resumed
from training.records import Claim, Point, Record, WorkerInfo
from training.run_store import LEASE, LeaseLost, RunStore
from training.states import OPEN, State
from training.turns import in_turn

log = logging.getLogger(__name__)

LOOK = 0.05  # seconds between two looks for what other processes changed
WRITE = 0.1  # seconds between two writes of points
LEAST = 5.0  # seconds that a run has which goes on, however much of its time is spent
GRACE = 5.0
"""Seconds that runs have for handing themselves back."""

_NO_ROOM = "the machine has no room for it; its operator's log says more"


@dataclass
class _Carried:
    """A run that this worker has.

    Attributes:
        deadline: by the monotonic clock.
        earlier: points of attempts before; what of them stays is known once the run says where it goes on.
        unwritten: steps of `points` that the database does not have yet.
        kept: the step beyond which it still has points of an earlier attempt; None once those are gone.
    """

    claim: Claim
    record: Record
    deadline: float
    earlier: list[Point] = field(default_factory=list)
    points: dict[int, Point] = field(default_factory=dict)
    unwritten: list[int] = field(default_factory=list)
    kept: int | None = -1
    dataset: tuple[str, str] | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    begun: bool = False
    end: End | None = None
    stopped: Literal["cancelled", "timed_out", "handed back", "taken away"] | None = None


class Worker:
    """The loop of one worker, over its own connection to the database."""

    def __init__(
        self,
        database: Database,
        executor: Executor,
        info: WorkerInfo,
        *,
        runs: Path,
        data: Path | None,
        limits: Limits,
        clock: Clock,
        lease: timedelta = LEASE,
    ) -> None:
        """`runs` is the folder of artifacts, `data` that of published data sets."""
        self._database, self._store, self._executor, self._info = database, RunStore(), executor, info
        self._runs, self._data, self._limits = runs, data, limits
        self._clock, self._lease = clock, lease
        self._carried: dict[Claim, _Carried] = {}
        self._version = -1
        self._idle = False  # nothing was there to claim, and nothing has changed since
        self._stopping = False
        self._heard_at = self._written_at = self._looked_at = float("-inf")

    @property
    def carries(self) -> int:
        """How many runs it has."""
        return len(self._carried)

    def go_on(self, stop: Callable[[], bool]) -> None:
        """Until `stop()` says so, which is asked some twenty times a second; then runs are handed back.

        Raises:
            GradusError: the executor does not come up, or the database cannot be used.
        """
        try:
            while not stop():
                self.step()
            self._hand_back_all()
        finally:
            self._store.leave(self._database, self._info)  # first: whatever the executor's end brings, nobody waits
            self._executor.close()

    def step(self) -> None:
        """Take what happened, for at most some 50 ms, and do what is due."""
        for event in self._executor.poll(LOOK):
            self._take(event)
        now = time.monotonic()
        if now > self._heard_at + self._lease.total_seconds() / 3:
            self._heard_at = now
            self._beat()
        self._stop_late()
        if now > self._written_at + WRITE:
            self._written_at = now
            self._write_all()
        if self._others_wrote() or now > self._looked_at + 1:
            self._looked_at, self._idle = now, False
            self._stop_unwanted()
            self._clear()
        self._fill()

    def _beat(self) -> None:
        self._store.beat(self._database, self._info, self._clock(), self._lease)
        for id in self._store.reap(self._database, self._clock()):
            log.warning("run %s was lost with its worker", id)
            record = self._store.find(self._database, id)
            if record is not None and record.over:
                artifacts.tidy(self._runs, id, None)

    def _write_all(self) -> None:
        for carried in self._carried.values():
            try:
                self._write(carried)
            except LeaseLost:
                self._stop(carried, "taken away")

    def _others_wrote(self) -> bool:
        before, self._version = self._version, self._store.version(self._database)
        return self._version != before

    # ------------------------------------------------------------------------------------- claiming

    def _fill(self) -> None:
        while len(self._carried) < self._info.slots and self._executor.ready and not (self._stopping or self._idle):
            taken = sum(carried.record.request.memory for carried in self._carried.values())
            free = self._info.memory - taken
            claimed = (
                self._store.claim(self._database, self._info, self._clock(), self._limits, free=free, lease=self._lease)
                if self._store.anything_for(self._database, self._info)
                else None
            )
            if claimed is None:
                self._idle = True
                return
            self._begin(*claimed)

    def _begin(self, claim: Claim, record: Record) -> None:
        request, again = record.request, record.attempt > 1
        carried = _Carried(claim, record, time.monotonic() + request.seconds)
        if again:
            carried.earlier = self._store.points(self._database, claim.run)
        try:
            folder = artifacts.workshop(self._runs, claim)
            self._bring(record, folder)
            job = Job(
                claim=claim,
                task=request.task,
                options=request.options,
                device=self._info.device,
                memory=request.memory,
                folder=folder,
                checkpoint=artifacts.checkpoint(self._runs, claim),
                resume=artifacts.last_checkpoint(self._runs, claim) if again else None,
                data=self._data,
            )
        except GradusError as error:
            log.error("run %s: %s", claim.run, error)
            self._store.finish(self._database, claim, "failed", self._clock(), seconds=0.0, why=_NO_ROOM)
            return
        self._carried[claim] = carried
        self._executor.start(job)

    def _bring(self, record: Record, folder: Path) -> None:
        """Give a run that goes on from another of its learner what that left; where it is missing, the task says so."""
        id = str(record.request.options.get("from_run", ""))
        source = self._store.find(self._database, id) if id else None
        if source is not None and source.request.learner == record.request.learner and source.state == "done":
            artifacts.bring(self._runs, source.id, source.attempt, source.request.options, folder)

    # -------------------------------------------------------------------------------------- events

    def _take(self, event: Event) -> None:
        carried = self._carried.get(event.claim)
        if carried is None:
            return
        match event:
            case Started():
                limit = carried.record.request.seconds
                left = max(limit - carried.record.seconds, min(limit, LEAST))
                carried.started_at, carried.deadline = self._clock(), time.monotonic() + left
            case Said(report=Dataset(name, version)):
                carried.dataset = name, version
            case Said(report=Resumed(step)):
                carried.kept = step
                carried.points = {one.step: one for one in carried.earlier if one.step <= step}
            case Said(report=Point() as point):
                carried.points[point.step] = point
                carried.unwritten.append(point.step)
            case Said(report=End() as end):
                carried.end = end
            case Gone():
                del self._carried[event.claim]
                carried.ended_at, self._idle = self._clock(), False
                self._fill()  # before the books of this one are closed: a slot is free
                self._close(carried, event)
                self._idle = False  # it may wait again

    def _write(self, carried: _Carried) -> None:
        """Write down how far a run has come.

        Raises:
            LeaseLost: it is no longer ours.
        """
        if carried.started_at is None or (carried.begun and not carried.unwritten):
            return
        points = [carried.points[step] for step in dict.fromkeys(carried.unwritten)]
        with in_turn(self._database):
            if not carried.begun:
                self._store.begin(self._database, carried.claim, carried.started_at)
            # Before its first point it may not have said yet where it goes on from.
            kept = carried.kept if points else None
            self._store.add_points(self._database, carried.claim, points, kept, carried.dataset)
        carried.begun, carried.unwritten = True, []
        carried.kept = None if points else carried.kept

    def _close(self, carried: _Carried, gone: Gone) -> None:
        """Write down what came of a run whose process is no more."""
        try:
            if carried.stopped == "taken away":
                raise LeaseLost
            if gone.how == "lost":
                self._lose(carried)
            elif carried.end.ending == "handed_back" if carried.end else carried.stopped == "handed back":
                self._hand_back(carried, gone)
            else:
                self._finish(carried, gone, *_outcome(carried, gone))
        except LeaseLost:
            log.warning("run %s was taken away", carried.claim.run)
            artifacts.discard(self._runs, carried.claim)
            if self._store.find(self._database, carried.claim.run) is None:
                artifacts.remove(self._runs, [carried.claim.run])

    def _lose(self, carried: _Carried) -> None:
        artifacts.discard(self._runs, carried.claim)
        state = self._store.lose(self._database, carried.claim, self._clock())
        log.warning("run %s was lost with its process: %s", carried.claim.run, state)
        if state not in OPEN:
            artifacts.tidy(self._runs, carried.claim.run, None)

    def _hand_back(self, carried: _Carried, gone: Gone) -> None:
        with in_turn(self._database):
            self._write(carried)
            self._store.hand_back(self._database, carried.claim, gone.seconds)
        artifacts.discard(self._runs, carried.claim)

    def _finish(self, carried: _Carried, gone: Gone, state: State, why: str | None) -> None:
        record, metrics = carried.record, carried.end.metrics if carried.end else {}
        seconds = round(gone.seconds, 3)
        status = {
            "id": record.id,
            "task": record.request.task,
            "state": state,
            "why": why,
            "attempt": record.attempt,
            "device": self._info.device,
            "seconds": seconds,
            "dataset": carried.dataset,
        }
        points = sorted(carried.points.values(), key=lambda point: point.step)
        try:
            artifacts.publish(
                self._runs, carried.claim, spec=record.request.options, metrics=metrics, points=points, status=status
            )
        except GradusError as error:
            log.error("run %s: %s", record.id, error)
            state, why = "failed", _NO_ROOM
        with in_turn(self._database):
            self._write(carried)
            ended_at = carried.ended_at or self._clock()
            self._store.finish(
                self._database, carried.claim, state, ended_at, seconds=seconds, why=why, metrics=metrics
            )
        artifacts.tidy(self._runs, record.id, record.attempt)

    # ------------------------------------------------------------------------------------ stopping

    def _stop(self, carried: _Carried, why: Literal["cancelled", "timed_out", "taken away"]) -> None:
        if carried.stopped in (None, "handed back"):
            carried.stopped = why
            self._executor.cancel(carried.claim)

    def _stop_late(self) -> None:
        now = time.monotonic()
        for carried in self._carried.values():
            if carried.started_at is not None and now > carried.deadline:
                self._stop(carried, "timed_out")

    def _stop_unwanted(self) -> None:
        """Stop what was cancelled, forgotten or taken away."""
        held = self._store.held_by(self._database, self._info)
        for claim, carried in self._carried.items():
            if claim not in held:
                self._stop(carried, "taken away")
            elif held[claim]:
                self._stop(carried, "cancelled")

    def _clear(self) -> None:
        """Remove what forgotten runs left on the disk."""
        leftovers = self._store.leftovers(self._database)
        if leftovers:
            self._store.cleared(self._database, artifacts.remove(self._runs, leftovers))

    def _hand_back_all(self) -> None:
        self._stopping = True
        for carried in self._carried.values():
            carried.stopped = carried.stopped or "handed back"
            self._executor.cancel(carried.claim, gently=True)
        hard = time.monotonic() + GRACE
        while self._carried and time.monotonic() < hard + GRACE:
            if time.monotonic() > hard:
                for carried in self._carried.values():
                    self._executor.cancel(carried.claim)
            self.step()


def _outcome(carried: _Carried, gone: Gone) -> tuple[State, str | None]:
    """Which state a run ends in, and why."""
    request = carried.record.request
    match carried.end:
        case End(ending="done"):
            return "done", None
        case End(ending="out_of_memory"):
            return "out_of_memory", f"it needed more than the {request.memory} MB that its task may take"
        case End(ending="failed", why=why):
            return "failed", why
    if gone.how == "killed" and carried.stopped == "timed_out":
        return "timed_out", f"it was stopped after the {request.seconds} s that its task may take"
    if gone.how == "killed":
        return "cancelled", None
    return "failed", gone.why
