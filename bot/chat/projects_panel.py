"""The panels of projects and of the fifteen steps, for the eyes of who opened them: lists that turn into one of them.

The way between them and the portfolio is `WorksButton`, which stands on `/me` too.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.forms import Written, sent_form, take
from bot.chat.lesson_panel import lesson_panel
from bot.chat.panels import Panel, send, turn
from bot.chat.portfolio_pages import (
    PROJECT_SIGNS,
    STEP_SIGNS,
    project_page,
    project_words,
    projects_page,
    step_page,
    steps_page,
)
from bot.chat.rendering import shortened
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.chat.train_panel import form_panel, origin_of
from bot.road.portfolio import EVIDENCE
from bot.road.projects import ProjectStanding
from bot.road.steps import StepStanding
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

DOORS: Mapping[str, str] = {"projects": "Projects", "steps": "Career steps", "portfolio": "Portfolio"}
"""The panels, of which two are about what concepts of the same name are."""

PROJECT = r"[a-z0-9-]{1,60}"
LIST = "all"
MOST_OPTIONS = 25
OPTION = 100  # characters
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers a form; nothing hangs on it
FORM_ID = re.compile(rf"gradus:works:evidence:(?P<step>{PROJECT})")
GONE = "That is no longer on the roadmap. Open the list anew with `/me`."


# -------------------------------------------------------------------- what panels show


async def projects_panel(gradus: Gradus, person: int) -> Panel:
    """All projects."""
    projects = (await gradus.portfolios.desk(person, gradus.clock())).projects
    items: list[discord.ui.Item[Any]] = [ProjectSelect(projects)] if projects else []
    return Panel(projects_page(projects), (), standing_view(*items, WorksButton("steps"), WorksButton("portfolio")))


async def project_panel(gradus: Gradus, person: int, project: str) -> Panel:
    """One project, with the ways to begin it."""
    desk = await gradus.portfolios.desk(person, gradus.clock())
    one = next((one for one in desk.projects if one.project.id == project), None)
    if one is None:
        raise GradusError(GONE)
    items: list[discord.ui.Item[Any]] = [ProjectButton("train", project)] if one.task else []
    if one.read_first:
        items.append(ProjectButton("read", project, f"Read first: {one.read_first[0].title}"))
    return Panel(
        project_page(one), (), standing_view(ProjectSelect(desk.projects, project), *items, WorksButton("projects"))
    )


async def steps_panel(gradus: Gradus, person: int) -> Panel:
    """All steps."""
    steps = (await gradus.portfolios.desk(person, gradus.clock())).steps
    items: list[discord.ui.Item[Any]] = [StepSelect(steps)] if steps else []
    return Panel(steps_page(steps), (), standing_view(*items, WorksButton("projects"), WorksButton("portfolio")))


async def step_panel(gradus: Gradus, person: int, step: str) -> Panel:
    """One step, with the ways to do it."""
    desk = await gradus.portfolios.desk(person, gradus.clock())
    one = next((one for one in desk.steps if one.step.id == step), None)
    if one is None:
        raise GradusError(GONE)
    items: list[discord.ui.Item[Any]] = [StepSelect(desk.steps, step)]
    items.append(CareerStepButton("tick", step, "Change my word" if one.own else "Tick it myself"))
    if one.own:
        items.append(CareerStepButton("untick", step))
    learn = _next_concept(one)
    if learn is not None:
        items.append(CareerStepButton("learn", step, f"Learn: {gradus.catalogue.concepts[learn].title}"))
    items += [WorksButton(door) for door in DOORS if door in one.step.concepts]
    return Panel(step_page(one, gradus.catalogue), (), standing_view(*items, WorksButton("steps")))


def _next_concept(step: StepStanding) -> str | None:
    """The first concept of the step that is not mastered."""
    return next((one.concept for one in step.concepts if one.state != "mastered"), None)


# -------------------------------------------------------------------- between the panels


class WorksButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:works:open:(?P<door>{'|'.join(DOORS)})",
):
    """Opens the projects, the steps or the portfolio of who presses, whoever that is."""

    def __init__(self, door: str, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=DOORS[door], style=discord.ButtonStyle.secondary, custom_id=f"gradus:works:open:{door}", row=row
            )
        )
        self.door = door

    async def pressed(self, interaction: Press) -> None:
        """Show it in place of the panel; on `/me`, and where others see the message, beside it."""
        in_place = _stands_on_our_panel(interaction)
        if in_place:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        await (turn if in_place else send)(
            interaction, await OPENS[self.door](interaction.client.gradus, interaction.user.id)
        )


def _stands_on_our_panel(interaction: Press) -> bool:
    """Whether the button is under a panel of projects, steps or the portfolio, all of whose items begin alike."""
    message = interaction.message
    if message is None or not (message.flags.ephemeral or interaction.guild_id is None):
        return False
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    ids = [getattr(item, "custom_id", None) or "" for row in rows for item in row.children]
    return all(id.startswith("gradus:works:") for id in ids)


async def _portfolio(gradus: Gradus, person: int) -> Panel:
    from bot.chat.portfolio_panel import portfolio_panel  # its panel has the buttons of this one in it

    return await portfolio_panel(gradus, person)


OPENS: Mapping[str, Callable[[Gradus, int], Awaitable[Panel]]] = {
    "projects": projects_panel,
    "steps": steps_panel,
    "portfolio": _portfolio,
}


# -------------------------------------------------------------------- projects


class ProjectSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:works:project:(?P<at>{PROJECT})",
):
    """Opens a project. Its id names where it stands: Discord keeps what was chosen in a select whose id stays."""

    def __init__(self, projects: Sequence[ProjectStanding] = (), at: str = LIST) -> None:
        options = [
            discord.SelectOption(
                label=shortened(f"{PROJECT_SIGNS[one.state]} {one.project.title}", OPTION),
                value=one.project.id,
                default=one.project.id == at,
                description=shortened(f"{one.project.level}: {project_words(one)}", OPTION),
            )
            for one in projects[:MOST_OPTIONS]
        ]
        super().__init__(
            discord.ui.Select(placeholder="Open a project", options=options, custom_id=f"gradus:works:project:{at}")
        )

    async def pressed(self, interaction: Press) -> None:
        """Show it."""
        await interaction.response.defer()
        panel = await project_panel(interaction.client.gradus, interaction.user.id, self.item.values[0])
        await turn(interaction, panel)


class ProjectButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:works:project-(?P<act>train|read):(?P<project>{PROJECT})",
):
    """Begins a project: with a run, or with the lesson to read first."""

    def __init__(self, act: str, project: str, text: str = "Train") -> None:
        super().__init__(
            discord.ui.Button(
                label=shortened(text, 80),
                style=discord.ButtonStyle.primary if act == "train" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:works:project-{act}:{project}",
            )
        )
        self.act, self.project = act, project

    async def pressed(self, interaction: Press) -> None:
        """Open the form of a run, or the lesson, beside the panel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus, person = interaction.client.gradus, interaction.user.id
        if self.act == "train":
            form = await gradus.training.begin(person, origin_of(interaction), self.project)
            await send(interaction, form_panel(form))
            return
        desk = await gradus.portfolios.desk(person, gradus.clock())
        one = next((one for one in desk.projects if one.project.id == self.project), None)
        if one is None or not one.skills:
            raise GradusError(GONE)
        first = (*one.read_first, *(concept for concept, _ in one.skills))[0]
        await send(interaction, await lesson_panel(gradus, first.id, 0, person))


