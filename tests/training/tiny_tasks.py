"""Tasks of a moment, well and badly behaved, for workers under test; offered as `training.trainers` offers ours.

Importing this loads no torch, so a worker with it is warm at once.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from foundation.errors import GradusError
from training.run import Run

Options = Mapping[str, Any]


def prepare() -> None:
    """Nothing to import."""


def trainer(id: str, options: Options) -> Callable[[Run], Mapping[str, float]]:
    """The function of that name, with its options."""
    return lambda run: TASKS[id](run, options)


def quick(run: Run, options: Options) -> Mapping[str, float]:
    """Three points at once."""
    run.dataset("tiny", "1")
    for step in range(1, 4):
        run.report(step, 3, train_loss=1 / step)
    return {"accuracy": options.get("accuracy", 0.5)}


def leaving(run: Run, options: Options) -> Mapping[str, float]:
    """Leaves what stands for a network."""
    Path(run.folder.parent, "model.safetensors").write_bytes(b"weights")
    return {}


def inheriting(run: Run, options: Options) -> Mapping[str, float]:
    """Says what it finds of the run that it goes on from."""
    found = run.folder / "source"
    return {"accuracy": float((found / "model.safetensors").is_file() and (found / "spec.json").is_file())}


def sleepy(run: Run, options: Options) -> Mapping[str, float]:
    """A point every twentieth of a second, and where it began as a metric."""
    steps = int(20 * options.get("lasts", 60))
    for step in range(1, steps + 1):
        time.sleep(0.05)
        run.report(step, steps, train_loss=1 / step)
    return {"accuracy": 1.0}


def keeping(run: Run, options: Options) -> Mapping[str, float]:
    """As `sleepy`, with a state that it goes on from."""
    kept, steps = run.resume(), 80
    first = int(kept["step"]) + 1 if kept else 1
    for step in range(first, steps + 1):
        time.sleep(0.05)
        run.report(step, steps, state=lambda step=step: {"step": step}, train_loss=1 / step)  # type: ignore[misc]
    return {"first": float(first)}


def spinning(run: Run, options: Options) -> Mapping[str, float]:
    """Says nothing, and hears nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(options["pids"]).write_text(f"{os.getpid()}\n")
    while True:
        pass


def forking(run: Run, options: Options) -> Mapping[str, float]:
    """A child in a session of its own, an orphan of that, and one that was executed; then waits, or ends."""
    pids = Path(options["pids"])
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            _sign(pids)
        _sign(pids, stay=False)
    if os.fork() == 0:
        _sign(pids)
    executed = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    with pids.open("a") as file:
        file.write(f"{executed.pid}\n{os.getpid()}\n")
    while len(pids.read_text().splitlines()) < 5:
        time.sleep(0.01)
    if options.get("wait", True):
        time.sleep(60)
    return {}


def _sign(pids: Path, stay: bool = True) -> None:
    with pids.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if stay:
        time.sleep(60)
    os._exit(0)


def hungry(run: Run, options: Options) -> Mapping[str, float]:
    """More memory than there may be."""
    return {"bytes": float(len(bytearray(8 << 30)))}


def wrong(run: Run, options: Options) -> Mapping[str, float]:
    """An error of the task's own, whose text is for nobody's eyes."""
    raise KeyError("/home/somebody/secret")


def refusing(run: Run, options: Options) -> Mapping[str, float]:
    """An error that is for the learner."""
    raise GradusError("the last layer must be `linear 10`")


def diverging(run: Run, options: Options) -> Mapping[str, float]:
    """A loss beyond all bounds at the second point."""
    run.report(1, 3, train_loss=5.0)
    run.report(2, 3, train_loss=float("inf"), dead=0.5)
    raise AssertionError("a run that has diverged goes on")


def killed(run: Run, options: Options) -> Mapping[str, float]:
    """Killed from outside, at the first attempt or at each."""
    mark = Path(options["mark"])
    if options.get("always") or not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"accuracy": 1.0}


def silent(run: Run, options: Options) -> Mapping[str, float]:
    """Gone without a word."""
    os._exit(3)


def crashing(run: Run, options: Options) -> Mapping[str, float]:
    """As a fault in a library."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def writing(run: Run, options: Options) -> Mapping[str, float]:
    """Writes to its pipe what no task does."""
    os.write(3, options["text"].encode())
    time.sleep(0.2)
    return {"accuracy": 1.0}


def looking(run: Run, options: Options) -> Mapping[str, float]:
    """Leaves what it sees of its surroundings in a file of its own."""
    seen = [*sorted(os.environ), *os.listdir("/proc/self/fd")]
    (run.folder / "seen.txt").write_text("\n".join(seen))
    print("a line for the log")
    return {"nice": float(os.nice(0)), "own": float(os.getsid(0) == os.getpid())}


TASKS: Mapping[str, Callable[[Run, Options], Mapping[str, float]]] = {
    task.__name__: task
    for task in (
        quick,
        leaving,
        inheriting,
        sleepy,
        keeping,
        spinning,
        forking,
        hungry,
        wrong,
        refusing,
        diverging,
        killed,
        silent,
        crashing,
        writing,
        looking,
    )
}
