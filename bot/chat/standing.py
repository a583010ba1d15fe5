"""What all buttons, selects and forms share: they outlive restarts, and what goes wrong is told politely."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from bot.chat.client import GradusClient


class Standing:
    """Mixed into a `DynamicItem`, before it: discord.py would only log what an item raises."""

    async def callback(self, interaction: Any) -> Any:
        """Act on a press; what it raises is told to who pressed."""
        try:
            await self.pressed(interaction)
        except Exception as error:
            await interaction.client.complaints.to_interaction(interaction, error)

    @abstractmethod
    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """What a press does."""


class Form(discord.ui.Modal):
    """A modal whose errors are told to who sent it."""

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Act on what was typed; what it raises is told to who typed."""
        try:
            await self.submitted(interaction)
        except Exception as error:
            await interaction.client.complaints.to_interaction(interaction, error)

    @abstractmethod
    async def submitted(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """What sending the form does."""


def standing_view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view of standing items: it needs no memory, so it never times out."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
