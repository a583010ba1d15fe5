"""The messages of questions to groups and of members' answers: sent, kept as they should read, and taken up at boot.

Every message shows what is kept of its question or answer, and nothing else decides its words. What changes only
marks it; a press edits it at once, and the tick edits whatever is left, until Discord has taken it.
"""

import logging
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.chat.admin_answers import take_words
from bot.chat.ask_group_pages import FROM_MEMBERS, post_page
from bot.chat.ask_group_panel import post_view, take_group_answer
from bot.chat.buttons import answer_buttons
from bot.chat.lesson_panel import lesson_button
from bot.chat.messages import Post, Shape, as_edit, prepare
from bot.chat.rendering import answer_page
from bot.groups.asked import GroupPost, PostMessage
from bot.groups.member_answers import Due
from foundation.errors import GradusError
from index.answers import Answer

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

LOOK_BACK = 50
"""Messages of a channel among which one is looked for whose sending was cut short."""

SHAPES: tuple[Shape, ...] = (Post.whole, Post.without_picture, Post.plain)

SERVER_ERROR = 500  # from this status on it is Discord's own trouble

REPORTS = "gradus:group-post:report:"
ARCHIVED = 50083  # Discord's code for a thread that is


class NotSent(GradusError):
    """Discord does not take a message in the group's place."""

    def __init__(self, channel: int) -> None:
        super().__init__(
            f"I may not write in <#{channel}>, or it is gone, so nothing was posted. A moderator can give me View "
            "Channel, Send Messages and Send Messages in Threads there; `/group mine` mends a group's lost thread."
        )


