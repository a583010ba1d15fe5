"""`/me`: a learner's settings, and all that is kept on them: to see, to take along, to delete."""

import io
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.cogs.start import SetUpButton, profile_field
from bot.chat.messages import Post, send_followup
from bot.chat.portfolio_panel import take_works_form
from bot.chat.progress_panel import ProgressButton
from bot.chat.projects_panel import WorksButton
from bot.chat.rendering import ANSWER_COLOUR, RELATED_COLOUR, Field, Page, within_limits
from bot.chat.road_panel import RoadButton, take_plan_form
from bot.chat.standing import Standing, standing_view

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

EXPORT_FILE = "gradus-export.zip"

LABELS = {
    "export": "Export",
    "conversations": "Forget conversations",
    "forget": "Forget them",
    "delete": "Delete my data",
    "erase": "Delete everything",
    "keep": "Keep it",
}

DOORS_TEXT = """**Progress**: where you stand, and your next steps.
**Plan**: a date for each thing to learn.
**Statistics**: your practice in figures.
**Projects**: networks to train.
**Career steps**: a checklist of fifteen.
**Portfolio**: a page that shows all of it."""
"""What is behind the buttons, a short line each."""

KEPT = """{count} entries, as far as you did these things: settings, practice, placement, plan, training runs, \
portfolio, study groups, questions with answers, talks, votes. Questions to me, with my answers, go by \
themselves after 90 days, talks after 30.

**Forget conversations** removes what you asked me and our talks, and takes down what you wrote in study groups."""

FORGET_WARNING = """This removes, at once and for good, what you asked me, what I answered, and our talks. What you \
wrote in study groups is taken down, and so are others' answers to your questions there.

Your practice, your groups and your settings stay."""

DELETE_WARNING = """This removes, at once and for good, all that I keep on you: your settings, your practice, \
where I placed you, your plan, your training runs (one under way stops) and your places on boards, your portfolio \
(nobody sees it any more), the questions you asked with my answers, our talks, and your votes. You leave your study \
groups, and a group that is yours goes to who has been in it longest; what you wrote in groups is taken down, with \
the answers to your questions. The buttons under my old answers to you stop working.

Two things stay: the messages on Discord themselves, which you can delete there, and a block that a server's \
moderators may have set."""


class Me(commands.Cog):
    """The door to one's own data."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="me", description="Your settings, and all that Gradus keeps on you")
    async def me(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """The panel, for the eyes of who asked."""
        await interaction.response.defer(ephemeral=True)
        gradus = self.client.gradus
        profile = await gradus.profiles.of(interaction.user.id)
        count = await gradus.mine.count(interaction.user.id)
        page = Page(
            title="You and Gradus",
            text="Only you see this.",
            colour=ANSWER_COLOUR,
            fields=(
                profile_field(profile),
                Field("Your road", DOORS_TEXT),
                Field("What I keep on you", KEPT.format(count=count) if count else "Nothing yet."),
            ),
        )
        buttons = [
            RoadButton("progress", row=0),
            RoadButton("plan", row=0),
            ProgressButton("statistics", row=0),
            *(WorksButton(door, row=1) for door in ("projects", "steps", "portfolio")),
            SetUpButton(row=2),
            *(DataButton(act, row=3) for act in ("export", "conversations", "delete") if count),
        ]
        await send_followup(interaction, Post(within_limits(page), None, standing_view(*buttons)))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Take the form of a plan, whenever it was opened."""
        await take_plan_form(interaction)
        await take_works_form(interaction)


class DataButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:me:(?P<act>{'|'.join(LABELS)})",
):
    """A button about the data of who presses it, whoever that is."""

    def __init__(self, act: str, row: int | None = None) -> None:
        danger = act in ("forget", "delete", "erase")
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.danger if danger else discord.ButtonStyle.secondary,
                custom_id=f"gradus:me:{act}",
                row=row,
            )
        )
        self.act = act

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Export, ask once more, delete, or leave it."""
        await ACTS[self.act](interaction)


async def _export(interaction: discord.Interaction["GradusClient"]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    gradus = interaction.client.gradus
    packed = await gradus.mine.export(interaction.user.id, gradus.clock())
    await interaction.followup.send(
        "All that I keep on you, as JSON in a zip. Only you see this.",
        file=discord.File(io.BytesIO(packed), filename=EXPORT_FILE, description="Your data as JSON"),
    )


async def _ask_to_forget(interaction: discord.Interaction["GradusClient"]) -> None:
    await _ask_once_more(interaction, "Forget our conversations?", FORGET_WARNING, "forget")


async def _ask_to_erase(interaction: discord.Interaction["GradusClient"]) -> None:
    await _ask_once_more(interaction, "Delete all that I keep on you?", DELETE_WARNING, "erase")


async def _ask_once_more(interaction: discord.Interaction["GradusClient"], title: str, text: str, act: str) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    page = Page(title=title, text=text, colour=RELATED_COLOUR)
    await send_followup(interaction, Post(page, None, standing_view(DataButton(act), DataButton("keep"))))


async def _forget_conversations(interaction: discord.Interaction["GradusClient"]) -> None:
    await interaction.response.defer()
    gone = await interaction.client.gradus.mine.forget_conversations(interaction.user.id)
    text = (
        "Done: I no longer keep what you asked, what I answered, or our talks; what you wrote in study groups is taken "
        "down. Your practice and settings stay."
        if gone
        else "I keep no conversation with you."
    )
    await interaction.edit_original_response(content=text, embed=None, view=None)


async def _erase(interaction: discord.Interaction["GradusClient"]) -> None:
    await interaction.response.defer()
    client, person = interaction.client, interaction.user.id
    still = await client.group_places.let_out(person, client.gradus.clock())  # afterwards nobody knows who to take out
    gone = await client.gradus.mine.forget(person)
    text = "Done: I keep nothing on you any more." if gone else "There was nothing left to delete."
    rooms = ", ".join(f"<#{place.room}>" for place in still if place.room is not None)
    if rooms:
        text += f" Discord did not let me take you out of {rooms}: leave there yourself, or ask a moderator."
    await interaction.edit_original_response(content=text, embed=None, view=None)


async def _keep(interaction: discord.Interaction["GradusClient"]) -> None:
    await interaction.response.defer()
    await interaction.edit_original_response(content="Nothing was deleted.", embed=None, view=None)


ACTS: Mapping[str, Callable[[discord.Interaction["GradusClient"]], Awaitable[None]]] = {
    "export": _export,
    "conversations": _ask_to_forget,
    "forget": _forget_conversations,
    "delete": _ask_to_erase,
    "erase": _erase,
    "keep": _keep,
}
