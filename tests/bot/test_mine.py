"""All that is kept on a learner can be had and removed: whatever table comes, it must be covered."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.asking import Asking
from bot.assembly import CONVERSATIONS, STORES
from bot.mine import DATA_FILE, READ_ME_FILE, Mine
from bot.road.profile import Profile, Profiles
from bot.servers.servers import Servers
from foundation.database import DatabaseThread, connect, migrate
from foundation.learners import KnowsLearners
from foundation.store import LearnerStore
from tests.bot.conftest import NOW

ADA, BOB = 111_222_333_444_555_666, 2
SECRET = "xylophone gradients"

KEPT_ON_PURPOSE = {("blocks", "person")}
"""Columns that name a person and outlive a deletion: see `ServerStore.forget`."""


@pytest.fixture
def mine(database: DatabaseThread) -> Mine:
    return Mine(database, STORES, CONVERSATIONS)


@pytest.fixture
def schema(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "schema.sqlite3"
    migrate(path, [store.migrations for store in STORES])
    opened = connect(path)
    yield opened
    opened.close()


def columns_of_people(database: Database) -> set[tuple[str, str]]:
    """Every column that names a learner, or a Discord account."""
    names = {"learner", "discord_id", "person", "opened_by", "asker"}
    return {
        (table, column.name)
        for table in database.table_names()
        for column in database.table(table).columns
        if column.name in names
    }


def test_every_table_that_names_a_learner_calls_the_column_so(schema: Database) -> None:
    known = {("learners", "discord_id")} | KEPT_ON_PURPOSE
    assert {found for found in columns_of_people(schema) if found[1] != "learner"} == known


def fill(database: Database, table: str, learner: int, others: dict[str, Any]) -> None:
    """A row about the learner, whatever the table's other columns are."""
    values: dict[str, Any] = {"learner": learner}
    for column in database.table(table).columns:
        if column.name != "learner" and (column.notnull or column.is_pk) and column.name not in values:
            number = learner if column.is_pk else 1  # a key of its own, so that no row stands in another's place
            values[column.name] = others.get(column.name, number if column.type.lower() == "integer" else str(number))
    names = ", ".join(values)
    database.execute(
        f"insert or replace into {table} ({names}) values ({', '.join('?' * len(values))})", [*values.values()]
    )


def test_every_learner_column_of_the_schema_is_exported_and_forgotten(schema: Database) -> None:
    tables = sorted(table for table, column in columns_of_people(schema) if column == "learner")
    assert {"learners", "answers", "votes", "opt_outs", "profiles"} <= set(tables)
    schema.execute("PRAGMA foreign_keys = OFF")
    for learner in (1, 2):
        for table in tables:
            fill(
                schema,
                table,
                learner,
                {
                    "discord_id": str(learner),
                    "answer": f"answer-{learner}",
                    "thread": str(learner),
                    "nonce": str(learner),
                    "question": str(learner),  # an answer to somebody's question goes with it
                },
            )
    schema.conn.commit()
    exported: set[str] = set()
    for store in STORES:
        for table, rows in store.export(schema, 1).items():
            exported |= {table} if rows else set()
            assert all(row.get("learner", 1) == 1 for row in rows)
    assert exported >= set(tables)
    for store in STORES:
        store.forget(schema, 1)
    for table in tables:
        left = [row["learner"] for row in schema.query(f"select learner from {table}")]
        assert left == [2], table


def test_learners_are_forgotten_last() -> None:
    last: KnowsLearners = STORES[-1]
    assert isinstance(last, LearnerStore)


async def talk(asking: Asking, profiles: Profiles, person: int, question: str) -> str:
    asked = await asking.ask(question, person, "1/2", NOW)
    await asking.vote(asked.id, person, False, NOW)
    await profiles.keep(person, Profile("job", "beginner", time(8, 30), "Europe/Paris"), NOW)
    return asked.id


def opened(packed: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert "90 days" in archive.read(READ_ME_FILE).decode()
        content: dict[str, Any] = json.loads(archive.read(DATA_FILE))
        return content


async def test_the_export_has_what_i_did_and_nothing_of_others(
    mine: Mine, asking: Asking, profiles: Profiles, database: DatabaseThread
) -> None:
    await talk(asking, profiles, ADA, SECRET)
    await talk(asking, profiles, BOB, "what is a kazoo?")
    await Servers(database).block(9, ADA, NOW)
    packed = await mine.export(ADA, NOW)
    data = opened(packed)
    assert data["discord_id"] == str(ADA)
    assert data["tables"]["answers"][0]["content"]["question"] == SECRET
    assert data["tables"]["profiles"][0]["hour"] == "08:30"
    assert data["tables"]["learners"][0]["zone"] == "Europe/Paris"
    assert len(data["tables"]["votes"]) == 1
    assert data["tables"]["blocks"][0]["server"] == "9"
    assert "kazoo" not in json.dumps(data)
    assert await mine.count(ADA) == sum(map(len, data["tables"].values()))


async def test_a_stranger_has_an_empty_export_and_nothing_to_delete(mine: Mine, database: DatabaseThread) -> None:
    assert opened(await mine.export(ADA, NOW))["tables"] == {}
    assert not await mine.forget(ADA)
    assert await mine.count(ADA) == 0
    assert database.call(lambda db: LearnerStore().find(db, ADA)) is None  # looking keeps nothing


async def test_what_is_deleted_is_gone_from_the_files_too(
    mine: Mine, asking: Asking, profiles: Profiles, tmp_path: Path
) -> None:
    id = await talk(asking, profiles, ADA, SECRET)
    other = await talk(asking, profiles, BOB, "what is a kazoo?")
    assert on_disk(tmp_path, SECRET)
    assert await mine.forget(ADA)
    assert not on_disk(tmp_path, SECRET)
    assert not on_disk(tmp_path, str(ADA))
    assert await profiles.of(ADA) == Profile()
    assert opened(await mine.export(ADA, NOW))["tables"] == {}
    with pytest.raises(Exception, match="no longer have that answer"):
        await asking.answer(id)
    assert (await asking.answer(other)).question == "what is a kazoo?"
    assert not await mine.forget(ADA)


def on_disk(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_who_comes_back_after_a_deletion_is_somebody_new(
    mine: Mine, asking: Asking, profiles: Profiles, database: DatabaseThread
) -> None:
    await talk(asking, profiles, ADA, SECRET)
    before = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW))
    await mine.forget(ADA)
    after = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW + timedelta(days=1)))
    assert after.id > before.id
    assert after.zone is None


async def test_a_deletion_that_fails_half_way_removes_nothing(asking: Asking, database: DatabaseThread) -> None:
    class Broken(LearnerStore):
        def forget(self, database: Database, learner: int) -> None:
            raise OSError("disk full")

    await asking.ask(SECRET, ADA, "1/2", NOW)
    before = await Mine(database, STORES).count(ADA)
    with pytest.raises(OSError, match="disk full"):
        await Mine(database, [*STORES[:-1], Broken()]).forget(ADA)
    assert await Mine(database, STORES).count(ADA) == before
