"""`/train` in a simulated Discord: forms, presses of all kinds, one's own runs, boards, the queue of `/admin`."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.run_options import forms_of
from bot.settings import Settings
from bot.training import Origin
from bot.working import Working
from foundation.clock import utc_now
from tests.bot.carried import Carrier
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW
from training.fairness import Limits
from training.specs import task

SECONDS_OF_A_RUN = 60  # for the one real run, on a machine that does other things too


@pytest.fixture
async def carrier(simcord_env: simcord.Env, gradus: Gradus) -> Carrier:
    made = Carrier(gradus.database)
    await made.beat()
    return made


def title(message: ResponseMessage) -> str:
    return str(message.embeds[0].title)


def text(message: ResponseMessage) -> str:
    return str(message.embeds[0].description)


def field(message: ResponseMessage, name: str) -> str:
    return next(str(one.value) for one in message.embeds[0].fields if one.name == name)


def said(result: InteractionResult) -> str:
    return " ".join(str(one.content) for one in (result.response, *result.followups) if one is not None)


def select(message: ResponseMessage, number: int = 0) -> dict[str, object]:
    """A select of a panel."""
    found = [one for row in message.components for one in row["components"] if "options" in one]
    return dict(found[number])


def offered(message: ResponseMessage, number: int = 0) -> list[str]:
    return [one["label"] for one in select(message, number)["options"]]  # type: ignore[attr-defined]


async def choose(who: MemberActor, message: ResponseMessage, *values: str, number: int = 0) -> ResponseMessage:
    return shown(await who.select(message, values, custom_id=str(select(message, number)["custom_id"])))


async def start(who: MemberActor, channel: ChannelHandle, says: str = "Falls", **typed: str) -> discord.Message:
    """Start a run of digits; the message that shows it."""
    options = " ".join(f"{name}={value}" for name, value in typed.items())
    form = shown(await who.slash(channel, "train start", task="digits", options=options))
    form = shown(await who.click(form, label="Go on ▶"))
    await who.click(form, label=says)
    return channel.history()[-1]


async def done(carrier: Carrier, accuracy: float = 0.96, losses: tuple[float, ...] = (1, 0.5, 0.4)) -> str:
    run = await carrier.begin()
    await carrier.report(run, losses)
    await carrier.finish(run, {"accuracy": accuracy})
    return run


async def look(gradus: Gradus, seconds: float = 3) -> None:
    await gradus.ticks.run_due(NOW + timedelta(seconds=seconds))


# -------------------------------------------------------------------- putting a run together


async def test_a_run_is_put_together_foretold_and_started(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    result = await ada.slash(channel, "train start")
    assert result.ephemeral
    assert title(shown(result)) == "Train a small network"
    assert "Handwritten digit recognition" in offered(shown(result))
    form = await choose(ada, shown(result), "digits")
    presets, forms = ["Sensible", "Overfit", "Diverge"], ["Options", "More options", "Search"]
    assert labels(form) == [*presets, *forms, "Go on ▶", "My runs"]
    assert "learning\\_rate 0.003" in field(form, "Options")
    form = shown(await ada.click(form, label="Overfit"))
    assert "**examples 100**" in field(form, "Options")
    form = shown(
        await ada.submit_modal(await ada.click(form, label="More options"), {"model": ["cnn"], "dropout": "0.2"})
    )
    assert "**model cnn** · **dropout 0.2**" in field(form, "Options")
    asked = shown(await ada.click(form, label="Go on ▶"))
    assert title(asked) == "Before it starts: what will the loss do?"
    assert labels(asked) == [
        "Falls", "Falls, then rises", "Stays flat", "Explodes", "Swings", "Start without", "◀ Back",
    ]  # fmt: skip
    begun = shown(await ada.click(asked, label="Falls, then rises"))
    assert "Place 1 in the queue" in text(begun)
    assert "The message below shows it" in text(begun)
    (live,) = await gradus.training.live()
    assert (live.view.prediction, live.view.changed["model"]) == ("falls then rises", "cnn")


async def test_what_is_typed_wrong_is_told_and_kept(ada: MemberActor, channel: ChannelHandle) -> None:
    form = shown(await ada.slash(channel, "train start", task="digits"))
    opened = await ada.click(form, label="Options")
    form = shown(await ada.submit_modal(opened, {"learning_rate": "fast", "epochs": "500", "optimiser": ["sgd"]}))
    mend = field(form, "To mend before it can start").replace("\\", "")
    assert "learning_rate: input should be a valid number" in mend
    assert "epochs: input should be less than or equal to 60" in mend
    assert "Go on ▶" not in labels(form)
    assert "**optimiser sgd**" in field(form, "Options")
    again = await ada.click(form, label="Options")
    assert again.modal is not None
    assert "'fast'" in str(again.modal)  # as it was typed, to be mended
    form = shown(await ada.submit_modal(again, {"learning_rate": "0.1", "epochs": "5"}))
    assert "Go on ▶" in labels(form)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"task": "digit"}, "did you mean 'digits'"),
        ({"preset": "overfit"}, "Choose a task too"),
        ({"task": "digits", "preset": "fast"}, "no preset 'fast'"),
        ({"task": "digits", "options": "fast"}, "name=value"),
    ],
)
async def test_a_command_that_makes_no_sense_is_answered_in_a_line(
    ada: MemberActor, channel: ChannelHandle, simcord_env: simcord.Env, typed: dict[str, str], words: str
) -> None:
    assert words in said(await ada.slash(channel, "train start", **typed))
    assert len(simcord_env.errors) == 1


async def test_tasks_presets_and_the_names_of_options_are_offered_as_one_types(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    tasks = await ada.autocomplete(channel, "train start", "task", "digit")
    assert {"digits", "sign-digits"} <= {one["value"] for one in tasks}
    presets = await ada.autocomplete(channel, "train start", "preset", "", task="digits")
    assert [one["value"] for one in presets] == ["sensible", "overfit", "diverge"]
    names = await ada.autocomplete(channel, "train start", "options", "epochs=5 lear", task="digits")
    assert [one["value"] for one in names] == ["epochs=5 learning_rate=0.003"]
    rest = await ada.autocomplete(channel, "train start", "options", "epochs=5 ", task="digits")
    assert "epochs=5 epochs=20" not in [one["value"] for one in rest]
    whole = await ada.autocomplete(channel, "train start", "options", "epochs=5", task="digits")
    assert [one["value"] for one in whole] == ["epochs=5"]


async def test_options_of_the_command_stand_in_the_form(ada: MemberActor, channel: ChannelHandle) -> None:
    form = shown(
        await ada.slash(channel, "train start", task="digits", preset="overfit", options="epochs=5 learning_rate=0.1")
    )
    assert "**learning\\_rate 0.1**" in field(form, "Options")
    assert "**epochs 5**" in field(form, "Options")
    assert "**examples 100**" in field(form, "Options")


async def test_a_second_press_starts_no_second_run(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    form = shown(await ada.slash(channel, "train start", task="digits"))
    asked = shown(await ada.click(form, label="Go on ▶"))
    button = next(one for row in asked.components for one in row["components"] if one["label"] == "Falls")
    await ada.click(asked, custom_id=button["custom_id"])
    view = (await gradus.training.mine(ada.id)).live[0]
    assert not await gradus.training.submit(ada.id, view.record.id, "explodes", Origin())
    assert len(channel.history()) == 1
    assert len((await gradus.training.mine(ada.id)).live) == 1


async def test_a_form_goes_on_after_a_restart(
    ada: MemberActor,
    channel: ChannelHandle,
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    carrier: Carrier,
) -> None:
    form = shown(await ada.slash(channel, "train start", task="digits"))
    opened = await ada.click(form, label="Options")
    await simcord_env.restart_bot(new_client())
    form = shown(await ada.submit_modal(opened, {"learning_rate": "0.1"}))
    asked = shown(await ada.click(form, label="Go on ▶"))
    await simcord_env.restart_bot(new_client())
    await ada.click(asked, label="Start without")
    assert str(channel.history()[-1].embeds[0].title).endswith("waiting")


async def test_a_deployment_begins_with_a_run_of_ones_own_that_is_chosen_from_a_list(
    ada: MemberActor, channel: ChannelHandle, carrier: Carrier
) -> None:
    form = shown(await ada.slash(channel, "train start", task="deployment"))
    assert "Coarse" in labels(form)
    await start(ada, channel)
    run = await done(carrier)
    number = next(
        at for at, some in enumerate(forms_of(task("deployment"))) if "from_run" in {one.name for one in some}
    )
    opened = await ada.click(form, custom_id=f"gradus:train:form:options-{number}:{_form(form)}")
    form = shown(await ada.submit_modal(opened, {"from_run": [run]}))
    assert f"**from\\_run {run}**" in field(form, "Options")


def _form(message: ResponseMessage) -> str:
    return str(select(message)["custom_id"]).rpartition(":")[2]


async def test_a_search_is_asked_for_in_a_form_of_its_own(
    ada: MemberActor, channel: ChannelHandle, carrier: Carrier
) -> None:
    form = shown(await ada.slash(channel, "train start", task="digits"))
    opened = await ada.click(form, label="Search")
    form = shown(await ada.submit_modal(opened, {"search": "learning_rate=0.01,0.1 dropot=0"}))
    assert "did you mean 'dropout'" in field(form, "To mend before it can start").replace("\\", "")
    opened = await ada.click(form, label="Search")
    form = shown(await ada.submit_modal(opened, {"search": "learning_rate=0.01,0.1"}))
    assert "Go on ▶" in labels(form)


# -------------------------------------------------------------------- limits and switches


async def test_the_reason_why_a_run_is_not_taken_is_told_and_nothing_is_lost(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier, simcord_env: simcord.Env
) -> None:
    assert channel.guild is not None
    await start(ada, channel)
    await gradus.servers.change(channel.guild.id, lambda old: replace(old, runs_per_day=1))
    assert "1 run a day" in said(await ada.slash(channel, "train start", task="digits"))
    mine = shown(await ada.slash(channel, "train mine"))
    assert "1 run a day" in said(await ada.click(mine, label="New run"))
    assert len(simcord_env.errors) == 1


@pytest.mark.parametrize("limits", [Limits(learner_seconds=40)])
async def test_a_budget_that_is_reached_stops_a_run_with_its_figures(
    ada: MemberActor, channel: ChannelHandle, carrier: Carrier
) -> None:
    await start(ada, channel)
    form = shown(await ada.slash(channel, "train start", task="digits"))
    asked = shown(await ada.click(form, label="Go on ▶"))
    refused = said(await ada.click(asked, label="Falls"))
    assert "used or planned 0.5 of your 0.667 device-minutes of today" in refused
    assert title(shown(await ada.click(asked, label="◀ Back"))) == "Handwritten digit recognition"
    assert len(channel.history()) == 1


async def test_moderators_see_the_queue_and_switch_training_off(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, carrier: Carrier
) -> None:
    role = simcord_env.guild.create_role("moderator", permissions=discord.Permissions(manage_guild=True))
    mod = simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])
    await start(ada, channel)
    panel = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Queue"))
    assert "This server: 0 running, 1 waiting" in field(panel, "Runs")
    assert field(panel, "Workers") == "cpu"
    assert "60 device-minutes a day; here 10 runs a day" in field(panel, "Limits of each person")
    panel = shown(await mod.click(panel, label="Switch training off"))
    assert "**off**" in text(panel)
    assert "switched training off here" in said(await ada.slash(channel, "train start"))
    assert len(simcord_env.errors) == 1
    panel = shown(await mod.click(panel, label="Switch training on"))
    assert title(shown(await ada.slash(channel, "train start"))) == "Train a small network"


# -------------------------------------------------------------------- presses under a run's message


async def test_a_stranger_neither_cancels_a_run_nor_uses_a_form_that_is_not_theirs(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    message = await start(ada, channel)
    refused = await bob.click(message, label="Cancel")
    assert refused.ephemeral
    assert "Only who started this run" in said(refused)
    assert len((await gradus.training.mine(ada.id)).live) == 1
    form = shown(await ada.slash(channel, "train start", task="digits"))
    with pytest.raises(Exception, match="somebody else's"):
        await gradus.training.preset(bob.id, _form(form), "overfit")


async def test_its_learner_and_a_moderator_cancel_a_run(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier, simcord_env: simcord.Env
) -> None:
    role = simcord_env.guild.create_role("moderator", permissions=discord.Permissions(manage_messages=True))
    mod = simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])
    first, second = await start(ada, channel), await start(ada, channel)
    await carrier.begin()
    assert title(shown(await mod.click(first, label="Cancel"))) == "The run is being stopped."
    assert title(shown(await ada.click(second, label="Cancel"))) == "The run is cancelled."
    await look(gradus)
    await look(gradus, 6)
    assert [str(one.embeds[0].title) for one in channel.history()] == [
        "Handwritten digit recognition: training",
        "Handwritten digit recognition: cancelled",
    ]
    assert str(channel.history()[0].embeds[0].description).endswith("It is being stopped.")


async def test_a_result_leads_on(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    await start(ada, channel)
    await done(carrier, losses=(1, 0.5, 0.9))
    await look(gradus)
    message = channel.history()[-1]
    assert title(shown(await bob.click(message, label="Lesson"))).startswith("Dropout")
    assert title(shown(await bob.click(message, label="Quiz me"))) == "New: Dropout"
    (script,) = shown(await bob.click(message, label="Script")).attachments
    assert script.filename == "digits.py"
    again = await bob.click(message, label="Again")
    assert again.ephemeral
    assert "Go on ▶" in labels(shown(again))
    assert "You need two runs" in said(await ada.click(message, label="Compare"))


async def test_a_blocked_person_presses_in_vain(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    assert channel.guild is not None
    message = await start(ada, channel)
    await gradus.servers.block(channel.guild.id, bob.id, NOW)
    assert "switched me off for you" in said(await bob.click(message, label="My runs"))


# -------------------------------------------------------------------- one's own runs


async def test_mine_shows_every_run_and_opens_one(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    empty = await ada.slash(channel, "train mine")
    assert empty.ephemeral
    assert "You have no runs yet" in text(shown(empty))
    await start(ada, channel, learning_rate="0.1")
    await done(carrier)
    await start(ada, channel, learning_rate="0.01")
    mine = shown(await ada.slash(channel, "train mine"))
    assert "Place 1 in the queue" in field(mine, "Under way")
    assert "accuracy 0.96" in field(mine, "Over")
    assert "0.2 (and 0.2 planned) of 60 device-minutes" in text(mine)
    assert offered(mine) == ["waiting · learning_rate 0.01", "accuracy 0.96 · learning_rate 0.1"]
    over = select(mine)["options"][1]["value"]  # type: ignore[index]
    opened = await choose(ada, mine, over)
    assert title(opened) == "Handwritten digit recognition: accuracy 0.96"
    assert len(opened.attachments) == 1
    assert labels(shown(await ada.click(opened, label="My runs")))[:1] == ["New run"]


async def test_runs_are_compared_in_one_picture(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    for rate in ("0.1", "0.01", "0.001"):
        await start(ada, channel, learning_rate=rate)
        await done(carrier)
    mine = shown(await ada.slash(channel, "train mine"))
    choice = shown(await ada.click(mine, label="Compare"))
    assert (select(choice)["min_values"], select(choice)["max_values"]) == (2, 3)
    values = [one["value"] for one in select(choice)["options"]]  # type: ignore[attr-defined]
    compared = await choose(ada, choice, *values[:2])
    assert title(compared) == "Handwritten digit recognition: 2 runs side by side"
    assert "**A\\: learning\\_rate 0.001**" in text(compared)
    (picture,) = compared.attachments
    assert picture.description is not None
    assert "Loss on held-out data, B: learning_rate 0.01: from 1 to 0.4." in picture.description


async def test_where_files_may_not_be_attached_the_curve_is_told_in_words(
    ada: MemberActor, simcord_env: simcord.Env, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    assert simcord_env.bot.user is not None
    closed = simcord_env.guild.create_text_channel(
        "closed", overwrites={simcord_env.bot.user: discord.PermissionOverwrite(attach_files=False)}
    )
    await start(ada, closed)
    run = await done(carrier)
    opened = await choose(ada, shown(await ada.slash(closed, "train mine")), run)
    assert opened.attachments == []
    assert "Curves to step 3 of 10" in text(opened)


# -------------------------------------------------------------------- boards


async def test_a_board_names_only_who_joined(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    for who, accuracy in ((ada, 0.97), (bob, 0.96)):
        await start(who, channel)
        await done(carrier, accuracy)
    result = await bob.slash(channel, "train board", task="digits")
    assert result.ephemeral
    board = shown(result)
    assert text(board).splitlines()[:2] == [
        "1\\. a learner · accuracy 0.97 · 12 s",
        "2\\. a learner (you) · accuracy 0.96 · 12 s",
    ]
    assert "On sklearn-digits 1." in str(board.embeds[0].footer.text)
    board = shown(await bob.click(board, label="Join"))
    assert text(board).splitlines()[1] == "2\\. **bob** (you) · accuracy 0.96 · 12 s"
    assert "**bob**" in text(shown(await ada.slash(channel, "train board", task="digits")))
    board = shown(await bob.click(board, label="Leave"))
    assert "bob" not in text(board)
    assert "Nobody has finished" in text(await choose(bob, board, "scratch"))


async def test_boards_are_apart_by_data_set(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    for accuracy, data in ((0.97, "sklearn-digits"), (0.5, "synthetic-digits")):
        await start(ada, channel)
        run = await carrier.begin()
        await carrier.report(run, [1, 0.5], data=(data, "2"))
        await carrier.finish(run, {"accuracy": accuracy}, now=NOW + timedelta(seconds=accuracy))
    board = shown(await ada.slash(channel, "train board", task="digits"))
    assert "accuracy 0.97" in text(board)
    board = await choose(ada, board, "synthetic-digits 2", number=1)
    assert "accuracy 0.5" in text(board)
    assert "On synthetic-digits 2." in str(board.embeds[0].footer.text)


# -------------------------------------------------------------------- for real


@pytest.mark.parametrize("queue_clock", [utc_now])
async def test_a_digits_run_goes_from_the_form_through_the_queue_to_its_result(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, tmp_path: Path
) -> None:
    at_work = Working(
        Settings(home=tmp_path), tmp_path / "gradus.sqlite3", gradus.training.has_worker, os.environ, device="cpu"
    )
    try:
        await at_work.tick(utc_now())
        await start(ada, channel, epochs="3", examples="300")
        assert "No worker is there" in str(channel.history()[-1].embeds[0].description)
        end = time.monotonic() + SECONDS_OF_A_RUN
        while await gradus.training.live() and time.monotonic() < end:
            await asyncio.sleep(0.2)
            await gradus.ticks.run_due(utc_now() + timedelta(days=1))
        message = channel.history()[-1]
        assert str(message.embeds[0].title).startswith("Handwritten digit recognition: accuracy 0.")
        assert "sklearn-digits" in str(message.embeds[0].footer.text)
        assert len(message.attachments) == 1
    finally:
        at_work.stop()
