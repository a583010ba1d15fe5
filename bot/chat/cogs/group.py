"""`/group`: make one, find one, one's own. Everything else is on their panels."""

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.group_buttons import guild_of
from bot.chat.group_find_panel import find_panel
from bot.chat.group_forms import create_form
from bot.chat.group_panel import create, mine_panel, take_group_form
from bot.chat.lesson_pages import label
from bot.chat.panels import send
from bot.chat.places import Where
from bot.chat.round_panel import begin_round, subjects
from bot.chat.standing import refuse_blocked
from bot.groups.group import FASTEST, FEWEST_PEOPLE, MOST_PEOPLE, NAME_LIMIT, SLOWEST, USUAL_PACE, USUAL_PEOPLE
from bot.groups.group_outline import Outline, Rules
from bot.groups.round import (
    FEWEST_QUESTIONS,
    LONGEST,
    MOST_QUESTIONS,
    SHORTEST,
    USUAL_QUESTIONS,
    USUAL_SECONDS,
)
from bot.road.profile import matching_zones
from foundation.errors import GradusError, did_you_mean

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press = discord.Interaction["GradusClient"]
Choices = list[app_commands.Choice[str]]

MOST_CHOICES = 25  # in Discord's list
CHOICE_LIMIT = 100  # characters


@app_commands.guild_only()
class GroupDoor(commands.GroupCog, group_name="group", group_description="Study groups: make one, find one, yours"):
    """The door to study groups; what happens behind it is `bot.groups.groups`' business."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="create", description="Make a study group: without options, a form asks")
    @app_commands.describe(
        name="What it is called",
        learns="A stage, or concepts with commas between",
        meets="A day and an hour, such as Tuesday 18:00; leave it out for no fixed time",
        zone="Your time zone by a large city; leave it out for the one that you told me",
        pace="Concepts a week",
        entry="Who gets in: open, or by your approval",
        size="How many people it holds",
        place="Where it talks: a channel only where the moderators allow it",
        role="A role for its members, where the moderators allow it",
    )
    async def create(
        self,
        interaction: Press,
        name: app_commands.Range[str, 1, NAME_LIMIT] = "",
        learns: str = "",
        meets: str = "",
        zone: str = "",
        pace: app_commands.Range[int, SLOWEST, FASTEST] = USUAL_PACE,
        entry: Literal["open", "approval"] = "open",
        size: app_commands.Range[int, FEWEST_PEOPLE, MOST_PEOPLE] = USUAL_PEOPLE,
        place: Literal["thread", "channel"] = "thread",
        role: bool = False,
    ) -> None:
        """Make it at once where all that it needs was typed; else by a form, which must be the first answer."""
        guild_of(interaction)
        outline = Outline(name, learns, meets, zone, pace)
        rules = Rules(approval=entry == "approval", size=size, wants_channel=place == "channel", wants_role=role)
        if not (name and learns):
            await refuse_blocked(interaction)
            profile = await self.client.gradus.profiles.of(interaction.user.id)
            outline = Outline(name, learns, meets, zone or profile.zone or "", pace)
            await interaction.response.send_modal(create_form(outline, rules))
            return
        await interaction.response.defer(ephemeral=True)
        await refuse_blocked(interaction)
        await create(interaction, outline, rules)

    @create.autocomplete("learns")
    async def topics(self, interaction: Press, typed: str) -> Choices:
        """Stages, and concepts behind those that are typed already."""
        catalogue = self.client.gradus.catalogue
        before, _, last = typed.rpartition(",")
        begun = f"{before.strip()}, " if before.strip() else ""
        titles = [] if begun else [one.title for one in catalogue.stages.values()]
        titles += [one.title for one in catalogue.concepts.values() if one.title not in begun]
        wanted = last.strip().casefold()
        whole = typed.strip().casefold()
        alone = [title for title in titles if begun and whole in title.casefold()]  # some have commas of their own
        texts = [*alone, *(f"{begun}{title}" for title in titles if wanted in title.casefold())]
        return [app_commands.Choice(name=text, value=text) for text in texts if len(text) <= CHOICE_LIMIT][
            :MOST_CHOICES
        ]

    @create.autocomplete("zone")
    async def zones(self, interaction: Press, typed: str) -> Choices:
        """Time zones by city."""
        return [app_commands.Choice(name=zone, value=zone) for zone in matching_zones(typed, MOST_CHOICES)]

    @app_commands.command(name="find", description="Groups to join, those first that fit you best")
    @app_commands.describe(stage="Only groups at this stage of the road")
    async def find(self, interaction: Press, stage: str = "") -> None:
        """The groups, for the eyes of who typed."""
        await interaction.response.defer(ephemeral=True)
        await refuse_blocked(interaction)
        await send(interaction, await find_panel(interaction, self._stage(stage) if stage else None))

    def _stage(self, text: str) -> str:
        stages = {one.title.casefold(): id for id, one in self.client.gradus.catalogue.stages.items()}
        stages |= {id: id for id in stages.values()}
        wanted = text.strip().casefold()
        if wanted not in stages:
            raise GradusError(f"There is no such stage{did_you_mean(wanted, stages)}. The list offers all of them.")
        return stages[wanted]

    @find.autocomplete("stage")
    async def stages(self, interaction: Press, typed: str) -> Choices:
        """The stages by title."""
        stages = self.client.gradus.catalogue.stages.items()
        return [
            app_commands.Choice(name=label(one.title, CHOICE_LIMIT), value=id)
            for id, one in stages
            if typed.strip().casefold() in one.title.casefold()
        ][:MOST_CHOICES]

    @app_commands.command(name="mine", description="Your groups: plan, members, invite, leave, and what is to be done")
    async def mine(self, interaction: Press) -> None:
        """The panel, for the eyes of who typed."""
        await interaction.response.defer(ephemeral=True)
        await send(interaction, await mine_panel(interaction))

    @app_commands.command(name="round", description="A live quiz in this channel: everybody here may play")
    @app_commands.describe(
        what="What it is about. Leave it out for what the group here learns, or for a mix",
        questions="How many questions",
        seconds="How long each question is open",
    )
    async def round(
        self,
        interaction: Press,
        what: str = "",
        questions: app_commands.Range[int, FEWEST_QUESTIONS, MOST_QUESTIONS] = USUAL_QUESTIONS,
        seconds: app_commands.Range[int, SHORTEST, LONGEST] = USUAL_SECONDS,
    ) -> None:
        """Begin a live round; only who asked is told whether it could be."""
        await interaction.response.defer(ephemeral=True)
        gradus = self.client.gradus
        await gradus.servers.admit(interaction.guild_id, interaction.user.id, gradus.clock())
        await begin_round(interaction, what, questions, seconds)

    @round.autocomplete("what")
    async def subjects(self, interaction: Press, typed: str) -> Choices:
        """What a round may be about."""
        return await subjects(self.client.gradus, Where.of(interaction), typed)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, deleted: discord.RawMessageDeleteEvent) -> None:
        """A round whose message somebody deletes is over."""
        await self.client.round_messages.message_deleted(deleted.message_id)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Take the forms, whenever they were opened."""
        await take_group_form(interaction)
