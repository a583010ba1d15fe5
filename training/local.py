"""Runs carried on this machine: one warm process, from which each run is forked."""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from foundation.errors import GradusError
from training.artifacts import LOG
from training.executor import Event, Gone, Job, Said, Started
from training.processes import adopt_orphans, children, kill_tree
from training.progress import End, Reader, Unbelievable
from training.records import Claim

TRAINERS = "training.trainers"
MOST_BREAKDOWNS = 3  # of the warm process before it is ready, one after another
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
# One thread each: the warm process has to be alone in its address space when it forks. A second arena for malloc would
# reserve addresses that count against a run's memory.
_FIXED_VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass
class _Carried:
    """A run that the warm process was asked for."""

    claim: Claim
    pipe: int
    log: Path
    reader: Reader = field(default_factory=Reader)
    began: float = field(default_factory=time.monotonic)
    unbelievable: str | None = None
    heard: bool = True
    ended: bool = False


class LocalExecutor:
    """Carries runs in processes of this machine. There is at most one in a process, in its main thread."""

    def __init__(self, module: str = TRAINERS) -> None:
        """Begin to warm up.

        Args:
            module: offers the tasks, as `training.trainers` does.
        """
        self._module = module
        self._runs: dict[str, _Carried] = {}
        self._ready = False
        self._breakdowns = 0
        self._strangers = set(children(os.getpid()))
        self._selector = selectors.DefaultSelector()
        adopt_orphans()
        self._warm_up()

    @property
    def ready(self) -> bool:
        """Whether the warm process waits for runs."""
        return self._ready

    def start(self, job: Job) -> None:
        """Fork a run."""
        key, log = _key(job.claim), job.folder / LOG
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            order = {"do": "start", "key": key, "job": _as_json(job)}
            socket.send_fds(self._control, [json.dumps(order).encode() + b"\n"], [theirs, written])
        except OSError:
            pass  # the warm process died: `poll` finds the run lost with it
        finally:
            os.close(theirs)
            os.close(written)
        self._runs[key] = _Carried(job.claim, ours, log)
        self._selector.register(ours, selectors.EVENT_READ, key)

    def cancel(self, claim: Claim, *, gently: bool = False) -> None:
        """Kill a run's tree, or ask it to end."""
        if _key(claim) in self._runs:
            with contextlib.suppress(OSError):
                self._tell({"do": "end" if gently else "kill", "key": _key(claim)})

    def poll(self, seconds: float) -> list[Event]:
        """What happened, waited for at most `seconds`.

        Raises:
            GradusError: the warm process does not come up.
        """
        events: list[Event] = []
        for chosen, _ in self._selector.select(seconds):
            if chosen.data is None:
                events += self._hear()
            elif chosen.data in self._runs:
                events += self._read(self._runs[chosen.data])
        return events

    def close(self) -> None:
        """Kill what is left, and end."""
        self._control.close()
        try:
            self._warm.wait(10)
        except subprocess.TimeoutExpired:
            self._warm.kill()
            self._warm.wait()
        self._bury()
        for carried in self._runs.values():
            os.close(carried.pipe)
        self._runs.clear()
        self._selector.close()

    # --------------------------------------------------------------------------------------- warm

    def _warm_up(self) -> None:
        self._ready, self._rest = False, b""
        self._control, theirs = socket.socketpair()
        variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        variables |= _FIXED_VARIABLES | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        with theirs:
            self._warm = subprocess.Popen(
                [sys.executable, "-m", "training.warm", str(theirs.fileno()), str(os.getpid()), self._module],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._selector.register(self._control, selectors.EVENT_READ)

    def _tell(self, order: Mapping[str, Any]) -> None:
        self._control.sendall(json.dumps(order).encode() + b"\n")

    def _hear(self) -> list[Event]:
        try:
            chunk = self._control.recv(65536)
        except OSError:
            chunk = b""
        if not chunk:
            return self._break_down()
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [event for line in lines for event in self._heard(json.loads(line))]

    def _heard(self, said: dict[str, Any]) -> list[Event]:
        if said["said"] == "ready":
            self._ready, self._breakdowns = True, 0
            return []
        carried = self._runs.get(said["key"])
        if carried is None:
            return []
        if said["said"] == "started":
            return [Started(carried.claim)]
        return self._end(carried, said["code"], bool(said["killed"]), said["seconds"])

    def _break_down(self) -> list[Event]:
        """The warm process is gone: its runs are lost, and there is another."""
        self._selector.unregister(self._control)
        self._control.close()
        self._warm.kill()
        self._warm.wait()
        self._bury()
        self._breakdowns += 0 if self._ready else 1
        events = [event for carried in list(self._runs.values()) for event in self._close(carried, "lost")]
        if self._breakdowns >= MOST_BREAKDOWNS:
            raise GradusError("the process that carries runs does not come up; see above what it says")
        self._warm_up()
        return events

    def _bury(self) -> None:
        """Kill and wait for what came to this process when the warm one died."""
        while strays := [pid for pid in children(os.getpid()) if pid not in self._strangers]:
            for pid in strays:
                kill_tree(pid)
                with contextlib.suppress(ChildProcessError):  # it is another's by now
                    os.waitpid(pid, 0)

    # --------------------------------------------------------------------------------------- runs

    def _read(self, carried: _Carried) -> list[Event]:
        """What a run has said since."""
        events: list[Event] = []
        while carried.heard:
            try:
                chunk = os.read(carried.pipe, 65536)
                reports = carried.reader.feed(chunk)
            except BlockingIOError:
                break
            except Unbelievable as error:
                carried.unbelievable = str(error)
                self.cancel(carried.claim)
                chunk, reports = b"", []
            events += [Said(carried.claim, one) for one in reports]
            carried.ended = carried.ended or any(isinstance(one, End) for one in reports)
            if not chunk:
                self._hear_no_more(carried)
        return events

    def _hear_no_more(self, carried: _Carried) -> None:
        if carried.heard:
            carried.heard = False
            self._selector.unregister(carried.pipe)

    def _end(self, carried: _Carried, code: int, killed: bool, seconds: float) -> list[Event]:
        """The last events of a run whose process ended: whatever it said before counts first."""
        events = self._read(carried)
        if carried.unbelievable is None and not carried.ended:
            if killed:
                return events + self._close(carried, "killed", None, seconds)
            if code == -signal.SIGKILL:
                return events + self._close(carried, "lost", None, seconds)
            if code == -signal.SIGABRT and b"bad_alloc" in _end_of(carried.log):
                events.append(Said(carried.claim, End("out_of_memory")))
                return events + self._close(carried, "ended", None, seconds)
            return events + self._close(carried, "ended", _manner(code), seconds)
        return events + self._close(carried, "ended", carried.unbelievable, seconds)

    def _close(
        self,
        carried: _Carried,
        how: Literal["ended", "killed", "lost"],
        why: str | None = None,
        seconds: float | None = None,
    ) -> list[Event]:
        self._hear_no_more(carried)
        os.close(carried.pipe)
        del self._runs[_key(carried.claim)]
        return [Gone(carried.claim, how, why, time.monotonic() - carried.began if seconds is None else seconds)]


def _key(claim: Claim) -> str:
    return f"{claim.run}/{claim.attempt}"


def _as_json(job: Job) -> dict[str, Any]:
    """The fields of a `training.child.Task`."""
    given = {one.name: getattr(job, one.name) for one in fields(job) if one.name != "claim"}
    return {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}


def _manner(code: int) -> str:
    """How a process ended that said nothing."""
    if code < 0:
        return f"the run's process died of {signal.Signals(-code).name}"
    return "the run's process ended without a word"


def _end_of(log: Path) -> bytes:
    try:
        return log.read_bytes()[-4096:]
    except OSError:
        return b""
