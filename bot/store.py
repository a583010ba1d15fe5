"""Answers that were given, what learners thought of them, and the threads in which they are talked about."""

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
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
        follows: the id of the answer that was replied to, if any; it may be gone.
    """

    id: str
    learner: int
    place: str
    asked_at: datetime
    answer: Answer
    follows: str | None = None


@dataclass(frozen=True)
class Tally:
    """How many people found an answer helpful, and how many did not."""

    helpful: int
    unhelpful: int


@dataclass(frozen=True)
class Thread:
    """Where a conversation goes on: Discord's id, and the place as `KeptAnswer` has it."""

    id: int
    place: str


@dataclass(frozen=True)
class Doubt:
    """A question that was not answered, or whose answer did not help; it names nobody.

    Attributes:
        verdict: of the answer; `answer` where only the votes speak against it.
        concept: the id of the concept closest to it, or None.
        asked_at: aware, UTC.
    """

    verdict: str
    question: str
    concept: str | None
    asked_at: datetime


class AnswerStore:
    """The tables `answers`, `votes`, `conversations` and `notices`."""

    migrations = Migrations("answers")

    def keep(self, database: Database, kept: KeptAnswer) -> None:
        """Keep an answer, whole, so that its buttons work after a restart and a change of the lessons."""
        with writing(database):
            database.execute(
                "insert into answers (answer, learner, place, asked_at, content, follows) values (?, ?, ?, ?, ?, ?)",
                [kept.id, kept.learner, kept.place, utc_text(kept.asked_at), _to_json(kept.answer), kept.follows],
            )

    def find(self, database: Database, answer: str) -> KeptAnswer | None:
        """The answer with that id, or None where it was forgotten or never given."""
        found = _answers(database, "select * from answers where answer = ?", [answer])
        return found[0] if found else None

    def reword(self, database: Database, id: str, answer: Answer) -> None:
        """Keep another text of an answer, if it is still kept."""
        with writing(database):
            database.execute("update answers set content = ? where answer = ?", [_to_json(answer), id])

    def remove(self, database: Database, answer: str) -> None:
        """Remove an answer with everyone's votes on it; a conversation that opened on it stays."""
        with writing(database):
            database.execute("delete from answers where answer = ?", [answer])

    # ---------------------------------------------------------------- what was said before

    def conversation(self, database: Database, place: str, most: int) -> tuple[KeptAnswer, ...]:
        """The answer that a conversation opened on, if any, then the last `most` given there, oldest first."""
        opening = _answers(
            database,
            "select answers.* from conversations join answers using (answer) where conversations.place = ?",
            [place],
        )
        latest = _answers(
            database, "select * from answers where place = ? order by asked_at desc, rowid desc limit ?", [place, most]
        )
        return (*(one for one in opening if one not in latest), *reversed(latest))

    def latest_of(
        self, database: Database, learner: int, place: str, since: datetime, most: int
    ) -> tuple[KeptAnswer, ...]:
        """The last `most` answers to a learner in a place since a moment (aware, UTC), oldest first."""
        latest = _answers(
            database,
            "select * from answers where learner = ? and place = ? and asked_at >= ? "
            "order by asked_at desc, rowid desc limit ?",
            [learner, place, utc_text(since), most],
        )
        return tuple(reversed(latest))

    def chain(self, database: Database, answer: str | None, most: int) -> tuple[KeptAnswer, ...]:
        """An answer and those it followed, one after another, at most `most` of them, oldest first."""
        return _answers(
            database,
            """
            with recursive chain (answer, depth) as (
                select answer, 1 from answers where answer = ?
                union all
                select answers.follows, depth + 1 from chain join answers using (answer) where depth < ?
            )
            select answers.* from chain join answers using (answer) order by depth desc
            """,
            [answer, most],
        )

    # ---------------------------------------------------------------- conversations

    def thread_of(self, database: Database, answer: str) -> int | None:
        """The thread of the conversation that opened on an answer, or None."""
        rows = list(database.query("select thread from conversations where answer = ?", [answer]))
        return int(rows[0]["thread"]) if rows else None

    def open_thread(
        self, database: Database, answer: str, thread: Thread, now: datetime, instead_of: int | None = None
    ) -> bool:
        """Keep the thread of a conversation; False where another than `instead_of` is kept already, and stays."""
        with writing(database):
            opened = database.execute(
                "insert into conversations (thread, place, answer, opened_at) values (?, ?, ?, ?) "
                "on conflict (answer) do update set "
                "thread = excluded.thread, place = excluded.place, opened_at = excluded.opened_at where thread = ?",
                [str(thread.id), thread.place, answer, utc_text(now), str(instead_of)],
            )
        return opened.rowcount > 0

    def is_conversation(self, database: Database, place: str) -> bool:
        """Whether a place is one of our threads, be the answer it opened on kept or not."""
        return bool(list(database.query("select 1 from conversations where place = ?", [place])))

    # ---------------------------------------------------------------- what learners thought

    def vote(self, database: Database, answer: str, learner: int, helpful: bool, now: datetime) -> bool:
        """Keep one learner's vote, the last one they gave; False where it changes nothing or the answer is gone."""
        with writing(database):
            changed = database.execute(
                "insert into votes (answer, learner, helpful, voted_at) "
                "select answer, ?, ?, ? from answers where answer = ? "
                "on conflict (answer, learner) do update set helpful = excluded.helpful, voted_at = excluded.voted_at "
                "where helpful != excluded.helpful",
                [learner, int(helpful), utc_text(now), answer],
            ).rowcount
        return changed > 0

    def tally(self, database: Database, answer: str) -> Tally:
        """The votes on an answer, one a person."""
        rows = list(
            database.query(
                "select coalesce(sum(helpful), 0) as helpful, count(*) as votes from votes where answer = ?", [answer]
            )
        )
        return Tally(rows[0]["helpful"], rows[0]["votes"] - rows[0]["helpful"])

    def doubts(self, database: Database, server: int, since: datetime, most: int) -> tuple[Doubt, ...]:
        """The last `most` questions in a server since a moment (aware, UTC) that were declined, were answered
        without being sure, or whose answer somebody found unhelpful; newest first.
        """
        rows = database.query(
            """
            select verdict, asked_at, json_extract(content, '$.question') as question,
                json_extract(content, '$.concept') as concept
            from answers where server = ? and asked_at >= ? and (
                verdict != 'answer'
                or exists (select 1 from votes where votes.answer = answers.answer and not helpful)
            )
            order by asked_at desc, rowid desc limit ?
            """,
            [str(server), utc_text(since), most],
        )
        return tuple(
            Doubt(row["verdict"], row["question"], row["concept"], datetime.fromisoformat(row["asked_at"]))
            for row in rows
        )

    def tell_once(self, database: Database, learner: int, notice: str, now: datetime) -> bool:
        """Keep that a learner is told something now; False where they were told before."""
        with writing(database):
            told = database.execute(
                "insert or ignore into notices (learner, notice, told_at) values (?, ?, ?)",
                [learner, notice, utc_text(now)],
            )
        return told.rowcount > 0

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in ("answers", "votes", "notices")
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove what the learner asked, with everyone's votes on it, and how they voted elsewhere."""
        with writing(database):
            database.execute("delete from votes where learner = ?", [learner])
            database.execute("delete from answers where learner = ?", [learner])
            database.execute("delete from notices where learner = ?", [learner])

    def forget_older(self, database: Database, than: datetime) -> int:
        """Remove the answers asked before `than` (aware, UTC), with their votes; how many went.

        Conversations opened before it go too, where nothing is left of them.
        """
        with writing(database):
            gone = database.execute("delete from answers where asked_at < ?", [utc_text(than)]).rowcount
            database.execute(
                "delete from conversations where answer is null and opened_at < ? and not exists "
                "(select 1 from answers where place = conversations.place)",
                [utc_text(than)],
            )
        return gone


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


