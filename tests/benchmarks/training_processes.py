"""Processes of the queue's benchmarks: who submits, who claims in two ways, and huey under the same kills.

python -m tests.benchmarks.training_processes WHAT FOLDER [ARGUMENT]
"""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from foundation.clock import utc_now
from foundation.database import connect
from foundation.files import write_whole
from training.fairness import Limits
from training.records import Request, WorkerInfo
from training.run_store import RunStore
from training.turns import in_turn

CLAIMS = 50
NO_LIMITS = Limits(10**6, 10**6, 1e12, 10**6, 10**6, 1e12)


def request(id: str, task: str = "quick", learner: int = 1, **options: object) -> Request:
    """A small run."""
    return Request(id, learner, None, task, options, "any", 100, 60)


def submit(folder: Path, count: str) -> None:
    """A bot: submits runs by ids of its own, and after a restart the same ones again."""
    with closing(connect(folder / "gradus.sqlite3")) as database:
        for number in range(int(count)):
            RunStore().submit(database, request(f"r{number}", "sleepy", number % 7, lasts=0.05), utc_now(), None)
            time.sleep(0.02)


def claim(folder: Path, worker: str) -> None:
    """A worker whose runs take no time; the milliseconds of each claim go to a file."""
    store, info, took = RunStore(), WorkerInfo(worker, "cpu", 1, 4000), list[float]()
    with closing(connect(folder / "gradus.sqlite3")) as database:
        wait_for_the_start(folder)
        for _ in range(CLAIMS):
            begun = time.perf_counter()
            found = store.claim(database, info, utc_now(), NO_LIMITS, free=4000, lease=timedelta(seconds=60))
            took.append((time.perf_counter() - begun) * 1000)
            assert found is not None
            with in_turn(database):
                store.begin(database, found[0], utc_now())
                store.finish(database, found[0], "done", utc_now(), seconds=0.01)
    (folder / f"{worker}.json").write_text(json.dumps(took))


def claim_plainly(folder: Path, worker: str) -> None:
    """The same from a table that has no fair share or leases, and with SQLite's own `busy_timeout`."""
    took = list[float]()
    with closing(sqlite3.connect(folder / "plain.sqlite3", timeout=60, isolation_level=None)) as database:
        wait_for_the_start(folder)
        for _ in range(CLAIMS):
            begun = time.perf_counter()
            database.execute("begin immediate")
            (id,) = database.execute("select id from jobs where state = 'queued' order by id limit 1").fetchone()
            database.execute("update jobs set state = 'running', worker = ? where id = ?", [worker, id])
            database.execute("commit")
            took.append((time.perf_counter() - begun) * 1000)
            database.execute("begin immediate")
            database.execute("update jobs set state = 'done' where id = ?", [id])
            database.execute("commit")
    (folder / f"{worker}.json").write_text(json.dumps(took))


def wait_for_the_start(folder: Path) -> None:
    """Until the file `go` is there."""
    while not (folder / "go").exists():
        time.sleep(0.001)


def huey_submit(folder: Path, count: str) -> None:
    """A bot on huey: notes what it has submitted, and goes on from there."""
    job, noted = _huey(folder)[1], folder / "submitted"
    for number in range(int(noted.read_text()) if noted.exists() else 0, int(count)):
        job(number)
        write_whole(noted, str(number + 1).encode())
        time.sleep(0.02)


def huey_work(folder: Path, workers: str) -> None:
    """Huey's consumer, with as many processes."""
    _huey(folder)[0].create_consumer(workers=int(workers), worker_type="process", initial_delay=0.02).run()


def _huey(folder: Path) -> tuple[Any, Any]:
    from huey import SqliteHuey

    huey = SqliteHuey("bench", filename=str(folder / "huey.sqlite3"))

    @huey.task()  # type: ignore[untyped-decorator]
    def job(number: int) -> int:
        time.sleep(0.05)
        descriptor = os.open(folder / "finished", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, f"{number}\n".encode())
        os.close(descriptor)
        return number

    return huey, job


ACTS: dict[str, Callable[[Path, str], None]] = {
    act.__name__: act for act in (submit, claim, claim_plainly, huey_submit, huey_work)
}

if __name__ == "__main__":
    ACTS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
