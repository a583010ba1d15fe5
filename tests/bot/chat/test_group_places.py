"""What study groups have on Discord: made, mended, and let go, whatever happens to it there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend.errors import BackendError
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.groups.group import Group
from bot.groups.group_store import NAMELESS
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW

HOUR = timedelta(hours=1)

ALLOWED = {"group_channels": True, "group_roles": True}


def client_of(env: simcord.Env) -> GradusClient:
    assert isinstance(env.bot, GradusClient)
    return env.bot


def guild_of(env: simcord.Env) -> discord.Guild:
    guild = env.bot.get_guild(env.guild.id)
    assert guild is not None
    return guild


async def make(who: MemberActor, channel: ChannelHandle, **typed: object) -> ResponseMessage:
    return shown(await who.slash(channel, "group create", **{"name": "Night owls", "learns": "Core", **typed}))


async def only(gradus: Gradus, env: simcord.Env) -> Group:
    ((group, _),) = await gradus.groups.of_server(env.guild.id)
    return group


async def join(who: MemberActor, gradus: Gradus, env: simcord.Env) -> None:
    group = await only(gradus, env)
    await gradus.groups.join(who.id, group.server, group.id, NOW)
    await client_of(env).group_places.settle(group.id, NOW)


async def hour_passes(gradus: Gradus, env: simcord.Env, hours: int = 1) -> None:
    await client_of(env).group_places.hourly(NOW + hours * HOUR)
    await env.settle()


async def allow(gradus: Gradus, env: simcord.Env, **switches: Any) -> None:
    await gradus.servers.change(env.guild.id, lambda old: replace(old, **switches))


def forbid(env: simcord.Env, *names: str) -> None:
    """Take permissions from the bot's own role, in the whole server."""
    role = next(one for one in env.backend.get_guild(env.guild.id).roles.values() if one.name == env.bot.user.name)  # type: ignore[union-attr]
    permissions = discord.Permissions(role.permissions)
    permissions.update(**dict.fromkeys(names, False))
    env.backend.edit_role(env.guild.id, role.id, {"permissions": permissions.value})


def text(message: ResponseMessage) -> str:
    return str(message.embeds[0].description)


def to_mend(message: ResponseMessage) -> str:
    return next((str(one.value) for one in message.embeds[0].fields if one.name == "To mend"), "")


def in_thread(thread: ChannelHandle) -> set[int]:
    return set(thread._channel.thread_members)


