"""Live rounds and what was answered in them, on disk."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from bot.groups.round import Answer, Asked, Round
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows


@dataclass(frozen=True)
class Noted:
    """An answer that the learner's own practice has not heard of yet."""

    round: str
    position: int
    learner: int
    person: int
    asked: Asked
    letter: str
    at: datetime


class RoundStore:
    """The tables `rounds`, `running_rounds` (a channel has one at most), `round_starters` and `round_answers`."""

    migrations = Migrations("live rounds")

    # ----------------------------------------------------------------------------------------- rounds

    def begin(self, database: Database, round: Round) -> Round | None:
        """Keep a new round; where one runs in its channel, that one is returned and nothing kept."""
        with writing(database):
            taken = database.execute(
                "insert or ignore into running_rounds (channel, round) values (?, ?)", [str(round.channel), round.id]
            )
            if not taken.rowcount:
                return self.running(database, round.channel)
            self.keep(database, round)
            return None

    def set_starter(self, database: Database, id: str, learner: int) -> None:
        """Keep who started a round."""
        with writing(database):
            database.execute("insert into round_starters (round, learner) values (?, ?)", [id, learner])

    def keep(self, database: Database, round: Round) -> None:
        """Keep a round as it stands."""
        values = _row(round)
        with writing(database):
            database.execute(
                f"insert or replace into rounds ({', '.join(values)}) values ({', '.join('?' * len(values))})",
                [*values.values()],
            )

    def keep_message(self, database: Database, id: str, message: int) -> None:
        """Keep which message of a round is its latest."""
        with writing(database):
            database.execute("update rounds set message = ? where id = ?", [str(message), id])

    def finish(self, database: Database, id: str) -> None:
        """Keep that nothing of a round is left to be shown: its channel is free."""
        with writing(database):
            database.execute("delete from running_rounds where round = ?", [id])

    def find(self, database: Database, id: str) -> Round | None:
        """The round of that id, or None where it was forgotten."""
        return _first(database.query("select * from rounds where id = ?", [id]))

    def running(self, database: Database, channel: int) -> Round | None:
        """The round that runs in a channel, or None."""
        return _first(
            database.query(
                "select * from rounds where id = (select round from running_rounds where channel = ?)", [str(channel)]
            )
        )

    def live(self, database: Database) -> tuple[Round, ...]:
        """Every round that runs, or whose end is still to be shown."""
        rows = database.query("select rounds.* from running_rounds join rounds on id = round order by moved_at, id")
        return tuple(map(_round, rows))

    def starter(self, database: Database, id: str) -> int | None:
        """The learner who started a round, or None where they were forgotten."""
        row = database.execute("select learner from round_starters where round = ?", [id]).fetchone()
        return int(row[0]) if row else None

    def asked_in(self, database: Database, channel: int) -> frozenset[str]:
        """The questions of the rounds that were played in a channel lately."""
        rows = database.query("select items from rounds where channel = ?", [str(channel)])
        return frozenset(one["question"] for row in rows for one in json.loads(row["items"]))

    def forget_before(self, database: Database, moment: datetime) -> None:
        """Remove the rounds that last moved before a moment (aware), with all that was answered in them."""
        with writing(database):
            old = "(select id from rounds where moved_at < ?)"
            for table in ("round_answers", "round_starters", "running_rounds"):
                database.execute(f"delete from {table} where round in {old}", [_utc(moment)])
            database.execute("delete from rounds where moved_at < ?", [_utc(moment)])

    # ---------------------------------------------------------------------------------------- answers

    def answer(self, database: Database, id: str, answer: Answer) -> None:
        """Keep what a learner answers to a question in place of what they answered before; the same letter again
        leaves its time as it was.
        """
        with writing(database):
            database.execute(
                """
                insert into round_answers (round, position, learner, letter, at, took) values (?, ?, ?, ?, ?, ?)
                on conflict (round, position, learner)
                do update set letter = excluded.letter, at = excluded.at, took = excluded.took
                where letter <> excluded.letter
                """,
                [id, answer.position, answer.learner, answer.letter, _utc(answer.at), answer.took],
            )

    def answers(self, database: Database, id: str) -> tuple[Answer, ...]:
        """Everything that was answered in a round."""
        rows = database.query(
            "select round_answers.*, discord_id from round_answers join learners using (learner) "
            "where round = ? order by position, learner",
            [id],
        )
        return tuple(_answer(row) for row in rows)

    def unnoted(self, database: Database, most: int) -> Sequence[Noted]:
        """Answers to questions that were told, of which the learners' practice has not heard yet."""
        rows = database.query(
            """
            select given.*, items, discord_id from round_answers as given
            join rounds on rounds.id = given.round join learners using (learner)
            where noted = 0 and given.position < rounds.position + (phase = 'telling') order by at limit ?
            """,
            [most],
        )
        return [
            Noted(
                row["round"],
                row["position"],
                row["learner"],
                int(row["discord_id"]),
                _items(row["items"])[row["position"]],
                row["letter"],
                datetime.fromisoformat(row["at"]),
            )
            for row in rows
        ]

    def mark_noted(self, database: Database, one: Noted) -> None:
        """Keep that practice has heard of an answer."""
        with writing(database):
            database.execute(
                "update round_answers set noted = 1 where round = ? and position = ? and learner = ?",
                [one.round, one.position, one.learner],
            )

    # --------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {table: list(database.query(f"select * from {table} where learner = ?", [learner])) for table in _TABLES}

    def forget(self, database: Database, learner: int) -> None:
        """Remove what the learner answered, in rounds that still run as well; one that they started goes on."""
        with writing(database):
            for table in _TABLES:
                database.execute(f"delete from {table} where learner = ?", [learner])


