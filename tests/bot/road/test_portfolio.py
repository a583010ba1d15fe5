"""The use case of the portfolio: gathered from real runs, written, shared, ended, taken along, forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.assembly import CONVERSATIONS, STORES
from bot.curriculum import Curriculum
from bot.groups.asked import GroupQuestion, MemberAnswer
from bot.groups.asked_store import AskedStore
from bot.groups.group_store import GroupStore
from bot.mine import Mine
from bot.practising import Practising
from bot.road.portfolio import EVIDENCE, INTRODUCTION, NAME, Portfolios
from bot.road.standings import Standings
from bot.servers.servers import Servers
from bot.training import Origin, Training
from content.catalogue import Catalogue, Project, Step
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from tests.bot.carried import Carrier
from tests.bot.conftest import NOW, concept
from tests.bot.groups.test_week import GROUP

ADA, BOB, SERVER, OTHER = 7001, 7002, 11, 12
CHANNEL, MESSAGE = 501, 601
HOUR = timedelta(hours=1)

PROJECTS = (
    Project("digits", "beginner", "Digits", ("multilayer-perceptron", "regularization"), (0,)),
    Project("transformer", "advanced", "A transformer", ("dropout",), (0,)),
    Project("robot", "advanced", "A robot", (), (0,)),
)
STEPS = (
    Step("step-1", "Regularisation", ("regularization", "dropout")),
    Step("step-2", "Networks", ("multilayer-perceptron",)),
)


@pytest.fixture
def curriculum(curriculum: Curriculum, catalogue: Catalogue) -> Curriculum:
    projects, steps = {one.id: one for one in PROJECTS}, {one.id: one for one in STEPS}
    curriculum.change(replace(catalogue, projects=projects, steps=steps), curriculum.bank)
    return curriculum


@pytest.fixture
def portfolios(
    curriculum: Curriculum,
    database: DatabaseThread,
    practising: Practising,
    training: Training,
    ids: Callable[[], str],
) -> Portfolios:
    return Portfolios(curriculum, database, Standings(curriculum, database, practising), training, ids)


@pytest.fixture
async def carrier(database: DatabaseThread) -> Carrier:
    made = Carrier(database)
    await made.beat()
    return made


async def trained(
    training: Training,
    carrier: Carrier,
    accuracy: float,
    losses: tuple[float, ...] = (1, 0.5, 0.4),
    *,
    person: int = ADA,
    **typed: str,
) -> str:
    """A run of digits that came to that result; its id."""
    form = await training.begin(person, Origin(), "digits", typed=typed)
    await training.submit(person, form.id, None, Origin())
    run = await carrier.begin()
    await carrier.report(run, losses)
    await carrier.finish(run, {"accuracy": accuracy})
    return run


# -------------------------------------------------------------------- gathered


async def test_looking_keeps_nothing(portfolios: Portfolios, database: DatabaseThread) -> None:
    desk = await portfolios.desk(ADA, NOW)
    assert desk.is_empty
    assert [one.state for one in desk.projects] == ["new", "new", "new"]
    assert (await portfolios.of(ADA, NOW)).works == ()
    await portfolios.untick(ADA, "step-1")
    await portfolios.withdraw(ADA)
    assert database.call(lambda db: LearnerStore().find(db, ADA)) is None


async def test_the_best_run_stands_in_it_with_its_curve_and_its_data(
    portfolios: Portfolios, training: Training, carrier: Carrier
) -> None:
    await trained(training, carrier, 0.91)
    best = await trained(training, carrier, 0.97)
    await trained(training, carrier, 0.96)
    await trained(training, carrier, 0.99, person=BOB)
    (work,) = (await portfolios.of(ADA, NOW)).works
    assert work.view.record.id == best
    assert (work.standing.state, work.standing.value, work.standing.runs) == ("done", 0.97, 3)
    assert work.view.record.dataset == ("sklearn-digits", "1")
    assert work.curve is not None
    assert work.curve.png.startswith(b"\x89PNG")
    assert "from 1 to 0.4" in work.curve.words


async def test_what_was_found_in_an_earlier_run_stands_beside_what_was_changed(
    portfolios: Portfolios, training: Training, carrier: Carrier
) -> None:
    await trained(training, carrier, 0.9, (1, 0.4, 0.9), examples="100", seed="3")
    await trained(training, carrier, 0.97, examples="1000", dropout="0.2")
    (work,) = (await portfolios.of(ADA, NOW)).works
    assert work.mended is not None
    assert work.mended.finding.finding == "overfitting"
    assert work.mended.value == 0.9
    assert set(work.mended.changes) == {("examples", "100", "1000"), ("dropout", "0", "0.2")}  # and not the seed
    assert await portfolios.scripts(await portfolios.of(ADA, NOW)) == {"digits.py": "# digits 0.003\n"}


async def test_a_later_and_poorer_run_tells_nothing_of_the_best(
    portfolios: Portfolios, training: Training, carrier: Carrier
) -> None:
    await trained(training, carrier, 0.97)
    await trained(training, carrier, 0.9, (1, 0.4, 0.9), examples="100")
    (work,) = (await portfolios.of(ADA, NOW)).works
    assert work.mended is None


async def test_a_project_that_gradus_cannot_train_is_there_all_the_same(portfolios: Portfolios) -> None:
    robot = (await portfolios.desk(ADA, NOW)).projects[-1]
    assert (robot.project.id, robot.task, robot.state) == ("robot", None, "new")


# -------------------------------------------------------------------- written


async def test_what_is_written_is_kept_without_what_nobody_sees(portfolios: Portfolios) -> None:
    await portfolios.write(ADA, " Ada\u202e \u0000L. ", "One\n\n- two\u200b", "https://example.org", NOW)
    await portfolios.write_about(ADA, "digits", "Hard.", NOW)
    writings = (await portfolios.desk(ADA, NOW)).writings
    assert (writings.name, writings.introduction, writings.about) == ("Ada L.", "One\n\n- two", {"digits": "Hard."})
    await portfolios.write_about(ADA, "digits", " ", NOW)
    assert (await portfolios.desk(ADA, NOW)).writings.about == {}
    assert (await portfolios.desk(BOB, NOW)).writings.name == ""


async def test_what_is_too_long_is_refused_with_both_figures(portfolios: Portfolios) -> None:
    with pytest.raises(GradusError, match=f"1,501 characters.*{INTRODUCTION:,}"):
        await portfolios.write(ADA, "", "x" * (INTRODUCTION + 1), "", NOW)
    with pytest.raises(GradusError, match=str(NAME)):
        await portfolios.write(ADA, "x" * (NAME + 1), "", "", NOW)
    with pytest.raises(GradusError, match=str(EVIDENCE)):
        await portfolios.tick(ADA, "step-1", "x" * (EVIDENCE + 1), NOW)
    assert (await portfolios.desk(ADA, NOW)).is_empty


async def test_a_step_is_ticked_by_ones_own_word_and_taken_back(portfolios: Portfolios) -> None:
    await portfolios.tick(ADA, "step-1", "I gave a talk", NOW)
    step = (await portfolios.desk(ADA, NOW)).steps[0]
    assert step.own is not None
    assert (step.state, step.own.text, step.own.at) == ("done", "I gave a talk", NOW)
    await portfolios.untick(ADA, "step-1")
    assert (await portfolios.desk(ADA, NOW)).steps[0].state == "open"
    with pytest.raises(GradusError, match="link or a sentence"):
        await portfolios.tick(ADA, "step-1", " \u200b ", NOW)
    with pytest.raises(GradusError, match="no such step"):
        await portfolios.tick(ADA, "step-99", "x", NOW)


async def test_a_group_with_others_and_an_accepted_answer_are_evidence(
    portfolios: Portfolios, curriculum: Curriculum, database: DatabaseThread
) -> None:
    catalogue = curriculum.catalogue
    concepts = dict(catalogue.concepts) | {id: concept(id, id) for id in ("community", "giving-back")}
    steps = {id: Step(id, id, (id,)) for id in ("community", "giving-back")}
    curriculum.change(replace(catalogue, concepts=concepts, steps=steps), curriculum.bank)
    learners, groups = LearnerStore(), GroupStore()
    ada, bob = database.call(lambda db: [learners.learner_for(db, one, NOW).id for one in (ADA, BOB)])

    async def deeds() -> list[str]:
        return [one.deed for one in (await portfolios.desk(ADA, NOW)).steps]

    database.call(lambda db: groups.add(db, GROUP, ada))
    assert await deeds() == ["", ""]  # alone
    database.call(lambda db: groups.join(db, GROUP.id, bob, NOW))
    question = GroupQuestion(
        "q1", SERVER, GROUP.id, "x", bob, BOB, None, "Why?", None, asked_at=NOW, due_at=NOW, state="open", hidden=False
    )
    answer = MemberAnswer("a1", "q1", SERVER, "Why?", None, ada, ADA, None, "Because.", NOW)
    database.call(lambda db: AskedStore().add_question(db, question, 5))
    database.call(lambda db: AskedStore().add_answer(db, answer, 5))
    assert await deeds() == ["Member of 1 study group", ""]
    database.call(lambda db: AskedStore().set_answer_state(db, "a1", "accepted"))
    assert (await deeds())[1] == "1 answer to members accepted"
    database.call(lambda db: groups.set_state(db, GROUP.id, "archived"))
    assert (await deeds())[0] == ""


# -------------------------------------------------------------------- shared


async def shown(portfolios: Portfolios, person: int = ADA) -> str:
    """The id under which somebody's portfolio is shown in the server."""
    await portfolios.write(person, "Ada", "Hello.", "", NOW)
    share = await portfolios.share(person, SERVER, CHANNEL, NOW)
    assert share is not None
    await portfolios.sent(share, MESSAGE)
    return share.id


