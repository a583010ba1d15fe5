"""Pages as Discord messages: an embed and a picture with its words, or plain text where those are not allowed."""

import asyncio
import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord

from bot.chat.rendering import MESSAGE_LIMIT, Page, plain_text, shortened
from content.mathtext import readable
from content.pictures import equation_picture, picture

log = logging.getLogger(__name__)

PICTURE = "picture.png"
WORDS_LIMIT = 1024  # characters of a picture's description


@dataclass(frozen=True)
class Picture:
    """A PNG and what it says in words."""

    png: bytes
    words: str

    def file(self) -> discord.File:
        """A fresh attachment: one can be sent only once."""
        return discord.File(io.BytesIO(self.png), filename=PICTURE, description=shortened(self.words, WORDS_LIMIT))


@dataclass(frozen=True)
class Post:
    """A page made ready to send, with its picture and its buttons, if any.

    Attributes:
        note: a line in small print, or empty.
    """

    page: Page
    picture: Picture | None = None
    buttons: discord.ui.View | None = None
    note: str = ""

    def whole(self) -> dict[str, Any]:
        """What discord's `send` takes, with everything."""
        if self.picture is None:
            return self.without_picture()
        shown = embed(self.page).set_image(url=f"attachment://{PICTURE}")
        return {"embed": shown, "file": self.picture.file(), **self._noted(), **self._buttons()}

    def without_picture(self) -> dict[str, Any]:
        """The same where files may not be attached."""
        return {"embed": embed(self.page), **self._noted(), **self._buttons()}

    def plain(self) -> dict[str, Any]:
        """The same where embeds are not allowed either."""
        note = f"\n{self._noted()['content']}" if self.note else ""
        text = shortened(plain_text(self.page), MESSAGE_LIMIT - len(note)) + note
        return {"content": text, "suppress_embeds": True, **self._buttons()}

    def _noted(self) -> dict[str, Any]:
        return {"content": f"-# {self.note}"} if self.note else {}

    def _buttons(self) -> dict[str, Any]:
        return {} if self.buttons is None else {"view": self.buttons}


def embed(page: Page) -> discord.Embed:
    """The page as an embed; the question is its author line, where Discord shows plain text and nothing pings."""
    shown = discord.Embed(title=page.title, description=page.text or None, colour=page.colour)
    if page.question:
        shown.set_author(name=page.question)
    for field in page.fields:
        shown.add_field(name=field.name, value=field.text, inline=False)
    if page.footer:
        shown.set_footer(text=page.footer)
    return shown


async def prepare(page: Page, cache_dir: Path, buttons: discord.ui.View | None = None, note: str = "") -> Post:
    """The page with its picture drawn, in a thread. A picture that cannot be drawn takes no answer away: it is
    logged, and formulas are written out instead.
    """
    try:
        return Post(page, await asyncio.to_thread(_draw, page, cache_dir), buttons, note)
    except Exception:
        log.exception("cannot draw the picture of %r", page.title)
        return Post(page.with_text_below(in_words(page.formulas)), None, buttons, note)


def _draw(page: Page, cache_dir: Path) -> Picture | None:
    if page.formulas:
        return Picture(equation_picture(page.formulas, cache_dir).read_bytes(), in_words(page.formulas))
    if page.figure is not None:
        return Picture(picture(page.figure.name, cache_dir).read_bytes(), page.figure.alt)
    return None


def in_words(formulas: Sequence[str]) -> str:
    """Formulas in characters that any screen reader has, one a line."""
    return "\n".join(readable(f"${formula}$") for formula in formulas)


Shape = Callable[[Post], dict[str, Any]]
"""As much of a post as is allowed somewhere: `Post.whole`, `Post.without_picture` or `Post.plain`."""


@dataclass(frozen=True)
class Sent:
    """A message of ours that can still be changed, in the shape in which it was allowed."""

    message: discord.Message
    shape: Shape

    async def edit(self, post: Post) -> bool:
        """Show another post in its place; False where the message is gone.

        An edit that Discord refuses for another reason is logged, and the message stays as it was.
        """
        shapes = dict.fromkeys((self.shape, Post.without_picture if self.shape is Post.whole else self.shape))
        for shape in shapes:
            try:
                await self.message.edit(**as_edit(shape(post)))
                return True
            except discord.NotFound:
                return False
            except discord.HTTPException as refusal:
                log.warning("cannot change message %s: %s", self.message.id, refusal)
        return True


def as_edit(shown: dict[str, Any]) -> dict[str, Any]:
    """What discord's `edit` takes for what its `send` takes; links stay as quiet as they were sent."""
    file = shown.pop("file", None)
    shown.pop("suppress_embeds", None)
    return {"attachments": [file] if file else [], **shown}


async def send_answer(message: discord.Message, post: Post) -> Sent | None:
    """Reply with as much of the post as the channel allows: without its picture, without an embed, without a
    reference, or, where the bot may not write at all, not (and the log says so).
    """
    reference = message.to_reference(fail_if_not_exists=False)
    ways: tuple[tuple[Shape, dict[str, Any]], ...] = (
        (Post.whole, {"reference": reference}),
        (Post.without_picture, {"reference": reference}),
        (Post.plain, {"reference": reference}),
        (Post.plain, {}),
    )
    for shape, beside in ways:
        try:
            return Sent(await message.channel.send(**shape(post), **beside, mention_author=False), shape)
        except discord.Forbidden as refusal:
            last = refusal
    log.warning("cannot answer in channel %s: %s", message.channel.id, last)
    return None


async def send_followup(interaction: discord.Interaction, post: Post) -> Sent:
    """Fill a deferred response; without the picture where files may not be attached."""
    try:
        return Sent(await interaction.followup.send(**post.whole(), wait=True), Post.whole)
    except discord.Forbidden:
        return Sent(await interaction.followup.send(**post.without_picture(), wait=True), Post.without_picture)
