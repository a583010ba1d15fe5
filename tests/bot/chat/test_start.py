"""`/start` in a simulated Discord: the welcome, and the one form."""

from collections.abc import Callable
from datetime import time

import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.road.profile import Profile
from tests.bot.chat.reading import shown

TOLD = {"goal": ["job"], "level": ["intermediate"], "hour": "8:30 pm", "zone": "new york"}
PROFILE = Profile("job", "intermediate", time(20, 30), "America/New_York")


async def test_the_welcome_says_what_gradus_can_do_to_who_asked(ada: MemberActor, channel: ChannelHandle) -> None:
    result = await ada.slash(channel, "start")
    assert result.ephemeral
    (embed,) = shown(result).embeds
    for command in ("/ask", "/learn", "/me"):
        assert command in str(embed.description)
    assert embed.fields[0].value == (
        "Goal: not told yet\nLevel: not told yet\nHour for daily questions: not told yet\nTime zone: not told yet"
    )


async def test_one_form_keeps_goal_level_hour_and_zone(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    welcome = await ada.slash(channel, "start")
    form = await ada.click(shown(welcome), label="Set up")
    done = await ada.submit_modal(form, TOLD)
    assert done.ephemeral
    assert await gradus.profiles.of(ada.id) == PROFILE
    assert "America/New_York" in str(shown(done).embeds[0].fields[0].value)
    again = await ada.click(shown(welcome), label="Set up")
    assert again.modal is not None
    controls = {one["component"]["custom_id"]: one["component"] for one in again.modal["components"]}
    assert controls["hour"]["value"] == "20:30"
    assert controls["zone"]["value"] == "America/New_York"
    assert [one["value"] for one in controls["goal"]["options"] if one.get("default")] == ["job"]


async def test_what_can_not_be_read_is_named_and_the_rest_is_kept(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    welcome = await ada.slash(channel, "start")
    form = await ada.click(shown(welcome), label="Set up")
    done = await ada.submit_modal(form, TOLD | {"hour": "25:00", "zone": "Pariss @everyone"})
    (embed,) = shown(done).embeds
    assert "'25:00'" in str(embed.description)
    assert "no time zone" in str(embed.description)
    assert "@" not in str(embed.description)
    assert await gradus.profiles.of(ada.id) == Profile("job", "intermediate")
    form = await ada.click(shown(done), label="Set up")
    await ada.submit_modal(form, {"hour": "7", "zone": "Paris"})
    assert (await gradus.profiles.of(ada.id)).hour == time(7)


async def test_an_hour_without_a_zone_asks_for_the_zone(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    welcome = await ada.slash(channel, "start")
    form = await ada.click(shown(welcome), label="Set up")
    done = await ada.submit_modal(form, {"hour": "7"})
    assert "time zone too" in str(shown(done).embeds[0].description)


async def test_the_form_is_kept_apart_for_each_person(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    welcome = await ada.slash(channel, "start")
    await ada.submit_modal(await ada.click(shown(welcome), label="Set up"), TOLD)
    assert await gradus.profiles.of(bob.id) == Profile()


async def test_the_button_works_after_a_restart(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    welcome = await ada.slash(channel, "start")
    await simcord_env.restart_bot(new_client())
    form = await ada.click(shown(welcome), label="Set up")
    await ada.submit_modal(form, TOLD)
    assert await gradus.profiles.of(ada.id) == PROFILE


async def test_it_works_in_direct_messages(simcord_env: simcord.Env, ada: MemberActor, gradus: Gradus) -> None:
    user = simcord_env.create_user("eve")
    welcome = await user.slash("start")
    await user.submit_modal(await user.click(shown(welcome), label="Set up"), TOLD)
    assert await gradus.profiles.of(user.id) == PROFILE
