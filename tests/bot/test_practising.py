"""Sessions of practice as a learner lives them: by presses and days, down to the log and the cards."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import fsrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.assembly import STORES
from bot.curriculum import Curriculum
from bot.practising import Practising, View
from bot.quizzing import Quizzing
from bot.road.store import ProfileStore
from content import catalogue as lessons
from foundation.database import DatabaseThread, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from index.embedding import Encoder
from quizzes import bank as banks
from quizzes.bank import Bank
from quizzes.days import study_date
from quizzes.grading import Grade
from quizzes.history import Attempt, cards
from quizzes.memory import LEECH_LAPSES, LONGEST_INTERVAL, RETENTION, Card, Memory, Rating
from quizzes.posing import LETTERS
from quizzes.practice import SESSION, Item, Scope
from quizzes.question import Choice, FindBug, Posed
from quizzes.store import PracticeSettings, PracticeStore, Session
from quizzes.weights import FEWEST
from tests.bot.conftest import NOW

ADA, BOB = 111_222_333_444_555_666, 2
DAY = timedelta(days=1)
DROPOUT = Scope("concept", "dropout")
STORE = PracticeStore()


def no_encoder() -> Encoder:
    raise AssertionError("nothing here asks for an encoder")


def practising_over(
    curriculum: Curriculum, database: DatabaseThread, ids: Callable[[], str], seed: int = 0
) -> Practising:
    """Practice that grades for real; explanations are compared by the learner."""
    quizzing = Quizzing(curriculum.catalogue, curriculum.bank, no_encoder)

    async def grade(posed: Posed, answer: str) -> Grade:
        return quizzing.compare(posed, answer)

    return Practising(curriculum, database, grade, ids, itertools.count(seed).__next__)


def wrong_to(posed: Posed) -> str:
    """A wrong answer; to some kinds one that can't be read."""
    if isinstance(posed.task, Choice | FindBug) and len(posed.choices) > 1:
        return next(letter for letter in LETTERS[: len(posed.choices)] if letter not in posed.solution)
    return "".join(reversed(LETTERS[: len(posed.choices)])) if posed.choices else "12345"


@dataclass
class Student:
    """Somebody who practises: presses what stands on the last message they saw."""

    practising: Practising
    database: DatabaseThread
    person: int = ADA
    now: datetime = NOW
    view: View = field(init=False)

    @property
    def posed(self) -> Posed:
        assert self.view.posed is not None
        return self.view.posed

    @property
    def at(self) -> tuple[int, str, int]:
        return self.person, self.view.session.id, self.view.session.position

    @property
    def item(self) -> Item:
        item = self.view.session.item
        assert item is not None
        return item

    async def begin(self, scope: Scope | None = DROPOUT, count: int = SESSION, *, later: timedelta = DAY * 0) -> View:
        self.now += later
        self.view = await self.practising.begin(self.person, self.now, scope, count)
        return self.view

    async def ask(self, *, known: bool = False) -> View:
        self.view = await self.practising.ask(*self.at, known=known)
        return self.view

    async def answer(self, text: str = "", *, revealed: bool = False) -> View:
        """Answer with a text, or right."""
        self.view = await self.practising.answer(*self.at, text or self.posed.solution, self.now, revealed=revealed)
        return self.view

    async def go_on(self) -> View:
        self.view = await self.practising.go_on(*self.at)
        return self.view

    async def through(self, *, right: bool = True) -> None:
        """The whole session that stands open, to its end."""
        while not self.view.finished:
            if self.view.session.phase == "teach":
                await self.ask()
            await self.answer("" if right else wrong_to(self.posed))
            await self.go_on()

    async def learn(self) -> None:
        """What is new, on a day; then it is the next one, and it is asked again."""
        await self.begin()
        await self.through()
        await self.begin(later=DAY)

    @property
    def learner(self) -> int:
        return self.database.call(lambda database: LearnerStore().learner_for(database, self.person, self.now).id)

    @property
    def log(self) -> tuple[Attempt, ...]:
        learner = self.learner
        return self.database.call(lambda database: STORE.attempts(database, learner))

    @property
    def cards(self) -> dict[str, Card]:
        learner = self.learner
        return dict(self.database.call(lambda database: STORE.cards(database, learner)))

    @property
    def kept(self) -> Session | None:
        id = self.view.session.id
        return self.database.call(lambda database: STORE.session(database, id))

    def in_zone(self, zone: str) -> None:
        learner = self.learner
        self.database.call(lambda database: LearnerStore().set_zone(database, learner, zone))


@pytest.fixture
def ada(practising: Practising, database: DatabaseThread) -> Student:
    return Student(practising, database)


