"""What study groups have on Discord: a private thread, or a channel and a role where the server allows them.

A group's place is brought to what it should be whenever something of the group changes, at the start and every hour:
what was deleted is made again, who came is let in, who went is let out. Where Discord refuses, the group goes on
without, and what a moderator can do stands in its `trouble`.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeGuard

import aiohttp
import discord

from bot.chat.group_buttons import GroupButton, request_buttons
from bot.chat.group_pages import intro_page, request_text
from bot.chat.group_week_panel import GroupPlanButton
from bot.chat.lately import Lately
from bot.chat.messages import Post, as_edit
from bot.chat.rendering import Page
from bot.chat.standing import standing_view
from bot.chat.threads import thread_name
from bot.groups.group import Group, Member, News, Place, Request
from bot.groups.group_settling import ToSettle
from bot.groups.groups import GroupView
from bot.servers.settings import ServerSettings

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

MOST_LET_IN = 10
"""Members let into a place in one go; the others follow a minute later."""

SERVER_ERROR = 500  # from this status on it is Discord's own trouble
CANNOT_LET_IN = (
    "I can't let everybody in: a moderator can look whether they see the channel, and whether I have the permissions "
    "Send Messages in Threads and, for a role, Manage Roles."
)
TOO_MANY_REQUESTS = 429
STILL_THERE = (
    "Somebody who left still sees its thread or has its role: a moderator has to grant me Manage Threads and, for a "
    "role, Manage Roles."
)

ASKED_AGAIN = timedelta(days=1)
"""The pause before asking again to join the same group pings its owner again."""

PATIENCE = 2.0  # seconds that a tick waits for what it began
ARCHIVE_AFTER: Literal[10080] = 10080  # minutes of silence, the most that Discord takes

THREAD_NEEDS = {
    "view_channel": "View Channel",
    "create_private_threads": "Create Private Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
CHANNEL_NEEDS = {"manage_channels": "Manage Channels", "manage_roles": "Manage Roles"}
ROLE_NEEDS = {"manage_roles": "Manage Roles"}
EVENT_NEEDS = {"create_events": "Create Events", "manage_events": "Manage Events"}
"""Permissions by Discord's own names for them."""


def lacking(have: discord.Permissions, needs: Mapping[str, str]) -> str:
    """The permissions that the bot has not got, in words; empty where it has all."""
    return ", ".join(words for name, words in needs.items() if not getattr(have, name))


def takes_private_threads(channel: Any) -> TypeGuard[discord.TextChannel]:
    """Whether private threads can be opened under a channel, permissions apart: announcements take none."""
    return isinstance(channel, discord.TextChannel) and not channel.is_news()


