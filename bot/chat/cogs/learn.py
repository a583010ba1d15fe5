"""`/learn`: a lesson by pages, or the map of the road and where to start."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.lesson_pages import label
from bot.chat.lesson_panel import lesson_panel, map_panel, starting_point
from bot.chat.panels import send
from bot.chat.places import Where, is_public
from bot.chat.tutor_panel import take_tutor_form
from content.catalogue import Concept

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

MOST_CHOICES = 25  # in Discord's list
CHOICE_LIMIT = 100  # characters


class Learn(commands.Cog):
    """The door to lessons; all that is shown comes from `bot.learning`."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="learn", description="A lesson by pages, or the map of the road and where to start")
    @app_commands.describe(concept="What to learn, for example: backpropagation. Leave it out for the map")
    async def learn(self, interaction: discord.Interaction["GradusClient"], concept: str | None = None) -> None:
        """A lesson is for everyone where answers are; the map is for who asked, for it says where they stand."""
        gradus, where = self.client.gradus, Where.of(interaction)
        public = concept is not None and await is_public(gradus, where)  # a promise cannot be made private later
        await interaction.response.defer(ephemeral=not public)
        await gradus.servers.admit(where.server, interaction.user.id, gradus.clock())
        owner = interaction.user.id
        if concept is None:
            start = await starting_point(interaction)
            await send(interaction, await map_panel(gradus, start.stage.id, owner, start))
        else:
            await send(interaction, await lesson_panel(gradus, gradus.learning.meant(concept).id, 0, owner))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Take the forms of a talk, whenever they were opened."""
        await take_tutor_form(interaction)

    @learn.autocomplete("concept")
    async def complete(
        self, interaction: discord.Interaction["GradusClient"], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The concepts that fit what is typed so far; before anything is, where this learner could go on."""
        gradus = self.client.gradus
        if typed.strip():
            found = gradus.learning.matches(typed, MOST_CHOICES)
        else:
            level = (await gradus.profiles.of(interaction.user.id)).level
            placed = await gradus.diagnostics.placed(interaction.user.id)
            found = gradus.learning.suggestions(level, MOST_CHOICES, placed)
        return [app_commands.Choice(name=self._choice(one), value=one.id) for one in found]

    def _choice(self, concept: Concept) -> str:
        written = concept.id in self.client.gradus.catalogue.lessons
        return label(concept.title if written else f"{concept.title} (being written)", CHOICE_LIMIT)
