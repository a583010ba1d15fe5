"""Write transactions on the queue, one after another in the order in which they were asked for.

SQLite has no line for its write lock: who tries again at the right moment gets it, and a worker that has just let go
of it tries first. With several workers at it the slowest claim then waits for dozens of others. The kernel does have a
line, at a lock on a file; it lets go of it for whoever is killed.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from foundation.database import writing


@contextlib.contextmanager
def in_turn(database: Database) -> Iterator[None]:
    """`foundation.database.writing`, after all who asked before; inside another transaction it becomes part of that.

    Raises:
        GradusError: another process held the write lock for very long.
    """
    if database.conn.in_transaction or os.name == "nt":
        with writing(database):
            yield
        return
    with _turn(database), writing(database):
        yield


@contextlib.contextmanager
def _turn(database: Database) -> Iterator[None]:
    import fcntl  # not there on Windows

    ((_, _, path),) = [row for row in database.conn.execute("PRAGMA database_list") if row[1] == "main"]
    with Path(f"{path}.turn").open("ab") as line:
        fcntl.flock(line, fcntl.LOCK_EX)
        yield
    if hasattr(os, "sched_yield"):
        os.sched_yield()  # or this process is at the lock again before whoever waits for it has woken
