"""The process of one run, forked from a warm one: it trains, reports on a pipe, and keeps its state now and then.

It is shut off from what it does not need (secrets, other descriptors, a terminal), and bounded in memory, file sizes
and priority. That guards against mistakes, not against a task that means harm: it has the user's own rights.
"""

import contextlib
import json
import math
import os
import re
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.errors import GradusError
from training.run import State, Stopped
from training.trainers import Trainer

KEEP_EVERY = 5.0
"""Seconds between two checkpoints."""

LARGEST_FILE = 256 << 20
NICE = 10
MOST_DESCRIPTORS = 4096
_NO_MEMORY = re.compile(r"can't allocate memory|not enough memory|out of memory|bad_alloc|cannot allocate memory", re.I)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Task:
    """What the process is to do, as it came over the wire; the same fields as `training.executor.Job`."""

    task: str
    options: Mapping[str, Any]
    device: str
    memory: int
    folder: Path
    checkpoint: Path
    resume: Path | None
    data: Path | None


def carry(task: Task, trainer: Callable[[str, Mapping[str, Any]], Trainer], pipe: int) -> None:
    """Train, and say how it ended; never raises."""
    run = PipeRun(task, pipe)
    signal.signal(signal.SIGTERM, lambda *_: run.hand_back())
    try:
        _shut_off(task, pipe)
        metrics = trainer(task.task, task.options)(run)
        figures = {name: float(value) for name, value in metrics.items()}
        diverged = not all(map(math.isfinite, figures.values()))
        run.end("done", {"diverged": 1.0} if diverged else figures)
    except Stopped as stop:
        run.end("handed_back" if stop.why == "handed back" else "done", {"diverged": 1.0})
    except GradusError as error:
        run.end("failed", why=str(error))
    except BaseException as error:
        run.end(*_judge(error))


def _judge(error: BaseException) -> tuple[str, Mapping[str, float], str | None]:
    """What an exception out of a task means; its details go to the log, which is not shown to everybody."""
    with contextlib.suppress(Exception):
        traceback.print_exception(error)
        sys.stderr.flush()
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError | OSError) and _NO_MEMORY.search(str(error))):
        return "out_of_memory", {}, None
    return "failed", {}, f"an error in the task itself, {type(error).__name__}; the run's log has the details"


def _shut_off(task: Task, pipe: int) -> None:
    for name in set(os.environ) - {"PATH", "LANG", "OMP_NUM_THREADS"}:
        del os.environ[name]
    os.environ["HOME"] = os.environ["TMPDIR"] = str(task.folder)
    os.chdir(task.folder)
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    if task.device == "cpu" and sys.platform == "linux":  # CUDA maps more than there is
        limit = _mapped() + (task.memory << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _mapped() -> int:
    """Bytes of addresses that this process has taken up."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


@dataclass
class PipeRun:
    """`training.run.Run`, over a pipe and a folder.

    Attributes:
        handing_back: the run is to end at its next report.
    """

    task: Task
    pipe: int
    handing_back: bool = False
    _kept_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.device, self.data, self.folder = self.task.device, self.task.data, self.task.folder / "files"
        self.folder.mkdir(exist_ok=True)

    def hand_back(self) -> None:
        """End at the next report, with the state kept."""
        self.handing_back = True

    def resume(self) -> Mapping[str, Any] | None:
        if self.task.resume is None:
            return None
        import torch

        try:
            kept = torch.load(self.task.resume, map_location=self.task.device, weights_only=True)
            step, state = int(kept["step"]), kept["state"]
        except Exception:  # a checkpoint that cannot be read costs time, not the run
            traceback.print_exc()
            return None
        self._say({"resumed": step})
        return dict(state)

    def dataset(self, name: str, version: str) -> None:
        self._say({"dataset": name, "version": version})

    def report(self, step: int, steps: int, state: State | None = None, **values: float) -> None:
        figures = {name: float(value) for name, value in values.items()}
        finite = {name: value for name, value in figures.items() if math.isfinite(value)}
        self._say({"step": int(step), "steps": int(steps), "values": finite})
        if len(finite) < len(figures):
            raise Stopped("diverged")
        due = time.monotonic() > self._kept_at + KEEP_EVERY
        if state is not None and (due or self.handing_back):
            self._keep_state(step, state)
        if self.handing_back:
            raise Stopped("handed back")

    def keep(self, name: str, weights: Mapping[str, Any]) -> None:
        import torch
        from safetensors.torch import save_file

        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a file of weights")
        # Copied, for the format takes neither views nor tensors that share memory.
        tensors = {key: torch.as_tensor(one).detach().cpu().clone().contiguous() for key, one in weights.items()}
        save_file(tensors, self.task.folder / f"{name}.safetensors")

    def end(self, ending: str, metrics: Mapping[str, float] | None = None, why: str | None = None) -> None:
        """Say how it ended."""
        with contextlib.suppress(OSError, MemoryError):
            self._say({"end": ending, "metrics": dict(metrics or {}), "why": why})

    def _keep_state(self, step: int, state: State) -> None:
        import torch

        new = self.task.checkpoint.with_suffix(".new")
        new.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"step": int(step), "state": dict(state())}, new)
        os.replace(new, self.task.checkpoint)
        self._kept_at = time.monotonic()

    def _say(self, report: Mapping[str, Any]) -> None:
        line = json.dumps(report).encode() + b"\n"
        while line:
            line = line[os.write(self.pipe, line) :]


def become(task: Task, trainer: Callable[[str, Mapping[str, Any]], Trainer], pipe: int, log: int) -> None:
    """Turn a process just forked into that of a run, and end it."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for old, new in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(old, new)
        os.dup2(pipe, 3)
        os.closerange(4, MOST_DESCRIPTORS)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        carry(task, trainer, 3)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)
