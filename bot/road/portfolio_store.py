"""What learners write for their portfolios and say of their steps, and where they show them, on disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from bot.road.steps import OwnWord
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows

TABLES = ("portfolios", "portfolio_paragraphs", "step_evidence", "portfolio_shares")


@dataclass(frozen=True)
class Writings:
    """What a learner wrote, as they wrote it.

    Attributes:
        name: that they want to be shown by; empty for none.
        links: one a line.
        about: by project.
    """

    name: str = ""
    introduction: str = ""
    links: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Share:
    """A server in which a portfolio is shown.

    Attributes:
        id: given by us; stands in the button of its message.
        person: the Discord account of the learner.
        message: None until it is sent.
    """

    id: str
    learner: int
    person: int
    server: int
    channel: int
    message: int | None
    at: datetime


Place = tuple[int, int]
"""A channel and a message in it."""


class PortfolioStore:
    """The tables `portfolios`, `portfolio_paragraphs`, `step_evidence`, `portfolio_shares` and `ended_shares`."""

    migrations = Migrations("portfolios")

    # ------------------------------------------------------------------------------------- writings

    def writings(self, database: Database, learner: int) -> Writings:
        """What the learner wrote."""
        rows = list(database.query("select * from portfolios where learner = ?", [learner]))
        told = rows[0] if rows else {"name": "", "introduction": "", "links": ""}
        about = database.query("select project, text from portfolio_paragraphs where learner = ?", [learner])
        paragraphs = {row["project"]: row["text"] for row in about}
        return Writings(told["name"], told["introduction"], told["links"], paragraphs)

    def write(self, database: Database, learner: int, name: str, introduction: str, links: str) -> None:
        """Keep what stands at the head, in place of what was there."""
        with writing(database):
            database.execute(
                "insert or replace into portfolios (learner, name, introduction, links) values (?, ?, ?, ?)",
                [learner, name, introduction, links],
            )

    def write_about(self, database: Database, learner: int, project: str, text: str) -> None:
        """Keep the paragraph on a project; an empty one goes."""
        with writing(database):
            if text:
                database.execute(
                    "insert or replace into portfolio_paragraphs (learner, project, text) values (?, ?, ?)",
                    [learner, project, text],
                )
            else:
                database.execute(
                    "delete from portfolio_paragraphs where learner = ? and project = ?", [learner, project]
                )

    # ---------------------------------------------------------------------------------------- steps

    def own_words(self, database: Database, learner: int) -> Mapping[str, OwnWord]:
        """What the learner says that they did, by step."""
        rows = database.query("select step, text, at from step_evidence where learner = ?", [learner])
        return {row["step"]: OwnWord(row["text"], datetime.fromisoformat(row["at"])) for row in rows}

    def tick(self, database: Database, learner: int, step: str, word: OwnWord) -> None:
        """Keep the learner's word for a step."""
        with writing(database):
            database.execute(
                "insert or replace into step_evidence (learner, step, text, at) values (?, ?, ?, ?)",
                [learner, step, word.text, utc_text(word.at)],
            )

    def untick(self, database: Database, learner: int, step: str) -> None:
        """Remove it."""
        with writing(database):
            database.execute("delete from step_evidence where learner = ? and step = ?", [learner, step])

    # --------------------------------------------------------------------------------------- shares

    def shares(self, database: Database, learner: int) -> tuple[Share, ...]:
        """Where the learner's portfolio is shown."""
        return tuple(map(_share, database.query(f"{_SHARES} where learner = ? order by at", [learner])))

    def share(self, database: Database, id: str) -> Share | None:
        """The share of that id, or None where it has ended."""
        return next(map(_share, database.query(f"{_SHARES} where share = ?", [id])), None)

    def begin(self, database: Database, share: Share) -> None:
        """Keep that a portfolio is about to be shown; of the same server, what was shown before ends."""
        with writing(database):
            self._end(database, "learner = ? and server = ?", [share.learner, str(share.server)])
            database.execute(
                "insert into portfolio_shares (share, learner, server, channel, at) values (?, ?, ?, ?, ?)",
                [share.id, share.learner, str(share.server), str(share.channel), utc_text(share.at)],
            )

    def sent(self, database: Database, id: str, message: int) -> bool:
        """Keep where a share's message is; False where the share has ended meanwhile."""
        with writing(database):
            done = database.execute("update portfolio_shares set message = ? where share = ?", [str(message), id])
        return done.rowcount > 0

    def end(self, database: Database, learner: int) -> None:
        """Show the learner's portfolio nowhere any more."""
        with writing(database):
            self._end(database, "learner = ?", [learner])

    def end_one(self, database: Database, id: str) -> None:
        """Show it no more in one place."""
        with writing(database):
            self._end(database, "share = ?", [id])

    def end_at(self, database: Database, place: Place) -> None:
        """Show no more what a message showed that is gone."""
        with writing(database):
            database.execute("delete from portfolio_shares where channel = ? and message = ?", [*map(str, place)])

    def ended(self, database: Database) -> tuple[Place, ...]:
        """The messages that show what is shared no more."""
        rows = database.query("select channel, message from ended_shares")
        return tuple((int(row["channel"]), int(row["message"])) for row in rows)

    def mark_ended(self, database: Database, place: Place) -> None:
        """Keep that a message shows what is shared no more."""
        with writing(database):
            database.execute("insert or ignore into ended_shares (channel, message) values (?, ?)", [*map(str, place)])

    def told(self, database: Database, place: Place) -> None:
        """Keep that such a message says so, or is gone."""
        with writing(database):
            database.execute("delete from ended_shares where channel = ? and message = ?", [*map(str, place)])

    def _end(self, database: Database, where: str, given: list[object]) -> None:
        """Whose it was is not kept with the messages that are left."""
        database.execute(
            "insert or ignore into ended_shares select channel, message from portfolio_shares "
            f"where message is not null and {where}",
            given,
        )
        database.execute(f"delete from portfolio_shares where {where}", given)

    # ------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {table: list(database.query(f"select * from {table} where learner = ?", [learner])) for table in TABLES}

    def forget(self, database: Database, learner: int) -> None:
        """Remove what the learner wrote, and end what they share."""
        with writing(database):
            self.end(database, learner)
            for table in TABLES:
                database.execute(f"delete from {table} where learner = ?", [learner])


_SHARES = "select portfolio_shares.*, discord_id from portfolio_shares join learners using (learner)"


def _share(row: dict[str, Any]) -> Share:
    message = int(row["message"]) if row["message"] is not None else None
    at = datetime.fromisoformat(row["at"])
    whose, where = (row["learner"], int(row["discord_id"])), (int(row["server"]), int(row["channel"]))
    return Share(row["share"], *whose, *where, message, at)


@PortfolioStore.migrations()
def create_portfolios(database: Database) -> None:
    database.execute(
        "create table portfolios (learner integer primary key, name text not null, introduction text not null, "
        "links text not null)"
    )
    database.execute(
        """create table portfolio_paragraphs (
            learner integer not null, project text not null, text text not null,
            primary key (learner, project)) without rowid"""
    )
    database.execute(
        """create table step_evidence (
            learner integer not null, step text not null, text text not null, at text not null,
            primary key (learner, step)) without rowid"""
    )
    database.execute(
        """create table portfolio_shares (
            share text primary key, learner integer not null, server text not null, channel text not null,
            message text, at text not null, unique (learner, server)) without rowid"""
    )
    database.execute(
        "create table ended_shares (channel text not null, message text not null, "
        "primary key (channel, message)) without rowid"
    )
