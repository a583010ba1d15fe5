"""The use case of live rounds, over a real database: who may begin what, races, and what practice hears."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.groups.group import Group, Place
from bot.groups.group_store import GroupStore
from bot.groups.round import LOBBY, Round
from bot.groups.round_store import RoundStore
from bot.groups.rounds import KEPT, Rounds, RoundView, RunningAlready
from bot.groups.week import Course, first_monday
from bot.groups.week_store import WeekStore
from bot.practising import Practising
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.history import Attempt
from quizzes.memory import Card, Rating
from quizzes.practice import Scope
from quizzes.store import PracticeStore
from tests.bot.conftest import NOW

SERVER, CHANNEL = 10, 20
ADA, BOB = 100, 200
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
YESTERDAY = NOW.date() - timedelta(days=1)


@pytest.fixture
def rounds(curriculum: Curriculum, database: DatabaseThread, practising: Practising, ids: Callable[[], str]) -> Rounds:
    return Rounds(curriculum, database, practising, ids, itertools.count().__next__)


async def begin(rounds: Rounds, what: str = "", person: int = ADA, channel: int = CHANNEL) -> Round:
    return await rounds.begin(person, SERVER, channel, what, 3, 20, NOW)


async def asked(rounds: Rounds, what: str = "") -> Round:
    """A round at its first question."""
    round = await begin(rounds, what)
    await rounds.shown(round.id, 0, "lobby", 1, NOW)
    await rounds.advance(round.id, NOW + LOBBY)
    await rounds.shown(round.id, 0, "asking", 2, NOW + LOBBY)
    return (await rounds.view(round.id)).round


async def told(rounds: Rounds, round: Round) -> RoundView:
    assert round.until is not None
    return await rounds.advance(round.id, round.until + 2 * SECOND)


def wrong(round: Round) -> str:
    return "B" if round.items[0].right == "A" else "A"


def group(room: int = CHANNEL) -> Group:
    return Group(
        id="g1",
        server=SERVER,
        name="Night owls",
        owner=None,
        stage=None,
        concepts=("batch-normalization",),
        pace=1,
        meeting=None,
        zone="UTC",
        minutes=60,
        approval=False,
        size=8,
        created_at=NOW,
        home=5,
        place=Place(thread=room),
    )


# -------------------------------------------------------------------- beginning


async def test_of_many_who_begin_at_once_in_a_channel_one_does(rounds: Rounds) -> None:
    found = await asyncio.gather(*(begin(rounds, person=person) for person in range(1, 9)), return_exceptions=True)
    begun = [one for one in found if isinstance(one, Round)]
    refused = [one for one in found if isinstance(one, RunningAlready)]
    assert (len(begun), len(refused)) == (1, 7)
    assert {one.round.id for one in refused} == {begun[0].id}
    assert await rounds.live() == (begun[0],)


async def test_two_processes_that_begin_at_once_share_the_rule(
    curriculum: Curriculum, database: DatabaseThread, practising: Practising, rounds: Rounds
) -> None:
    row = next(iter(database.call(lambda one: list(one.query("pragma database_list")))))
    other_thread = DatabaseThread(row["file"])
    other = Rounds(curriculum, other_thread, practising, itertools.count().__next__().__str__, lambda: 1)
    found = await asyncio.gather(begin(rounds), begin(other), return_exceptions=True)
    other_thread.close()
    assert sorted(type(one).__name__ for one in found) == ["Round", "RunningAlready"]


async def test_who_is_refused_gets_no_account(rounds: Rounds, database: DatabaseThread) -> None:
    await begin(rounds)
    with pytest.raises(RunningAlready):
        await begin(rounds, person=BOB)
    assert await database.run(lambda one: LearnerStore().find(one, BOB)) is None


async def test_another_channel_and_a_round_that_ended_leave_room(rounds: Rounds) -> None:
    first = await begin(rounds)
    await begin(rounds, channel=21)
    await rounds.stop(ADA, first.id, NOW, moderates=False)
    with pytest.raises(RunningAlready):
        await begin(rounds)  # its end is not shown yet
    await rounds.shown(first.id, 0, "over", 3, NOW)
    await begin(rounds)


async def test_only_questions_answered_by_one_press_are_asked_each_in_one_form_for_all(
    rounds: Rounds, curriculum: Curriculum
) -> None:
    round = await begin(rounds, "mix")
    kinds = {curriculum.bank.questions[one.question].kind for one in round.items}
    assert kinds <= {"single_choice", "find_bug"}
    assert len({one.question for one in round.items}) == 3
    assert all(one.right in "ABCD" for one in round.items)


@pytest.mark.parametrize(
    ("what", "title", "questions"),
    [
        ("concept:dropout", "Dropout", {"dropout-one", "dropout-bug"}),
        ("dropuot", "Dropout", {"dropout-one", "dropout-bug"}),
        ("stage:intermediate", "Core", {"dropout-one", "dropout-bug", "norm-one"}),
    ],
)
async def test_what_it_is_about(rounds: Rounds, what: str, title: str, questions: set[str]) -> None:
    round = await begin(rounds, what)
    assert (round.title, {one.question for one in round.items}) == (title, questions)


async def found(database: DatabaseThread, group: Group, *, timed: bool = False) -> None:
    """A group made by ada, with its weeks where it is `timed`."""

    def act(database: Database) -> None:
        GroupStore().add(database, group, LearnerStore().learner_for(database, ADA, NOW).id)
        if timed:
            WeekStore().time(database, Course(group, first_monday(group)), None, NOW)

    await database.run(act)


async def test_in_a_groups_place_it_is_about_what_the_group_learns(rounds: Rounds, database: DatabaseThread) -> None:
    await found(database, group())
    round = await begin(rounds)
    assert (round.what, round.title, [one.question for one in round.items]) == ("group", "Night owls", ["norm-one"])
    assert await rounds.group_of(SERVER, CHANNEL) == "Night owls"
    assert (await begin(rounds, channel=21)).what == "mix"


@pytest.mark.parametrize(("weeks", "concepts"), [(0, {"dropout"}), (1, {"dropout", "batch-normalization"})])
async def test_there_it_asks_what_the_groups_weeks_have_brought_so_far(
    rounds: Rounds, database: DatabaseThread, curriculum: Curriculum, weeks: int, concepts: set[str]
) -> None:
    more = [replace(curriculum.bank.questions["dropout-one"], id=f"dropout-{number}") for number in range(3)]
    bank = replace(curriculum.bank, questions={**curriculum.bank.questions, **{one.id: one for one in more}})
    curriculum.change(curriculum.catalogue, bank)
    both = replace(group(), concepts=("dropout", "batch-normalization"), created_at=NOW - 6 * DAY)
    await found(database, both, timed=True)
    round = await rounds.begin(ADA, SERVER, CHANNEL, "", 5, 20, NOW + weeks * 7 * DAY)
    assert {bank.questions[one.question].concept for one in round.items} == concepts


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("group", "no study group's place"),
        ("stage:moon", "There is no stage 'moon'"),
        ("concept:regularization", "no questions to press an answer to on Regularisation"),
        ("qqqqqqqq", "I know no concept"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_a_line(rounds: Rounds, what: str, words: str) -> None:
    with pytest.raises(GradusError, match=words):
        await begin(rounds, what)
    assert await rounds.live() == ()


@pytest.mark.parametrize(("questions", "seconds"), [(2, 20), (11, 20), (3, 9), (3, 61)])
async def test_numbers_out_of_bounds_are_refused(rounds: Rounds, questions: int, seconds: int) -> None:
    with pytest.raises(GradusError, match="choose"):
        await rounds.begin(ADA, SERVER, CHANNEL, "", questions, seconds, NOW)


# -------------------------------------------------------------------- answering


async def test_a_hundred_answers_at_once_are_all_kept(rounds: Rounds) -> None:
    round = await asked(rounds)
    people = range(1000, 1100)
    at = NOW + LOBBY + SECOND
    await asyncio.gather(*(rounds.answer(one, round.id, 0, "AB"[one % 2], at) for one in people))
    view = await rounds.view(round.id)
    assert view.spread == {"A": 50, "B": 50}
    assert {one.person for one in (await told(rounds, round)).standings} == set(people)


async def test_an_answer_that_comes_in_time_counts_though_it_is_written_after_the_end(rounds: Rounds) -> None:
    round = await asked(rounds)
    assert round.until is not None
    await rounds.advance(round.id, round.until + SECOND / 2)
    await rounds.answer(ADA, round.id, 0, "A", round.until - SECOND / 10)
    assert (await told(rounds, round)).answered == 1


@pytest.mark.parametrize("letter", ["E", "Z", ""])
async def test_a_letter_that_is_not_offered_is_refused(rounds: Rounds, letter: str) -> None:
    round = await asked(rounds)
    with pytest.raises(GradusError, match="no such choice"):
        await rounds.answer(ADA, round.id, 0, letter, NOW + LOBBY)


async def test_a_question_that_leaves_the_bank_meanwhile_ends_the_round(rounds: Rounds, curriculum: Curriculum) -> None:
    round = await asked(rounds)
    await rounds.answer(ADA, round.id, 0, "A", NOW + LOBBY)
    left = {id: one for id, one in curriculum.bank.questions.items() if id != round.items[0].question}
    curriculum.change(curriculum.catalogue, replace(curriculum.bank, questions=left))
    view = await rounds.advance(round.id, NOW + LOBBY + SECOND)
    assert (view.round.phase, view.round.ending, view.posed) == ("over", "changed", None)
    await rounds.note(NOW)


# -------------------------------------------------------------------- what practice hears


async def log(database: DatabaseThread, person: int = ADA) -> tuple[tuple[Attempt, ...], dict[str, Card]]:
    def read(database: Database) -> tuple[tuple[Attempt, ...], dict[str, Card]]:
        learner = LearnerStore().learner_for(database, person, NOW).id
        return PracticeStore().attempts(database, learner), dict(PracticeStore().cards(database, learner))

    return await database.run(read)


async def learned(database: DatabaseThread, person: int = ADA) -> None:
    """Somebody who has a card of dropout, from yesterday."""

    def keep(database: Database) -> None:
        learner = LearnerStore().learner_for(database, person, NOW).id
        attempt = Attempt(
            id=PracticeStore().next_attempt(database),
            concept="dropout",
            question="dropout-number",
            seed=1,
            facet="apply",
            outcome="correct",
            score=1.0,
            confidence=None,
            hints=0,
            revealed=False,
            retrievability=None,
            rating=Rating.GOOD,
            at=NOW - timedelta(days=1),
            study_date=YESTERDAY,
        )
        PracticeStore().record(database, learner, attempt, Card(3.0, 5.0, date(2026, 3, 4), YESTERDAY, 1, 0))

    await database.run(keep)


@pytest.mark.parametrize("is_right", [True, False])
async def test_of_a_concept_never_reviewed_an_answer_is_written_down_and_begins_no_card(
    rounds: Rounds, database: DatabaseThread, is_right: bool
) -> None:
    round = await asked(rounds, "concept:dropout")
    await rounds.answer(ADA, round.id, 0, round.items[0].right if is_right else wrong(round), NOW + LOBBY + SECOND)
    await rounds.note(NOW)
    assert await log(database) == ((), {})  # not before it is told
    await told(rounds, round)
    await rounds.note(NOW)
    await rounds.note(NOW)
    (attempt,), cards = await log(database)
    assert attempt.outcome == ("correct" if is_right else "wrong")
    assert (attempt.rating, attempt.at, attempt.seed) == (None, NOW + LOBBY + SECOND, round.items[0].seed)
    assert cards == {}


@pytest.mark.parametrize(("is_right", "rated"), [(True, Rating.GOOD), (False, Rating.AGAIN)])
async def test_of_a_concept_among_the_cards_the_first_answer_of_the_day_is_a_review(
    rounds: Rounds, database: DatabaseThread, is_right: bool, rated: Rating
) -> None:
    await learned(database)
    round = await asked(rounds, "concept:dropout")
    await rounds.answer(ADA, round.id, 0, round.items[0].right if is_right else wrong(round), NOW + LOBBY + SECOND)
    await told(rounds, round)
    await rounds.note(NOW)
    attempts, cards = await log(database)
    assert attempts[-1].rating == rated
    assert cards["dropout"].last == NOW.date()
    assert cards["dropout"].reviews == 2


async def test_many_answers_are_told_some_at_a_time_each_once(rounds: Rounds, database: DatabaseThread) -> None:
    round = await asked(rounds)
    people = range(1000, 1050)
    for one in people:
        await rounds.answer(one, round.id, 0, "A", NOW + LOBBY)
    await told(rounds, round)
    counts = []
    for _ in range(4):
        await rounds.note(NOW)
        counts.append(database.call(lambda one: one.execute("select count(*) from attempts").fetchone()[0]))
    assert counts == [20, 40, 50, 50]


# -------------------------------------------------------------------- forgetting


async def test_a_learners_answers_can_be_had_and_removed_while_the_round_runs(
    rounds: Rounds, database: DatabaseThread
) -> None:
    round = await asked(rounds)
    for person in (ADA, BOB):
        await rounds.answer(person, round.id, 0, "A", NOW + LOBBY)

    def act(database: Database) -> dict[str, int]:
        learner = LearnerStore().learner_for(database, ADA, NOW).id
        exported = RoundStore().export(database, learner)
        RoundStore().forget(database, learner)
        return {table: len(rows) for table, rows in exported.items()}

    assert await database.run(act) == {"round_starters": 1, "round_answers": 1}
    assert not await rounds.may_stop(ADA, round.id)
    view = await told(rounds, round)
    assert [one.person for one in view.standings] == [BOB]


async def test_old_rounds_go_and_what_practice_heard_stays(rounds: Rounds, database: DatabaseThread) -> None:
    round = await asked(rounds)
    await rounds.answer(ADA, round.id, 0, "A", NOW + LOBBY)
    await told(rounds, round)
    await rounds.note(NOW)
    await rounds.forget_old(NOW + KEPT)
    assert (await rounds.view(round.id)).answered == 1
    await rounds.forget_old(NOW + KEPT + timedelta(hours=1))
    with pytest.raises(GradusError, match="This round is over"):
        await rounds.view(round.id)
    for table in ("rounds", "running_rounds", "round_starters", "round_answers"):
        assert database.call(lambda one, table=table: one.table(table).count) == 0  # type: ignore[misc]
    assert len((await log(database))[0]) == 1


async def test_a_round_on_what_was_never_begun_leaves_the_days_new_concept_and_tomorrow_as_they_were(
    rounds: Rounds, database: DatabaseThread, practising: Practising
) -> None:
    round = await asked(rounds, "concept:dropout")
    await rounds.answer(ADA, round.id, 0, wrong(round), NOW + LOBBY)
    await told(rounds, round)
    await rounds.note(NOW)
    for day in (NOW, NOW + DAY):
        view = await practising.begin(ADA, day)
        assert [one.role for one in view.session.items if one.concept == "dropout"][:1] == ["new"]
    missed = await practising.begin(ADA, NOW, Scope("missed"))
    assert [(one.concept, one.role) for one in missed.session.items][:1] == [("dropout", "new")]
