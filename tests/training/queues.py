"""A queue in a folder of its own."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from foundation.clock import utc_now
from foundation.database import connect, migrate
from training.records import Record, Request
from training.run_store import RunStore


@dataclass
class Queue:
    """A queue as its learners use it."""

    folder: Path
    database: Database
    store: RunStore = field(default_factory=RunStore)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, task: str = "quick", learner: int = 1, memory: int = 500, seconds: int = 30, **options: Any) -> str:
        """Queue a run of a tiny task; its id."""
        request = Request(
            id=f"r{next(self.numbers)}",
            learner=learner,
            server=None,
            task=task,
            options=options,
            device="any",
            memory=memory,
            seconds=seconds,
        )
        self.store.submit(self.database, request, utc_now(), None)
        return request.id

    def run(self, id: str) -> Record:
        """A run as it stands."""
        found = self.store.find(self.database, id)
        assert found is not None
        return found

    @property
    def left(self) -> set[str]:
        """What is in the folder of artifacts, without its first component."""
        runs = self.folder / "runs"
        return {str(file.relative_to(runs)) for file in runs.rglob("*") if file.is_file()}


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    path = tmp_path / "gradus.sqlite3"
    migrate(path, [RunStore.migrations])
    with closing(connect(path)) as database:
        yield Queue(tmp_path, database)
