"""The panel of a lesson: its pages turn in place, for who opened it; all its state is in its buttons."""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.assembly import Gradus
from bot.behind import spoken
from bot.chat.lesson_pages import card_page, label, lesson_page, map_page, reading_page
from bot.chat.messages import Picture, prepare
from bot.chat.panels import Panel, send, turn, worded
from bot.chat.quiz_me import QuizMeButton
from bot.chat.rendering import within_limits
from bot.chat.road_pages import steps_field
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.chat.step_buttons import step_buttons
from bot.chat.teach_me import TeachMeButton
from bot.learning import Learning, Milestone, StartingPoint, Study
from bot.road.road import RoadView
from content.roadmap_picture import stage_pictures, stage_words
from foundation.errors import GradusError
from index.answers import Answer

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

MOST_OPTIONS = 25  # in one select: Discord's limit

LABELS = {
    "previous": "◀ Previous",
    "next": "Next ▶",
    "lesson": "Lesson",
    "reading": "Reading list",
    "map": "Map",
    "close": "Close",
}
SELECTS = ("jump", "near", "stage", "pick", "more")

CONCEPT = r"[^:]{1,53}"  # what fits a button's id beside the rest: Discord takes 100 characters

NOT_YOURS = "Only the person who opened this turns its pages. Open your own with `/learn`."


@dataclass(frozen=True)
class GoingOn(StartingPoint):
    """Where somebody goes on who has begun: the stage of what they learn next, and their next steps."""

    road: RoadView


# -------------------------------------------------------------------- what a panel shows


async def lesson_panel(gradus: Gradus, concept: str, page: int, owner: int) -> Panel:
    """A page of a lesson, or the card of a concept whose lesson is being written.

    Raises:
        GradusError: there is no such concept (any more).
    """
    study = gradus.learning.study(concept)
    number = study.nearest(page)
    shown = lesson_page(study, number) if study.written else card_page(study)
    post = await prepare(shown, gradus.settings.cache_path)
    pictures = (post.picture,) if post.picture else ()
    return Panel(post.page, pictures, _lesson_view(study, number, owner))


async def reading_panel(gradus: Gradus, concept: str, page: int, owner: int) -> Panel:
    """The reading list of a concept; its way back leads to the page of the lesson that it was opened from."""
    study = gradus.learning.study(concept)
    buttons = (PanelButton(act, owner, concept, page) for act in ("lesson", "map", "close"))
    return Panel(reading_page(study), (), standing_view(*buttons))


async def map_panel(gradus: Gradus, stage: str, owner: int, start: StartingPoint | None) -> Panel:
    """A stage of the road as a picture; `start` is where the learner begins or goes on, or None where others read
    along.
    """
    shown = gradus.learning.stage(stage)
    page = map_page(shown, len(gradus.catalogue.stages), start)
    if isinstance(start, GoingOn):
        page = within_limits(replace(page, fields=(steps_field(start.road.steps, gradus.catalogue),)))
    words, buttons = stage_words(gradus.catalogue, stage), _map_view(gradus, stage, owner, start)
    try:
        drawn = await asyncio.to_thread(_drawn, gradus, stage)
    except Exception:  # a map that cannot be drawn is still a map in words
        log.exception("cannot draw the map of %r", stage)
        return Panel(worded(page, " ".join(words)), (), buttons)
    return Panel(page, tuple(map(Picture, drawn, words)), buttons)


def _drawn(gradus: Gradus, stage: str) -> list[bytes]:
    return [path.read_bytes() for path in stage_pictures(gradus.catalogue, stage, gradus.settings.cache_path)]


def _lesson_view(study: Study, number: int, owner: int) -> discord.ui.View:
    items: list[discord.ui.Item[Any]] = []
    if study.written:
        last = len(study.pages) - 1
        items += [
            PanelButton("previous", owner, study.concept, max(0, number - 1), disabled=number == 0),
            PanelButton("next", owner, study.concept, min(last, number + 1), disabled=number == last),
        ]
    acts = ("reading", "map", "close") if study.reading else ("map", "close")
    items += [PanelButton(act, owner, study.concept, number) for act in acts]
    if study.written:
        headings = [
            discord.SelectOption(label=label(page.heading), value=str(place))
            for place, page in enumerate(study.pages[:MOST_OPTIONS])
        ]
        items += [TeachMeButton(study.concept, row=4), QuizMeButton(study.concept, row=4)]
        items.append(PanelSelect("jump", owner, study.concept, number, "Jump to a section", headings))
    if near := _near(study):
        items.append(PanelSelect("near", owner, study.concept, number, "Builds on / leads to", near))
    return standing_view(*items)


