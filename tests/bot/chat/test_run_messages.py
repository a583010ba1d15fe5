"""The messages that show runs as they go: when they are edited, and all that Discord may take away from them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.chat.places import Where
from bot.training import Live, Origin
from tests.bot.carried import Carrier
from tests.bot.conftest import NOW

SECOND = timedelta(seconds=1)
FORBIDDEN: dict[str, Any] = {"status": 403, "code": 50013, "message": "Missing Permissions"}
CLOSED: dict[str, Any] = {"status": 403, "code": 50007, "message": "Cannot send messages to this user"}


@pytest.fixture
async def carrier(simcord_env: simcord.Env, gradus: Gradus) -> Carrier:
    made = Carrier(gradus.database)
    await made.beat()
    return made


class Watched:
    """A run of ada's with its message, and the bot's ticks."""

    def __init__(self, env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle) -> None:
        self.env, self.gradus, self.ada, self.channel = env, gradus, ada, channel
        self.now = NOW

    async def start(self, **typed: str) -> str:
        """Queue a run as the form does, and send its message; the run's id."""
        guild = self.channel.guild
        origin = Origin(guild.id if guild else None)
        form = await self.gradus.training.begin(self.ada.id, origin, "digits", typed=typed)
        await self.gradus.training.submit(self.ada.id, form.id, "falls", origin)
        await self.client.run_messages.post(await self.gradus.training.run(form.id), self.where)
        return form.id

    @property
    def client(self) -> GradusClient:
        assert isinstance(self.env.bot, GradusClient)
        return self.env.bot

    @property
    def where(self) -> Where:
        return Where(self.channel.guild.id if self.channel.guild else None, self.channel.id, None, thread=False)

    async def tick(self, seconds: float = 3) -> None:
        """Let time pass, and the bot look."""
        self.now += seconds * SECOND
        await self.client.run_messages.tick(self.now)

    def edits(self, channel: ChannelHandle | None = None) -> int:
        """How often messages of the channel were edited so far."""
        path = f"/channels/{(channel or self.channel).id}/messages/"
        return sum(one.method == "PATCH" and one.path.startswith(path) for one in self.env.http_requests)

    async def live(self) -> tuple[Live, ...]:
        return await self.gradus.training.live()


@pytest.fixture
async def watched(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle, carrier: Carrier
) -> Watched:
    return Watched(simcord_env, gradus, ada, channel)


def title(channel: ChannelHandle) -> str:
    return str(channel.history()[-1].embeds[0].title)


def text(channel: ChannelHandle) -> str:
    return str(channel.history()[-1].embeds[0].description)


def buttons(channel: ChannelHandle) -> list[str]:
    rows = [row for row in channel.history()[-1].components if isinstance(row, discord.ActionRow)]
    return [str(one.label) for row in rows for one in row.children if isinstance(one, discord.Button)]


# -------------------------------------------------------------------- as a run goes


async def test_a_message_follows_its_run_from_the_queue_to_the_result(watched: Watched, carrier: Carrier) -> None:
    await watched.start()
    await watched.start()
    assert title(watched.channel) == "Handwritten digit recognition: waiting"
    assert "Place 2 in the queue" in text(watched.channel)
    assert "1 run is before yours" in text(watched.channel)
    assert buttons(watched.channel) == ["Cancel", "My runs"]
    first, second = await carrier.begin(), await carrier.begin()
    await watched.tick()
    await watched.tick()
    assert text(watched.channel).endswith("Starting.")
    await carrier.report(second, [1, 0.6, 0.5])
    await watched.tick()
    assert "30% · step 3 of 10" in text(watched.channel)
    (picture,) = watched.channel.history()[-1].attachments
    assert picture.description is not None
    assert picture.description.startswith("Curves to step 3 of 10. Loss, training: from 0.5 to 0.25.")
    footer = watched.channel.history()[-1].embeds[0].footer.text
    assert footer == "data: sklearn-digits 1 · on a CPU: there is no GPU here"
    await carrier.report(second, [1, 0.6, 0.5, 0.9])
    await carrier.finish(second, {"accuracy": 0.96})
    await carrier.finish(first, {"accuracy": 0.9})
    await watched.tick()
    await watched.tick()
    assert title(watched.channel) == "Handwritten digit recognition: accuracy 0.96"
    assert "**The project is done.**" in text(watched.channel)
    assert "You said it falls; it fell, then rose." in text(watched.channel)
    assert "Place **1** of 1 on this server's board." in text(watched.channel)
    (finding,) = watched.channel.history()[-1].embeds[0].fields
    assert finding.name == "Overfitting (lesson: Dropout)"
    assert buttons(watched.channel) == ["Lesson", "Quiz me", "Again", "Compare", "Script", "Board", "My runs"]
    assert await watched.live() == ()
    assert watched.channel.history()[-1].content == f"-# <@{watched.ada.id}>'s run"


