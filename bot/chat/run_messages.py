"""The messages that show runs as they go: Gradus' own, edited in place, in a channel or by direct message.

Each is edited at most every few seconds and only where something changed; a channel has at most one edit under way
and one a tick. Where Discord takes no more (a deleted message, a lost permission), a message falls silent, and its
run goes on.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot.assembly import Gradus
from bot.chat.lesson_panel import LessonButton
from bot.chat.messages import Picture, Post, Shape, as_edit
from bot.chat.places import Where, is_public
from bot.chat.quiz_me import QuizMeButton
from bot.chat.rendering import Page
from bot.chat.standing import standing_view
from bot.chat.train_buttons import RunButton, TrainButton
from bot.chat.train_pages import GONE, owner_note, run_page, trial_labels
from bot.run_message_store import LiveMessage
from bot.run_picture import compared_picture, compared_words, curve_picture, curve_words, drawable
from bot.training import Live, RunView

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=3)
"""The shortest time between two edits of a message."""

LONGEST_PAUSE = timedelta(minutes=5)  # between two tries while Discord has trouble
PATIENCE = 2.0  # seconds that a tick waits for edits under way
LOOK_BACK = 50
"""Messages of a channel among which one is looked for whose sending was cut short."""

TRIAL_STEPS = "thousandths of a trial"

SHAPES: tuple[Shape, ...] = (Post.whole, Post.without_picture, Post.plain)


@dataclass(frozen=True)
class _Shown:
    """What a message shows.

    Attributes:
        page, reach: its text, and how many points its picture has.
        at: when it was last edited, or that was tried.
        shapes: those that Discord has not refused there.
        failures: tries that came to nothing, one after another.
    """

    message: LiveMessage
    page: Page | None = None
    reach: int = -1
    picture: Picture | None = None
    at: datetime | None = None
    shapes: tuple[Shape, ...] = SHAPES
    failures: int = 0

    def due(self, now: datetime) -> bool:
        """Whether another edit may be tried."""
        pause = min(EVERY * (1 << min(self.failures, 10)), LONGEST_PAUSE)
        return self.at is None or now - self.at >= pause


class RunMessages:
    """Sends the messages of runs, and keeps them up to date."""

    def __init__(self, client: "GradusClient") -> None:
        self._client = client
        self._shown: dict[str, _Shown] = {}
        self._busy: dict[int, asyncio.Task[None]] = {}

    @property
    def _gradus(self) -> Gradus:
        return self._client.gradus

    # --------------------------------------------------------------------------------------- sending

    async def post(self, view: RunView, where: Where) -> str | None:
        """Send the message of a new run: in the server's training channel, in the channel where it was asked for if
        answers are public there, else by direct message; where that is, in words, or None where none is open.
        """
        run = view.record.id
        channel = await self._channel(where)
        if not await self._gradus.training.expect(run, channel or 0):
            return None
        sent = await self._send(channel, view) if channel else None
        sent = sent or await self._send_direct(view)
        if sent is None:
            await self._gradus.training.let_go(run)
            return None
        await self._gradus.training.sent(run, sent.channel.id, sent.id)
        if sent.channel.id == where.channel:
            return "the message below"
        return "the message in our direct messages" if sent.guild is None else f"the message in <#{sent.channel.id}>"

    async def boot(self) -> None:
        """Find the messages whose sending was cut short, or send them now."""
        for one in await self._gradus.training.live():
            if one.message.message is None:
                await self._take_up(one)

    async def _take_up(self, one: Live) -> None:
        channel = one.message.channel
        sent = await self._look_for(channel, one.view.record.id) if channel else None
        sent = sent or (await self._send(channel, one.view) if channel else None) or await self._send_direct(one.view)
        if sent is None:
            await self._gradus.training.let_go(one.view.record.id)
        else:
            await self._gradus.training.sent(one.view.record.id, sent.channel.id, sent.id)

    async def _channel(self, where: Where) -> int | None:
        """The channel for a run that is asked for there; None: by direct message."""
        if where.server is None:
            return where.channel
        chosen = (await self._gradus.servers.settings(where.server)).training_channel
        if chosen is not None:
            return chosen
        return where.channel if await is_public(self._gradus, where) else None

    async def _send(self, channel: int, view: RunView) -> discord.Message | None:
        """Send it there, in as much of its shape as is allowed; None where nothing is."""
        page = run_page(view, self._gradus.catalogue)
        post = Post(page, None, buttons(view, self._gradus), owner_note(view))
        for shape in (Post.without_picture, Post.plain):
            try:
                return await self._client.get_partial_messageable(channel).send(nonce=view.record.id, **shape(post))
            except (discord.Forbidden, discord.NotFound) as refusal:
                log.info("the message of run %s is refused in channel %d: %s", view.record.id, channel, refusal)
            except discord.HTTPException as trouble:
                log.warning("the message of run %s cannot be sent: %s", view.record.id, trouble)
                return None
        return None

    async def _send_direct(self, view: RunView) -> discord.Message | None:
        try:
            channel = await self._client.create_dm(discord.Object(view.person))
        except discord.HTTPException:
            return None
        return await self._send(channel.id, view)

    async def _look_for(self, channel: int, run: str) -> discord.Message | None:
        try:
            async for message in self._client.get_partial_messageable(channel).history(limit=LOOK_BACK):
                if any(id.endswith(f":{run}") for id in _ids(message)):
                    return message
        except discord.HTTPException:
            return None
        return None

    # --------------------------------------------------------------------------------------- editing

    async def tick(self, now: datetime) -> None:
        """Edit what is due, one message of each channel."""
        if not self._client.is_ready():
            return
        live = [one for one in await self._gradus.training.live() if one.message.message is not None]
        await self._part(live)
        due = defaultdict[int, list[tuple[Live, Page]]](list)
        for one in live:
            shown = self._shown.setdefault(one.view.record.id, _Shown(one.message))
            page = run_page(one.view, self._gradus.catalogue)
            changed = page != shown.page or len(one.view.points) != shown.reach
            if (changed or one.view.record.over) and shown.due(now):
                due[one.message.channel].append((one, page))
        begun = []
        for channel in due.keys() - self._busy.keys():
            one, page = min(due[channel], key=self._waited)
            self._busy[channel] = asyncio.create_task(self._edit(one, page, now))
            begun.append(self._busy[channel])
        if begun:
            await asyncio.wait(begun, timeout=PATIENCE)

    def _waited(self, one: tuple[Live, Page]) -> float:
        """When it was last edited: who has waited longest is first."""
        at = self._shown[one[0].view.record.id].at
        return at.timestamp() if at else 0.0

    async def _edit(self, one: Live, page: Page, now: datetime) -> None:
        """Show a run as it stands; never raises."""
        run, channel = one.view.record.id, one.message.channel
        try:
            shown = self._shown[run]
            if len(one.view.points) != shown.reach or one.view.record.over:
                shown = replace(shown, picture=await picture_of(one.view))
            shown = replace(shown, page=page, reach=len(one.view.points), at=now, failures=0)
            post = Post(page, shown.picture, buttons(one.view, self._gradus), owner_note(one.view))
            shapes = await self._edited(one.message, post, shown.shapes)
            self._shown[run] = replace(shown, shapes=shapes)
            if not shapes or one.view.record.over:
                del self._shown[run]
                await self._gradus.training.let_go(run)
        except Exception as trouble:
            log.warning("the message of run %s cannot be changed just now: %r", run, trouble)
            old = self._shown.get(run, _Shown(one.message))
            self._shown[run] = replace(old, at=now, failures=old.failures + 1)
        finally:
            self._busy.pop(channel, None)

    async def _edited(self, message: LiveMessage, post: Post, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Edit a message in the first shape that is allowed; the shapes that are left, none where it is closed."""
        found = self._client.get_partial_messageable(message.channel).get_partial_message(message.message or 0)
        while shapes:
            try:
                await found.edit(**({"content": None} | as_edit(shapes[0](post))))
                return shapes
            except discord.NotFound:
                return ()
            except discord.Forbidden as refusal:
                log.info("message %d cannot be changed as a whole: %s", message.message, refusal)
                shapes = shapes[1:]
        return ()

    async def _part(self, live: list[Live]) -> None:
        """Say under the messages of runs that were forgotten that they are gone."""
        there = {one.view.record.id for one in live}
        for run in [run for run in self._shown if run not in there]:
            shown = self._shown.pop(run)
            post = Post(GONE, None, discord.ui.View(timeout=None))
            try:
                await self._edited(shown.message, post, shown.shapes)
            except discord.HTTPException as trouble:
                log.info("message %s stays as it was: %s", shown.message.message, trouble)