async def test_who_has_nothing_yet_shares_nothing(portfolios: Portfolios) -> None:
    with pytest.raises(GradusError, match="train start digits"):
        await portfolios.share(ADA, SERVER, CHANNEL, NOW)


async def test_what_is_shared_is_seen_in_its_server_until_it_is_withdrawn(portfolios: Portfolios) -> None:
    share = await shown(portfolios)
    assert (await portfolios.shared(share, SERVER, NOW)).writings.name == "Ada"
    with pytest.raises(GradusError, match="not shared any more"):
        await portfolios.shared(share, OTHER, NOW)
    assert await portfolios.ended() == ()
    await portfolios.withdraw(ADA)
    with pytest.raises(GradusError, match="not shared any more"):
        await portfolios.shared(share, SERVER, NOW)
    assert await portfolios.ended() == ((CHANNEL, MESSAGE),)
    await portfolios.told((CHANNEL, MESSAGE))
    assert await portfolios.ended() == ()


async def test_a_second_press_shares_nothing_and_a_later_one_moves_it(portfolios: Portfolios) -> None:
    first = await shown(portfolios)
    assert await portfolios.share(ADA, SERVER, CHANNEL, NOW) is None
    second = await portfolios.share(ADA, SERVER, CHANNEL, NOW + HOUR)
    assert second is not None
    assert await portfolios.ended() == ((CHANNEL, MESSAGE),)
    with pytest.raises(GradusError):
        await portfolios.shared(first, SERVER, NOW)
    await portfolios.shared(second.id, SERVER, NOW)
    elsewhere = await portfolios.share(ADA, OTHER, CHANNEL + 1, NOW)
    assert elsewhere is not None
    assert len((await portfolios.desk(ADA, NOW)).shares) == 2


