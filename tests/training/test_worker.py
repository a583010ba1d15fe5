"""A worker with real processes: what comes of runs that behave, that do not, and that are stopped."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from foundation.clock import utc_now
from tests.training.queues import Queue
from tests.training.worker_process import start, started, worker
from training.child import NICE
from training.processes import children
from training.progress import LONGEST_LINE
from training.states import HELD
from training.worker import Worker

ARTIFACTS = {"spec.json", "metrics.json", "curve.json", "status.json", "log.txt"}


@pytest.fixture
def carrying(queue: Queue) -> Iterator[Worker]:
    """A worker in this process, which leaves its executor closed."""
    made = worker(queue.folder, id="here")
    yield made
    made.go_on(lambda: True)


def until(worker: Worker, holds: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        worker.step()


def through(worker: Worker, queue: Queue, *ids: str) -> None:
    until(worker, lambda: all(queue.run(id).over for id in ids))


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(pid: int) -> bool:
    """Whether a process is there and is more than a name nobody has read yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_runs_end_with_their_figures_curves_and_files(queue: Queue, carrying: Worker) -> None:
    ids = [queue.add("quick", accuracy=0.25 * number) for number in range(4)]
    through(carrying, queue, *ids)
    for number, id in enumerate(ids):
        run = queue.run(id)
        assert (run.state, run.metrics, run.dataset) == ("done", {"accuracy": 0.25 * number}, ("tiny", "1"))
        assert run.queue_seconds is not None
        assert [(point.step, point.steps) for point in queue.store.points(queue.database, id)] == [
            (1, 3),
            (2, 3),
            (3, 3),
        ]
    assert queue.left == {f"{id}/1/{name}" for id in ids for name in ARTIFACTS}
    shown = queue.folder / "runs" / ids[1] / "1"
    assert json.loads((shown / "spec.json").read_text()) == {"accuracy": 0.25}
    assert json.loads((shown / "curve.json").read_text())[2] == {"step": 3, "steps": 3, "train_loss": 1 / 3}
    assert json.loads((shown / "status.json").read_text())["state"] == "done"


@pytest.mark.parametrize(
    ("task", "options", "state", "why"),
    [
        ("hungry", {}, "out_of_memory", "it needed more than the 500 MB that its task may take"),
        ("wrong", {}, "failed", "an error in the task itself, KeyError; the run's log has the details"),
        ("refusing", {}, "failed", "the last layer must be `linear 10`"),
        ("silent", {}, "failed", "the run's process ended without a word"),
        ("crashing", {}, "failed", "the run's process died of SIGSEGV"),
        ("no such task", {}, "failed", "an error in the task itself, KeyError; the run's log has the details"),
        ("writing", {"text": "Segmentation fault\n"}, "failed", "the run reported what no task reports"),
        ("writing", {"text": "x" * 2 * LONGEST_LINE}, "failed", "the run reported a line longer than any task's"),
        ("writing", {"text": '{"step": 1, "steps": 2, "values": {"nobody": 1}}\n'}, "done", None),
    ],
)
def test_what_goes_wrong_has_its_own_end_and_one_line(
    queue: Queue, carrying: Worker, task: str, options: dict[str, Any], state: str, why: str | None
) -> None:
    id = queue.add(task, **options)
    through(carrying, queue, id)
    run = queue.run(id)
    assert (run.state, run.why, run.attempt) == (state, why, 1)
    assert {Path(name).name for name in queue.left} == ARTIFACTS


def test_a_run_that_diverges_is_done_and_says_so(queue: Queue, carrying: Worker) -> None:
    id = queue.add("diverging")
    through(carrying, queue, id)
    assert (queue.run(id).state, queue.run(id).metrics) == ("done", {"diverged": 1.0})
    assert [dict(point.values) for point in queue.store.points(queue.database, id)] == [
        {"train_loss": 5.0},
        {"dead": 0.5},
    ]