async def picture_of(view: RunView) -> Picture | None:
    """A run's curves, drawn in a thread; None where there are none yet, or they cannot be drawn."""
    curves, labels = view.curves, trial_labels(view)
    if not any(map(drawable, curves)):
        return None
    try:
        if labels:
            png = await asyncio.to_thread(compared_picture, curves, labels[: len(curves)], TRIAL_STEPS)
            return Picture(png, compared_words(curves, labels[: len(curves)]))
        png = await asyncio.to_thread(curve_picture, view.points, over=view.record.over)
        return Picture(png, curve_words(view.points))
    except Exception:  # a run without its picture is still told in words
        log.exception("cannot draw the curves of run %s", view.record.id)
        return None


def buttons(view: RunView, gradus: Gradus) -> discord.ui.View:
    """What can be done with a run, for whoever sees its message."""
    return standing_view(*_buttons(view, gradus))


def _buttons(view: RunView, gradus: Gradus) -> Iterator[discord.ui.Item[Any]]:
    run = view.record.id
    if not view.record.over:
        yield RunButton("cancel", run)
        yield TrainButton("mine")
        return
    concept = next((one.concept for one in view.findings if one.concept in gradus.catalogue.concepts), None)
    if concept is not None:
        yield LessonButton(concept, 0)
        yield QuizMeButton(concept, row=0)
    yield RunButton("again", run, row=1)
    if view.points:
        yield RunButton("compare", run, row=1)
    yield RunButton("script", run, row=1)
    if view.record.request.server is not None:
        yield RunButton("board", run, row=1)
    yield TrainButton("mine", row=1)


def _ids(message: discord.Message) -> list[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [getattr(item, "custom_id", None) or "" for row in rows for item in row.children]
