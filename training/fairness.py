"""Who is next: fair queueing over learners by device-seconds, the limits that hold runs back, and what to expect.

Start-time fair queueing (Goyal, Vin and Cheng, 1996). Each learner has a finish, in device-seconds: where what they
were given so far ends. Their next run starts at the later of that and the queue's virtual time, which is the start of
the run claimed last, and the earliest start goes first. So whoever was away comes in at once but has saved nothing up,
and two hundred waiting runs of one learner delay another's by one.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Limit = Literal[
    "learner_queued", "server_queued", "learner_running", "server_running", "learner_budget", "server_budget"
]
"""Which limit stops a run; `budget` is the device-seconds of a UTC day."""


@dataclass(frozen=True)
class Limits:
    """How much is too much, of one learner and of one server; seconds are of a device, in a UTC day."""

    learner_running: int = 2
    learner_queued: int = 20
    learner_seconds: float = 3600.0
    server_running: int = 8
    server_queued: int = 200
    server_seconds: float = 36000.0


@dataclass(frozen=True)
class Load:
    """What somebody asks of the devices at the moment.

    Attributes:
        running, queued: how many runs.
        spent: device-seconds today; of runs under way, as estimated.
        waiting: estimated device-seconds of what is queued.
    """

    running: int = 0
    queued: int = 0
    spent: float = 0.0
    waiting: float = 0.0


@dataclass(frozen=True)
class Refusal:
    """Why a run is not taken: the limit and its figure (runs, or device-seconds a day)."""

    limit: Limit
    most: float


@dataclass(frozen=True)
class Head:
    """The run that is next of what a learner has waiting: its number in the order of submission, and how many of the
    learner's runs are under way.
    """

    learner: int
    number: int
    running: int


@dataclass(frozen=True)
class Waiting:
    """A queued run, with its estimated device-seconds."""

    run: str
    learner: int
    number: int
    estimate: float


@dataclass(frozen=True)
class Forecast:
    """A run's place in the queue, from 1, and the seconds until it starts, as far as one can tell."""

    place: int
    seconds: float


def start(virtual: float, finish: float) -> float:
    """Where a learner's next run starts; time away earns nothing."""
    return max(virtual, finish)


def settled(finish: float, estimate: float, took: float) -> float:
    """A learner's finish once a run that was charged by its estimate has ended."""
    return finish + took - estimate


def pick(heads: Iterable[Head], finishes: Mapping[int, float], virtual: float) -> Head | None:
    """Whose turn it is; among equals theirs who has least under way, then theirs who asked first."""
    return min(
        heads,
        key=lambda head: (start(virtual, finishes.get(head.learner, 0.0)), head.running, head.number),
        default=None,
    )


def stops_submission(learner: Load, server: Load | None, estimate: float, limits: Limits) -> Refusal | None:
    """Why a run of `estimate` device-seconds is not queued, or None where it is; `server` is None outside of any."""
    if learner.queued >= limits.learner_queued:
        return Refusal("learner_queued", limits.learner_queued)
    if server is not None and server.queued >= limits.server_queued:
        return Refusal("server_queued", limits.server_queued)
    if learner.spent + learner.waiting + estimate > limits.learner_seconds:
        return Refusal("learner_budget", limits.learner_seconds)
    if server is not None and server.spent + server.waiting + estimate > limits.server_seconds:
        return Refusal("server_budget", limits.server_seconds)
    return None


def stops_claim(learner: Load, server: Load | None, estimate: float, limits: Limits) -> Refusal | None:
    """Why a queued run of `estimate` device-seconds has to wait, however free the devices are, or None."""
    if learner.running >= limits.learner_running:
        return Refusal("learner_running", limits.learner_running)
    if server is not None and server.running >= limits.server_running:
        return Refusal("server_running", limits.server_running)
    if learner.spent + estimate > limits.learner_seconds:
        return Refusal("learner_budget", limits.learner_seconds)
    if server is not None and server.spent + estimate > limits.server_seconds:
        return Refusal("server_budget", limits.server_seconds)
    return None


def forecast(
    waiting: Sequence[Waiting],
    under_way: Sequence[tuple[int, float]],
    finishes: Mapping[int, float],
    virtual: float,
    slots: int,
    most_running: int,
) -> dict[str, Forecast]:
    """The queue played through as its workers will, if every estimate holds and nothing else comes.

    Args:
        under_way: the learner and the seconds left of each run that a worker has.
        slots: how many runs go on at once, on all workers together.
        most_running: how many of one learner.

    Returns:
        By run; what never gets a turn is left out.
    """
    lines: dict[int, deque[Waiting]] = {}
    for one in sorted(waiting, key=lambda one: one.number):
        lines.setdefault(one.learner, deque()).append(one)
    finishes, running = dict(finishes), Counter(learner for learner, _ in under_way)
    ends = [(left, learner) for learner, left in under_way]
    heapq.heapify(ends)
    now, found = 0.0, dict[str, Forecast]()
    while lines:
        free = slots > len(ends)
        heads = (Head(who, line[0].number, running[who]) for who, line in lines.items() if running[who] < most_running)
        head = pick(heads, finishes, virtual) if free else None
        if head is None:
            if not ends:
                break
            now, ended = heapq.heappop(ends)
            running[ended] -= 1
            continue
        one = lines[head.learner].popleft()
        if not lines[head.learner]:
            del lines[head.learner]
        virtual = start(virtual, finishes.get(one.learner, 0.0))
        finishes[one.learner] = virtual + one.estimate
        running[one.learner] += 1
        heapq.heappush(ends, (now + one.estimate, one.learner))
        found[one.run] = Forecast(len(found) + 1, now)
    return found