class GroupPlaces:
    """Settles groups' places. One group is settled by one at a time."""

    def __init__(self, client: "GradusClient") -> None:
        self._client = client
        self._locks = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._shown: dict[str, Page] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._renaming = set[asyncio.Task[None]]()
        self._asked = Lately(ASKED_AGAIN)

    async def boot(self) -> None:
        """Look after every group, and settle what was left."""
        now = self._client.gradus.clock()
        await self.hourly(now)
        await self.tick(now)

    async def tick(self, now: datetime) -> None:
        """Settle what changed."""
        await self._begin("changed", self._settle_changed, now)

    async def hourly(self, now: datetime) -> None:
        """Look whether every group that goes on has what it should."""
        await self._begin("all", self._look_after_all, now)

    async def _begin(self, name: str, act: Callable[[datetime], Awaitable[None]], now: datetime) -> None:
        """Begin an act, unless the one of that name is under way; what takes long goes on beside everything else."""
        before = self._under_way.get(name)
        if self._client.is_ready() and (before is None or before.done()):
            self._under_way[name] = asyncio.create_task(_logged(act(now)))
            await asyncio.wait([self._under_way[name]], timeout=PATIENCE)

    async def _settle_changed(self, now: datetime) -> None:
        for group in await self._client.gradus.groups.settling.unsettled():
            await self.settle(group.id, now)

    async def _look_after_all(self, now: datetime) -> None:
        for group in await self._client.gradus.groups.settling.active():
            await self.settle(group.id, now, look_at=int(now.timestamp() // 3600))

    async def settle(self, id: str, now: datetime, *, look_at: int | None = None) -> None:
        """Bring a group's place to what it should be; what Discord can't do just now is left for later.

        Args:
            look_at: a number that says which member is looked at whether they are still on the server.
        """
        settling = self._client.gradus.groups.settling
        async with self._locks[id]:
            one = await settling.to_settle(id)
            guild = self._client.get_guild(one.group.server) if one else None
            if one is None or guild is None or guild.unavailable:
                return
            visit = _Visit(self._client, guild, one, now, self._shown, self._asked)
            try:
                if look_at is not None and one.members:
                    await visit.look_at(one.members[look_at % len(one.members)])
                done = await visit.settle()
            except (discord.DiscordException, aiohttp.ClientError, OSError) as trouble:
                log.warning("the place of group %s cannot be settled just now: %s", id, trouble)
                return
            if done:
                await settling.settled(one)

    async def let_in(self, view: GroupView, person: discord.abc.Snowflake) -> bool:
        """Let a member into their group's thread once more: who left it can't come back by themselves. False where it
        has none, or that is refused.
        """
        guild, place = self._client.get_guild(view.group.server), view.group.place
        if place.channel is not None:
            return True
        try:
            thread = await _thread(self._client, guild, place.thread) if guild else None
            if thread is None:
                return False
            if thread.archived:
                thread = await thread.edit(archived=False)
            await thread.add_user(person)
        except discord.HTTPException as refusal:
            log.info("cannot let a member into the thread of group %s: %s", view.group.id, refusal)
            return False
        return True

    async def let_out(self, person: int, now: datetime) -> tuple[Place, ...]:
        """Take somebody out of all their groups and of their places, before Gradus forgets who they are; the places
        out of which Discord did not let them be taken.
        """
        groups, still = self._client.gradus.groups, []
        for id in await groups.asked(person):
            withdrawn = await groups.withdraw(person, id)
            if withdrawn.request is not None:
                await self.answered(withdrawn.view.group, withdrawn.request, "This request was taken back.")
        for group in await groups.mine(person):
            await groups.leave(person, group.id, now)
            await self.settle(group.id, now)
            left = await groups.settling.to_settle(group.id)
            if left is not None and any(one == person for _, one in left.departed):
                still.append(left.group.place)
        return tuple(still)

    # -------------------------------------------------------------------------------------- requests

    async def answered(self, group: Group, request: Request, text: str) -> None:
        """Say under the message that asked what became of it."""
        if request.message is None or group.place.room is None:
            return
        room = self._client.get_partial_messageable(group.place.room)
        with suppress(discord.HTTPException):
            await room.get_partial_message(request.message).edit(content=text, view=None)

    async def rename(self, group: Group) -> None:
        """Give a group's place the group's name; Discord takes few new names an hour, so nobody waits for it."""
        guild = self._client.get_guild(group.server)
        if guild is not None:
            renaming = asyncio.create_task(_logged(self._rename(guild, group)))
            self._renaming.add(renaming)
            renaming.add_done_callback(self._renaming.discard)
            await asyncio.wait([renaming], timeout=PATIENCE)

    async def _rename(self, guild: discord.Guild, group: Group) -> None:
        channel = guild.get_channel(group.place.channel or 0) or await _thread(self._client, guild, group.place.thread)
        role = guild.get_role(group.place.role or 0)
        with suppress(discord.HTTPException):
            if isinstance(channel, discord.TextChannel | discord.Thread):
                await channel.edit(name=thread_name(group.name))
            if role is not None:
                await role.edit(name=thread_name(group.name))


def _pass_on_trouble(error: discord.HTTPException) -> None:
    """Let go of what Discord refuses; its own trouble, which passes, is raised anew."""
    if error.status >= SERVER_ERROR or error.status == TOO_MANY_REQUESTS:
        raise error


async def _logged(act: Awaitable[None]) -> None:
    try:
        await act
    except Exception:
        log.exception("groups' places cannot be settled")


class _Visit:
    """One look at one group's place."""

    def __init__(
        self,
        client: "GradusClient",
        guild: discord.Guild,
        one: ToSettle,
        now: datetime,
        shown: dict[str, Page],
        asked: Lately,
    ) -> None:
        self._client = client
        self._guild = guild
        self._group = one.group
        self._place = one.group.place
        self._members = [*one.members]
        self._departed = one.departed
        self._changes = one.changes
        self._requests = one.requests
        self._now = now
        self._shown = shown
        self._asked = asked
        self._trouble: list[str] = []
        self._settling = client.gradus.groups.settling

    async def look_at(self, member: Member) -> None:
        """Take a member out of the group who has left the server."""
        await self._fetched(member)

    async def settle(self) -> bool:
        """Bring the place to what it should be; False where something is left for the next time."""
        settings = await self._client.gradus.servers.settings(self._guild.id)
        if not self._group.active:
            await self._see_off()
            await self._close()
            done = True
        else:
            role = await self._role(settings)
            room = await self._room(settings)
            await self._see_off()
            done = await self._let_in(room, role)
            if room is not None:
                if self._place.closed:
                    await self._keep(closed=False)
                await self._introduce(room)
                await self._ask(room)
        trouble = "\n".join(f"• {line}" for line in self._trouble)
        if trouble != self._group.trouble:
            await self._settling.keep_trouble(self._group.id, trouble)
        return done

    async def _keep(self, **changed: Any) -> None:
        self._place = replace(self._place, **changed)
        await self._settling.keep_place(self._group.id, self._place)

    async def _tell_owner(self, news: News) -> None:
        if self._group.owner is not None:
            await self._settling.tell(self._group.id, self._group.owner, news, self._now)

    # ----------------------------------------------------------------------------------------- the room

    async def _room(self, settings: ServerSettings) -> discord.TextChannel | discord.Thread | None:
        channel = await self._channel(settings) if self._group.wants_channel or self._place.channel else None
        return channel or await self._thread(settings)

    async def _channel(self, settings: ServerSettings) -> discord.TextChannel | None:
        found = self._guild.get_channel(self._place.channel or 0)
        if isinstance(found, discord.TextChannel):
            await self._sync(found)
            return found
        was_there = self._place.channel is not None
        if was_there:
            await self._lost(channel=None)
        if not settings.group_channels:
            self._trouble.append("This server's moderators allow groups no channel of their own: it has a thread.")
            return None
        missing = lacking(self._guild.me.guild_permissions, CHANNEL_NEEDS)
        if missing:
            self._trouble.append(f"For its own channel a moderator has to grant me: {missing}. Until then: a thread.")
            return None
        home = self._guild.get_channel(self._group.home)
        try:
            made = await self._guild.create_text_channel(
                thread_name(self._group.name),
                overwrites=self._overwrites(),
                category=home.category if home else None,
                reason="a study group's own channel",
            )
        except discord.HTTPException as refusal:
            _pass_on_trouble(refusal)
            log.info("no channel for group %s: %s", self._group.id, refusal)
            self._trouble.append("Discord refuses me its own channel: a moderator can look at my permissions.")
            return None
        await self._keep(channel=made.id, message=None, closed=False)
        if was_there:
            await self._tell_owner("channel again")
        return made

    def _overwrites(self, *, closed: bool = False) -> dict[Any, discord.PermissionOverwrite]:
        """Who sees the channel: the members and the bot, and nobody else but those who see everything."""
        hidden, seen = discord.PermissionOverwrite(view_channel=False), discord.PermissionOverwrite(view_channel=True)
        own = discord.PermissionOverwrite(view_channel=True, send_messages=True)
        members = discord.PermissionOverwrite(view_channel=True, send_messages=False) if closed else seen
        return {
            self._guild.default_role: hidden,
            self._guild.me: own,
            **{discord.Object(one.person, type=discord.Member): members for one in self._members},
        }

    async def _sync(self, channel: discord.TextChannel, *, closed: bool = False) -> None:
        """Let the members see the channel, and nobody else; what moderators gave to roles stays."""
        wanted = self._overwrites(closed=closed)
        roles = {role: rules for role, rules in channel.overwrites.items() if isinstance(role, discord.Role)}
        wanted = {**roles, **wanted}
        have = {who.id: rules for who, rules in channel.overwrites.items()}
        if have == {who.id: rules for who, rules in wanted.items()}:
            return
        try:
            await channel.edit(overwrites=wanted)
        except discord.HTTPException as refusal:
            _pass_on_trouble(refusal)
            log.info("the members of channel %s cannot be changed: %s", channel.id, refusal)
            self._trouble.append(f"To let members into its channel I need: {', '.join(CHANNEL_NEEDS.values())}.")

    async def _thread(self, settings: ServerSettings) -> discord.Thread | None:
        try:
            found = await self._own_thread()
        except discord.Forbidden:
            if self._guild.get_channel(self._group.home) is not None:
                self._trouble.append("I can't see its thread any more: a moderator has to let me see its channel.")
                return None
            found = None  # it went with the channel that it was in
        if found is not None:
            return await self._opened(found)
        was_there = self._place.thread is not None
        if was_there:
            await self._lost(thread=None)
        homes = (self._guild.get_channel(id) for id in (settings.study_channel, self._group.home) if id)
        home = next((one for one in homes if takes_private_threads(one)), None)
        if home is None:
            self._trouble.append(
                "Its thread needs a text channel: a moderator can choose one for study groups in `/admin`. "
                "Then press **Make its place**."
            )
            return None
        missing = lacking(home.permissions_for(self._guild.me), THREAD_NEEDS)
        if missing:
            self._trouble.append(
                f"For its thread in {home.mention} a moderator has to grant me: {missing}. "
                "Then press **Make its place**."
            )
            return None
        try:
            made = await home.create_thread(
                name=thread_name(self._group.name),
                type=discord.ChannelType.private_thread,
                invitable=False,
                auto_archive_duration=ARCHIVE_AFTER,
            )
        except discord.HTTPException as refusal:
            _pass_on_trouble(refusal)
            log.info("no thread for group %s: %s", self._group.id, refusal)
            self._trouble.append(f"Discord refuses me a private thread in {home.mention}: a moderator can look why.")
            return None
        await self._keep(thread=made.id, message=None, closed=False)
        if home.id != self._group.home:
            await self._settling.keep_home(self._group.id, home.id)
        if was_there:
            await self._tell_owner("thread again")
        return made

    async def _own_thread(self) -> discord.Thread | None:
        """The thread; asked for anew where something changed: Discord does not always tell of a private one's end."""
        return await _thread(self._client, self._guild, self._place.thread, anew=self._changes > 0)

    async def _opened(self, thread: discord.Thread) -> discord.Thread | None:
        """The thread; open again where it was closed with its group, or fell silent and somebody is to come or go."""
        if not self._place.closed and not (thread.archived and self._to_do):
            return thread
        try:
            if self._place.closed and thread.locked:  # to unlock takes a permission of its own
                return await thread.edit(archived=False, locked=False)
            return await thread.edit(archived=False)
        except discord.Forbidden:
            self._trouble.append("I may not open its thread again: a moderator has to grant me Manage Threads.")
            return None

    @property
    def _to_do(self) -> bool:
        """Whether there is something to do in the room that an archived thread does not let one do."""
        waiting = any(not one.placed for one in self._members) or any(one.message is None for one in self._requests)
        return waiting or bool(self._departed)

    async def _lost(self, **gone: None) -> None:
        """Keep that the place was deleted, and with it who had been let in."""
        await self._keep(message=None, closed=False, **gone)
        await self._let_nobody_in()

    async def _let_nobody_in(self) -> None:
        await self._settling.keep_placed(self._group.id, None, False)
        self._members = [replace(one, placed=False) for one in self._members]

    async def _close(self) -> None:
        """Close the place of a group that is archived; who goes later sees its channel no more either."""
        role = self._guild.get_role(self._place.role or 0)
        channel = self._guild.get_channel(self._place.channel or 0)
        if self._place.closed:
            if isinstance(channel, discord.TextChannel):
                await self._sync(channel, closed=True)
            return
        room: discord.TextChannel | discord.Thread | None = None
        if isinstance(channel, discord.TextChannel):
            room = channel
        else:
            with suppress(discord.Forbidden):
                room = await self._own_thread()
        if room is not None:
            await self._introduce(room)
        if role is not None:
            with suppress(discord.Forbidden):
                await role.delete(reason="its study group is archived")
        if isinstance(room, discord.TextChannel):
            await self._sync(room, closed=True)
        elif room is not None:
            await _shut(room)
        await self._let_nobody_in()
        await self._keep(closed=True, role=None)

    # ------------------------------------------------------------------------------------------- people

    async def _role(self, settings: ServerSettings) -> discord.Role | None:
        found = self._guild.get_role(self._place.role or 0)
        if found is not None or not self._group.wants_role:
            return found
        if not settings.group_roles:
            self._trouble.append("This server's moderators allow groups no role of their own.")
            return None
        missing = lacking(self._guild.me.guild_permissions, ROLE_NEEDS)
        if missing:
            self._trouble.append(f"For its role a moderator has to grant me: {missing}.")
            return None
        was_there = self._place.role is not None
        try:
            made = await self._guild.create_role(
                name=thread_name(self._group.name),
                permissions=discord.Permissions.none(),
                mentionable=True,
                reason="a study group's own role",
            )
        except discord.HTTPException as refusal:
            _pass_on_trouble(refusal)
            log.info("no role for group %s: %s", self._group.id, refusal)
            self._trouble.append("Discord refuses me its role: a moderator can look at my permissions.")
            return None
        await self._keep(role=made.id)
        await self._let_nobody_in()
        if was_there:
            await self._tell_owner("role again")
        return made

    async def _let_in(self, room: discord.TextChannel | discord.Thread | None, role: discord.Role | None) -> bool:
        """Let in who has not been yet; False where some wait for the next time."""
        waiting = [one for one in self._members if not one.placed] if room or role else []
        first = int(self._now.timestamp() // 60) % (len(waiting) or 1)  # so that nobody waits behind who can't come in
        for member in (waiting[first:] + waiting[:first])[:MOST_LET_IN]:
            here = await self._fetched(member)
            if here is None:
                continue
            try:
                if isinstance(room, discord.Thread):
                    await room.add_user(here)
                if role is not None:
                    await here.add_roles(role)
            except discord.HTTPException as refusal:
                _pass_on_trouble(refusal)
                log.info("cannot let a member of group %s in: %s", self._group.id, refusal)
                self._trouble = [*dict.fromkeys((*self._trouble, CANNOT_LET_IN))]
                continue
            await self._settling.keep_placed(self._group.id, member.learner, True)
        return len(waiting) <= MOST_LET_IN

    async def _fetched(self, member: Member) -> discord.Member | None:
        """A member as Discord knows them; None where they have left the server, and with it the group."""
        try:
            return await self._guild.fetch_member(member.person)
        except discord.NotFound:
            await self._client.gradus.groups.gone(self._group.id, member.learner, self._now)
            return None

    async def _see_off(self) -> None:
        """Take who has left the group out of its place."""
        for learner, person in self._departed:
            if await self._let_out(person):
                await self._settling.seen_off(self._group.id, learner)

    async def _let_out(self, person: int) -> bool:
        try:
            thread = await self._own_thread()
            if thread is not None:
                await _take_out(thread, person)
            role = self._guild.get_role(self._place.role or 0)
            if role is not None:
                with suppress(discord.NotFound):  # they have left the server
                    await (await self._guild.fetch_member(person)).remove_roles(role)
        except discord.Forbidden:
            self._trouble.append(STILL_THERE)
            return False
        return True

    # ------------------------------------------------------------------------------------- introduction

    async def _introduce(self, room: discord.TextChannel | discord.Thread) -> None:
        """Show in its place what the group is; what stands there already is changed."""
        if isinstance(room, discord.Thread) and room.archived:
            return  # it shows what it showed when it fell silent, until it is opened again
        members = tuple(self._members)
        page = intro_page(GroupView(self._group, members), self._client.gradus.catalogue, self._now)
        if self._place.message is not None and self._shown.get(self._group.id) == page:
            return
        post = Post(page, None, standing_view(*intro_buttons(self._group)))
        for shape in (Post.without_picture, Post.plain):
            try:
                await self._show(room, shape(post))
            except discord.Forbidden as refusal:
                log.info("cannot introduce group %s: %s", self._group.id, refusal)
            else:
                self._shown[self._group.id] = page
                return
        self._trouble.append(f"I may not write in {room.mention}: a moderator can look at my permissions there.")

    async def _ask(self, room: discord.TextChannel | discord.Thread) -> None:
        """Ask the owner about everybody who wants to join; that pings them once a day for each."""
        owner = next((one.person for one in self._members if one.owns), None)
        for request in self._requests:
            if request.message is not None or owner is None:
                continue
            pinged = self._asked.may((self._group.id, request.learner), self._now)
            try:
                sent = await room.send(
                    f"<@{owner}> {request_text(request.person, self._group)}",
                    allowed_mentions=discord.AllowedMentions(users=[discord.Object(owner)] if pinged else False),
                    view=standing_view(*request_buttons(self._group.id, request.learner)),
                )
            except discord.Forbidden as refusal:
                log.info("cannot ask in the place of group %s: %s", self._group.id, refusal)
                return
            await self._settling.keep_request_message(self._group.id, request.learner, sent.id)

    async def _show(self, room: discord.TextChannel | discord.Thread, said: dict[str, Any]) -> None:
        """Change the message that introduces the group, or send it where there is none (any more)."""
        if self._place.message is not None:
            with suppress(discord.NotFound):
                await room.get_partial_message(self._place.message).edit(**{"content": None} | as_edit({**said}))
                return
        await self._keep(message=(await room.send(**said)).id)


def intro_buttons(group: Group) -> tuple[discord.ui.Item[Any], ...]:
    """What stands under the message that introduces a group in its place."""
    return GroupButton("mine", group.id), GroupPlanButton(group.id), GroupButton("leave", group.id)


async def _thread(
    client: "GradusClient", guild: discord.Guild, id: int | None, *, anew: bool = False
) -> discord.Thread | None:
    """A thread, archived or not; None where it was deleted.

    Args:
        anew: whether Discord is asked, whatever is remembered.

    Raises:
        discord.Forbidden: it is hidden from the bot.
    """
    if id is None:
        return None
    cached = guild.get_thread(id)
    if cached is not None and not anew:
        return cached
    try:
        found = await client.fetch_channel(id)
    except discord.NotFound:
        return None
    return found if isinstance(found, discord.Thread) else None


async def _take_out(thread: discord.Thread, person: int) -> None:
    """Take somebody out of a thread; one that is archived has to be open meanwhile."""
    was_archived = thread.archived
    if was_archived:
        thread = await thread.edit(archived=False)
    with suppress(discord.NotFound):  # they have left it themselves
        await thread.remove_user(discord.Object(person))
    if was_archived:
        await thread.edit(archived=True)


async def _shut(thread: discord.Thread) -> None:
    """Archive a thread, and lock it where that is allowed; one that is archived already has to be opened for it."""
    try:
        if thread.archived:
            thread = await thread.edit(archived=False)
        await thread.edit(locked=True, archived=True)
    except discord.Forbidden:
        with suppress(discord.Forbidden):
            await thread.edit(archived=True)
