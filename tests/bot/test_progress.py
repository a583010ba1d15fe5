"""A learner's own statistics, the picture of them, and boards by effort."""

import struct
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.practising import Practising
from bot.progress import BOARD_DAYS, Place, Progress, ranked
from bot.statistics_picture import PIXELS, statistics_picture, statistics_words
from foundation.database import DatabaseThread
from foundation.store import LearnerStore
from quizzes.board_store import BoardStore, DayOfEffort
from quizzes.memory import Card, Rating
from quizzes.practice import Scope
from quizzes.statistics import Bin, Share, StageCount, Statistics, Streak
from quizzes.store import PracticeSettings, PracticeStore
from tests.bot.conftest import NOW
from tests.quizzes.test_statistics import attempt

ADA, BOB, EVE = 11, 22, 33
SERVER, OTHER = 900, 901
DAY = timedelta(days=1)


@pytest.fixture
def progress(curriculum: Curriculum, database: DatabaseThread, practising: Practising, tmp_path: Path) -> Progress:
    return Progress(curriculum, database, practising, tmp_path)


async def practised(practising: Practising, person: int, now: datetime, answers: int = 1) -> None:
    """A session on one concept, as far as `answers` questions."""
    view = await practising.begin(person, now, Scope("concept", "dropout"))
    for _ in range(answers):
        if view.session.phase == "teach":
            view = await practising.ask(person, view.session.id, view.session.position)
        view = await practising.answer(person, view.session.id, view.session.position, "nonsense", now, revealed=True)
        view = await practising.go_on(person, view.session.id, view.session.position)


# -------------------------------------------------------------------- a learner's own


async def test_looking_at_nothing_keeps_nothing(progress: Progress, database: DatabaseThread) -> None:
    shown = await progress.of(ADA, NOW)
    assert (shown.questions, shown.since, shown.on) == (0, None, NOW.date())
    assert not (await progress.board(ADA, SERVER, NOW)).joined
    await progress.leave(ADA, SERVER)
    assert database.call(lambda db: LearnerStore().find(db, ADA)) is None


async def test_answers_show_as_effort_and_what_was_taken_back_does_not(
    progress: Progress, practising: Practising
) -> None:
    view = await practising.begin(ADA, NOW, Scope("concept", "dropout"))
    view = await practising.ask(ADA, view.session.id, 0)
    view = await practising.answer(ADA, view.session.id, 0, "", NOW, revealed=True)
    shown = await progress.of(ADA, NOW)
    assert (shown.effort[NOW.date()], shown.questions, shown.streak.days) == (1, 1, 1)
    assert shown.forecast[:2] == (0, 1)
    assert [(one.learning, one.untouched) for one in shown.stages] == [(1, 3)]
    await practising.undo(ADA, view.session.id, 0, NOW)
    assert (await progress.of(ADA, NOW)).questions == 0


async def test_what_is_due_today_is_what_practice_says(progress: Progress, practising: Practising) -> None:
    await practised(practising, ADA, NOW)
    for days in (0, 1, 5):
        now = NOW + days * DAY
        assert (await progress.of(ADA, now)).forecast[0] == len((await practising.standing(ADA, now)).due)


async def test_the_target_and_the_day_are_the_learners_own(progress: Progress, database: DatabaseThread) -> None:
    def settle(db: Database) -> None:
        learner = LearnerStore().learner_for(db, ADA, NOW).id
        LearnerStore().set_zone(db, learner, "Pacific/Kiritimati")
        PracticeStore().keep_settings(db, learner, PracticeSettings(retention=0.9))

    database.call(settle)
    shown = await progress.of(ADA, NOW + timedelta(hours=10))
    assert (shown.target, shown.on) == (0.9, NOW.date() + DAY)


async def test_reviews_are_set_beside_the_target(progress: Progress, database: DatabaseThread) -> None:
    ago = (date(2026, 3, 20) - NOW.date()).days
    log = [attempt(ago + 5, Rating.GOOD), attempt(ago + 3, Rating.AGAIN, 0.84), attempt(ago + 1, Rating.GOOD, 0.95)]

    def keep(db: Database) -> None:
        learner, store = LearnerStore().learner_for(db, ADA, NOW).id, PracticeStore()
        for number, one in enumerate(log, start=1):
            store.record(db, learner, replace(one, id=number), Card(5.0, 5.0, NOW.date(), NOW.date(), number, 0))

    database.call(keep)
    shown = await progress.of(ADA, NOW)
    assert shown.retention == Share(1, 2)
    assert [one.actual.reviews for one in shown.calibration] == [0, 0, 0, 1, 1]


# -------------------------------------------------------------------- boards


