"""The button that begins practice on what a lesson or an answer is about."""

from typing import TYPE_CHECKING

import discord

from bot.chat.standing import Standing, refuse_blocked
from quizzes.practice import Scope

if TYPE_CHECKING:
    from bot.chat.client import GradusClient


class QuizMeButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gradus:quiz-me:(?P<concept>[^:]{1,60})",
):
    """Begins a session on a concept, for the eyes of who presses."""

    def __init__(self, concept: str, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label="Quiz me",
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:quiz-me:{concept}",
                row=row,
            )
        )
        self.concept = concept

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Begin."""
        from bot.chat.practice_panel import start_practice  # it opens lessons, whose panel has this button

        await refuse_blocked(interaction)
        await start_practice(interaction, Scope("concept", self.concept))