@pytest.fixture
def only(curriculum: Curriculum) -> Callable[..., None]:
    """Leaves only some questions in the bank."""

    def only(*ids: str) -> None:
        curriculum.change(curriculum.catalogue, Bank({id: curriculum.bank.questions[id] for id in ids}))

    return only


# ------------------------------------------------------------------------------- teach before testing


async def test_a_new_concept_is_taught_before_it_is_asked_and_its_first_day_does_not_rate(ada: Student) -> None:
    view = await ada.begin()
    assert view.session.phase == "teach"
    assert list(dict.fromkeys(page.section for page in view.teaching)) == ["In one minute", "Worked example"]
    view = await ada.ask()
    assert (view.session.phase, view.teaching) == ("ask", ())
    await ada.through()
    assert len(ada.log) == SESSION
    assert [one.rating for one in ada.log] == [None] * SESSION
    assert ada.cards == {}
    await ada.begin()  # the same day once more
    await ada.answer()
    assert ada.log[-1].rating is None


async def test_the_first_answer_of_the_next_day_rates_and_no_other(ada: Student) -> None:
    await ada.learn()
    assert ada.view.session.phase == "ask"
    view = await ada.answer()
    assert ada.log[-1].rating == Rating.GOOD
    assert view.due == ada.cards["dropout"].due
    await ada.go_on()
    await ada.through()
    assert [one.rating for one in ada.log[SESSION:]] == [Rating.GOOD, *[None] * (SESSION - 1)]


async def test_whoever_knows_it_skips_to_a_probe_which_rates(ada: Student) -> None:
    await ada.begin()
    await ada.ask(known=True)
    assert ada.item.role == "probe"
    await ada.answer(wrong_to(ada.posed))
    assert ada.log[0].rating == Rating.AGAIN
    assert ada.cards["dropout"].last == NOW.date()


async def test_an_answer_can_t_be_given_while_the_lesson_stands_before_it(ada: Student) -> None:
    await ada.begin()
    view = await ada.answer()
    assert (view.session.phase, ada.log) == ("teach", ())


async def test_a_leech_leads_to_the_lesson_and_does_not_rate_that_day(ada: Student) -> None:
    await ada.learn()
    for _ in range(LEECH_LAPSES + 1):
        await ada.answer(revealed=True)
        await ada.go_on()
        await ada.through()
        await ada.begin(later=DAY)
    assert ada.cards["dropout"].lapses == LEECH_LAPSES
    view = ada.view
    assert (ada.item.role, view.session.phase, len(view.session.items)) == ("read", "teach", 1)
    assert view.teaching
    await ada.through()
    assert ada.log[-1].rating is None
    await ada.begin(later=DAY)
    assert ada.item.role == "review"
    await ada.answer()
    assert ada.log[-1].rating == Rating.GOOD


# ---------------------------------------------------------------------------------- what an answer says


@pytest.mark.parametrize(
    ("question", "presses", "rated"),
    [
        ("dropout-one", "right", Rating.GOOD),
        ("dropout-one", "wrong", Rating.AGAIN),
        ("dropout-one", "revealed", Rating.AGAIN),
        ("dropout-one", "hint right", Rating.HARD),
        ("dropout-one", "hint wrong", Rating.AGAIN),
        ("dropout-one", "right guessed", Rating.AGAIN),
        ("dropout-one", "right sure", Rating.GOOD),  # asked only of what is typed
        ("dropout-one", "wrong guessed", Rating.AGAIN),
        ("dropout-all", "right guessed", Rating.AGAIN),
        ("dropout-bug", "right guessed", Rating.AGAIN),
        ("dropout-order", "right guessed", Rating.AGAIN),
        ("dropout-match", "right guessed", Rating.AGAIN),
        ("dropout-number", "right", Rating.GOOD),
        ("dropout-number", "right sure", Rating.EASY),
        ("dropout-number", "right unsure", Rating.HARD),
        ("dropout-number", "right guessed", Rating.GOOD),  # asked only of what is picked
        ("dropout-number", "hint right sure", Rating.HARD),
        ("dropout-number", "wrong sure", Rating.AGAIN),
        ("dropout-prints", "right sure", Rating.EASY),
        ("dropout-explain", "right", None),
        ("dropout-explain", "right sure", None),
        ("dropout-explain", "right had-it", Rating.GOOD),
        ("dropout-explain", "right had-it sure", Rating.EASY),
        ("dropout-explain", "right partly", Rating.HARD),
        ("dropout-explain", "right missed-it", Rating.AGAIN),
        ("dropout-explain", "revealed", Rating.AGAIN),
    ],
)
async def test_what_was_done_and_said_rates_the_memory(
    ada: Student, only: Callable[..., None], question: str, presses: str, rated: Rating | None
) -> None:
    only(question)
    await ada.learn()
    for press in presses.split():
        if press == "right":
            await ada.answer()
        elif press == "wrong":
            await ada.answer(wrong_to(ada.posed))
        elif press == "revealed":
            await ada.answer(revealed=True)
        elif press == "hint":
            await ada.practising.hint(*ada.at)
        else:
            ada.view = await ada.practising.confide(*ada.at, press.replace("-", " "), ada.now)  # type: ignore[arg-type]
    last = ada.log[-1]
    assert last.rating == rated
    assert last.revealed == ("revealed" in presses)
    assert last.hints == ("hint" in presses)
    assert ada.cards == cards(ada.log, Memory())
    assert (ada.view.due is None) == (rated is None)
    assert sum(not one.undone for one in ada.log) == 2  # one on each of the two days


