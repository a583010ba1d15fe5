"""The threads that Follow up opens: one for an answer, found again after a restart, an archive or a deletion."""

import logging
from typing import TYPE_CHECKING

import discord

from bot.chat.places import Where
from bot.chat.rendering import MESSAGE_LIMIT, quoted, shortened
from bot.questions import harmless
from bot.store import Thread
from foundation.errors import GradusError
from index.answers import Answer

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

NAME_LIMIT = 100
PLAIN_NAME = "A question to Gradus"

SERVER_ERROR = 500  # from this status on it is Discord's own trouble
# Discord's error codes.
THREAD_EXISTS = 160004
INVALID_FORM = 50035

BUTTON_OR_PING = (
    "Go on with the **Reply** button, mention me, or reply to a message of mine with the ping left on; "
    "I see no other messages."
)
PLAIN_MESSAGES = (
    "Just write here: I take every message for a question, unless it is to somebody else. **Reply** works too."
)


class NoThread(GradusError):
    """Discord does not let the bot open a thread, or write in it."""

    def __init__(self) -> None:
        super().__init__(
            "Discord does not let me open a thread here. A moderator can look whether I have the permissions Create "
            "Public Threads and Send Messages in Threads. Press **Reply** to go on right here."
        )


def obstacle(interaction: discord.Interaction["GradusClient"], public: bool) -> str | None:
    """Why the answer whose button was pressed can have no thread, for whoever pressed; None where it can."""
    may = interaction.app_permissions
    if interaction.guild is None or isinstance(interaction.channel, discord.Thread):
        return "We go on right here."
    if interaction.message is None or interaction.message.flags.ephemeral or not public:
        return "Only you see my answers here, so there is no thread: we go on right here."
    if not isinstance(interaction.channel, discord.TextChannel):
        return "This channel has no threads: we go on right here."
    if not (may.create_public_threads and may.send_messages_in_threads):
        return "I lack the permission to open threads in this channel: we go on right here."
    return None


async def open_thread(
    client: "GradusClient", message: discord.Message, id: str, buttons: discord.ui.View
) -> discord.Thread:
    """The thread in which the conversation on the answer `id`, shown in `message`, goes on; opened at the first
    call, the same at every later one, another where that was deleted.

    Raises:
        AnswerForgotten: the answer is no longer kept.
        NoThread: Discord refuses.
    """
    asking = client.gradus.asking
    answer = await asking.answer(id)
    kept = await asking.thread_of(id)
    try:
        there = await _find(client, _guild(message), kept) if kept is not None else None
        if there is not None:
            return await _awake(there)
        made = await _make(client, message, thread_name(answer.question))
        place = Where(made.guild.id, made.id, made.parent_id, thread=True).place
        if not await asking.open_thread(id, Thread(made.id, place), client.gradus.clock(), instead_of=kept):
            return await _yield_to(client, made, await asking.thread_of(id))
        await _introduce(client, made, answer, buttons)
    except discord.HTTPException as refusal:
        if refusal.status >= SERVER_ERROR:
            raise
        log.warning("cannot open a thread in channel %s: %s", message.channel.id, refusal)
        raise NoThread from refusal
    return made


def _guild(message: discord.Message) -> discord.Guild:
    if message.guild is None:
        raise NoThread
    return message.guild


def thread_name(question: str) -> str:
    """The question as a thread's name."""
    name = harmless(question)
    return name if len(name) <= NAME_LIMIT else f"{name[: NAME_LIMIT - 1].rstrip()}…"


async def _find(client: "GradusClient", guild: discord.Guild, id: int) -> discord.Thread | None:
    """A thread of the guild, archived or not; None where it was deleted."""
    cached = guild.get_thread(id)
    if cached is not None:
        return cached
    try:
        found = await client.fetch_channel(id)
    except discord.NotFound:
        return None
    return found if isinstance(found, discord.Thread) else None


async def _awake(thread: discord.Thread) -> discord.Thread:
    """The thread, back from the archive where that is allowed; one that is locked stays there, readable."""
    if thread.archived and not thread.locked:
        try:
            return await thread.edit(archived=False)
        except discord.Forbidden as refusal:
            log.info("cannot take thread %s out of the archive: %s", thread.id, refusal)
    return thread


async def _make(client: "GradusClient", message: discord.Message, name: str) -> discord.Thread:
    """A thread on a message; beside it where the message had one that was deleted."""
    try:
        return await message.create_thread(name=name)
    except discord.HTTPException as refusal:
        if refusal.code == INVALID_FORM and name != PLAIN_NAME:  # Discord does not like a word in it
            return await _make(client, message, PLAIN_NAME)
        if refusal.code != THREAD_EXISTS or not isinstance(message.channel, discord.TextChannel):
            raise
    on_message = await _find(client, message.channel.guild, message.id)
    if on_message is not None:
        return on_message
    return await message.channel.create_thread(name=name, type=discord.ChannelType.public_thread)


async def _yield_to(client: "GradusClient", made: discord.Thread, chosen: int | None) -> discord.Thread:
    """The thread that somebody who pressed at the same moment opened; ours goes if it is another."""
    if chosen is None or chosen == made.id:
        return made
    await made.delete()
    return await _find(client, made.guild, chosen) or made


async def _introduce(client: "GradusClient", thread: discord.Thread, answer: Answer, buttons: discord.ui.View) -> None:
    """Say what works there, in the first line, and what is talked about."""
    works = PLAIN_MESSAGES if client.gradus.settings.message_content else BUTTON_OR_PING
    about = f"Anyone may join in. We go on from: {quoted(answer.question)}"
    await thread.send(shortened(f"{works}\n{about}", MESSAGE_LIMIT), view=buttons, suppress_embeds=True)