_TABLES = ("round_starters", "round_answers")


def _first(rows: Iterable[Mapping[str, Any]]) -> Round | None:
    return next(map(_round, rows), None)


def _row(round: Round) -> dict[str, Any]:
    return {
        "id": round.id,
        "server": str(round.server),
        "channel": str(round.channel),
        "what": round.what,
        "title": round.title,
        "items": json.dumps([asdict(one) for one in round.items]),
        "seconds": round.seconds,
        "phase": round.phase,
        "position": round.position,
        "until": _utc(round.until),
        "opened_at": _utc(round.opened_at),
        "moved_at": _utc(round.moved_at),
        "message": str(round.message) if round.message else None,
        "silent": round.silent,
        "ending": round.ending,
    }


def _round(row: Mapping[str, Any]) -> Round:
    return Round(
        id=row["id"],
        server=int(row["server"]),
        channel=int(row["channel"]),
        what=row["what"],
        title=row["title"],
        items=_items(row["items"]),
        seconds=row["seconds"],
        phase=row["phase"],
        position=row["position"],
        until=_moment(row["until"]),
        opened_at=_moment(row["opened_at"]),
        moved_at=datetime.fromisoformat(row["moved_at"]),
        message=int(row["message"]) if row["message"] else None,
        silent=row["silent"],
        ending=row["ending"],
    )


def _items(text: str) -> tuple[Asked, ...]:
    return tuple(Asked(**one) for one in json.loads(text))


def _answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        learner=row["learner"],
        person=int(row["discord_id"]),
        position=row["position"],
        letter=row["letter"],
        at=datetime.fromisoformat(row["at"]),
        took=row["took"],
    )


def _utc(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@RoundStore.migrations()
def create_rounds(database: Database) -> None:
    database.execute(
        """
        create table rounds (
            id text primary key,
            server text not null,
            channel text not null,
            what text not null,
            title text not null,
            items text not null,
            seconds integer not null,
            phase text not null,  -- lobby, asking, telling, over
            position integer not null,
            until text,  -- null while the phase is not shown yet
            opened_at text,
            moved_at text not null,
            message text,
            silent integer not null,
            ending text
        )
        """
    )
    database.execute("create index rounds_channel on rounds (channel)")
    database.execute("create table running_rounds (channel text primary key, round text not null unique)")
    database.execute("create table round_starters (round text primary key, learner integer not null)")
    database.execute(
        """
        create table round_answers (
            round text not null,
            position integer not null,
            learner integer not null,
            letter text not null,
            at text not null,
            took real not null,
            noted integer not null default 0,
            primary key (round, position, learner)
        )
        """
    )
    database.execute("create index round_answers_learner on round_answers (learner)")
    database.execute("create index round_answers_unnoted on round_answers (round) where noted = 0")
