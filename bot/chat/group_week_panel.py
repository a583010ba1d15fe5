"""The buttons of a group's week: its plan, its calendar, questions on it, who came, and how it goes on."""

import io
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.group_week_pages import course_page
from bot.chat.lesson_panel import lesson_panel
from bot.chat.panels import Panel, send
from bot.chat.practice_panel import begin_practice
from bot.chat.rendering import shortened
from bot.chat.standing import Standing, moderates, refuse_blocked, standing_view
from bot.groups.week import Occasion
from bot.groups.week_posts import Content, DigestPost, MeetingPost, NudgePost
from content.catalogue import Catalogue
from foundation.errors import GradusError
from quizzes.practice import Scope

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS: Mapping[str, str] = {
    "quiz": "Quiz me on these",
    "calendar": "Calendar",
    "here": "I'm here",
    "on": "Go on",
    "archive": "Archive",
    "hush": "No more nudges",
}
PRIMARY = ("quiz", "here", "on")

GROUP = r"(?P<group>[0-9A-Za-z]{1,32})"
MARK = r"(?P<mark>[a-z]+-\d{4}-\d\d-\d\d|now)"
CALENDAR_FILE = "study-group.ics"
MOST_OPTIONS = 25  # of a select
LABEL_LIMIT = 100  # characters of an option


class GroupPlanButton(
    Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"gradus:group-plan:{GROUP}"
):
    """Shows a group's plan, for the eyes of a member who presses."""

    def __init__(self, group: str, row: int | None = None) -> None:
        super().__init__(discord.ui.Button(label="Plan", custom_id=f"gradus:group-plan:{group}", row=row))
        self.group = group

    async def pressed(self, interaction: Press) -> None:
        """Show it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await send(interaction, await plan_panel(interaction.client.gradus, interaction.user.id, self.group))


class WeekButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:week:(?P<act>{'|'.join(LABELS)}):{GROUP}:{MARK}",
):
    """A button about a group's week. `mark` says under which post it stands, by its kind and local date."""

    def __init__(self, act: str, group: str, mark: str = "now", row: int | None = None) -> None:
        style = discord.ButtonStyle.primary if act in PRIMARY else discord.ButtonStyle.secondary
        super().__init__(
            discord.ui.Button(label=LABELS[act], style=style, custom_id=f"gradus:week:{act}:{group}:{mark}", row=row)
        )
        self.act = act
        self.group = group
        self.mark = mark

    @property
    def day(self) -> date | None:
        """The local date of the post, or None under no post."""
        return date.fromisoformat(self.mark.partition("-")[2]) if self.mark != "now" else None

    async def pressed(self, interaction: Press) -> None:
        """Act."""
        await ACTS[self.act](self, interaction)

    async def quiz(self, interaction: Press) -> None:
        """Begin a session on the concept of the week that who presses needs most."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        weeks, person = gradus.group_weeks, interaction.user.id
        concept = await weeks.next_concept(person, self.group, self.day, gradus.clock())
        await begin_practice(interaction, Scope("concept", concept))

    async def calendar(self, interaction: Press) -> None:
        """Hand over the calendar file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        gradus = interaction.client.gradus
        file = await gradus.group_weeks.calendar(interaction.user.id, self.group, gradus.clock())
        if interaction.guild_id is not None and not interaction.app_permissions.attach_files:
            raise GradusError("I may not attach files here. A moderator can allow it; then press again.")
        await interaction.followup.send(
            "Your group's meetings and plan. Open the file, and your calendar takes them in. Fetch it anew when the "
            "plan changes: entries replace themselves.",
            file=discord.File(io.BytesIO(file), CALENDAR_FILE, description="The group's calendar"),
            ephemeral=True,
        )

    async def here(self, interaction: Press) -> None:
        """Keep that who presses came."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        if self.day is None:
            raise GradusError("This button belongs to no meeting.")
        new = await gradus.group_weeks.come(interaction.user.id, self.group, self.day, gradus.clock())
        told = "Good to have you. Sunday's digest tells only how many came." if new else "I have you down already."
        await interaction.followup.send(told, ephemeral=True)

    async def go_on(self, interaction: Press) -> None:
        """Let the group's posts come again."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        moderator = moderates(interaction)
        await gradus.group_weeks.go_on(interaction.user.id, self.group, gradus.clock(), moderator=moderator)
        await interaction.followup.send("On we go: the group's posts come again from now on.", ephemeral=True)

    async def archive(self, interaction: Press) -> None:
        """Close the group."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        gradus = interaction.client.gradus
        await gradus.groups.archive(interaction.user.id, self.group, moderator=moderates(interaction))
        await interaction.followup.send("The group is archived. `/group mine` brings it back.", ephemeral=True)
        await interaction.client.group_places.settle(self.group, gradus.clock())

    async def hush(self, interaction: Press) -> None:
        """Send who presses no more nudges about this group."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.client.gradus.groups.wish(interaction.user.id, self.group, wants_nudge=False)
        await interaction.followup.send("Done: no more nudges. `/group mine` brings them back.", ephemeral=True)


