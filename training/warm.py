"""The warm process: it has imported what tasks import, and forks once for each run.

    python -m training.warm SOCKET PARENT MODULE

MODULE offers `prepare()` and `trainer(task, options)`, as `training.trainers` does. Over the socket come and go lines
of JSON: `start` (with two descriptors: the run's pipe and its log), `kill`, `end`; `ready`, `started`, `gone`. No CUDA
is touched here, for a process that did cannot fork, and there is one thread, for the others would be missing in forks.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from training.child import Task, become
from training.processes import adopt_orphans, children, die_with, kill_tree, outlive

SWEEP = 0.2  # seconds between two looks for what ended runs left behind


class Warm:
    """The loop of the warm process."""

    def __init__(self, control: socket.socket, module: ModuleType) -> None:
        self._control = control
        self._module = module
        self._rest = b""
        self._descriptors: list[int] = []
        self._runs: dict[int, tuple[str, float]] = {}
        self._killed: set[int] = set()
        self._woken, wake = os.pipe()
        for end in (self._woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def go_on(self) -> None:
        """Until the other side is gone; then nothing of it is left."""
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._woken, selectors.EVENT_READ)
        swept = time.monotonic()
        try:
            while True:
                ready = {key.fileobj for key, _ in selector.select(SWEEP if self._has_children() else None)}
                if self._woken in ready:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._woken, 4096)
                    self._reap()
                if self._control in ready and not self._hear():
                    return
                if time.monotonic() > swept + SWEEP and self._has_children():
                    self._sweep()
                    swept = time.monotonic()
        except ConnectionError:
            pass  # it went in the middle of a word
        finally:
            for pid in children(os.getpid()):
                kill_tree(pid)

    def tell(self, **said: Any) -> None:
        """A line to the other side."""
        self._control.sendall(json.dumps(said).encode() + b"\n")

    def _hear(self) -> bool:
        chunk, descriptors, _, _ = socket.recv_fds(self._control, 65536, 64)
        self._descriptors += descriptors
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))
        return bool(chunk)

    def _obey(self, order: dict[str, Any]) -> None:
        if order["do"] == "start":
            self._start(order["key"], order["job"], self._descriptors.pop(0), self._descriptors.pop(0))
            return
        for pid, (key, _) in list(self._runs.items()):
            if key == order["key"]:
                if order["do"] == "kill":
                    self._killed.add(pid)
                    kill_tree(pid)
                else:
                    os.kill(pid, signal.SIGTERM)

    def _start(self, key: str, job: dict[str, Any], pipe: int, log: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            die_with(parent)
            adopt_orphans()
            become(_task(job), self._module.trainer, pipe, log)
        os.close(pipe)
        os.close(log)
        self._runs[pid] = key, time.monotonic()
        self.tell(said="started", key=key)

    def _reap(self) -> None:
        while self._has_children():
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if pid in self._runs:
                key, began = self._runs.pop(pid)
                killed = pid in self._killed
                self._killed.discard(pid)
                self.tell(
                    said="gone",
                    key=key,
                    code=os.waitstatus_to_exitcode(status),
                    killed=killed,
                    seconds=time.monotonic() - began,
                )

    def _sweep(self) -> None:
        """Kill what runs that are over left behind: orphans come to this process."""
        for pid in children(os.getpid()):
            if pid not in self._runs:
                kill_tree(pid)

    def _has_children(self) -> bool:
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True


def _task(job: dict[str, Any]) -> Task:
    paths = {name: Path(job[name]) for name in ("folder", "checkpoint", "resume", "data") if job[name] is not None}
    return Task(**(job | paths))


def threads() -> int:
    """How many threads this process has."""
    listed = Path("/proc/self/task")
    return len(os.listdir(listed)) if listed.is_dir() else 1


def main(arguments: list[str]) -> None:
    """Warm up, say so, and carry on until the other side is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    die_with(int(arguments[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which then says what to do
    module = importlib.import_module(arguments[2])
    module.prepare()
    if threads() != 1:
        sys.exit(f"warming up left {threads()} threads; a process that forks may have one")
    gc.collect()
    gc.freeze()
    adopt_orphans()
    warm = Warm(control, module)
    outlive()  # from here on the socket says when to go, so that nothing is left that a run started
    try:
        warm.tell(said="ready")
    except BrokenPipeError:  # the worker was told to go meanwhile
        return
    warm.go_on()


if __name__ == "__main__":
    main(sys.argv[1:])
