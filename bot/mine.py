"""The use case of one's own data: everything that is kept on a learner, in a file, and all of it removed."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from foundation.database import DatabaseThread, writing
from foundation.learners import KnowsLearners, Rows
from foundation.store import LearnerStore

DATA_FILE = "gradus-data.json"
READ_ME_FILE = "README.txt"
READ_ME = """This is all that Gradus keeps on you, as JSON: "tables" has each table of its database with your rows.

"learner" is the number by which Gradus knows you in its own tables; "discord_id" is your Discord account.
Answers hold the questions you asked. They are removed by themselves after 90 days.
To remove everything now, use /me and press Delete my data.
"""


class Mine:
    """What is kept on a learner, over every store that keeps something."""

    def __init__(
        self,
        database: DatabaseThread,
        stores: Sequence[KnowsLearners],
        conversations: Sequence[KnowsLearners] = (),
    ) -> None:
        """`stores` in the order in which they forget; learners themselves come last. `conversations` are those of
        them that hold what was said.
        """
        self._database = database
        self._stores = tuple(stores)
        self._conversations = tuple(conversations)
        self._learners = LearnerStore()

    async def count(self, person: int) -> int:
        """How many rows are kept on a Discord account."""
        return sum(map(len, (await self._database.run(lambda database: self._tables(database, person))).values()))

    async def export(self, person: int, now: datetime) -> bytes:
        """All that is kept on a Discord account: a zip with one JSON file and a note that explains it."""
        tables = await self._database.run(lambda database: self._tables(database, person))
        data = {
            "exported_at": now.astimezone(UTC).isoformat(),
            "discord_id": str(person),
            "tables": {name: [_opened(row) for row in rows] for name, rows in tables.items()},
        }
        return _zipped({DATA_FILE: json.dumps(data, ensure_ascii=False, indent=2), READ_ME_FILE: READ_ME}, now)

    async def forget(self, person: int) -> bool:
        """Remove all that is kept on a Discord account, at once and for good; False where nothing was."""
        return await self._forget(person, self._stores)

    async def forget_conversations(self, person: int) -> bool:
        """Remove what they asked and talked about, with the answers and votes; False where nothing was."""
        return await self._forget(person, self._conversations)

    async def _forget(self, person: int, stores: Sequence[KnowsLearners]) -> bool:
        def act(database: Database) -> bool:
            with writing(database):
                learner = self._learners.find(database, person)
                if learner is None or not any(any(store.export(database, learner.id).values()) for store in stores):
                    return False
                for store in stores:
                    store.forget(database, learner.id)
            # What was removed still stands in the write-ahead log until that is folded into the file.
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return True

        return await self._database.run(act)

    def _tables(self, database: Database, person: int) -> dict[str, Rows]:
        learner = self._learners.find(database, person)
        if learner is None:
            return {}
        return {name: rows for store in self._stores for name, rows in store.export(database, learner.id).items()}


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """The row with JSON that stands in a text opened up, for people to read."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _zipped(files: dict[str, str], now: datetime) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return packed.getvalue()
