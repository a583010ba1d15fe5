"""The database as one file: taken while the bot runs, put back while it does not."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlite_utils import Database, Migrations

from foundation.database import migrate
from foundation.errors import GradusError
from foundation.files import file_lock, sync_folder

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a database; left beside another one it would be read into that."""

SHORT = 1.0
"""Seconds that a restore waits for another program to close the database."""


def alone(database: Path) -> AbstractContextManager[None]:
    """Hold the database as its one bot, or to restore it; the system lets go of it when the holder dies.

    Raises:
        GradusError: another process does.
    """
    held = f"a bot is running on {database}: stop it first"
    return file_lock(_beside(database, ".running"), held)


def back_up(database: Path, file: Path, *, replacing: bool = False) -> None:
    """The database as it stands at one moment, checked, as a single file that is there whole or not at all.

    Whoever writes to the database goes on; the copy takes up no more of theirs than was kept when it began.

    Args:
        replacing: whether a file of that name may be there.

    Raises:
        GradusError: there is no database, it is damaged, or the file is there or cannot be written.
    """
    if not database.is_file():
        raise GradusError(f"there is no database at {database} yet")
    if any(_same(file, _beside(database, suffix)) for suffix in ("", *BESIDE)):
        raise GradusError(f"{file} is the database itself; name another file")
    if file.is_dir() or (file.exists() and not replacing):
        raise GradusError(f"{file} is there already; name another file, or replace it with --force")
    with _workshop(file.parent) as folder:
        copy = folder / file.name
        _copy(database, copy, "rw")  # read-only, SQLite would leave files beside a database that nobody uses
        shutil.copymode(database, copy)
        os.replace(copy, file)


def restore(file: Path, database: Path, migrations: Sequence[Migrations], now: datetime) -> Path | None:
    """Put a backup in the place of the database, brought to the schema this code knows.

    At every moment the database is the old one or the new one, whole.

    Args:
        migrations: the steps of every store.
        now: aware; names the file in which the old database is kept.

    Returns:
        Where the old database is kept, or None where there was none.

    Raises:
        GradusError: a bot runs on the database, or the file is damaged, of a newer Gradus, or no database of Gradus.
    """
    if not file.is_file():
        raise GradusError(f"there is no file {file}")
    if _same(file, database):
        raise GradusError(f"{file} is the database itself; name a backup of it")
    with alone(database), _workshop(database.parent) as folder:
        ready = folder / "ready.sqlite3"
        _copy(file, ready, "ro")
        _bring_up_to_date(ready, file, migrations)
        kept = database.with_name(f"{database.name}.before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        if kept.exists():
            raise GradusError(f"{kept} is there already; try again in a second")
        with file_lock(_beside(database, ".lock")):  # `migrate` takes it too, in every other command
            _set_aside(database, kept, folder)
            if kept.exists():
                shutil.copymode(kept, ready)
            os.replace(ready, database)
    return kept if kept.exists() else None


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


@contextlib.contextmanager
def _workshop(parent: Path) -> Iterator[Path]:
    """A folder for what is not ready yet, on the disk where it is going to be."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gradus-", dir=parent) as folder:
            yield Path(folder)
            sync_folder(parent)
    except OSError as error:
        raise GradusError(f"cannot write in {parent}: {error.strerror}; check its owner and free space") from error


def _copy(source: Path, target: Path, mode: Literal["ro", "rw"]) -> None:
    """A database, whoever writes to it, as a single sound file."""
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode={mode}", uri=True)) as opened,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            opened.backup(copy)  # in one step: by several it would begin anew after every write of another process
            copy.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise GradusError(f"{source} cannot be copied: {_why(error)}") from error
    if verdict != "ok":
        raise GradusError(f"{source} cannot be copied: it is damaged")


def _why(error: sqlite3.Error) -> str:
    damaged = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
    return "it is damaged or no database" if damaged else str(error)


def _bring_up_to_date(ready: Path, file: Path, migrations: Sequence[Migrations]) -> None:
    with contextlib.closing(sqlite3.connect(ready)) as opened:
        if not any(steps.applied(Database(opened)) for steps in migrations):
            raise GradusError(f"{file} is no database of Gradus")
    try:
        migrate(ready, migrations)
    except GradusError as error:
        raise GradusError(str(error).replace(str(ready), str(file))) from error
    _into_one_file(ready)


def _into_one_file(database: Path) -> None:
    """Take what stands beside a database into it; SQLite refuses that while another process has it open."""
    with contextlib.closing(sqlite3.connect(database, timeout=SHORT)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")


def _set_aside(database: Path, kept: Path, folder: Path) -> None:
    """Keep the old database, with what stands beside it where it is too damaged to take that in."""
    if database.exists():
        try:
            _into_one_file(database)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise GradusError(f"another program uses {database}: close it and try again") from error
            # else it is damaged, which is what backups are for
    found = [suffix for suffix in ("", *BESIDE) if _beside(database, suffix).exists()]
    for suffix in found:
        copy = folder / f"old{suffix}"
        shutil.copy2(_beside(database, suffix), copy)
        _onto_the_disk(copy)
        os.replace(copy, _beside(kept, suffix))
    for suffix in found:
        if suffix:
            _beside(database, suffix).unlink()


def _beside(database: Path, suffix: str) -> Path:
    return database.with_name(database.name + suffix)


def _onto_the_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
