"""The buttons of next steps, under one's progress and under the map alike: each does what its step says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.chat.standing import Standing, refuse_blocked
from bot.road.next_steps import NextStep
from bot.road.planned import Planned

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS = {"quiz": "Quiz me", "lesson": "Open lesson", "train": "Train", "replan": "Replan"}


class StepButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:step:(?P<act>{'|'.join(LABELS)}):(?P<of>[^:]{{0,60}})",
):
    """Does a step for who presses, for their eyes. `of` is the concept, the project, or the plan's revision."""

    def __init__(self, act: str, of: str, number: int = 0, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=f"{number} · {LABELS[act]}" if number else LABELS[act],
                style=discord.ButtonStyle.primary if number == 1 else discord.ButtonStyle.secondary,
                custom_id=f"gradus:step:{act}:{of}",
                row=row,
            )
        )
        self.act, self.of = act, of

    async def pressed(self, interaction: Press) -> None:
        """Ask what is due, open the lesson or the form of a run, or lay the plan out anew."""
        # What these open has such buttons itself.
        from bot.chat.lesson_panel import lesson_panel
        from bot.chat.panels import send
        from bot.chat.practice_panel import begin_practice
        from bot.chat.road_panel import replanned
        from bot.chat.train_panel import form_panel, origin_of

        gradus, person = interaction.client.gradus, interaction.user.id
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self.act != "replan":  # what is their own stays within the reach of those who are blocked
            await refuse_blocked(interaction)
        if self.act == "quiz":
            await begin_practice(interaction)
        elif self.act == "lesson":
            await send(interaction, await lesson_panel(gradus, self.of, 0, person))
        elif self.act == "train":
            await send(interaction, form_panel(await gradus.training.begin(person, origin_of(interaction), self.of)))
        else:
            await send(interaction, await replanned(gradus, person, int(self.of)))


def step_buttons(steps: Sequence[NextStep], plan: Planned | None, row: int) -> list[StepButton]:
    """A button for each step, with its number."""
    return [_button(one, number, plan, row) for number, one in enumerate(steps, start=1)]


def _button(step: NextStep, number: int, plan: Planned | None, row: int) -> StepButton:
    if step.kind == "repeat":
        return StepButton("quiz", "due", number, row)
    if step.kind == "replan":
        return StepButton("replan", str(plan.revision if plan else 0), number, row)
    if step.kind == "train":
        return StepButton("train", step.project, number, row)
    return StepButton("lesson", step.concepts[0], number, row)
