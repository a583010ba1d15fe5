"""What learners tell of themselves at the start: a goal, a level, the hour for questions and the time zone."""

import functools
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from typing import Final

from sqlite_utils import Database

from bot.prompting import Prompting
from bot.road.store import ProfileStore
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError, did_you_mean
from foundation.store import LearnerStore

GOALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "understand": "Understand how deep learning works",
        "build": "Build projects of my own",
        "job": "Find a job with it",
        "research": "Read papers and do research",
    }
)
"""What learners come for, by id."""

LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "foundations": "New to it: I begin with maths and Python",
        "beginner": "I know Python and some maths",
        "intermediate": "I have trained simple networks",
        "advanced": "I know CNNs, RNNs and how to train them",
    }
)
"""Where learners stand, by the stage of the roadmap at which they begin."""

_HOUR = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?\s*h?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Profile:
    """What a learner has told; None where they have not.

    Attributes:
        goal: one of `GOALS`.
        level: one of `LEVELS`: the stage to begin at; earlier ones are taken as known.
        hour: of the day, local to `zone`.
        zone: an IANA time zone such as `Europe/Paris`.
    """

    goal: str | None = None
    level: str | None = None
    hour: time | None = None
    zone: str | None = None


def parse_hour(text: str) -> time:
    """The hour of the day that somebody typed: `8`, `08:30`, `8.30 pm`, `20h30`.

    Raises:
        GradusError: it can't be read as one.
    """
    found = _HOUR.fullmatch(text.strip())
    if found is not None:
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
            half = ""
        if not half and hour < 24 and minute < 60:
            return time(hour, minute)
    raise GradusError(f"I can't read {_quoted(text)} as an hour. Write it like 08:30 or 8:30 pm.")


def parse_zone(text: str) -> str:
    """The time zone that somebody typed: `Europe/Paris`, `paris` or `new york`.

    Raises:
        GradusError: there is none of that name; one that is spelt alike is suggested.
    """
    zones = _zones()
    wanted = re.sub(r"\s+", "_", text.strip()).casefold()
    whole = {zone.casefold(): zone for zone in zones}
    if wanted in whole:
        return whole[wanted]
    cities = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in sorted(zones, key=_rank, reverse=True)}
    if wanted in cities:
        return cities[wanted]
    hint = did_you_mean(wanted, [*cities]) or ". Name a large city in it, such as Paris or Asia/Tokyo"
    raise GradusError(f"I know no time zone {_quoted(text)}{hint}.")


@functools.cache
def _zones() -> frozenset[str]:
    """Every time zone; the library reads hundreds of files for it, which typing a letter must not."""
    return frozenset(zoneinfo.available_timezones())


def matching_zones(typed: str, most: int) -> list[str]:
    """The time zones whose name holds what is typed so far, those that begin with it first; continents' own only."""
    wanted = re.sub(r"\s+", "_", typed.strip()).casefold()
    zones = (zone for zone in _zones() if "/" in zone and not _rank(zone)[0])
    found = (zone for zone in zones if wanted in zone.casefold())
    return sorted(found, key=lambda zone: (not zone.rsplit("/", 1)[-1].casefold().startswith(wanted), zone))[:most]


def _rank(zone: str) -> tuple[bool, bool, str]:
    """Where a city has several entries: those of a continent first, old names of other tables last."""
    return (zone.startswith(("US/", "Etc/", "posix/", "right/")), "/" not in zone, zone)


def _quoted(text: str) -> str:
    """A few words that somebody typed, so that they can neither mark up nor ping."""
    return "'" + re.sub(r"[^\w/+:. -]", "", text.strip())[:40] + "'"


class Profiles:
    """The use case of telling Gradus about oneself."""

    def __init__(self, database: DatabaseThread, prompting: Prompting) -> None:
        self._database = database
        self._prompting = prompting
        self._store = ProfileStore()
        self._learners = LearnerStore()

    async def of(self, person: int) -> Profile:
        """What a Discord account has told; nothing is kept by looking."""

        def read(database: Database) -> Profile:
            learner = self._learners.find(database, person)
            if learner is None:
                return Profile()
            row = self._store.find(database, learner.id)
            hour = time.fromisoformat(row["hour"]) if row.get("hour") else None
            return Profile(row.get("goal"), row.get("level"), hour, learner.zone)

        return await self._database.run(read)

    async def keep(self, person: int, profile: Profile, now: datetime, *, server: int | None = None) -> None:
        """Keep what a Discord account has told, in place of what it told before; daily questions go by it at once.

        Args:
            server: where they told it, if in a server.

        Raises:
            GradusError: the goal or the level is none of ours.
        """
        if profile.goal not in (None, *GOALS) or profile.level not in (None, *LEVELS):
            raise GradusError("Discord still shows an old form. Close it and open it once more.")

        def write(database: Database) -> None:
            learner = self._learners.learner_for(database, person, now)
            hour = profile.hour.isoformat("minutes") if profile.hour else None
            with writing(database):
                self._store.keep(database, learner.id, profile.goal, profile.level, hour)
                self._learners.set_zone(database, learner.id, profile.zone)

        await self._database.run(write)
        before = await self._prompting.daily(person)
        if profile.hour is None or profile.zone is None:
            if before.hour is not None:
                await self._prompting.off(person, now)
        elif before.hour == profile.hour and before.zone != profile.zone:  # a traveller's stay paused if they were
            await self._prompting.move(person, profile.zone, now)
        elif before.hour != profile.hour:
            await self._prompting.set_daily(person, profile.hour, profile.zone, before.place, now, server=server)
