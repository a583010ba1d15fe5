"""The learners' table."""

from datetime import datetime
from hashlib import sha256

from sqlite_utils import Database, Migrations

from foundation.database import writing
from foundation.learners import Learner, Rows


class LearnerStore:
    """Learners by their Discord account; everything else refers to `Learner.id`."""

    migrations = Migrations("learners")

    def learner_for(self, database: Database, discord_id: int, now: datetime) -> Learner:
        """The learner behind a Discord account, made at the first meeting."""
        found = self.find(database, discord_id)
        if found is None:
            with writing(database):
                database.execute(
                    "insert or ignore into learners (discord_id, created_at) values (?, ?)",
                    [str(discord_id), now.isoformat()],
                )
            found = self.find(database, discord_id)
        if found is None:  # only a forget between the two lines can do this
            raise RuntimeError("the learner vanished while being made")
        return found

    def find(self, database: Database, discord_id: int) -> Learner | None:
        """The learner behind a Discord account, or None where they never met."""
        rows = list(
            database.query("select learner, zone, locale from learners where discord_id = ?", [str(discord_id)])
        )
        if not rows:
            return None
        row = rows[0]
        topics = database.query("select topic from opt_outs where learner = ?", [row["learner"]])
        return Learner(row["learner"], row["zone"], row["locale"], frozenset(topic["topic"] for topic in topics))

    def alias(self, database: Database, learner: int) -> str:
        """A name for a learner that stays the same as long as they are known, that no other installation gives to
        anybody, and that tells nobody who they are: a hash, 20 hexadecimal digits.
        """
        row = database.execute("select discord_id, created_at from learners where learner = ?", [learner]).fetchone()
        return sha256(f"{row[0]} {row[1]}".encode()).hexdigest()[:20]

    def set_zone(self, database: Database, learner: int, zone: str | None) -> None:
        """Keep the learner's IANA time zone."""
        with writing(database):
            database.execute("update learners set zone = ? where learner = ?", [zone, learner])

    def set_locale(self, database: Database, learner: int, locale: str | None) -> None:
        """Keep the learner's language tag."""
        with writing(database):
            database.execute("update learners set locale = ? where learner = ?", [locale, learner])

    def set_opt_out(self, database: Database, learner: int, topic: str, out: bool) -> None:
        """Keep that the learner does not want (`out`), or wants again, messages of the kind `topic`."""
        with writing(database):
            if out:
                database.execute("insert or ignore into opt_outs (learner, topic) values (?, ?)", [learner, topic])
            else:
                database.execute("delete from opt_outs where learner = ? and topic = ?", [learner, topic])

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in ("learners", "opt_outs")
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove the learner: to Gradus they are a stranger from now on."""
        with writing(database):
            database.execute("delete from opt_outs where learner = ?", [learner])
            database.execute("delete from learners where learner = ?", [learner])


@LearnerStore.migrations()
def create_learners(database: Database) -> None:
    database.execute(
        """
        create table learners (
            learner integer primary key autoincrement,  -- never used again, so old references stay dead
            discord_id text not null unique,
            zone text,
            locale text,
            created_at text not null
        )
        """
    )
    database.execute(
        "create table opt_outs (learner integer not null, topic text not null, primary key (learner, topic))"
    )
