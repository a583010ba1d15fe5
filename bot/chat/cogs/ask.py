"""Asking: `/ask`, a mention, a direct message, "Explain this" in a message's menu, and the Reply form."""

import logging
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.answering import answered
from bot.chat.buttons import answer_behind
from bot.chat.messages import send_answer, send_followup
from bot.chat.places import Where, is_public, pointer
from bot.chat.replying import replied_to, words_in
from bot.chat.streaming import deliver
from bot.chat.text import question_in
from bot.chat.tutor_panel import answered_here
from bot.questions import LONGEST_QUESTION
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
        """Answer in the channel, for everyone, or for the eyes of who asked where answers are not public."""
        where = Where.of(interaction)
        public = await is_public(self.client.gradus, where)  # a promise cannot be made private later
        await interaction.response.defer(ephemeral=not public)
        found = await answered(self.client.gradus, question_in(question), interaction.user.id, where, public=public)
        await deliver(self.client.gradus, found, partial(send_followup, interaction))

    async def explain(self, interaction: discord.Interaction["GradusClient"], message: discord.Message) -> None:
        """Answer what a message says, for the eyes of who asked: its writer did not."""
        await interaction.response.defer(ephemeral=True)
        text = question_in(message.content, self._own_ids(message))
        if not text:
            raise GradusError(NO_WORDS)
        where = Where.of(interaction)
        asked = text[:LONGEST_QUESTION]
        found = await answered(self.client.gradus, asked, interaction.user.id, where, public=False)
        await deliver(self.client.gradus, found, partial(send_followup, interaction))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Answer what was written into the Reply form, where it was opened."""
        answer = replied_to(interaction)
        if answer is None:
            return
        try:
            await self._reply(interaction, answer)
        except Exception as error:  # no command and no item of discord.py's: nothing else would tell
            await self.client.complaints.to_interaction(interaction, error)

    async def _reply(self, interaction: discord.Interaction["GradusClient"], answer: str) -> None:
        where = Where.of(interaction)
        alone = interaction.message is not None and interaction.message.flags.ephemeral
        public = not alone and await is_public(self.client.gradus, where)
        await interaction.response.defer(ephemeral=not public, thinking=True)
        found = await answered(
            self.client.gradus,
            question_in(words_in(interaction)),
            interaction.user.id,
            where,
            public=public,
            follows=answer,
            speaker=interaction.user.display_name if public and where.server is not None else "",
        )
        await deliver(self.client.gradus, found, partial(send_followup, interaction))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or a message that mentions Gradus; both arrive whole without any privilege.

        In a thread that Follow up opened every message is a question, where the operator had messages read.
        """
        if message.author.bot or message.webhook_id is not None or message.is_system():
            return
        if await answered_here(message, self.client.gradus):
            return
        where = Where.of(message)
        question = question_in(message.content, self._own_ids(message))
        if not self._is_to_us(message) and not (question and await self._is_conversation(message, where)):
            return
        gradus = self.client.gradus
        if message.guild is not None and not await is_public(gradus, where):
            await gradus.servers.admit(where.server, message.author.id, gradus.clock())
            await self._say(message, await pointer(gradus, message.guild))
            return
        if not question:
            await gradus.servers.admit(where.server, message.author.id, gradus.clock())
            await self._say(message, HOW_TO_ASK)
            return
        follows = answer_behind(message)
        if gradus.speaking is not None:
            await self._type(message)
        found = await answered(gradus, question, message.author.id, where, follows=follows, echo=False)
        await deliver(gradus, found, partial(send_answer, message))

    def _is_to_us(self, message: discord.Message) -> bool:
        if message.guild is None:
            return True
        role = message.guild.self_role
        return self.client.user in message.mentions or (role is not None and role in message.role_mentions)

    async def _is_conversation(self, message: discord.Message, where: Where) -> bool:
        """Whether a message that does not mention us is meant for us all the same: in our thread, and for nobody
        else.
        """
        gradus = self.client.gradus
        if not (gradus.settings.message_content and where.thread) or message.mentions or message.role_mentions:
            return False
        replied = message.reference.resolved if message.reference else None
        if isinstance(replied, discord.Message) and replied.author != self.client.user:
            return False
        return await is_public(gradus, where) and await gradus.asking.is_conversation(where.place)

    async def _type(self, message: discord.Message) -> None:
        """Show that an answer is coming: the first words of a language model take a while."""
        try:
            await message.channel.typing()
        except discord.HTTPException as refusal:
            log.info("cannot show typing in channel %s: %s", message.channel.id, refusal)

    async def _say(self, message: discord.Message, line: str) -> None:
        try:
            await message.reply(line)
        except discord.Forbidden as refusal:
            log.warning("cannot answer in channel %s: %s", message.channel.id, refusal)

    def _own_ids(self, message: discord.Message) -> tuple[int, ...]:
        role = message.guild.self_role if message.guild else None
        return tuple(one.id for one in (self.client.user, role) if one is not None)
