"""The buttons of training that stand under messages and panels alike. What they open, `bot.chat.train_panel` makes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.chat.standing import Standing

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

RUN = r"[0-9A-Za-z]{1,32}"

ACTS: Mapping[str, str] = {
    "cancel": "Cancel",
    "again": "Again",
    "compare": "Compare",
    "script": "Script",
    "board": "Board",
    "look": "Refresh",
}
"""What can be done with a run."""

DOORS: Mapping[str, str] = {"mine": "My runs", "new": "New run", "refresh": "Refresh"}
"""What belongs to no single run."""


class RunButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:train:(?P<act>{'|'.join(ACTS)}):(?P<run>{RUN})",
):
    """Does something with a run."""

    def __init__(self, act: str, run: str, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=ACTS[act],
                style=discord.ButtonStyle.danger if act == "cancel" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:train:{act}:{run}",
                row=row,
            )
        )
        self.act, self.run = act, run

    async def pressed(self, interaction: Press) -> None:
        """Do it."""
        from bot.chat.train_panel import act_on_run  # it makes panels with these buttons in them

        await act_on_run(interaction, self.act, self.run)


class TrainButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:train:(?P<door>{'|'.join(DOORS)})",
):
    """Opens something of who presses, whoever that is."""

    def __init__(self, door: str, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=DOORS[door], style=discord.ButtonStyle.secondary, custom_id=f"gradus:train:{door}", row=row
            )
        )
        self.door = door

    async def pressed(self, interaction: Press) -> None:
        """Open it."""
        from bot.chat.train_panel import open_door

        await open_door(interaction, self.door)
