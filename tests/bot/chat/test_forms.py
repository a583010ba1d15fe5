"""Forms that stay open while other things happen: somebody else opens the same one, or the bot restarts."""

from collections.abc import Callable
from datetime import time

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.chat.cogs.admin import NOT_A_MODERATOR
from bot.road.profile import Profile
from tests.bot.chat.reading import shown

ADA = {"goal": ["job"], "level": ["intermediate"], "hour": "8:30 pm", "zone": "new york"}
BOB = {"goal": ["understand"], "level": ["beginner"], "hour": "7", "zone": "Tokyo"}


@pytest.fixture
async def mod(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    role = simcord_env.guild.create_role("mods", permissions=discord.Permissions(manage_guild=True))
    return simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])


async def test_two_people_with_the_same_form_open_are_both_heard(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    adas = await ada.click(shown(await ada.slash(channel, "start")), label="Set up")
    bobs = await bob.click(shown(await bob.slash(channel, "start")), label="Set up")
    for who, form, told in ((ada, adas, ADA), (bob, bobs, BOB)):
        assert shown(await who.submit_modal(form, told)).embeds[0].title == "Noted"
    assert await gradus.profiles.of(ada.id) == Profile("job", "intermediate", time(20, 30), "America/New_York")
    assert await gradus.profiles.of(bob.id) == Profile("understand", "beginner", time(7), "Asia/Tokyo")


async def test_an_open_form_outlives_a_restart(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    form = await ada.click(shown(await ada.slash(channel, "start")), label="Set up")
    await simcord_env.restart_bot(new_client())
    assert shown(await ada.submit_modal(form, ADA)).embeds[0].title == "Noted"
    assert (await gradus.profiles.of(ada.id)).zone == "America/New_York"


async def test_two_moderators_with_the_limits_open_are_both_heard_also_after_a_restart(
    simcord_env: simcord.Env,
    mod: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    panel = shown(await mod.slash(channel, "admin"))
    first, second = [await mod.click(panel, label="Limits") for _ in range(2)]
    await mod.submit_modal(first, {"questions": "5", "runs": "3"})
    await simcord_env.restart_bot(new_client())
    await mod.submit_modal(second, {"questions": "6", "runs": "4"})
    settings = await gradus.servers.settings(simcord_env.guild.id)
    assert (settings.questions_per_hour, settings.runs_per_day) == (6, 4)


async def test_who_lost_the_permission_while_the_limits_were_open_changes_nothing(
    simcord_env: simcord.Env, mod: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    form = await mod.click(shown(await mod.slash(channel, "admin")), label="Limits")
    before = await gradus.servers.settings(simcord_env.guild.id)
    me = simcord_env.guild.me
    assert me is not None
    member = await me.guild.fetch_member(mod.id)
    await member.remove_roles(*member.roles[1:])
    refused = await mod.submit_modal(form, {"questions": "5", "runs": "3"})
    assert NOT_A_MODERATOR in refused.followups[-1].content
    assert await gradus.servers.settings(simcord_env.guild.id) == before