# -------------------------------------------------------------------- steps


class StepSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:works:step:(?P<at>{PROJECT})",
):
    """Opens a step. Its id names where it stands, as that of projects does."""

    def __init__(self, steps: Sequence[StepStanding] = (), at: str = LIST) -> None:
        options = [
            discord.SelectOption(
                label=shortened(f"{STEP_SIGNS[one.state]} {one.number}. {one.step.title}", OPTION),
                value=one.step.id,
                default=one.step.id == at,
                description=_step_told(one),
            )
            for one in steps[:MOST_OPTIONS]
        ]
        super().__init__(
            discord.ui.Select(placeholder="Open a step", options=options, custom_id=f"gradus:works:step:{at}")
        )

    async def pressed(self, interaction: Press) -> None:
        """Show it."""
        await interaction.response.defer()
        await turn(interaction, await step_panel(interaction.client.gradus, interaction.user.id, self.item.values[0]))


class CareerStepButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:works:step-(?P<act>tick|untick|learn):(?P<step>{PROJECT})",
):
    """Ticks a step by one's own word, takes that back, or opens the next lesson of the step."""

    def __init__(self, act: str, step: str, text: str = "Take my word back") -> None:
        super().__init__(
            discord.ui.Button(
                label=shortened(text, 80),
                style=discord.ButtonStyle.primary if act == "tick" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:works:step-{act}:{step}",
            )
        )
        self.act, self.step = act, step

    async def pressed(self, interaction: Press) -> None:
        """Do it; a form must be the first answer to a press, so that one defers nothing."""
        gradus, person = interaction.client.gradus, interaction.user.id
        if self.act == "tick":
            await interaction.response.send_modal(await _evidence_form(gradus, person, self.step))
            return
        if self.act == "untick":
            await interaction.response.defer()
            await gradus.portfolios.untick(person, self.step)
            await turn(interaction, await step_panel(gradus, person, self.step))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        concept = _next_concept(await _step(gradus, person, self.step))
        if concept is None:
            raise GradusError("You have mastered all of its concepts. `/learn` opens any lesson again.")
        await send(interaction, await lesson_panel(gradus, concept, 0, person))


def _step_told(one: StepStanding) -> str:
    """Where a step stands, as an option's second line says it."""
    if one.by_mastery:
        return f"{one.state}: {one.mastered} of {len(one.concepts)} concepts mastered"
    return shortened(f"{one.state}: {one.deed}" if one.deed else one.state, OPTION)


async def _step(gradus: Gradus, person: int, id: str) -> StepStanding:
    desk = await gradus.portfolios.desk(person, gradus.clock())
    one = next((one for one in desk.steps if one.step.id == id), None)
    if one is None:
        raise GradusError(GONE)
    return one


async def _evidence_form(gradus: Gradus, person: int, id: str) -> discord.ui.Modal:
    one = await _step(gradus, person, id)
    modal = discord.ui.Modal(
        title=shortened(f"{one.number}. {one.step.title}", 45),
        custom_id=f"gradus:works:evidence:{id}",
        timeout=OPEN_SECONDS,
    )
    modal.add_item(
        discord.ui.Label(
            text="What did you do?",
            description="A link, or a sentence. It is shown as your own word.",
            component=discord.ui.TextInput[Any](
                custom_id="evidence",
                style=discord.TextStyle.paragraph,
                default=one.own.text if one.own else None,
                max_length=EVIDENCE,
            ),
        )
    )
    return modal


async def take_step_form(interaction: Press) -> None:
    """Act on the form of a step's evidence, if that is what was sent."""
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    if found is not None:
        await take(interaction, found[0], partial(_ticked, found["step"]))


async def _ticked(step: str, interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    gradus, person = interaction.client.gradus, interaction.user.id
    await gradus.portfolios.tick(person, step, told.get("evidence", ""), gradus.clock())
    await turn(interaction, await step_panel(gradus, person, step))
