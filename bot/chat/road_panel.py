"""The panels of a learner's road: progress with next steps, a stage, the plan and its form; for who pressed."""

import asyncio
import io
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.forms import Written, take
from bot.chat.lesson_pages import label
from bot.chat.lesson_panel import lesson_selects
from bot.chat.messages import Picture
from bot.chat.panels import Panel, send, turn, worded
from bot.chat.rendering import Page
from bot.chat.road_pages import complaints_page, drop_page, no_plan_page, plan_page, progress_page, stage_page
from bot.chat.standing import Standing, standing_view
from bot.chat.step_buttons import step_buttons
from bot.plan_picture import plan_picture, plan_words, spans
from bot.road.planned import Planned
from bot.road.planning import Wish, outlook, read_wish
from bot.road.road import RoadView
from bot.road_picture import by_stage, road_picture, road_words
from content.catalogue import Catalogue
from content.plan import DEFAULT_HOURS, MOST_HOURS, goals
from content.roadmap_picture import marked_pictures, stage_words
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS: Mapping[str, str] = {
    "progress": "Progress",
    "plan": "Plan",
    "to-progress": "◀ Progress",
    "to-plan": "Plan",
    "form": "Make a plan",
    "calendar": "Calendar file",
}
"""Acts that need nothing more."""

CHANGES: Mapping[str, str] = {
    "replan": "Replan from today",
    "go-on": "Go on now",
    "pause": "Pause for a week",
    "ask-drop": "Drop",
    "drop": "Drop it",
    "keep": "Keep it",
}
"""Acts on the revision of a plan that a panel shows."""

FORM = "gradus:plan:form"
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it
CALENDAR_FILE = "gradus-plan.ics"
CALENDAR_WORDS = "Your plan for any calendar: open the file there. After a change, take it anew; nothing doubles."
STAGE_LABEL = 30
STAGES_A_ROW = 5
MOST_STAGES = 10
MOST_GOALS = 25  # in one select: Discord's limit


# -------------------------------------------------------------------- what panels show


async def progress_panel(gradus: Gradus, person: int) -> Panel:
    """The whole road with the next steps."""
    view, catalogue = await gradus.road.of(person, gradus.clock()), gradus.catalogue
    stages = by_stage(view.standings, catalogue)
    items: list[discord.ui.Item[Any]] = [*step_buttons(view.steps, view.plan, row=0)]
    for number, one in enumerate(stages[:MOST_STAGES]):
        items.append(StageButton(one.id, label(f"{one.position} {one.title}", STAGE_LABEL), 1 + number // STAGES_A_ROW))
    items.append(RoadButton("to-plan", row=3))
    page, words = progress_page(view, stages, catalogue), road_words(stages)
    return await _drawn(page, standing_view(*items), (words,), lambda: (road_picture(stages),))


async def stage_panel(gradus: Gradus, person: int, stage: str) -> Panel:
    """The map of a stage with where the learner stands.

    Raises:
        GradusError: there is no such stage (any more).
    """
    gradus.learning.stage(stage)  # which refuses what there is not
    view, catalogue = await gradus.road.of(person, gradus.clock()), gradus.catalogue
    stages = by_stage(view.standings, catalogue)
    shown = next(one for one in stages if one.id == stage)
    selects = lesson_selects(gradus, stage, person)
    return await _drawn(
        stage_page(shown, len(stages), catalogue),
        standing_view(RoadButton("to-progress", row=0), *selects),
        stage_words(catalogue, stage, view.standings),
        lambda: marked_pictures(catalogue, stage, view.standings),
    )


async def plan_panel(gradus: Gradus, person: int) -> Panel:
    """The learner's plan, or what one is."""
    view = await gradus.road.of(person, gradus.clock())
    if view.plan is None:
        return Panel(no_plan_page(), (), standing_view(RoadButton("form", row=0), RoadButton("to-progress", row=0)))
    return await _plan_panel(gradus, view, view.plan)


async def _plan_panel(gradus: Gradus, view: RoadView, plan: Planned) -> Panel:
    catalogue, on = gradus.catalogue, view.on
    page = plan_page(view, plan, outlook(plan, on), catalogue)
    changes = ["go-on" if plan.is_paused(on) else "replan", "pause"] if plan.left else []
    buttons = standing_view(
        *(PlanButton(act, plan.revision, row=0) for act in changes),
        *([RoadButton("calendar", row=0)] if any(one.end for one in plan.left) else []),
        RoadButton("form", "Change", row=1),
        PlanButton("ask-drop", plan.revision, row=1),
        RoadButton("to-progress", row=1),
    )
    rows = spans(plan, on)
    if not rows:
        return Panel(page, (), buttons)
    words = plan_words(rows, catalogue, on)
    return await _drawn(page, buttons, (words,), lambda: (plan_picture(rows, plan, catalogue, on),))


async def _drawn(
    page: Page, buttons: discord.ui.View, words: Sequence[str], draw: Callable[[], Sequence[bytes]]
) -> Panel:
    """A panel with its pictures drawn in a thread; where they can't be, they are put into words."""
    try:
        pngs = await asyncio.to_thread(draw)
    except Exception:  # a road that cannot be drawn is still a road in words
        log.exception("cannot draw %r", page.title)
        return Panel(worded(page, " ".join(words)), (), buttons)
    return Panel(page, tuple(map(Picture, pngs, words)), buttons)


async def replanned(gradus: Gradus, person: int, revision: int) -> Panel:
    """The plan laid out anew from today, if that is its latest revision."""
    await gradus.road.planning.replan(person, revision, gradus.clock())
    return await plan_panel(gradus, person)


# -------------------------------------------------------------------- buttons


class RoadButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:road:(?P<act>{'|'.join(LABELS)})",
):
    """A button about the road of who presses it, whoever that is."""

    def __init__(self, act: str, text: str = "", row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=text or LABELS[act],
                style=discord.ButtonStyle.primary if act == "form" and not text else discord.ButtonStyle.secondary,
                custom_id=f"gradus:road:{act}",
                row=row,
            )
        )
        self.act = act

    async def pressed(self, interaction: Press) -> None:
        """Open a panel, turn to one, open the form (the first answer to a press), or give the file."""
        gradus, person = interaction.client.gradus, interaction.user.id
        if self.act == "form":
            view = await gradus.road.of(person, gradus.clock())
            await interaction.response.send_modal(PlanForm(gradus, _wish_of(view.plan, view.on)))
            return
        if self.act.startswith("to-"):
            await interaction.response.defer()
            await turn(interaction, await _panel(gradus, person, self.act.removeprefix("to-")))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self.act == "calendar":
            made = await gradus.road.planning.calendar(person, gradus.clock())
            file = discord.File(io.BytesIO(made), CALENDAR_FILE, description="Your plan as a calendar file")
            await interaction.followup.send(CALENDAR_WORDS, file=file)
            return
        await send(interaction, await _panel(gradus, person, self.act))


