"""What a diagnostic found that a learner knows, on disk: a probability for each concept."""

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows
from quizzes.placement import KNOWN_FROM


class PlacementStore:
    """The table `placements`: the latest diagnostic of each learner."""

    migrations = Migrations("placements")

    def find(self, database: Database, learner: int) -> Mapping[str, float]:
        """The probability that each concept is known; empty where the learner has done no diagnostic."""
        rows = database.query("select concept, probability from placements where learner = ?", [learner])
        return {row["concept"]: row["probability"] for row in rows}

    def known(self, database: Database, learner: int) -> frozenset[str] | None:
        """The concepts found known, or None where the learner has done no diagnostic."""
        placed = self.find(database, learner)
        return frozenset(id for id, known in placed.items() if known >= KNOWN_FROM) if placed else None

    def keep(self, database: Database, learner: int, placed: Mapping[str, float], at: datetime) -> None:
        """Keep a diagnostic's findings in place of those before."""
        with writing(database):
            self.forget(database, learner)
            database.conn.executemany(
                "insert into placements (learner, concept, probability, at) values (?, ?, ?, ?)",
                [(learner, concept, known, utc_text(at)) for concept, known in placed.items()],
            )

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {"placements": list(database.query("select * from placements where learner = ?", [learner]))}

    def forget(self, database: Database, learner: int) -> None:
        """Remove the findings."""
        with writing(database):
            database.execute("delete from placements where learner = ?", [learner])


@PlacementStore.migrations()
def create_placements(database: Database) -> None:
    database.execute(
        """create table placements (
            learner integer not null, concept text not null, probability real not null, at text not null,
            primary key (learner, concept)) without rowid"""
    )
