"""What Discord's side of training keeps: runs being put together, what was predicted, and the live messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows


@dataclass(frozen=True)
class Draft:
    """A run that somebody puts together.

    Attributes:
        id: becomes the run's.
        task: its id; empty where none was chosen yet.
        preset: the one whose options were taken last, or empty.
        typed: options as they were typed, right or wrong; those that are left out are the task's defaults.
    """

    id: str
    learner: int
    task: str
    preset: str
    typed: Mapping[str, str]


@dataclass(frozen=True)
class LiveMessage:
    """A message that shows a run and is kept up to date; `message` is None until it is sent."""

    run: str
    channel: int
    message: int | None


class RunMessageStore:
    """The tables `run_drafts`, `run_predictions` and `run_messages`; who joined which board is read from `boards`."""

    migrations = Migrations("run_messages")

    # --------------------------------------------------------------------------------------- drafts

    def keep_draft(self, database: Database, draft: Draft, now: datetime) -> None:
        """Keep a draft as it is now."""
        with writing(database):
            database.execute(
                "insert or replace into run_drafts (draft, learner, task, preset, typed, kept_at) "
                "values (?, ?, ?, ?, ?, ?)",
                [draft.id, draft.learner, draft.task, draft.preset, json.dumps(dict(draft.typed)), utc_text(now)],
            )

    def draft(self, database: Database, id: str) -> Draft | None:
        """The draft of that id, or None."""
        rows = database.query("select * from run_drafts where draft = ?", [id])
        return next(
            (Draft(row["draft"], row["learner"], row["task"], row["preset"], json.loads(row["typed"])) for row in rows),
            None,
        )

    def drop_draft(self, database: Database, id: str) -> None:
        """Remove a draft, for its run is there now."""
        with writing(database):
            database.execute("delete from run_drafts where draft = ?", [id])

    def forget_drafts_before(self, database: Database, moment: datetime) -> None:
        """Remove drafts that nobody has touched since."""
        with writing(database):
            database.execute("delete from run_drafts where kept_at < ?", [utc_text(moment)])

    # ---------------------------------------------------------------------------------- predictions

    def predict(self, database: Database, run: str, learner: int, shape: str) -> None:
        """Keep what a learner said that the curve of their run will do; what was said first stands."""
        with writing(database):
            database.execute(
                "insert or ignore into run_predictions (run, learner, shape) values (?, ?, ?)", [run, learner, shape]
            )

    def prediction(self, database: Database, run: str) -> str | None:
        """What was predicted of a run, or None."""
        row = database.execute("select shape from run_predictions where run = ?", [run]).fetchone()
        return str(row[0]) if row else None

    # ------------------------------------------------------------------------------------- messages

    def expect(self, database: Database, run: str, learner: int, channel: int) -> bool:
        """Keep that a run's message is about to be sent; False where it is kept already."""
        with writing(database):
            done = database.execute(
                "insert or ignore into run_messages (run, learner, channel) values (?, ?, ?)",
                [run, learner, str(channel)],
            )
            return bool(done.rowcount)

    def sent(self, database: Database, run: str, channel: int, message: int) -> None:
        """Keep that it was sent, and where."""
        with writing(database):
            database.execute(
                "update run_messages set channel = ?, message = ? where run = ?", [str(channel), str(message), run]
            )

    def let_go(self, database: Database, run: str) -> None:
        """Keep a run's message up to date no longer."""
        with writing(database):
            database.execute("delete from run_messages where run = ?", [run])

    def live(self, database: Database) -> list[LiveMessage]:
        """Every message that is kept up to date."""
        rows = database.query("select run, channel, message from run_messages order by rowid")
        return [
            LiveMessage(row["run"], int(row["channel"]), int(row["message"]) if row["message"] else None)
            for row in rows
        ]

    # -------------------------------------------------------------------------------------- learners

    def person(self, database: Database, learner: int) -> int:
        """The Discord account behind a learner; 0 where there is none any more."""
        row = database.execute("select discord_id from learners where learner = ?", [learner]).fetchone()
        return int(row[0]) if row else 0

    def joined(self, database: Database, server: int) -> frozenset[int]:
        """The learners who want to be named on a server's boards."""
        rows = database.query("select learner from boards where server = ?", [str(server)])
        return frozenset(row["learner"] for row in rows)

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {table: list(database.query(f"select * from {table} where learner = ?", [learner])) for table in _TABLES}

    def forget(self, database: Database, learner: int) -> None:
        """Remove everything of a learner; the messages themselves are Discord's."""
        with writing(database):
            for table in _TABLES:
                database.execute(f"delete from {table} where learner = ?", [learner])


_TABLES = ("run_drafts", "run_predictions", "run_messages")


@RunMessageStore.migrations()
def create_run_messages(database: Database) -> None:
    database.execute(
        """
        create table run_drafts (
            draft text primary key,
            learner integer not null,
            task text not null,
            preset text not null,
            typed text not null,
            kept_at text not null
        )
        """
    )
    database.execute(
        "create table run_predictions (run text primary key, learner integer not null, shape text not null)"
    )
    database.execute(
        """
        create table run_messages (
            run text primary key,
            learner integer not null,
            channel text not null,
            message text  -- null while it is being sent
        )
        """
    )
