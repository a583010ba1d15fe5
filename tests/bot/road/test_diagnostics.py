"""The use case of the diagnostic: begun, left, gone on with, concluded, taken over or not."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.assembly import STORES
from bot.curriculum import Curriculum
from bot.practising import Practising
from bot.prompting import Prompting
from bot.road.diagnostic_store import DiagnosticStore
from bot.road.diagnostics import Diagnostics, DiagnosticView
from bot.road.placement_store import PlacementStore
from bot.road.profile import Profile, Profiles
from content.catalogue import Catalogue, load
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.bank import Bank
from quizzes.bank import load as load_bank
from quizzes.placement import FEWEST, MOST
from quizzes.store import PracticeStore
from tests.bot.conftest import NOW

ADA, EVE = 11, 33
HOUR = timedelta(hours=1)

Answer = Callable[[DiagnosticView], str]


def solved(view: DiagnosticView) -> str:
    """The right answer to the open question."""
    assert view.posed is not None
    return view.posed.solution


def unknown(view: DiagnosticView) -> str:
    """I don't know."""
    return ""


def knowing(known: frozenset[str]) -> Answer:
    """Answers right what it knows, and passes on the rest."""

    def answer(view: DiagnosticView) -> str:
        assert view.posed is not None
        return view.posed.solution if view.posed.question.concept in known else ""

    return answer


@pytest.fixture
def diagnostics(curriculum: Curriculum, database: DatabaseThread, ids: Callable[[], str]) -> Diagnostics:
    """Over the small bank: four questions on two concepts."""
    return Diagnostics(curriculum, database, ids, itertools.count().__next__)


@pytest.fixture(scope="module")
def whole() -> Curriculum:
    """The real roadmap with its bank."""
    catalogue = load()
    return Curriculum(catalogue, load_bank(catalogue))


@pytest.fixture
def real(whole: Curriculum, database: DatabaseThread, ids: Callable[[], str]) -> Diagnostics:
    return Diagnostics(whole, database, ids, itertools.count().__next__)


async def gone_through(diagnostics: Diagnostics, answer: Answer, person: int = ADA) -> DiagnosticView:
    """A diagnostic from its beginning to its end."""
    view = await diagnostics.begin(person, NOW)
    while view.posed is not None:
        view = await diagnostics.answer(person, view.id, view.turn, answer(view), NOW)
    return view


async def learner_of(database: DatabaseThread, person: int = ADA) -> int:
    found = await database.run(lambda one: LearnerStore().find(one, person))
    assert found is not None
    return found.id


async def kept(database: DatabaseThread, person: int = ADA) -> frozenset[str] | None:
    learner = await learner_of(database, person)
    return await database.run(lambda one: PlacementStore().known(one, learner))


# -------------------------------------------------------------------- over the real roadmap


async def test_who_knows_everything_is_asked_least_and_has_nothing_ahead(real: Diagnostics) -> None:
    view = await gone_through(real, solved)
    assert view.findings is not None
    assert FEWEST <= len(view.findings.answers) < MOST
    assert not view.findings.start.first
    assert all(one.known == one.concepts for one in view.findings.stages)


async def test_who_knows_nothing_begins_at_the_beginning(real: Diagnostics, whole: Curriculum) -> None:
    findings = (await gone_through(real, unknown)).findings
    assert findings is not None
    assert findings.start.first[0].id == next(iter(whole.catalogue.concepts))
    assert sum(one.known for one in findings.stages) < 5


async def test_somebody_of_the_middle_is_placed_there_and_told_why(real: Diagnostics, whole: Curriculum) -> None:
    stages = whole.catalogue.stages
    known = frozenset(id for id, one in whole.catalogue.concepts.items() if one.stage == "foundations")
    findings = (await gone_through(real, knowing(known))).findings
    assert findings is not None
    assert FEWEST <= len(findings.answers) <= MOST
    right = sum((one >= 0.5) == (id in known) for id, one in findings.known.items())
    assert right / len(findings.known) >= 0.9
    assert 0.85 < findings.sure <= 1
    assert findings.stages[0].title == stages["foundations"].title
    assert findings.decided
    titles = {one.title: id for id, one in whole.catalogue.concepts.items()}
    for decision in findings.decided:
        for title in decision.moved:
            assert (findings.known[titles[title]] >= 0.5) == (decision.said == "right")


