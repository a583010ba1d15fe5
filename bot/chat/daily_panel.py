"""The panel of daily questions: hour, zone, place, pause, limits; for the eyes of who opened it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

import discord

from bot.assembly import Gradus
from bot.chat.forms import Written, take
from bot.chat.messages import embed
from bot.chat.practice_pages import day
from bot.chat.rendering import ANSWER_COLOUR, Field, Page, within_limits
from bot.chat.standing import Standing, standing_view
from bot.prompting import Daily
from bot.road.profile import parse_hour, parse_zone
from foundation.errors import GradusError
from quizzes.memory import RETENTION
from quizzes.practice import NEW_A_DAY, REVIEWS_A_DAY
from quizzes.prompts import DM
from quizzes.store import PracticeSettings

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS: Mapping[str, str] = {
    "set": "Hour and limits",
    "pause": "Pause",
    "resume": "Go on",
    "off": "Switch off",
}
RETENTIONS: Mapping[str, str] = {
    "0.8": "80 %: the default",
    "0.85": "85 %: some more questions",
    "0.9": "90 %: more questions",
    "0.95": "95 %: many questions",
}
FORM = "gradus:daily:form"
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it
NO_HOUR = "Off. Tell me an hour, and every day at that hour come the few questions that matter most."


async def daily_page(gradus: Gradus, person: int, now: datetime) -> tuple[Page, Daily, PracticeSettings]:
    """What is set, in words, and the values behind it."""
    daily = await gradus.prompting.daily(person)
    settings = await gradus.practising.settings(person, now)
    new = NEW_A_DAY if settings.new_a_day is None else settings.new_a_day
    reviews = REVIEWS_A_DAY if settings.reviews_a_day is None else settings.reviews_a_day
    limits = (
        f"At most {_count(new, 'new concept')} and {_count(reviews, 'concept')} to repeat a day",
        f"Asked again when you still know it with {settings.retention or RETENTION:.0%} probability",
        f"Exam: {day(settings.exam)} {settings.exam.year}" if settings.exam else "No exam set",
    )
    page = Page(
        title="Daily questions",
        text=_when(daily),
        colour=ANSWER_COLOUR,
        fields=(Field("Limits", "\n".join(limits)),),
        footer="Only you see this.",
    )
    return within_limits(page), daily, settings


def _when(daily: Daily) -> str:
    if daily.trouble:
        return daily.trouble
    if daily.hour is None:
        return NO_HOUR
    where = "by direct message" if daily.place == DM else "in the server's quiz channel, in a thread"
    said = f"At **{daily.hour:%H:%M}**, {daily.zone}, {where}."
    if daily.paused:
        return f"{said}\nPaused: nothing comes until you press *Go on*."
    if daily.next_at is None:
        return said
    return f"{said}\nThe next ones come on {day(daily.next_at.astimezone(ZoneInfo(daily.zone)).date())}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


async def show_daily(interaction: Press, *, turned: bool) -> None:
    """Show the panel: in place of itself, or as a deferred response."""
    gradus = interaction.client.gradus
    page, daily, settings = await daily_page(gradus, interaction.user.id, gradus.clock())
    items: list[discord.ui.Item[Any]] = [DailyButton("set")]
    if daily.hour is not None:
        items += [DailyButton("resume" if daily.paused else "pause"), DailyButton("off")]
    quiz_channel = await _quiz_channel(interaction)
    if daily.hour is not None and quiz_channel:
        items.append(DailySelect("place", _places(daily.place, str(interaction.guild_id))))
    items.append(DailySelect("retention", _retentions(settings.retention or RETENTION)))
    view = standing_view(*items)
    if turned:
        await interaction.edit_original_response(embed=embed(page), view=view)
    else:
        await interaction.followup.send(embed=embed(page), view=view)


async def _quiz_channel(interaction: Press) -> int | None:
    if interaction.guild_id is None:
        return None
    return (await interaction.client.gradus.servers.settings(interaction.guild_id)).quiz_channel


def _places(place: str, server: str) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label="By direct message", value=DM, default=place == DM),
        discord.SelectOption(label="In this server's quiz channel, in a thread", value=server, default=place == server),
    ]


def _retentions(retention: float) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=f"Remember with {label}", value=value, default=float(value) == retention)
        for value, label in RETENTIONS.items()
    ]


class DailyButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:daily:(?P<act>{'|'.join(LABELS)})",
):
    """A button about the daily questions of who presses it, whoever that is."""

    def __init__(self, act: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.primary if act in ("set", "resume") else discord.ButtonStyle.secondary,
                custom_id=f"gradus:daily:{act}",
                row=0,
            )
        )
        self.act = act

    async def pressed(self, interaction: Press) -> None:
        """Open the form, which must be the first answer to a press, or change what the button says."""
        gradus, person = interaction.client.gradus, interaction.user.id
        now = gradus.clock()
        if self.act == "set":
            _, daily, settings = await daily_page(gradus, person, now)
            zone = daily.zone or (await gradus.profiles.of(person)).zone or ""
            await interaction.response.send_modal(DailyForm(daily, zone, settings))
            return
        await interaction.response.defer()
        acts: Mapping[str, Callable[[], Awaitable[object]]] = {
            "pause": lambda: gradus.prompting.pause(person, now),
            "resume": lambda: gradus.prompting.resume(person, now),
            "off": lambda: set_hour(interaction, None, None),
        }
        await acts[self.act]()
        await show_daily(interaction, turned=True)


class DailySelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"gradus:daily:choose:(?P<what>place|retention)",
):
    """Where the questions come, and how surely things are to be remembered."""

    def __init__(self, what: str, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(discord.ui.Select(options=options or [], custom_id=f"gradus:daily:choose:{what}"))
        self.what = what

    async def pressed(self, interaction: Press) -> None:
        """Keep what was chosen."""
        await interaction.response.defer()
        gradus, person, chosen = interaction.client.gradus, interaction.user.id, self.item.values[0]
        now = gradus.clock()
        if self.what == "retention":
            settings = await gradus.practising.settings(person, now)
            await gradus.practising.set(person, replace(settings, retention=float(chosen)), now)
        else:
            daily = await gradus.prompting.daily(person)
            if daily.hour is not None:
                await gradus.prompting.set_daily(
                    person, daily.hour, daily.zone, chosen, now, server=interaction.guild_id
                )
        await show_daily(interaction, turned=True)


DAILY_ITEMS = (DailyButton, DailySelect)
"""What the client must know of to answer presses on old messages."""


class DailyForm(discord.ui.Modal):
    """Hour, zone and limits; an empty hour switches the daily questions off."""

    def __init__(self, daily: Daily, zone: str, settings: PracticeSettings) -> None:
        super().__init__(title="Daily questions", custom_id=FORM, timeout=OPEN_SECONDS)
        hour = daily.hour.strftime("%H:%M") if daily.hour else None
        new = str(NEW_A_DAY if settings.new_a_day is None else settings.new_a_day)
        reviews = str(REVIEWS_A_DAY if settings.reviews_a_day is None else settings.reviews_a_day)
        exam = settings.exam.isoformat() if settings.exam else None
        self._line("hour", "Your hour", "Empty: no daily questions", "08:30", hour)
        self._line("zone", "Your time zone", "A large city in it, or its name", "Europe/Paris", zone or None)
        self._line("new", "New concepts a day", "0 to 5", "1", new)
        self._line("reviews", "Concepts to repeat a day, at most", "1 to 100", "10", reviews)
        self._line("exam", "The day of your exam", "Its last two weeks go to what you know least", "2027-02-15", exam)

    def _line(self, name: str, label: str, about: str, example: str, value: str | None) -> None:
        line: discord.ui.TextInput[DailyForm] = discord.ui.TextInput(
            custom_id=name, required=False, max_length=60, placeholder=example, default=value
        )
        self.add_item(discord.ui.Label(text=label, description=about, component=line))


async def take_daily_form(interaction: Press) -> None:
    """Keep what the form says, if that is what was sent; what goes wrong is told to who sent it."""
    await take(interaction, FORM, _kept)


async def _kept(interaction: Press, told: Written) -> None:
    """Limits are read before any is kept, so that one wrong line leaves all of them as they were."""
    await interaction.response.defer()
    gradus, person = interaction.client.gradus, interaction.user.id
    settings = replace(
        await gradus.practising.settings(person, gradus.clock()),
        new_a_day=_number(told, "new", "New concepts a day"),
        reviews_a_day=_number(told, "reviews", "Concepts to repeat a day"),
        exam=_exam(told.get("exam", ""), gradus.clock().date()),
    )
    hour, zone = told.get("hour", "").strip(), told.get("zone", "").strip()
    await gradus.practising.set(person, settings, gradus.clock())
    await set_hour(interaction, hour or None, zone or None)
    await show_daily(interaction, turned=True)


async def set_hour(interaction: Press, hour: str | None, zone: str | None) -> None:
    """Set the hour and the zone as typed; no hour switches the daily questions off.

    Raises:
        GradusError: one can't be read, or the zone was never told.
    """
    gradus, person = interaction.client.gradus, interaction.user.id
    profile = await gradus.profiles.of(person)
    at = parse_hour(hour) if hour else None
    where = parse_zone(zone) if zone else profile.zone
    if at is not None and where is None:
        raise GradusError("Tell me your time zone too: without it I can't know when your hour comes.")
    profile = replace(profile, hour=at, zone=where)
    await gradus.profiles.keep(person, profile, gradus.clock(), server=interaction.guild_id)


def _number(told: Written, field: str, what: str) -> int | None:
    text = told.get(field, "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise GradusError(f"{what}: write a whole number.")
    return int(text)


def _exam(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    try:
        exam = date.fromisoformat(text.strip())
    except ValueError:
        raise GradusError("Write the day of your exam like 2027-02-15.") from None
    if exam < today:
        raise GradusError("That exam is over. Write a day to come, or leave it empty.")
    return exam
