"""`/quiz now`: a session of practice. `/quiz daily`: questions that come by themselves."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.daily_panel import set_hour, show_daily, take_daily_form
from bot.chat.lesson_pages import label
from bot.chat.practice_panel import begin_practice, take_practice_form
from bot.road.profile import matching_zones
from quizzes.practice import Scope

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

MOST_CHOICES = 25  # in Discord's list
CHOICE_LIMIT = 100  # characters

KINDS = {
    "due": "What is due today",
    "missed": "What went wrong last",
    "exam": "For the exam: the weakest first",
}


class Quiz(commands.GroupCog, group_name="quiz", group_description="Questions on what you are about to forget"):
    """The door to practice; what is asked comes from `bot.practising`."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="now", description="Five questions: what is due, a concept, a stage, what went wrong")
    @app_commands.describe(what="What to practise. Leave it out for what is due")
    async def now(self, interaction: discord.Interaction["GradusClient"], what: str = "due") -> None:
        """A session, for the eyes of who asked."""
        await interaction.response.defer(ephemeral=True)
        gradus = self.client.gradus
        await gradus.servers.admit(interaction.guild_id, interaction.user.id, gradus.clock())
        await begin_practice(interaction, self._meant(what))
        await self._tell_news(interaction)

    @now.autocomplete("what")
    async def complete(
        self, interaction: discord.Interaction["GradusClient"], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The kinds of session and the stages; concepts as they are typed."""
        gradus = self.client.gradus
        stages = {f"stage:{one.id}": f"The stage {one.title}" for one in gradus.catalogue.stages.values()}
        some = {id: name for id, name in (KINDS | stages).items() if typed.strip().casefold() in name.casefold()}
        if typed.strip():
            asked = (one for one in gradus.learning.matches(typed, MOST_CHOICES) if gradus.curriculum.bank.of(one.id))
            some |= {f"concept:{one.id}": one.title for one in asked}
        return [app_commands.Choice(name=label(name, CHOICE_LIMIT), value=id) for id, name in some.items()][
            :MOST_CHOICES
        ]

    @app_commands.command(name="daily", description="A few questions every day at your hour: when, where, how many")
    @app_commands.describe(hour="When: 08:30, or 8:30 pm", zone="Your time zone, or a large city in it")
    async def daily(
        self, interaction: discord.Interaction["GradusClient"], hour: str | None = None, zone: str | None = None
    ) -> None:
        """The panel, for the eyes of who asked; what was typed is set first."""
        await interaction.response.defer(ephemeral=True)
        gradus = self.client.gradus
        await gradus.servers.admit(interaction.guild_id, interaction.user.id, gradus.clock())
        if hour or zone:
            before = (await gradus.profiles.of(interaction.user.id)).hour
            await set_hour(interaction, hour or (before.strftime("%H:%M") if before else None), zone)
        await show_daily(interaction, turned=False)
        await self._tell_news(interaction)

    @daily.autocomplete("zone")
    async def zones(
        self, interaction: discord.Interaction["GradusClient"], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The time zones that fit what is typed so far."""
        return [app_commands.Choice(name=zone, value=zone) for zone in matching_zones(typed, MOST_CHOICES)]

    async def _tell_news(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """That daily questions do not arrive; and remember the server, as the way out where messages are closed."""
        prompting = self.client.gradus.prompting
        if interaction.guild_id is not None:
            await prompting.seen(interaction.user.id, interaction.guild_id)
        news = await prompting.news(interaction.user.id)
        if news:
            await interaction.followup.send(news, ephemeral=True)

    def _meant(self, what: str) -> Scope:
        """What somebody wants, chosen from the list or typed."""
        scope = Scope.read(what.strip() or "due")
        if scope.kind == "concept":
            return Scope("concept", self.client.gradus.learning.meant(scope.of).id)
        return scope

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Take the forms, whenever they were opened."""
        await take_practice_form(interaction)
        await take_daily_form(interaction)
