"""Removing an answer: who may, what goes, and what is said where Discord refuses."""

from collections.abc import Callable
from datetime import timedelta

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.asking import AnswerForgotten, Asking, NotTheirs
from bot.chat.buttons import ALREADY_GONE, CANNOT_DELETE
from bot.chat.client import GradusClient
from tests.bot.chat.test_ask import last, mention
from tests.bot.chat.test_follow_up import QUESTION, send, told
from tests.bot.conftest import NOW

REMOVED = "Removed, and I no longer keep it."


@pytest.fixture
async def moderator(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    role = simcord_env.guild.create_role("Moderator", permissions=discord.Permissions(manage_messages=True))
    return simcord_env.guild.add_member(simcord_env.create_user("mo"), roles=[role])


def there(channel: ChannelHandle, message: ResponseMessage | discord.Message) -> bool:
    return message.id in {one.id for one in channel.history()}


async def test_who_asked_removes_the_answer_here_and_where_it_is_kept(
    ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage, asking: Asking
) -> None:
    assert told(await ada.click(answered, label="Remove")) == REMOVED
    assert not there(channel, answered)
    with pytest.raises(AnswerForgotten):
        await asking.answer("a1")


async def test_a_moderator_removes_anyones_answer(
    moderator: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    assert told(await moderator.click(answered, label="Remove")) == REMOVED
    assert not there(channel, answered)


async def test_a_stranger_is_refused_politely_and_the_answer_stays(
    simcord_env: simcord.Env, bob: MemberActor, channel: ChannelHandle, answered: ResponseMessage, asking: Asking
) -> None:
    assert told(await bob.click(answered, label="Remove")) == str(NotTheirs())
    assert there(channel, answered)
    assert (await asking.answer("a1")).question == QUESTION


async def test_it_is_removed_after_a_restart_too(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    ada: MemberActor,
    channel: ChannelHandle,
    answered: ResponseMessage,
) -> None:
    await simcord_env.restart_bot(new_client())
    assert told(await ada.click(answered, label="Remove")) == REMOVED
    assert not there(channel, answered)


async def test_the_answer_to_a_mention_and_one_in_direct_messages_are_removed_too(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert told(await ada.click(last(channel), label="Remove")) == REMOVED
    assert [message.author.name for message in channel.history()] == ["ada"]
    await ada.send_dm(QUESTION)
    dm = ada.user.dm_channel
    assert dm is not None
    assert told(await ada.user.click(last(dm), label="Remove")) == REMOVED
    assert [message.author.name for message in dm.history()] == ["ada"]


async def test_an_answer_that_only_one_sees_is_removed_by_that_one(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, asking: Asking
) -> None:
    said = await bob.send(channel, QUESTION)
    explained = await ada.context_menu(channel, "Explain this", said)
    assert explained.response is not None
    assert told(await ada.click(explained.response, label="Remove")) == REMOVED
    with pytest.raises(AnswerForgotten):
        await asking.answer("a1")


async def test_a_thread_stays_when_the_answer_that_it_hangs_on_is_removed(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    await ada.click(answered, label="Follow up")
    (thread,) = channel.threads
    await ada.click(answered, label="Remove")
    assert [one.id for one in channel.threads] == [thread.id]
    assert told(await bob.click(last(thread), label="Reply")) == str(AnswerForgotten())
    await bob.send(thread, f"{mention(simcord_env)} and why?")
    result = await send(bob, await bob.click(last(thread), label="Reply"), "and how?")
    assert result.response is not None
    assert told(await bob.click(result.response, label="Remove")) == REMOVED


async def test_a_message_that_is_gone_already_is_one_line(
    simcord_env: simcord.Env, ada: MemberActor, answered: ResponseMessage
) -> None:
    simcord_env.inject_error("DELETE", "/webhooks/*", status=404, code=10008, message="Unknown Message", times=1)
    assert told(await ada.click(answered, label="Remove")) == ALREADY_GONE


async def test_a_refusal_of_discords_is_one_line_and_the_kept_answer_is_gone_all_the_same(
    simcord_env: simcord.Env, ada: MemberActor, answered: ResponseMessage, asking: Asking
) -> None:
    simcord_env.inject_error("DELETE", "/webhooks/*", status=403, code=50013, message="Missing Permissions", times=1)
    assert told(await ada.click(answered, label="Remove")) == CANNOT_DELETE
    with pytest.raises(AnswerForgotten):
        await asking.answer("a1")
    assert told(await ada.click(answered, label="Remove")) == REMOVED


async def test_an_answer_that_is_no_longer_kept_is_removed_by_whom_discord_knows_to_have_asked(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, asking: Asking
) -> None:
    command = (await ada.slash(channel, "ask", question=QUESTION)).response
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert command is not None
    await asking.forget_old(NOW + timedelta(days=91))
    for answer in (command, last(channel)):
        assert told(await bob.click(answer, label="Remove")) == str(AnswerForgotten())
        assert there(channel, answer)
        assert told(await ada.click(answer, label="Remove")) == REMOVED
        assert not there(channel, answer)


async def test_a_moderator_removes_an_answer_that_is_no_longer_kept(
    moderator: MemberActor, channel: ChannelHandle, answered: ResponseMessage, asking: Asking
) -> None:
    await asking.forget_old(NOW + timedelta(days=91))
    assert told(await moderator.click(answered, label="Remove")) == REMOVED
    assert not there(channel, answered)
