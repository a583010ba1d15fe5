"""Daily prompts in a simulated Discord: where they arrive, what they say, and what happens where they cannot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.chat.prompt_sender import IN_PUBLIC, NOT_YOURS, THREAD_NAME, PromptSender
from bot.practising import Today
from bot.prompting import UNREACHABLE, Prompting
from foundation.database import DatabaseThread, migrate
from quizzes.prompt_store import PromptStore
from tests.bot.conftest import NOW

TEXT = "Good morning. 4 questions for today: Gradient descent and 3 more, about 3 minutes."
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSED: dict[str, Any] = {"status": 403, "code": 50007, "message": "Cannot send messages to this user"}


@dataclass
class Started:
    """Stands for the session that a press begins."""

    by: list[int] = field(default_factory=list)

    async def __call__(self, interaction: discord.Interaction[GradusClient]) -> None:
        self.by.append(interaction.user.id)
        await interaction.response.send_message("The first question.", ephemeral=True)


@pytest.fixture
def started() -> Started:
    return Started()


async def worth(person: int, now: datetime) -> Today:
    return Today(4, "Gradient descent")


@pytest.fixture
def prompting(database: DatabaseThread, tmp_path: Path, ids: Callable[[], str]) -> Prompting:
    migrate(tmp_path / "gradus.sqlite3", [PromptStore.migrations])

    return Prompting(database, worth, ids)


@pytest.fixture
async def sender(simcord_env: simcord.Env, prompting: Prompting, started: Started) -> PromptSender:
    return make_sender(simcord_env, prompting, started)


def make_sender(env: simcord.Env, prompting: Prompting, started: Started) -> PromptSender:
    assert isinstance(env.bot, GradusClient)
    return PromptSender(env.bot, prompting, started)


async def open_quiz(env: simcord.Env, gradus: Gradus, **allowed: bool) -> ChannelHandle:
    """A quiz channel of the server, where the bot is allowed what it is by default, and this."""
    assert env.bot.user is not None
    made = env.guild.create_text_channel("quiz", overwrites={env.bot.user: discord.PermissionOverwrite(**allowed)})
    await gradus.servers.change(env.guild.id, lambda old: replace(old, quiz_channel=made.id))
    return made


@pytest.fixture
async def quiz(simcord_env: simcord.Env, gradus: Gradus, channel: ChannelHandle) -> ChannelHandle:
    return await open_quiz(simcord_env, gradus)


async def set_daily(prompting: Prompting, person: int, place: str = "dm", server: int | None = None) -> None:
    await prompting.set_daily(person, time(9), "UTC", place, NOW - HOUR, server=server)


async def tick(prompting: Prompting, sender: PromptSender, now: datetime = NOW) -> None:
    await prompting.plan(now)
    await sender.tick(now)


def said(channel: ChannelHandle) -> list[str]:
    return [message.content for message in channel.history()]


def direct(ada: MemberActor) -> ChannelHandle:
    return ada.user.dm_channel


async def close_dms(env: simcord.Env, ada: MemberActor) -> None:
    env.inject_error("POST", f"/channels/{direct(ada).id}/messages", times=None, **CLOSED)


async def state_of(database: DatabaseThread) -> Sequence[object]:
    """The state of the latest prompt, why, and where it went."""
    query = "select state, why, place from outbox order by id desc"
    return await database.run(lambda db: tuple(db.execute(query).fetchone()))


async def test_a_prompt_comes_by_direct_message_with_a_button(
    prompting: Prompting, sender: PromptSender, ada: MemberActor, database: DatabaseThread, simcord_env: simcord.Env
) -> None:
    await set_daily(prompting, ada.id)
    await tick(prompting, sender)
    await tick(prompting, sender)
    assert said(direct(ada)) == [TEXT]
    assert await state_of(database) == ("sent", None, "dm")
    (request,) = [one for one in simcord_env.http_requests if one.path == f"/channels/{direct(ada).id}/messages"]
    assert request.json is not None
    assert request.json["enforce_nonce"] is True
    assert (
        request.json["components"][0]["components"][0]["custom_id"] == f"gradus:prompt:{request.json['nonce']}:{ada.id}"
    )


async def test_the_button_begins_a_session_after_a_restart_too(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    prompting: Prompting,
    sender: PromptSender,
    started: Started,
    ada: MemberActor,
) -> None:
    await set_daily(prompting, ada.id)
    await tick(prompting, sender)
    await simcord_env.restart_bot(new_client())
    make_sender(simcord_env, prompting, started)
    message = direct(ada).last_message
    assert message is not None
    result = await ada.user.click(message, label="Start")
    assert started.by == [ada.id]
    assert result.response is not None
    assert result.response.content == "The first question."


async def test_nothing_is_sent_before_there_is_a_connection(
    prompting: Prompting,
    new_client: Callable[[], GradusClient],
    started: Started,
    ada: MemberActor,
    database: DatabaseThread,
) -> None:
    await set_daily(prompting, ada.id)
    await tick(prompting, PromptSender(new_client(), prompting, started))
    assert await state_of(database) == ("planned", None, None)


async def test_closed_direct_messages_lead_to_a_private_thread_in_the_quiz_channel(
    simcord_env: simcord.Env,
    prompting: Prompting,
    sender: PromptSender,
    ada: MemberActor,
    bob: MemberActor,
    quiz: ChannelHandle,
    started: Started,
    database: DatabaseThread,
) -> None:
    await set_daily(prompting, ada.id, server=simcord_env.guild.id)
    await close_dms(simcord_env, ada)
    await tick(prompting, sender)
    (thread,) = quiz.threads
    assert said(thread) == [f"<@{ada.id}> {TEXT}"]
    message = thread.last_message
    assert message is not None
    assert [one.id for one in message.mentions] == [ada.id]
    real = simcord_env.bot.get_channel(thread.id)
    assert isinstance(real, discord.Thread)
    assert (real.is_private(), real.name) == (True, THREAD_NAME)
    assert await state_of(database) == ("sent", None, str(simcord_env.guild.id))
    await ada.click(message, label="Start")
    assert started.by == [ada.id]
    await tick(prompting, sender, NOW + DAY)
    assert [len(said(one)) for one in quiz.threads] == [2]


async def test_where_threads_cannot_be_private_a_public_one_says_little_and_is_nobody_else_s(
    simcord_env: simcord.Env,
    gradus: Gradus,
    prompting: Prompting,
    sender: PromptSender,
    ada: MemberActor,
    bob: MemberActor,
    started: Started,
) -> None:
    quiz = await open_quiz(simcord_env, gradus, create_private_threads=False)
    await set_daily(prompting, ada.id, place=str(simcord_env.guild.id))
    await tick(prompting, sender)
    (thread,) = quiz.threads
    assert said(thread) == [f"<@{ada.id}> {IN_PUBLIC}"]
    message = thread.last_message
    assert message is not None
    result = await bob.click(message, label="Start")
    assert started.by == []
    assert result.response is not None
    assert (result.response.content, result.response.ephemeral) == (NOT_YOURS, True)


async def test_a_thread_that_was_deleted_is_opened_anew(
    simcord_env: simcord.Env, prompting: Prompting, sender: PromptSender, ada: MemberActor, quiz: ChannelHandle
) -> None:
    await set_daily(prompting, ada.id, place=str(simcord_env.guild.id))
    await tick(prompting, sender)
    first = simcord_env.bot.get_channel(quiz.threads[0].id)
    assert isinstance(first, discord.Thread)
    await first.delete()
    await tick(prompting, sender, NOW + DAY)
    (thread,) = quiz.threads
    assert thread.id != first.id
    assert len(said(thread)) == 1


async def test_closed_everywhere_three_times_pauses_and_says_so(
    simcord_env: simcord.Env, prompting: Prompting, sender: PromptSender, ada: MemberActor, database: DatabaseThread
) -> None:
    await set_daily(prompting, ada.id)
    await close_dms(simcord_env, ada)
    for days in range(3):
        await tick(prompting, sender, NOW + days * DAY)
    assert await state_of(database) == ("failed", "direct messages are closed, and no server is known", None)
    assert (await prompting.daily(ada.id)).trouble == UNREACHABLE
    assert await prompting.news(ada.id) == UNREACHABLE


@pytest.mark.parametrize("trouble", ["no quiz channel", "blocked", "left", "unknown server", "forbidden"])
async def test_why_a_server_is_no_way_is_kept(
    simcord_env: simcord.Env,
    gradus: Gradus,
    prompting: Prompting,
    sender: PromptSender,
    ada: MemberActor,
    quiz: ChannelHandle,
    database: DatabaseThread,
    trouble: str,
) -> None:
    guild = simcord_env.guild
    await set_daily(prompting, ada.id, place="12345" if trouble == "unknown server" else str(guild.id))
    if trouble == "no quiz channel":
        await gradus.servers.change(guild.id, lambda old: replace(old, quiz_channel=None))
    elif trouble == "blocked":
        await gradus.servers.block(guild.id, ada.id, NOW)
    elif trouble == "left":
        simcord_env.inject_error("GET", "/guilds/*/members/*", status=404, code=10007, message="Unknown Member")
    elif trouble == "forbidden":
        simcord_env.inject_error("POST", "/channels/*/threads", status=403, code=50013, message="Missing Permissions")
    await tick(prompting, sender)
    reasons = {
        "no quiz channel": "the server has no quiz channel",
        "blocked": "the server's moderators have blocked the learner",
        "left": "the learner is not in that server any more",
        "unknown server": "I am not in that server any more",
        "forbidden": "the server does not let me write in a thread of its quiz channel",
    }
    assert await state_of(database) == ("failed", reasons[trouble], None)


@pytest.mark.parametrize(
    "trouble", [{"status": 503}, {"status": 429}, {"status": 403, "code": 40003}, {"status": 403, "code": 20026}]
)
async def test_trouble_of_discord_s_own_is_no_failure_of_the_learner(
    simcord_env: simcord.Env,
    prompting: Prompting,
    sender: PromptSender,
    ada: MemberActor,
    database: DatabaseThread,
    trouble: dict[str, int],
) -> None:
    await set_daily(prompting, ada.id)
    simcord_env.inject_error("POST", f"/channels/{direct(ada).id}/messages", times=1, **trouble)  # type: ignore[arg-type]
    await tick(prompting, sender)
    assert await state_of(database) == ("planned", None, None)
    await tick(prompting, sender, NOW + HOUR)
    assert said(direct(ada)) == [TEXT]
    assert await state_of(database) == ("sent", None, "dm")


@pytest.mark.parametrize("place", ["dm", "closed", "server"])
async def test_a_message_that_discord_has_but_we_did_not_hear_of_is_found_by_its_nonce(
    simcord_env: simcord.Env,
    prompting: Prompting,
    sender: PromptSender,
    ada: MemberActor,
    quiz: ChannelHandle,
    database: DatabaseThread,
    place: str,
) -> None:
    server = simcord_env.guild.id
    await set_daily(prompting, ada.id, place=str(server) if place == "server" else "dm", server=server)
    if place == "closed":
        await close_dms(simcord_env, ada)
    await tick(prompting, sender)
    await database.run(
        lambda db: db.execute("update outbox set state = 'sending', next_try_at = due_at, place = null").fetchall()
    )
    reborn = Prompting(database, worth, lambda: "b1")
    await tick(reborn, make_sender(simcord_env, reborn, Started()), NOW + DAY / 48)
    there = [*said(direct(ada)), *(line for one in quiz.threads for line in said(one))]
    assert len(there) == 1
    assert await state_of(database) == ("sent", None, "dm" if place == "dm" else str(server))


async def test_a_message_that_never_left_is_not_found_and_is_sent(
    prompting: Prompting, sender: PromptSender, ada: MemberActor, database: DatabaseThread
) -> None:
    await set_daily(prompting, ada.id)
    await prompting.plan(NOW)
    await database.run(lambda db: PromptStore().claim(db, 1))
    await ada.user.send_dm("Nothing of yours yet?")
    await tick(prompting, sender)
    assert TEXT in said(direct(ada))
