"""`/start`: what Gradus can do, and one form for goal, level, hour and zone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.diagnostic_panel import PlaceButton, take_diagnostic_form
from bot.chat.forms import Written, take
from bot.chat.messages import Post, send_followup
from bot.chat.rendering import ANSWER_COLOUR, Field, Page, within_limits
from bot.chat.standing import Standing, standing_view
from bot.road.profile import GOALS, LEVELS, Profile, parse_hour, parse_zone
from content.catalogue import Stage
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

WELCOME = """I am **Gradus**, a tutor for deep learning. I answer from lessons that were checked, name my \
sources, and say so when I don't know.

**Ask** with `/ask`, by mentioning me, or in a direct message. *Follow up*, under an answer, opens a thread in \
which the conversation goes on.

**Explain this** is in the menu of any message: right-click it (hold it on a phone), then *Apps*.

**Learn** with `/learn`: lessons by pages, with pictures, and the map of the whole road.

**Find my place**, below: a dozen questions and more that find what you know already, so that you begin there.

**Practise** with `/quiz now`: a few questions on what you are about to forget. With an hour and a zone they come to \
you every day; `/quiz daily` sets it all.

**Train** with `/train start`: a small network of your own, its curve as it comes, and what the curve tells.

**Together**: `/group find` finds a study group, `/group create` makes one, `/group round` plays a live quiz.

**Your road and your data**: `/me` shows how far you are, your next steps, a plan with dates and your portfolio; and \
it shows, exports or deletes all that I keep on you."""

NOT_TOLD = "not told yet"

FORM = "gradus:start:form"
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it


class Start(commands.Cog):
    """The door for newcomers."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="start", description="What Gradus can do, and where you stand")
    async def start(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """The welcome, for the eyes of who asked."""
        await interaction.response.defer(ephemeral=True)
        profile = await self.client.gradus.profiles.of(interaction.user.id)
        page = Page(
            title="Welcome",
            text=WELCOME,
            colour=ANSWER_COLOUR,
            fields=(profile_field(profile),),
            footer="What you tell me stays between us; change it at any time.",
        )
        await send_followup(
            interaction, Post(within_limits(page), None, standing_view(SetUpButton(), PlaceButton("door")))
        )

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Take the forms, whenever they were opened."""
        await take(interaction, FORM, _noted)
        await take_diagnostic_form(interaction)


def profile_field(profile: Profile) -> Field:
    """What a learner has told, a line each."""
    hour = profile.hour.strftime("%H:%M") if profile.hour else NOT_TOLD
    lines = (
        f"Goal: {GOALS.get(profile.goal or '', NOT_TOLD)}",
        f"Level: {LEVELS.get(profile.level or '', NOT_TOLD)}",
        f"Hour for daily questions: {hour}",
        f"Time zone: {profile.zone or NOT_TOLD}",
    )
    return Field("About you", "\n".join(lines))


class SetUpButton(
    Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"gradus:start:set-up"
):
    """Opens the form, filled with what was told before."""

    def __init__(self, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label="Set up", style=discord.ButtonStyle.primary, custom_id="gradus:start:set-up", row=row
            )
        )

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """A form must be the first answer to a press, so nothing is deferred here."""
        profile = await interaction.client.gradus.profiles.of(interaction.user.id)
        await interaction.response.send_modal(ProfileForm(profile))


class ProfileForm(discord.ui.Modal):
    """Goal, level, hour and zone. Everything may stay empty."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(title="About you", custom_id=FORM, timeout=OPEN_SECONDS)
        self.goal = _choice("goal", "Choose a goal", GOALS, profile.goal)
        self.level = _choice("level", "Choose a level", LEVELS, profile.level)
        self.hour = discord.ui.TextInput[Any](
            custom_id="hour",
            required=False,
            max_length=12,
            placeholder="08:30",
            default=profile.hour.strftime("%H:%M") if profile.hour else None,
        )
        self.zone = discord.ui.TextInput[Any](
            custom_id="zone", required=False, max_length=60, placeholder="Europe/Paris", default=profile.zone
        )
        self.add_item(discord.ui.Label(text="What do you want?", component=self.goal))
        self.add_item(discord.ui.Label(text="Where do you stand?", component=self.level))
        self.add_item(
            discord.ui.Label(text="Your hour", description="When daily questions suit you best", component=self.hour)
        )
        self.add_item(
            discord.ui.Label(text="Your time zone", description="A large city in it, or its name", component=self.zone)
        )


async def _noted(interaction: discord.Interaction["GradusClient"], told: Written) -> None:
    """Keep what can be read, and name what can't: nothing that was typed right is lost."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    gradus = interaction.client.gradus
    profile, complaints = _read(told, await gradus.profiles.of(interaction.user.id))
    await gradus.profiles.keep(interaction.user.id, profile, gradus.clock(), server=interaction.guild_id)
    placed = await gradus.diagnostics.placed(interaction.user.id) is not None  # which goes before a level
    stage = None if placed else gradus.catalogue.stages.get(profile.level or "")
    page = Page(
        title="Not quite yet" if complaints else "Noted",
        text="\n".join(complaints) or _next_step(profile, stage),
        colour=ANSWER_COLOUR,
        fields=(profile_field(profile),),
    )
    view = standing_view(SetUpButton() if complaints else PlaceButton("door"))
    await send_followup(interaction, Post(within_limits(page), None, view))


def _read(told: Written, before: Profile) -> tuple[Profile, list[str]]:
    complaints: list[str] = []
    hour, zone = before.hour, before.zone
    typed_hour, typed_zone = (told.get(field, "").strip() for field in ("hour", "zone"))
    try:
        hour = parse_hour(typed_hour) if typed_hour else None
    except GradusError as refusal:
        complaints.append(str(refusal))
    try:
        zone = parse_zone(typed_zone) if typed_zone else None
    except GradusError as refusal:
        complaints.append(str(refusal))
    if hour is not None and zone is None and not complaints:
        complaints.append("Tell me your time zone too: without it I can't know when your hour comes.")
    return Profile(told.get("goal") or None, told.get("level") or None, hour, zone), complaints


def _choice(name: str, prompt: str, options: Mapping[str, str], chosen: str | None) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=name,
        placeholder=options.get(chosen or "", prompt),
        required=False,
        options=[discord.SelectOption(label=label, value=id, default=id == chosen) for id, label in options.items()],
    )


def _next_step(profile: Profile, stage: Stage | None) -> str:
    begin = f"You begin at the stage **{stage.title}**. " if stage is not None else ""
    daily = f"Questions come every day at {profile.hour:%H:%M}. " if profile.hour and profile.zone else ""
    return f"{begin}{daily}`/learn` shows the map and where to start; `/ask` answers what you want to know."
