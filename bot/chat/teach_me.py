"""The button that begins a talk with the tutor on what a lesson is about."""

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.chat.standing import Standing, refuse_blocked
from bot.tutor.dialogue import Mode

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

LABELS: dict[Mode, str] = {"guided": "Teach me", "interview": "Interview me"}


class TeachMeButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gradus:teach-me:(?P<mode>guided|interview):(?P<concept>[^:]{1,60})",
):
    """Begins a guided session or an interview on a concept, for the eyes of who presses."""

    def __init__(self, concept: str, mode: Mode = "guided", *, text: str = "", row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=(text or LABELS[mode])[:80],
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:teach-me:{mode}:{concept}",
                row=row,
            )
        )
        self.concept: str = concept
        self.mode: Mode = mode

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["concept"], "interview" if match["mode"] == "interview" else "guided")

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Begin."""
        from bot.chat.tutor_panel import start_talk  # it opens lessons, whose panel has this button

        await refuse_blocked(interaction)
        await start_talk(interaction, self.concept, self.mode)