@AnswerStore.migrations()
def create_conversations(database: Database) -> None:
    """Threads, what each learner was told once, and what tells the questions of a server that went badly."""
    database.execute("alter table answers add column follows text")
    database.execute(
        "alter table answers add column server text generated always as "
        "(iif(instr(place, '/'), substr(place, 1, instr(place, '/') - 1), null)) virtual"
    )
    database.execute(
        "alter table answers add column verdict text generated always as (json_extract(content, '$.verdict')) virtual"
    )
    database.execute("create index answers_by_server on answers (server, asked_at)")
    database.execute("create index answers_by_place on answers (place, asked_at)")
    database.execute(
        """
        create table conversations (
            thread text primary key,  -- Discord's id
            place text not null unique,  -- as in answers
            answer text unique references answers (answer) on delete set null,  -- that it opened on
            opened_at text not null
        )
        """
    )
    database.execute(
        """
        create table notices (
            learner integer not null,
            notice text not null,
            told_at text not null,
            primary key (learner, notice)
        )
        """
    )


def _answers(database: Database, query: str, values: list[Any]) -> tuple[KeptAnswer, ...]:
    return tuple(
        KeptAnswer(
            id=row["answer"],
            learner=row["learner"],
            place=row["place"],
            asked_at=datetime.fromisoformat(row["asked_at"]),
            answer=_from_json(row["content"]),
            follows=row["follows"],
        )
        for row in database.query(query, values)
    )


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