def test_a_run_is_shut_off_from_what_it_does_not_need(
    queue: Queue, carrying: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "s3cret")
    id = queue.add("looking")
    through(carrying, queue, id)
    assert queue.run(id).metrics == {"nice": float(min(19, os.nice(0) + NICE)), "own": 1.0}
    shown = queue.folder / "runs" / id / "1"
    seen = (shown / "files" / "seen.txt").read_text().split("\n")
    assert set(seen) <= {"PATH", "LANG", "OMP_NUM_THREADS", "HOME", "TMPDIR", "0", "1", "2", "3", "4"}
    assert (shown / "log.txt").read_text() == "a line for the log\n"


def test_a_run_over_its_time_is_stopped_whatever_it_does(queue: Queue, carrying: Worker) -> None:
    mark = queue.folder / "pids"
    id = queue.add("spinning", seconds=1, pids=str(mark))
    through(carrying, queue, id)
    assert (queue.run(id).state, queue.run(id).why) == (
        "timed_out",
        "it was stopped after the 1 s that its task may take",
    )
    assert 1 <= queue.run(id).seconds < 2
    assert not any(map(alive, pids(mark)))


def test_cancelled_its_whole_tree_is_dead_a_moment_later(queue: Queue, carrying: Worker) -> None:
    mark = queue.folder / "pids"
    id = queue.add("forking", pids=str(mark))
    until(carrying, lambda: len(pids(mark)) == 5)
    assert sum(map(alive, pids(mark))) == 4  # the fifth only made an orphan
    asked = time.monotonic()
    queue.store.cancel(queue.database, id, utc_now())
    until(carrying, lambda: not any(map(alive, pids(mark))))
    took = time.monotonic() - asked
    through(carrying, queue, id)
    assert queue.run(id).state == "cancelled"
    assert took < 1.1, took


def test_what_a_run_leaves_running_at_its_end_is_killed(queue: Queue, carrying: Worker) -> None:
    mark = queue.folder / "pids"
    id = queue.add("forking", pids=str(mark), wait=False)
    through(carrying, queue, id)
    assert queue.run(id).state == "done"
    until(carrying, lambda: not any(map(alive, pids(mark))))


def test_a_run_of_somebody_forgotten_is_stopped_and_its_folder_goes(queue: Queue, carrying: Worker) -> None:
    done, runs = queue.add("quick", learner=7), queue.add("sleepy", learner=7)
    until(carrying, lambda: queue.run(done).over and queue.run(runs).state == "running")
    queue.store.forget(queue.database, 7)
    until(carrying, lambda: carrying.carries == 0 and not queue.left)
    assert queue.store.leftovers(queue.database) == []
    assert not list((queue.folder / "runs").iterdir())


def test_a_run_taken_away_is_killed_and_nothing_of_it_written(queue: Queue, carrying: Worker) -> None:
    id = queue.add("sleepy")
    until(carrying, lambda: queue.run(id).state == "running")
    late = utc_now().replace(year=2099)
    assert queue.store.reap(queue.database, late) == [id]
    until(carrying, lambda: queue.run(id).attempt == 2 and carrying.carries == 1)
    assert queue.run(id).losses == 1


def test_a_run_killed_from_outside_is_tried_again_and_not_for_ever(queue: Queue, carrying: Worker) -> None:
    once = queue.add("killed", mark=str(queue.folder / "once"))
    always = queue.add("killed", mark=str(queue.folder / "always"), always=True)
    through(carrying, queue, once, always)
    assert (queue.run(once).state, queue.run(once).attempt) == ("done", 2)
    assert (queue.run(always).state, queue.run(always).why) == ("lost", "the machine lost it several times")
    assert {name.split("/")[0] for name in queue.left} == {once}
    assert {name.split("/")[1] for name in queue.left} == {"2"}


