"""`/train`: start a run, one's own runs, the boards. Everything else is on their panels."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.lesson_pages import label
from bot.chat.panels import send
from bot.chat.train_pages import preset_label
from bot.chat.train_panel import form_panel, mine_panel, origin_of, show_board, take_train_form
from bot.run_options import options_of, read_line
from foundation.errors import GradusError, did_you_mean
from training.specs import TASKS

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press = discord.Interaction["GradusClient"]
Choices = list[app_commands.Choice[str]]

MOST_CHOICES = 25  # in Discord's list
CHOICE_LIMIT = 100  # characters


class Train(commands.GroupCog, group_name="train", group_description="Train small networks, and watch them learn"):
    """The door to training; what happens behind it is `bot.training`'s business."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="start", description="Train a small network: choose a task, a preset or options")
    @app_commands.describe(
        task="What to train. Leave it out to choose from a list",
        preset="Options that show something: sensible, overfit, diverge",
        options="Options as name=value, such as learning_rate=0.1 epochs=5",
    )
    async def start(self, interaction: Press, task: str = "", preset: str = "", options: str = "") -> None:
        """The form of a run, for the eyes of who typed."""
        await interaction.response.defer(ephemeral=True)
        gradus, person = self.client.gradus, interaction.user.id
        await gradus.servers.admit(interaction.guild_id, person, gradus.clock())
        if (preset or options) and not task:
            raise GradusError("Choose a task too: a preset and options belong to one.")
        id = meant_task(task) if task else ""
        typed = read_line(options)
        await send(
            interaction, form_panel(await gradus.training.begin(person, origin_of(interaction), id, preset, typed))
        )

    @start.autocomplete("task")
    async def tasks(self, interaction: Press, typed: str) -> Choices:
        """The tasks by title."""
        return _tasks(typed)

    @start.autocomplete("preset")
    async def presets(self, interaction: Press, typed: str) -> Choices:
        """The presets of the task that was chosen."""
        known = TASKS.get(str(getattr(interaction.namespace, "task", "") or ""))
        names = known.presets if known else {name: None for one in TASKS.values() for name in one.presets}
        some = [name for name in names if typed.strip().casefold() in name.casefold()]
        return [app_commands.Choice(name=preset_label(name), value=name) for name in some[:MOST_CHOICES]]

    @start.autocomplete("options")
    async def options(self, interaction: Press, typed: str) -> Choices:
        """The names of options, one after another, behind those that are typed already."""
        known = TASKS.get(str(getattr(interaction.namespace, "task", "") or ""))
        before, _, last = typed.rpartition(" ")
        if known is None or "=" in last:
            return [app_commands.Choice(name=typed, value=typed)] if 0 < len(typed) <= CHOICE_LIMIT else []
        begun = f"{before} " if before else ""
        some = [
            (f"{begun}{one.name}={one.default}", one)
            for one in options_of(known)
            if one.name.startswith(last.casefold()) and f"{one.name}=" not in before
        ]
        return [
            app_commands.Choice(name=label(f"{text}  ({one.description})", CHOICE_LIMIT), value=text)
            for text, one in some
            if len(text) <= CHOICE_LIMIT
        ][:MOST_CHOICES]

    @app_commands.command(name="mine", description="Your runs: under way, over, side by side; what is left of today")
    async def mine(self, interaction: Press) -> None:
        """The panel, for the eyes of who typed."""
        await interaction.response.defer(ephemeral=True)
        gradus = self.client.gradus
        await gradus.servers.admit(interaction.guild_id, interaction.user.id, gradus.clock())
        await send(interaction, mine_panel(await gradus.training.mine(interaction.user.id)))

    @app_commands.command(name="board", description="This server's best runs of a task")
    @app_commands.describe(task="Whose board. Leave it out for the first, and choose there")
    async def board(self, interaction: Press, task: str = "") -> None:
        """The board, for the eyes of who typed."""
        await interaction.response.defer(ephemeral=True)
        gradus = self.client.gradus
        await gradus.servers.admit(interaction.guild_id, interaction.user.id, gradus.clock())
        await show_board(interaction, meant_task(task) if task else next(iter(TASKS)))

    @board.autocomplete("task")
    async def boards(self, interaction: Press, typed: str) -> Choices:
        """The tasks by title."""
        return _tasks(typed)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Take the forms, whenever they were opened."""
        await take_train_form(interaction)


def _tasks(typed: str) -> Choices:
    wanted = typed.strip().casefold()
    some = [one for one in TASKS.values() if wanted in one.title.casefold() or wanted in one.id]
    return [app_commands.Choice(name=label(one.title, CHOICE_LIMIT), value=one.id) for one in some[:MOST_CHOICES]]


def meant_task(text: str) -> str:
    """The id of the task that somebody chose from the list or typed.

    Raises:
        GradusError: there is none.
    """
    wanted = text.strip().casefold()
    titles = {one.title.casefold(): id for id, one in TASKS.items()}
    id = wanted if wanted in TASKS else titles.get(wanted)
    if id is None:
        raise GradusError(f"There is no task '{text}'{did_you_mean(wanted, TASKS)}. The list offers all of them.")
    return id