class GroupPosts(commands.Cog):
    """Sends what is put to a group, and keeps its messages up to date."""

    def __init__(self, client: "GradusClient") -> None:
        self._client = client
        self._answers = client.gradus.member_answers

    # --------------------------------------------------------------------------------------- sending

    async def ask(self, answer: str, home: str, person: int, server: int | None, name: str | None) -> str:
        """Put the question behind an answer to a group; the address of its message, the same at every call.

        Raises:
            GradusError: it may not be asked, or not be sent.
        """
        now = self._client.gradus.clock()
        question, message, new = await self._answers.ask(answer, home, person, server, name, now)
        if new:
            return await self._send(question, message.channel)
        return _address(question.server, message.channel, message.message)

    async def answer(self, question: str, person: int, text: str, name: str | None) -> str:
        """Post a member's answer below a question; the address of its message.

        Raises:
            GradusError: it may not be answered, or not be sent.
        """
        now = self._client.gradus.clock()
        answer, below = await self._answers.answer(question, person, text, name, now)
        return await self._send(answer, below.channel, below.message)

    async def reveal(self, interaction: discord.Interaction["GradusClient"], question: str) -> str:
        """Show Gradus's own answer to the group, once; who presses again gets it for themself. What to say then.

        Raises:
            GradusError: it is too early, the answer is gone, or it may not be sent.
        """
        gradus = self._client.gradus
        found = await self._answers.reveal(question, interaction.user.id, gradus.clock())
        message = await self._answers.message(question)
        post = await self._own_answer(found.id, found.answer)
        if not found.first or message is None:
            await interaction.followup.send(**post.whole())
            return "Here is what the lessons say; it stands further down in the group too."
        try:
            await self._post(message.channel, post, message.message, question)
        except Exception:
            await self._answers.not_revealed(question)
            raise
        await self.refresh(question)
        return "It stands below the question now."

    async def _own_answer(self, id: str, answer: Answer) -> Post:
        gradus = self._client.gradus
        lesson = lesson_button(gradus.learning, answer)
        buttons = answer_buttons(id, gradus.asking.offers(answer), in_thread=True, lesson=lesson, group=False)
        page = replace(answer_page(answer, gradus.catalogue), question="")  # it stands above, and can be removed there
        return await prepare(page, gradus.settings.cache_path, buttons)

    async def _send(self, what: GroupPost, channel: int, below: int | None = None) -> str:
        """Send the message of a question or an answer; where it cannot be, nothing is kept of it."""
        try:
            sent = (await self._post(channel, self._shown(what), below, what.id)).id
        except NotSent:
            await self._answers.drop(what.id)
            raise
        except Exception:  # Discord has trouble: the message may be there or not
            found = await self._take_up(PostMessage(what.id, channel, None))
            if found is None:
                raise
            sent = found
        await self._answers.sent(what.id, sent)
        return _address(what.server, channel, sent)

    async def _post(self, channel: int, post: Post, below: int | None, nonce: str) -> discord.Message:
        """Send a post in as much of its shape as is allowed, as a reply to `below`.

        Raises:
            NotSent: none of it is.
        """
        there = self._client.get_partial_messageable(channel)
        beside: dict[str, Any] = {"nonce": nonce[:25], "mention_author": False}
        if below is not None:
            beside["reference"] = discord.MessageReference(
                message_id=below, channel_id=channel, fail_if_not_exists=False
            )
        for shape in SHAPES:
            try:
                sent: discord.Message = await there.send(**shape(post), **beside)
                return sent
            except discord.HTTPException as refusal:
                if refusal.status >= SERVER_ERROR:
                    raise
                log.info("a question to a group is refused in channel %d: %s", channel, refusal)
        raise NotSent(channel)

    def _shown(self, what: GroupPost | None) -> Post:
        return Post(post_page(what, self._client.gradus.catalogue), None, post_view(what))

    # --------------------------------------------------------------------------------------- editing

    async def refresh(self, post: str) -> None:
        """Show a question or an answer as it is kept now; what Discord does not take is left to the tick."""
        due = await self._answers.due_of(post)
        if due is not None:
            await self._edit(due, self._client.gradus.clock())
        await self._take_out()

    async def tick(self, now: datetime) -> None:
        """Edit the messages that show something older: the time of a group is up, or somebody's data was deleted."""
        if self._client.is_ready():
            for due in await self._answers.due(now):
                await self._edit(due, now)
            await self._take_out()

    async def boot(self) -> None:
        """Find the messages whose sending was cut short; what was never sent is forgotten."""
        for message in await self._answers.unsent():
            await self._take_up(message)

    async def _take_up(self, message: PostMessage) -> int | None:
        """The message of which it is not known whether it was sent; what was not is forgotten."""
        try:
            found = await self._look_for(message)
        except discord.HTTPException as trouble:
            log.warning("cannot look for what was sent to channel %d: %s", message.channel, trouble)
            return None  # the next start looks again
        if found is None:
            await self._answers.drop(message.post)
        else:
            await self._answers.sent(message.post, found)
        return found

    async def _edit(self, due: Due, now: datetime) -> None:
        message = due.message
        try:
            await self._put(message, self._shown(due.post))
        except discord.NotFound:
            await self._answers.gone(message)
        except Exception as trouble:
            log.warning("message %s cannot be changed just now: %r", message.message, trouble)
            await self._answers.postpone(message, now)
        else:
            await self._answers.showed(message)

    async def _put(self, message: PostMessage, post: Post) -> None:
        """Show a post in a message, taking its thread out of the archive first if need be."""
        there = self._client.get_partial_messageable(message.channel).get_partial_message(message.message or 0)
        try:
            await self._change(there, content=None, **as_edit(post.without_picture()))
        except discord.Forbidden:  # no embeds are allowed there (any more)
            await there.edit(embed=None, **as_edit(post.plain()))

    async def _change(self, message: discord.PartialMessage | discord.Message, **changes: Any) -> None:
        """Edit a message, taking its thread out of the archive first if need be."""
        try:
            await message.edit(**changes)
        except discord.HTTPException as refusal:
            thread = await self._client.fetch_channel(message.channel.id) if refusal.code == ARCHIVED else None
            if not isinstance(thread, discord.Thread) or thread.locked:
                raise
            await thread.edit(archived=False)
            await message.edit(**changes)

    async def _take_out(self) -> None:
        """Take members' answers that were removed or hidden out of the messages in which they were shown again."""
        for one in await self._answers.stale_appearances():
            try:
                message = await self._client.get_partial_messageable(one.channel).fetch_message(one.message)
                await self._change(message, **without_members_answer(message))
            except Exception as trouble:
                if not isinstance(trouble, discord.HTTPException) or trouble.status >= SERVER_ERROR:
                    log.warning("a member's answer is still in message %d: %r", one.message, trouble)
                    continue  # the next tick tries again
                log.info("a member's answer cannot be taken out of message %d: %s", one.message, trouble)
            await self._answers.disappeared(one)

    async def _look_for(self, message: PostMessage) -> int | None:
        """The message with the buttons of a question or an answer; None where there is none to be seen."""
        try:
            async for one in self._client.get_partial_messageable(message.channel).history(limit=LOOK_BACK):
                if any(id.startswith("gradus:group-post:") and id.endswith(f":{message.post}") for id in _ids(one)):
                    return one.id
        except (discord.NotFound, discord.Forbidden):
            return None
        return None

    # ---------------------------------------------------------------------------------------- events

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Take the forms of an answer and of the word list, whenever they were opened."""
        await take_group_answer(interaction)
        await take_words(interaction)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """What a moderator deletes by Discord's own menu is taken back everywhere."""
        await self._answers.message_deleted(event.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """The same for many at once."""
        for message in event.message_ids:
            await self._answers.message_deleted(message)


def without_members_answer(message: discord.Message) -> dict[str, Any]:
    """What `edit` takes to leave a member's answer and the button on it out of a message, and all else as it is."""
    embeds = deepcopy(message.embeds)
    for embed in embeds:
        for place, field in reversed(list(enumerate(embed.fields))):
            if field.name == FROM_MEMBERS:
                embed.remove_field(place)
        if embed.image.url and message.attachments:
            embed.set_image(url=f"attachment://{message.attachments[0].filename}")
    view = discord.ui.View.from_message(message, timeout=None)
    for item in [one for one in view.children if (getattr(one, "custom_id", None) or "").startswith(REPORTS)]:
        view.remove_item(item)
    view.stop()  # its buttons are known by their ids; this view need not be remembered
    plain = message.content.split(f"**{FROM_MEMBERS}**")[0].rstrip() if not embeds else message.content
    return {"content": plain, "embeds": embeds, "view": view}


def _address(server: int, channel: int, message: int | None) -> str:
    return f"https://discord.com/channels/{server}/{channel}/{message}" if message else f"<#{channel}>"


def _ids(message: discord.Message) -> list[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [getattr(item, "custom_id", None) or "" for row in rows for item in row.children]
