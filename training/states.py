"""The life of a run: its states, and which may follow which. Nothing else decides that."""

from collections.abc import Mapping
from typing import Literal, get_args

State = Literal[
    "queued", "leased", "running", "done", "failed", "cancelled", "timed_out", "out_of_memory", "lost"
]  # fmt: skip

FOLLOWING: Mapping[State, frozenset[State]] = {
    "queued": frozenset({"leased", "cancelled"}),
    "leased": frozenset({"running", "queued", "failed", "cancelled", "lost"}),
    "running": frozenset({"done", "failed", "cancelled", "timed_out", "out_of_memory", "queued", "lost"}),
    "lost": frozenset({"queued"}),
    "done": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
    "timed_out": frozenset(),
    "out_of_memory": frozenset(),
}
"""`running` to `queued` is a run that its worker handed back; a `lost` one waits again while attempts are left."""

STATES: tuple[State, ...] = get_args(State)

HELD: frozenset[State] = frozenset({"leased", "running"})
"""A worker has the run."""

OPEN: frozenset[State] = HELD | {"queued"}
"""The run is not over."""

MOST_LOSSES = 5
"""How often a run may be lost with whoever carried it and still be tried again."""


def before(state: State) -> tuple[State, ...]:
    """The states from which a run may come to `state`."""
    return tuple(one for one in STATES if state in FOLLOWING[one])


def after_loss(losses: int, cancel_wanted: bool) -> State:
    """Where a run goes whose worker or process died under it, the `losses`th time."""
    if cancel_wanted:
        return "cancelled"
    return "queued" if losses < MOST_LOSSES else "lost"