@pytest.mark.parametrize(
    ("state", "why", "words"),
    [
        ("failed", "layer 1 (`conv`): conv takes channels and a kernel", "layer 1"),
        ("timed_out", "it was stopped after the 300 s that its task may take", "after the 300 s"),
        ("out_of_memory", None, "stopped: out of memory"),
        ("cancelled", None, "It was cancelled"),
    ],
)
async def test_a_run_that_came_to_nothing_says_why_in_a_line(
    watched: Watched, carrier: Carrier, state: Any, why: str | None, words: str
) -> None:
    await watched.start()
    await carrier.finish(await carrier.begin(), state=state, why=why)
    await watched.tick()
    assert words in text(watched.channel).replace("\\", "")
    assert buttons(watched.channel) == ["Again", "Script", "Board", "My runs"]


async def test_a_search_shows_its_trials_and_which_was_best(watched: Watched, carrier: Carrier) -> None:
    await watched.start(search="learning_rate=0.01,0.1")
    run = await carrier.begin()
    await carrier.report(run, [1, 0.5] * 600, steps=2000)
    await watched.tick()
    assert "trial 2 of 2: learning_rate 0.1" in text(watched.channel).replace("\\", "")
    await carrier.finish(run, {"accuracy": 0.9, "best_trial": 2.0})
    await watched.tick()
    assert "Best of 2 trials, by held-out data: **2: learning_rate 0.1**" in text(watched.channel).replace("\\", "")
    (picture,) = watched.channel.history()[-1].attachments
    assert "Loss on held-out data, 2: learning_rate 0.1: from 1 to 0.5." in str(picture.description)


async def test_a_run_that_diverged_says_where(watched: Watched, carrier: Carrier) -> None:
    await watched.start()
    run = await carrier.begin()
    await carrier.report(run, [1, 50])
    await carrier.finish(run, {"diverged": 1.0})
    await watched.tick()
    assert title(watched.channel).endswith(": diverged")
    assert "at step 2 of 10" in text(watched.channel)


async def test_without_a_worker_a_run_says_that_it_waits_for_one(watched: Watched, gradus: Gradus) -> None:
    await gradus.database.run(lambda database: database.execute("delete from workers"))
    await watched.start()
    assert "No worker is there at the moment" in text(watched.channel)


# -------------------------------------------------------------------- how often


async def test_edits_come_three_seconds_apart_and_only_where_something_changed(
    watched: Watched, carrier: Carrier
) -> None:
    await watched.start()
    run = await carrier.begin()
    await watched.tick()
    before = watched.edits()
    for number in range(1, 7):  # six points in three seconds
        await carrier.report(run, [1 / one for one in range(1, number + 1)])
        await watched.tick(0.5)
    assert watched.edits() == before + 1
    assert "step 6 of 10" in text(watched.channel)
    for _ in range(5):
        await watched.tick()
    assert watched.edits() == before + 1


async def test_a_channel_has_one_edit_a_tick_and_who_waited_longest_is_first(
    watched: Watched, carrier: Carrier
) -> None:
    runs = [await watched.start() for _ in range(3)]
    seen = []
    for _ in runs:
        before = watched.edits()
        await watched.tick(0.5)
        assert watched.edits() == before + 1
        seen.append([one.path for one in watched.env.http_requests if one.method == "PATCH"][-1])
    assert len(set(seen)) == 3


async def test_a_slow_channel_holds_up_no_other(
    watched: Watched, carrier: Carrier, monkeypatch: pytest.MonkeyPatch, simcord_env: simcord.Env
) -> None:
    await watched.start()
    slow, released = watched.channel, asyncio.Event()
    whole = discord.PartialMessage.edit

    async def edit(self: discord.PartialMessage, **how: Any) -> Any:
        if self.channel.id == slow.id:
            await released.wait()
        return await whole(self, **how)

    monkeypatch.setattr(discord.PartialMessage, "edit", edit)
    monkeypatch.setattr("bot.chat.run_messages.PATIENCE", 0.05)
    await watched.tick()
    watched.channel = simcord_env.guild.create_text_channel("other")
    await watched.start()
    await watched.tick()
    assert (watched.edits(slow), watched.edits()) == (0, 1)
    released.set()
    await asyncio.sleep(0.05)
    assert watched.edits(slow) == 1


# -------------------------------------------------------------------- where


