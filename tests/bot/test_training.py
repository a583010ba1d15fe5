"""The use case of training: forms, limits, places, boards, and what is read out of curves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.clock import DemoClock
from bot.run_options import differences, forms_of, meant, options_of, preset_typed, read_line
from bot.servers.servers import Servers
from bot.training import OFF, Origin, Training, remove_leftovers
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.board_store import BoardStore
from tests.bot.carried import Carrier
from tests.bot.conftest import NOW, PREPARED_READERS
from training.fairness import Limits
from training.run_store import RunStore
from training.specs import TASKS, Transformer, task

ADA, BOB = 7001, 7002
SERVER = Origin(11)
DIGITS = task("digits")


@pytest.fixture
def carrier(database: DatabaseThread) -> Carrier:
    return Carrier(database)


async def queued(training: Training, person: int = ADA, origin: Origin = SERVER, **typed: str) -> str:
    """A run of digits in the queue; its id."""
    form = await training.begin(person, origin, "digits", typed=typed)
    assert await training.submit(person, form.id, None, origin)
    return form.id


async def finished(training: Training, carrier: Carrier, person: int, accuracy: float, **how: str) -> str:
    run = await queued(training, person)
    assert await carrier.begin() == run
    await carrier.report(run, [1, 0.5], data=(how.get("data", "sklearn-digits"), "1"))
    await carrier.finish(run, {"accuracy": accuracy})
    return run


# -------------------------------------------------------------------- options


@pytest.mark.parametrize("id", TASKS)
def test_every_option_of_a_task_stands_in_one_form_of_at_most_five(id: str) -> None:
    forms = forms_of(task(id))
    assert all(0 < len(form) <= 5 for form in forms)
    assert sorted(one.name for form in forms for one in form) == sorted(task(id).spec.model_fields)
    assert forms[0][0].name == "learning_rate"


@pytest.mark.parametrize("id", TASKS)
def test_what_a_form_shows_is_what_the_task_takes(id: str) -> None:
    shown = {one.name: one.default for one in options_of(task(id)) if one.default}
    assert meant(task(id), shown) == task(id).spec().model_dump()
    for preset in task(id).presets:
        assert meant(task(id), preset_typed(task(id), preset)) == task(id).spec(**task(id).presets[preset]).model_dump()


def test_texts_become_what_an_option_is() -> None:
    letters = replace(DIGITS, spec=Transformer)
    assert meant(letters, {"heads": "8", "learning_rate": "1e-2"})["heads"] == 8
    assert meant(task("fashion"), {"augment": "No"})["augment"] is False


def test_all_that_is_wrong_with_options_is_told_in_a_line() -> None:
    with pytest.raises(GradusError) as told:
        meant(DIGITS, {"learning_rate": "fast", "epochs": "500", "epoch": "3"})
    assert all(
        word in str(told.value) for word in ("learning_rate", "less than or equal to 60", "did you mean 'epochs'")
    )
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("", {}),
        ("learning_rate=0.1 epochs=5", {"learning_rate": "0.1", "epochs": "5"}),
        ('architecture="linear 64, relu, linear 10"', {"architecture": "linear 64, relu, linear 10"}),
    ],
)
def test_options_are_read_from_a_line(line: str, typed: dict[str, str]) -> None:
    assert read_line(line) == typed


@pytest.mark.parametrize("line", ["fast", 'architecture="linear'])
def test_a_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(GradusError):
        read_line(line)


def test_runs_are_told_apart_by_what_differs_alone() -> None:
    runs = [{"epochs": 5, "learning_rate": 0.1, "seed": 0}, {"epochs": 5, "learning_rate": 1e-5, "seed": 0}]
    assert differences(runs) == ["learning_rate 0.1", "learning_rate 1e-05"]
    assert differences([runs[0], runs[0]]) == ["", ""]


# -------------------------------------------------------------------- forms


async def test_a_form_keeps_what_was_typed_wrong_and_says_why(training: Training) -> None:
    form = await training.begin(ADA, SERVER, "digits", "overfit")
    assert form.changed["examples"] == "100"
    form = await training.type_in(ADA, form.id, {"epochs": "many", "examples": ""})
    assert "epochs" in form.problem
    assert form.typed["epochs"] == "many"
    assert "examples" not in form.typed
    with pytest.raises(GradusError, match="epochs"):
        await training.submit(ADA, form.id, None, SERVER)
    form = await training.type_in(ADA, form.id, {"epochs": "20"})
    assert form.problem == ""
    assert "epochs" not in form.changed  # the default
    form = await training.choose(ADA, form.id, "scratch")
    assert form.changed == {}


async def test_a_form_is_its_learners_alone(training: Training) -> None:
    form = await training.begin(ADA, SERVER, "digits")
    with pytest.raises(GradusError, match="somebody else's"):
        await training.preset(BOB, form.id, "overfit")
    with pytest.raises(GradusError, match="long ago"):
        await training.form(ADA, "nothing")


async def test_a_form_is_sent_once(training: Training) -> None:
    form = await training.begin(ADA, SERVER, "digits")
    assert await training.submit(ADA, form.id, "falls", SERVER)
    assert not await training.submit(ADA, form.id, "explodes", SERVER)
    assert (await training.run(form.id)).prediction == "falls"
    with pytest.raises(GradusError, match="on its way"):
        await training.form(ADA, form.id)


@pytest.mark.parametrize("queue_clock", [DemoClock(lambda: NOW)])
async def test_forms_that_nobody_touched_for_days_go(training: Training, queue_clock: DemoClock) -> None:
    form = await training.begin(ADA, SERVER, "digits")
    await training.forget_old(NOW)
    assert (await training.form(ADA, form.id)).task == DIGITS
    queue_clock.jump(timedelta(days=3))
    await training.forget_old(NOW)
    with pytest.raises(GradusError, match="long ago"):
        await training.form(ADA, form.id)


# -------------------------------------------------------------------- who may, and how much


async def test_training_that_is_off_says_who_can_switch_it_on(
    database: DatabaseThread, ids: Callable[[], str], carrier: Carrier
) -> None:
    training = Training(
        database, Limits(), worker="off", memory=4000, id_source=ids, clock=lambda: NOW, readers=PREPARED_READERS
    )
    with pytest.raises(GradusError, match="gradus worker") as told:
        await training.begin(ADA, SERVER)
    assert str(told.value) == OFF
    await carrier.beat()  # somebody else's
    assert (await training.begin(ADA, SERVER)).task is None


async def test_a_server_says_who_may_train_and_how_often(training: Training, database: DatabaseThread) -> None:
    servers = Servers(database)
    await servers.change(11, lambda old: replace(old, runs_per_day=1))
    await queued(training)
    with pytest.raises(GradusError, match="1 run a day"):
        await training.begin(ADA, SERVER, "digits")
    await training.begin(ADA, Origin(), "digits")  # in direct messages only the operator's limits hold
    await training.begin(BOB, SERVER, "digits")
    await servers.change(11, lambda old: replace(old, training_roles=frozenset({5})))
    with pytest.raises(GradusError, match="<@&5>"):
        await training.begin(BOB, SERVER, "digits")
    await training.begin(BOB, Origin(11, frozenset({5})), "digits")
    await servers.change(11, lambda old: replace(old, trains=False))
    with pytest.raises(GradusError, match="switched training off"):
        await training.begin(BOB, Origin(11, frozenset({5})), "digits")


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(learner_queued=1), "You have 1 run waiting"),
        (Limits(server_queued=1), "This server has 1 run waiting"),
        (Limits(learner_seconds=40), "used or planned 0.5 of your 0.667 device-minutes of today"),
        (Limits(server_seconds=40), "This server has used its 0.667 device-minutes"),
    ],
)
async def test_the_limit_that_stops_a_run_is_told_with_its_figures(training: Training, words: str) -> None:
    await queued(training)
    form = await training.begin(ADA, SERVER, "digits")
    with pytest.raises(GradusError, match=words):
        await training.submit(ADA, form.id, None, SERVER)
    assert (await training.form(ADA, form.id)).id == form.id  # nothing that was typed is lost


async def test_a_task_too_large_for_the_machine_says_so_in_its_form(
    database: DatabaseThread, ids: Callable[[], str]
) -> None:
    training = Training(
        database, Limits(), worker="auto", memory=100, id_source=ids, clock=lambda: NOW, readers=PREPARED_READERS
    )
    assert "1,500 MB" in (await training.begin(ADA, SERVER, "digits")).problem


# -------------------------------------------------------------------- runs


async def test_a_run_is_read_at_its_end(training: Training, carrier: Carrier) -> None:
    form = await training.begin(ADA, SERVER, "digits")
    await training.submit(ADA, form.id, "falls", SERVER)
    await carrier.beat()
    waiting = await training.run(form.id)
    assert waiting.place is not None
    assert (waiting.place.place, waiting.worked, waiting.gpu) == (1, True, False)
    run = await carrier.begin()
    await carrier.report(run, [1, 0.5, 0.4, 0.9])
    assert (await training.run(run)).findings == ()  # not before it is over
    await carrier.finish(run, {"accuracy": 0.96})
    over = await training.run(run)
    assert (over.prediction, over.shape, over.findings[0].concept) == ("falls", "falls then rises", "dropout")
    assert (over.result, over.reached, over.standing) == (0.96, True, (1, 1))


@pytest.mark.parametrize(
    ("metrics", "result", "reached"),
    [
        ({"accuracy": 0.95}, 0.95, True),
        ({"accuracy": 0.94}, 0.94, False),
        ({"diverged": 1.0}, None, False),
        ({}, None, False),
    ],
)
async def test_the_bar_decides_whether_a_project_is_done(
    training: Training, carrier: Carrier, metrics: dict[str, float], result: float | None, reached: bool
) -> None:
    run = await queued(training)
    await carrier.begin()
    await carrier.report(run, [1, 2])
    await carrier.finish(run, metrics)
    view = await training.run(run)
    assert (view.result, view.reached) == (result, reached)
    assert (view.standing is None) == (result is None)


async def test_only_the_learner_or_a_moderator_of_the_server_stops_a_run(training: Training, carrier: Carrier) -> None:
    first, second = await queued(training), await queued(training)
    for moderates in (None, 12):
        with pytest.raises(GradusError, match="or a moderator"):
            await training.cancel(BOB, first, moderates=moderates)
    assert (await training.cancel(BOB, first, moderates=11)).record.state == "cancelled"
    await carrier.begin()
    assert (await training.cancel(ADA, second)).record.cancel_wanted


async def test_runs_of_one_task_and_one_learner_stand_side_by_side(training: Training, carrier: Carrier) -> None:
    runs = []
    for rate in ("0.01", "0.1"):
        runs.append(await queued(training, learning_rate=rate))
        await carrier.begin()
        await carrier.report(runs[-1], [1, 0.5])
        await carrier.finish(runs[-1], {"accuracy": 0.9})
    compared = await training.compare(ADA, runs)
    assert compared.labels == ("learning_rate 0.01", "learning_rate 0.1")
    assert {one.record.id for one in await training.comparable(ADA, "digits")} == set(runs)
    with pytest.raises(GradusError, match="2 to 6"):
        await training.compare(ADA, runs[:1])
    with pytest.raises(GradusError, match="somebody else's"):
        await training.compare(BOB, runs)


async def test_runs_of_different_tasks_are_not_compared(training: Training) -> None:
    form = await training.begin(ADA, SERVER, "scratch")
    await training.submit(ADA, form.id, None, SERVER)
    with pytest.raises(GradusError, match="one task"):
        await training.compare(ADA, [form.id, await queued(training)])


async def test_mine_shows_what_is_under_way_what_is_over_and_the_budget(training: Training, carrier: Carrier) -> None:
    assert (await training.mine(BOB)).live == ()
    over = await finished(training, carrier, ADA, 0.9)
    live = await queued(training)
    mine = await training.mine(ADA)
    assert [one.record.id for one in mine.live] == [live]
    assert [one.record.id for one in mine.finished] == [over]
    assert (mine.budget.spent, mine.budget.waiting) == (12, 12)  # the estimate is the mean of those before


async def test_again_begins_with_the_options_of_a_run_whoevers_it_is(training: Training) -> None:
    run = await queued(training, learning_rate="0.1")
    form = await training.again(BOB, run, SERVER)
    assert (form.task, dict(form.changed)) == (DIGITS, {"learning_rate": "0.1"})
    assert (await training.script(run)) == ("digits.py", "# digits 0.1\n")


# -------------------------------------------------------------------- boards


async def test_a_board_holds_each_learners_best_run_of_its_server_and_data(
    training: Training, carrier: Carrier, database: DatabaseThread
) -> None:
    await finished(training, carrier, ADA, 0.9)
    best = await finished(training, carrier, ADA, 0.97)
    await finished(training, carrier, BOB, 0.95)
    await finished(training, carrier, BOB, 0.99, data="synthetic-digits")
    bob = (await database.run(lambda db: LearnerStore().learner_for(db, BOB, NOW))).id
    await database.run(lambda db: BoardStore().join(db, bob, 11))
    board = await training.board(ADA, 11, "digits", ("sklearn-digits", "1"))
    assert [(row.best.value, row.person, row.own) for row in board.rows] == [(0.97, None, True), (0.95, BOB, False)]
    assert board.rows[0].best.run == best
    assert board.others == (("synthetic-digits", "1"),)
    assert not board.joined
    assert (await training.board(BOB, 11, "digits", ("synthetic-digits", "1"))).joined
    assert (await training.board(ADA, 12, "digits")).rows == ()


async def test_a_board_of_errors_has_the_least_first(training: Training, carrier: Carrier) -> None:
    for person, error in ((ADA, 0.02), (BOB, 0.01)):
        form = await training.begin(person, SERVER, "autoencoder")
        await training.submit(person, form.id, None, SERVER)
        await carrier.begin()
        await carrier.report(form.id, [1, 0.5])
        await carrier.finish(form.id, {"error": error})
    board = await training.board(ADA, 11, "autoencoder")
    assert [row.best.value for row in board.rows] == [0.01, 0.02]


async def test_moderators_see_the_queue_as_a_whole_and_their_server(training: Training, carrier: Carrier) -> None:
    await queued(training)
    await queued(training, BOB, Origin(12))
    await carrier.beat()
    await carrier.begin()
    queue = await training.queue(11)
    assert (queue.waiting, queue.running, queue.of_server_waiting, queue.of_server_running) == (1, 1, 0, 1)
    assert queue.devices == ("cpu",)


async def test_what_a_forgotten_run_left_goes_without_a_worker(
    training: Training, carrier: Carrier, database: DatabaseThread, tmp_path: Path
) -> None:
    gone, kept = await finished(training, carrier, ADA, 0.9), await finished(training, carrier, BOB, 0.9)
    for run in (gone, kept):
        (tmp_path / run / "1").mkdir(parents=True)
        (tmp_path / run / "1" / "log.txt").write_text("a line")
    learner = await database.run(lambda opened: LearnerStore().find(opened, ADA))
    assert learner is not None
    await database.run(lambda opened: RunStore().forget(opened, learner.id))
    await remove_leftovers(database, tmp_path, NOW)
    assert [(tmp_path / run).exists() for run in (gone, kept)] == [False, True]
    assert await database.run(lambda opened: RunStore().leftovers(opened)) == []