async def test_a_board_shows_only_who_joined_it_there(progress: Progress, practising: Practising) -> None:
    for person in (ADA, BOB, EVE):
        await practised(practising, person, NOW)
    await progress.join(ADA, SERVER, NOW)
    await progress.join(ADA, SERVER, NOW)
    await progress.join(BOB, OTHER, NOW)
    seen = await progress.board(EVE, SERVER, NOW)
    assert [one.person for one in seen.places] == [ADA]
    assert (seen.own, seen.joined) == (None, False)
    own = await progress.board(ADA, SERVER, NOW)
    assert (own.own, own.joined) == (Place(1, ADA, 1, 1), True)
    await progress.leave(ADA, SERVER)
    assert (await progress.board(ADA, SERVER, NOW)).places == ()
    assert (await progress.board(BOB, OTHER, NOW)).joined


async def test_days_with_effort_come_before_many_questions(progress: Progress, practising: Practising) -> None:
    for ago in (2, 1):
        await practised(practising, ADA, NOW - ago * DAY)
    await practised(practising, BOB, NOW, answers=4)
    await practised(practising, EVE, NOW - (BOARD_DAYS + 3) * DAY)
    for person in (ADA, BOB, EVE):
        await progress.join(person, SERVER, NOW)
    board = await progress.board(EVE, SERVER, NOW)
    assert board.places == (Place(1, ADA, 2, 2), Place(2, BOB, 1, 4))
    assert (board.own, board.joined) == (None, True)


async def test_what_was_taken_back_is_no_effort(progress: Progress, practising: Practising) -> None:
    await progress.join(ADA, SERVER, NOW)
    view = await practising.begin(ADA, NOW, Scope("concept", "dropout"))
    view = await practising.ask(ADA, view.session.id, 0)
    view = await practising.answer(ADA, view.session.id, 0, "", NOW, revealed=True)
    await practising.undo(ADA, view.session.id, 0, NOW)
    assert (await progress.board(ADA, SERVER, NOW)).places == ()


def test_equal_effort_shares_a_place() -> None:
    rows = [DayOfEffort(person, None, NOW.date(), count) for person, count in ((1, 2), (2, 5), (3, 5), (4, 1))]
    assert [(one.place, one.person) for one in ranked(rows, NOW)] == [(1, 2), (1, 3), (3, 1), (4, 4)]


def test_four_weeks_end_on_each_ones_own_day() -> None:
    first = NOW.date() - (BOARD_DAYS - 1) * DAY
    east, west = "Pacific/Kiritimati", "Pacific/Pago_Pago"
    rows = [DayOfEffort(person, zone, first, 1) for person, zone in ((1, "UTC"), (2, east), (3, west))]
    assert [one.person for one in ranked(rows, NOW + timedelta(hours=9))] == [1, 3]
    assert ranked([DayOfEffort(1, None, first - DAY, 1)], NOW) == ()


async def test_who_is_forgotten_stands_on_no_board(
    progress: Progress, practising: Practising, database: DatabaseThread
) -> None:
    await practised(practising, ADA, NOW)
    await progress.join(ADA, SERVER, NOW)
    store = BoardStore()
    learner = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW)).id
    kept = database.call(lambda db: store.export(db, learner))
    assert kept == {"boards": [{"learner": learner, "server": str(SERVER)}]}
    database.call(lambda db: store.forget(db, learner))
    board = await progress.board(ADA, SERVER, NOW)
    assert (board.places, board.joined) == ((), False)


# -------------------------------------------------------------------- the picture


def shown(effort: int = 0, forecast: int = 0, reviews: int = 0, stage: str = "Core") -> Statistics:
    """Statistics that are alike every day."""
    share = Share(reviews - reviews // 10, reviews)
    return Statistics(
        on=NOW.date(),
        effort={NOW.date() - ago * DAY: effort for ago in range(83, -1, -1)},
        streak=Streak(3, 5, 1),
        forecast=(forecast,) * 14,
        retention=share,
        target=0.85,
        calibration=tuple(Bin(low, low + 0.1, low + 0.05 if reviews else 0.0, share) for low in (0.5, 0.6, 0.7, 0.9)),
        stages=(StageCount(stage, 1, 2, 30),) * 5,
        questions=84 * effort + 1,
        days=1,
        concepts=1,
        since=NOW.date(),
    )


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("many", [1, 7, 4321])
def test_the_picture_is_as_wide_as_a_phone_needs_whatever_it_shows(many: int) -> None:
    width, height = size(statistics_picture(shown(many, many, many, "A stage whose name is much too long for it")))
    assert width == PIXELS
    assert height < 2 * PIXELS


def test_the_same_statistics_make_the_same_picture() -> None:
    assert statistics_picture(shown(2, 3, 20)) == statistics_picture(shown(2, 3, 20))


def test_charts_that_would_be_empty_are_left_out() -> None:
    heights = [size(statistics_picture(one))[1] for one in (shown(), shown(1), shown(1, 1), shown(1, 1, 1))]
    assert heights == sorted(set(heights))


def test_the_pictures_words_give_its_numbers() -> None:
    words = statistics_words(shown(2, 3, 20))
    assert "Questions a week, oldest first: 14, 14," in words
    assert "due a day, from today: 3, 3," in words
    assert "30 days: 90 % of 20, target 85 %" in words
    assert "Expected 95 %, remembered 90 % of 20." in words
    assert "Core 1, 2, 30" in words
    assert "due" not in statistics_words(shown())
