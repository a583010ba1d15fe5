"""Asking in Discord: the command, a mention, a direct message, the message menu. No privileged intent is on."""

import logging
from dataclasses import replace
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.chat.answering import NOTICE
from bot.chat.cogs.ask import HOW_TO_ASK, NO_WORDS
from foundation.errors import GradusError
from index.answers import AnswerPassage, Turn
from tests.bot.conftest import ANSWER, Prepared

QUESTION = "why does dropout help?"


def labels(components: list[dict[str, Any]]) -> list[list[str]]:
    return [[button["label"] for button in row["components"]] for row in components]


def last(channel: ChannelHandle) -> discord.Message:
    message = channel.last_message
    assert message is not None
    return message


async def test_the_command_answers_everyone_with_what_to_press(ada: MemberActor, channel: ChannelHandle) -> None:
    result = await ada.slash(channel, "ask", question=QUESTION)
    assert result.response is not None
    assert not result.ephemeral
    (embed,) = result.response.embeds
    assert (embed.author.name, embed.title, embed.description) == (QUESTION, "Dropout", ANSWER.answer)
    assert embed.footer.text == "From the lesson Dropout › Why does dropout help?"
    assert [field.name for field in embed.fields] == ["Sources", "Where next"]
    assert labels(result.response.components) == [
        ["Mathematics", "Code", "Sources", "Lesson", "Follow up"],
        ["Helpful", "Not helpful", "Remove", "Quiz me", "Ask the group"],
    ]


