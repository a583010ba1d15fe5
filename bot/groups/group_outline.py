"""What a study group is to be, as somebody typed it, read into what it is."""

import re
from dataclasses import dataclass

from bot.groups.group import USUAL_MEETING, USUAL_PACE, USUAL_PEOPLE, WEEKDAYS, Group, Meeting
from bot.questions import harmless
from bot.road.profile import parse_hour, parse_zone
from content.catalogue import Catalogue, fold
from foundation.errors import GradusError, did_you_mean

MOST_CONCEPTS = 40
MOST_PARTS = 4  # that the commas of a title make of it
UTC_ZONE = "UTC"

_MEETING = re.compile(r"(?P<day>[a-z]{2,10})\.?,?\s+(?:at\s+)?(?P<hour>.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Outline:
    """What a group is about and when it meets, as somebody typed it; empty texts where they did not.

    Attributes:
        about: a stage, or concepts with commas between them.
        meeting: a day and an hour, such as `Tuesday 18:00`.
    """

    name: str
    about: str
    meeting: str = ""
    zone: str = ""
    pace: int = USUAL_PACE


@dataclass(frozen=True)
class Rules:
    """Who gets into a group, and where it talks."""

    approval: bool = False
    size: int = USUAL_PEOPLE
    minutes: int = USUAL_MEETING
    wants_channel: bool = False
    wants_role: bool = False


def meant(text: str, catalogue: Catalogue) -> tuple[str | None, tuple[str, ...]]:
    """What a group is to learn, as somebody typed it: a stage with its concepts, or concepts with commas between
    them, in the road's order.

    Raises:
        GradusError: it names nothing, or something that there is not.
    """
    wanted = fold(text)
    for stage in catalogue.stages.values():
        if wanted in (stage.id, fold(stage.title)):
            return stage.id, tuple(one.id for one in catalogue.concepts.values() if one.stage == stage.id)
    named = _concepts(text, catalogue)
    if not named:
        raise GradusError("Say what the group learns: a stage such as Foundations, or concepts with commas between.")
    if len(named) > MOST_CONCEPTS:
        raise GradusError(f"{len(named)} concepts are too many for one group: choose at most {MOST_CONCEPTS}.")
    return None, tuple(id for id in catalogue.concepts if id in named)


def _concepts(text: str, catalogue: Catalogue) -> set[str]:
    """The concepts that a text names, with commas between them; some titles have commas of their own."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    named = set[str]()
    while parts:
        runs = (", ".join(parts[:length]) for length in range(min(len(parts), MOST_PARTS), 0, -1))
        length, id = next(
            ((run.count(", ") + 1, id) for run in runs if (id := _concept(run, catalogue)) is not None), (0, None)
        )
        if id is None:
            raise GradusError(_unknown(parts[0], catalogue))
        named.add(id)
        parts = parts[length:]
    return named


def _concept(text: str, catalogue: Catalogue) -> str | None:
    """The id of the concept of that id, title or other name."""
    if text in catalogue.concepts:
        return text
    titled = (one.id for one in catalogue.concepts.values() if fold(one.title) == fold(text))
    found = catalogue.named(text)
    return next(titled, found.id if found else None)


def _unknown(text: str, catalogue: Catalogue) -> str:
    titles = [one.title for one in catalogue.stages.values()] + [one.title for one in catalogue.concepts.values()]
    hint = did_you_mean(fold(text), [*map(fold, titles), *catalogue.aliases])
    return f"I teach nothing called '{_shown(text)}'{hint}. `/learn` shows the map."


def _shown(text: str) -> str:
    """A few words that somebody typed, so that they can neither mark up nor ping."""
    return re.sub(r"[^\w+:. -]", "", text.strip())[:40]


def parse_meeting(text: str) -> Meeting | None:
    """The day and the hour that somebody typed: `Tuesday 18:00`, `tue 6 pm`; None for an empty text.

    Raises:
        GradusError: it can't be read as such.
    """
    if not text.strip():
        return None
    found = _MEETING.fullmatch(text.strip())
    days = [number for number, day in enumerate(WEEKDAYS) if found and _is_day(found["day"], day)]
    if found is None or len(days) != 1:
        raise GradusError(
            f"I can't read '{_shown(text)}' as a meeting. Write a day and an hour, such as Tuesday 18:00."
        )
    return Meeting(days[0], parse_hour(found["hour"]))


def _is_day(typed: str, day: str) -> bool:
    wanted = typed.casefold().removesuffix("s") if len(typed) > 5 else typed.casefold()
    return len(wanted) >= 2 and (day.casefold().startswith(wanted) or wanted == day.casefold().removesuffix("s"))


def when(outline: Outline, before: str | None) -> tuple[str, Meeting | None, tuple[str, ...]]:
    """The zone and the meeting that were typed, and what could not be read of them."""
    complaints: list[str] = []
    zone, meeting = before, None
    try:
        zone = parse_zone(outline.zone) if outline.zone.strip() else before
    except GradusError as refusal:
        complaints.append(str(refusal))
    try:
        meeting = parse_meeting(outline.meeting)
    except GradusError as refusal:
        complaints.append(str(refusal))
    if meeting is not None and (zone is None or complaints):
        meeting = None
        complaints.append("The meeting waits for its time zone: name a large city in it.")
    return zone or UTC_ZONE, meeting, tuple(complaints)


def name_of(text: str, there: list[Group]) -> str:
    name = " ".join(harmless(text).split())
    if any(one.name.casefold() == name.casefold() for one in there):
        raise GradusError("A group here has that name already: `/group find` shows it. Choose another name, or join.")
    return name