async def test_a_guess_that_was_right_stays_right(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-one")
    await ada.learn()
    view = await ada.answer()
    assert view.may == ("guessed",)
    view = await ada.practising.confide(*ada.at, "guessed", ada.now)
    assert view.grade is not None
    assert (view.grade.outcome, view.grade.score, view.may) == ("correct", 1.0, ())
    assert (ada.log[-1].outcome, ada.log[-1].confidence) == ("correct", "guessed")


async def test_nothing_is_asked_of_an_answer_that_does_not_count(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-one")
    await ada.begin()
    await ada.ask()
    assert (await ada.answer()).may == ()


async def test_a_late_word_on_an_answer_counts_to_its_own_day(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-one")
    await ada.learn()
    await ada.answer()
    answered = ada.log[-1]
    ada.view = await ada.practising.confide(*ada.at, "guessed", ada.now + 3 * DAY)
    assert (ada.log[-1].at, ada.log[-1].study_date) == (answered.at, answered.study_date)
    assert ada.cards == cards(ada.log, Memory())


async def test_a_word_on_an_answer_rates_it_though_its_concept_was_asked_again_meanwhile(
    ada: Student, only: Callable[..., None]
) -> None:
    only("dropout-one")
    await ada.learn()
    await ada.answer()
    other = Student(ada.practising, ada.database, now=ada.now)
    await other.begin(Scope("stage", "intermediate"))
    await other.through()
    await ada.practising.confide(*ada.at, "guessed", ada.now)
    assert [one.rating for one in ada.log if not one.undone] == [None, None, Rating.AGAIN]
    assert ada.cards == cards(ada.log, Memory())


async def test_a_word_on_an_answer_keeps_its_day_though_the_learner_moved(
    ada: Student, only: Callable[..., None]
) -> None:
    only("dropout-one")
    await ada.learn()
    await ada.answer()
    on = ada.log[-1].study_date
    ada.in_zone("Pacific/Honolulu")  # where it is still the evening before
    await ada.practising.confide(*ada.at, "guessed", ada.now)
    assert (ada.log[-1].study_date, ada.log[-1].rating) == (on, Rating.AGAIN)


# ------------------------------------------------------------------------- retries, undo, late presses


async def test_another_try_teaches_and_does_not_rate(ada: Student) -> None:
    await ada.learn()
    await ada.answer(revealed=True)
    card = ada.cards["dropout"]
    ada.view = await ada.practising.again(*ada.at)
    assert ada.view.session.phase == "ask"
    await ada.answer()
    assert (ada.log[-1].outcome, ada.log[-1].rating) == ("correct", None)
    assert ada.cards == {"dropout": card}
    assert ada.view.may == ()


async def test_undo_steps_back_and_the_question_is_open_again(ada: Student) -> None:
    await ada.learn()
    before = ada.cards
    await ada.answer(revealed=True)
    ada.view = await ada.practising.undo(*ada.at, ada.now)
    assert (ada.view.session.phase, ada.view.grade) == ("ask", None)
    assert ada.cards == before == {}
    assert [one.undone for one in ada.log] == [*[False] * SESSION, True]
    await ada.answer()
    assert ada.log[-1].rating == Rating.GOOD
    assert ada.cards == cards(ada.log, Memory())
    await ada.go_on()
    await ada.through()
    assert ada.view.results[0].outcome == "correct"


async def test_what_is_new_and_taken_back_is_new_again(ada: Student) -> None:
    await ada.begin()
    await ada.ask()
    await ada.answer()
    await ada.practising.undo(*ada.at, ada.now)
    standing = await ada.practising.standing(ADA, ada.now)
    assert standing.new == "dropout"


async def test_second_and_late_presses_change_nothing(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-one", "dropout-number")
    await ada.learn()
    asking = ada.view
    right = ada.posed.solution
    practising, first = ada.practising, ada.at
    await practising.go_on(*first)  # before it is answered
    await practising.again(*first)
    await practising.undo(*first, ada.now)
    assert (await practising.view(ADA, asking.session.id)).session == asking.session
    told = await practising.answer(*first, right, ada.now)
    for late in (
        partial(practising.answer, *first, "A", ada.now),
        partial(practising.answer, *first, right, ada.now, revealed=True),
        partial(practising.hint, *first),
        partial(practising.ask, *first, known=True),
    ):
        assert (await late()).session == told.session
    after = await practising.go_on(*first)
    log, kept = ada.log, ada.cards
    for late in (
        partial(practising.go_on, *first),
        partial(practising.again, *first),
        partial(practising.undo, *first, ada.now),
        partial(practising.hint, *first),
        partial(practising.confide, *first, "guessed", ada.now),
        partial(practising.answer, *first, right, ada.now),
        partial(practising.ask, *first, known=True),
    ):
        assert (await late()).session == after.session
    assert (ada.log, ada.cards) == (log, kept)


async def test_an_answer_that_can_t_be_read_leaves_the_question_open(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-number")
    await ada.begin()
    await ada.ask()
    with pytest.raises(GradusError):
        await ada.answer("no idea")
    assert (await ada.practising.view(*ada.at[:2])).session == ada.view.session
    assert ada.log == ()


async def test_two_presses_at_once_are_one_answer(ada: Student) -> None:
    await ada.learn()
    answers = (ada.practising.answer(*ada.at, ada.posed.solution, ada.now) for _ in range(4))
    views = await asyncio.gather(*answers)
    assert len({view.session.attempts for view in views}) == 1
    assert len(ada.log) == SESSION + 1
    assert ada.cards == cards(ada.log, Memory())


async def test_two_processes_that_take_one_press_keep_one_answer(
    ada: Student, curriculum: Curriculum, tmp_path: Path, ids: Callable[[], str]
) -> None:
    await ada.learn()
    thread = DatabaseThread(tmp_path / "gradus.sqlite3")
    other = practising_over(curriculum, thread, ids)
    try:
        both = itertools.cycle([ada.practising, other])
        answers = (next(both).answer(*ada.at, ada.posed.solution, ada.now) for _ in range(6))
        views = await asyncio.gather(*answers)
    finally:
        thread.close()
    assert len({view.session for view in views}) == 1
    assert len(ada.log) == SESSION + 1
    assert ada.cards == cards(ada.log, Memory())


# --------------------------------------------------------------------------------------- the session


async def test_a_session_is_five_questions_unless_asked_otherwise_and_tells_how_it_went(ada: Student) -> None:
    assert len((await ada.begin()).session.items) == 5
    await ada.through()
    assert ada.view.finished
    assert ada.view.posed is None
    assert [one.outcome for one in ada.view.results].count("correct") >= 4  # an explanation is not graded here
    bob = Student(ada.practising, ada.database, BOB)
    assert len((await bob.begin(count=2)).session.items) == 2


async def test_results_are_of_the_first_try(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-one")
    await ada.learn()
    await ada.answer(wrong_to(ada.posed))
    ada.view = await ada.practising.again(*ada.at)
    await ada.answer()
    (result,) = (await ada.go_on()).results
    assert (result.concept, result.outcome, result.due) == ("Dropout", "wrong", ada.cards["dropout"].due)


async def test_results_are_of_what_the_learner_made_of_an_explanation(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-explain")
    await ada.learn()
    await ada.answer()
    await ada.practising.confide(*ada.at, "had it", ada.now)
    (result,) = (await ada.go_on()).results
    assert result.outcome == "correct"


async def test_a_hint_belongs_to_its_question(ada: Student) -> None:
    await ada.learn()
    assert (await ada.practising.hint(*ada.at)).session.hints == 1
    await ada.answer()
    assert (await ada.go_on()).session.hints == 0


async def test_a_session_goes_on_the_same_day_and_another_begins_the_next(ada: Student) -> None:
    await ada.begin()
    await ada.ask()
    first = ada.view.session
    assert (await ada.begin(later=timedelta(hours=2))).session == first
    assert (await ada.practising.more(ADA, first.id, ada.now)).session == first
    assert (await ada.begin(Scope("stage", "intermediate"))).session.id != first.id
    assert (await ada.begin(later=DAY)).session.id != first.id


async def test_two_presses_at_once_begin_one_session(ada: Student) -> None:
    views = await asyncio.gather(*(ada.practising.begin(ADA, NOW, DROPOUT) for _ in range(3)))
    assert len({view.session.id for view in views}) == 1


async def test_more_is_another_session_about_the_same(ada: Student) -> None:
    await ada.begin()
    await ada.through()
    done = ada.view.session
    view = await ada.practising.more(ADA, done.id, ada.now)
    assert view.session.id != done.id
    assert view.session.scope == DROPOUT


async def test_a_session_goes_on_after_a_restart(
    ada: Student, curriculum: Curriculum, tmp_path: Path, ids: Callable[[], str]
) -> None:
    await ada.learn()
    await ada.answer("A", revealed=True)
    before = await ada.practising.view(*ada.at[:2])
    thread = DatabaseThread(tmp_path / "gradus.sqlite3")
    again = Student(practising_over(curriculum, thread, ids), thread, now=ada.now)
    try:
        again.view = await again.practising.view(*ada.at[:2])
        assert again.view == before
        await again.go_on()
        await again.through()
        assert again.cards == cards(again.log, Memory())
    finally:
        thread.close()


async def test_nobody_presses_for_somebody_else(ada: Student) -> None:
    await ada.learn()
    await Student(ada.practising, ada.database, BOB).begin()
    id, position = ada.view.session.id, 0
    practising, before, log = ada.practising, ada.kept, ada.log
    for stranger in (BOB, 3):
        for press in (
            partial(practising.view, stranger, id),
            partial(practising.more, stranger, id, NOW),
            partial(practising.ask, stranger, id, position),
            partial(practising.hint, stranger, id, position),
            partial(practising.answer, stranger, id, position, "A", NOW),
            partial(practising.confide, stranger, id, position, "guessed", NOW),
            partial(practising.again, stranger, id, position),
            partial(practising.undo, stranger, id, position, NOW),
            partial(practising.go_on, stranger, id, position),
            partial(practising.why, stranger, id, position),
            partial(practising.report, stranger, id, position, "unclear", NOW),
        ):
            with pytest.raises(GradusError, match="somebody else's"):
                await press()
    assert (ada.kept, ada.log) == (before, log)


async def test_a_session_of_long_ago_ends_politely_and_its_attempts_stay(ada: Student) -> None:
    await ada.begin()
    await ada.through()
    await ada.practising.forget_old(ada.now + 29 * DAY)
    assert ada.kept is not None
    await ada.practising.forget_old(ada.now + 31 * DAY)
    with pytest.raises(GradusError, match="has ended"):
        await ada.practising.view(*ada.at[:2])
    assert len(ada.log) == SESSION


async def test_a_question_that_was_taken_out_ends_its_session_politely(
    ada: Student, curriculum: Curriculum, only: Callable[..., None]
) -> None:
    await ada.learn()
    await ada.answer()
    left = [id for id in curriculum.bank.questions if id != ada.item.question]
    only(*left)
    for press in (
        partial(ada.practising.view, *ada.at[:2]),
        partial(ada.practising.why, *ada.at),
        partial(ada.practising.again, *ada.at),
    ):
        with pytest.raises(GradusError, match="taken out"):
            await press()
    old = ada.view.session.id
    await ada.begin()
    assert ada.view.session.id != old
    await ada.through()
    assert ada.cards == cards(ada.log, Memory())


async def test_what_is_no_longer_taught_is_left_out_of_results_and_standing(
    ada: Student, curriculum: Curriculum
) -> None:
    await ada.begin(None)
    await ada.through()
    concepts = {id: one for id, one in curriculum.catalogue.concepts.items() if id == "multilayer-perceptron"}
    curriculum.change(replace(curriculum.catalogue, concepts=concepts, lessons={}), Bank({}))
    assert (await ada.practising.view(*ada.at[:2])).results == ()
    standing = await ada.practising.standing(ADA, ada.now + DAY)
    assert (standing.due, standing.new) == ((), None)


async def test_there_may_be_nothing_to_ask(ada: Student, only: Callable[..., None]) -> None:
    only("dropout-one")
    await ada.begin(None)
    await ada.through()
    for scope in (Scope(), Scope("missed"), Scope("exam")):
        with pytest.raises(GradusError, match=r"Nothing|nothing"):
            await ada.begin(scope)
    for scope in (Scope("stage", "nowhere"), Scope("concept", "dropuot")):
        with pytest.raises(GradusError, match=r"nowhere|dropout"):
            await ada.begin(scope)


async def test_a_question_leads_to_its_place_in_the_lesson(ada: Student, curriculum: Curriculum) -> None:
    await ada.begin()
    concept, page = await ada.practising.why(*ada.at)
    assert concept == "dropout"
    assert curriculum.learning.study(concept).pages[page].section == "Intuition"


async def test_reports_are_kept_for_admins_in_one_line(ada: Student) -> None:
    await ada.begin()
    await ada.practising.report(*ada.at, "two of them\n are  right", NOW)
    (report,) = await ada.practising.reports(5)
    assert (report.text, report.question, report.seed) == ("two of them are right", ada.item.question, ada.item.seed)
    with pytest.raises(GradusError, match="few words"):
        await ada.practising.report(*ada.at, " \n", NOW)


# ---------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("UTC", datetime(2026, 3, 2, 3, 59, tzinfo=UTC), date(2026, 3, 1)),
        ("UTC", datetime(2026, 3, 2, 4, tzinfo=UTC), date(2026, 3, 2)),
        ("Europe/Paris", datetime(2026, 3, 2, 3, tzinfo=UTC), date(2026, 3, 2)),
        ("Pacific/Honolulu", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 1)),
        ("Pacific/Kiritimati", datetime(2026, 3, 2, 15, tzinfo=UTC), date(2026, 3, 3)),
    ],
)
async def test_an_answer_counts_to_the_learner_s_own_day(ada: Student, zone: str, at: datetime, day: date) -> None:
    ada.in_zone(zone)
    ada.now = at
    await ada.begin()
    await ada.ask(known=True)
    await ada.answer()
    (one,) = ada.log
    assert (one.study_date, one.at) == (day, at)
    assert ada.cards["dropout"].last == day


async def test_two_answers_on_both_sides_of_the_rollover_are_of_two_days(ada: Student) -> None:
    ada.now = datetime(2026, 3, 3, 3, 55, tzinfo=UTC)
    await ada.begin()
    await ada.ask(known=True)
    await ada.answer()
    assert ada.log[0].rating is not None
    await ada.begin(later=timedelta(minutes=10))
    await ada.answer()
    assert [one.rating is not None for one in ada.log] == [True, True]
    assert [one.study_date.day for one in ada.log] == [2, 3]


# ------------------------------------------------------------------------------------------ settings


async def test_due_dates_follow_the_retention_at_once(ada: Student) -> None:
    await ada.learn()
    for _ in range(4):
        await ada.answer()
        await ada.go_on()
        await ada.through()
        await ada.begin(later=ada.cards["dropout"].due - study_date(ada.now, "UTC"))
    dues = []
    for retention in (0.8, 0.95, None):
        await ada.practising.set(ADA, PracticeSettings(retention=retention), ada.now)
        assert (await ada.practising.settings(ADA, ada.now)).retention == retention
        memory = Memory(retention or RETENTION, LONGEST_INTERVAL)
        assert ada.cards == cards(ada.log, memory)
        dues.append(ada.cards["dropout"].due)
    assert dues[1] < dues[2] <= dues[0]


@pytest.mark.parametrize(
    "wrong",
    [
        PracticeSettings(retention=0.79),
        PracticeSettings(retention=0.951),
        PracticeSettings(retention=float("nan")),
        PracticeSettings(new_a_day=-1),
        PracticeSettings(new_a_day=6),
        PracticeSettings(reviews_a_day=0),
        PracticeSettings(reviews_a_day=101),
    ],
)
async def test_settings_out_of_their_range_are_refused(ada: Student, wrong: PracticeSettings) -> None:
    with pytest.raises(GradusError):
        await ada.practising.set(ADA, wrong, NOW)
    assert await ada.practising.settings(ADA, NOW) == PracticeSettings()


async def test_the_level_and_the_limits_are_the_learner_s(ada: Student) -> None:
    await ada.practising.set(ADA, PracticeSettings(new_a_day=0), NOW)
    with pytest.raises(GradusError, match="Nothing is due"):
        await ada.begin(None)
    for fits in (PracticeSettings(0.8, 5, 1), PracticeSettings(0.95, 0, 100)):
        await ada.practising.set(ADA, fits, NOW)
        assert await ada.practising.settings(ADA, NOW) == fits


async def test_mastered_is_what_was_answered_right_in_every_facet_on_different_days(
    ada: Student, curriculum: Curriculum, only: Callable[..., None]
) -> None:
    only("dropout-one", "dropout-number", "dropout-prints")
    await ada.begin(count=1)
    await ada.ask(known=True)
    for days in range(1, 3):
        assert (await ada.practising.standing(ADA, ada.now)).mastered == ()
        await ada.answer()
        await ada.begin(count=1, later=days * DAY)
    await ada.answer()
    assert {one.facet for one in ada.log} == {"recall", "apply", "analyse"}
    assert (await ada.practising.standing(ADA, ada.now)).mastered == ("dropout",)
    assert (await ada.practising.standing(ADA, ada.now + 90 * DAY)).mastered == ()
    curriculum.change(replace(curriculum.catalogue, concepts={}, lessons={}), Bank({}))  # and is still taught
    assert (await ada.practising.standing(ADA, ada.now)).mastered == ()


# ----------------------------------------------------------- whatever is pressed, over the real questions


@pytest.fixture(scope="module")
def real() -> Curriculum:
    catalogue = lessons.load()
    return Curriculum(catalogue, banks.load(catalogue))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseThread]:
    """A database for many learners."""
    path = tmp_path_factory.mktemp("practising") / "gradus.sqlite3"
    migrate(path, [store.migrations for store in STORES])
    thread = DatabaseThread(path)
    yield thread
    thread.close()


async def test_three_weeks_of_practice_keep_the_promises(real: Curriculum, shelf: DatabaseThread) -> None:
    """A beginner who answers what is asked every day, three of four right."""
    ids = itertools.count(1)
    student = Student(practising_over(real, shelf, lambda: f"weeks{next(ids)}"), shelf, 1)
    learner = student.learner
    shelf.call(lambda database: ProfileStore().keep(database, learner, None, "beginner", None))
    luck, stages = random.Random(7), real.catalogue.concepts
    begun: list[str] = []
    for _ in range(21):
        await student.begin(None, later=DAY)
        items = student.view.session.items
        new = [one.concept for one in items if one.role == "new"]
        begun += new
        assert len(items) == SESSION
        assert len(new) <= 1
        assert sum(one.role == "probe" for one in items) <= 1
        assert all(stages[one.concept].stage == "foundations" for one in items if one.role == "probe")
        while not student.view.finished:
            if student.view.session.phase == "teach":
                assert student.view.teaching
                await student.ask()
            await student.answer(revealed=luck.random() > 0.75)
            await student.go_on()
    assert begun == [id for id, one in stages.items() if one.stage != "foundations"][: len(begun)]
    assert len(begun) > 10
    assert student.cards == cards(student.log, Memory())
    assert all(one.retrievability is None or 0 < one.retrievability <= 1 for one in student.log)


ACTS = (
    *("right",) * 6,
    *("wrong",) * 2,
    *("next",) * 6,
    *("tomorrow",) * 2,
    "nonsense",
    "revealed",
    "hint",
    "again",
    "undo",
    "guessed",
    "sure",
    "unsure",
    "had it",
    "missed it",
    "known",
    "twice",
    "stale",
    "weeks",
    "session",
    "missed",
    "stage",
    "retention",
    "limits",
    "zone",
)
people = itertools.count(1000)


async def act(student: Student, what: str, seen: list[View]) -> None:
    """One thing that a learner does, on what they see or, if `stale`, on what they saw once."""
    practising, view = student.practising, student.view
    if what in ("tomorrow", "weeks"):
        student.now += DAY if what == "tomorrow" else 16 * DAY
    elif what in ("session", "missed", "stage"):
        scope = {"missed": Scope("missed"), "stage": Scope("stage", "beginner")}.get(what)
        await student.begin(scope)
    elif what == "retention":
        chosen = PracticeSettings(retention=(0.8, 0.95)[len(seen) % 2])
        await practising.set(student.person, chosen, student.now)
    elif what == "limits":
        await practising.set(student.person, PracticeSettings(new_a_day=3, reviews_a_day=4), student.now)
    elif what == "zone":
        student.in_zone(("Pacific/Kiritimati", "America/Los_Angeles")[len(seen) % 2])
    elif what == "stale":
        student.view = seen[len(seen) // 2]
        await act(student, "right" if student.view.posed else "again", seen)
        await act(student, "undo", seen)
        student.view = view
    elif view.finished or view.posed is None:
        await student.begin(None)
    elif what == "next":
        await (student.go_on() if view.session.phase == "told" else student.ask())
    elif what in ("right", "twice", "wrong", "nonsense", "revealed"):
        text = {"wrong": wrong_to(view.posed), "nonsense": "⁂"}.get(what, view.posed.solution)
        await student.answer(text, revealed=what == "revealed")
        if what == "twice":
            student.view = view
            await student.answer(text)
    elif what == "known":
        await student.ask(known=True)
    elif what == "undo":
        student.view = await practising.undo(*student.at, student.now)
    elif what in ("hint", "again"):
        student.view = await getattr(practising, what)(*student.at)
    else:
        student.view = await practising.confide(*student.at, what, student.now)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=8, max_size=50), seed=st.integers(0, 10**6))
def test_whatever_is_pressed_the_log_only_grows_and_the_cards_are_those_it_leads_to(
    acts: Sequence[str], seed: int, real: Curriculum, shelf: DatabaseThread
) -> None:
    asyncio.run(live(acts, seed, real, shelf))


async def live(acts: Sequence[str], seed: int, real: Curriculum, shelf: DatabaseThread) -> None:
    person, ids = next(people), itertools.count(1)
    student = Student(practising_over(real, shelf, lambda: f"{person}x{next(ids)}", seed), shelf, person)
    await student.begin(None)
    seen, log = [student.view], student.log
    for what in acts:
        student.now += timedelta(minutes=3)
        try:
            await act(student, what, seen)
        except GradusError:
            assert student.log == log  # whatever is refused leaves nothing behind
        seen.append(student.view)
        before, log = log, student.log
        assert_only_grown(before, log)
        kept = await student.practising.settings(person, student.now)
        assert student.cards == cards(log, Memory(kept.retention or RETENTION, LONGEST_INTERVAL))
        assert_rated_once(log)
        sessions = [view.session for view in seen]
        assert_taught_unrated(log, sessions)


def assert_only_grown(before: Sequence[Attempt], after: Sequence[Attempt]) -> None:
    assert [replace(one, undone=False) for one in before] == [
        replace(one, undone=False) for one in after[: len(before)]
    ]
    assert all(later.undone for one, later in zip(before, after, strict=False) if one.undone)
    assert [one.id for one in after] == sorted({one.id for one in after})


def assert_rated_once(log: Sequence[Attempt]) -> None:
    """On a concept and study date at most one answer counts."""
    rated = [(one.concept, one.study_date) for one in log if one.rating is not None and not one.undone]
    assert len(rated) == len(set(rated))


def assert_taught_unrated(log: Sequence[Attempt], sessions: Sequence[Session]) -> None:
    """No answer counts to what was taught just before, or only fills a session."""
    rated = {one.id: one for one in log if one.rating is not None}
    for session in sessions:
        item = session.item
        if item is not None and session.phase == "told" and session.attempts[-1] in rated:
            assert item.role in ("review", "probe")
            assert rated[session.attempts[-1]].question == item.question


async def test_own_weights_are_found_kept_and_looked_for_again_only_in_a_longer_log(
    curriculum: Curriculum, database: DatabaseThread
) -> None:
    asked: list[int] = []
    own = (*fsrs.Scheduler().parameters[:-1], 0.3)

    def fit(log: Sequence[Attempt]) -> tuple[float, ...]:
        asked.append(len(log))
        return own

    practising = Practising(curriculum, database, never_grades, itertools.count().__str__, lambda: 0, fit)
    await practising.fit_weights(NOW)
    assert asked == []
    learner = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW)).id
    store = PracticeStore()

    def answer(db: Database, count: int) -> None:
        for _ in range(count):
            id = store.next_attempt(db)
            day = NOW.date() + timedelta(days=id)
            entry = Attempt(
                id, "dropout", "dropout-one", 0, "recall", "correct", 1.0, None, 0, False, None, Rating.GOOD, NOW, day
            )
            store.record(db, learner, entry, None)

    database.call(partial(answer, count=FEWEST))
    await practising.fit_weights(NOW)
    await practising.fit_weights(NOW)
    assert asked == [FEWEST]
    kept = database.call(lambda db: store.settings(db, learner))
    assert (kept.weights, kept.fitted_on) == (own, FEWEST)
    log = database.call(lambda db: store.attempts(db, learner))
    assert database.call(lambda db: store.cards(db, learner)) == cards(log, Memory(weights=own))
    database.call(partial(answer, count=FEWEST // 2))
    await practising.fit_weights(NOW)
    assert asked == [FEWEST, FEWEST + FEWEST // 2]


async def test_a_fitting_that_fails_is_not_tried_again_at_once_and_who_was_forgotten_stays_so(
    curriculum: Curriculum, database: DatabaseThread
) -> None:
    tries: list[int] = []
    learner = database.call(lambda db: LearnerStore().learner_for(db, ADA, NOW)).id

    def answer(db: Database) -> None:
        for id in range(1, FEWEST + 1):
            day = NOW.date() + timedelta(days=id)
            entry = Attempt(
                id, "dropout", "dropout-one", 0, "recall", "correct", 1.0, None, 0, False, None, Rating.GOOD, NOW, day
            )
            STORE.record(db, learner, entry, None)

    def fails(log: Sequence[Attempt]) -> None:
        tries.append(len(log))
        raise GradusError("too slow")

    database.call(answer)
    practising = Practising(curriculum, database, never_grades, itertools.count().__str__, lambda: 0, fails)
    await practising.fit_weights(NOW)
    await practising.fit_weights(NOW)
    assert tries == [FEWEST]

    def forgets(log: Sequence[Attempt]) -> None:
        database.call(lambda db: STORE.forget(db, learner))

    database.call(lambda db: STORE.keep_settings(db, learner, PracticeSettings()))
    practising = Practising(curriculum, database, never_grades, itertools.count().__str__, lambda: 0, forgets)
    await practising.fit_weights(NOW)
    assert not any(database.call(lambda db: STORE.export(db, learner)).values())


async def never_grades(posed: Posed, answer: str) -> Grade:
    raise AssertionError("nothing is answered here")
