"""Groups' weeks on Discord: posts in a group's room, nudges by direct message, and the server's scheduled events."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

import discord

from bot.chat.group_week_pages import digest_page, meeting_page, nudge_text, plan_page
from bot.chat.group_week_panel import is_of, nudge_buttons, post_buttons
from bot.chat.messages import Post, Shape
from bot.chat.prompt_sender import LOOK_BACK, passes, trouble_told_apart
from bot.chat.rendering import Page
from bot.groups.group import Group
from bot.groups.group_weeks import WantedEvent
from bot.groups.week import Occasion
from bot.groups.week_posts import Content, DigestPost, MeetingPost, NudgePost
from bot.prompting import Refused

if TYPE_CHECKING:
    from bot.assembly import Gradus
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

SHAPES: tuple[Shape, ...] = (Post.without_picture, Post.plain)
MOST_EVENTS = 20  # looked at in one call

EVENT_NAME_LIMIT = 100
EVENT_WORDS = "A meeting of a study group. `/group find` shows how to join it."
IN_DISCORD = "On Discord, in the group's own room"

MAY_NOT = (
    "this server allows groups' events, but I lack the permissions Create Events and Manage Events. "
    "An admin can give them to me."
)
NOT_NOW = "Discord did not take the event; I try again in a few hours."

Events = Mapping[int, discord.ScheduledEvent]


class _Shown(TypedDict):
    """What an event shows."""

    name: str
    start_time: datetime
    end_time: datetime
    location: str


class GroupWeekSender:
    """Carries a group's week to Discord (`bot.groups.week_sending.Deliver`)."""

    def __init__(self, client: "GradusClient") -> None:
        self._client = client

    @property
    def _gradus(self) -> "Gradus":
        return self._client.gradus

    async def tick(self, now: datetime) -> None:
        """Send what is due, while there is a connection."""
        if self._client.is_ready():
            await self._gradus.group_weeks.sending.send_due(self, now)

    async def boot(self) -> None:
        """Look whether every scheduled event is still there."""
        await self._gradus.group_weeks.look_at_events(self._gradus.clock())

    # ----------------------------------------------------------------------------------------- posts

    async def find(self, group: Group, occasion: Occasion) -> int | None:
        """The message whose buttons have the occasion's mark."""
        room = self._client.get_partial_messageable(group.place.room or 0)
        with trouble_told_apart():
            try:
                async for message in room.history(limit=LOOK_BACK):
                    if is_of(message, group.id, occasion):
                        return message.id
            except discord.NotFound:
                return None
            except discord.Forbidden as closed:
                raise Refused("it may have been sent before, and I may not read the group's room") from closed
        return None

    async def send(self, group: Group, occasion: Occasion, content: Content) -> int:
        """Send it in the group's room, in as much of its shape as is allowed there."""
        post = Post(await self._page(content), None, post_buttons(content, occasion, self._gradus.catalogue))
        room = self._client.get_partial_messageable(group.place.room or 0)
        with trouble_told_apart():
            try:
                for shape in SHAPES:
                    try:
                        return (await room.send(**shape(post), nonce=_nonce(group, occasion))).id
                    except discord.Forbidden as closed:
                        if passes(closed) or shape is SHAPES[-1]:
                            raise
            except (discord.Forbidden, discord.NotFound) as closed:
                raise Refused(f"its room is closed to me or gone: {closed.status}") from closed
        raise AssertionError("one of the shapes is sent or refused")

    async def _page(self, content: Content) -> Page:
        catalogue = self._gradus.catalogue
        if isinstance(content, MeetingPost):
            return meeting_page(content, catalogue)
        if isinstance(content, DigestPost):
            return digest_page(content, await self._names(content), catalogue)
        return plan_page(content, catalogue)

    async def _names(self, post: DigestPost) -> dict[int, str]:
        """What those who share their name are called there; who has left the server is not named."""
        guild = self._client.get_guild(post.group.server)
        names: dict[int, str] = {}
        if guild is None:
            return names
        for one in post.digest.named:
            try:
                names[one.person] = (await guild.fetch_member(one.person)).display_name
            except discord.NotFound:
                log.info("somebody of group %s has left its server", post.group.id)
        return names

    async def nudge(self, post: NudgePost) -> None:
        """Send it by direct message."""
        with trouble_told_apart():
            try:
                channel = await self._client.create_dm(discord.Object(post.person))
                await channel.send(nudge_text(post, self._gradus.catalogue), view=nudge_buttons(post))
            except (discord.Forbidden, discord.NotFound) as closed:
                if passes(closed):
                    raise
                raise Refused("direct messages are closed") from closed

    # ---------------------------------------------------------------------------------------- events

    async def tick_events(self, now: datetime) -> None:
        """Make, move and mend scheduled events that are due for a look."""
        if not self._client.is_ready():
            return
        by_server = defaultdict[int, list[WantedEvent]](list)
        for wanted in await self._gradus.group_weeks.events_due(now, MOST_EVENTS):
            by_server[wanted.group.server].append(wanted)
        for server, some in by_server.items():
            await self._look_at(server, some, now)

    async def _look_at(self, server: int, some: Sequence[WantedEvent], now: datetime) -> None:
        guild = self._client.get_guild(server)
        allowed = guild is not None and (await self._gradus.servers.settings(server)).group_events
        there: Events | None = None
        for wanted in some:
            event, trouble = wanted.group.place.event, ""
            if guild is not None and (event is not None or (allowed and wanted.begins)):
                try:
                    there = await _events(guild) if there is None else there
                    event = await self._settle(guild, wanted, there, allowed=allowed)
                except discord.Forbidden:
                    trouble = MAY_NOT
                except discord.HTTPException as refusal:
                    log.warning("the event of group %s cannot be settled: %s", wanted.group.id, refusal)
                    trouble = NOT_NOW
            await self._gradus.group_weeks.keep_event(wanted, event, trouble if allowed else "", now)

    async def _settle(self, guild: discord.Guild, wanted: WantedEvent, there: Events, *, allowed: bool) -> int | None:
        """The scheduled event of a group as it should be: made, moved, or taken away; its id."""
        found = there.get(wanted.group.place.event or 0) or self._adopted(wanted, there)
        if wanted.begins is None or not allowed:
            if found is not None and found.status is discord.EventStatus.scheduled:
                await found.delete()
            return None
        if found is None:
            made = await guild.create_scheduled_event(
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                description=EVENT_WORDS,
                **_shown(guild, wanted),
            )
            return made.id
        if found.status is discord.EventStatus.scheduled and not _is_as_wanted(guild, found, wanted):
            await found.edit(**_shown(guild, wanted))
        return found.id

    def _adopted(self, wanted: WantedEvent, there: Events) -> discord.ScheduledEvent | None:
        """An event of ours for this group, made before a restart that came before it was kept: no two groups of a
        server that go on have the same name.
        """
        own = self._client.user.id if self._client.user else 0
        name = _event_name(wanted.group)
        return next((one for one in there.values() if one.creator_id == own and one.name == name), None)


