"""`/quiz daily` in a simulated Discord: setting it, and the prompt that comes by itself."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.road.profile import Profile
from bot.servers.settings import ServerSettings
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW

FORM = {"hour": "08:30", "zone": "paris", "new": "2", "reviews": "30", "exam": "2026-06-15"}


def words(message: ResponseMessage) -> str:
    (embed,) = message.embeds
    return "\n".join([str(embed.description), *(str(field.value) for field in embed.fields)])


def said(result: InteractionResult) -> str:
    return " ".join(str(one.content) for one in (result.response, *result.followups) if one is not None)


def select(message: ResponseMessage, what: str) -> dict[str, Any]:
    every: list[dict[str, Any]] = [one for row in message.components for one in row["components"]]
    (found,) = (one for one in every if one["custom_id"] == f"gradus:daily:choose:{what}")
    return found


async def test_hour_and_zone_are_set_in_one_line(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    result = await ada.slash(channel, "quiz daily", hour="8:30", zone="Europe/Paris")
    assert result.ephemeral
    assert "At **08:30**, Europe/Paris, by direct message." in words(shown(result))
    assert "The next ones come on Monday 2 March" in words(shown(result))
    assert (await gradus.prompting.daily(ada.id)).next_at == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert await gradus.profiles.of(ada.id) == Profile(hour=time(8, 30), zone="Europe/Paris")


async def test_the_form_sets_everything_and_one_wrong_line_sets_nothing(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = shown(await ada.slash(channel, "quiz daily"))
    assert "Off." in words(panel)
    assert labels(panel)[:1] == ["Hour and limits"]
    for wrong in ({"exam": "15/06/2026"}, {"exam": "2026-02-01"}, {"new": "many"}, {"reviews": "5000"}):
        refused = await ada.submit_modal(await ada.click(panel, label="Hour and limits"), FORM | wrong)
        assert said(refused).strip()
        assert (await gradus.prompting.daily(ada.id)).hour is None
    panel = shown(await ada.submit_modal(await ada.click(panel, label="Hour and limits"), FORM))
    assert "At **08:30**, Europe/Paris" in words(panel)
    assert "At most 2 new concepts and 30 concepts to repeat a day" in words(panel)
    assert "Exam: Monday 15 June 2026" in words(panel)
    form = await ada.click(panel, label="Hour and limits")
    assert form.modal is not None
    values = {one["component"]["custom_id"]: one["component"].get("value") for one in form.modal["components"]}
    assert values == {"hour": "08:30", "zone": "Europe/Paris", "new": "2", "reviews": "30", "exam": "2026-06-15"}


@pytest.mark.parametrize(
    ("hour", "zone", "why"), [("25:00", "Paris", "hour"), ("8:30", "Parisss", "zone"), ("8", None, "zone")]
)
async def test_what_can_not_be_read_is_one_line(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, hour: str, zone: str | None, why: str
) -> None:
    options = {"hour": hour} | ({"zone": zone} if zone else {})
    assert why in said(await ada.slash(channel, "quiz daily", **options))
    assert len(simcord_env.errors) == 1


async def test_zones_are_offered_as_they_are_typed(ada: MemberActor, channel: ChannelHandle) -> None:
    offered = await ada.autocomplete(channel, "quiz daily", "zone", "new y")
    assert offered[0]["value"] == "America/New_York"


async def test_it_is_paused_and_goes_on_and_is_switched_off(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = shown(await ada.slash(channel, "quiz daily", hour="8:30", zone="Europe/Paris"))
    panel = shown(await ada.click(panel, label="Pause"))
    assert "Paused" in words(panel)
    panel = shown(await ada.click(panel, label="Go on"))
    assert "The next ones come" in words(panel)
    panel = shown(await ada.click(panel, label="Switch off"))
    assert "Off." in words(panel)
    assert (await gradus.profiles.of(ada.id)).hour is None


async def test_the_place_and_the_retention_are_chosen(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    guild = simcord_env.guild.id
    await gradus.servers.change(guild, lambda old: ServerSettings(quiz_channel=channel.id))
    panel = shown(await ada.slash(channel, "quiz daily", hour="8:30", zone="Europe/Paris"))
    panel = shown(await ada.select(panel, [str(guild)], custom_id=select(panel, "place")["custom_id"]))
    assert "in the server's quiz channel" in words(panel)
    panel = shown(await ada.select(panel, ["0.9"], custom_id=select(panel, "retention")["custom_id"]))
    assert "with 90% probability" in words(panel)
    assert (await gradus.practising.settings(ada.id, NOW)).retention == 0.9


async def test_the_prompt_comes_at_its_hour_and_its_button_begins(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await ada.slash(channel, "quiz daily", hour="8:30", zone="Europe/Paris")
    gradus.ticks.add("plan daily questions", timedelta(seconds=1), gradus.prompting.plan)
    await gradus.ticks.run_due(datetime(2026, 3, 2, 7, 29, 59, tzinfo=UTC))
    assert ada.user.dm_channel.history() == []
    await gradus.ticks.run_due(datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    await gradus.ticks.run_due(datetime(2026, 3, 2, 7, 30, 1, tzinfo=UTC))
    (prompt,) = ada.user.dm_channel.history()
    assert "Good morning" in prompt.content
    begun = shown(await ada.user.click(prompt, label="Start"))
    assert "New: Dropout" in str(begun.embeds[0].title)
