"""Sending what waits in a group's outbox, once.

Each post is marked as being sent, handed to Discord, and marked as sent. What was handed over and not marked, because a
process died in between, is looked for in the group's room before it is handed over again; where the room can't be read
it is taken as sent. Nudges, which go by direct message, are never handed over twice.
"""

import asyncio
import logging
from datetime import datetime
from typing import Protocol

from sqlite_utils import Database

from bot.groups.group import Group
from bot.groups.group_store import GroupStore
from bot.groups.week import Occasion, occasions
from bot.groups.week_posts import Content, DigestPost, NudgePost, WeekPosts
from bot.groups.week_store import Nudge, Post, WeekStore
from bot.prompting import FIRST_PAUSE, Refused, Transient, pause_after
from foundation.database import DatabaseThread, writing

log = logging.getLogger(__name__)

BURST = 10
"""Posts, and nudges, sent in one call."""


class Deliver(Protocol):
    """What carries posts to groups. All raise `Transient` where a later try may go better."""

    async def find(self, group: Group, occasion: Occasion) -> int | None:
        """The message of this occasion in the group's room, or None where there is none.

        Raises:
            Refused: the room can't be read.
        """

    async def send(self, group: Group, occasion: Occasion, content: Content) -> int:
        """Send it; its message.

        Raises:
            Refused: there is no way into the group's room.
        """

    async def nudge(self, post: NudgePost) -> None:
        """Send a nudge.

        Raises:
            Refused: its direct messages are closed.
        """


class WeekSending:
    """Sends groups' posts and members' nudges, one after another."""

    def __init__(self, database: DatabaseThread, posts: WeekPosts) -> None:
        self._database = database
        self._posts = posts
        self._store = WeekStore()
        self._groups = GroupStore()
        self._sending = asyncio.Lock()
        self._orderly = False  # whether nothing was left half done by the last call, or an earlier process

    async def send_due(self, deliver: Deliver, now: datetime) -> None:
        """The tick that sends what waits in the outbox, one after another, at most `BURST`; then nudges.

        It ends early where Discord has trouble of its own: the rest would meet it too.
        """
        async with self._sending:
            if not self._orderly:
                await self._database.run(self._store.take_up)
            self._orderly = False
            if await self._send_posts(deliver, now):
                await self._send_nudges(deliver, now)
            self._orderly = True

    async def _send_posts(self, deliver: Deliver, now: datetime) -> bool:
        """Whether Discord had no trouble."""
        for _ in range(BURST):
            post = await self._database.run(lambda database: self._store.next_open(database, now))
            if post is None:
                return True
            try:
                await self._deal_with(post, deliver, now)
            except Transient as trouble:
                log.info("%s of group %s is put off: %s", post.occasion.kind, post.group, trouble)
                await self._put_off(post, now + pause_after(post.tries))
                return False
            except Exception:
                log.exception("%s of group %s went wrong", post.occasion.kind, post.group)
                await self._put_off(post, now + pause_after(post.tries))
        return True

    async def _deal_with(self, post: Post, deliver: Deliver, now: datetime) -> None:
        """Say something to a group, or settle why it is not said."""
        group = await self._database.run(lambda database: self._groups.find(database, post.group))
        occasion = _as_it_is_now(post.occasion, group) if group is not None and group.active else None
        if group is None or occasion is None:
            await self._settle(post, "skipped", "the group has changed")
            return
        if post.unsure and await self._was_sent(post, group, deliver):
            return
        if now >= occasion.until:
            await self._settle(post, "skipped", "too late")
            return
        if now < occasion.at or group.place.room is None:  # moved, or its room is being opened
            await self._put_off(post, max(occasion.at, now + FIRST_PAUSE))
            return
        content = await self._posts.content(post, group, now)
        if isinstance(content, str):
            await self._settle(post, "skipped", content)
            return
        if not await self._database.run(lambda database: self._store.claim(database, post.id)):
            return
        try:
            message = await deliver.send(group, post.occasion, content)
        except Refused as refusal:
            log.info("group %s cannot be told: %s", group.id, refusal)
            await self._database.run(lambda database: self._groups.unsettle(database, group.id))  # to be mended
            await self._put_off(post, now + pause_after(post.tries), refused=True)
            return
        await self._sent(post, content, message, now)

    async def _was_sent(self, post: Post, group: Group, deliver: Deliver) -> bool:
        """Whether something that was handed over before arrived; where that can't be seen, it counts as arrived."""
        try:
            message = await deliver.find(group, post.occasion)
        except Refused as refusal:
            await self._settle(post, "failed", str(refusal))
            return True
        if message is None:
            return False
        await self._settle(post, "sent", message=message)
        return True

    async def _settle(self, post: Post, state: str, why: str = "", *, message: int | None = None) -> None:
        await self._database.run(lambda database: self._store.settle(database, post.id, state, why, message=message))

    async def _sent(self, post: Post, content: Content, message: int, now: datetime) -> None:
        def act(database: Database) -> None:
            with writing(database):
                self._store.settle(database, post.id, "sent", message=message)
                if isinstance(content, DigestPost) and content.digest.asks_to_pause:
                    self._store.pause(database, post.group, now)

        await self._database.run(act)

    async def _put_off(self, post: Post, until: datetime, *, refused: bool = False) -> None:
        await self._database.run(lambda database: self._store.put_off(database, post.id, until, refused=refused))

    async def _send_nudges(self, deliver: Deliver, now: datetime) -> None:
        for _ in range(BURST):
            nudge = await self._database.run(lambda database: self._store.next_nudge(database, now))
            if nudge is None:
                return
            await self._deal_with_nudge(nudge, deliver, now)

    async def _deal_with_nudge(self, nudge: Nudge, deliver: Deliver, now: datetime) -> None:
        def settled(database: Database) -> NudgePost | None:
            """Settled before it is sent: twice would be worse than never."""
            with writing(database):
                content = self._posts.nudge(database, nudge, now)
                self._store.settle_nudge(database, nudge, "sent" if content else "skipped")
                return content

        content = await self._database.run(settled)
        if content is None:
            return
        try:
            await deliver.nudge(content)
        except (Refused, Transient) as refusal:
            log.info("a nudge cannot be delivered: %s", refusal)
            await self._database.run(lambda database: self._store.settle_nudge(database, nudge, "failed"))


def _as_it_is_now(occasion: Occasion, group: Group) -> Occasion | None:
    """The same occasion by the group's present times; None where the group has it no more."""
    same = (one for one in occasions(group, occasion.monday) if (one.kind, one.day) == (occasion.kind, occasion.day))
    return next(same, None)
