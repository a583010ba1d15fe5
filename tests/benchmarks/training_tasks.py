"""The tasks at their defaults: what they reach, beside the bar, and in how long; and on published data.

    python -m tests.benchmarks.training_tasks [TASK...]

Each run has a process of its own and one thread, as a worker gives it. Asked: every default beats its bar within 60 s,
and on the data in `../shared/datasets`, where that is there, the figures of `PUBLISHED`. The exit status is 1 where one
was missed.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.terminal import say
from training.specs import TASKS

DATA = Path(__file__).parents[2].parent / "shared" / "datasets"
SECONDS = 60.0
PUBLISHED = {"digits": (0.97, 90.0), "sign-digits": (0.90, 120.0), "sentiment": (0.76, 180.0)}
"""Accuracy and seconds asked on published data, by task."""

RUN = """
import sys, tempfile, contextlib, io
from pathlib import Path
import torch
from training.plain import PlainRun
from training.specs import parse, task
from training.trainers import trainer
torch.set_num_threads(1)
run = PlainRun(Path(tempfile.mkdtemp(dir=sys.argv[3])), data=Path(sys.argv[2]) if sys.argv[2] else None)
with contextlib.redirect_stdout(io.StringIO()):
    metrics = trainer(sys.argv[1], parse(task(sys.argv[1]), {}).model_dump())(run)
print(metrics[task(sys.argv[1]).metric])
"""


def main(arguments: Sequence[str] = ()) -> int:
    """Prints each figure beside what was asked; 1 if any was missed."""
    met = []
    for id in arguments or TASKS:
        met.append(_default(id))
        if id in PUBLISHED and DATA.is_dir():
            met.append(_published(id))
    return int(not all(met))


def _default(id: str) -> bool:
    task = TASKS[id]
    value, wall, processor = _run(id, None)
    beaten = value >= task.bar if task.higher else value <= task.bar
    say(
        f"{id}: {task.metric} {value:.3f} (bar {task.bar:g}; {task.baseline}), "
        f"{wall:.0f} s (asked {SECONDS:.0f}), {processor:.0f} s of CPU"
    )
    return beaten and wall <= SECONDS


def _published(id: str) -> bool:
    least, seconds = PUBLISHED[id]
    value, wall, processor = _run(id, DATA)
    say(
        f"{id} on published data: {value:.3f} (asked {least:g}), {wall:.0f} s (asked {seconds:.0f}), "
        f"{processor:.0f} s of CPU"
    )
    return value >= least and wall <= seconds


def _run(id: str, data: Path | None) -> tuple[float, float, float]:
    """The metric, and the seconds of the clock and of the processor, imports included."""
    began, before = time.monotonic(), _processor()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", RUN, id, str(data or ""), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]), time.monotonic() - began, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
