"""An answer in a language model's words as people see it: one message that grows, at every door."""

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.assembly import Gradus
from bot.chat import streaming
from bot.chat.messages import Post
from bot.chat.rendering import Page
from bot.chat.streaming import GrowingMessage
from bot.tutor.budget_store import Limits
from bot.tutor.speaker import FAULTS, Model, Speaker
from bot.tutor.speaking import Speaking
from content.catalogue import Catalogue
from foundation.database import DatabaseThread
from tests.bot.chat.reading import labels, shown
from tests.bot.chat.test_ask import MASKED, MATHEMATICAL, last, mention, refuse
from tests.bot.conftest import ANSWER, Prepared
from tests.bot.tutor.conftest import MANY, OF_MANY, Words, Worker
from tests.bot.tutor.loopback import DONE, MODEL, Loopback, Reply, chunk, loopback, pieces, refuses, says, sends

QUESTION = "why does dropout help?"
HELPS = "Dropout helps because no unit can rely on another one."
FORBIDS = "Dropout forbids a unit to rely on one neighbour, see Regularisation."
FIRST = HELPS.replace(".", " [1].")
WHOLE = f"{FIRST} {FORBIDS.replace('.', ' [2].')}"
FOOTER = (
    f"Worded by {MODEL} from the lessons, each sentence checked against them: "
    "[1] Dropout › Why does dropout help?; [2] Dropout › Intuition"
)
FIRST_ROW = ["Mathematics", "Code", "Sources", "Lesson", "Follow up"]
LABELS = [*FIRST_ROW, "Helpful", "Not helpful", "Remove", "Quiz me", "Ask the group"]


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        running.reply = lambda body: says(f"{HELPS} [1] {FORBIDS} [2]")
        yield running


@pytest.fixture
async def gradus(
    gradus: Gradus, server: Loopback, catalogue: Catalogue, database: DatabaseThread
) -> AsyncIterator[Gradus]:
    speaker = Speaker(Model(server.url, MODEL, "sk-secret", seconds=5.0, first_seconds=2.0))
    speaking = Speaking(speaker, Worker(Words()), lambda: catalogue, database, Limits(100_000, 100_000))
    yield dataclasses.replace(gradus, speaking=speaking)
    await speaking.close()


def slowly(*parts: str, pause: float = 0.3) -> Reply:
    """Sentences with pauses between them."""
    written: list[bytes | float] = []
    for part in parts:
        written += [*pieces(f"{part} "), pause]
    return sends([*written, chunk(finish="stop"), DONE])


def texts(env: simcord.Env, since: int = 0) -> list[str]:
    """The text of every message that was sent or changed, in order."""
    sent = (request.json for request in env.http_requests[since:] if isinstance(request.json, dict))
    return [embed["description"] for body in sent for embed in body.get("embeds") or () if "description" in embed]