async def test_a_share_that_ends_while_its_message_is_sent_ends_there_too(portfolios: Portfolios) -> None:
    await portfolios.write(ADA, "", "Hello.", "", NOW)
    share = await portfolios.share(ADA, SERVER, CHANNEL, NOW)
    assert share is not None
    await portfolios.withdraw(ADA)
    await portfolios.sent(share, MESSAGE)
    assert await portfolios.ended() == ((CHANNEL, MESSAGE),)


async def test_a_share_whose_message_cannot_be_sent_is_none(portfolios: Portfolios) -> None:
    await portfolios.write(ADA, "", "Hello.", "", NOW)
    share = await portfolios.share(ADA, SERVER, CHANNEL, NOW)
    assert share is not None
    await portfolios.not_sent(share)
    assert (await portfolios.desk(ADA, NOW)).shares == ()
    assert await portfolios.ended() == ()


async def test_what_the_servers_word_list_forbids_is_not_shown_there(
    portfolios: Portfolios, database: DatabaseThread
) -> None:
    share = await shown(portfolios)
    await Servers(database).change(SERVER, lambda old: replace(old, word_list=frozenset({"hello"})))
    with pytest.raises(GradusError, match="word list"):
        await portfolios.shared(share, SERVER, NOW)
    with pytest.raises(GradusError, match="word list"):
        await portfolios.share(ADA, SERVER, CHANNEL, NOW + HOUR)
    await portfolios.tick(ADA, "step-1", "spam talk", NOW)
    await Servers(database).change(SERVER, lambda old: replace(old, word_list=frozenset({"spam"})))
    with pytest.raises(GradusError, match="word list"):
        await portfolios.shared(share, SERVER, NOW)


async def test_who_is_blocked_in_a_server_is_not_shown_there(portfolios: Portfolios, database: DatabaseThread) -> None:
    share = await shown(portfolios)
    await Servers(database).block(SERVER, ADA, NOW)
    with pytest.raises(GradusError, match="not shared"):
        await portfolios.shared(share, SERVER, NOW)


# -------------------------------------------------------------------- one's own data


async def test_all_of_it_is_exported_and_forgetting_ends_what_is_shared(
    portfolios: Portfolios, database: DatabaseThread
) -> None:
    share = await shown(portfolios)
    await portfolios.tick(ADA, "step-1", "xylophone", NOW)
    await portfolios.write_about(ADA, "digits", "marimba", NOW)
    mine = Mine(database, STORES, CONVERSATIONS)
    rows = database.call(lambda db: next(one for one in STORES if "step_evidence" in one.export(db, 1)).export(db, 1))
    assert {table: len(some) for table, some in rows.items()} == dict.fromkeys(rows, 1)
    assert await mine.forget(ADA)
    assert await mine.count(ADA) == 0
    with pytest.raises(GradusError, match="not shared any more"):
        await portfolios.shared(share, SERVER, NOW)
    assert await portfolios.ended() == ((CHANNEL, MESSAGE),)  # a place, and nobody's name
