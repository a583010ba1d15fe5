"""What is kept of answers and votes, and how it is given out and forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.assembly import STORES
from bot.store import AnswerStore, KeptAnswer, Tally
from foundation.database import connect, migrate
from tests.bot.conftest import ANSWER, NOW

ADA, BOB = 1, 2
store = AnswerStore()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "gradus.sqlite3"
    migrate(path, [one.migrations for one in STORES])
    opened = connect(path)
    yield opened
    opened.close()


def keep(db: Database, id: str = "one", learner: int = ADA, days_ago: float = 0) -> KeptAnswer:
    kept = KeptAnswer(id, learner, "1/2", NOW - timedelta(days=days_ago), ANSWER)
    store.keep(db, kept)
    return kept


def test_an_answer_comes_back_as_it_was_kept(db: Database) -> None:
    assert store.find(db, "one") is None
    assert store.find(db, keep(db).id) == KeptAnswer("one", ADA, "1/2", NOW, ANSWER)


def test_an_answer_with_nothing_in_it_comes_back_too(db: Database) -> None:
    declined = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
    store.keep(db, KeptAnswer("none", ADA, "dm", NOW, declined))
    found = store.find(db, "none")
    assert found is not None
    assert found.answer == declined


def test_everyone_has_one_vote_and_the_last_one_counts(db: Database) -> None:
    keep(db)
    for learner, helpful, changes in ((ADA, True, True), (BOB, True, True), (BOB, True, False), (BOB, False, True)):
        assert store.vote(db, "one", learner, helpful, NOW) == changes
    assert store.tally(db, "one") == Tally(helpful=1, unhelpful=1)


def test_the_same_vote_again_does_not_even_change_its_time(db: Database) -> None:
    keep(db)
    store.vote(db, "one", BOB, True, NOW)
    store.vote(db, "one", BOB, True, NOW + timedelta(days=1))
    assert store.export(db, BOB)["votes"][0]["voted_at"] == NOW.isoformat()


def test_a_vote_on_an_answer_that_is_gone_is_refused(db: Database) -> None:
    assert not store.vote(db, "gone", ADA, True, NOW)
    assert store.tally(db, "gone") == Tally(0, 0)


def test_only_answers_older_than_asked_for_are_forgotten_with_their_votes(db: Database) -> None:
    keep(db, "old", days_ago=90.001)
    keep(db, "just", days_ago=90)
    store.vote(db, "old", BOB, True, NOW)
    assert store.forget_older(db, NOW - timedelta(days=90)) == 1
    assert store.find(db, "old") is None
    assert store.find(db, "just") is not None
    assert store.export(db, BOB)["votes"] == []


def test_forgetting_a_learner_leaves_the_others_alone(db: Database) -> None:
    keep(db, "of ada", ADA)
    keep(db, "of bob", BOB)
    store.vote(db, "of bob", ADA, True, NOW)
    store.vote(db, "of bob", BOB, True, NOW)
    store.forget(db, ADA)
    assert store.find(db, "of ada") is None
    assert store.tally(db, "of bob") == Tally(helpful=1, unhelpful=0)


def test_everything_that_the_store_keeps_on_a_learner_is_exported_and_forgotten(db: Database) -> None:
    keep(db)
    store.vote(db, "one", ADA, True, NOW)
    store.tell_once(db, ADA, "coverage", NOW)
    assert {table: len(rows) for table, rows in store.export(db, ADA).items()} == {
        "answers": 1,
        "votes": 1,
        "notices": 1,
    }
    store.forget(db, ADA)
    assert [rows for rows in store.export(db, ADA).values() if rows] == []
