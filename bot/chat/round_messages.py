"""The messages of live rounds: sent, edited, and taken up again after a restart.

A round's state is in the store; `Rounds` says where it stands, and here that is shown. What a restart cut short
between sending a message and keeping its id is found again by the ids of its buttons.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot.assembly import Gradus
from bot.chat.messages import Post, Shape, as_edit, prepare
from bot.chat.rendering import Page
from bot.chat.round_pages import IN_FRONT, MOST_NAMED, begun_page, end_page, lobby_page, question_page, told_page
from bot.chat.round_panel import buttons
from bot.groups.round import LOBBY, Round
from bot.groups.rounds import RoundView

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=2.5)
"""The shortest time between two edits that only count who has answered."""

PAUSE = timedelta(seconds=5)
"""Between two tries while Discord has trouble."""

PATIENCE = 2.0  # seconds that a tick waits for messages under way
LOOK_BACK = 50
"""Messages of a channel among which one is looked for whose sending was cut short."""

MOST_REMEMBERED = 10_000
"""Names of players that are remembered; the oldest go first."""

SHAPES: tuple[Shape, ...] = (Post.whole, Post.without_picture, Post.plain)


@dataclass(frozen=True)
class _Counted:
    """What the message of an open question says of how many have answered, and when it was put there."""

    position: int
    answered: int
    at: datetime


class RoundMessages:
    """Shows rounds in their channels, one thing at a time in each."""

    def __init__(self, client: "GradusClient") -> None:
        self._client = client
        self._names: dict[int, str] = {}
        self._counted: dict[str, _Counted] = {}
        self._paused: dict[str, datetime] = {}
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._booted = False

    @property
    def _gradus(self) -> Gradus:
        return self._client.gradus

    def remember(self, person: int, name: str) -> None:
        """Keep, in memory alone, what a player is called: Discord said it with their press."""
        self._names.pop(person, None)
        self._names[person] = name
        if len(self._names) > MOST_REMEMBERED:
            del self._names[next(iter(self._names))]

    # ------------------------------------------------------------------------------------ when things happen

    async def open(self, round: Round) -> bool:
        """Send the lobby of a new round; False where the channel is closed, and then there is no round."""
        await asyncio.wait([self._acting(round, self._gradus.clock())])
        return any(one.id == round.id for one in await self._gradus.rounds.live())

    async def boot(self) -> None:
        """Take up the rounds that a restart cut short; before that, none of them moves."""
        for one in await self._gradus.rounds.resume(self._gradus.clock()):
            if one.until is None and one.phase != "telling":
                await self._find(one)
        self._booted = True

    async def tick(self, now: datetime) -> None:
        """Show what is due, in each channel on its own: a slow one holds up no other."""
        if not self._booted:
            return
        live = await self._gradus.rounds.live()
        self._forget_all_but(live)
        due = [one for one in live if one.channel not in self._busy and now >= self._paused.get(one.id, now)]
        if due:
            await asyncio.wait([self._acting(one, now) for one in due], timeout=PATIENCE)

    def _acting(self, round: Round, now: datetime) -> asyncio.Task[None]:
        """What is under way in the round's channel, begun now where nothing is."""
        if round.channel not in self._busy:
            self._busy[round.channel] = asyncio.create_task(self._act(round, now))
        return self._busy[round.channel]

    def _forget_all_but(self, live: tuple[Round, ...]) -> None:
        """Let go of what was remembered for rounds that are over."""
        rounds = {one.id for one in live}
        self._counted = {id: one for id, one in self._counted.items() if id in rounds}
        self._paused = {id: one for id, one in self._paused.items() if id in rounds}

    async def _act(self, round: Round, now: datetime) -> None:
        """Move a round on where that is due, and show it; never raises."""
        try:
            view = await self._gradus.rounds.advance(round.id, now)
            if view.round.until is None:
                await self._show(view)
            elif view.round.phase == "asking":
                await self._count(view, now)
        except (discord.NotFound, discord.Forbidden) as gone:
            log.info("the round %s ends: its channel or message is gone or closed: %s", round.id, gone)
            await self._gradus.rounds.drop(round.id, now)
        except Exception as trouble:
            log.warning("the round %s cannot be shown just now: %r", round.id, trouble)
            self._paused[round.id] = now + PAUSE
            if round.phase == "over" and round.is_stale(now):  # it could not say for long that it is over
                await self._gradus.rounds.drop(round.id, now)
        finally:
            self._busy.pop(round.channel, None)

    async def message_deleted(self, message: int) -> None:
        """End the round whose latest message somebody has deleted: they want it gone."""
        for one in await self._gradus.rounds.live():
            if one.message == message:
                await self._gradus.rounds.drop(one.id, self._gradus.clock())

    # ------------------------------------------------------------------------------------ what is shown

    async def _show(self, view: RoundView) -> None:
        """Put the message of a phase into the channel, and keep that it is there."""
        round, now = view.round, self._gradus.clock()
        if round.phase == "telling":
            names = await self._names_of(view, IN_FRONT)
            post = await self._prepared(told_page(view, names, self._gradus.catalogue), view)
            await self._edit(round, post)
            await self._shown(round, round.message or 0)
            return
        post = await self._prepared(await self._new_page(view, now), view)
        channel = self._client.get_partial_messageable(round.channel)
        sent = await _in_some_shape(post, lambda **shape: channel.send(nonce=_nonce(round), **shape))
        if round.phase == "asking":
            self._counted[round.id] = _Counted(round.position, view.answered, now)
        await self._shown(round, sent.id)
        await self._quieten(round)

    async def _new_page(self, view: RoundView, now: datetime) -> Page:
        """What a phase's new message says."""
        if view.round.phase == "lobby":
            return lobby_page(view.round, now + LOBBY)
        if view.round.phase == "asking":
            return question_page(view, now + timedelta(seconds=view.round.seconds), self._gradus.catalogue)
        return end_page(view, await self._names_of(view, MOST_NAMED))

    async def _shown(self, round: Round, message: int) -> None:
        await self._gradus.rounds.shown(round.id, round.position, round.phase, message, self._gradus.clock())

    async def _count(self, view: RoundView, now: datetime) -> None:
        """Say under an open question how many have answered, if that has changed and is not said too often."""
        round, said = view.round, self._counted.get(view.round.id)
        known = said is not None and (said.position, said.answered) == (round.position, view.answered)
        if known or (said is not None and now - said.at < EVERY):
            return
        assert round.until is not None
        post = await self._prepared(question_page(view, round.until, self._gradus.catalogue), view)
        await self._edit(round, post)
        self._counted[round.id] = _Counted(round.position, view.answered, now)

    async def _quieten(self, before: Round) -> None:
        """Take the buttons off the lobby once the questions have begun, and off a question that was never told."""
        if before.message is None or before.phase == "lobby":
            return
        message = self._client.get_partial_messageable(before.channel).get_partial_message(before.message)
        try:
            if before.phase == "asking" and before.position == 0:
                await _in_some_shape(Post(begun_page(before), None, discord.ui.View()), _editing(message))
            elif before.phase == "over" and before.ending != "played":
                await message.edit(view=None)
        except discord.HTTPException as trouble:
            log.info("message %d keeps its buttons: %s", before.message, trouble)

    async def _prepared(self, page: Page, view: RoundView) -> Post:
        return await prepare(page, self._gradus.settings.cache_path, buttons(view))

    async def _edit(self, round: Round, post: Post) -> None:
        """Show something else in the round's latest message.

        Raises:
            discord.HTTPException: it is gone, closed, or Discord has trouble.
        """
        channel = self._client.get_partial_messageable(round.channel)
        await _in_some_shape(post, _editing(channel.get_partial_message(round.message or 0)))

    async def _names_of(self, view: RoundView, most: int) -> dict[int, str]:
        """What the first players are called; who cannot be asked for is missing."""
        people = [one.person for one in view.standings[:most]]
        guild = self._client.get_guild(view.round.server)
        unknown = [one for one in people if one not in self._names] if guild else []
        for person, name in zip(unknown, await asyncio.gather(*(_name(guild, one) for one in unknown)), strict=True):
            if name is not None:
                self.remember(person, name)
        return {one: self._names[one] for one in people if one in self._names}

    # ------------------------------------------------------------------------------------ after a restart

    async def _find(self, round: Round) -> None:
        """Find the message of a phase whose sending was cut short; where there is none, the next tick sends it."""
        mark = _mark(round)
        try:
            async for message in self._client.get_partial_messageable(round.channel).history(limit=LOOK_BACK):
                if any(id.startswith(mark) for id in _ids(message)):
                    await self._shown(round, message.id)
                    return
        except discord.HTTPException as trouble:
            log.info("cannot look for the message of the round %s: %s", round.id, trouble)


