"""The forms of study groups: what a group is to be, and who gets in; made, and read."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import discord

from bot.chat.forms import Written
from bot.chat.group_buttons import GROUP
from bot.chat.rendering import quoted
from bot.groups.group import (
    FASTEST,
    FEWEST_PEOPLE,
    LONGEST_MEETING,
    MOST_PEOPLE,
    NAME_LIMIT,
    SHORTEST_MEETING,
    SLOWEST,
    WEEKDAYS,
    Group,
)
from bot.groups.group_outline import Outline, Rules
from bot.servers.settings import ServerSettings
from content.catalogue import Catalogue
from foundation.errors import GradusError

OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers a form; nothing hangs on it

CREATE_FORM = re.compile(
    r"gradus:group:create:(?P<pace>\d):(?P<approval>[01]):(?P<size>\d{1,3}):(?P<channel>[01]):(?P<role>[01])"
)
EDIT_FORM = re.compile(rf"gradus:group:edit-form:(?P<group>{GROUP})")
RULES_FORM = re.compile(rf"gradus:group:rules-form:(?P<group>{GROUP})")


def create_form(outline: Outline, rules: Rules) -> discord.ui.Modal:
    """The form of a new group; its id carries what stands in no field of it."""
    flags = f"{rules.approval:d}:{rules.size}:{rules.wants_channel:d}:{rules.wants_role:d}"
    return _outline_form("A new study group", f"gradus:group:create:{outline.pace}:{flags}", outline)


def edit_form(group: Group, catalogue: Catalogue) -> discord.ui.Modal:
    """The same form for a group that there is."""
    return _outline_form("Edit the group", f"gradus:group:edit-form:{group.id}", _outline_of(group, catalogue))


def _outline_form(title: str, id: str, outline: Outline) -> discord.ui.Modal:
    form = discord.ui.Modal(title=title, custom_id=id, timeout=OPEN_SECONDS)
    form.add_item(_field("Name", "", _text("name", outline.name, NAME_LIMIT, "Tuesday learners")))
    form.add_item(
        _field(
            "What do you learn?", "A stage, or concepts with commas", _text("about", outline.about, 4000, "Foundations")
        )
    )
    form.add_item(
        _field(
            "When do you meet?",
            "A day and an hour; empty for no fixed time",
            _text("meeting", outline.meeting, 40, "Tuesday 18:00", required=False),
        )
    )
    form.add_item(
        _field(
            "Time zone",
            "A large city in it; empty for your own",
            _text("zone", outline.zone, 60, "Europe/Paris", required=False),
        )
    )
    paces = {str(one): f"{one} a week" for one in range(SLOWEST, FASTEST + 1)}
    form.add_item(_field("How many concepts?", "", _choice("pace", paces, str(outline.pace))))
    return form


def rules_form(group: Group, settings: ServerSettings) -> discord.ui.Modal:
    """The form of who gets in and where the group talks; of channel and role only what is to be decided."""
    form = discord.ui.Modal(title="Rules", custom_id=f"gradus:group:rules-form:{group.id}", timeout=OPEN_SECONDS)
    entries = {"open": "Open: people are in at once", "approval": "I let people in one by one"}
    form.add_item(_field("Who gets in?", "", _choice("entry", entries, "approval" if group.approval else "open")))
    form.add_item(
        _field("How many people?", f"{FEWEST_PEOPLE} to {MOST_PEOPLE}", _text("size", str(group.size), 3, "8"))
    )
    form.add_item(
        _field(
            "Minutes of a meeting",
            f"{SHORTEST_MEETING} to {LONGEST_MEETING}",
            _text("minutes", str(group.minutes), 3, "60"),
        )
    )
    if (settings.group_channels or group.wants_channel) and group.place.channel is None:
        places = {"thread": "A private thread", "channel": "A channel of its own, from now on"}
        chosen = "channel" if group.wants_channel else "thread"
        form.add_item(_field("Where do you talk?", "", _choice("place", places, chosen)))
    if (settings.group_roles or group.wants_role) and group.place.role is None:
        roles = {"no": "No", "yes": "Yes, to mention everyone in it"}
        form.add_item(
            _field("A role for its members?", "", _choice("role", roles, "yes" if group.wants_role else "no"))
        )
    return form


def _text(
    name: str, value: str, most: int, example: str, *, required: bool = True
) -> discord.ui.TextInput[discord.ui.View]:
    return discord.ui.TextInput(
        custom_id=name, default=value[:most] or None, max_length=most, placeholder=example, required=required
    )


def _choice(name: str, options: Mapping[str, str], chosen: str) -> discord.ui.Select[discord.ui.View]:
    return discord.ui.Select(
        custom_id=name,
        options=[discord.SelectOption(label=words, value=id, default=id == chosen) for id, words in options.items()],
    )


def _field(text: str, description: str, component: discord.ui.Item[Any]) -> discord.ui.Label[Any]:
    return discord.ui.Label(text=text, description=description or None, component=component)


@contextmanager
def typed_again(told: Written) -> Iterator[None]:
    """Say behind a refusal what was typed: Discord's forms forget it."""
    try:
        yield
    except GradusError as refusal:
        typed = (told.get(name, "").strip() for name in ("name", "about", "meeting", "zone"))
        raise GradusError(f"{refusal}\nYou wrote: {' · '.join(quoted(one) for one in typed if one)}") from refusal


def outline_in(told: Written, pace: int) -> Outline:
    """What stands in a form of what a group is to be; `pace` where the form does not say."""
    chosen = told.get("pace", "")
    return Outline(
        told.get("name", ""),
        told.get("about", ""),
        told.get("meeting", ""),
        told.get("zone", ""),
        int(chosen) if chosen.isdecimal() else pace,
    )


def rules_in(told: Written, before: Group) -> Rules:
    """What stands in a form of rules; what it does not ask for stays as it was before.

    Raises:
        GradusError: something is no number.
    """
    return Rules(
        approval=told["entry"] == "approval" if told.get("entry") else before.approval,
        size=_number("People in the group", told.get("size", "")),
        minutes=_number("Minutes of a meeting", told.get("minutes", "")),
        wants_channel=told["place"] == "channel" if told.get("place") else before.wants_channel,
        wants_role=told["role"] == "yes" if told.get("role") else before.wants_role,
    )


def rules_of_new(about: re.Match[str]) -> Rules:
    """What the id of a form of a new group carries."""
    return Rules(
        approval=about["approval"] == "1",
        size=int(about["size"]),
        wants_channel=about["channel"] == "1",
        wants_role=about["role"] == "1",
    )


def _number(what: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise GradusError(f"{what}: write a whole number, such as 8.")
    return int(text)


def _outline_of(group: Group, catalogue: Catalogue) -> Outline:
    """A group as its owner would type it."""
    titles = [catalogue.concepts[id].title for id in group.concepts if id in catalogue.concepts]
    stage = catalogue.stages[group.stage].title if group.stage and group.stage in catalogue.stages else ""
    meeting = f"{WEEKDAYS[group.meeting.weekday]} {group.meeting.at:%H:%M}" if group.meeting else ""
    return Outline(group.name, stage or ", ".join(titles), meeting, group.zone, group.pace)
