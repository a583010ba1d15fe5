"""The panel of a diagnostic: one private message that turns from question to question to what was found.

All its state is in the store; a button names the diagnostic and the turn at which it stood, so that a second press, one
on an old message, or one after a restart changes nothing that it should not.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.answer_form import AnswerForm, picks, typed
from bot.chat.diagnostic_pages import (
    answers_page,
    asked_page,
    by_level_page,
    door_page,
    found_page,
    paused_page,
    thrown_away_page,
)
from bot.chat.forms import Written, sent_form, take
from bot.chat.lesson_panel import LessonButton
from bot.chat.messages import prepare
from bot.chat.panels import Panel, send, turn
from bot.chat.quiz_me import QuizMeButton
from bot.chat.rendering import Page
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.road.diagnostics import DiagnosticView, Overview

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS: Mapping[str, str] = {
    "door": "Find my place",
    "begin": "Begin",
    "level": "Go by my level",
    "type": "Answer",
    "unsure": "I don't know",
    "stop": "Stop for now",
    "go-on": "Go on",
    "throw": "Throw it away",
    "keep": "Take it over",
    "leave": "Leave it as it was",
    "answers": "My answers",
    "found": "Back",
}
PRIMARY = ("begin", "type", "go-on", "keep")
AGAIN = "Do it again"
UNDOING = ("throw", "level")

NONE = "-"
"""Stands for the diagnostic of a button that belongs to none."""

_ID = r"[0-9A-Za-z]{1,32}"
FORM_ID = re.compile(rf"gradus:place:form:(?P<id>{_ID}):(?P<turn>\d{{1,3}})")


# -------------------------------------------------------------------- what a panel shows


async def diagnostic_panel(gradus: Gradus, view: DiagnosticView) -> Panel:
    """A diagnostic as it stands: its open question, or what it found."""
    if view.posed is None:
        return _found_panel(gradus, view)
    post = await prepare(asked_page(view, gradus.catalogue), gradus.settings.cache_path)
    offered = [PlaceButton(f"pick-{letter}", view.id, view.turn, text=text) for letter, text in picks(view.posed)]
    buttons = (
        *(offered or [PlaceButton("type", view.id, view.turn)]),
        PlaceButton("unsure", view.id, view.turn, row=1),
        PlaceButton("stop", view.id, view.turn, row=1),
    )
    return Panel(post.page, (post.picture,) if post.picture else (), standing_view(*buttons))


def _found_panel(gradus: Gradus, view: DiagnosticView) -> Panel:
    assert view.findings is not None
    items: list[discord.ui.Item[Any]] = []
    if view.state != "kept":
        items.append(PlaceButton("keep", view.id))
    elif view.findings.start.first:
        first = view.findings.start.first[0]
        items += [LessonButton(first.id, 0)] if first.written else []
        items.append(QuizMeButton(first.id, row=0))
    if view.state == "done":
        items.append(PlaceButton("leave", view.id))
    items.append(PlaceButton("answers", view.id))
    if view.state != "done":
        items.append(PlaceButton("begin", text=AGAIN))
    return Panel(found_page(view), (), standing_view(*items))


def _door_panel(overview: Overview) -> Panel:
    begun = overview.answered is not None
    items = [PlaceButton("begin", text=LABELS["go-on"] if begun else "")]
    if overview.ended is not None:
        items = [PlaceButton("found", overview.ended, text="What I found"), PlaceButton("begin", text=AGAIN)]
    if overview.placed:
        items.append(PlaceButton("level"))
    return Panel(door_page(overview), (), standing_view(*items))


def _told_panel(page: Page, *buttons: discord.ui.Item[Any]) -> Panel:
    return Panel(page, (), standing_view(*buttons))


# -------------------------------------------------------------------- what a press does


class PlaceButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:place:(?P<act>{'|'.join(LABELS)}|pick-[A-H]):(?P<id>{_ID}|{NONE}):(?P<turn>\d{{1,3}})",
):
    """A button of a diagnostic, at the turn at which it stood."""

    def __init__(
        self, act: str, diagnostic: str = NONE, turn: int = 0, *, text: str = "", row: int | None = None
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=text or LABELS.get(act, act[-1:]),
                style=discord.ButtonStyle.primary if act in PRIMARY else discord.ButtonStyle.secondary,
                custom_id=f"gradus:place:{act}:{diagnostic}:{turn}",
                row=row,
            )
        )
        self.act, self.diagnostic, self.turn = act, diagnostic, turn

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], match["id"], int(match["turn"]))

    async def pressed(self, interaction: Press) -> None:
        """Open the diagnostic, or turn its panel; a form must be the first answer to a press."""
        gradus, person = interaction.client.gradus, interaction.user.id
        if self.act == "door":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await refuse_blocked(interaction)
            await send(interaction, _door_panel(await gradus.diagnostics.overview(person)))
            return
        if self.act == "type":
            view = await gradus.diagnostics.view(person, self.diagnostic)
            if view.posed is not None and view.turn == self.turn:
                form = AnswerForm(f"gradus:place:form:{self.diagnostic}:{self.turn}", view.posed)
                await interaction.response.send_modal(form)
                return
        await interaction.response.defer()
        if self.act not in UNDOING:  # what is their own stays within the reach of those who are blocked
            await refuse_blocked(interaction)
        await turn(interaction, await self._acted(gradus, person))

    async def _acted(self, gradus: Gradus, person: int) -> Panel:
        diagnostics, now = gradus.diagnostics, gradus.clock()
        if self.act == "unsure" or self.act.startswith("pick-"):
            answer = "" if self.act == "unsure" else self.act.removeprefix("pick-")
            view = await diagnostics.answer(person, self.diagnostic, self.turn, answer, now)
            return await diagnostic_panel(gradus, view)
        if self.act == "throw":
            await diagnostics.throw_away(person, self.diagnostic)
            return _told_panel(thrown_away_page(), PlaceButton("begin", text="Begin anew"))
        if self.act == "level":
            await diagnostics.go_by_level(person)
            return _told_panel(by_level_page(), PlaceButton("door"))
        acts: Mapping[str, Callable[[], Awaitable[DiagnosticView]]] = {
            "begin": lambda: diagnostics.begin(person, now),
            "keep": lambda: diagnostics.keep(person, self.diagnostic, now),
            "leave": lambda: diagnostics.leave(person, self.diagnostic, now),
        }
        view = await acts.get(self.act, lambda: diagnostics.view(person, self.diagnostic))()
        if self.act == "stop" and view.posed is not None:
            return _told_panel(paused_page(view), PlaceButton("go-on", view.id), PlaceButton("throw", view.id))
        if self.act == "answers" and view.findings is not None:
            return _told_panel(answers_page(view.findings), PlaceButton("found", view.id))
        return await diagnostic_panel(gradus, view)


DIAGNOSTIC_ITEMS = (PlaceButton,)
"""What the client must know of to answer presses on old messages."""


async def take_diagnostic_form(interaction: Press) -> None:
    """Act on a typed answer, if that is what was sent; what goes wrong is told to who sent it."""
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    if found is not None:
        await take(interaction, found[0], partial(_answered, found["id"], int(found["turn"])))


async def _answered(id: str, number: int, interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    await refuse_blocked(interaction)
    gradus = interaction.client.gradus
    view = await gradus.diagnostics.answer(interaction.user.id, id, number, typed(told).strip() or "?", gradus.clock())
    await turn(interaction, await diagnostic_panel(gradus, view))
