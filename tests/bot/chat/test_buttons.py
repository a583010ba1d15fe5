"""The buttons under an answer: what they open, for whom, and after what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.asking import AnswerForgotten, Asking
from bot.behind import Offers
from bot.chat import buttons
from bot.chat.buttons import LABELS, AnswerButton, answer_buttons
from bot.chat.client import GradusClient
from bot.store import AnswerStore, Tally
from foundation.database import DatabaseThread
from tests.bot.chat.test_ask import labels, mention
from tests.bot.conftest import ANSWER, NOW, Prepared

OPENING = ("Mathematics", "Code", "Sources", "Helpful", "Not helpful")
"""What shows something to who presses it and leaves the answer as it is."""


def opened(result: InteractionResult) -> ResponseMessage:
    """What a press showed, to who pressed alone."""
    shown = result.followups[0] if result.followups else result.response
    assert shown is not None
    assert shown.ephemeral
    return shown


async def test_mathematics_shows_the_formula_as_a_picture_with_its_words(
    ada: MemberActor, answered: ResponseMessage
) -> None:
    shown = opened(await ada.click(answered, label="Mathematics"))
    assert shown.embeds[0].title == "Dropout: the mathematics"
    (attachment,) = shown.attachments
    assert attachment.description is not None
    assert "m ⊙ h" in attachment.description


async def test_code_shows_the_lessons_code(ada: MemberActor, answered: ResponseMessage) -> None:
    shown = opened(await ada.click(answered, label="Code")).embeds[0]
    assert shown.title == "Dropout: in code"
    assert shown.description is not None
    assert "```python\nimport torch.nn as nn" in shown.description
    assert shown.footer.text == "From the lesson Dropout › In code"


async def test_sources_shows_all_of_them(ada: MemberActor, answered: ResponseMessage) -> None:
    shown = opened(await ada.click(answered, label="Sources")).embeds[0]
    assert shown.description == "• [A Book](https://example.org/book) (A. Author; book; beginner)\n• A talk"


@pytest.mark.parametrize("label", OPENING)
async def test_a_stranger_may_press_every_button_and_the_answer_stays(
    bob: MemberActor, answered: ResponseMessage, label: str
) -> None:
    before = answered.embeds[0].to_dict()
    opened(await bob.click(answered, label=label))
    assert answered.embeds[0].to_dict() == before


@pytest.mark.parametrize("label", OPENING)
async def test_every_button_works_after_a_restart(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    ada: MemberActor,
    answered: ResponseMessage,
    label: str,
) -> None:
    await simcord_env.restart_bot(new_client())
    opened(await ada.click(answered, label=label))


async def test_a_vote_is_thanked_and_counts_once_a_person(
    ada: MemberActor, bob: MemberActor, answered: ResponseMessage, database: DatabaseThread
) -> None:
    assert "noted as helpful" in opened(await ada.click(answered, label="Helpful")).content
    await ada.click(answered, label="Helpful")
    await bob.click(answered, label="Helpful")
    assert "did not help" in opened(await bob.click(answered, label="Not helpful")).content
    assert await database.run(lambda db: AnswerStore().tally(db, "a1")) == Tally(helpful=1, unhelpful=1)


async def test_twenty_presses_of_helpful_are_thanked_once(ada: MemberActor, answered: ResponseMessage) -> None:
    results = [await ada.click(answered, label="Helpful") for _ in range(20)]
    assert [len(result.followups) for result in results] == [1] + [0] * 19
    assert all(result.acknowledged for result in results)


@pytest.mark.parametrize("label", [*OPENING, "Follow up"])
async def test_a_press_on_a_forgotten_answer_says_so_in_one_line(
    simcord_env: simcord.Env, ada: MemberActor, answered: ResponseMessage, asking: Asking, label: str
) -> None:
    await asking.forget_old(NOW + timedelta(days=91))
    assert opened(await ada.click(answered, label=label)).content == str(AnswerForgotten())


async def test_an_unforeseen_error_behind_a_button_gets_an_id(
    simcord_env: simcord.Env,
    ada: MemberActor,
    answered: ResponseMessage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(asking: Asking, id: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(buttons.PAGES, "code", broken)
    assert "e7707" in opened(await ada.click(answered, label="Code")).content
    assert "e7707" in caplog.text


async def test_buttons_stand_under_replies_and_direct_messages_too(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.send(channel, f"{mention(simcord_env)} why does dropout help?")
    await ada.send_dm("why does dropout help?")
    dm = ada.user.dm_channel
    assert dm is not None
    for place in (channel, dm):
        message = place.last_message
        assert message is not None
        assert [len(row.children) for row in message.components if isinstance(row, discord.ActionRow)] == [5, 5]
    assert dm.last_message is not None
    assert opened(await ada.user.click(dm.last_message, label="Code")).embeds[0].title == "Dropout: in code"


async def test_only_buttons_with_something_behind_them_are_shown(
    ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    answerer.reply = replace(ANSWER, verdict="related", concept="regularization", passages=())
    result = await ada.slash(channel, "ask", question="what is regularisation?")
    assert result.response is not None
    assert labels(result.response.components) == [
        ["Sources", "Follow up"],
        ["Helpful", "Not helpful", "Remove", "Ask the group"],
    ]


async def test_a_button_knows_itself_again_by_its_id() -> None:
    for act in LABELS:
        button = AnswerButton(act, "0123456789abcdef")
        assert button.template.fullmatch(button.custom_id)
        assert len(button.custom_id) <= 100
    assert not AnswerButton("code", "a").template.fullmatch("gradus:answer:drop:a")


async def test_labels_fit_and_are_words() -> None:
    view = answer_buttons("a1", Offers(mathematics=True, code=True, sources=True))
    assert view.timeout is None
    assert all(len(label) <= 45 and any(map(str.isalpha, label)) for label in LABELS.values())
