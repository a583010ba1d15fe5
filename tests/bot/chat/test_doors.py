"""What every door does first: who is let in, where answers are public, and what each learner is told once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus
from bot.chat.answering import NOTICE
from bot.servers.servers import BLOCKED
from tests.bot.chat.test_ask import last, mention, raised, refuse
from tests.bot.chat.test_follow_up import QUESTION, form, send, told
from tests.bot.conftest import NOW, Prepared

Knock = Callable[[], Awaitable[str]]
"""Asks through one door and gives what is said to who asked."""


@pytest.fixture
async def doors(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> dict[str, Knock]:
    """Every door of a server, for ada; bob has an answer there already."""
    said = await bob.send(channel, QUESTION)
    answer = (await bob.slash(channel, "ask", question=QUESTION)).response
    assert answer is not None
    await bob.click(answer, label="Follow up")
    (thread,) = channel.threads
    opened = await ada.click(last(thread), label="Reply")  # a form that is open stays open

    async def command() -> str:
        return told(await ada.slash(channel, "ask", question=QUESTION))

    async def menu() -> str:
        return told(await ada.context_menu(channel, "Explain this", said))

    async def mentioned() -> str:
        await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
        return last(channel).content

    async def reply() -> str:
        return told(await send(ada, opened, "and why?"))

    return {"command": command, "menu": menu, "mention": mentioned, "reply": reply}


@pytest.mark.parametrize("door", ["command", "menu", "mention", "reply"])
async def test_who_is_blocked_is_told_so_at_every_door(
    simcord_env: simcord.Env,
    gradus: Gradus,
    ada: MemberActor,
    doors: dict[str, Knock],
    answerer: Prepared,
    door: str,
) -> None:
    await gradus.servers.block(simcord_env.guild.id, ada.id, NOW)
    before = len(answerer.heard)
    assert await doors[door]() == BLOCKED
    assert len(answerer.heard) == before
    assert len(raised(simcord_env)) <= 1


async def test_who_asks_too_fast_is_told_when_the_next_question_is_free(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle
) -> None:
    await gradus.servers.change(simcord_env.guild.id, lambda old: replace(old, questions_per_hour=1))
    await ada.slash(channel, "ask", question=QUESTION)
    assert "The next one is free in 60 minutes" in told(await ada.slash(channel, "ask", question=QUESTION))
    assert len(raised(simcord_env)) == 1


@pytest.fixture
async def elsewhere(simcord_env: simcord.Env, gradus: Gradus, channel: ChannelHandle) -> ChannelHandle:
    """A channel in which answers are not public, as they are in `channel` alone."""
    other = simcord_env.guild.create_text_channel("general")
    await gradus.servers.change(
        simcord_env.guild.id, lambda old: replace(old, allowed_channels=frozenset({channel.id, 404}))
    )
    return other


async def test_outside_the_allowed_channels_the_command_answers_who_asked_alone(
    ada: MemberActor, channel: ChannelHandle, elsewhere: ChannelHandle, answerer: Prepared
) -> None:
    assert not (await ada.slash(channel, "ask", question=QUESTION)).ephemeral
    result = await ada.slash(elsewhere, "ask", question=QUESTION)
    assert result.ephemeral
    assert result.response is not None
    opened = await ada.click(result.response, label="Follow up")
    assert "Only you see my answers here" in form(opened)["description"]
    assert (await send(ada, opened, "and why?")).ephemeral
    assert elsewhere.history() == []


@pytest.mark.parametrize("question", [QUESTION, ""])
async def test_a_mention_outside_the_allowed_channels_is_shown_where_to_ask(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    elsewhere: ChannelHandle,
    answerer: Prepared,
    question: str,
) -> None:
    await ada.send(elsewhere, f"{mention(simcord_env)} {question}")
    assert last(elsewhere).content == (
        f"I answer in public in {channel.mention}. Here use `/ask`: only you will see the answer."
    )
    assert answerer.heard == []


async def test_where_no_allowed_channel_is_left_a_mention_is_sent_to_the_command(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, elsewhere: ChannelHandle
) -> None:
    await gradus.servers.change(simcord_env.guild.id, lambda old: replace(old, allowed_channels=frozenset({404})))
    await ada.send(elsewhere, f"{mention(simcord_env)} {QUESTION}")
    assert last(elsewhere).content == "I do not answer in public here. Use `/ask`: only you will see the answer."


async def test_threads_go_by_the_channel_they_belong_to(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle, elsewhere: ChannelHandle
) -> None:
    answer = (await ada.slash(channel, "ask", question=QUESTION)).response
    assert answer is not None
    await ada.click(answer, label="Follow up")
    (thread,) = channel.threads
    assert not (await send(ada, await ada.click(last(thread), label="Reply"), "and why?")).ephemeral
    await gradus.servers.change(
        simcord_env.guild.id, lambda old: replace(old, allowed_channels=frozenset({elsewhere.id}))
    )
    assert (await send(ada, await ada.click(last(thread), label="Reply"), "and how?")).ephemeral


async def test_every_learner_is_told_once_who_sees_what_was_not_answered(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    await ada.send_dm(QUESTION)
    dm = ada.user.dm_channel
    assert dm is not None
    assert last(dm).content == ""  # no server's moderators see those
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert last(channel).content == f"-# {NOTICE}"
    assert told_in(await ada.slash(channel, "ask", question=QUESTION)) == ""
    assert told_in(await bob.slash(channel, "ask", question=QUESTION)) == f"-# {NOTICE}"


async def test_the_notice_stands_in_an_answer_without_an_embed_too(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    refuse(simcord_env, times=2)
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert last(channel).embeds == []
    assert last(channel).content.endswith(f"\n-# {NOTICE}")


def told_in(result: object) -> str:
    response = getattr(result, "response", None)
    assert response is not None
    return str(response.content)
