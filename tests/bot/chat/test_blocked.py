"""Somebody who is blocked, at the buttons of messages from before: nothing is made or kept for them any more."""

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.servers.servers import BLOCKED
from tests.bot.chat.reading import shown
from tests.bot.chat.test_ask import last, mention, raised
from tests.bot.chat.test_learn import select
from tests.bot.conftest import NOW, Prepared


async def block(env: simcord.Env, gradus: Gradus, who: MemberActor) -> None:
    await gradus.servers.block(env.guild.id, who.id, NOW)


def refused(result: InteractionResult) -> bool:
    said = [*result.followups, *([result.response] if result.response else [])]
    return result.modal is None and [one.content for one in said if one.ephemeral and one.content] == [BLOCKED]


@pytest.mark.parametrize(
    "label", ["Mathematics", "Code", "Sources", "Lesson", "Follow up", "Reply", "Helpful", "Not helpful"]
)
async def test_the_buttons_of_an_answer_do_nothing(
    simcord_env: simcord.Env,
    gradus: Gradus,
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    answered: ResponseMessage,
    label: str,
) -> None:
    message = answered
    if label == "Reply":
        await bob.click(answered, label="Follow up")
        message = last(channel.threads[0])  # type: ignore[assignment]
    await block(simcord_env, gradus, ada)
    before = len(channel.threads)
    assert refused(await ada.click(message, label=label))
    assert len(channel.threads) == before
    votes = await gradus.mine.export(ada.id, NOW)
    assert b"voted_at" not in votes


async def test_one_s_own_answer_can_still_be_removed(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, answered: ResponseMessage
) -> None:
    await block(simcord_env, gradus, ada)
    result = await ada.click(answered, label="Remove")
    assert result.followups[-1].content == "Removed, and I no longer keep it."


async def test_the_pages_of_a_lesson_turn_no_more_but_close(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle
) -> None:
    lesson = shown(await ada.slash(channel, "learn", concept="dropout"))
    before = lesson.embeds[0].title
    await block(simcord_env, gradus, ada)
    for label in ("Next ▶", "Reading list", "Map"):
        assert refused(await ada.click(lesson, label=label))
    assert refused(await ada.select(lesson, ["7"], custom_id=select(lesson, "jump")["custom_id"]))
    assert lesson.embeds[0].title == before
    await ada.click(lesson, label="Close")
    assert channel.last_message is None


async def test_a_mention_without_words_is_refused_as_well(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    await block(simcord_env, gradus, ada)
    await ada.send(channel, mention(simcord_env))
    assert last(channel).content == BLOCKED
    assert len(raised(simcord_env)) == 1


async def test_one_s_own_settings_and_data_stay_within_reach(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    await block(simcord_env, gradus, ada)
    panel = shown(await ada.slash(channel, "me"))
    assert shown(await ada.click(panel, label="Export")).attachments
    assert (await ada.click(shown(await ada.slash(channel, "start")), label="Set up")).modal is not None