def archived_threads_are_stubborn(env: simcord.Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Discord, where one that is archived takes no change but to be opened, and lets nobody out."""
    backend = env.backend
    edit, take_out = backend.edit_channel, backend.remove_thread_member

    def refuse_archived(id: int) -> None:
        state = backend.get_channel(id).thread_metadata
        if state is not None and state.archived:
            raise BackendError(400, 50083, "Thread is archived")

    def checked_edit(id: int, changes: Any, **more: Any) -> Any:
        if (more.get("thread_metadata") or {}).get("archived") is not False:
            refuse_archived(id)
        return edit(id, changes, **more)

    def checked_take_out(id: int, person: int) -> Any:
        refuse_archived(id)
        return take_out(id, person)

    monkeypatch.setattr(backend, "edit_channel", checked_edit)
    monkeypatch.setattr(backend, "remove_thread_member", checked_take_out)


async def fall_silent(env: simcord.Env, thread: ChannelHandle) -> None:
    """What a week without a word does to a thread."""
    real = await env.bot.fetch_channel(thread.id)
    assert isinstance(real, discord.Thread)
    await real.edit(archived=True)


def closed(thread: ChannelHandle) -> tuple[bool, bool]:
    """Whether a thread is archived, and locked."""
    state = thread._channel.thread_metadata
    assert state is not None
    return state.archived, state.locked


async def delete_everything(who: MemberActor, channel: ChannelHandle) -> str:
    """What one reads at the end of `/me`, Delete."""
    asked = await who.click(shown(await who.slash(channel, "me")), label="Delete my data")
    return str(shown(await who.click(shown(asked), label="Delete everything")).content)


# ------------------------------------------------------------------------------ what may not be made


async def test_without_a_thread_the_group_exists_and_the_panel_makes_it_later(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    assert simcord_env.bot.user is not None
    hall = simcord_env.guild.create_text_channel(
        "hall", overwrites={simcord_env.bot.user: discord.PermissionOverwrite(create_private_threads=False)}
    )
    panel = await make(ada, hall)
    assert to_mend(panel) == (
        f"• For its thread in <#{hall.id}> a moderator has to grant me: Create Private Threads. "
        "Then press **Make its place**."
    )
    assert (await only(gradus, simcord_env)).active
    simcord_env.backend.delete_overwrite(hall.id, simcord_env.bot.user.id)
    panel = shown(await ada.click(panel, label="Make its place"))
    assert to_mend(panel) == ""
    assert "Make its place" not in labels(panel)
    assert ada.id in in_thread(hall.threads[0])


async def test_a_channel_of_its_own_is_seen_by_its_members_alone(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await allow(gradus, simcord_env, **ALLOWED)
    panel = await make(ada, channel, place="channel", role=True)
    group = await only(gradus, simcord_env)
    assert (group.trouble, group.place.thread) == ("", None)
    assert f"<#{group.place.channel}>" in text(panel)
    room = guild_of(simcord_env).get_channel(group.place.channel or 0)
    assert isinstance(room, discord.TextChannel)
    sees = discord.PermissionOverwrite(view_channel=True)
    assert room.overwrites_for(guild_of(simcord_env).default_role) == discord.PermissionOverwrite(view_channel=False)
    assert room.overwrites_for(discord.Object(ada.id)) == sees
    assert group.place.role in simcord_env.backend.get_member(group.server, ada.id).role_ids
    await join(bob, gradus, simcord_env)
    assert room.overwrites_for(discord.Object(bob.id)) == sees
    assert group.place.role in simcord_env.backend.get_member(group.server, bob.id).role_ids
    await gradus.groups.leave(bob.id, group.id, NOW)
    await client_of(simcord_env).group_places.settle(group.id, NOW)
    assert room.overwrites_for(discord.Object(bob.id)).is_empty()
    assert group.place.role not in simcord_env.backend.get_member(group.server, bob.id).role_ids


@pytest.mark.parametrize(
    ("switches", "lacking", "words"),
    [
        ({}, (), "This server's moderators allow groups no channel of their own: it has a thread."),
        ({}, (), "This server's moderators allow groups no role of their own."),
        (ALLOWED, ("manage_channels",), "For its own channel a moderator has to grant me: Manage Channels."),
        (ALLOWED, ("manage_roles",), "For its own channel a moderator has to grant me: Manage Roles."),
        (ALLOWED, ("manage_roles",), "For its role a moderator has to grant me: Manage Roles."),
    ],
)
async def test_where_a_channel_or_a_role_is_not_to_be_had_the_group_has_a_thread_and_says_why(
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    switches: dict[str, bool],
    lacking: tuple[str, ...],
    words: str,
) -> None:
    await allow(gradus, simcord_env, **switches)
    forbid(simcord_env, *lacking)
    panel = await make(ada, channel, place="channel", role=True)
    assert words in to_mend(panel)
    group = await only(gradus, simcord_env)
    assert group.place.room == group.place.thread == channel.threads[0].id
    assert ada.id in in_thread(channel.threads[0])


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (400, 30013)])
@pytest.mark.parametrize("path", ["/channels/*/threads", "/guilds/*/channels", "/guilds/*/roles"])
async def test_what_discord_refuses_for_reasons_of_its_own_is_reported(
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    path: str,
    status: int,
    code: int,
) -> None:
    await allow(gradus, simcord_env, **ALLOWED)
    simcord_env.inject_error("POST", path, status=status, code=code, times=None)
    place = "thread" if "threads" in path else "channel"
    panel = await make(ada, channel, place=place, role=True)
    assert "Discord refuses me" in to_mend(panel)


async def test_trouble_of_discord_itself_is_left_for_a_minute_later(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    simcord_env.inject_error("PUT", "/channels/*/thread-members/*", status=503, times=1)
    await make(ada, channel)
    (thread,) = channel.threads
    assert ada.id not in in_thread(thread)
    await client_of(simcord_env).group_places.tick(NOW)
    assert ada.id in in_thread(thread)
    assert (len(channel.threads), len(thread.history())) == (1, 1)


async def test_somebody_who_cannot_be_let_in_keeps_nobody_else_out(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    simcord_env.inject_error("PUT", f"/channels/*/thread-members/{ada.id}", status=400, times=1)
    panel = await make(ada, channel)
    assert "I can't let everybody in" in to_mend(panel)
    await join(bob, gradus, simcord_env)
    assert in_thread(channel.threads[0]) >= {ada.id, bob.id}
    assert (await only(gradus, simcord_env)).trouble == ""


# --------------------------------------------------------------------------------- what was deleted


async def test_a_thread_that_was_deleted_is_opened_again_at_the_start_and_its_owner_is_told_once(
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
) -> None:
    await make(ada, channel)
    await join(bob, gradus, simcord_env)
    first = (await only(gradus, simcord_env)).place.thread
    simcord_env.backend.delete_channel(first or 0)
    await simcord_env.restart_bot(new_client())
    await simcord_env.settle()
    (thread,) = channel.threads
    assert thread.id != first
    assert in_thread(thread) >= {ada.id, bob.id}
    assert len(thread.history()) == 1
    mine = shown(await ada.slash(channel, "group mine"))
    assert text(mine).startswith("The thread of **Night owls** was deleted on Discord; I have opened it again.")
    assert "was deleted" not in text(shown(await ada.slash(channel, "group mine")))
    assert "was deleted" not in text(shown(await bob.slash(channel, "group mine")))


async def test_a_channel_and_a_role_that_were_deleted_are_made_again(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await allow(gradus, simcord_env, **ALLOWED)
    await make(ada, channel, place="channel", role=True)
    before = (await only(gradus, simcord_env)).place
    simcord_env.backend.delete_channel(before.channel or 0)
    simcord_env.backend.delete_role(simcord_env.guild.id, before.role or 0)
    await hour_passes(gradus, simcord_env)
    after = (await only(gradus, simcord_env)).place
    assert after.channel not in (None, before.channel)
    assert after.role not in (None, before.role)
    assert after.role in simcord_env.backend.get_member(simcord_env.guild.id, ada.id).role_ids
    mine = shown(await ada.slash(channel, "group mine"))
    assert "The channel of **Night owls** was deleted" in text(mine)
    assert "The role of **Night owls** was deleted" in text(mine)


async def test_what_was_deleted_and_may_not_be_made_again_is_reported_and_nothing_fails(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await allow(gradus, simcord_env, **ALLOWED)
    await make(ada, channel, place="channel", role=True)
    before = (await only(gradus, simcord_env)).place
    simcord_env.backend.delete_channel(before.channel or 0)
    simcord_env.backend.delete_role(simcord_env.guild.id, before.role or 0)
    forbid(simcord_env, "manage_channels", "manage_roles")
    await hour_passes(gradus, simcord_env)
    after = (await only(gradus, simcord_env)).place
    assert (after.channel, after.thread) == (None, channel.threads[0].id)
    panel = shown(await ada.slash(channel, "group mine"))
    assert "For its own channel" in to_mend(panel)
    assert "For its role" in to_mend(panel)


async def test_a_message_that_was_deleted_is_sent_again_once_something_changes(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    (thread,) = channel.threads
    await thread.history()[0].delete()
    assert thread.history() == []
    await join(bob, gradus, simcord_env)
    (again,) = thread.history()
    assert "2 of 8 people" in str(again.embeds[0].to_dict())


async def test_an_hour_in_which_nothing_happened_asks_discord_next_to_nothing(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    before = len(simcord_env.http_requests)
    await hour_passes(gradus, simcord_env)
    assert len(simcord_env.http_requests) - before <= 1


async def test_a_study_channel_that_is_gone_is_reported(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    hall = simcord_env.guild.create_text_channel("hall")
    await make(ada, hall)
    simcord_env.backend.delete_channel(hall.id)
    await hour_passes(gradus, simcord_env)
    panel = shown(await ada.slash(channel, "group mine"))
    assert "a moderator can choose one for study groups in `/admin`" in to_mend(panel)
    await allow(gradus, simcord_env, study_channel=channel.id)
    await hour_passes(gradus, simcord_env, 2)
    assert (await only(gradus, simcord_env)).trouble == ""
    assert ada.id in in_thread(channel.threads[0])


async def test_after_a_start_without_the_study_channel_groups_go_on_and_new_ones_are_made_where_one_is(
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
) -> None:
    hall = simcord_env.guild.create_text_channel("hall")
    await allow(gradus, simcord_env, study_channel=hall.id)
    await make(ada, channel)
    (thread,) = hall.threads
    for id in (thread.id, hall.id):  # on Discord a thread goes with its channel
        simcord_env.backend.delete_channel(id)
    await simcord_env.restart_bot(new_client())
    await simcord_env.settle()
    panel = shown(await ada.slash(channel, "group mine"))
    assert "a moderator can choose one for study groups in `/admin`" in to_mend(panel)
    assert labels(panel)[-1] == "Make its place"
    panel = await make(bob, channel, name="Larks")
    assert to_mend(panel) == ""
    assert bob.id in in_thread(channel.threads[0])
    await allow(gradus, simcord_env, study_channel=channel.id)
    panel = shown(await ada.click(shown(await ada.slash(channel, "group mine")), label="Make its place"))
    assert to_mend(panel) == ""
    assert ada.id in in_thread(channel.threads[1])


async def test_an_announcement_channel_takes_no_threads_and_the_group_talks_where_it_was_made(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    news = simcord_env.guild.create_text_channel("news")
    simcord_env.backend.get_channel(news.id).type = discord.ChannelType.news.value
    simcord_env.backend.announce_channel_update(news.id)
    await allow(gradus, simcord_env, study_channel=news.id)
    assert "Its thread needs a text channel" in to_mend(await make(ada, news))
    assert to_mend(await make(ada, channel, name="Larks")) == ""
    role = simcord_env.guild.create_role("moderator", permissions=discord.Permissions(manage_guild=True))
    mod = simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])
    panel = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Study groups"))
    assert to_mend(panel) == f"<#{news.id}> takes no private threads: choose a text channel under **Channels**."


# ------------------------------------------------------------------------------------ people who go


async def test_who_has_left_the_server_is_out_of_the_group_within_hours(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    await join(bob, gradus, simcord_env)
    simcord_env.guild.remove_member(ada)
    await hour_passes(gradus, simcord_env)
    await hour_passes(gradus, simcord_env, 2)
    view = await gradus.groups.view((await only(gradus, simcord_env)).id)
    assert [(one.person, one.owns) for one in view.members] == [(bob.id, True)]


async def test_a_bot_that_was_put_out_of_the_server_leaves_its_groups_as_they_are(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    before = await only(gradus, simcord_env)
    simcord_env.backend.remove_guild(simcord_env.guild.id)
    await client_of(simcord_env).group_places.hourly(NOW)
    assert await only(gradus, simcord_env) == before


async def test_deleting_ones_data_hands_the_group_over_and_lets_an_empty_one_go(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    await join(bob, gradus, simcord_env)
    (thread,) = channel.threads
    await gradus.mine.forget(ada.id)
    await client_of(simcord_env).group_places.tick(NOW)
    assert f"<@{bob.id}>" in str(thread.history()[0].embeds[0].description)
    assert str(ada.id) not in str([one.embeds[0].to_dict() for one in thread.history()])
    await gradus.mine.forget(bob.id)
    await client_of(simcord_env).group_places.tick(NOW)
    assert thread._channel.thread_metadata is not None
    assert (thread._channel.thread_metadata.archived, thread._channel.thread_metadata.locked) == (True, True)
    assert (await only(gradus, simcord_env)).state == "archived"


async def test_an_owner_who_deletes_their_data_is_out_of_the_thread_and_the_heir_is_told(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    await join(bob, gradus, simcord_env)
    assert await delete_everything(ada, channel) == "Done: I keep nothing on you any more."
    (thread,) = channel.threads
    assert in_thread(thread) & {ada.id, bob.id} == {bob.id}
    assert f"It is <@{bob.id}>'s" in str(thread.history()[0].embeds[0].description)
    assert text(shown(await bob.slash(channel, "group mine"))).startswith("**Night owls** was handed over to you")
    assert await gradus.mine.count(ada.id) == 0
    assert await gradus.groups.settling.unsettled() == ()


async def test_the_last_who_deletes_their_data_leaves_a_closed_thread_and_a_group_without_a_name(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    assert await delete_everything(ada, channel) == "Done: I keep nothing on you any more."
    (thread,) = channel.threads
    assert (closed(thread), ada.id in in_thread(thread)) == ((True, True), False)
    assert thread.history()[0].embeds[0].description == "This group is archived. Nobody is left in it."
    group = await only(gradus, simcord_env)
    assert (group.state, group.name) == ("archived", NAMELESS)
    await hour_passes(gradus, simcord_env)
    assert await gradus.groups.settling.unsettled() == ()


@pytest.mark.parametrize("status", [403, 503])
async def test_who_deletes_their_data_is_told_where_discord_keeps_them(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env, status: int
) -> None:
    await make(ada, channel)
    await join(bob, gradus, simcord_env)
    (thread,) = channel.threads
    simcord_env.inject_error("DELETE", f"/channels/{thread.id}/thread-members/{ada.id}", status=status, times=None)
    told = await delete_everything(ada, channel)
    assert told.startswith("Done: I keep nothing on you any more.")
    assert f"Discord did not let me take you out of <#{thread.id}>: leave there yourself" in told
    assert await gradus.mine.count(ada.id) == 0
    await client_of(simcord_env).group_places.tick(NOW)
    assert await gradus.groups.settling.unsettled() == ()


async def test_who_asked_to_join_and_deletes_their_data_asks_no_more(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel, entry="approval")
    await join(bob, gradus, simcord_env)
    (thread,) = channel.threads
    assert f"<@{bob.id}> asks to join" in thread.history()[-1].content
    await delete_everything(bob, channel)
    assert (thread.history()[-1].content, thread.history()[-1].components) == ("This request was taken back.", [])
    assert (await gradus.groups.view((await only(gradus, simcord_env)).id)).requests == ()


async def test_who_deletes_their_data_after_the_group_was_archived_is_out_of_its_place_too(
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archived_threads_are_stubborn(simcord_env, monkeypatch)
    await make(ada, channel)
    await join(bob, gradus, simcord_env)
    group = await only(gradus, simcord_env)
    await gradus.groups.archive(ada.id, group.id, moderator=False)
    await client_of(simcord_env).group_places.tick(NOW)
    (thread,) = channel.threads
    assert closed(thread) == (True, True)
    assert await delete_everything(bob, channel) == "Done: I keep nothing on you any more."
    assert (closed(thread), bob.id in in_thread(thread)) == ((True, True), False)


async def test_a_thread_that_fell_silent_is_closed_with_its_group(
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archived_threads_are_stubborn(simcord_env, monkeypatch)
    await make(ada, channel)
    (thread,) = channel.threads
    await fall_silent(simcord_env, thread)
    await gradus.groups.archive(ada.id, (await only(gradus, simcord_env)).id, moderator=False)
    await client_of(simcord_env).group_places.tick(NOW)
    assert closed(thread) == (True, True)
    assert await gradus.groups.settling.unsettled() == ()


async def test_a_group_whose_name_was_taken_meanwhile_comes_back_under_another(
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archived_threads_are_stubborn(simcord_env, monkeypatch)
    panel = await make(ada, channel)
    (thread,) = channel.threads
    panel = shown(await ada.click(shown(await ada.click(panel, label="Archive")), label="Archive it"))
    await make(bob, channel)
    refused = await ada.click(panel, label="Bring back")
    assert "Another group here has this name by now." in str([one.content for one in refused.followups])
    form = await ada.click(panel, label="Edit")
    panel = shown(await ada.submit_modal(form, {"name": "Larks", "about": "Core", "pace": ["2"]}))
    assert closed(thread) == (True, True)
    panel = shown(await ada.click(panel, label="Bring back"))
    assert text(panel).startswith("**It goes on.**")
    assert (thread._channel.name, closed(thread)) == ("Larks", (False, False))
    assert thread.history()[0].embeds[0].title == "Larks"


async def test_who_leaves_an_archived_group_sees_its_channel_no_more(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await allow(gradus, simcord_env, **ALLOWED)
    await make(ada, channel, place="channel")
    await join(bob, gradus, simcord_env)
    group = await only(gradus, simcord_env)
    await gradus.groups.archive(ada.id, group.id, moderator=False)
    places = client_of(simcord_env).group_places
    await places.tick(NOW)
    await gradus.groups.leave(bob.id, group.id, NOW)
    await places.tick(NOW)
    room = guild_of(simcord_env).get_channel(group.place.channel or 0)
    assert isinstance(room, discord.TextChannel)
    assert room.overwrites_for(discord.Object(bob.id)).is_empty()
    assert room.overwrites_for(discord.Object(ada.id)).send_messages is False


async def test_who_left_the_thread_by_themselves_gives_the_role_back_when_they_leave_the_group(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await allow(gradus, simcord_env, group_roles=True)
    await make(ada, channel, role=True)
    await join(bob, gradus, simcord_env)
    group = await only(gradus, simcord_env)
    role = guild_of(simcord_env).get_role(group.place.role or 0)
    assert role is not None
    assert role.mentionable
    simcord_env.inject_error("DELETE", f"/channels/*/thread-members/{bob.id}", status=404, code=10007, times=None)
    await gradus.groups.leave(bob.id, group.id, NOW)
    await client_of(simcord_env).group_places.tick(NOW)
    assert role.id not in simcord_env.backend.get_member(group.server, bob.id).role_ids


async def test_a_thread_whose_end_discord_did_not_tell_is_missed_once_something_changes(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    (first,) = channel.threads
    guild = guild_of(simcord_env)
    remembered = guild.get_thread(first.id)
    assert remembered is not None
    simcord_env.backend.delete_channel(first.id)
    await simcord_env.settle()
    guild._threads[first.id] = remembered
    await join(bob, gradus, simcord_env)
    (thread,) = channel.threads
    assert (await only(gradus, simcord_env)).place.thread == thread.id != first.id
    assert in_thread(thread) >= {ada.id, bob.id}


async def test_who_left_the_thread_is_let_in_again_by_the_panel_and_not_by_the_hour(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    panel = await make(ada, channel)
    (thread,) = channel.threads
    simcord_env.backend.remove_thread_member(thread.id, ada.id)
    await hour_passes(gradus, simcord_env)
    assert ada.id not in in_thread(thread)
    panel = shown(await ada.click(panel, label="Let me in"))
    assert text(panel).startswith(f"You are in: <#{thread.id}>.")
    assert ada.id in in_thread(thread)


async def test_an_archived_group_gives_its_role_back_and_nobody_writes_in_its_channel(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await allow(gradus, simcord_env, **ALLOWED)
    await make(ada, channel, place="channel", role=True)
    group = await only(gradus, simcord_env)
    await gradus.groups.archive(ada.id, group.id, moderator=False)
    await client_of(simcord_env).group_places.tick(NOW)
    room = guild_of(simcord_env).get_channel(group.place.channel or 0)
    assert isinstance(room, discord.TextChannel)
    assert room.overwrites_for(discord.Object(ada.id)).send_messages is False
    assert guild_of(simcord_env).get_role(group.place.role or 0) is None
    await gradus.groups.revive(ada.id, group.id, moderator=False)
    await client_of(simcord_env).group_places.tick(NOW)
    assert room.overwrites_for(discord.Object(ada.id)).send_messages is None
    role = (await only(gradus, simcord_env)).place.role
    assert role in simcord_env.backend.get_member(group.server, ada.id).role_ids
    await gradus.groups.archive(ada.id, group.id, moderator=False)
    await client_of(simcord_env).group_places.tick(NOW)
    assert room.overwrites_for(discord.Object(ada.id)).send_messages is False


async def test_a_group_with_a_thread_moves_to_a_channel_where_that_is_allowed(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    panel = await make(ada, channel)
    await allow(gradus, simcord_env, **ALLOWED)
    opened = await ada.click(panel, label="Rules")
    told = {"entry": ["open"], "size": "8", "minutes": "60", "place": ["channel"], "role": ["no"]}
    await ada.submit_modal(opened, told)
    place = (await only(gradus, simcord_env)).place
    assert place.channel is not None
    room = guild_of(simcord_env).get_channel(place.channel)
    assert isinstance(room, discord.TextChannel)
    assert room.last_message_id == place.message


async def test_a_thread_that_fell_silent_is_left_alone_until_somebody_comes(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel, meets="Tuesday 18:00", zone="Paris")
    (thread,) = channel.threads
    state = thread._channel.thread_metadata
    assert state is not None
    await fall_silent(simcord_env, thread)
    await hour_passes(gradus, simcord_env, 24 * 7)
    assert state.archived
    await join(bob, gradus, simcord_env)
    assert not state.archived
    assert bob.id in in_thread(thread)


async def test_a_wish_that_cannot_be_granted_can_be_taken_back(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    panel = await make(ada, channel, place="channel")
    assert "allow groups no channel" in to_mend(panel)
    opened = await ada.click(panel, label="Rules")
    panel = shown(
        await ada.submit_modal(opened, {"entry": ["open"], "size": "8", "minutes": "60", "place": ["thread"]})
    )
    assert to_mend(panel) == ""


async def test_two_visits_at_once_make_one_thread(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    group = await only(gradus, simcord_env)
    simcord_env.backend.delete_channel(group.place.thread or 0)
    places = client_of(simcord_env).group_places
    await asyncio.gather(*(places.settle(group.id, NOW) for _ in range(3)))
    assert len(channel.threads) == 1


async def test_a_full_group_of_twenty_five_is_let_in_by_and_by(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel, size=25)
    group = await only(gradus, simcord_env)
    people = [simcord_env.guild.add_member(simcord_env.create_user(f"learner{number}")) for number in range(24)]
    for one in people:
        await gradus.groups.join(one.id, group.server, group.id, NOW)
    places = client_of(simcord_env).group_places
    await places.tick(NOW)
    assert len(in_thread(channel.threads[0])) == 12  # the bot, ada and ten more
    await places.tick(NOW + timedelta(minutes=1))
    await places.tick(NOW + timedelta(minutes=2))
    assert in_thread(channel.threads[0]) >= {ada.id, *(one.id for one in people)}
    assert await gradus.groups.settling.unsettled() == ()


async def test_the_page_of_moderators_names_every_permission_that_is_lacking(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    assert simcord_env.bot.user is not None
    role = simcord_env.guild.create_role("moderator", permissions=discord.Permissions(manage_guild=True))
    mod = simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])
    denied = discord.PermissionOverwrite(create_private_threads=False)
    hall = simcord_env.guild.create_text_channel("hall", overwrites={simcord_env.bot.user: denied})
    await allow(gradus, simcord_env, study_channel=hall.id, group_channels=True, group_roles=True, group_events=True)
    forbid(simcord_env, "manage_channels", "manage_roles", "manage_events", "create_events")
    panel = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Study groups"))
    assert to_mend(panel).splitlines() == [
        f"For private threads in <#{hall.id}> I lack: Create Private Threads",
        "For channels I lack: Manage Channels, Manage Roles",
        "For roles I lack: Manage Roles",
        "For events I lack: Create Events, Manage Events",
    ]
    panel = shown(await mod.click(panel, label="Forbid events"))
    assert "events" not in to_mend(panel)
    simcord_env.backend.delete_channel(hall.id)
    panel = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Study groups"))
    assert "The channel for study groups is gone" in to_mend(panel)
