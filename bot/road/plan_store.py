"""Learners' plans on disk: what each wished for, and its items with their dates. What is done is not kept here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database, Migrations

from content.plan import Dated, PlanItem
from foundation.database import writing
from foundation.learners import Rows


@dataclass(frozen=True)
class KeptPlan:
    """A row of `plans` with its items; see `Planned` for what each says."""

    goal: str
    hours: int | None
    begins: date
    until: date | None
    paused: date | None
    revision: int
    items: tuple[Dated, ...]


class PlanStore:
    """The tables `plans` and `plan_items`: one plan a learner."""

    migrations = Migrations("plans")

    def find(self, database: Database, learner: int) -> KeptPlan | None:
        """The learner's plan, if they have one."""
        rows = list(database.query("select * from plans where learner = ?", [learner]))
        if not rows:
            return None
        items = database.query("select * from plan_items where learner = ? order by position", [learner])
        row = rows[0]
        return KeptPlan(
            row["goal"],
            row["hours"],
            date.fromisoformat(row["begins"]),
            _date(row["until"]),
            _date(row["paused"]),
            row["revision"],
            tuple(
                Dated(PlanItem(one["kind"], one["item"], one["minutes"]), _date(one["begins"]), _date(one["ends"]))
                for one in items
            ),
        )

    def next_up(self, database: Database, learner: int) -> tuple[str, ...]:
        """The concepts of the learner's plan, in its order; none where there is no plan."""
        rows = database.query(
            "select item from plan_items where learner = ? and kind = 'concept' order by position", [learner]
        )
        return tuple(row["item"] for row in rows)

    def keep(self, database: Database, learner: int, plan: KeptPlan, at: datetime) -> None:
        """Keep a plan in place of the one before."""
        with writing(database):
            self.forget(database, learner)
            database.execute(
                "insert into plans (learner, goal, hours, begins, until, paused, revision, made_at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    learner,
                    plan.goal,
                    plan.hours,
                    plan.begins.isoformat(),
                    _text(plan.until),
                    _text(plan.paused),
                    plan.revision,
                    at.isoformat(),
                ],
            )
            database.conn.executemany(
                "insert into plan_items (learner, position, kind, item, minutes, begins, ends) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                _rows(learner, plan.items),
            )

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            "plans": list(database.query("select * from plans where learner = ?", [learner])),
            "plan_items": list(
                database.query("select * from plan_items where learner = ? order by position", [learner])
            ),
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove the plan."""
        with writing(database):
            database.execute("delete from plan_items where learner = ?", [learner])
            database.execute("delete from plans where learner = ?", [learner])


def _rows(learner: int, items: Iterable[Dated]) -> list[tuple[int, int, str, str, int, str | None, str | None]]:
    return [
        (learner, position, one.item.kind, one.item.id, one.item.minutes, _text(one.start), _text(one.end))
        for position, one in enumerate(items)
    ]


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@PlanStore.migrations()
def create_plans(database: Database) -> None:
    database.execute(
        """create table plans (
            learner integer primary key, goal text not null, hours integer, begins text not null, until text,
            paused text, revision integer not null, made_at text not null)"""
    )
    database.execute(
        """create table plan_items (
            learner integer not null, position integer not null, kind text not null, item text not null,
            minutes integer not null, begins text, ends text, primary key (learner, position)) without rowid"""
    )
