"""How many tokens of a language model were used on a day, by each learner and in each server."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlite_utils import Database, Migrations

from foundation.database import writing
from foundation.learners import Rows


@dataclass(frozen=True)
class Budget:
    """Whose tokens, and on which day in UTC.

    Attributes:
        learner: as our tables know one.
        server: Discord's id, or None in direct messages, where only the learner's own limit holds.
    """

    learner: int
    server: int | None
    day: date


@dataclass(frozen=True)
class Limits:
    """Tokens a day."""

    learner: int
    server: int


class BudgetStore:
    """The tables `learner_tokens` and `server_tokens`; the second holds nothing on a learner."""

    migrations = Migrations("budgets")

    def take(self, database: Database, budget: Budget, tokens: int, limits: Limits) -> bool:
        """Take so many tokens, if they are left to both; else nothing, and False."""
        with writing(database):
            learner, server = self.used(database, budget)
            if learner + tokens > limits.learner or server + tokens > limits.server:
                return False
            self._add(database, budget, tokens)
        return True

    def settle(self, database: Database, budget: Budget, more: int) -> None:
        """Take `more` of what was taken, or give some back (negative): the true count came afterwards.

        A learner who was forgotten meanwhile does not come back by it.
        """
        with writing(database):
            database.execute(
                "update learner_tokens set tokens = max(0, tokens + ?) where learner = ? and day = ?",
                [more, budget.learner, budget.day.isoformat()],
            )
            database.execute(
                "update server_tokens set tokens = max(0, tokens + ?) where server = ? and day = ?",
                [more, str(budget.server), budget.day.isoformat()],
            )

    def used(self, database: Database, budget: Budget) -> tuple[int, int]:
        """Tokens used that day by the learner, and in the server."""
        (row,) = database.query(
            "select (select tokens from learner_tokens where learner = ? and day = ?) as learner, "
            "(select tokens from server_tokens where server = ? and day = ?) as server",
            [budget.learner, budget.day.isoformat(), str(budget.server), budget.day.isoformat()],
        )
        return row["learner"] or 0, row["server"] or 0

    def _add(self, database: Database, budget: Budget, tokens: int) -> None:
        database.execute(
            "insert into learner_tokens (learner, day, tokens) values (?, ?, ?) "
            "on conflict (learner, day) do update set tokens = tokens + excluded.tokens",
            [budget.learner, budget.day.isoformat(), tokens],
        )
        if budget.server is not None:
            database.execute(
                "insert into server_tokens (server, day, tokens) values (?, ?, ?) "
                "on conflict (server, day) do update set tokens = tokens + excluded.tokens",
                [str(budget.server), budget.day.isoformat(), tokens],
            )

    def forget_older(self, database: Database, now: datetime) -> None:
        """Remove the days before yesterday; `now` is aware."""
        oldest = (now.astimezone(UTC).date() - timedelta(days=1)).isoformat()
        with writing(database):
            database.execute("delete from learner_tokens where day < ?", [oldest])
            database.execute("delete from server_tokens where day < ?", [oldest])

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {"learner_tokens": list(database.query("select * from learner_tokens where learner = ?", [learner]))}

    def forget(self, database: Database, learner: int) -> None:
        """Remove what the learner used; what was used in servers stays used, and names nobody."""
        with writing(database):
            database.execute("delete from learner_tokens where learner = ?", [learner])


@BudgetStore.migrations()
def create_budgets(database: Database) -> None:
    database.execute(
        """
        create table learner_tokens (
            learner integer not null,
            day text not null,  -- ISO 8601, in UTC
            tokens integer not null,
            primary key (learner, day)
        ) without rowid
        """
    )
    database.execute(
        """
        create table server_tokens (
            server text not null,
            day text not null,
            tokens integer not null,
            primary key (server, day)
        ) without rowid
        """
    )
