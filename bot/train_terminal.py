"""`gradus train` and `gradus worker`: the queue from a terminal, and what carries it."""

import contextlib
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.settings import Settings
from bot.terminal import bar, put_json, say
from bot.training_json import run_json, standing_json, task_json
from foundation.clock import utc_now
from foundation.database import connect, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from training.data.download import download
from training.fairness import Limits, Refusal
from training.local import TRAINERS, LocalExecutor
from training.records import DEVICES, Record, Request, WorkerInfo
from training.run_store import RunStore
from training.specs import TASKS, parse, task
from training.sweeps import seconds_of
from training.worker import Worker

TERMINAL = 0
"""The person whose runs are this terminal's own: its operator, for whom no limits hold."""

LOOK = 0.1  # seconds between two looks at a run that is waited for
PATIENCE = 1.0  # seconds between two looks for a worker
_DEVICE = re.compile(r"cpu|cuda:\d{1,2}")

STORE, LEARNERS = RunStore(), LearnerStore()


# -------------------------------------------------------------------------------------------- worker


def work(
    settings: Settings, device: str, slots: int | None, database: Path | None, parent: int | None, tasks: str | None
) -> None:
    """A worker on the queue, until it is told to stop; then its runs are handed back.

    Args:
        slots: runs at once; by default one for each core.
        database: another one than the bot's.
        parent: stop once the process that started this one, of that id, is gone.
        tasks: the module that offers them, by default ours.

    Raises:
        GradusError: there is no such device here, or the worker cannot come up.
    """
    _check_device(device)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    slots = slots or (cores if device == "cpu" else 1)
    info = WorkerInfo(secrets.token_hex(6), device, slots, memory_of(settings))
    stopping: list[int] = []
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda number, _: stopping.append(number))
    with opened(database or settings.database_path) as connection:
        worker = Worker(
            connection,
            LocalExecutor(tasks or TRAINERS),
            info,
            runs=settings.runs_path,
            data=settings.data_dir,
            limits=limits_of(settings),
            clock=utc_now,
        )
        say(f"a worker on {device} with {slots} {'slot' if slots == 1 else 'slots'} and {info.memory:,} MB")
        worker.go_on(lambda: bool(stopping) or (parent is not None and os.getppid() != parent))


def start_worker(device: str, slots: int, database: Path) -> "subprocess.Popen[bytes]":
    """A worker of this process's own, which ends with it at the latest."""
    command = [sys.executable, "-m", "bot", "worker", "--device", device, "--slots", str(slots)]
    command += ["--database", str(database), "--with", str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)


def memory_of(settings: Settings) -> int:
    """The MB that the runs of a worker may take together."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return settings.worker_memory or max(machine * 3 // 4, 1)


def limits_of(settings: Settings) -> Limits:
    """The limits that are set."""
    return Limits(
        learner_running=settings.train_learner_running,
        learner_queued=settings.train_learner_queued,
        learner_seconds=settings.train_learner_seconds,
        server_running=settings.train_server_running,
        server_queued=settings.train_server_queued,
        server_seconds=settings.train_server_seconds,
    )


def _check_device(device: str) -> None:
    if not _DEVICE.fullmatch(device):
        raise GradusError(f"'{device}' is no device; write cpu, cuda:0, cuda:1, …")
    if device == "cpu":
        return
    # In a process of its own: whatever has asked CUDA once cannot fork any more.
    asked = [sys.executable, "-c", "import torch; print(torch.cuda.device_count())"]
    count = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    if not count.isdecimal() or int(device.removeprefix("cuda:")) >= int(count):
        raise GradusError(f"there is no {device} that PyTorch sees; `gradus doctor` says more")


# -------------------------------------------------------------------------------------------- train


def fetch(settings: Settings, name: str) -> None:
    """A published data set into the folder of data sets.

    Raises:
        GradusError: no folder is set, there is no such set, or it could not be had whole.
    """
    if settings.data_dir is None:
        raise GradusError("GRADUS_DATA_DIR: not set; name a folder that is to hold data sets")
    with bar(f"fetching {name}") as advance:
        folder = download(name, settings.data_dir, advance)
    say(f"{name} is in {folder}; new runs train on it")


def show_tasks(as_json: bool) -> None:
    """Every task with its options."""
    if as_json:
        put_json([task_json(one) for one in TASKS.values()])
        return
    for one in TASKS.values():
        print(f"{one.id:16} {one.title}")
        for name, option in one.spec.model_fields.items():
            print(f"    {name:16} {option.default!r:10} {option.description}")


def run(settings: Settings, id: str, sets: Sequence[str], device: str, as_json: bool) -> None:
    """One run of this terminal's, waited for.

    Raises:
        GradusError: task, option or device are wrong, or the run came to no good end.
    """
    with opened(settings.database_path) as database:
        record = submitted(database, settings, id, sets, device, TERMINAL)
        try:
            with _worker_for(database, settings, record) as look:
                record = _awaited(database, record, look)
        except BaseException:
            STORE.cancel(database, record.id, utc_now())
            raise
        _show(database, settings, record, as_json)
        if record.state != "done":
            raise GradusError(f"the run {_ENDED[record.state]}" + (f": {record.why}" if record.why else ""))


def submit(settings: Settings, id: str, sets: Sequence[str], device: str, person: int, as_json: bool) -> None:
    """Queue a run.

    Raises:
        GradusError: task, option or device are wrong, or a limit is reached.
    """
    with opened(settings.database_path) as database:
        record = submitted(database, settings, id, sets, device, person)
        if not _workers_for(database, record):
            say("no worker is there that takes it: start one with `gradus worker`")
        _show(database, settings, record, as_json)


def status(settings: Settings, id: str | None, person: int, as_json: bool) -> None:
    """One run, or a learner's newest.

    Raises:
        GradusError: there is no such run.
    """
    with opened(settings.database_path) as database:
        places = STORE.places(database, utc_now(), limits_of(settings))
        records = [_found(database, id)] if id is not None else _newest(database, person)
        shown = [_as_json(database, settings, one) | standing_json(one, places.get(one.id)) for one in records]
        if as_json:
            put_json(shown[0] if id is not None else shown)
            return
        for one in shown:
            print(_line(one))


def cancel(settings: Settings, id: str) -> None:
    """Stop a run, whoever's it is.

    Raises:
        GradusError: there is no such run, or it is over.
    """
    with opened(settings.database_path) as database:
        before = _found(database, id)
        if before.over:
            raise GradusError(f"the run {id} is over: {before.state}")
        after = STORE.cancel(database, id, utc_now())
        say(f"{id} is cancelled" if after.over else f"{id} is being stopped")


def submitted(database: Database, settings: Settings, id: str, sets: Sequence[str], device: str, person: int) -> Record:
    """A run of somebody's, queued.

    Raises:
        GradusError: task, option or device are wrong, or a limit is reached.
    """
    known, now = task(id), utc_now()
    if device not in DEVICES and not _DEVICE.fullmatch(device):
        raise GradusError(f"'{device}' is no device; write any, cpu, cuda or cuda:0")
    spec = parse(known, _options(sets))
    request = Request(
        id=secrets.token_hex(6),
        learner=LEARNERS.learner_for(database, person, now).id,
        server=None,
        task=known.id,
        options=spec.model_dump(),
        device=device,
        memory=known.memory,
        seconds=seconds_of(known, spec),
    )
    if request.memory > memory_of(settings):
        raise GradusError(f"{id} needs {request.memory} MB; GRADUS_WORKER_MEMORY allows {memory_of(settings)}")
    taken = STORE.submit(database, request, now, limits_of(settings) if person != TERMINAL else None)
    if isinstance(taken, Refusal):
        raise GradusError(_refused(taken))
    return taken


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The database, with what the queue needs."""
    migrate(path, [RunStore.migrations, LearnerStore.migrations])
    with closing(connect(path)) as database:
        yield database


