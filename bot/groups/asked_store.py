"""Questions put to study groups, members' answers, the messages that show them, and reports, on disk.

A message outlives what it shows: where a question or an answer is forgotten, its message is still known, and has to
be edited. So messages have a table of their own that names no learner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database, Migrations

from bot.groups.asked import (
    REPORTS_TO_HIDE,
    AnswerState,
    Appearance,
    GroupPost,
    GroupQuestion,
    MemberAnswer,
    PostMessage,
    QuestionState,
    Review,
)
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows

Table = Literal["group_questions", "member_answers"]
TABLES: tuple[Table, ...] = ("group_questions", "member_answers")


@dataclass(frozen=True)
class Kept:
    """An approved answer and the vector of its question: float32, as bytes, by the model of that hash; None: none."""

    answer: MemberAnswer
    model: str | None
    vector: bytes | None


class AskedStore:
    """The tables `group_questions`, `member_answers`, `group_messages`, `member_appearances` and `member_reports`."""

    migrations = Migrations("questions to groups")

    # -------------------------------------------------------------------------------------- questions

    def add_question(self, database: Database, one: GroupQuestion, channel: int) -> None:
        """Keep a question whose message is about to be sent."""
        with writing(database):
            database.execute(
                "insert into group_questions (id, server, home, answer, learner, name, question, concept, asked_at, "
                "due_at, state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    one.id,
                    str(one.server),
                    one.home,
                    one.answer,
                    one.learner,
                    one.name,
                    one.question,
                    one.concept,
                    utc_text(one.asked_at),
                    utc_text(one.due_at),
                    one.state,
                ],
            )
            self._expect(database, one.id, channel)

    def question(self, database: Database, id: str) -> GroupQuestion | None:
        """A question, or None where it was forgotten."""
        return next(iter(self._questions(database, "where id = ?", [id])), None)

    def question_about(self, database: Database, answer: str, home: str) -> GroupQuestion | None:
        """The question that holds back an answer in a home, or None where none is there."""
        found = self._questions(
            database, "where answer = ? and home = ? and state <> 'removed' order by asked_at", [answer, home]
        )
        return found[0] if found else None

    def questions_since(self, database: Database, learner: int, moment: datetime) -> int:
        """How many questions a learner has put to groups since, those that were removed too."""
        row = database.execute(
            "select count(*) from group_questions where learner = ? and asked_at > ?", [learner, utc_text(moment)]
        ).fetchone()
        return int(row[0])

    def set_question_state(self, database: Database, id: str, state: QuestionState) -> None:
        """Go on to another state; its message is to show it."""
        with writing(database):
            database.execute("update group_questions set state = ? where id = ?", [state, id])
            self.touch(database, id)

    def end_time(self, database: Database, now: datetime) -> None:
        """Let the groups' time be up where it is; each message is to show that once."""
        up = "select id from group_questions where state = 'open' and due_at <= ?"
        if not database.execute(up, [utc_text(now)]).fetchone():  # no lock is taken for nothing
            return
        with writing(database):
            for (id,) in database.execute(up, [utc_text(now)]).fetchall():
                self.set_question_state(database, id, "over")

    # ---------------------------------------------------------------------------------------- answers

    def add_answer(self, database: Database, one: MemberAnswer, channel: int) -> None:
        """Keep an answer whose message is about to be sent."""
        with writing(database):
            database.execute(
                "insert into member_answers (id, question, learner, name, text, answered_at, state) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                [one.id, one.question, one.learner, one.name, one.text, utc_text(one.answered_at), one.state],
            )
            self._expect(database, one.id, channel)

    def answer(self, database: Database, id: str) -> MemberAnswer | None:
        """An answer, or None where it or its question was forgotten."""
        return next(iter(self._answers(database, "where member_answers.id = ?", [id])), None)

    def answers_of(self, database: Database, question: str, learner: int) -> int:
        """How many answers to a question a learner has written, those that were removed too."""
        row = database.execute(
            "select count(*) from member_answers where question = ? and learner = ?", [question, learner]
        ).fetchone()
        return int(row[0])

    def set_answer_state(self, database: Database, id: str, state: AnswerState) -> None:
        """Go on to another state; its message is to show it."""
        with writing(database):
            database.execute("update member_answers set state = ? where id = ?", [state, id])
            self.touch(database, id)

    # ------------------------------------------------------------------------------ found again

    def approved(self, database: Database, server: int, concept: str, most: int) -> tuple[Kept, ...]:
        """The latest approved answers of a server to questions about a concept that can be shown."""
        return self._kept(
            database, f"{_SHOWN} and server = ? and concept = ? order by answered_at desc limit ?",
            [str(server), concept, most],
        )  # fmt: skip

    def without_vector(self, database: Database, model: str, most: int) -> tuple[Kept, ...]:
        """Approved answers the vectors of whose questions are not of this model."""
        return self._kept(database, f"{_SHOWN} and (model is null or model <> ?) limit ?", [model, most])

    def set_vectors(self, database: Database, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of questions, by their ids."""
        with writing(database):
            for id, vector in vectors.items():
                database.execute("update group_questions set model = ?, vector = ? where id = ?", [model, vector, id])

    # ------------------------------------------------------------------------------ reported, removed

    def report(self, database: Database, post: str, learner: int, now: datetime) -> bool:
        """Keep that a learner reports a question or an answer, and hide it where enough have; False where they did
        before.
        """
        with writing(database):
            news = database.execute(
                "insert or ignore into member_reports (post, learner, at) values (?, ?, ?)",
                [post, learner, utc_text(now)],
            ).rowcount
            for table in TABLES if news else ():
                hidden = database.execute(
                    f"update {table} set hidden = 1 where id = ? and not hidden and {_reports(table)} >= ?",
                    [post, REPORTS_TO_HIDE],
                ).rowcount
                if hidden:
                    self.touch(database, post)
        return news > 0

    def clear(self, database: Database, post: str) -> None:
        """Show something again that a moderator has looked at; the reports until now count no more."""
        with writing(database):
            for table in TABLES:
                database.execute(f"update {table} set hidden = 0 where id = ?", [post])
            database.execute("update member_reports set settled = 1 where post = ?", [post])
            self.touch(database, post)

    def strike(self, database: Database, post: str) -> None:
        """Take the words and the name out of a question or an answer; that it was there is still counted."""
        with writing(database):
            database.execute(
                "update group_questions set state = 'removed', question = '', name = null, vector = null, model = null "
                "where id = ?",
                [post],
            )
            database.execute("update member_answers set state = 'removed', text = '', name = null where id = ?", [post])
            self.touch(database, post)

    def drop(self, database: Database, post: str) -> None:
        """Forget a question or an answer that could not be sent."""
        with writing(database):
            for table in (*TABLES, "group_messages"):
                database.execute(
                    f"delete from {table} where {'post' if table == 'group_messages' else 'id'} = ?", [post]
                )

    def reviews(self, database: Database, server: int) -> tuple[Review, ...]:
        """What a server's moderators have to look at: what was reported, then what was accepted; the oldest first."""
        reported: list[GroupPost] = []
        for table in TABLES:
            where = f"where {table}.state <> 'removed' and server = ? and {_reports(table)} > 0"
            find = self._questions if table == "group_questions" else self._answers
            reported += find(database, where, [str(server)])
        accepted = self._answers(
            database,
            "where member_answers.state = 'accepted' and group_questions.state <> 'removed' and server = ? "
            "order by answered_at",
            [str(server)],
        )
        seen = {one.id for one in reported}
        posts = (*reported, *(one for one in accepted if one.id not in seen))
        return tuple(Review(one, self._count_reports(database, one)) for one in posts)

    def count_approved(self, database: Database, server: int) -> int:
        """How many approved answers of a server can be found again."""
        row = database.execute(
            "select count(*) from member_answers join group_questions on group_questions.id = member_answers.question "
            f"{_SHOWN} and server = ?",
            [str(server)],
        ).fetchone()
        return int(row[0])

    def count_accepted(self, database: Database, learner: int) -> int:
        """How many of a learner's answers to others were accepted by who asked, of those that still stand."""
        row = database.execute(
            "select count(*) from member_answers join group_questions on group_questions.id = member_answers.question "
            "where member_answers.learner = ? and group_questions.learner <> member_answers.learner "
            "and member_answers.state in ('accepted', 'approved')",
            [learner],
        ).fetchone()
        return int(row[0])

    def _count_reports(self, database: Database, post: GroupPost) -> int:
        table = "group_questions" if isinstance(post, GroupQuestion) else "member_answers"
        row = database.execute(f"select {_reports(table)} from {table} where id = ?", [post.id]).fetchone()
        return int(row[0]) if row else 0

    # --------------------------------------------------------------------------------------- messages

    def _expect(self, database: Database, post: str, channel: int) -> None:
        database.execute("insert into group_messages (post, channel) values (?, ?)", [post, str(channel)])

    def sent(self, database: Database, post: str, message: int) -> None:
        """Keep the message that shows a question or an answer."""
        with writing(database):
            database.execute("update group_messages set message = ? where post = ?", [str(message), post])

    def touch(self, database: Database, post: str) -> None:
        """Mark that what a message shows has changed."""
        with writing(database):
            database.execute(
                "update group_messages set edition = edition + 1, tries = 0, try_at = null where post = ?", [post]
            )

    def message(self, database: Database, post: str) -> PostMessage | None:
        """The message of a question or an answer, or None where it is gone."""
        return next(iter(_messages(database, "where post = ?", [post])), None)

    def post_of(self, database: Database, message: int) -> str | None:
        """The id of what a message shows, or None where it is none of these."""
        found = _messages(database, "where message = ?", [str(message)])
        return found[0].post if found else None

    def unsent(self, database: Database) -> tuple[PostMessage, ...]:
        """The messages whose sending was cut short."""
        return _messages(database, "where message is null order by rowid", [])

    def outdated(self, database: Database, now: datetime, most: int) -> tuple[PostMessage, ...]:
        """The messages that show an older edition, as far as it is time to try."""
        return _messages(
            database,
            "where message is not null and shown < edition and (try_at is null or try_at <= ?) order by rowid limit ?",
            [utc_text(now), most],
        )

    def showed(self, database: Database, post: str, edition: int) -> None:
        """Keep which edition a message shows; one whose question or answer is forgotten has served."""
        with writing(database):
            database.execute(
                "update group_messages set shown = max(shown, ?), tries = 0, try_at = null where post = ?",
                [edition, post],
            )
            database.execute(
                "delete from group_messages where post = ? and shown >= edition "
                "and post not in (select id from group_questions) and post not in (select id from member_answers)",
                [post],
            )

    def let_go(self, database: Database, post: str) -> None:
        """Forget a message that is gone."""
        with writing(database):
            database.execute("delete from group_messages where post = ?", [post])

    def postpone(self, database: Database, post: str, until: datetime) -> None:
        """Keep that a message could not be edited just now."""
        with writing(database):
            database.execute(
                "update group_messages set tries = tries + 1, try_at = ? where post = ?", [utc_text(until), post]
            )

    # ------------------------------------------------------------------ appearances below answers

    def appeared(self, database: Database, one: Appearance) -> None:
        """Keep that an answer stands in a message of Gradus's."""
        with writing(database):
            database.execute(
                "insert or ignore into member_appearances (post, channel, message) values (?, ?, ?)",
                [one.post, str(one.channel), str(one.message)],
            )

    def stale_appearances(self, database: Database, most: int) -> tuple[Appearance, ...]:
        """The messages that show an answer that is not to be shown any more."""
        shown = (
            "select member_answers.id from member_answers join group_questions "
            f"on group_questions.id = member_answers.question {_SHOWN}"
        )
        rows = database.query(
            f"select post, channel, message from member_appearances where post not in ({shown}) limit ?", [most]
        )
        return tuple(Appearance(row["post"], int(row["channel"]), int(row["message"])) for row in rows)

    def disappeared(self, database: Database, message: int) -> None:
        """Forget a message that shows no member's answer any more."""
        with writing(database):
            database.execute("delete from member_appearances where message = ?", [str(message)])

    # --------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        columns = ", ".join(_QUESTION)
        return {
            "group_questions": list(
                database.query(f"select {columns} from group_questions where learner = ?", [learner])
            ),
            **{
                table: list(database.query(f"select * from {table} where learner = ?", [learner]))
                for table in ("member_answers", "member_reports")
            },
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove the learner's questions, with everyone's answers to them, their answers and their reports; the
        messages that show them wait to be edited.
        """
        questions = "select id from group_questions where learner = ?"
        answers = f"select id from member_answers where learner = ? or question in ({questions})"
        with writing(database):
            for posts, given in ((questions, [learner]), (answers, [learner, learner])):
                database.execute(
                    "update group_messages set edition = edition + 1, tries = 0, try_at = null "
                    f"where post in ({posts})",
                    given,
                )
                database.execute(f"delete from member_reports where post in ({posts})", given)
            database.execute("delete from member_reports where learner = ?", [learner])
            database.execute(
                f"delete from member_answers where learner = ? or question in ({questions})", [learner] * 2
            )
            database.execute("delete from group_questions where learner = ?", [learner])

    def forget_older(self, database: Database, than: datetime) -> None:
        """Remove the questions asked before a moment, with the answers to them, but for those with an answer that can
        be found again or waits for a moderator. Their messages stay as they are.
        """
        with writing(database):
            old = (
                "select id from group_questions where asked_at < ? and not exists (select 1 from member_answers "
                "where question = group_questions.id and state in ('accepted', 'approved'))"
            )
            answers = f"select id from member_answers where question in ({old})"
            for posts in (answers, old):
                database.execute(
                    f"delete from group_messages where post in ({posts}) and shown >= edition", [utc_text(than)]
                )
                database.execute(f"delete from member_reports where post in ({posts})", [utc_text(than)])
            database.execute(f"delete from member_answers where id in ({answers})", [utc_text(than)])
            database.execute(f"delete from group_questions where id in ({old})", [utc_text(than)])

    # ------------------------------------------------------------------------------------------- rows

    def _questions(self, database: Database, where: str, given: Sequence[Any]) -> tuple[GroupQuestion, ...]:
        rows = database.query(
            f"select group_questions.*, discord_id from group_questions join learners using (learner) {where}", [*given]
        )
        return tuple(map(_question, rows))

    def _answers(self, database: Database, where: str, given: Sequence[Any]) -> tuple[MemberAnswer, ...]:
        return tuple(map(_answer, database.query(f"{_ANSWERS} {where}", [*given])))

    def _kept(self, database: Database, where: str, given: Sequence[Any]) -> tuple[Kept, ...]:
        rows = database.query(f"{_ANSWERS} {where}", [*given])
        return tuple(Kept(_answer(row), row["model"], row["vector"]) for row in rows)


_QUESTION = (
    "id", "server", "home", "answer", "learner", "name", "question", "concept", "asked_at", "due_at", "state", "hidden",
)  # fmt: skip

_ANSWERS = (
    "select member_answers.*, server, concept, model, vector, group_questions.question as asked, discord_id "
    "from member_answers join group_questions on group_questions.id = member_answers.question "
    "join learners on learners.learner = member_answers.learner"
)

_SHOWN = (
    "where member_answers.state = 'approved' and not member_answers.hidden "
    "and group_questions.state <> 'removed' and not group_questions.hidden"
)


def _reports(table: str) -> str:
    """The reports on a row of the table since a moderator last looked."""
    return f"(select count(*) from member_reports where post = {table}.id and not settled)"


def _messages(database: Database, where: str, given: Sequence[Any]) -> tuple[PostMessage, ...]:
    rows = database.query(f"select post, channel, message, edition, tries from group_messages {where}", [*given])
    return tuple(
        PostMessage(
            row["post"],
            int(row["channel"]),
            int(row["message"]) if row["message"] else None,
            row["edition"],
            row["tries"],
        )
        for row in rows
    )


def _question(row: Mapping[str, Any]) -> GroupQuestion:
    return GroupQuestion(
        id=row["id"],
        server=int(row["server"]),
        home=row["home"],
        answer=row["answer"],
        learner=row["learner"],
        person=int(row["discord_id"]),
        name=row["name"],
        question=row["question"],
        concept=row["concept"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        due_at=datetime.fromisoformat(row["due_at"]),
        state=row["state"],
        hidden=bool(row["hidden"]),
    )


def _answer(row: Mapping[str, Any]) -> MemberAnswer:
    return MemberAnswer(
        id=row["id"],
        question=row["question"],
        server=int(row["server"]),
        asked=row["asked"],
        concept=row["concept"],
        learner=row["learner"],
        person=int(row["discord_id"]),
        name=row["name"],
        text=row["text"],
        answered_at=datetime.fromisoformat(row["answered_at"]),
        state=row["state"],
        hidden=bool(row["hidden"]),
    )


@AskedStore.migrations()
def create_asked(database: Database) -> None:
    database.execute(
        """
        create table group_questions (
            id text primary key,
            server text not null,
            home text not null,  -- a study group, or the server's study channel
            answer text not null,  -- that Gradus holds back; it may be gone
            learner integer not null,
            name text,  -- null where it was asked without
            question text not null,
            concept text,
            asked_at text not null,
            due_at text not null,
            state text not null,  -- open, over, shown, removed
            hidden integer not null default 0,
            model text,  -- whose vector it is
            vector blob  -- float32
        )
        """
    )
    database.execute("create index group_questions_learner on group_questions (learner, asked_at)")
    database.execute("create index group_questions_answer on group_questions (answer)")
    database.execute("create index group_questions_due on group_questions (due_at) where state = 'open'")
    database.execute("create index group_questions_concept on group_questions (server, concept)")
    database.execute(
        """
        create table member_answers (
            id text primary key,
            question text not null,
            learner integer not null,
            name text,  -- null where it was written without
            text text not null,
            answered_at text not null,
            state text not null,  -- posted, accepted, approved, refused, removed
            hidden integer not null default 0
        )
        """
    )
    database.execute("create index member_answers_question on member_answers (question)")
    database.execute("create index member_answers_learner on member_answers (learner)")
    database.execute(
        """
        create table group_messages (
            post text primary key,  -- a question or an answer; its message outlives it
            channel text not null,
            message text,  -- null until it is sent
            edition integer not null default 0,
            shown integer not null default 0,
            tries integer not null default 0,
            try_at text
        )
        """
    )
    database.execute("create index group_messages_outdated on group_messages (post) where shown < edition")
    database.execute("create index group_messages_message on group_messages (message)")
    database.execute(
        """
        create table member_appearances (
            post text not null,  -- an answer that was found again; its message outlives it
            channel text not null,
            message text primary key
        )
        """
    )
    database.execute(
        """
        create table member_reports (
            post text not null,
            learner integer not null,
            at text not null,
            settled integer not null default 0,  -- a moderator has looked since
            primary key (post, learner)
        )
        """
    )
    database.execute("create index member_reports_learner on member_reports (learner)")
