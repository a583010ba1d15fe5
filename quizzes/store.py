"""What learners practised, on disk: the log of attempts, the cards it leads to, sessions, settings and reports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows
from quizzes.history import Attempt
from quizzes.memory import Card, Rating
from quizzes.practice import Item, Scope

TABLES = ("attempts", "cards", "sessions", "practice_settings", "question_reports")


@dataclass(frozen=True)
class PracticeSettings:
    """What a learner set for their practice, and what was fitted to them; None where the default holds.

    Attributes:
        retention: the probability at which something is asked again.
        new_a_day, reviews_a_day: limits.
        exam: the day that everything is wanted for.
        weights: FSRS's parameters, fitted to this learner; the published ones where empty.
        fitted_on: rated attempts at the last try to fit them.
    """

    retention: float | None = None
    new_a_day: int | None = None
    reviews_a_day: int | None = None
    exam: date | None = None
    weights: tuple[float, ...] = ()
    fitted_on: int = 0


@dataclass(frozen=True)
class Session:
    """A session as it stands.

    Attributes:
        id: given by us; stands in the buttons of its messages.
        scope: what it is about.
        items: what is asked, in order.
        position: the index of the item that is open; all done where it equals their number.
        phase: `teach` while the lesson's words stand before a new question, `ask` while it waits for an answer,
            `told` once its feedback stands.
        hints: opened for the open item.
        answer, feedback: what was answered to the open item last, and what was said to it.
        attempts: the ids of its attempts, in order.
        started_at: aware, UTC.
    """

    id: str
    learner: int
    scope: Scope
    items: tuple[Item, ...]
    position: int
    phase: str
    hints: int
    answer: str
    feedback: str
    attempts: tuple[int, ...]
    started_at: datetime

    @property
    def item(self) -> Item | None:
        """The item that is open, or None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None


@dataclass(frozen=True)
class Report:
    """Something that a learner found wrong with a question."""

    question: str
    seed: int
    text: str
    at: datetime


