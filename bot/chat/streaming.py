"""An answer as one message: sent whole in the lessons' words, or growing while a language model words it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import discord

from bot.assembly import Gradus
from bot.chat.answering import Answered
from bot.chat.messages import Post, Sent
from bot.chat.rendering import Page, growing_page, worded_page

log = logging.getLogger(__name__)

BETWEEN_EDITS = 2.0
"""Seconds; the last edit, which brings the buttons, waits for nothing."""

Send = Callable[[Post], Awaitable[Sent | None]]
"""Sends the message in which an answer stands; None where that is not allowed."""


async def deliver(gradus: Gradus, answered: Answered, send: Send) -> None:
    """Send an answer; where a language model words it, as it grows, and keep what it was in the end.

    Whatever goes wrong with the model, the message ends with the lessons' own words.

    Raises:
        discord.HTTPException: of `send`, where nothing was sent at all.
    """
    send = _noting(gradus, answered.member, send) if answered.member else send
    speaking, asked, post = gradus.speaking, answered.asked, answered.post
    if speaking is None or asked.answer.verdict != "answer":
        await send(post)
        return
    message = GrowingMessage(post, speaking.model, send)
    try:
        worded = await speaking.word(asked.answer, asked.before, answered.asker, gradus.clock(), message.show)
    finally:
        await message.stop()
    if worded is not None:
        await gradus.asking.reword(asked.id, worded.answer)
        post = replace(post, page=worded_page(post.page, worded.answer.answer, worded.places, speaking.model))
    await message.finish(post)


def _noting(gradus: Gradus, member: str, send: Send) -> Send:
    """`send`, with a note of the messages in which a member's answer stands: it may have to be taken out again."""

    async def noting(post: Post) -> Sent | None:
        sent = await send(post)
        if sent is not None and not sent.message.flags.ephemeral:
            await gradus.member_answers.appeared(member, sent.message.channel.id, sent.message.id)
        return sent

    return noting


class GrowingMessage:
    """A message that shows more and more of an answer, changed at most every `BETWEEN_EDITS` seconds."""

    def __init__(self, post: Post, model: str, send: Send) -> None:
        """`post` is the answer without `model`'s words: its title, its fields and its note stand from the start."""
        self._post = post
        self._model = model
        self._send = send
        self._sent: Sent | None = None
        self._gone = False
        self._text = ""
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def show(self, text: str) -> bool:
        """Show so much of the answer as soon as it is time; False where the message is gone."""
        self._text = text
        self._news.set()
        if self._work is None:
            self._work = asyncio.create_task(self._keep_up())
        return not self._gone

    async def stop(self) -> None:
        """Show no more pieces; what is on its way to Discord arrives first."""
        self._over.set()
        self._news.set()
        if self._work is not None:
            await self._work

    async def finish(self, post: Post) -> None:
        """Show the answer as it is in the end, in the same message."""
        if self._sent is None and not self._gone:
            await self._send(post)
        elif self._sent is not None and not self._gone:
            await self._sent.edit(post)

    async def _keep_up(self) -> None:
        while not self._over.is_set() and not self._gone:
            await self._news.wait()
            self._news.clear()
            if self._over.is_set():
                return
            await self._put(growing_page(self._post.page, self._text, self._model))
            try:
                await asyncio.wait_for(self._over.wait(), BETWEEN_EDITS)
            except TimeoutError:
                continue

    async def _put(self, page: Page) -> None:
        part = Post(page, note=self._post.note)
        try:
            if self._sent is None:
                self._sent = await self._send(part)
                self._gone = self._sent is None
            else:
                self._gone = not await self._sent.edit(part)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as refusal:
            log.warning("cannot show an answer as it grows: %s", refusal)  # the whole of it will be tried again
