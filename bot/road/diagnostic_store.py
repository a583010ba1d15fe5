"""Diagnostics on disk: what was asked and answered, so that one can be left and gone on with at any time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows
from quizzes.placement import Ask, Reply, Said

State = Literal["open", "done", "kept", "left"]


@dataclass(frozen=True)
class Asked:
    """A question of a diagnostic.

    Attributes:
        turn: counts from 1; a question that took another's place has a turn of its own.
        seed: of the question's form.
        ask: as placement saw it: answers outlive the question.
        answer: what was answered, empty for "I don't know"; None while it is open.
        said: what that was worth; None while it is open.
    """

    turn: int
    question: str
    seed: int
    ask: Ask
    answer: str | None = None
    said: Said | None = None


@dataclass(frozen=True)
class Diagnostic:
    """A diagnostic as it stands.

    Attributes:
        level: the stage at which the learner said to begin, if they did, when this began.
        state: `open`; `done`, and not decided upon; `kept`: taken over; `left`: not taken over.
    """

    id: str
    learner: int
    level: str | None
    state: State
    asked: tuple[Asked, ...] = ()

    @property
    def answered(self) -> tuple[Asked, ...]:
        """The questions that have an answer."""
        return tuple(one for one in self.asked if one.said is not None)

    @property
    def replies(self) -> tuple[Reply, ...]:
        """The answers as placement takes them."""
        return tuple(Reply(one.ask, one.said) for one in self.asked if one.said is not None)

    @property
    def waiting(self) -> Asked | None:
        """The question that waits for its answer."""
        return next((one for one in self.asked if one.said is None), None)


class DiagnosticStore:
    """The tables `diagnostics` and `diagnostic_questions`. A learner has at most one that is open."""

    migrations = Migrations("diagnostics")

    def begin(self, database: Database, id: str, learner: int, level: str | None, at: datetime) -> None:
        """Open a diagnostic."""
        with writing(database):
            database.execute(
                "insert into diagnostics (id, learner, level, state, at) values (?, ?, ?, 'open', ?)",
                [id, learner, level, utc_text(at)],
            )

    def find(self, database: Database, id: str) -> Diagnostic | None:
        """The diagnostic of that id."""
        return next(self._read(database, "id = ?", id), None)

    def latest(self, database: Database, learner: int) -> Diagnostic | None:
        """The one that a learner began last."""
        return next(self._read(database, "learner = ? order by rowid desc limit 1", learner), None)

    def seen(self, database: Database, learner: int) -> frozenset[str]:
        """Every question that a diagnostic has asked a learner."""
        rows = database.query("select question from diagnostic_questions where learner = ?", [learner])
        return frozenset(row["question"] for row in rows)

    def ask(self, database: Database, diagnostic: Diagnostic, asked: Asked) -> None:
        """Put the next question, in place of one that waits."""
        with writing(database):
            database.execute("delete from diagnostic_questions where diagnostic = ? and said is null", [diagnostic.id])
            database.execute(
                "insert into diagnostic_questions (diagnostic, learner, turn, question, seed, concept, guess, slip) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    diagnostic.id,
                    diagnostic.learner,
                    asked.turn,
                    asked.question,
                    asked.seed,
                    asked.ask.concept,
                    asked.ask.guess,
                    asked.ask.slip,
                ],
            )

    def answer(self, database: Database, id: str, turn: int, answer: str, said: Said, at: datetime) -> None:
        """Keep the answer to the question that waits."""
        with writing(database):
            database.execute(
                "update diagnostic_questions set answer = ?, said = ?, at = ? where diagnostic = ? and turn = ?",
                [answer, said, utc_text(at), id, turn],
            )

    def set_state(self, database: Database, id: str, state: State) -> None:
        """Close it, or keep what was decided upon it."""
        with writing(database):
            database.execute(
                "delete from diagnostic_questions where diagnostic = ? and said is null and ? <> 'open'", [id, state]
            )
            database.execute("update diagnostics set state = ? where id = ?", [state, id])

    def leave_all(self, database: Database, learner: int) -> None:
        """Keep that none of a learner's diagnostics is taken over any more."""
        with writing(database):
            database.execute("update diagnostics set state = 'left' where learner = ? and state = 'kept'", [learner])

    def remove(self, database: Database, id: str) -> None:
        """Throw a diagnostic away."""
        with writing(database):
            database.execute("delete from diagnostic_questions where diagnostic = ?", [id])
            database.execute("delete from diagnostics where id = ?", [id])

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in ("diagnostics", "diagnostic_questions")
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove the learner's diagnostics."""
        with writing(database):
            database.execute("delete from diagnostic_questions where learner = ?", [learner])
            database.execute("delete from diagnostics where learner = ?", [learner])

    def _read(self, database: Database, where: str, value: str | int) -> Iterator[Diagnostic]:
        for row in list(database.query(f"select * from diagnostics where {where}", [value])):
            asked = database.query("select * from diagnostic_questions where diagnostic = ? order by turn", [row["id"]])
            questions = tuple(
                Asked(
                    one["turn"],
                    one["question"],
                    one["seed"],
                    Ask(one["concept"], one["guess"], one["slip"]),
                    one["answer"],
                    one["said"],
                )
                for one in asked
            )
            yield Diagnostic(row["id"], row["learner"], row["level"], row["state"], questions)


@DiagnosticStore.migrations()
def create_diagnostics(database: Database) -> None:
    database.execute(
        """create table diagnostics (
            id text primary key, learner integer not null, level text, state text not null, at text not null)"""
    )
    database.execute("create unique index open_diagnostic on diagnostics (learner) where state = 'open'")
    database.execute(
        """create table diagnostic_questions (
            diagnostic text not null, learner integer not null, turn integer not null, question text not null,
            seed integer not null, concept text not null, guess real not null, slip real not null,
            answer text, said text, at text,
            primary key (diagnostic, turn)) without rowid"""
    )
    database.execute("create index diagnostic_questions_of on diagnostic_questions (learner)")
