"""What learners told of themselves, on disk. The time zone lies with the learner."""

from typing import Any

from sqlite_utils import Database, Migrations

from foundation.database import writing
from foundation.learners import Rows


class ProfileStore:
    """The table `profiles`."""

    migrations = Migrations("profiles")

    def find(self, database: Database, learner: int) -> dict[str, Any]:
        """The learner's goal, level and hour (HH:MM), or an empty dictionary."""
        rows = list(database.query("select goal, level, hour from profiles where learner = ?", [learner]))
        return rows[0] if rows else {}

    def keep(self, database: Database, learner: int, goal: str | None, level: str | None, hour: str | None) -> None:
        """Keep them in place of what was there."""
        with writing(database):
            database.execute(
                "insert or replace into profiles (learner, goal, level, hour) values (?, ?, ?, ?)",
                [learner, goal, level, hour],
            )

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {"profiles": list(database.query("select * from profiles where learner = ?", [learner]))}

    def forget(self, database: Database, learner: int) -> None:
        """Remove what the learner told."""
        with writing(database):
            database.execute("delete from profiles where learner = ?", [learner])


@ProfileStore.migrations()
def create_profiles(database: Database) -> None:
    database.execute("create table profiles (learner integer primary key, goal text, level text, hour text)")
