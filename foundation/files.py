"""Files that are there whole or not at all, and a lock between processes."""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from foundation.errors import GradusError


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader, or a crash at any moment, sees the old file or the new.

    The file gets the mode that the process's umask allows, like any other.

    Raises:
        GradusError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with temporary.open("xb") as file:  # not `tempfile`, whose files only their owner may read
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def write_json(path: Path, value: Any) -> None:
    """`write_whole` of a value as indented JSON."""
    write_whole(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` last through a power cut, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def file_lock(path: Path, otherwise: str | None = None) -> Iterator[None]:
    """Hold `path` as a lock between processes; the system lets go of it when the holder dies.

    Args:
        otherwise: what to say where another holds it; without it that is waited for.

    Raises:
        GradusError: the lock file cannot be made, or `otherwise`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        lock.acquire(blocking=otherwise is None)
    except Timeout as error:
        raise GradusError(otherwise) from error
    except OSError as error:
        raise _unwritable(path.parent, error) from error
    try:
        yield
    finally:
        lock.release()


def _unwritable(folder: Path, error: OSError) -> GradusError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return GradusError(f"cannot write in {folder}: {reason}; check its owner and free space, or name another")
