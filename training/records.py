"""Runs as the queue knows them: asked for, waiting, carried, over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training.states import OPEN, State

DEVICES = ("any", "cpu", "cuda")
"""What a run may ask for, beside one named device such as `cuda:0`."""


@dataclass(frozen=True)
class Request:
    """A run that somebody wants.

    Attributes:
        id: given by the caller; the same one again is the same run.
        server: where it was asked for, or None.
        options: all of the task's, defaults filled in.
        device: one of `DEVICES`, or a device's name.
        memory: what it may take, in MB.
        seconds: its time limit, of one device.
    """

    id: str
    learner: int
    server: int | None
    task: str
    options: Mapping[str, Any]
    device: str
    memory: int
    seconds: int


@dataclass(frozen=True)
class Record:
    """A run as it stands.

    Attributes:
        request: what was asked for.
        state, why: why it stands so, in one line that its learner may read; None where there is nothing to say.
        attempt: how many workers have claimed it so far.
        losses: how often it was lost with one.
        seconds: of a device, so far; `estimate` is what was expected.
        queue_seconds: from the submission to the first start; None before it.
        device: the one that carries it, or did; None before.
        dataset: name and version of the data it trained on, or None.
        metrics: at the end.
        cancel_wanted: it is to be stopped.
    """

    request: Request
    state: State
    why: str | None
    attempt: int
    losses: int
    estimate: float
    seconds: float
    queue_seconds: float | None
    device: str | None
    dataset: tuple[str, str] | None
    metrics: Mapping[str, float]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_wanted: bool

    @property
    def id(self) -> str:
        """The run's id."""
        return self.request.id

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in OPEN


@dataclass(frozen=True)
class Point:
    """A point of a run's curves: the values by name at `step` of `steps`."""

    step: int
    steps: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class WorkerInfo:
    """A worker that takes runs.

    Attributes:
        id: of this life of it.
        device: `cpu`, `cuda:0`, …
        slots: how many runs at once; `memory`: how many MB all of them may declare together.
    """

    id: str
    device: str
    slots: int
    memory: int


@dataclass(frozen=True)
class Claim:
    """A worker's right to a run, for as long as nobody else has claimed it after."""

    run: str
    attempt: int
    worker: str


@dataclass(frozen=True)
class Place:
    """Where a queued run stands.

    Attributes:
        place: from 1; None where a limit holds it back.
        seconds: until it starts, as far as one can tell; None while no worker is there, or where it is held back.
        held: the limit, or None.
    """

    place: int | None
    seconds: float | None
    held: str | None


@dataclass(frozen=True)
class Budget:
    """A learner's device-seconds of today (UTC): spent, estimated for what waits, and the most there is."""

    spent: float
    waiting: float
    most: float


@dataclass(frozen=True)
class BoardRow:
    """A learner's best finished run of a task."""

    learner: int
    run: str
    value: float
    seconds: float
    ended_at: datetime
