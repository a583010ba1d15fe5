from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from foundation.database import connect, migrate
from foundation.learners import Learner
from foundation.store import LearnerStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
store = LearnerStore()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "x.sqlite3", [store.migrations])
    database = connect(tmp_path / "x.sqlite3")
    yield database
    database.close()


def test_an_account_is_the_same_learner_each_time(database: Database) -> None:
    first = store.learner_for(database, 2**63, NOW)
    assert store.learner_for(database, 2**63, NOW) == first == Learner(1)
    assert store.learner_for(database, 7, NOW).id == 2


def test_settings_are_kept_and_taken_back(database: Database) -> None:
    learner = store.learner_for(database, 7, NOW)
    store.set_zone(database, learner.id, "Europe/Paris")
    store.set_locale(database, learner.id, "fr")
    store.set_opt_out(database, learner.id, "digest", True)
    store.set_opt_out(database, learner.id, "digest", True)
    assert store.learner_for(database, 7, NOW) == Learner(1, "Europe/Paris", "fr", frozenset({"digest"}))
    store.set_opt_out(database, learner.id, "digest", False)
    assert store.learner_for(database, 7, NOW).opt_outs == frozenset()


def test_a_forgotten_learner_is_a_stranger_with_a_new_number(database: Database) -> None:
    learner = store.learner_for(database, 7, NOW)
    store.set_opt_out(database, learner.id, "digest", True)
    assert {table: len(found) for table, found in store.export(database, learner.id).items()} == {
        "learners": 1,
        "opt_outs": 1,
    }
    store.forget(database, learner.id)
    assert store.export(database, learner.id) == {"learners": [], "opt_outs": []}
    assert store.learner_for(database, 7, NOW).id == 2
