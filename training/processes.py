"""Processes that die together. What Linux alone can do is left out elsewhere; there a run's session is killed."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_ROUNDS = 100  # each stops what the one before saw, so only something that forks without end comes near


def die_with(parent: int) -> None:
    """Have the kernel kill this process as soon as its parent, `parent` as the caller knows it, is gone."""
    if _LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it could be watched
        os._exit(1)


def outlive() -> None:
    """Take `die_with` back."""
    if _LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, 0)


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent goes; so none is lost sight of."""
    if _LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`, dead ones that nobody has waited for among them."""
    return _by_parent().get(pid, [])


def kill_tree(root: int) -> None:
    """Kill `root`, a child of this process, with everything below it, however often that forked.

    All are stopped before the first is killed: what is stopped makes no more, and an orphan stays below `root` where
    that adopts orphans.
    """
    stopped: list[int] = []
    for _ in range(_ROUNDS):
        new = [pid for pid in _below(root) if pid not in stopped]
        if not new:
            break
        _send(new, signal.SIGSTOP)
        stopped += new
    _send(reversed(stopped), signal.SIGKILL)
    if not _LINUX:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(root, signal.SIGKILL)


def _below(root: int) -> list[int]:
    """`root` and all below it, parents before their children."""
    by_parent, found = _by_parent(), [root]
    for pid in found:
        found += by_parent.get(pid, [])
    return found


def _send(pids: Iterable[int], what: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


def _by_parent() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if not _LINUX:
        return found
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with contextlib.suppress(OSError):
                # the name, in brackets, may hold anything
                fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
                found.setdefault(int(fields[1]), []).append(int(name))
    return found
