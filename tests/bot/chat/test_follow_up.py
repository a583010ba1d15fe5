"""Follow up and Reply: the thread, the form, and how a conversation goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient, make_client
from bot.chat.replying import FORM_ID, ReplyForm
from bot.chat.threads import BUTTON_OR_PING, NAME_LIMIT, PLAIN_MESSAGES, thread_name
from bot.settings import Settings
from index.answers import Turn
from tests.bot.chat.test_ask import labels, last, mention
from tests.bot.conftest import Prepared

QUESTION = "why does dropout help?"


@pytest.fixture
async def thread(ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage) -> ChannelHandle:
    """The thread that ada opened under that answer."""
    await ada.click(answered, label="Follow up")
    return channel.threads[0]


def told(result: InteractionResult) -> str:
    """What a press said, to who pressed alone."""
    shown = result.followups[0] if result.followups else result.response
    assert shown is not None
    assert shown.ephemeral
    return shown.content


def form(result: InteractionResult) -> dict[str, Any]:
    """The label around the one field of the form that a press opened."""
    assert result.modal is not None
    (label,) = result.modal["components"]
    assert isinstance(label, dict)
    return label


async def send(who: Any, shown: InteractionResult, question: str) -> InteractionResult:
    result = await who.submit_modal(shown, {"question": question})
    assert isinstance(result, InteractionResult)
    return result


async def test_follow_up_opens_a_public_thread_on_the_answer_named_by_the_question(
    ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    result = await ada.click(answered, label="Follow up")
    (thread,) = channel.threads
    assert (thread.id, thread.name) == (answered.id, QUESTION)
    assert told(result) == f"We go on in {thread.mention}."
    first = last(thread)
    assert first.content.split("\n")[0] == BUTTON_OR_PING
    assert QUESTION.rstrip("?") in first.content
    assert [[button.label for button in row.children] for row in first.components] == [["Reply"]]  # type: ignore[union-attr]


async def test_pressing_again_leads_anyone_to_the_same_thread_also_after_a_restart(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    bob: MemberActor,
    channel: ChannelHandle,
    answered: ResponseMessage,
    thread: ChannelHandle,
) -> None:
    before = len(thread.history())
    assert told(await bob.click(answered, label="Follow up")) == f"We go on in {thread.mention}."
    await simcord_env.restart_bot(new_client())
    assert told(await bob.click(answered, label="Follow up")) == f"We go on in {thread.mention}."
    assert len(channel.threads) == 1
    assert len(thread.history()) == before


async def test_an_archived_thread_comes_back(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    ada: MemberActor,
    answered: ResponseMessage,
    thread: ChannelHandle,
) -> None:
    await real(simcord_env, thread).edit(archived=True)
    await simcord_env.restart_bot(new_client())  # an archived thread is not among what Discord tells at the start
    assert told(await ada.click(answered, label="Follow up")) == f"We go on in {thread.mention}."
    assert not (await fetched(simcord_env, thread)).archived


async def test_a_locked_thread_is_named_as_such(
    simcord_env: simcord.Env, ada: MemberActor, answered: ResponseMessage, thread: ChannelHandle
) -> None:
    await real(simcord_env, thread).edit(archived=True, locked=True)
    assert "locked" in told(await ada.click(answered, label="Follow up"))


async def test_a_thread_that_was_deleted_is_opened_anew(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage, thread: ChannelHandle
) -> None:
    await real(simcord_env, thread).delete()
    await ada.click(answered, label="Follow up")
    (again,) = channel.threads
    assert last(again).content.startswith(BUTTON_OR_PING)


async def test_a_thread_that_cannot_be_opened_on_the_message_again_is_opened_beside_it(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage, thread: ChannelHandle
) -> None:
    await real(simcord_env, thread).delete()
    exists(simcord_env)
    result = await ada.click(answered, label="Follow up")
    (beside,) = channel.threads
    assert beside.id != answered.id
    assert told(result) == f"We go on in {beside.mention}."
    assert told(await ada.click(answered, label="Follow up")) == told(result)


async def test_a_thread_that_a_member_made_on_the_answer_is_taken_as_it_is(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    text_channel = simcord_env.bot.get_channel(channel.id)
    assert isinstance(text_channel, discord.TextChannel)
    made = await text_channel.get_partial_message(answered.id).create_thread(name="by hand")
    exists(simcord_env)
    assert told(await ada.click(answered, label="Follow up")) == f"We go on in {made.mention}."
    assert last(channel.threads[0]).content.startswith(BUTTON_OR_PING)


async def test_a_name_that_discord_refuses_becomes_a_plain_one(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    simcord_env.inject_error(
        "POST", "/channels/*/messages/*/threads", status=400, code=50035, message="Invalid Form Body", times=1
    )
    await ada.click(answered, label="Follow up")
    assert [thread.name for thread in channel.threads] == ["A question to Gradus"]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("why?", "why?"),
        ("@everyone why?", "@\u200beveryone why?"),
        ("word " * 40, ("word " * 40)[: NAME_LIMIT - 1].rstrip() + "…"),
        ("x" * 300, "x" * (NAME_LIMIT - 1) + "…"),
    ],
)
def test_a_threads_name_fits_and_pings_nobody(question: str, name: str) -> None:
    assert thread_name(question) == name
    assert len(name) <= NAME_LIMIT


async def test_the_reply_form_goes_on_with_the_answer_it_stands_under_for_anyone(
    bob: MemberActor, thread: ChannelHandle, answerer: Prepared
) -> None:
    opened = await bob.click(last(thread), label="Reply")
    assert not form(opened).get("description")
    result = await send(bob, opened, "and in PyTorch?")
    assert answerer.heard[-1] == ("and in PyTorch?", (Turn(QUESTION, "dropout"),))
    assert result.response is not None
    assert not result.ephemeral
    assert result.response.channel_id == thread.id
    assert result.response.embeds[0].author.name == "bob: and in PyTorch?"
    assert labels(result.response.components) == [
        ["Mathematics", "Code", "Sources", "Lesson", "Reply"],
        ["Helpful", "Not helpful", "Remove", "Quiz me", "Ask the group"],
    ]


async def test_a_form_that_is_open_during_a_restart_is_still_answered(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    ada: MemberActor,
    thread: ChannelHandle,
    answerer: Prepared,
) -> None:
    opened = await ada.click(last(thread), label="Reply")
    await simcord_env.restart_bot(new_client())
    await send(ada, opened, "and why?")
    assert answerer.heard[-1] == ("and why?", (Turn(QUESTION, "dropout"),))
    assert last(thread).embeds[0].title == "Dropout"


async def test_a_mention_and_a_pinging_reply_in_the_thread_go_on_too(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, thread: ChannelHandle, answerer: Prepared
) -> None:
    await bob.send(thread, f"{mention(simcord_env)} and why?")
    assert answerer.heard[-1] == ("and why?", (Turn(QUESTION, "dropout"),))
    await ada.send(thread, f"{mention(simcord_env)} and how?", reply_to=last(thread))
    assert [turn.question for turn in answerer.heard[-1][1]] == [QUESTION, "and why?"]


async def test_a_plain_message_in_the_thread_is_nobodys_question_without_message_content(
    ada: MemberActor, thread: ChannelHandle, answerer: Prepared
) -> None:
    before = len(answerer.heard)
    await ada.send(thread, "and why?")
    assert len(answerer.heard) == before


async def test_with_message_content_plain_messages_in_our_thread_are_questions_unless_for_somebody_else(
    gradus: Gradus, tmp_path: Path, answerer: Prepared
) -> None:
    reading = Gradus(**{**vars(gradus), "settings": Settings(home=tmp_path, message_content=True)})
    async with simcord.run(make_client(reading)) as env:
        channel = env.create_guild("Study server").create_text_channel("ask")
        ada, bob = (env.guild.add_member(env.create_user(name)) for name in ("ada", "bob"))
        answer = (await ada.slash(channel, "ask", question=QUESTION)).response
        assert answer is not None
        await ada.click(answer, label="Follow up")
        (thread,) = channel.threads
        assert last(thread).content.startswith(PLAIN_MESSAGES)
        await bob.send(thread, "and why?")
        assert answerer.heard[-1] == ("and why?", (Turn(QUESTION, "dropout"),))
        before = len(answerer.heard)
        said = await bob.send(thread, f"{ada.mention} did you get that?")
        await ada.send(thread, "yes, I did", reply_to=said)
        await ada.send(thread, "", attachments=[("loss.png", b"\x89PNG")])
        await ada.send(channel, "and here?")
        assert len(answerer.heard) == before


async def test_an_answer_that_only_one_sees_goes_on_in_the_form_and_stays_private(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    said = await bob.send(channel, QUESTION)
    explained = await ada.context_menu(channel, "Explain this", said)
    assert explained.response is not None
    opened = await ada.click(explained.response, label="Follow up")
    assert "Only you see" in form(opened)["description"]
    result = await send(ada, opened, "and why?")
    assert result.ephemeral
    assert answerer.heard[-1] == ("and why?", (Turn(QUESTION, "dropout"),))
    assert channel.threads == []


async def test_direct_messages_are_a_conversation_themselves(
    simcord_env: simcord.Env, ada: MemberActor, answerer: Prepared
) -> None:
    await ada.send_dm(QUESTION)
    dm = ada.user.dm_channel
    assert dm is not None
    opened = await ada.user.click(last(dm), label="Follow up")
    await send(ada.user, opened, "and why?")
    assert answerer.heard[-1] == ("and why?", (Turn(QUESTION, "dropout"),))
    await ada.send_dm("and how?")
    assert [turn.question for turn in answerer.heard[-1][1]] == [QUESTION, "and why?"]


async def test_without_the_permission_to_open_threads_the_form_says_so_and_the_answer_stands_right_there(
    simcord_env: simcord.Env, answerer: Prepared
) -> None:
    guild = simcord_env.create_guild("Strict server")
    no_threads = discord.PermissionOverwrite(create_public_threads=False)
    assert simcord_env.bot.user is not None
    channel = guild.create_text_channel("ask", overwrites={guild.default_role: no_threads})
    ada = guild.add_member(simcord_env.create_user("ada"))
    answer = (await ada.slash(channel, "ask", question=QUESTION)).response
    assert answer is not None
    opened = await ada.click(answer, label="Follow up")
    assert form(opened)["description"] == "I lack the permission to open threads in this channel: we go on right here."
    result = await send(ada, opened, "and why?")
    assert not result.ephemeral
    assert answerer.heard[-1][1] == (Turn(QUESTION, "dropout"),)


async def test_a_channel_without_threads_goes_on_in_the_form(simcord_env: simcord.Env) -> None:
    voice = simcord_env.create_guild("Loud server").create_voice_channel("lounge")
    ada = simcord_env.guild.add_member(simcord_env.create_user("ada"))
    answer = (await ada.slash(voice, "ask", question=QUESTION)).response
    assert answer is not None
    opened = await ada.click(answer, label="Follow up")
    assert form(opened)["description"] == "This channel has no threads: we go on right here."


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (400, 160006)])
async def test_a_refusal_of_discords_is_one_line_with_the_reply_button(
    simcord_env: simcord.Env, ada: MemberActor, answered: ResponseMessage, answerer: Prepared, status: int, code: int
) -> None:
    simcord_env.inject_error(
        "POST", "/channels/*/messages/*/threads", status=status, code=code, message="No thread", times=1
    )
    result = await ada.click(answered, label="Follow up")
    assert "Create Public Threads" in told(result)
    assert result.response is not None
    opened = await ada.click(result.response, label="Reply")
    await send(ada, opened, "and why?")
    assert answerer.heard[-1][1] == (Turn(QUESTION, "dropout"),)


async def test_trouble_of_discords_own_is_no_missing_permission(
    simcord_env: simcord.Env, ada: MemberActor, answered: ResponseMessage, caplog: pytest.LogCaptureFixture
) -> None:
    simcord_env.inject_error(
        "POST", "/channels/*/messages/*/threads", status=501, code=0, message="Not implemented", times=None
    )
    assert "e7707" in told(await ada.click(answered, label="Follow up"))
    assert "e7707" in caplog.text


async def test_an_empty_reply_gets_one_line_that_only_its_writer_sees(ada: MemberActor, thread: ChannelHandle) -> None:
    before = len(thread.history())
    result = await send(ada, await ada.click(last(thread), label="Reply"), " \u200b ")
    assert "That question is empty" in told(result)
    assert len(thread.history()) == before


async def test_a_form_fits_discord_whatever_it_says() -> None:
    shown = ReplyForm("0123456789abcdef", "x" * 100).to_dict()
    assert FORM_ID.fullmatch(shown["custom_id"])
    assert len(shown["title"]) <= 45


def real(env: simcord.Env, thread: ChannelHandle) -> discord.Thread:
    found = env.bot.get_channel(thread.id)
    assert isinstance(found, discord.Thread)
    return found


async def fetched(env: simcord.Env, thread: ChannelHandle) -> discord.Thread:
    found = await env.bot.fetch_channel(thread.id)
    assert isinstance(found, discord.Thread)
    return found


def exists(env: simcord.Env) -> None:
    """Make Discord say that the message has a thread, as it does for one that was deleted too."""
    env.inject_error(
        "POST",
        "/channels/*/messages/*/threads",
        status=400,
        code=160004,
        message="A thread has already been created for this message",
        times=1,
    )
