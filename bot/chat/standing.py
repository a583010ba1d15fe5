"""What all buttons and selects share: they outlive restarts, and what goes wrong is told politely."""

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

import discord

if TYPE_CHECKING:
    from bot.chat.client import GradusClient


class Standing:
    """Mixed into a `DynamicItem`, before it: discord.py would only log what an item raises.

    An item is made from what its id says: the named groups of its template are what it is made of.
    """

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The item that was pressed."""
        make: Any = cls
        made: Self = make(**match.groupdict())
        return made

    async def callback(self, interaction: Any) -> Any:
        """Act on a press; what it raises is told to who pressed."""
        try:
            await self.pressed(interaction)
        except Exception as error:
            await interaction.client.complaints.to_interaction(interaction, error)

    @abstractmethod
    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """What a press does."""


async def refuse_blocked(interaction: discord.Interaction["GradusClient"]) -> None:
    """Stop where this server's moderators have blocked who presses; what is their own stays within their reach.

    Raises:
        GradusError: they are blocked there.
    """
    await interaction.client.gradus.servers.refuse_blocked(interaction.guild_id, interaction.user.id)


def moderates(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever presses may manage the server where they press."""
    return interaction.guild is not None and interaction.permissions.manage_guild


def standing_view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view of standing items: it needs no memory, so it never times out."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