async def _panel(gradus: Gradus, person: int, name: str) -> Panel:
    return await (progress_panel if name == "progress" else plan_panel)(gradus, person)


class StageButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gradus:road:stage:(?P<stage>[^:]{1,60})",
):
    """Turns to a stage of the road of who presses."""

    def __init__(self, stage: str, text: str = "Stage", row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=text, style=discord.ButtonStyle.secondary, custom_id=f"gradus:road:stage:{stage}", row=row
            )
        )
        self.stage = stage

    async def pressed(self, interaction: Press) -> None:
        """Turn the panel."""
        await interaction.response.defer()
        await turn(interaction, await stage_panel(interaction.client.gradus, interaction.user.id, self.stage))


class PlanButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:plan:(?P<act>{'|'.join(CHANGES)}):(?P<revision>\d{{1,12}})",
):
    """Changes the plan of who presses, if it is still the one that the panel shows; a second press finds it changed."""

    def __init__(self, act: str, revision: int, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=CHANGES[act],
                style=discord.ButtonStyle.danger if act == "drop" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:plan:{act}:{revision}",
                row=row,
            )
        )
        self.act, self.revision = act, revision

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], int(match["revision"]))

    async def pressed(self, interaction: Press) -> None:
        """Change it, and show what has become of it."""
        await interaction.response.defer()
        gradus, person, planning = (
            interaction.client.gradus,
            interaction.user.id,
            interaction.client.gradus.road.planning,
        )
        if self.act == "ask-drop":
            view = await gradus.road.of(person, gradus.clock())
            if view.plan is not None:
                asked = standing_view(*(PlanButton(act, view.plan.revision) for act in ("drop", "keep")))
                await turn(interaction, Panel(drop_page(view.plan, gradus.catalogue), (), asked))
                return
        elif self.act == "drop":
            await planning.drop(person, self.revision)
        elif self.act != "keep":
            await planning.replan(person, self.revision, gradus.clock(), pause=self.act == "pause")
        await turn(interaction, await plan_panel(gradus, person))


# -------------------------------------------------------------------- the form


class FixButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gradus:plan:fix:(?P<goal>[^~]{0,53})~(?P<hours>\d{0,2})~(?P<begins>[\d-]{0,10})~(?P<until>[\d-]{0,10})",
):
    """Opens the form once more, with what was typed right; all of it is in its id, so that it outlives a restart."""

    def __init__(self, wish: Wish) -> None:
        goal = wish.goal if len(wish.goal) <= 53 else ""  # what fits the id beside the rest
        fields = (goal, wish.hours or "", wish.begins or "", wish.until or "")
        super().__init__(
            discord.ui.Button(
                label="Correct it",
                style=discord.ButtonStyle.primary,
                custom_id=f"gradus:plan:fix:{'~'.join(map(str, fields))}",
            )
        )
        self.wish = wish

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        begins, until = (date.fromisoformat(match[name]) if match[name] else None for name in ("begins", "until"))
        return cls(Wish(match["goal"], int(match["hours"]) if match["hours"] else None, begins, until))

    async def pressed(self, interaction: Press) -> None:
        """A form must be the first answer to a press, so nothing is deferred here."""
        await interaction.response.send_modal(PlanForm(interaction.client.gradus, self.wish))


ROAD_ITEMS = (RoadButton, StageButton, PlanButton, FixButton)
"""What the client must know of to answer presses on old messages."""


class PlanForm(discord.ui.Modal):
    """Goal, hours and days; what stays empty is chosen by Gradus."""

    def __init__(self, gradus: Gradus, wish: Wish | None) -> None:
        super().__init__(title="Your plan", custom_id=FORM, timeout=OPEN_SECONDS)
        goal = wish.goal if wish else ""
        titles = dict([*_offered(goal, gradus.catalogue).items()][:MOST_GOALS])
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="goal",
            placeholder="Choose a goal",
            required=False,
            options=[
                discord.SelectOption(label=label(_goal_label(id, title), 80), value=id, default=id == goal)
                for id, title in titles.items()
            ],
        )
        self.add_item(discord.ui.Label(text="What for?", component=select))
        self._line("concept", "Or one concept", "Its name, in place of the goal above", "backpropagation", None)
        hours = str(wish.hours) if wish and wish.hours else None
        about = f"1 to {MOST_HOURS}. Empty: {DEFAULT_HOURS}, or as many as it takes until the last day"
        self._line("hours", "Hours a week", about, str(DEFAULT_HOURS), hours)
        begins, until = (one.isoformat() if one else None for one in (wish and wish.begins, wish and wish.until))
        today = gradus.clock().date()
        self._line("begins", "First day", "Empty: today", f"{today + timedelta(days=7)}", begins)
        self._line("until", "Last day", "Empty: as long as it takes", f"{today + timedelta(days=84)}", until)

    def _line(self, name: str, text: str, about: str, example: str, value: str | None) -> None:
        line: discord.ui.TextInput[PlanForm] = discord.ui.TextInput(
            custom_id=name, required=False, max_length=80, placeholder=example, default=value
        )
        self.add_item(discord.ui.Label(text=text, description=about, component=line))


def _offered(goal: str, catalogue: Catalogue) -> Mapping[str, str]:
    """What can be chosen: all goals, after the one concept that is planned for. That stands not in the line for a
    concept, where it would go before whatever is chosen.
    """
    kind, _, concept = goal.partition(":")
    known = kind == "concept" and concept in catalogue.concepts
    return {**({goal: catalogue.concepts[concept].title} if known else {}), **goals(catalogue)}


def _goal_label(id: str, title: str) -> str:
    kind, _, of = id.partition(":")
    return f"{kind.capitalize()}: {title}" if of else title


def _wish_of(plan: Planned | None, today: date) -> Wish | None:
    """What the form is filled with: the wish of the plan there is, as far as it is still to come."""
    if plan is None:
        return None
    begins, until = (one if one is not None and one > today else None for one in (plan.begins, plan.until))
    return Wish(plan.goal, plan.hours, begins, until)


async def take_plan_form(interaction: Press) -> None:
    """Make the plan that a form asks for, if that is what was sent; what goes wrong is told to who sent it."""
    await take(interaction, FORM, _planned)


async def _planned(interaction: Press, told: Written) -> None:
    """A plan is made when all can be read; else what can't is named, and the form opens again with the rest."""
    await interaction.response.defer()
    gradus, person, now = interaction.client.gradus, interaction.user.id, interaction.client.gradus.clock()
    view = await gradus.road.of(person, now)
    read = read_wish(told, view.on, gradus.learning, gradus.catalogue)
    complaints = read.complaints
    if not complaints:
        try:
            await gradus.road.planning.make(person, read.wish, now)
        except GradusError as refusal:
            complaints = (str(refusal),)
    if complaints:
        page = complaints_page(complaints, read.wish, gradus.catalogue)
        await turn(interaction, Panel(page, (), standing_view(FixButton(read.wish), RoadButton("to-plan"))))
        return
    await turn(interaction, await plan_panel(gradus, person))
