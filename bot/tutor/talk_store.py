"""Talks with the tutor on disk, so that a restart goes on in mid-step."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from bot.tutor.dialogue import Mark, Mode, Talk
from bot.tutor.syllabus import Step
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows


class TalkStore:
    """The table `talks`."""

    migrations = Migrations("talks")

    def keep(self, database: Database, talk: Talk) -> None:
        """Keep a talk in place of what was there under its id."""
        with writing(database):
            database.execute(
                "insert or replace into talks (talk, learner, concept, mode, over, moved_at, content) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                [
                    talk.id,
                    talk.learner,
                    talk.concept,
                    talk.mode,
                    talk.phase == "over",
                    utc_text(talk.moved_at),
                    _json(talk),
                ],
            )

    def find(self, database: Database, id: str) -> Talk | None:
        """The talk with that id, or None where it is no longer kept."""
        return next(map(_talk, database.query("select content from talks where talk = ?", [id])), None)

    def open_on(self, database: Database, learner: int, concept: str, mode: Mode, since: datetime) -> Talk | None:
        """The learner's latest talk on a concept that moved since a moment and is not over."""
        rows = database.query(
            "select content from talks where learner = ? and concept = ? and mode = ? and not over and moved_at >= ? "
            "order by moved_at desc limit 1",
            [learner, concept, mode, utc_text(since)],
        )
        return next(map(_talk, rows), None)

    def latest(self, database: Database, learner: int, since: datetime) -> Talk | None:
        """The learner's talk that moved last, since a moment, if it is not over."""
        rows = database.query(
            "select content, over from talks where learner = ? and moved_at >= ? order by moved_at desc limit 1",
            [learner, utc_text(since)],
        )
        return next((_talk(row) for row in rows if not row["over"]), None)

    def forget_before(self, database: Database, moment: datetime) -> None:
        """Remove the talks that have not moved since."""
        with writing(database):
            database.execute("delete from talks where moved_at < ?", [utc_text(moment)])

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {"talks": list(database.query("select * from talks where learner = ?", [learner]))}

    def forget(self, database: Database, learner: int) -> None:
        """Remove the learner's talks."""
        with writing(database):
            database.execute("delete from talks where learner = ?", [learner])


@TalkStore.migrations()
def create_talks(database: Database) -> None:
    database.execute(
        """
        create table talks (
            talk text primary key,
            learner integer not null,
            concept text not null,
            mode text not null,
            over integer not null,
            moved_at text not null,  -- ISO 8601 in UTC, so that text order is time order
            content text not null  -- the talk as JSON
        )
        """
    )
    database.execute("create index talks_by_learner on talks (learner, moved_at)")
    database.execute("create index talks_by_time on talks (moved_at)")


def _json(talk: Talk) -> str:
    return json.dumps(dataclasses.asdict(talk) | {"moved_at": utc_text(talk.moved_at)}, ensure_ascii=False)


def _talk(row: Mapping[str, Any]) -> Talk:
    fields: dict[str, Any] = json.loads(row["content"])
    read = {
        "steps": tuple(Step(**step) for step in fields["steps"]),
        "marks": tuple(Mark(**mark) for mark in fields["marks"]),
        "moved_at": datetime.fromisoformat(fields["moved_at"]),
    }
    return Talk(**(fields | read))
