"""Runs without a worker, and queues."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.interrupted import InterruptedRun
from tests.training.queues import queue
from training.plain import PlainRun
from training.run import Run, Stopped
from training.specs import Spec

__all__ = ["queue"]


@pytest.fixture
def run(tmp_path: Path) -> PlainRun:
    return PlainRun(tmp_path)


@pytest.fixture
def in_two_parts(tmp_path: Path) -> Callable[..., dict[str, float]]:
    """Trains until the run is handed back, then goes on from its state as a queue keeps it; gives the metrics."""

    def train_in_two_parts(train: Callable[[Any, Run], dict[str, float]], spec: Spec) -> dict[str, float]:
        first = InterruptedRun(tmp_path, after=3)
        with pytest.raises(Stopped):
            train(spec, first)
        torch.save(first.state, tmp_path / "state.pt")
        return train(spec, PlainRun(tmp_path, state=torch.load(tmp_path / "state.pt", weights_only=True)))

    return train_in_two_parts