async def _events(guild: discord.Guild) -> Events:
    """A server's events that have not ended."""
    alive = (discord.EventStatus.scheduled, discord.EventStatus.active)
    return {one.id: one for one in await guild.fetch_scheduled_events(with_counts=False) if one.status in alive}


def _shown(guild: discord.Guild, wanted: WantedEvent) -> _Shown:
    """What an event shows, for a meeting that begins."""
    group, begins = wanted.group, wanted.begins
    assert begins is not None
    channel = guild.get_channel(group.place.channel or 0)
    return {
        "name": _event_name(group),
        "start_time": begins,
        "end_time": begins + timedelta(minutes=group.minutes),
        "location": f"#{channel.name}" if channel else IN_DISCORD,
    }


def _is_as_wanted(guild: discord.Guild, event: discord.ScheduledEvent, wanted: WantedEvent) -> bool:
    shown = _shown(guild, wanted)
    return all(getattr(event, name) == value for name, value in shown.items())


def _event_name(group: Group) -> str:
    return f"{group.name}: meeting"[:EVENT_NAME_LIMIT]


def _nonce(group: Group, occasion: Occasion) -> str:
    """At most 25 characters, the same for the same occasion: for some minutes Discord takes it only once."""
    return f"{group.id[:16]}{occasion.kind[0]}{occasion.day:%Y%m%d}"
