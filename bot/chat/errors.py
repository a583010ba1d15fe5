"""The one place where what went wrong becomes a line that a learner reads."""

import logging
from collections.abc import Callable

import discord
from discord import app_commands

from bot.chat.rendering import MESSAGE_LIMIT, shortened
from foundation.errors import GradusError

log = logging.getLogger(__name__)


class Complaints:
    """Turns exceptions into one polite line: a `GradusError` speaks for itself, anything else gets an id.

    What a learner sees of an unforeseen error is only its id; the log has the rest under the same id.
    """

    def __init__(self, id_source: Callable[[], str]) -> None:
        self._id_source = id_source

    def line(self, error: BaseException) -> str:
        """What to tell a learner; an unforeseen error is logged on the way."""
        error = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if isinstance(error, GradusError):
            return shortened(str(error), MESSAGE_LIMIT)
        if isinstance(error, app_commands.CommandNotFound):
            return "Discord still shows a command that I no longer have. Reload Discord (Ctrl+R) and try again."
        id = self._id_source()
        log.error("error %s", id, exc_info=error)
        return f"Something went wrong on my side, and it is written down as `{id}`. Please try again in a moment."

    async def to_interaction(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Tell the person who pressed or typed, and nobody else."""
        line = self.line(error)
        try:
            if not interaction.response.is_done():
                await interaction.response.send_message(line, ephemeral=True)
                return
            promised = await _promised(interaction)
            if promised is not None:  # what fills a public "is thinking…" is public too: something else must
                await promised.edit(content="One moment…")
            await interaction.followup.send(line, ephemeral=True)
            if promised is not None:
                await promised.delete()
        except discord.HTTPException as refusal:
            log.warning("could not tell a learner %r: %s", line, refusal)

    async def to_message(self, message: discord.Message, error: BaseException) -> None:
        """Answer the message that was being answered."""
        line = self.line(error)
        try:
            await message.reply(line)
        except discord.HTTPException as refusal:
            log.warning("could not tell a learner %r: %s", line, refusal)


async def _promised(interaction: discord.Interaction) -> discord.InteractionMessage | None:
    """The public "is thinking…" that nothing has filled yet, if there is one."""
    if interaction.response.type is not discord.InteractionResponseType.deferred_channel_message:
        return None
    original = await interaction.original_response()
    filled = original.content or original.embeds or original.attachments
    return None if filled or original.flags.ephemeral else original
