"""Asking: `/ask`, a mention, a direct message, and "Explain this" in a message's menu."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.asking import LONGEST_QUESTION, Asked
from bot.chat.buttons import answer_behind, answer_buttons
from bot.chat.messages import Post, prepare, send_answer, send_followup
from bot.chat.rendering import answer_page
from bot.chat.text import question_in
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

HOW_TO_ASK = (
    "Ask me anything about deep learning: use `/ask`, mention me with your question in the same message, "
    "or write me a direct message. For example: why does dropout help?"
)
NO_WORDS = (
    "I find no words in that message: pictures, files and embeds are not something I can read. "
    "Use `/ask` and put the question in your own words."
)


class Ask(commands.Cog):
    """Questions in, answers out; all thinking is done by `bot.asking`."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client
        self._menu = app_commands.ContextMenu(name="Explain this", callback=self.explain)

    async def cog_load(self) -> None:
        """A cog cannot declare a menu, so it is added by hand."""
        self.client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """And removed by hand."""
        self.client.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="ask", description="Ask a question about deep learning")
    @app_commands.describe(question="In your own words, for example: why does dropout help?")
    async def ask(self, interaction: discord.Interaction["GradusClient"], question: str) -> None:
        """Answer in the channel, for everyone."""
        await interaction.response.defer()
        await self._respond(interaction, question_in(question))

    async def explain(self, interaction: discord.Interaction["GradusClient"], message: discord.Message) -> None:
        """Answer what a message says, for the eyes of who asked: its writer did not."""
        await interaction.response.defer(ephemeral=True)
        text = question_in(message.content, self._own_ids(message))
        if not text:
            raise GradusError(NO_WORDS)
        await self._respond(interaction, text[:LONGEST_QUESTION])

    async def _respond(self, interaction: discord.Interaction["GradusClient"], question: str) -> None:
        place = _place(interaction.guild_id, interaction.channel_id)
        asked = await self.client.gradus.asking.ask(question, interaction.user.id, place, self._now())
        await send_followup(interaction, await self._post(asked, echo=True))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or a message that mentions Gradus; both arrive whole without any privilege."""
        if not self._is_for_us(message):
            return
        question = question_in(message.content, self._own_ids(message))
        if not question:
            await self._say_how(message)
            return
        place = _place(message.guild.id if message.guild else None, message.channel.id)
        asked = await self.client.gradus.asking.ask(
            question, message.author.id, place, self._now(), answer_behind(message)
        )
        await send_answer(message, await self._post(asked, echo=False))

    def _is_for_us(self, message: discord.Message) -> bool:
        """A person's own words, to us: no bot's (ourselves included), no webhook's, no notice of Discord's."""
        if message.author.bot or message.webhook_id is not None or message.is_system():
            return False
        if message.guild is None:
            return True
        role = message.guild.self_role
        return self.client.user in message.mentions or (role is not None and role in message.role_mentions)

    async def _say_how(self, message: discord.Message) -> None:
        try:
            await message.reply(HOW_TO_ASK)
        except discord.Forbidden as refusal:
            log.warning("cannot answer in channel %s: %s", message.channel.id, refusal)

    def _own_ids(self, message: discord.Message) -> tuple[int, ...]:
        role = message.guild.self_role if message.guild else None
        return tuple(one.id for one in (self.client.user, role) if one is not None)

    async def _post(self, asked: Asked, echo: bool) -> Post:
        """The answer made ready; `echo` repeats the question, for where nothing else shows it."""
        gradus = self.client.gradus
        buttons = answer_buttons(asked.id, gradus.asking.offers(asked.answer))
        page = answer_page(asked.answer, gradus.catalogue)
        return await prepare(page if echo else replace(page, question=""), gradus.settings.cache_path, buttons)

    def _now(self) -> datetime:
        return self.client.gradus.clock()


def _place(guild: int | None, channel: int | None) -> str:
    """Where something was asked: `server/channel`, or `dm`."""
    return f"{guild}/{channel}" if guild else "dm"