_ENDED: Mapping[str, str] = {
    "failed": "failed",
    "cancelled": "was cancelled",
    "timed_out": "took too long",
    "out_of_memory": "ran out of memory",
    "lost": "was lost",
}


def with_search(sets: Sequence[str], searches: Sequence[str]) -> list[str]:
    """The options as they were typed, with those that are to be searched as the one that asks for it."""
    return [*sets, f"search={' '.join(searches)}"] if searches else [*sets]


def _options(sets: Sequence[str]) -> dict[str, str]:
    for one in sets:
        if "=" not in one:
            raise GradusError(f"--set {one}: write it as name=value")
    return {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in sets)}


def _refused(refusal: Refusal) -> str:
    who, what = refusal.limit.split("_")
    if what == "budget":
        return f"today's budget of this {who}, {refusal.most:.0f} device-seconds, is too small for it (UTC days)"
    return f"this {who} has {refusal.most:.0f} runs waiting already, and more are not taken"


def _found(database: Database, id: str) -> Record:
    found = STORE.find(database, id)
    if found is None:
        raise GradusError(f"there is no run '{id}'; `gradus train status` shows yours")
    return found


def _newest(database: Database, person: int) -> list[Record]:
    learner = LEARNERS.find(database, person)
    return STORE.mine(database, learner.id) if learner else []


def _as_json(database: Database, settings: Settings, record: Record) -> dict[str, Any]:
    return run_json(record, settings.runs_path, STORE.points(database, record.id))


def _show(database: Database, settings: Settings, record: Record, as_json: bool) -> None:
    shown = _as_json(database, settings, record)
    if as_json:
        put_json(shown)
    else:
        print(_line(shown))


def _line(run: Mapping[str, Any]) -> str:
    figures = " ".join(f"{name} {value:.4g}" for name, value in run["metrics"].items())
    place = f"place {run['place']}" if run.get("place") else ""
    more = [figures, f"{run['seconds']:.1f} s" if run["seconds"] else "", place, run.get("why") or ""]
    return "  ".join([run["id"], f"{run['task']:14}", f"{run['state']:9}", *filter(None, more)])


def _awaited(database: Database, record: Record, look: Any) -> Record:
    """The run once it is over."""
    with bar(record.request.task) as advance:
        looked, reached = 0.0, -1
        while not record.over:
            if time.monotonic() > looked + PATIENCE:
                looked = time.monotonic()
                look()
            time.sleep(LOOK)
            for point in STORE.points(database, record.id, after=reached)[-1:]:
                reached = point.step
                advance(point.step, point.steps)
            record = _found(database, record.id)
    return record


def _workers_for(database: Database, record: Record) -> list[WorkerInfo]:
    asked = record.request
    return [
        one
        for one in STORE.workers(database, utc_now())
        if asked.device in ("any", one.device, one.device.split(":")[0]) and asked.memory <= one.memory
    ]


@contextlib.contextmanager
def _worker_for(database: Database, settings: Settings, record: Record) -> Iterator[Any]:
    """Gives a look for a worker that takes the run; where there is none, one is started, for as long as this lasts."""
    own: list[subprocess.Popen[bytes]] = []
    device = {"any": "cpu", "cuda": "cuda:0"}.get(record.request.device, record.request.device)

    def look() -> None:
        if own and own[-1].poll() is None:
            return
        if own:
            raise GradusError("the worker that was started for it ended; see above what it says")
        if not _workers_for(database, record):
            say("no worker is there: one is started for this run")
            own.append(start_worker(device, 1, settings.database_path))

    try:
        yield look
    finally:
        for process in own:
            process.terminate()
            process.wait()