async def test_practice_and_the_map_begin_at_the_first_concept_that_is_not_known(
    real: Diagnostics, whole: Curriculum, database: DatabaseThread, practising: Practising
) -> None:
    known = frozenset(id for id, one in whole.catalogue.concepts.items() if one.stage in ("foundations", "beginner"))
    view = await gone_through(real, knowing(known))
    assert await real.placed(ADA) is None
    view = await real.keep(ADA, view.id, NOW)
    assert view.findings is not None
    placed = await real.placed(ADA)
    assert placed is not None
    first = next(id for id in whole.catalogue.concepts if id not in placed)
    assert view.findings.start.first[0].id == first
    assert whole.learning.start("advanced", placed).first[0].id == first
    assert whole.learning.suggestions("advanced", 1, placed)[0].id == first
    practice = Practising(whole, database, practising._grade, lambda: "s1", itertools.count().__next__)
    standing = await practice.standing(ADA, NOW)
    assert standing.new == first
    assert standing.known == placed


async def test_no_question_comes_twice_and_another_time_others_come(
    real: Diagnostics, database: DatabaseThread
) -> None:
    first = await gone_through(real, unknown)
    second = await gone_through(real, unknown)
    assert first.id != second.id

    async def asked(id: str) -> list[str]:
        found = await database.run(lambda one: DiagnosticStore().find(one, id))
        assert found is not None
        return [one.question for one in found.asked]

    before, after = await asked(first.id), await asked(second.id)
    assert len({*before}) == len(before)
    assert len({*before} & {*after}) < len(before) / 2


async def test_a_told_level_moves_the_first_question(
    real: Diagnostics, database: DatabaseThread, prompting: Prompting
) -> None:
    await Profiles(database, prompting).keep(ADA, Profile(level="advanced"), NOW)
    told, silent = await real.begin(ADA, NOW), await real.begin(EVE, NOW)
    assert told.concept != silent.concept


# -------------------------------------------------------------------- left, gone on with, pressed twice


async def test_a_second_press_and_an_old_one_change_nothing(diagnostics: Diagnostics) -> None:
    first = await diagnostics.begin(ADA, NOW)
    second = await diagnostics.answer(ADA, first.id, first.turn, solved(first), NOW)
    assert second.number == 2
    again = await diagnostics.answer(ADA, first.id, first.turn, "", NOW)
    assert (again.turn, again.number, again.posed) == (second.turn, second.number, second.posed)


async def test_it_goes_on_where_it_was_left_after_a_restart(
    diagnostics: Diagnostics, curriculum: Curriculum, database: DatabaseThread
) -> None:
    assert (await diagnostics.overview(ADA)).answered is None
    first = await diagnostics.begin(ADA, NOW)
    second = await diagnostics.answer(ADA, first.id, first.turn, "", NOW)
    restarted = Diagnostics(curriculum, database, lambda: "other", itertools.count(99).__next__)
    assert (await restarted.overview(ADA)).answered == 1
    assert await restarted.begin(ADA, NOW + HOUR) == second
    assert await restarted.view(ADA, first.id) == second


async def test_nobody_else_answers_or_looks(diagnostics: Diagnostics) -> None:
    view = await diagnostics.begin(ADA, NOW)
    for act in (
        diagnostics.view(EVE, view.id),
        diagnostics.answer(EVE, view.id, view.turn, "A", NOW),
        diagnostics.keep(EVE, view.id, NOW),
        diagnostics.throw_away(EVE, view.id),
    ):
        with pytest.raises(GradusError, match="somebody else's"):
            await act


async def test_a_question_that_was_taken_out_gives_way_and_the_answers_stay(
    diagnostics: Diagnostics, curriculum: Curriculum, catalogue: Catalogue, bank: Bank
) -> None:
    first = await diagnostics.begin(ADA, NOW)
    second = await diagnostics.answer(ADA, first.id, first.turn, solved(first), NOW)
    assert first.posed is not None
    assert second.posed is not None
    gone = {first.posed.question.id, second.posed.question.id}
    curriculum.change(catalogue, Bank({id: one for id, one in bank.questions.items() if id not in gone}))
    third = await diagnostics.answer(ADA, first.id, second.turn, "A", NOW)
    assert third.posed is not None
    assert third.posed.question.id not in gone
    assert third.number == 2
    assert third.turn > second.turn
    assert "taken out" in third.note
    old = await diagnostics.answer(ADA, first.id, second.turn, "A", NOW)
    assert (old.turn, old.number) == (third.turn, 2)
    view = third
    while view.posed is not None:
        view = await diagnostics.answer(ADA, view.id, view.turn, "", NOW)
    assert view.findings is not None
    assert view.findings.answers[0].said == "right"
    assert view.findings.answers[0].question == ""


async def test_a_curriculum_without_questions_says_so_and_one_that_lost_them_concludes(
    diagnostics: Diagnostics, curriculum: Curriculum, catalogue: Catalogue, bank: Bank
) -> None:
    begun = await diagnostics.begin(ADA, NOW)
    curriculum.change(catalogue, Bank({}))
    with pytest.raises(GradusError, match="no questions yet"):
        await diagnostics.begin(EVE, NOW)
    view = await diagnostics.view(ADA, begun.id)
    assert view.findings is not None
    assert view.state == "done"


