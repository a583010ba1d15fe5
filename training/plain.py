"""A run without queue or worker: it prints its curves. The script that a learner takes home runs on this one."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.run import State, Stopped


@dataclass
class PlainRun:
    """`training.run.Run` for one process on its own.

    Attributes:
        folder: must be there; `keep` writes into it.
        points: what was reported, in order: `step`, `steps` and the values by name.
        data_name: which data the task said it trains on, with their version.
        state: what `resume` gives: that of an earlier run, then the last one reported.
    """

    folder: Path = field(default_factory=Path.cwd)
    device: str = "cpu"
    data: Path | None = None
    state: Mapping[str, Any] | None = None
    points: list[dict[str, float]] = field(default_factory=list)
    data_name: str = ""

    def resume(self) -> Mapping[str, Any] | None:
        return self.state

    def dataset(self, name: str, version: str) -> None:
        self.data_name = f"{name} {version}"
        print(f"data: {self.data_name}")

    def report(self, step: int, steps: int, state: State | None = None, **values: float) -> None:
        self.points.append({"step": step, "steps": steps, **values})
        print(f"step {step} of {steps}", *(f"{name} {value:.4g}" for name, value in values.items()), sep="  ")
        if not all(math.isfinite(value) for value in values.values()):
            raise Stopped("diverged")
        if state is not None:
            self.state = copy.deepcopy(state())  # the task goes on changing its tensors

    def keep(self, name: str, weights: Mapping[str, Any]) -> None:
        import numpy as np
        from safetensors.numpy import save_file

        arrays = {key: value.cpu().numpy() if hasattr(value, "cpu") else value for key, value in weights.items()}
        # Copied in C order, for the format takes no views.
        copies = {key: np.array(value, order="C") for key, value in arrays.items()}
        save_file(copies, self.folder / f"{name}.safetensors")
