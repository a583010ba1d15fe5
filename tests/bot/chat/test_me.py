"""`/me` in a simulated Discord: what is kept, the export, and the deletion."""

import io
import json
import zipfile
from collections.abc import Callable

import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from tests.bot.chat.reading import shown

QUESTION = "why does dropout help?"


ROAD = [["Progress", "Plan", "Statistics"], ["Projects", "Career steps", "Portfolio"], ["Set up"]]
DATA = ["Export", "Forget conversations", "Delete my data"]


def rows(message: ResponseMessage) -> list[list[str]]:
    return [[item["label"] for item in row["components"]] for row in message.components]


async def test_who_is_known_sees_what_each_button_opens_and_what_is_kept(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.slash(channel, "ask", question=QUESTION)
    panel = shown(await ada.slash(channel, "me"))
    assert rows(panel) == [*ROAD, DATA]
    _, road, kept = (str(field.value) for field in panel.embeds[0].fields)
    assert all(f"**{label}**:" in road for row in ROAD[:2] for label in row)
    assert all(len(line) <= 60 for line in road.splitlines())
    for what in ("plan", "training runs", "portfolio", "study groups", "takes down what you wrote in study groups"):
        assert what in kept


async def test_a_stranger_sees_that_nothing_is_kept(ada: MemberActor, channel: ChannelHandle) -> None:
    result = await ada.slash(channel, "me")
    assert result.ephemeral
    assert shown(result).embeds[0].fields[2].value == "Nothing yet."
    assert rows(shown(result)) == ROAD


async def test_the_export_is_a_zip_with_my_questions(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    await ada.slash(channel, "ask", question=QUESTION)
    await bob.slash(channel, "ask", question="and what is bob asking?")
    panel = await ada.slash(channel, "me")
    exported = await ada.click(shown(panel), label="Export")
    assert exported.ephemeral
    (attachment,) = shown(exported).attachments
    assert attachment.filename == "gradus-export.zip"
    with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
        data = json.loads(archive.read("gradus-data.json"))
    assert data["tables"]["answers"][0]["content"]["question"] == QUESTION
    assert "bob" not in json.dumps(data)


async def test_conversations_are_forgotten_and_practice_stays(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await ada.slash(channel, "ask", question=QUESTION)
    await bob.slash(channel, "ask", question=QUESTION)
    view = await gradus.practising.begin(ada.id, gradus.clock())
    await gradus.practising.answer(ada.id, view.session.id, 0, "A", gradus.clock())
    before = await gradus.mine.count(bob.id)
    panel = await ada.slash(channel, "me")
    warning = await ada.click(shown(panel), label="Forget conversations")
    assert warning.ephemeral
    await ada.click(shown(warning), label="Keep it")
    assert await gradus.mine.count(ada.id) > 1
    warning = await ada.click(shown(panel), label="Forget conversations")
    done = await ada.click(shown(warning), label="Forget them")
    assert "no longer keep what you asked" in str(shown(done).content)
    with zipfile.ZipFile(io.BytesIO(await gradus.mine.export(ada.id, gradus.clock()))) as archive:
        tables = json.loads(archive.read("gradus-data.json"))["tables"]
    assert not tables["answers"]
    assert not tables["talks"]
    assert tables["sessions"]
    assert await gradus.mine.count(bob.id) == before
    again = await ada.click(shown(await ada.click(shown(panel), label="Forget conversations")), label="Forget them")
    assert "I keep no conversation" in str(shown(again).content)


async def test_deleting_asks_once_more_and_can_be_left(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await ada.slash(channel, "ask", question=QUESTION)
    panel = await ada.slash(channel, "me")
    warning = await ada.click(shown(panel), label="Delete my data")
    assert warning.ephemeral
    assert await gradus.mine.count(ada.id) > 0
    await ada.click(shown(warning), label="Keep it")
    assert await gradus.mine.count(ada.id) > 0


async def test_what_is_deleted_is_gone_everywhere_even_after_a_restart(
    simcord_env: simcord.Env,
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    answer = await ada.slash(channel, "ask", question=QUESTION)
    await bob.slash(channel, "ask", question=QUESTION)
    others = await gradus.mine.count(bob.id)
    panel = await ada.slash(channel, "me")
    warning = await ada.click(shown(panel), label="Delete my data")
    await simcord_env.restart_bot(new_client())
    await ada.click(shown(warning), label="Delete everything")
    assert await gradus.mine.count(ada.id) == 0
    assert await gradus.mine.count(bob.id) == others
    again = await ada.click(shown(warning), label="Delete everything") if shown(warning).components else None
    assert again is None
    pressed = await bob.click(shown(answer), label="Sources")
    assert "no longer have that answer" in shown(pressed).content


async def test_an_old_panel_deletes_only_for_who_presses(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await ada.slash(channel, "me")
    await ada.slash(channel, "ask", question=QUESTION)
    panel = await ada.slash(channel, "me")
    warning = await ada.click(shown(panel), label="Delete my data")
    await ada.click(shown(warning), label="Delete everything")
    exported = await ada.click(shown(panel), label="Export")
    with zipfile.ZipFile(io.BytesIO(await shown(exported).attachments[0].read())) as archive:
        assert json.loads(archive.read("gradus-data.json"))["tables"] == {}