def _mark(round: Round) -> str:
    """How an id of a button begins that only the message of this phase has."""
    if round.phase == "asking":
        return f"gradus:round:pick:A:{round.id}:{round.position}"
    return f"gradus:round:{'stop' if round.phase == 'lobby' else 'again'}:{round.id}"


def _nonce(round: Round) -> str:
    """By this Discord itself refuses, for some minutes, to show the same message twice; at most 25 characters."""
    return f"{round.id[:18]}-{round.phase[:1]}{round.position}"


async def _in_some_shape(post: Post, put: Callable[..., Awaitable[Any]]) -> Any:
    """Put a post somewhere in as much of its shape as is allowed there.

    Raises:
        discord.Forbidden: nothing is.
    """
    for shape in SHAPES[:-1]:
        try:
            return await put(**shape(post))
        except discord.Forbidden as refusal:
            log.info("a message of a round is refused as a whole: %s", refusal)
    return await put(**SHAPES[-1](post))


def _editing(message: discord.PartialMessage) -> Callable[..., Awaitable[Any]]:
    async def put(**shape: Any) -> Any:
        return await message.edit(**({"content": None, "embed": None} | as_edit(shape)))

    return put


async def _name(guild: discord.Guild | None, person: int) -> str | None:
    try:
        return (await guild.fetch_member(person)).display_name if guild else None
    except discord.HTTPException:
        return None


def _ids(message: discord.Message) -> list[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [getattr(item, "custom_id", None) or "" for row in rows for item in row.children]
