"""The use case of a server's own rules: what is set, who is let in, and changing both."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.servers.settings import Rates, ServerSettings
from bot.servers.store import ServerStore
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError

DIRECT_PER_HOUR = 60  # questions in direct messages, where no server's limit holds

BLOCKED = "This server's moderators have switched me off for you here. Ask them if you think it is a mistake."


class Servers:
    """Each server's settings and block list; every door that answers asks `admit` first, and every button
    that makes or keeps something `refuse_blocked`.
    """

    def __init__(self, database: DatabaseThread) -> None:
        self._database = database
        self._store = ServerStore()
        self._rates = Rates()

    async def settings(self, server: int) -> ServerSettings:
        """What is set for a server, or the defaults."""
        return await self._database.run(lambda database: self._store.settings(database, server))

    async def change(self, server: int, change: Callable[[ServerSettings], ServerSettings]) -> ServerSettings:
        """Keep what `change` makes of a server's settings, and return it. Two changes at once are both kept.

        Raises:
            GradusError: the changed settings are out of bounds; nothing is kept.
        """

        def keep(database: Database) -> ServerSettings:
            with writing(database):
                changed = change(self._store.settings(database, server))
                self._store.keep(database, server, changed)
            return changed

        return await self._database.run(keep)

    async def block(self, server: int, person: int, now: datetime) -> None:
        """Answer this Discord account no more in this server."""
        await self._database.run(lambda database: self._store.block(database, server, person, now))

    async def unblock(self, server: int, person: int) -> None:
        """Answer it again."""
        await self._database.run(lambda database: self._store.unblock(database, server, person))

    async def blocked(self, server: int) -> tuple[int, ...]:
        """The Discord accounts on a server's block list, the newest first."""
        return await self._database.run(lambda database: self._store.blocked(database, server))

    async def admit(self, server: int | None, person: int, now: datetime) -> None:
        """Let a person ask once more; `server` is None in direct messages.

        Raises:
            GradusError: they are blocked there, or have asked as often as the server's hourly limit allows.
        """
        most = DIRECT_PER_HOUR if server is None else await self._limit(server, person)
        wait = self._rates.wait(server, person, most, now)
        if wait is not None:
            raise GradusError(
                f"You have reached {_counted(most, 'question')} within an hour, the most {_where(server)}. "
                f"The next one is free in {_minutes(wait)}."
            )

    async def refuse_blocked(self, server: int | None, person: int) -> None:
        """Let a person on, at the buttons of messages from before; no question is counted.

        Raises:
            GradusError: they are blocked there.
        """
        if server is not None:
            await self._limit(server, person)

    async def _limit(self, server: int, person: int) -> int:
        def read(database: Database) -> int:
            if self._store.is_blocked(database, server, person):
                raise GradusError(BLOCKED)
            return self._store.settings(database, server).questions_per_hour

        return await self._database.run(read)

    async def forget_idle(self, now: datetime) -> None:
        """Let go of the rates of people who have been silent: a tick for once an hour."""
        self._rates.forget_idle(now)


def _where(server: int | None) -> str:
    return "in direct messages" if server is None else "this server allows"


def _minutes(wait: timedelta) -> str:
    return _counted(max(1, math.ceil(wait.total_seconds() / 60)), "minute")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
