"""What learners practised, on disk: what is kept comes back as it was, and nothing is lost between processes."""

import itertools
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from foundation.database import connect, migrate, writing
from foundation.store import LearnerStore
from quizzes.history import Attempt, cards
from quizzes.memory import Card, Memory, Rating
from quizzes.practice import Item, Scope
from quizzes.question import FACETS
from quizzes.store import PracticeSettings, PracticeStore, Report, Session

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
ADA, BOB = 1, 2
STORE = PracticeStore()
MEMORY = Memory()
CARD = Card(3.3, 5.1, TODAY, TODAY, 1, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gradus.sqlite3"
    migrate(path, [LearnerStore.migrations, PracticeStore.migrations])
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = connect(path)
    yield database
    database.close()


def attempt(id: int, rating: Rating | None = None, concept: str = "dropout") -> Attempt:
    return Attempt(
        id=id,
        concept=concept,
        question=f"{concept}-one",
        seed=2**31 - 1,
        facet="recall",
        outcome="correct",
        score=1.0,
        confidence=None,
        hints=0,
        revealed=False,
        retrievability=None,
        rating=rating,
        at=NOW,
        study_date=TODAY,
    )


def session(id: str = "a1", learner: int = ADA, scope: Scope | None = None, started_at: datetime = NOW) -> Session:
    items = (Item("dropout", "new", "dropout-one", 7), Item("dropout", "more", "dropout-all", 2**31 - 1))
    return Session(id, learner, scope or Scope(), items, 1, "told", 1, "B · π", "Right.\n\n**So.**", (3, 5), started_at)


# -------------------------------------------------------------------------------- attempts and cards

moments = st.timedeltas(timedelta(), timedelta(days=1500)).map(lambda passed: NOW + passed)
attempts = st.builds(
    Attempt,
    id=st.just(1),
    concept=st.just("dropout"),
    question=st.text(min_size=1, max_size=20),
    seed=st.integers(0, 2**63 - 1),
    facet=st.sampled_from(FACETS),
    outcome=st.sampled_from(["correct", "partial", "wrong", "uncertain"]),
    score=st.floats(0, 1),
    confidence=st.sampled_from([None, "guessed", "unsure", "sure"]),
    hints=st.integers(0, 3),
    revealed=st.booleans(),
    retrievability=st.none() | st.floats(0, 1),
    rating=st.none() | st.sampled_from(Rating),
    at=moments,
    study_date=st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    undone=st.booleans(),
)
some_cards = st.builds(
    Card,
    stability=st.floats(0.001, 36500),
    difficulty=st.floats(1, 10),
    due=st.dates(),
    last=st.dates(),
    reviews=st.integers(1, 999),
    lapses=st.integers(0, 999),
)


def test_attempts_and_cards_come_back_exactly_as_they_were(database: Database) -> None:
    learners = itertools.count(100)

    @settings(max_examples=50, deadline=None)
    @given(attempts, some_cards)
    def check(one: Attempt, card: Card) -> None:
        learner = next(learners)
        with writing(database):
            one = replace(one, id=STORE.next_attempt(database))
            STORE.record(database, learner, one, card)
            if one.undone:
                STORE.undo(database, learner, one.id, {"dropout": card}, NOW)
        assert STORE.attempts(database, learner) == (one,)
        assert STORE.cards(database, learner) == {"dropout": card}

    check()


def test_moments_are_kept_in_utc(database: Database) -> None:
    paris = timezone(timedelta(hours=1))
    STORE.record(database, ADA, replace(attempt(1), at=NOW.astimezone(paris)), None)
    (one,) = STORE.attempts(database, ADA)
    assert one.at == NOW
    assert one.at.tzinfo == UTC
    assert [row["at"] for row in database.query("select at from attempts")] == [NOW.isoformat()]


def test_the_log_is_in_the_order_it_was_written(database: Database) -> None:
    for id in (1, 2, 3):
        STORE.record(database, ADA, attempt(id), None)
    assert [one.id for one in STORE.attempts(database, ADA)] == [1, 2, 3]
    assert STORE.next_attempt(database) == 4


def test_an_attempt_that_did_not_rate_leaves_the_card(database: Database) -> None:
    STORE.record(database, ADA, attempt(1, Rating.GOOD), CARD)
    STORE.record(database, ADA, attempt(2), None)
    assert STORE.cards(database, ADA) == {"dropout": CARD}


def test_an_attempt_is_never_written_over(database: Database) -> None:
    STORE.record(database, ADA, attempt(1, Rating.GOOD), CARD)
    with pytest.raises(Exception, match="UNIQUE"):
        STORE.record(database, ADA, attempt(1, Rating.AGAIN), replace(CARD, stability=0.1))
    assert [one.rating for one in STORE.attempts(database, ADA)] == [Rating.GOOD]
    assert STORE.cards(database, ADA) == {"dropout": CARD}


def test_an_attempt_and_its_card_are_kept_as_one(database: Database) -> None:
    database.execute("create trigger broken before insert on cards begin select raise(abort, 'no'); end")
    with pytest.raises(Exception, match="no"):
        STORE.record(database, ADA, attempt(1, Rating.GOOD), CARD)
    assert STORE.attempts(database, ADA) == ()


def test_what_is_taken_back_stays_in_the_log_and_the_cards_are_those_of_the_rest(database: Database) -> None:
    log = [attempt(1, Rating.GOOD), attempt(2, Rating.GOOD, "loss"), attempt(3, Rating.AGAIN)]
    for one in log:
        STORE.record(database, ADA, one, CARD)
    rest = cards(log[:2], MEMORY)
    for _ in range(2):  # a second press
        STORE.undo(database, ADA, 3, rest, NOW)
    assert STORE.attempts(database, ADA) == (*log[:2], replace(log[2], undone=True))
    assert STORE.cards(database, ADA) == rest
    assert STORE.next_attempt(database) == 4


def test_an_undo_and_its_cards_are_kept_as_one(database: Database) -> None:
    STORE.record(database, ADA, attempt(1, Rating.GOOD), CARD)
    database.execute("create trigger broken before delete on cards begin select raise(abort, 'no'); end")
    with pytest.raises(Exception, match="no"):
        STORE.undo(database, ADA, 1, {}, NOW)
    assert not STORE.attempts(database, ADA)[0].undone


def test_cards_are_replaced_for_their_learner_only(database: Database) -> None:
    for learner in (ADA, BOB):
        STORE.replace_cards(database, learner, {"dropout": CARD, "loss": CARD})
    STORE.replace_cards(database, ADA, {"loss": replace(CARD, lapses=2)})
    assert STORE.cards(database, ADA) == {"loss": replace(CARD, lapses=2)}
    assert STORE.cards(database, BOB) == {"dropout": CARD, "loss": CARD}


def record_some(path: Path, learner: int, count: int) -> None:
    database = connect(path)
    for _ in range(count):
        with writing(database):
            one = attempt(STORE.next_attempt(database), Rating.GOOD)
            before = STORE.cards(database, learner).get(one.concept)
            STORE.record(database, learner, one, MEMORY.review(before, Rating.GOOD, TODAY, one.fuzz_seed))
    database.close()


def test_two_processes_that_record_at_once_lose_nothing(path: Path, database: Database) -> None:
    process = multiprocessing.get_context("spawn").Process(target=record_some, args=(path, ADA, 40))
    process.start()
    while STORE.next_attempt(database) == 1 and process.is_alive():
        time.sleep(0.001)
    record_some(path, BOB, 20)
    record_some(path, ADA, 20)
    process.join(60)
    assert process.exitcode == 0
    for learner, count in ((ADA, 60), (BOB, 20)):
        log = STORE.attempts(database, learner)
        assert len(log) == count
        assert STORE.cards(database, learner) == cards(log, MEMORY)
    assert STORE.next_attempt(database) == 81


# ------------------------------------------------------------------------------------------ sessions


@pytest.mark.parametrize("scope", [Scope(), Scope("concept", "dropout"), Scope("stage", "core"), Scope("missed")])
def test_a_session_comes_back_as_it_was_also_after_a_restart(path: Path, database: Database, scope: Scope) -> None:
    kept = session(scope=scope)
    STORE.keep_session(database, kept)
    reopened = connect(path)
    assert STORE.session(reopened, "a1") == kept
    reopened.close()
    assert STORE.session(database, "a2") is None


def test_a_session_is_kept_in_place_of_what_it_was(database: Database) -> None:
    STORE.keep_session(database, session())
    after = replace(session(), position=2, phase="told", attempts=(3, 5, 8))
    STORE.keep_session(database, after)
    assert STORE.session(database, "a1") == after
    assert after.item is None
    assert session().item == session().items[1]


def test_the_latest_session_is_the_learner_s_last_of_that_scope(database: Database) -> None:
    exam = Scope("exam")
    for one in (
        session("a1", started_at=NOW),
        session("a2", started_at=NOW + timedelta(hours=1)),
        session("a3", started_at=NOW + timedelta(hours=1)),
        session("a4", scope=exam, started_at=NOW + timedelta(hours=2)),
        session("b1", BOB, started_at=NOW + timedelta(hours=3)),
    ):
        STORE.keep_session(database, one)
    for learner, scope, id in ((ADA, Scope(), "a3"), (ADA, exam, "a4"), (BOB, Scope(), "b1")):
        found = STORE.latest_session(database, learner, scope)
        assert found is not None
        assert found.id == id
    assert STORE.latest_session(database, BOB, exam) is None


def test_old_sessions_go_and_attempts_stay(database: Database) -> None:
    STORE.record(database, ADA, attempt(1, Rating.GOOD), CARD)
    for day in range(3):
        STORE.keep_session(database, session(f"a{day}", started_at=NOW + timedelta(days=day)))
    STORE.forget_sessions_before(database, (NOW + timedelta(days=1)).astimezone(timezone(timedelta(hours=14))))
    assert [STORE.session(database, f"a{day}") is not None for day in range(3)] == [False, True, True]
    assert len(STORE.attempts(database, ADA)) == 1


# -------------------------------------------------------------------------------- settings and reports


def test_settings_come_back_as_they_were_and_whoever_set_nothing_has_none(database: Database) -> None:
    assert STORE.settings(database, ADA) == PracticeSettings()
    kept = PracticeSettings(0.9, 0, 100, date(2026, 6, 1), weights=(0.1, 2.5), fitted_on=600)
    for one in (kept, PracticeSettings(new_a_day=3)):
        STORE.keep_settings(database, ADA, one)
        assert STORE.settings(database, ADA) == one
    assert STORE.settings(database, BOB) == PracticeSettings()


def test_reports_come_newest_first(database: Database) -> None:
    some = [Report(f"dropout-{number}", number, "unclear", NOW + timedelta(hours=number // 2)) for number in range(5)]
    for one in some:
        STORE.report(database, ADA, one)
    assert STORE.reports(database, 3) == [some[4], some[3], some[2]]


# ------------------------------------------------------------------------------------------- learners


def fill(database: Database, learner: int) -> None:
    """A row in every table."""
    with writing(database):
        for rated in (None, Rating.GOOD):
            STORE.record(database, learner, attempt(STORE.next_attempt(database), rated), CARD)
    STORE.undo(database, learner, STORE.next_attempt(database) - 1, {"dropout": CARD}, NOW)
    STORE.keep_session(database, session(f"of-{learner}", learner))
    STORE.keep_settings(database, learner, PracticeSettings())
    STORE.report(database, learner, Report("dropout-one", 1, "unclear", NOW))


def rows(database: Database, learner: int) -> dict[str, int]:
    """How many rows of a learner each table has: every table of the schema that names one."""
    tables = [
        table
        for table in database.table_names()
        if table not in ("learners", "opt_outs") and "learner" in database.table(table).columns_dict
    ]
    return {
        table: next(iter(database.query(f"select count(*) as rows from {table} where learner = ?", [learner])))["rows"]
        for table in tables
    }


def test_all_of_a_learner_is_exported_and_forgotten_and_nothing_of_others(database: Database) -> None:
    for learner in (ADA, BOB):
        fill(database, learner)
    kept = rows(database, ADA)
    assert all(kept.values())
    exported = STORE.export(database, ADA)
    assert {table: len(found) for table, found in exported.items()} == kept
    assert all(row["learner"] == ADA for found in exported.values() for row in found)
    bobs = STORE.export(database, BOB)
    STORE.forget(database, ADA)
    assert not any(rows(database, ADA).values())
    assert STORE.export(database, BOB) == bobs
    assert STORE.session(database, "of-1") is None


def test_a_newcomer_s_attempts_are_not_those_that_somebody_forgotten_took_back(database: Database) -> None:
    fill(database, ADA)
    STORE.record(database, BOB, attempt(STORE.next_attempt(database)), None)
    STORE.forget(database, ADA)
    for _ in range(4):
        STORE.record(database, BOB, attempt(STORE.next_attempt(database)), None)
    assert [one.undone for one in STORE.attempts(database, BOB)] == [False] * 5
