"""SQLite for several processes: connections, write transactions, migrations, a thread of its own.

Writers wait by short jittered retries of our own: SQLite's back-off (`busy_timeout`) starves some of them (a p99
of 1.7 s with four writers, against 21 ms). It stays on for the rest, where waiting is rare and short: a reader
meets a busy file only while another process opens or closes it.
"""

import asyncio
import contextlib
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database, Migrations

from foundation.errors import GradusError
from foundation.files import file_lock

Result = TypeVar("Result")

SHORTEST_PAUSE, LONGEST_PAUSE = 0.0002, 0.008  # seconds between two tries for the write lock
PATIENCE = 10.0  # seconds after which a lock that is held means trouble, not traffic


def connect(path: Path) -> Database:
    """A connection to the database at `path`, for the thread that asks for it.

    Raises:
        GradusError: the file is not a database, or cannot be opened or made.
    """
    with _said_plainly(path):
        connection = sqlite3.connect(path, timeout=PATIENCE)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # what a learner had deleted is gone from the file too
        return Database(connection)


@contextlib.contextmanager
def writing(
    database: Database,
    *,
    patience: float = PATIENCE,
    pause: Callable[[], float] = lambda: random.uniform(SHORTEST_PAUSE, LONGEST_PAUSE),
) -> Iterator[Database]:
    """One write transaction: the write lock is taken at once, and all of it is kept or none.

    Inside another one it becomes part of that.

    Raises:
        GradusError: another process held the write lock for all of `patience` seconds.
    """
    if database.conn.in_transaction:
        yield database
        return
    _begin(database, patience, pause)
    try:
        yield database
    except BaseException:
        database.rollback()
        raise
    database.conn.execute("COMMIT")


def _begin(database: Database, patience: float, pause: Callable[[], float]) -> None:
    end = time.monotonic() + patience
    database.conn.execute("PRAGMA busy_timeout = 0")
    try:
        while not _began(database):
            if time.monotonic() > end:
                raise GradusError(
                    f"the database has been locked by another process for {patience:.0f} s; "
                    "close the program that holds it and try again"
                )
            time.sleep(pause())  # in a thread of its own (`DatabaseThread`), never on the event loop
    finally:
        database.conn.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")


def _began(database: Database) -> bool:
    try:
        database.conn.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            return False
        raise
    return True


def _is_busy(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def migrate(path: Path, migrations: Sequence[Migrations]) -> None:
    """Bring the database at `path`, made if need be, to the schema this code knows.

    One process at a time (a file lock beside the database): two that migrate a new file kill each other.

    Raises:
        GradusError: the folder cannot be written, the file is no database, or it was made by newer code.
    """
    with file_lock(path.with_name(path.name + ".lock")), _said_plainly(path):
        database = connect(path)
        try:
            database.conn.execute("PRAGMA journal_mode = WAL")
            for steps in migrations:
                _refuse_newer(database, steps, path)
                if steps.pending(database):
                    _apply(database, steps)
        finally:
            database.close()


def _refuse_newer(database: Database, steps: Migrations, path: Path) -> None:
    known = {step.name for step in _all_steps(steps)}
    newer = [step.name for step in steps.applied(database) if step.name not in known]
    if newer:
        raise GradusError(f"{path} was written by a newer Gradus (step '{newer[0]}'); update Gradus and start again")


def _all_steps(steps: Migrations) -> list[Migrations._Migration]:
    return steps._migrations  # the library tells the pending and the applied, not the whole


def _apply(database: Database, steps: Migrations) -> None:
    with writing(database):
        steps.apply(database)


@contextlib.contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    """What SQLite finds wrong with the file itself, in one line with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise GradusError(f"cannot use the database {path}: {_why(path, error)}") from error


def _why(path: Path, error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return "it is damaged or not a database; put back a backup, or move the file away to start afresh"
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return "it cannot be written; check the owner of the file and its folder"
    return f"{error}; check the folder and its free space"


class DatabaseThread:
    """All SQL of one process, in one thread of its own, so that the event loop never waits for a disk."""

    def __init__(self, path: Path) -> None:
        """Connect to the database at `path`, which `migrate` has made.

        Raises:
            GradusError: it cannot be opened.
        """
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._database = self._executor.submit(connect, path).result()

    async def run(self, act: Callable[[Database], Result]) -> Result:
        """`act(database)` in the SQL thread, awaited."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, act, self._database)

    def call(self, act: Callable[[Database], Result]) -> Result:
        """`act(database)` in the SQL thread, for code without an event loop."""
        return self._executor.submit(act, self._database).result()

    def close(self) -> None:
        """Wait for what is under way, then close the connection; further calls raise RuntimeError."""
        self._executor.submit(self._database.close).result()
        self._executor.shutdown()
