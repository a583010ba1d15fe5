"""A worker with tiny tasks in a process of its own, to be killed: `python -m tests.training.worker_process FOLDER`."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from foundation.clock import utc_now
from foundation.database import connect
from training.fairness import Limits
from training.local import LocalExecutor
from training.records import WorkerInfo
from training.worker import Worker

TASKS = "tests.training.tiny_tasks"
LEASE = timedelta(seconds=1.5)
LIMITS = Limits(learner_running=1000)


def worker(folder: Path, slots: int = 2, *, id: str, tasks: str = TASKS, lease: timedelta = LEASE) -> Worker:
    """A worker on the queue in `folder`, whose processes begin to warm up."""
    return Worker(
        connect(folder / "gradus.sqlite3"),
        LocalExecutor(tasks),
        WorkerInfo(id, "cpu", slots, 4000),
        runs=folder / "runs",
        data=None,
        limits=LIMITS,
        clock=utc_now,
        lease=lease,
    )


@contextlib.contextmanager
def started(folder: Path, slots: int = 2, tasks: str = TASKS) -> "Iterator[subprocess.Popen[bytes]]":
    """The process of such a worker; it is told to go at the end."""
    process = start(folder, slots, tasks)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def start(folder: Path, slots: int = 2, tasks: str = TASKS) -> "subprocess.Popen[bytes]":
    """The process of such a worker."""
    command = [sys.executable, "-m", "tests.training.worker_process", str(folder), str(slots), tasks]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def main(folder: Path, slots: int, tasks: str) -> None:
    """Until SIGTERM."""
    stopping: list[int] = []
    told: Callable[[int, object], None] = lambda number, _: stopping.append(number)  # noqa: E731
    signal.signal(signal.SIGTERM, told)
    logging.basicConfig(level="ERROR")
    worker(folder, slots, id=f"w{os.getpid()}", tasks=tasks).go_on(lambda: bool(stopping))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