async def test_the_command_ends_with_the_models_words_and_all_that_is_under_an_answer(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    (embed,) = message.embeds
    assert (embed.author.name, embed.title, embed.description) == (QUESTION, "Dropout", WHOLE)
    assert embed.footer.text == FOOTER
    assert [field.name for field in embed.fields] == ["Sources", "Where next"]
    assert labels(message) == LABELS


async def test_it_is_one_message_that_grows(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    server: Loopback,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "BETWEEN_EDITS", 0.0)
    server.reply = lambda body: slowly(f"{HELPS} [1]", f"{FORBIDS} [2]", "Rome lies in Italy [2].")
    before = len(channel.history())
    await ada.slash(channel, "ask", question=QUESTION)
    assert len(channel.history()) == before + 1
    assert texts(simcord_env) == [f"{FIRST} …", f"{WHOLE} …", WHOLE]


async def test_changes_are_gathered(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, server: Loopback
) -> None:
    """Time stands still here: between the first and the last there is never a time for one."""
    server.reply = lambda body: slowly(f"{HELPS} [1]", f"{FORBIDS} [2]", "Dropout helps.", pause=0.05)
    await ada.slash(channel, "ask", question=QUESTION)
    first, *middle, final = texts(simcord_env)
    assert (first, middle) == (f"{FIRST} …", [])
    assert final.startswith(WHOLE)


async def test_a_mention_is_answered_in_one_reply_too(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    sent = await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    reply = last(channel)
    assert reply.reference is not None
    assert reply.reference.message_id == sent.id
    assert (reply.embeds[0].description, reply.embeds[0].footer.text) == (WHOLE, FOOTER)
    assert [message.author.bot for message in channel.history()].count(True) == 1


async def test_a_direct_message_is(simcord_env: simcord.Env, ada: MemberActor) -> None:
    await ada.send_dm(QUESTION)
    dm = ada.user.dm_channel
    assert dm is not None
    assert last(dm).embeds[0].description == WHOLE


async def test_explain_this_is_for_the_eyes_of_who_asked(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    sent = await bob.send(channel, "I never got dropout, why does it help?")
    result = await ada.context_menu(channel, "Explain this", sent)
    assert result.ephemeral
    assert shown(result).embeds[0].description == WHOLE


async def test_the_reply_form_goes_on_with_what_was_shown(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, server: Loopback
) -> None:
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    await ada.click(message, label="Follow up")
    thread = channel.threads[0]
    form = await ada.click(last(thread), label="Reply")
    result: Any = await ada.submit_modal(form, {"question": "and why?"})
    assert shown(result).embeds[0].description == WHOLE
    assert f'{{"learner": "{QUESTION}", "you": "{HELPS} {FORBIDS}"}}' in server.prompt


async def test_what_is_kept_is_what_was_shown(gradus: Gradus, ada: MemberActor, channel: ChannelHandle) -> None:
    await ada.slash(channel, "ask", question=QUESTION)
    assert (await gradus.asking.answer("a1")).answer == WHOLE


FAULTY: dict[str, Reply] = {
    "refused": refuses(503),
    "wrong model": refuses(404),
    "no stream": sends([b"<html>502</html>"]),
    "nothing supported": says("Paris is in France."),
    "refuses": sends([chunk("I am"), chunk(finish="content_filter"), DONE]),
    "breaks off": sends([*pieces(f"{HELPS} [1] {FORBIDS}"), 0.3], breaks_off=True),
    "garbage after a sentence": sends([*pieces(f"{HELPS} [1] {FORBIDS}"), 0.3, b"data: \xff\n\n"]),
    "silent": sends([4.0]),
}


@pytest.mark.parametrize("name", FAULTY)
async def test_after_a_fault_the_same_message_has_the_lessons_own_words(
    name: str, gradus: Gradus, ada: MemberActor, channel: ChannelHandle, server: Loopback
) -> None:
    server.reply = lambda body: FAULTY[name]
    before = len(channel.history())
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert len(channel.history()) == before + 1
    (embed,) = message.embeds
    assert embed.description == ANSWER.answer
    assert embed.footer.text == "From the lesson Dropout › Why does dropout help?"
    assert labels(message) == LABELS
    assert (await gradus.asking.answer("a1")) == ANSWER


async def test_a_dead_server_costs_learners_nothing(ada: MemberActor, channel: ChannelHandle, server: Loopback) -> None:
    server.reply = lambda body: refuses(500)
    for _ in range(FAULTS + 2):
        message = shown(await ada.slash(channel, "ask", question=QUESTION))
        assert message.embeds[0].description == ANSWER.answer
    assert len(server.heard) == FAULTS


@pytest.mark.parametrize("verdict", ["related", "decline"])
async def test_an_answer_that_claims_nothing_stays_ours(
    ada: MemberActor, channel: ChannelHandle, server: Loopback, answerer: Prepared, verdict: Any
) -> None:
    answerer.reply = dataclasses.replace(ANSWER, verdict=verdict)
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert message.embeds[0].description == ANSWER.answer
    assert server.heard == []


async def test_a_message_deleted_while_it_grows_is_let_go(
    simcord_env: simcord.Env,
    gradus: Gradus,
    ada: MemberActor,
    channel: ChannelHandle,
    server: Loopback,
    answerer: Prepared,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "BETWEEN_EDITS", 0.0)
    server.reply = lambda body: slowly(*MANY[:8])
    answerer.reply = OF_MANY
    simcord_env.inject_error("PATCH", "/channels/*", status=404, code=10008, message="Unknown Message", times=None)
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert (await gradus.asking.answer("a1")).answer == ANSWER.answer
    assert len(texts(simcord_env)) <= 3


async def test_a_change_that_discord_refuses_once_is_survived(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    server: Loopback,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "BETWEEN_EDITS", 0.0)
    server.reply = lambda body: slowly(f"{HELPS} [1]", f"{FORBIDS} [2]", "Dropout helps.")
    simcord_env.inject_error("PATCH", "/channels/*", status=400, code=50035, message="Invalid", times=1)
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert str(last(channel).embeds[0].description).startswith(WHOLE)


async def test_it_grows_as_text_where_embeds_are_not_allowed(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    refuse(simcord_env, times=2)
    await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert last(channel).content.startswith(f"**Dropout**\n\n{WHOLE}\n\n")
    assert last(channel).embeds == []


async def test_where_nothing_may_be_sent_nothing_breaks(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(simcord_env, times=None)
    sent = await ada.send(channel, f"{mention(simcord_env)} {QUESTION}")
    assert f"cannot answer in channel {channel.id}" in caplog.text
    assert last(channel).id == sent.id


async def test_buttons_work_on_it_after_a_restart(
    simcord_env: simcord.Env, new_client: Any, ada: MemberActor, channel: ChannelHandle
) -> None:
    message: ResponseMessage = shown(await ada.slash(channel, "ask", question=QUESTION))
    await simcord_env.restart_bot(new_client())
    result = await ada.click(message, label="Sources")
    assert shown(result).embeds[0].title == "Sources"
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert message.embeds[0].description == WHOLE


async def test_what_a_model_writes_pings_nobody_and_links_nowhere(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, server: Loopback
) -> None:
    evil = f"{HELPS[:-1]} @everyone {bob.mention} https://evil.example [x](https://evil.example)."
    server.reply = lambda body: says(f"{HELPS} [1] {evil} {FORBIDS} [2]")
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert message.embeds[0].description == WHOLE
    assert not message.message.mention_everyone
    assert message.message.mentions == []


async def test_the_server_is_let_go_with_the_bot(gradus: Gradus, simcord_env: simcord.Env) -> None:
    await simcord_env.bot.close()
    assert gradus.speaking is not None
    async with asyncio.timeout(1):
        await gradus.speaking.close()


async def test_picture_and_words_stand_together(
    ada: MemberActor, channel: ChannelHandle, answerer: Prepared, server: Loopback
) -> None:
    answerer.reply = MATHEMATICAL
    server.reply = lambda body: says(f"{MASKED} [1] {HELPS}")
    message = shown(await ada.slash(channel, "ask", question="what is the formula of dropout?"))
    assert message.embeds[0].description == MASKED.replace(".", " [1].")
    (attachment,) = message.attachments
    assert attachment.filename == "picture.png"


class Recorded:
    """A message that notes when it was changed to what."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []

    async def send(self, post: Post) -> Any:
        await self.edit(post)
        return self

    async def edit(self, post: Post) -> bool:
        self.told.append((asyncio.get_running_loop().time(), post.page.text))
        return True


async def test_between_changes_passes_the_time_that_discord_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert streaming.BETWEEN_EDITS >= 2
    monkeypatch.setattr(streaming, "BETWEEN_EDITS", 0.2)
    message, post = Recorded(), Post(Page("Dropout", "ours", 0))
    growing = GrowingMessage(post, MODEL, message.send)
    for number in range(30):
        growing.show(str(number))
        await asyncio.sleep(0.02)
    await growing.stop()
    await growing.finish(post)
    moments, shown = zip(*message.told, strict=True)
    assert shown[0] == "0 …"
    assert shown[-1] == "ours"
    assert 3 <= len(shown) <= 6
    assert all(after - before >= 0.19 for before, after in itertools.pairwise(moments[:-1]))
