"""What the terminal shows: results on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from foundation.errors import GradusError, Problem

Advance = Callable[[int, int], None]
"""Called with what is done and what there is in all."""


def say(line: str) -> None:
    """A line for the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


def put_json(value: Any) -> None:
    """A result for a script: one line of JSON, out at once; half a character, which no encoding has, is escaped."""
    line = json.dumps(value, ensure_ascii=False)
    print(line.encode(errors="backslashreplace").decode(), flush=True)


def put_markdown(text: str) -> None:
    """A result for a person: rendered where it is read on a terminal, as it is where it goes elsewhere."""
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        print(text)


@contextmanager
def bar(title: str) -> Iterator[Advance]:
    """A progress bar on standard error; where that is no terminal, nothing is drawn."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def read_batch(path: Path, asked: str = "question") -> Iterator[dict[str, Any] | Problem]:
    """The objects `{"id", "question", …}` of a file of JSON lines; a bad line comes as its problem.

    Args:
        asked: the field that must be there, and a text, beside the id.

    Raises:
        GradusError: the file cannot be read.
    """
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _entry(path, number, line, asked)


def opened(path: Path) -> TextIO:
    """A file of lines, opened to read.

    Raises:
        GradusError: it cannot be read.
    """
    try:
        return path.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise GradusError(f"cannot read {path}: {(error.strerror or 'no such file').lower()}") from error


def _entry(path: Path, number: int, line: str, asked: str) -> dict[str, Any] | Problem:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return Problem(str(path), number, f"not JSON; a line is an object with 'id' and '{asked}'")
    if not isinstance(entry, dict) or "id" not in entry or not isinstance(entry.get(asked), str):
        return Problem(str(path), number, f"a line is an object with 'id' and '{asked}', which is a string")
    return entry
