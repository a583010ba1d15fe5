"""What a task and the process that carries it say to each other."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

State = Callable[[], Mapping[str, Any]]
"""All that is needed to go on: tensors, numbers and texts, as `torch.load(weights_only=True)` takes them."""


class Run(Protocol):
    """A run as its task sees it.

    Attributes:
        device: `cpu` or `cuda:0`, as torch names it.
        data: a folder with published data sets, or None where only our own are there.
        folder: where the task may leave files of its own (pictures, exported models); whole or absent after the run.
    """

    device: str
    data: Path | None
    folder: Path

    def resume(self) -> Mapping[str, Any] | None:
        """The state that an earlier attempt at this run left, or None."""

    def dataset(self, name: str, version: str) -> None:
        """Say once, before the first report, which data are trained on."""

    def report(self, step: int, steps: int, state: State | None = None, **values: float) -> None:
        """A point of the curves, at `step` of `steps` (optimiser steps).

        Every few seconds, and when the run has to be handed back, `state` is called and kept.

        Args:
            values: by name, see `training.curves`; one that is not finite ends the run as diverged.

        Raises:
            Stopped: the run is to end here; tasks let it pass.
        """

    def keep(self, name: str, weights: Mapping[str, Any]) -> None:
        """Write tensors to `<name>.safetensors` among the artifacts: the trained model is `model`."""


class Stopped(Exception):
    """The run ends before its last step; `why` is `diverged` or `handed back`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)
