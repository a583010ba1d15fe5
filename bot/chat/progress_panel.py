"""A learner's statistics, with their picture, and a server's board: for the eyes of who pressed."""

import asyncio
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.messages import Picture
from bot.chat.panels import Panel, send, turn, worded
from bot.chat.practice_pages import day
from bot.chat.rendering import ANSWER_COLOUR, Page, quoted, within_limits
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.progress import Board, Place
from bot.statistics_picture import filled, percent, statistics_picture, statistics_words
from foundation.errors import GradusError
from quizzes.statistics import EFFORT_DAYS, FREEZES, RETENTION_DAYS, Statistics

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS: Mapping[str, str] = {
    "statistics": "Statistics",
    "back": "Statistics",
    "board": "Board",
    "join": "Join",
    "leave": "Leave",
    "anki": "For Anki",
    "table": "As a table",
}
MOST_PLACES = 10

RULES = """Boards count days with effort in the last four weeks, then questions answered, right or wrong alike. Who \
joins shows their name, days and questions, and on the boards of `/train` their best runs, to the members of this \
server, and of no other."""


# -------------------------------------------------------------------- statistics


async def statistics_panel(gradus: Gradus, person: int, *, boards: bool) -> Panel:
    """The statistics of whoever asks; `boards`: with the way to this server's."""
    shown = await gradus.progress.of(person, gradus.clock())
    page = statistics_page(shown)
    taken = ["anki", "table"] if shown.questions else []
    buttons = standing_view(*map(ProgressButton, [*(["board"] if boards else []), *taken]))
    if not shown.questions:
        return Panel(page, (), buttons)
    words = statistics_words(shown)
    try:
        picture = Picture(await asyncio.to_thread(statistics_picture, shown), words)
    except Exception:  # statistics that cannot be drawn are still statistics in words
        log.exception("cannot draw the statistics")
        return Panel(worded(page, words), (), buttons)
    return Panel(page, (picture,), buttons)


def statistics_page(shown: Statistics) -> Page:
    """Statistics in words."""
    if shown.since is None:
        text = (
            "Here your practice will show: twelve weeks of effort, what comes up in the next two, how much stays, and "
            "what you have mastered. `/quiz now` asks your first questions; it takes about three minutes."
        )
        return Page(title="Nothing to count yet", text=text, colour=ANSWER_COLOUR, footer="Only you see this.")
    concepts = _many(shown.concepts, "concept")
    whole = (
        f"**In all:** {_many(shown.questions, 'question')} on {concepts} since {shown.since.day} {shown.since:%B %Y}."
    )
    stages = [
        f"**{one.title}:** {one.mastered} mastered, {one.learning} being learned, {one.untouched} to come."
        for one in shown.stages
    ]
    lines = [_effort(shown), _streak(shown), _forecast(shown), *_memory(shown), "", *stages, "", whole]
    return within_limits(
        Page(title="Your statistics", text="\n".join(lines), colour=ANSWER_COLOUR, footer="Only you see this.")
    )


def _effort(shown: Statistics) -> str:
    days = sum(count > 0 for count in shown.effort.values())
    if not days:
        return f"**Effort:** nothing in the last {EFFORT_DAYS} days; all that you learned before still counts."
    questions, today = _many(sum(shown.effort.values()), "question"), _some(shown.effort[shown.on])
    return f"**Effort:** {questions} on {days} of the last {EFFORT_DAYS} days, {today} of them today."


def _streak(shown: Statistics) -> str:
    streak = shown.streak
    if not streak.days:
        return f"**Streak:** your next question begins one; your longest was {_many(streak.longest, 'day')}."
    return (
        f"**Streak:** {_many(streak.days, 'day')} with effort, your longest {streak.longest}. A month has {FREEZES} "
        f"freezes for days off; {streak.freezes_left} left in {shown.on:%B}."
    )


def _forecast(shown: Statistics) -> str:
    whole = sum(shown.forecast)
    if not whole:
        return "**The coming two weeks:** nothing comes back; there is room for something new."
    first, most = f"{_many(whole, 'concept')} come{'s' if whole == 1 else ''} back", max(shown.forecast)
    busiest = shown.on + timedelta(days=shown.forecast.index(most))
    when = "today" if busiest == shown.on else f"on {day(busiest)}"
    return f"**The coming two weeks:** {first}, {_some(shown.forecast[0])} of them today; most {when}: {most}."


def _memory(shown: Statistics) -> list[str]:
    share, target = shown.retention, percent(shown.target)
    low, high = map(percent, share.interval)
    recent = (
        f"{percent(share.part)} % of {_many(share.reviews, 'review')} in {RETENTION_DAYS} days remembered "
        f"(95 % interval {low} to {high} %)"
        if share.reviews
        else f"no reviews in the last {RETENTION_DAYS} days"
    )
    bins = "; ".join(
        f"{percent(one.expected)} % expected, {percent(one.actual.part)} % of {one.actual.reviews} remembered"
        for one in filled(shown.calibration)
    )
    lines = [f"**Memory:** {recent}; you aim for {target} %."]
    return [*lines, f"**My forecasts of it:** {bins}."] if bins else lines


