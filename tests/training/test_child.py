"""The process of a run."""

import os
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from training.child import PipeRun, Task


def test_weights_are_kept_whether_they_are_of_torch_or_of_numpy(tmp_path: Path) -> None:
    task = Task("scratch", {}, "cpu", 1000, tmp_path, tmp_path / "1.pt", None, None)
    run = PipeRun(task, os.open(os.devnull, os.O_WRONLY))
    run.keep("model", {"numpy": np.eye(3, dtype=np.float32).T, "torch": torch.ones(2, requires_grad=True)})
    os.close(run.pipe)
    kept = load_file(tmp_path / "model.safetensors")
    assert kept["numpy"].tolist() == np.eye(3).tolist()
    assert kept["torch"].tolist() == [1, 1]
