"""Answers that were given, and what learners thought of them."""

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database, Migrations

from foundation.database import writing
from foundation.learners import Rows
from index.answers import Answer, AnswerPassage, Source


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was given.

    Attributes:
        id: given by us; stands in the buttons under the answer.
        learner: who asked.
        place: where it was asked, as the driver names places.
        asked_at: aware, UTC.
        answer: what was said.
    """

    id: str
    learner: int
    place: str
    asked_at: datetime
    answer: Answer


@dataclass(frozen=True)
class Tally:
    """How many people found an answer helpful, and how many did not."""

    helpful: int
    unhelpful: int


class AnswerStore:
    """The tables `answers` and `votes`."""

    migrations = Migrations("answers")

    def keep(self, database: Database, kept: KeptAnswer) -> None:
        """Keep an answer, whole, so that its buttons work after a restart and a change of the lessons."""
        with writing(database):
            database.execute(
                "insert into answers (answer, learner, place, asked_at, content) values (?, ?, ?, ?, ?)",
                [kept.id, kept.learner, kept.place, _utc(kept.asked_at), _to_json(kept.answer)],
            )

    def find(self, database: Database, answer: str) -> KeptAnswer | None:
        """The answer with that id, or None where it was forgotten or never given."""
        rows = list(database.query("select * from answers where answer = ?", [answer]))
        if not rows:
            return None
        row = rows[0]
        asked_at = datetime.fromisoformat(row["asked_at"])
        return KeptAnswer(row["answer"], row["learner"], row["place"], asked_at, _from_json(row["content"]))

    def vote(self, database: Database, answer: str, learner: int, helpful: bool, now: datetime) -> bool:
        """Keep one learner's vote, the last one they gave; False where the answer is gone."""
        with writing(database):
            if not list(database.query("select 1 from answers where answer = ?", [answer])):
                return False
            database.execute(
                "insert into votes (answer, learner, helpful, voted_at) values (?, ?, ?, ?) "
                "on conflict (answer, learner) do update set helpful = excluded.helpful, voted_at = excluded.voted_at "
                "where helpful != excluded.helpful",
                [answer, learner, int(helpful), _utc(now)],
            )
        return True

    def tally(self, database: Database, answer: str) -> Tally:
        """The votes on an answer, one a person."""
        rows = list(
            database.query(
                "select coalesce(sum(helpful), 0) as helpful, count(*) as votes from votes where answer = ?", [answer]
            )
        )
        return Tally(rows[0]["helpful"], rows[0]["votes"] - rows[0]["helpful"])

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in ("answers", "votes")
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove what the learner asked, with everyone's votes on it, and how they voted elsewhere."""
        with writing(database):
            database.execute("delete from votes where learner = ?", [learner])
            database.execute("delete from answers where learner = ?", [learner])

    def forget_older(self, database: Database, than: datetime) -> int:
        """Remove the answers asked before `than` (aware, UTC), with their votes; how many went."""
        with writing(database):
            return database.execute("delete from answers where asked_at < ?", [_utc(than)]).rowcount


@AnswerStore.migrations()
def create_answers(database: Database) -> None:
    database.execute(
        """
        create table answers (
            answer text primary key,
            learner integer not null,
            place text not null,
            asked_at text not null,  -- ISO 8601 in UTC, so that text order is time order
            content text not null  -- the answer as JSON, the question included
        )
        """
    )
    database.execute("create index answers_by_learner on answers (learner)")
    database.execute("create index answers_by_time on answers (asked_at)")
    database.execute(
        """
        create table votes (
            answer text not null references answers (answer) on delete cascade,
            learner integer not null,
            helpful integer not null,
            voted_at text not null,
            primary key (answer, learner)
        )
        """
    )
    database.execute("create index votes_by_learner on votes (learner)")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _to_json(answer: Answer) -> str:
    return json.dumps(dataclasses.asdict(answer), ensure_ascii=False)


def _from_json(text: str) -> Answer:
    fields: dict[str, Any] = json.loads(text)
    return Answer(
        **{
            **fields,
            "concepts": tuple(fields["concepts"]),
            "passages": tuple(AnswerPassage(**passage) for passage in fields["passages"]),
            "sources": tuple(Source(**source) for source in fields["sources"]),
        }
    )