async def test_the_command_promises_an_answer_before_anything_else(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    before = len(simcord_env.http_requests)
    await ada.slash(channel, "ask", question=QUESTION)
    first = simcord_env.http_requests[before]
    assert first.path.endswith("/callback")
    assert first.json == {"type": 5}


@pytest.fixture
async def thread(simcord_env: simcord.Env, channel: ChannelHandle) -> ChannelHandle:
    real = simcord_env.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    await real.create_thread(name="a question of mine", type=discord.ChannelType.public_thread)
    return channel.threads[0]


async def test_the_command_works_in_a_thread(ada: MemberActor, thread: ChannelHandle) -> None:
    result = await ada.slash(thread, "ask", question=QUESTION)
    assert result.response is not None
    assert result.response.embeds[0].title == "Dropout"


async def test_a_mention_is_answered_by_a_reply_without_the_mention_in_the_question(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    sent = await ada.send(channel, f"{mention(simcord_env)} why does\n dropout help?")
    reply = last(channel)
    assert answerer.heard == [(QUESTION, ())]
    assert reply.reference is not None
    assert reply.reference.message_id == sent.id
    assert reply.embeds[0].title == "Dropout"
    assert reply.embeds[0].author.name is None  # the reply itself shows the question


async def test_a_reply_to_an_answer_follows_on_from_it(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    await bob.send(channel, f"{mention(simcord_env)} and why?", reply_to=last(channel))
    assert answerer.heard[-1] == ("and why?", (Turn(QUESTION, "dropout"),))


async def test_a_reply_to_anything_else_stands_alone(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    sent = await ada.send(channel, "I wonder.")
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}", reply_to=sent)
    assert answerer.heard == [(QUESTION, ())]


async def test_a_mention_works_in_a_thread(simcord_env: simcord.Env, ada: MemberActor, thread: ChannelHandle) -> None:
    await ada.send(thread, f"{mention(simcord_env)} {QUESTION}")
    assert last(thread).embeds[0].title == "Dropout"


async def test_a_mention_without_a_question_hears_how_to_ask(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    await ada.send(channel, mention(simcord_env))
    assert last(channel).content == HOW_TO_ASK
    assert answerer.heard == []


async def test_a_mention_of_the_bots_role_instead_of_the_bot_hears_how_to_ask(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord offers both under the same name, and of such a message only the fact arrives, not its words."""
    role = simcord_env.guild.create_role("Gradus", mentionable=True)
    monkeypatch.setattr(discord.Guild, "self_role", property(lambda guild: guild.get_role(role.id)))
    await ada.send(channel, f"<@&{role.id}> {QUESTION}")
    assert last(channel).content == HOW_TO_ASK


async def test_a_plain_message_is_nobodys_question(ada: MemberActor, channel: ChannelHandle) -> None:
    sent = await ada.send(channel, QUESTION)
    assert last(channel).id == sent.id


async def test_a_direct_message_needs_no_mention(simcord_env: simcord.Env, ada: MemberActor) -> None:
    await ada.send_dm(QUESTION)
    dm = ada.user.dm_channel
    assert dm is not None
    assert last(dm).embeds[0].title == "Dropout"


async def test_a_direct_message_without_words_hears_how_to_ask(simcord_env: simcord.Env, ada: MemberActor) -> None:
    await ada.send_dm(mention(simcord_env))
    dm = ada.user.dm_channel
    assert dm is not None
    assert last(dm).content == HOW_TO_ASK


async def test_the_message_menu_explains_what_a_message_says_to_who_asked(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    sent = await bob.send(channel, f"I never got dropout, {ada.mention}, why does it help?")
    result = await ada.context_menu(channel, "Explain this", sent)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.embeds[0].title == "Dropout"
    assert answerer.heard == [("I never got dropout, @someone, why does it help?", ())]


async def test_the_message_menu_says_what_works_where_a_message_has_no_words(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    sent = await bob.send(channel, "", attachments=[("loss.png", b"\x89PNG")])
    result = await ada.context_menu(channel, "Explain this", sent)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content == NO_WORDS
    assert raised(simcord_env) == [GradusError]


async def test_another_bot_is_never_answered(
    simcord_env: simcord.Env, channel: ChannelHandle, answerer: Prepared
) -> None:
    robot = simcord_env.guild.add_member(simcord_env.create_user("robot", bot=True))
    await robot.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert answerer.heard == []


@pytest.mark.parametrize(
    ("question", "line"),
    [(" \u200b ", "That question is empty"), ("x" * 4000, "That question has 4,000 characters and I read up to")],
)
async def test_a_bad_question_gets_one_line_that_only_its_writer_sees(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, question: str, line: str
) -> None:
    result = await ada.slash(channel, "ask", question=question)
    (told,) = result.followups
    assert told.ephemeral
    assert told.content.startswith(line)
    assert result.response is None  # the public "is thinking…" is gone
    assert raised(simcord_env) == [GradusError]


async def test_a_bad_question_in_a_mention_gets_its_line_as_a_reply(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    answerer.failure = GradusError("I read English only.")
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert last(channel).content == "I read English only."
    assert raised(simcord_env) == [GradusError]


async def test_a_question_pings_nobody_and_is_shown_letter_for_letter(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    question = f"@everyone {bob.mention} **why** does [dropout](https://evil.example) help?"
    result = await ada.slash(channel, "ask", question=question)
    assert result.response is not None
    shown = result.response.embeds[0].author.name
    assert shown == "@\u200beveryone @someone **why** does [dropout](https://evil.example) help?"
    assert result.response.content == f"-# {NOTICE}"
    message = result.response.message
    assert not message.mention_everyone
    assert message.mentions == []


async def test_an_unforeseen_error_is_logged_with_the_id_that_the_learner_sees(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    answerer: Prepared,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answerer.failure = ZeroDivisionError("secret of the host")
    with caplog.at_level(logging.ERROR):
        result = await ada.slash(channel, "ask", question=QUESTION)
    (told,) = result.followups
    assert told.ephemeral
    assert "e7707" in told.content
    assert "secret" not in told.content
    (record,) = [record for record in caplog.records if "e7707" in record.getMessage()]
    assert record.exc_info is not None
    assert record.exc_info[1] is answerer.failure
    assert raised(simcord_env) == [ZeroDivisionError]


async def test_an_unforeseen_error_on_a_mention_is_told_and_logged_too(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    answerer: Prepared,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answerer.failure = ZeroDivisionError()
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert "e7707" in last(channel).content
    assert any("e7707" in record.getMessage() for record in caplog.records)
    assert raised(simcord_env) == [ZeroDivisionError]


MASKED = "Dropout multiplies by a mask."
MATHEMATICAL = replace(ANSWER, answer=MASKED, passages=(AnswerPassage("dropout", "The mathematics", MASKED, 0.9),))


async def test_a_mathematical_answer_shows_its_formula_with_its_words(
    ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    answerer.reply = MATHEMATICAL
    result = await ada.slash(channel, "ask", question="what is the formula of dropout?")
    assert result.response is not None
    (attachment,) = result.response.attachments
    assert attachment.filename == "picture.png"
    assert attachment.description is not None
    assert "⊙" in attachment.description
    assert result.response.embeds[0].image.url is not None


async def test_an_answer_goes_without_its_picture_where_files_are_not_allowed(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    answerer.reply = MATHEMATICAL
    refuse(simcord_env, times=1)
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert last(channel).embeds[0].title == "Dropout"
    assert last(channel).attachments == []


async def test_an_answer_goes_as_text_where_embeds_are_not_allowed(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    refuse(simcord_env, times=2)
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert last(channel).content.startswith("**Dropout**\n\nDropout helps")


async def test_an_answer_that_may_not_be_sent_at_all_is_logged_and_nothing_breaks(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(simcord_env, times=None)
    sent = await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    await ada.send(channel, mention(simcord_env))
    assert f"cannot answer in channel {channel.id}" in caplog.text
    assert sent.id != last(channel).id


async def test_a_command_goes_without_its_picture_where_files_are_not_allowed(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    answerer.reply = MATHEMATICAL
    simcord_env.inject_error("POST", "/webhooks/*", status=403, code=50013, message="Missing Permissions")
    result = await ada.slash(channel, "ask", question=QUESTION)
    assert result.response is not None
    assert result.response.embeds[0].title == "Dropout"
    assert result.response.attachments == []


async def test_a_server_that_refuses_even_the_error_message_breaks_nothing(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, caplog: pytest.LogCaptureFixture
) -> None:
    simcord_env.inject_error("POST", "/webhooks/*", status=404, code=10015, message="Unknown Webhook", times=None)
    result = await ada.slash(channel, "ask", question=QUESTION)
    assert result.followups == []
    assert "could not tell a learner" in caplog.text
    assert raised(simcord_env) == [discord.NotFound]


def mention(env: simcord.Env) -> str:
    assert env.bot.user is not None
    return env.bot.user.mention


def refuse(env: simcord.Env, times: int | None) -> None:
    """Make Discord refuse the next messages, as it does where a permission is missing."""
    env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions", times=times)


def raised(env: simcord.Env) -> list[type[BaseException]]:
    """What left the bot's own code since the start; without a look at it the test would fail."""
    return [
        type(error.original if isinstance(error, app_commands.CommandInvokeError) else error) for error in env.errors
    ]