def _near(study: Study) -> list[discord.SelectOption]:
    found = [("know first", one) for one in study.builds_on] + [("leads to", one) for one in study.leads_to]
    return [
        discord.SelectOption(
            label=label(one.title, 80),
            value=one.id,
            description=relation if one.written else f"{relation} · lesson being written",
        )
        for relation, one in found[:MOST_OPTIONS]
    ]


def _map_view(gradus: Gradus, stage: str, owner: int, start: StartingPoint | None) -> discord.ui.View:
    stages = [
        discord.SelectOption(
            label=label(f"{place}. {one.title}", 80),
            value=one.id,
            description=one.summary[:100],
        )
        for place, one in enumerate(gradus.catalogue.stages.values(), start=1)
    ]
    items: list[discord.ui.Item[Any]] = []
    if isinstance(start, GoingOn):
        items += step_buttons(start.road.steps, start.road.plan, row=0)
    elif start is not None and start.first:
        items.append(PanelButton("lesson", owner, start.first[0].id, 0, text="Start here"))
    items.append(PanelButton("close", owner, stage, 0))
    items.append(PanelSelect("stage", owner, stage, 0, "Another stage", stages))
    return standing_view(*items, *lesson_selects(gradus, stage, owner))


def lesson_selects(gradus: Gradus, stage: str, owner: int) -> list["PanelSelect"]:
    """The selects that open a lesson of a stage in place of the panel they stand on."""
    selects = []
    for act, part in zip(("pick", "more"), _halves(gradus.learning.stage(stage).milestones), strict=False):
        hint = f"Open a lesson: {part[0].number} to {part[-1].number}"
        selects.append(PanelSelect(act, owner, stage, 0, hint, [_milestone(one) for one in part]))
    return selects


def _halves(milestones: Sequence[Milestone]) -> list[Sequence[Milestone]]:
    """As many as a select holds, or two about equal parts."""
    if len(milestones) <= MOST_OPTIONS:
        return [milestones] if milestones else []
    middle = (len(milestones) + 1) // 2
    return [milestones[:middle], milestones[middle : middle + MOST_OPTIONS]]


def _milestone(one: Milestone) -> discord.SelectOption:
    return discord.SelectOption(
        label=label(f"{one.number}. {one.title}", 80),
        value=one.id,
        description="lesson ready" if one.written else "lesson being written",
    )


# -------------------------------------------------------------------- what a press does


class PanelButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:learn:(?P<act>{'|'.join(LABELS)}):(?P<owner>\d{{1,20}}):(?P<target>{CONCEPT}):(?P<page>\d{{1,3}})",
):
    """A button of a panel. `target` is the concept, or the stage, that the panel shows."""

    def __init__(self, act: str, owner: int, target: str, page: int, *, text: str = "", disabled: bool = False) -> None:
        super().__init__(
            discord.ui.Button(
                label=text or LABELS[act],
                style=discord.ButtonStyle.primary if act == "next" or text else discord.ButtonStyle.secondary,
                custom_id=f"gradus:learn:{act}:{owner}:{target}:{page}",
                disabled=disabled,
                row=0,
            )
        )
        self.act, self.owner, self.target, self.page = act, owner, target, page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], int(match["owner"]), match["target"], int(match["page"]))

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Turn the panel to what the button says, or put it away."""
        if self.act == "close":
            await _close(interaction, self.owner)
            return
        _check_owner(interaction, self.owner)
        await interaction.response.defer()
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        if self.act == "map":
            await turn(interaction, await _map_of(interaction, self.target, self.owner))
        elif self.act == "reading":
            await turn(interaction, await reading_panel(gradus, self.target, self.page, self.owner))
        else:
            await turn(interaction, await lesson_panel(gradus, self.target, self.page, self.owner))


class PanelSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:learn:(?P<act>{'|'.join(SELECTS)}):(?P<owner>\d{{1,20}}):(?P<target>{CONCEPT}):(?P<page>\d{{1,3}})",
):
    """A select of a panel: of pages (`jump`), of concepts (`near`, `pick`, `more`) or of stages.

    Its id names the page it stands on: Discord keeps what was chosen in a select whose id stays.
    """

    def __init__(
        self,
        act: str,
        owner: int,
        target: str,
        page: int,
        hint: str = "",
        options: Sequence[discord.SelectOption] = (),
    ) -> None:
        super().__init__(
            discord.ui.Select(
                placeholder=hint or None,
                options=list(options),
                custom_id=f"gradus:learn:{act}:{owner}:{target}:{page}",
            )
        )
        self.act, self.owner, self.target = act, owner, target

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used, from what its id says."""
        return cls(match["act"], int(match["owner"]), match["target"], int(match["page"]))

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Turn the panel to what was chosen."""
        _check_owner(interaction, self.owner)
        await interaction.response.defer()
        await refuse_blocked(interaction)
        gradus, chosen = interaction.client.gradus, self.item.values[0]
        if self.act == "jump":
            await turn(interaction, await lesson_panel(gradus, self.target, int(chosen), self.owner))
        elif self.act == "stage":
            start = await _start(interaction)
            await turn(interaction, await map_panel(gradus, chosen, self.owner, start))
        else:
            await turn(interaction, await lesson_panel(gradus, chosen, 0, self.owner))


class LessonButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:learn:open:(?P<concept>{CONCEPT}):(?P<page>\d{{1,3}})",
):
    """Under an answer: opens the lesson where the answer comes from, for the eyes of who presses."""

    def __init__(self, concept: str, page: int) -> None:
        super().__init__(
            discord.ui.Button(
                label="Lesson",
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:learn:open:{concept}:{page}",
                row=0,
            )
        )
        self.concept, self.page = concept, page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["concept"], int(match["page"]))

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Open a panel of their own."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        post = await lesson_panel(interaction.client.gradus, self.concept, self.page, interaction.user.id)
        await send(interaction, post)


def lesson_button(learning: Learning, answer: Answer) -> LessonButton | None:
    """The button under an answer that opens the lesson where the answer comes from, if it comes from one."""
    for passage in spoken(answer)[:1]:
        study = learning.study(passage.concept)
        if study.written:
            return LessonButton(passage.concept, study.page_of(passage.section))
    return None


LEARN_ITEMS = (PanelButton, PanelSelect, LessonButton)
"""What the client must know of to answer presses on old messages."""


def _check_owner(interaction: discord.Interaction[Any], owner: int) -> None:
    if interaction.user.id != owner:
        raise GradusError(NOT_YOURS)


async def _close(interaction: discord.Interaction[Any], owner: int) -> None:
    """Put the panel away, for who opened it or for a moderator."""
    if not interaction.permissions.manage_messages:
        _check_owner(interaction, owner)
    await interaction.response.defer()
    await interaction.delete_original_response()


async def _map_of(interaction: discord.Interaction["GradusClient"], concept: str, owner: int) -> Panel:
    gradus = interaction.client.gradus
    stage = gradus.learning.study(concept).stage
    return await map_panel(gradus, stage.id, owner, await _start(interaction))


async def _start(interaction: discord.Interaction["GradusClient"]) -> StartingPoint | None:
    """Where who presses begins; None where others would read what they told of themselves."""
    alone = interaction.message is not None and interaction.message.flags.ephemeral
    return await starting_point(interaction) if alone or interaction.guild_id is None else None


async def starting_point(interaction: discord.Interaction["GradusClient"]) -> StartingPoint:
    """Where this learner begins, or goes on."""
    gradus = interaction.client.gradus
    road = await gradus.road.of(interaction.user.id, gradus.clock())
    level = (await gradus.profiles.of(interaction.user.id)).level
    start = gradus.learning.start(level, await gradus.diagnostics.placed(interaction.user.id))
    answered = any(one.state in ("mastered", "learning") for one in road.standings.values())
    if not answered and road.plan is None:  # one who was only placed begins where that was
        return start
    ahead = (gradus.catalogue.concepts[id] for step in road.steps if step.kind != "repeat" for id in step.concepts)
    stage = next((gradus.catalogue.stages[one.stage] for one in ahead), start.stage)
    return GoingOn(stage, start.told, (), road)