class PracticeStore:
    """The tables `attempts`, `cards`, `sessions`, `practice_settings` and `question_reports`."""

    migrations = Migrations("practice")

    # ------------------------------------------------------------------------------ attempts and cards

    def attempts(self, database: Database, learner: int) -> tuple[Attempt, ...]:
        """A learner's whole log, oldest first, each with whether it was taken back."""
        rows = database.query(
            """
            select attempts.*, undos.attempt is not null as undone
            from attempts left join attempt_undos as undos using (attempt)
            where attempts.learner = ? order by attempt
            """,
            [learner],
        )
        return tuple(_attempt(row) for row in rows)

    def attempt(self, database: Database, id: int) -> Attempt | None:
        """One attempt, or None where it is no more, or was taken back."""
        rows = database.query(
            """
            select attempts.*, 0 as undone from attempts
            where attempt = ? and attempt not in (select attempt from attempt_undos)
            """,
            [id],
        )
        return next((_attempt(row) for row in rows), None)

    def next_attempt(self, database: Database) -> int:
        """The id that the next attempt gets."""
        row = next(iter(database.query("select coalesce(max(attempt), 0) + 1 as next from attempts")))
        return int(row["next"])

    def record(self, database: Database, learner: int, attempt: Attempt, card: Card | None) -> None:
        """Add an attempt to the log, with the card that it leads to (None where it did not rate), as one."""
        with writing(database):
            database.execute(
                """
                insert into attempts (attempt, learner, concept, question, seed, facet, outcome, score, confidence,
                    hints, revealed, retrievability, rating, at, study_date, aside)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    attempt.id,
                    learner,
                    attempt.concept,
                    attempt.question,
                    attempt.seed,
                    attempt.facet,
                    attempt.outcome,
                    attempt.score,
                    attempt.confidence,
                    attempt.hints,
                    attempt.revealed,
                    attempt.retrievability,
                    int(attempt.rating) if attempt.rating else None,
                    utc_text(attempt.at),
                    attempt.study_date.isoformat(),
                    attempt.aside,
                ],
            )
            if card is not None:
                self._put(database, learner, attempt.concept, card)

    def undo(self, database: Database, learner: int, attempt: int, cards: Mapping[str, Card], at: datetime) -> None:
        """Take an attempt back: it stays in the log, and the cards become those that the rest leads to."""
        with writing(database):
            database.execute(
                "insert or ignore into attempt_undos (attempt, learner, at) values (?, ?, ?)",
                [attempt, learner, utc_text(at)],
            )
            self.replace_cards(database, learner, cards)

    def replace_cards(self, database: Database, learner: int, cards: Mapping[str, Card]) -> None:
        """Put these cards in the place of all that the learner has."""
        with writing(database):
            database.execute("delete from cards where learner = ?", [learner])
            for concept, card in cards.items():
                self._put(database, learner, concept, card)

    def _put(self, database: Database, learner: int, concept: str, card: Card) -> None:
        database.execute(
            """
            insert or replace into cards (learner, concept, stability, difficulty, due, last, reviews, lapses)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                learner,
                concept,
                card.stability,
                card.difficulty,
                card.due.isoformat(),
                card.last.isoformat(),
                card.reviews,
                card.lapses,
            ],
        )

    def cards(self, database: Database, learner: int) -> Mapping[str, Card]:
        """A learner's cards by concept."""
        rows = database.query("select * from cards where learner = ?", [learner])
        return {str(row["concept"]): _card(row) for row in rows}

    # ---------------------------------------------------------------------------------------- sessions

    def keep_session(self, database: Database, session: Session) -> None:
        """Keep a session in place of what was kept under its id."""
        with writing(database):
            database.execute(
                """
                insert or replace into sessions (session, learner, scope, items, position, phase, hints, answer,
                    feedback, attempts, started_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    session.id,
                    session.learner,
                    session.scope.text,
                    json.dumps([asdict(one) for one in session.items]),
                    session.position,
                    session.phase,
                    session.hints,
                    session.answer,
                    session.feedback,
                    json.dumps(session.attempts),
                    utc_text(session.started_at),
                ],
            )

    def session(self, database: Database, id: str) -> Session | None:
        """The session of that id, or None where it was forgotten."""
        rows = list(database.query("select * from sessions where session = ?", [id]))
        return _session(rows[0]) if rows else None

    def latest_session(self, database: Database, learner: int, scope: Scope) -> Session | None:
        """The session about that which a learner began last."""
        rows = list(
            database.query(
                "select * from sessions where learner = ? and scope = ? order by started_at desc, rowid desc limit 1",
                [learner, scope.text],
            )
        )
        return _session(rows[0]) if rows else None

    def forget_sessions_before(self, database: Database, moment: datetime) -> None:
        """Remove sessions that began before a moment (aware); their attempts stay in the log."""
        with writing(database):
            database.execute("delete from sessions where started_at < ?", [utc_text(moment)])

    # ---------------------------------------------------------------------------- settings and reports

    def settings(self, database: Database, learner: int) -> PracticeSettings:
        """What a learner set."""
        rows = list(database.query("select * from practice_settings where learner = ?", [learner]))
        if not rows:
            return PracticeSettings()
        row = rows[0]
        return PracticeSettings(
            retention=row["retention"],
            new_a_day=row["new_a_day"],
            reviews_a_day=row["reviews_a_day"],
            exam=date.fromisoformat(row["exam"]) if row["exam"] else None,
            weights=tuple(json.loads(row["weights"])),
            fitted_on=row["fitted_on"],
        )

    def next_to_fit(self, database: Database, fewest: int, growth: float) -> int | None:
        """A learner with at least `fewest` rated attempts, `growth` times as many as at the last try to fit them."""
        rows = database.query(
            """
            select learner from attempts left join practice_settings using (learner)
            where rating is not null
            group by learner having count(*) >= ? and count(*) >= ? * coalesce(max(fitted_on), 0)
            order by count(*) desc limit 1
            """,
            [fewest, growth],
        )
        return next((int(row["learner"]) for row in rows), None)

    def keep_settings(self, database: Database, learner: int, settings: PracticeSettings) -> None:
        """Keep a learner's settings in place of what was there."""
        with writing(database):
            database.execute(
                """
                insert or replace into practice_settings
                    (learner, retention, new_a_day, reviews_a_day, exam, weights, fitted_on)
                values (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    learner,
                    settings.retention,
                    settings.new_a_day,
                    settings.reviews_a_day,
                    settings.exam.isoformat() if settings.exam else None,
                    json.dumps(settings.weights),
                    settings.fitted_on,
                ],
            )

    def report(self, database: Database, learner: int, report: Report) -> None:
        """Keep what a learner found wrong with a question."""
        with writing(database):
            database.execute(
                "insert into question_reports (learner, question, seed, text, at) values (?, ?, ?, ?, ?)",
                [learner, report.question, report.seed, report.text, utc_text(report.at)],
            )

    def reports(self, database: Database, most: int) -> Sequence[Report]:
        """The latest reports, newest first, without who made them."""
        rows = database.query(
            "select question, seed, text, at from question_reports order by at desc, rowid desc limit ?", [most]
        )
        return [Report(row["question"], row["seed"], row["text"], datetime.fromisoformat(row["at"])) for row in rows]

    # --------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in (*TABLES, "attempt_undos")
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove everything of a learner."""
        with writing(database):
            for table in ("attempt_undos", *TABLES):
                database.execute(f"delete from {table} where learner = ?", [learner])


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(
        id=row["attempt"],
        concept=row["concept"],
        question=row["question"],
        seed=row["seed"],
        facet=row["facet"],
        outcome=row["outcome"],
        score=row["score"],
        confidence=row["confidence"],
        hints=row["hints"],
        revealed=bool(row["revealed"]),
        retrievability=row["retrievability"],
        rating=Rating(row["rating"]) if row["rating"] else None,
        at=datetime.fromisoformat(row["at"]),
        study_date=date.fromisoformat(row["study_date"]),
        undone=bool(row["undone"]),
        aside=bool(row["aside"]),
    )


def _card(row: Mapping[str, Any]) -> Card:
    return Card(
        stability=row["stability"],
        difficulty=row["difficulty"],
        due=date.fromisoformat(row["due"]),
        last=date.fromisoformat(row["last"]),
        reviews=row["reviews"],
        lapses=row["lapses"],
    )


def _session(row: Mapping[str, Any]) -> Session:
    return Session(
        id=row["session"],
        learner=row["learner"],
        scope=Scope.read(row["scope"]),
        items=tuple(Item(**one) for one in json.loads(row["items"])),
        position=row["position"],
        phase=row["phase"],
        hints=row["hints"],
        answer=row["answer"],
        feedback=row["feedback"],
        attempts=tuple(json.loads(row["attempts"])),
        started_at=datetime.fromisoformat(row["started_at"]),
    )


@PracticeStore.migrations()
def create_practice(database: Database) -> None:
    database.execute(
        """
        create table attempts (
            attempt integer primary key,
            learner integer not null,
            concept text not null,
            question text not null,
            seed integer not null,
            facet text not null,
            outcome text not null,
            score real not null,
            confidence text,
            hints integer not null,
            revealed integer not null,
            retrievability real,
            rating integer,
            at text not null,
            study_date text not null
        )
        """
    )
    database.execute("create index attempts_of on attempts (learner, attempt)")
    database.execute("create index attempts_by_day on attempts (learner, study_date)")
    database.execute(
        "create table attempt_undos (attempt integer primary key, learner integer not null, at text not null)"
    )
    database.execute(
        """
        create table cards (
            learner integer not null,
            concept text not null,
            stability real not null,
            difficulty real not null,
            due text not null,
            last text not null,
            reviews integer not null,
            lapses integer not null,
            primary key (learner, concept)
        ) without rowid
        """
    )
    database.execute(
        """
        create table sessions (
            session text primary key,
            learner integer not null,
            scope text not null,
            items text not null,
            position integer not null,
            phase text not null,
            hints integer not null,
            answer text not null,
            feedback text not null,
            attempts text not null,
            started_at text not null
        )
        """
    )
    database.execute("create index sessions_of on sessions (learner, started_at)")
    database.execute("create index sessions_by_start on sessions (started_at)")
    database.execute(
        """
        create table practice_settings (
            learner integer primary key,
            retention real,
            new_a_day integer,
            reviews_a_day integer,
            exam text,
            weights text not null,
            fitted_on integer not null
        )
        """
    )
    database.execute(
        """
        create table question_reports (
            learner integer not null,
            question text not null,
            seed integer not null,
            text text not null,
            at text not null
        )
        """
    )


@PracticeStore.migrations()
def tell_asides(database: Database) -> None:
    database.execute("alter table attempts add column aside integer not null default 0")