def test_the_warm_process_killed_loses_its_runs_and_comes_back(queue: Queue, carrying: Worker) -> None:
    mark = queue.folder / "pids"
    forks, sleeps = queue.add("forking", pids=str(mark)), queue.add("sleepy", lasts=1)
    until(carrying, lambda: len(pids(mark)) == 5 and queue.run(sleeps).state == "running")
    (warm,) = (pid for pid in children(os.getpid()) if b"training.warm" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(warm, signal.SIGKILL)
    until(carrying, lambda: queue.run(forks).losses == 1)
    assert not any(map(alive, pids(mark)))
    queue.store.cancel(queue.database, forks, utc_now())
    through(carrying, queue, forks, sleeps)
    assert (queue.run(sleeps).state, queue.run(sleeps).attempt) == ("done", 2)


def test_runs_at_once_declare_no_more_memory_than_there_is(queue: Queue, carrying: Worker) -> None:
    ids = [queue.add("sleepy", memory=3000, lasts=0.3) for _ in range(2)]
    most = 0

    def both() -> bool:
        nonlocal most
        most = max(most, carrying.carries)
        return all(queue.run(id).over for id in ids)

    until(carrying, both)
    assert most == 1


def test_what_watches_loads_no_torch() -> None:
    code = "import sys, training.worker, training.local, training.warm; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# ------------------------------------------------------------------------------ workers that are killed


def test_runs_of_a_killed_worker_die_with_it_and_go_on_elsewhere(queue: Queue) -> None:
    """Orphans in sessions of their own too."""
    mark = queue.folder / "pids"
    id = queue.add("forking", pids=str(mark))
    with started(queue.folder) as process:
        wait_for(lambda: len(pids(mark)) == 5)
        process.kill()
    wait_for(lambda: not any(map(alive, pids(mark))), seconds=2)
    assert queue.run(id).state in HELD
    queue.store.cancel(queue.database, id, utc_now())
    with started(queue.folder) as process:
        wait_for(lambda: queue.run(id).state == "cancelled")
    assert process.returncode == 0


def test_a_worker_told_to_go_hands_its_runs_back_and_another_goes_on_from_there(queue: Queue) -> None:
    id, other = queue.add("keeping"), queue.add("quick")
    with started(queue.folder, tasks="tests.training.tiny_torch_tasks"):
        wait_for(lambda: len(queue.store.points(queue.database, id)) >= 5 and queue.run(other).over)
    assert (queue.run(id).state, queue.run(id).losses, queue.run(other).state) == ("queued", 0, "done")
    assert f"{id}/checkpoints/1.pt" in queue.left
    assert queue.store.workers(queue.database, utc_now()) == []
    with started(queue.folder, tasks="tests.training.tiny_torch_tasks"):
        wait_for(lambda: queue.run(id).over)
    run = queue.run(id)
    assert (run.state, run.attempt) == ("done", 2)
    assert run.metrics["first"] > 5
    assert [point.step for point in queue.store.points(queue.database, id)] == list(range(1, 81))
    assert json.loads((queue.folder / "runs" / id / "2" / "curve.json").read_text())[0]["step"] == 1
    assert not any("checkpoints" in name for name in queue.left)


def test_killed_at_any_moment_every_run_still_ends_once(queue: Queue) -> None:
    source, killed = random.Random(8), 0
    ids = [queue.add("quick" if number % 3 else "sleepy", lasts=0.1) for number in range(60)]
    workers = [start(queue.folder) for _ in range(2)]
    try:
        while killed < 6 and not all(queue.run(id).over for id in ids):
            time.sleep(source.uniform(0, 0.4))
            chosen = source.randrange(2)
            below = children(workers[chosen].pid)
            victim = source.choice([workers[chosen].pid, *below, *(one for pid in below for one in children(pid))])
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            killed += 1
            if victim == workers[chosen].pid:
                workers[chosen].wait()
                workers[chosen] = start(queue.folder)
        wait_for(lambda: all(queue.run(id).over for id in ids))
    finally:
        for process in workers:
            process.terminate()
            process.wait()
    assert killed >= 3
    assert {queue.run(id).state for id in ids} == {"done"}
    shown = {name.rsplit("/", 1)[0] for name in queue.left}
    assert shown == {f"{id}/{queue.run(id).attempt}" for id in ids}  # each finished once, whole


def wait_for(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def test_a_run_goes_on_from_what_another_one_of_its_learner_left(queue: Queue, carrying: Worker) -> None:
    left = queue.add("leaving")
    through(carrying, queue, left)
    own, others, unknown = (
        queue.add("inheriting", learner=learner, from_run=id) for learner, id in ((1, left), (2, left), (1, "../r1"))
    )
    through(carrying, queue, own, others, unknown)
    assert [queue.run(id).metrics["accuracy"] for id in (own, others, unknown)] == [1.0, 0.0, 0.0]
    assert f"{own}/1/files/source/spec.json" not in queue.left
