"""The training queue: how soon tiny runs are done, who waits for whom, how long a claim takes, and what kills cost.

    python -m tests.benchmarks.training_queue [warm] [fair] [claims] [kills]

Each figure stands beside what was asked, and beside what one would have instead, measured in the same run: fresh
processes, SQLite's own `busy_timeout`, huey's SQLite queue. The exit status is 1 where a figure was missed.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.terminal import say
from foundation.clock import utc_now
from foundation.database import connect, migrate
from tests.benchmarks.training_processes import CLAIMS, request
from tests.training.worker_process import start, started
from training.processes import adopt_orphans, children, kill_tree
from training.run_store import RunStore
from training.states import OPEN

TINY_RUNS, SLOTS, FASTER = 20, 2, 40.0
HOG = 200
CLAIMERS, CLAIM_MS, SHORTER, ROUNDS = 4, 50.0, 20.0, 5
RUNS, KILLS = 600, 60
STORE = RunStore()


def main(arguments: Sequence[str] = ()) -> int:
    """Prints each figure beside what was asked; 1 if any was missed."""
    parts: dict[str, Callable[[Path], bool]] = {"warm": _warm, "fair": _fair, "claims": _claims, "kills": _kills}
    met = []
    for name in arguments or parts:
        with tempfile.TemporaryDirectory() as folder:
            met.append(parts[name](Path(folder)))
    return int(not all(met))


# ----------------------------------------------------------------------------- warm against fresh


def _warm(folder: Path) -> bool:
    say(f"{TINY_RUNS} tiny runs, {SLOTS} at a time: in fresh processes, then through a warm worker")
    fresh = _fresh()
    with _queue(folder) as database:
        begun = time.perf_counter()
        with started(folder, SLOTS, "tests.benchmarks.tiny_training"):
            STORE.submit(database, request("first", seed=0), utc_now(), None)
            _wait(lambda: _over(database) == 1)
            warming, begun = time.perf_counter() - begun, time.perf_counter()
            for number in range(TINY_RUNS):
                STORE.submit(database, request(f"r{number}", seed=number), utc_now(), None)
            _wait(lambda: _over(database) == TINY_RUNS + 1)
            warm = time.perf_counter() - begun
        done = database.execute("select count(*) from runs where state = 'done'").fetchone()[0]
    ratio = fresh / warm
    print(f"{TINY_RUNS} tiny runs, fresh    {fresh:8.2f} s")
    print(f"{TINY_RUNS} tiny runs, warm     {warm:8.2f} s: {ratio:.1f} times as fast; asked at least {FASTER:.0f}")
    print(f"with the warm-up       {warming + warm:8.2f} s: {fresh / (warming + warm):.1f} times as fast")
    return ratio >= FASTER and done == TINY_RUNS + 1


def _fresh() -> float:
    command, left, running = [sys.executable, "-m", "tests.benchmarks.tiny_training"], TINY_RUNS, set[Any]()
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    begun = time.perf_counter()
    while left or running:
        ended = {process for process in running if process.poll() is not None}
        if any(process.returncode for process in ended):
            raise RuntimeError("a fresh process failed")
        running -= ended
        while left and len(running) < SLOTS:
            running.add(subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment))
            left -= 1
        time.sleep(0.005)
    return time.perf_counter() - begun


# -------------------------------------------------------------------------------------- fair share


def _fair(folder: Path) -> bool:
    """While all slots are taken, each claim is made possible by one completion."""
    say(f"two runs of a newcomer behind {HOG} of somebody else")
    with _queue(folder) as database:
        database.execute("create table log (what text, learner integer)")
        for what, when in (("came", "insert on runs"), ("claimed", "update of attempt on runs")):
            database.execute(
                f"create trigger {what} after {when} begin insert into log values ('{what}', new.learner); end"
            )
        with started(folder, SLOTS):
            for number in range(HOG):
                STORE.submit(database, request(f"hog{number}", "sleepy", 1, lasts=0.1), utc_now(), None)
            _wait(lambda: _over(database) >= 5)
            for number in range(2):
                STORE.submit(database, request(f"new{number}", "sleepy", 2, lasts=0.1), utc_now(), None)
            _wait(lambda: all(run.attempt for run in STORE.mine(database, 2)))
        rows = database.execute("select what, learner from log order by rowid").fetchall()
    claims = [learner for what, learner in rows[rows.index(("came", 2)) :] if what == "claimed"]
    second = [number for number, learner in enumerate(claims, start=1) if learner == 2][1]
    print(f"a newcomer's two runs  {second:8} completions until both had started; asked at most {SLOTS + 1}")
    return second <= SLOTS + 1


# ------------------------------------------------------------------------------------------ claims


def _claims(folder: Path) -> bool:
    say(f"{CLAIMERS} processes with {CLAIMS} claims each, {ROUNDS} times over")
    ours, plain = list[float](), list[float]()
    for number in range(ROUNDS):
        place = folder / str(number)
        place.mkdir()
        with _queue(place) as database:
            for run in range(CLAIMERS * CLAIMS):
                STORE.submit(database, request(f"r{run}", learner=run % 20), utc_now(), None)
        with closing(sqlite3.connect(place / "plain.sqlite3")) as jobs:
            jobs.execute("pragma journal_mode = wal")
            jobs.execute("create table jobs (id integer primary key, state text, worker text)")
            jobs.executemany("insert into jobs (state) values (?)", [("queued",)] * CLAIMERS * CLAIMS)
            jobs.execute("create index jobs_queued on jobs (id) where state = 'queued'")
            jobs.commit()
        ours.append(_p99(place, "claim"))
        plain.append(_p99(place, "claim_plainly"))
    best, usual = min(ours), statistics.median(plain)
    print(f"claim, p99             {best:8.1f} ms, best of {ROUNDS}; asked at most {CLAIM_MS:.0f}")
    print(
        f"plain busy_timeout     {usual:8.1f} ms, median: {usual / best:.0f} times ours; asked at least {SHORTER:.0f}"
    )
    print(f"all rounds             ours {_list(ours)}; plain {_list(plain)} ms")
    return best <= CLAIM_MS and usual >= SHORTER * best


def _p99(folder: Path, act: str) -> float:
    (folder / "go").unlink(missing_ok=True)
    processes = [_process(act, folder, f"{act}{number}") for number in range(CLAIMERS)]
    time.sleep(1.5)
    (folder / "go").touch()
    for process in processes:
        process.wait()
    took = sorted(one for number in range(CLAIMERS) for one in json.loads((folder / f"{act}{number}.json").read_text()))
    return float(took[int(len(took) * 0.99)])


# ------------------------------------------------------------------------------------------- kills


def _kills(folder: Path) -> bool:
    say(f"{RUNS} runs under {KILLS} kill -9")
    adopt_orphans()
    kept = _ours_under_kills(folder)
    _huey_under_kills(folder)
    return kept


def _ours_under_kills(folder: Path) -> bool:
    with _queue(folder) as database:
        database.execute("create table finished (run text)")
        database.execute(
            "create trigger finishes after update of state on runs when new.state = 'done' and old.state <> 'done' "
            "begin insert into finished values (new.id); end"
        )
        begun = time.perf_counter()

        def submitter() -> "subprocess.Popen[bytes]":
            return _process("submit", folder, str(RUNS))

        def worker() -> "subprocess.Popen[bytes]":
            return start(folder, SLOTS)

        killed = _under_kills([submitter, worker, worker], lambda: _over(database) == RUNS, lambda: _over(database))
        finished = Counter(row[0] for row in database.execute("select run from finished").fetchall())
        states = Counter(row[0] for row in database.execute("select state from runs").fetchall())
    lost, twice = RUNS - len(finished), sum(count > 1 for count in finished.values())
    shown = [len(list(run.glob("[0-9]*"))) for run in (folder / "runs").iterdir()]
    print(
        f"{RUNS} runs, {sum(killed.values())} kills   {lost:5} lost, {twice} finished twice, "
        f"{sum(count != 1 for count in shown)} without exactly one folder; asked none; "
        f"{time.perf_counter() - begun:.0f} s; {dict(states)}; {dict(killed)}"
    )
    return not lost and not twice and sum(killed.values()) >= KILLS and shown == [1] * RUNS


def _huey_under_kills(folder: Path) -> None:
    finished = folder / "finished"

    def numbers() -> list[str]:
        return finished.read_text().split() if finished.exists() else []

    begun, stood = time.perf_counter(), [0, time.monotonic()]

    def over() -> bool:
        """All are done, or nothing more comes."""
        if len(numbers()) != stood[0]:
            stood[:] = [len(numbers()), time.monotonic()]
        return len(set(numbers())) == RUNS or time.monotonic() > stood[1] + 15

    def submitter() -> "subprocess.Popen[bytes]":
        return _process("huey_submit", folder, str(RUNS))

    def worker() -> "subprocess.Popen[bytes]":
        return _process("huey_work", folder, str(SLOTS))

    killed = _under_kills([submitter, worker, worker], over, lambda: len(numbers()))
    counted = Counter(numbers())
    print(
        f"huey, {sum(killed.values())} kills       {RUNS - len(counted):5} lost, "
        f"{sum(count > 1 for count in counted.values())} finished twice; {time.perf_counter() - begun:.0f} s"
    )


def _under_kills(
    starts: Sequence[Callable[[], "subprocess.Popen[bytes]"]], over: Callable[[], bool], done: Callable[[], int]
) -> Counter[str]:
    """Keep processes up, the first of them until it ends by itself, and kill them or what is below, evenly over the
    runs; how often each kind was.
    """
    source, killed, submitted = random.Random(8), Counter[str](), False
    processes = [begin() for begin in starts]
    try:
        while not over():
            time.sleep(source.uniform(0.005, 0.05))
            for number, process in enumerate(processes):
                if process.poll() is not None and not (number == 0 and (submitted or process.returncode == 0)):
                    processes[number] = starts[number]()
            submitted = submitted or processes[0].poll() == 0
            if sum(killed.values()) >= KILLS or done() < RUNS * sum(killed.values()) / (KILLS + 5):
                continue
            chosen = source.choice(processes[int(submitted) :])
            below = children(chosen.pid)
            lowest = [one for pid in below for one in children(pid)]
            kind, victims = source.choice(
                [("bot" if chosen is processes[0] else "supervisor", [chosen.pid]), ("warm", below), ("run", lowest)]
            )
            if victims and chosen.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(source.choice(victims), signal.SIGKILL)
                    killed[kind] += 1
    finally:
        for process in processes:
            process.kill()
            process.wait()
        _bury_orphans()
    return killed


def _bury_orphans() -> None:
    """Kill what a killed process left behind: those of huey's go on without their consumer."""
    while orphans := children(os.getpid()):
        for pid in orphans:
            kill_tree(pid)
            os.waitpid(pid, 0)


# ------------------------------------------------------------------------------------------ common


@contextlib.contextmanager
def _queue(folder: Path) -> Iterator[Database]:
    migrate(folder / "gradus.sqlite3", [RunStore.migrations])
    with closing(connect(folder / "gradus.sqlite3")) as database:
        yield database


def _process(act: str, folder: Path, argument: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.benchmarks.training_processes", act, str(folder), argument]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _over(database: Database) -> int:
    listed = ", ".join(f"'{state}'" for state in OPEN)
    return int(database.execute(f"select count(*) from runs where state not in ({listed})").fetchone()[0])


def _wait(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.002)


def _list(figures: Sequence[float]) -> str:
    return ", ".join(f"{figure:.0f}" for figure in figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