async def test_a_number_that_can_not_be_read_is_asked_for_again(
    diagnostics: Diagnostics, curriculum: Curriculum, catalogue: Catalogue, bank: Bank
) -> None:
    curriculum.change(catalogue, Bank({"dropout-number": bank.questions["dropout-number"]}))
    view = await diagnostics.begin(ADA, NOW)
    again = await diagnostics.answer(ADA, view.id, view.turn, "no idea", NOW)
    assert "can't read" in again.note
    assert again.posed == view.posed
    done = await diagnostics.answer(ADA, view.id, view.turn, "2", NOW)
    assert done.findings is not None
    assert done.findings.answers[0].said == "right"


# -------------------------------------------------------------------- what becomes of it


async def test_answers_are_evidence_and_no_reviews(diagnostics: Diagnostics, database: DatabaseThread) -> None:
    view = await gone_through(diagnostics, solved)
    await diagnostics.keep(ADA, view.id, NOW)
    learner = await learner_of(database)
    assert not await database.run(lambda one: PracticeStore().attempts(one, learner))
    assert not await database.run(lambda one: PracticeStore().cards(one, learner))


async def test_nothing_changes_before_it_is_taken_over(diagnostics: Diagnostics, database: DatabaseThread) -> None:
    view = await gone_through(diagnostics, solved)
    assert view.state == "done"
    assert await kept(database) is None
    left = await diagnostics.leave(ADA, view.id, NOW)
    assert (left.state, await kept(database)) == ("left", None)
    taken = await diagnostics.keep(ADA, view.id, NOW)
    assert taken.state == "kept"
    assert "dropout" in (await kept(database) or ())
    assert (await diagnostics.leave(ADA, view.id, NOW)).state == "kept"
    assert await diagnostics.keep(ADA, view.id, NOW) == taken


async def test_one_that_is_open_is_not_taken_over(diagnostics: Diagnostics, database: DatabaseThread) -> None:
    view = await diagnostics.begin(ADA, NOW)
    assert (await diagnostics.keep(ADA, view.id, NOW)).posed == view.posed
    assert await kept(database) is None


async def test_an_old_one_gives_way_to_a_newer_one(diagnostics: Diagnostics, database: DatabaseThread) -> None:
    old = await gone_through(diagnostics, solved)
    new = await gone_through(diagnostics, unknown)
    with pytest.raises(GradusError, match="newer"):
        await diagnostics.keep(ADA, old.id, NOW)
    await diagnostics.keep(ADA, new.id, NOW)
    assert "dropout" not in (await kept(database) or ())


async def test_one_that_is_open_can_be_thrown_away(diagnostics: Diagnostics) -> None:
    view = await diagnostics.begin(ADA, NOW)
    await diagnostics.throw_away(ADA, view.id)
    assert (await diagnostics.overview(ADA)).answered is None
    with pytest.raises(GradusError, match="no longer have"):
        await diagnostics.answer(ADA, view.id, view.turn, "A", NOW)
    done = await gone_through(diagnostics, unknown)
    await diagnostics.throw_away(ADA, done.id)
    assert (await diagnostics.view(ADA, done.id)).findings is not None


async def test_the_road_goes_by_the_level_again(diagnostics: Diagnostics, database: DatabaseThread) -> None:
    view = await gone_through(diagnostics, solved)
    await diagnostics.keep(ADA, view.id, NOW)
    assert (await diagnostics.overview(ADA)).placed
    await diagnostics.go_by_level(ADA)
    await diagnostics.go_by_level(EVE)
    assert not (await diagnostics.overview(ADA)).placed
    assert await diagnostics.placed(ADA) is None
    assert (await diagnostics.view(ADA, view.id)).state == "left"
    await diagnostics.keep(ADA, view.id, NOW)
    assert await diagnostics.placed(ADA)


async def test_export_has_it_and_forget_takes_it(diagnostics: Diagnostics, database: DatabaseThread) -> None:
    await gone_through(diagnostics, solved)
    await gone_through(diagnostics, solved, EVE)
    learner, other = await learner_of(database), await learner_of(database, EVE)
    store = DiagnosticStore()
    exported = await database.run(lambda one: store.export(one, learner))
    assert len(exported["diagnostics"]) == 1
    assert {row["said"] for row in exported["diagnostic_questions"]} == {"right"}
    assert any(isinstance(one, DiagnosticStore) for one in STORES)
    await database.run(lambda one: store.forget(one, learner))
    assert not any((await database.run(lambda one: store.export(one, learner))).values())
    assert all((await database.run(lambda one: store.export(one, other))).values())