def _some(count: int) -> str:
    return str(count or "none")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


# -------------------------------------------------------------------- boards


async def board_panel(gradus: Gradus, guild: discord.Guild, person: int) -> Panel:
    """A server's board, with the names of members who are still there; who left it is taken off."""
    names: dict[int, str] = {}
    while True:
        board = await gradus.progress.board(person, guild.id, gradus.clock())
        asked = [one.person for one in board.places[:MOST_PLACES] if one.person not in names]
        found = dict(zip(asked, await asyncio.gather(*(_name(guild, one) for one in asked)), strict=True))
        names.update({one: name for one, name in found.items() if name is not None})
        gone = [one for one, name in found.items() if name is None]
        if not gone:
            return Panel(board_page(board, names, guild.name), (), _board_view(board))
        await gradus.progress.drop(gone, guild.id)


async def _name(guild: discord.Guild, person: int) -> str | None:
    """What a member is called on the server, or None for who is no member: without its intent nothing is cached."""
    try:
        return (await guild.fetch_member(person)).display_name
    except discord.NotFound:
        return None


def _board_view(board: Board) -> discord.ui.View:
    return standing_view(ProgressButton("leave" if board.joined else "join"), ProgressButton("back"))


def board_page(board: Board, names: Mapping[int, str], server: str) -> Page:
    """A board in words, by the names of the first of its places."""
    lines = [_place(one, names[one.person], board.own) for one in board.places[:MOST_PLACES]]
    text = "\n".join(lines) or "Nobody stands on it yet."
    return within_limits(
        Page(
            title=f"Board of {quoted(server)}",
            text="\n\n".join(part for part in (text, _own(board), RULES) if part),
            colour=ANSWER_COLOUR,
            footer="Only you see this.",
        )
    )


def _place(one: Place, name: str, own: Place | None) -> str:
    you = " (you)" if one == own else ""
    return f"{one.place}\\. **{quoted(name)}**{you} · {_effort_of(one)}"


def _own(board: Board) -> str:
    """The own place in a sentence, where it is not among those shown."""
    if not board.joined or board.own in board.places[:MOST_PLACES]:
        return ""
    if board.own is None:
        return "You are on this board; your next question gives you a place."
    return f"You: place {board.own.place} of {len(board.places)} · {_effort_of(board.own)}"


def _effort_of(one: Place) -> str:
    return f"{_many(one.days, 'day')} · {_many(one.questions, 'question')}"


# -------------------------------------------------------------------- to take along


@dataclass(frozen=True)
class Taken:
    """A file that a learner takes along: its name, and what to do with it."""

    file: str
    words: str


TAKEN: Mapping[str, Taken] = {
    "anki": Taken(
        "gradus.apkg", "Every question on what you have learned so far. Anki opens it; later ones add to it."
    ),
    "table": Taken("gradus-attempts.csv", "Every answer you gave, for a spreadsheet."),
}


async def _take_along(interaction: Press, act: str) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    gradus, person, taken = interaction.client.gradus, interaction.user.id, TAKEN[act]
    made = gradus.progress.anki(person, gradus.clock()) if act == "anki" else gradus.progress.table(person)
    file = discord.File(io.BytesIO(await made), taken.file, description=taken.words)
    await interaction.followup.send(taken.words, file=file)


# -------------------------------------------------------------------- buttons


class ProgressButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:progress:(?P<act>{'|'.join(LABELS)})",
):
    """A button about the progress of who presses it, whoever that is."""

    def __init__(self, act: str, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.primary if act == "join" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:progress:{act}",
                row=row,
            )
        )
        self.act = act

    async def pressed(self, interaction: Press) -> None:
        """Open the statistics, or turn their panel."""
        gradus, person, guild = interaction.client.gradus, interaction.user.id, interaction.guild
        if self.act == "statistics":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await send(interaction, await statistics_panel(gradus, person, boards=guild is not None))
            return
        if self.act in TAKEN:
            await _take_along(interaction, self.act)
            return
        await interaction.response.defer()
        if self.act == "back":
            await turn(interaction, await statistics_panel(gradus, person, boards=guild is not None))
            return
        if guild is None:
            raise GradusError("A board belongs to a server: open it there, with `/me`.")
        if self.act != "leave":  # what is their own stays within the reach of those who are blocked
            await refuse_blocked(interaction)
        if self.act == "join":
            await gradus.progress.join(person, guild.id, gradus.clock())
        elif self.act == "leave":
            await gradus.progress.leave(person, guild.id)
        await turn(interaction, await board_panel(gradus, guild, person))