ACTS: Mapping[str, Callable[[WeekButton, Press], Awaitable[None]]] = {
    "quiz": WeekButton.quiz,
    "calendar": WeekButton.calendar,
    "here": WeekButton.here,
    "on": WeekButton.go_on,
    "archive": WeekButton.archive,
    "hush": WeekButton.hush,
}


class LessonSelect(
    Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=rf"gradus:week-lesson:{GROUP}:{MARK}"
):
    """Opens the lesson of a concept of the week, for the eyes of who chooses it, whoever that is."""

    def __init__(self, group: str, mark: str = "now", options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            discord.ui.Select(
                placeholder="Read a lesson", options=list(options), custom_id=f"gradus:week-lesson:{group}:{mark}"
            )
        )
        self.group = group
        self.mark = mark

    async def pressed(self, interaction: Press) -> None:
        """Open it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        panel = await lesson_panel(interaction.client.gradus, self.item.values[0], 0, interaction.user.id)
        await send(interaction, panel)


def lesson_select(
    concepts: Iterable[str | None], catalogue: Catalogue, group: str, mark: str = "now"
) -> tuple[LessonSelect, ...]:
    """The select of these concepts' lessons; none where there is nothing to read."""
    some = [catalogue.concepts[id] for id in dict.fromkeys(concepts) if id is not None and id in catalogue.concepts]
    options = [
        discord.SelectOption(label=shortened(one.title, LABEL_LIMIT), value=one.id) for one in some[:MOST_OPTIONS]
    ]
    return (LessonSelect(group, mark, options),) if options else ()


WEEK_ITEMS = (GroupPlanButton, WeekButton, LessonSelect)
"""What the client answers presses of."""


async def plan_panel(gradus: Gradus, person: int, group: str) -> Panel:
    """A group's plan, for a member.

    Raises:
        GradusError: they are none.
    """
    view = await gradus.group_weeks.view(person, group, gradus.clock())
    ahead = (id for week in view.weeks if week.monday >= view.now for id in week.concepts)
    acts = ("quiz", "calendar", *(("on",) if view.resting and view.in_charge else ()))
    items = (*lesson_select(ahead, gradus.catalogue, group), *(WeekButton(act, group) for act in acts))
    return Panel(course_page(view, gradus.catalogue), (), standing_view(*items))


def mark_of(occasion: Occasion) -> str:
    """What tells the message of an occasion from all others of its group."""
    return f"{occasion.kind}-{occasion.day.isoformat()}"


def is_of(message: discord.Message, group: str, occasion: Occasion) -> bool:
    """Whether a message is the one of an occasion, by its buttons."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    ids = [getattr(item, "custom_id", None) or "" for row in rows for item in row.children]
    return any(id.startswith("gradus:week:") and id.endswith(f":{group}:{mark_of(occasion)}") for id in ids)


def post_buttons(content: Content, occasion: Occasion, catalogue: Catalogue) -> discord.ui.View:
    """What can be pressed under a post."""
    group, mark = content.group.id, mark_of(occasion)
    if isinstance(content, DigestPost) and content.digest.asks_to_pause:
        return standing_view(*(WeekButton(act, group, mark) for act in ("on", "archive")))
    first = ("here",) if isinstance(content, MeetingPost) and content.opens else ()
    acts = [WeekButton(act, group, mark) for act in (*first, "quiz")]
    lessons = lesson_select(_concepts(content), catalogue, group, mark)
    return standing_view(*lessons, *acts, GroupPlanButton(group), WeekButton("calendar", group, mark))


def _concepts(content: Content) -> tuple[str | None, ...]:
    if isinstance(content, MeetingPost):
        return tuple(one.concept for one in content.agenda.items)
    ahead = content.ahead.concepts if isinstance(content, DigestPost) else ()
    return (*content.week.concepts, *ahead)


def nudge_buttons(post: NudgePost) -> discord.ui.View:
    """The buttons under a nudge."""
    return standing_view(*(WeekButton(act, post.group.id) for act in ("quiz", "hush")))
