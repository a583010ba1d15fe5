"""Talks on disk: what comes back is what was kept, and only what is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.tutor.dialogue import Mark, Talk
from bot.tutor.syllabus import Step
from bot.tutor.talk_store import TalkStore
from foundation.database import migrate

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
STORE = TalkStore()

STEPS = (Step("check", "regularization", "Key points", "before", 3), Step("idea", "dropout", "Intuition", "one", 4))
TALK = Talk(
    "t1",
    1,
    "dropout",
    "guided",
    "“Dropout” is new.",
    STEPS,
    5,
    NOW,
    at=1,
    phase="ask",
    taught=True,
    rung=2,
    turn=9,
    marks=(Mark(0, "helped", "correct", pick=True, note="½"),),
    answer="words\nof mine",
    aside="An aside.",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "talks.sqlite3"
    migrate(path, [TalkStore.migrations])
    database = Database(path)
    yield database
    database.close()


def test_a_talk_comes_back_whole_whatever_zone_it_moved_in(database: Database) -> None:
    STORE.keep(database, replace(TALK, moved_at=NOW.astimezone(ZoneInfo("Asia/Tokyo"))))
    assert STORE.find(database, "t1") == TALK
    STORE.keep(database, replace(TALK, turn=10))
    found = STORE.find(database, "t1")
    assert found is not None
    assert found.turn == 10
    assert STORE.find(database, "t2") is None


def test_the_latest_open_talk_on_a_concept_is_found(database: Database) -> None:
    for id, hours, phase in (("old", 0, "ask"), ("new", 2, "idea"), ("over", 3, "over")):
        STORE.keep(database, replace(TALK, id=id, moved_at=NOW + hours * HOUR, phase=phase))  # type: ignore[arg-type]

    def found(learner: int = 1, concept: str = "dropout", since: datetime = NOW) -> str | None:
        talk = STORE.open_on(database, learner, concept, "guided", since)
        return talk.id if talk else None

    assert found() == "new"
    assert found(since=NOW + 3 * HOUR) is None
    assert found(learner=2) is None
    assert found(concept="attention") is None
    assert STORE.open_on(database, 1, "dropout", "interview", NOW) is None


def test_after_a_talk_that_is_over_no_older_one_is_the_latest(database: Database) -> None:
    STORE.keep(database, TALK)
    assert STORE.latest(database, 1, NOW) == TALK
    assert STORE.latest(database, 1, NOW + HOUR) is None
    assert STORE.latest(database, 2, NOW) is None
    STORE.keep(database, replace(TALK, id="t2", phase="over", moved_at=NOW + HOUR))
    assert STORE.latest(database, 1, NOW) is None


def test_what_is_old_and_what_is_a_learners_can_be_removed(database: Database) -> None:
    for id, learner, moved_at in (("a", 1, NOW), ("b", 1, NOW + HOUR), ("c", 2, NOW + HOUR)):
        STORE.keep(database, replace(TALK, id=id, learner=learner, moved_at=moved_at))
    STORE.forget_before(database, NOW + HOUR)
    assert [row["talk"] for row in STORE.export(database, 1)["talks"]] == ["b"]
    STORE.forget(database, 1)
    assert STORE.export(database, 1) == {"talks": []}
    assert STORE.find(database, "c") is not None
