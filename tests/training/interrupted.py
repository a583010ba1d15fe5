"""A run that is handed back on its way, and one that goes on from there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from training.plain import PlainRun
from training.run import State, Stopped


@dataclass
class InterruptedRun(PlainRun):
    """Handed back with the report numbered `after`, from 1."""

    after: int = 1

    def report(self, step: int, steps: int, state: State | None = None, **values: float) -> None:
        super().report(step, steps, state, **values)
        if len(self.points) == self.after:
            raise Stopped("handed back")


def assert_going_on_changes_nothing(
    train: Callable[[PlainRun], dict[str, float]], folder: Path, data: Path | None = None
) -> PlainRun:
    """A run in one piece and one in two have the same metrics and the same curves; gives the whole one."""
    whole = PlainRun(folder=folder, data=data)
    metrics = train(whole)
    first = InterruptedRun(folder=folder, data=data, after=len(whole.points) // 2)
    with pytest.raises(Stopped):
        train(first)
    second = PlainRun(folder=folder, data=data, state=first.state)
    assert train(second) == metrics
    assert first.points + second.points == whole.points
    return whole


def assert_fell(run: PlainRun, name: str) -> None:
    """Its mean over the last ten points lies well below that over the first ten."""
    values = [point[name] for point in run.points]
    assert sum(values[-10:]) < 0.8 * sum(values[:10])