async def test_the_servers_training_channel_has_the_messages_where_one_is_chosen(
    watched: Watched, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    chosen = simcord_env.guild.create_text_channel("training")
    await gradus.servers.change(simcord_env.guild.id, lambda old: replace(old, training_channel=chosen.id))
    await watched.start()
    assert title(chosen).endswith("waiting")
    assert watched.channel.history() == []


async def test_where_answers_are_not_public_it_comes_by_direct_message(
    watched: Watched, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await gradus.servers.change(simcord_env.guild.id, lambda old: replace(old, allowed_channels=frozenset({1})))
    await watched.start()
    assert watched.channel.history() == []
    assert title(watched.ada.user.dm_channel).endswith("waiting")


async def test_a_closed_channel_leaves_direct_messages_and_closed_ones_nothing(
    watched: Watched, simcord_env: simcord.Env
) -> None:
    simcord_env.inject_error("POST", f"/channels/{watched.channel.id}/messages", times=None, **FORBIDDEN)
    await watched.start()
    assert title(watched.ada.user.dm_channel).endswith("waiting")
    simcord_env.inject_error("POST", f"/channels/{watched.ada.user.dm_channel.id}/messages", times=None, **CLOSED)
    run = await watched.start()
    assert [one.message.run for one in await watched.live()] != [run]
    assert (await watched.gradus.training.run(run)).record.state == "queued"


# -------------------------------------------------------------------- what may be taken away


@pytest.mark.parametrize("gone", ["message", "channel"])
async def test_a_deleted_message_falls_silent_and_its_run_goes_on(
    watched: Watched, carrier: Carrier, simcord_env: simcord.Env, gone: str
) -> None:
    await watched.start()
    run = await carrier.begin()
    if gone == "message":
        await (
            watched.client.get_partial_messageable(watched.channel.id)
            .get_partial_message(watched.channel.history()[-1].id)
            .delete()
        )
    else:
        simcord_env.inject_error(
            "PATCH", f"/channels/{watched.channel.id}/messages/*", status=404, code=10003, message="Unknown Channel"
        )
    await watched.tick()
    assert await watched.live() == ()
    before = len(simcord_env.http_requests)
    await carrier.report(run, [1, 0.5])
    await watched.tick()
    assert len(simcord_env.http_requests) == before
    assert (await watched.gradus.training.run(run)).record.state == "running"


async def test_without_the_right_to_attach_the_curve_is_left_out(
    watched: Watched, carrier: Carrier, simcord_env: simcord.Env
) -> None:
    await watched.start()
    run = await carrier.begin()
    await carrier.report(run, [1, 0.5])
    simcord_env.inject_error("PATCH", f"/channels/{watched.channel.id}/messages/*", times=1, **FORBIDDEN)
    await watched.tick()
    assert "step 2 of 10" in text(watched.channel)
    assert watched.channel.history()[-1].attachments == []
    await carrier.report(run, [1, 0.5, 0.4])
    before = watched.edits()
    await watched.tick()
    assert watched.edits() == before + 1  # what was refused once is not tried every time


async def test_a_lost_permission_silences_the_message_and_not_the_run(
    watched: Watched, carrier: Carrier, simcord_env: simcord.Env
) -> None:
    await watched.start()
    run = await carrier.begin()
    simcord_env.inject_error("PATCH", f"/channels/{watched.channel.id}/messages/*", times=None, **FORBIDDEN)
    await watched.tick()
    assert await watched.live() == ()
    await carrier.finish(run, {"accuracy": 0.9})
    assert (await watched.gradus.training.run(run)).record.state == "done"


async def test_trouble_of_discords_own_is_waited_out(
    watched: Watched, carrier: Carrier, simcord_env: simcord.Env
) -> None:
    await watched.start()
    run = await carrier.begin()
    await carrier.report(run, [1, 0.5])
    simcord_env.inject_error("PATCH", f"/channels/{watched.channel.id}/messages/*", status=500)
    await watched.tick()
    assert title(watched.channel).endswith("waiting")
    await watched.tick(1)
    assert title(watched.channel).endswith("waiting")
    await watched.tick(6)
    assert "step 2 of 10" in text(watched.channel)


# -------------------------------------------------------------------- restarts, and forgetting


async def test_a_restart_in_the_middle_finds_the_message_again(
    watched: Watched, carrier: Carrier, simcord_env: simcord.Env, new_client: Callable[[], GradusClient]
) -> None:
    await watched.start()
    run = await carrier.begin()
    await carrier.report(run, [1, 0.5])
    await watched.tick()
    await simcord_env.restart_bot(new_client())
    await carrier.report(run, [1, 0.5, 0.4, 0.3])
    await watched.tick()
    assert "step 4 of 10" in text(watched.channel)
    await carrier.finish(run, {"accuracy": 0.97})
    await watched.tick()
    assert title(watched.channel).endswith("accuracy 0.97")
    assert len(watched.channel.history()) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_message_whose_sending_was_cut_short_is_found_or_sent_at_the_next_start(
    watched: Watched,
    carrier: Carrier,
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    arrived: bool,
) -> None:
    if arrived:
        await watched.start()
        await watched.gradus.database.run(lambda database: database.execute("update run_messages set message = null"))
    else:
        form = await watched.gradus.training.begin(watched.ada.id, Origin(), "digits")
        await watched.gradus.training.submit(watched.ada.id, form.id, None, Origin())
        await watched.gradus.training.expect(form.id, watched.channel.id)
    await simcord_env.restart_bot(new_client())
    assert len(watched.channel.history()) == 1
    (live,) = await watched.live()
    assert live.message.message == watched.channel.history()[0].id


async def test_the_message_of_a_learner_who_is_forgotten_says_that_it_is_gone(
    watched: Watched, carrier: Carrier
) -> None:
    run = await watched.start()
    await carrier.begin()
    await watched.tick()
    await watched.gradus.mine.forget(watched.ada.id)
    await watched.tick()
    assert title(watched.channel) == "This run was deleted"
    assert watched.channel.history()[-1].content == ""
    assert buttons(watched.channel) == []
    with pytest.raises(Exception, match="no longer kept"):
        await watched.gradus.training.run(run)
