"""What a study group's place on Discord is to show: read for whoever settles it, and kept when it is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.groups.group import Group, Member, News, Place, Request
from bot.groups.group_store import GroupStore
from foundation.database import DatabaseThread


@dataclass(frozen=True)
class ToSettle:
    """A group with all that its place on Discord is to show.

    Attributes:
        departed: who has left the group and not yet its place: learners with their Discord accounts.
        changes: how many changes there are to settle.
    """

    group: Group
    members: tuple[Member, ...]
    departed: tuple[tuple[int, int], ...]
    requests: tuple[Request, ...]
    changes: int


class Settling:
    """Reads and keeps; everything that it keeps is about places, never about who is in a group."""

    def __init__(self, database: DatabaseThread) -> None:
        self._database = database
        self._store = GroupStore()

    async def tell(self, id: str, learner: int, news: News, now: datetime) -> None:
        """Keep what happened to a group until a learner next looks at theirs."""
        await self._database.run(lambda database: self._store.notify(database, learner, id, news, now))

    async def active(self) -> tuple[Group, ...]:
        """Every group that goes on."""
        return await self._database.run(self._store.active)

    async def unsettled(self) -> tuple[Group, ...]:
        """The groups whose place does not show yet what changed."""
        return await self._database.run(self._store.unsettled)

    async def to_settle(self, id: str) -> ToSettle | None:
        """All that is needed to settle a group's place, or None where the group is gone."""

        def read(database: Database) -> ToSettle | None:
            group = self._store.find(database, id)
            if group is None:
                return None
            return ToSettle(
                group,
                self._store.members(database, id),
                self._store.departed(database, id),
                self._store.requests(database, id),
                self._store.changes(database, id),
            )

        return await self._database.run(read)

    async def keep_place(self, id: str, place: Place) -> None:
        """Keep what a group has on Discord."""
        await self._database.run(lambda database: self._store.set_place(database, id, place))

    async def keep_home(self, id: str, channel: int) -> None:
        """Keep the channel under which a group's thread is opened."""
        await self._database.run(lambda database: self._store.set_home(database, id, channel))

    async def keep_trouble(self, id: str, trouble: str) -> None:
        """Keep what stands in the way of its place."""
        await self._database.run(lambda database: self._store.set_trouble(database, id, trouble))

    async def keep_placed(self, id: str, learner: int | None, placed: bool) -> None:
        """Keep whether a member (None: every one) was let into the place."""
        await self._database.run(lambda database: self._store.set_placed(database, id, learner, placed))

    async def keep_request_message(self, id: str, learner: int, message: int) -> None:
        """Keep the message that asks a group's owner."""
        await self._database.run(lambda database: self._store.set_request_message(database, id, learner, message))

    async def seen_off(self, id: str, learner: int) -> None:
        """Keep that somebody who has left the group has left its place too."""
        await self._database.run(lambda database: self._store.see_off(database, id, learner))

    async def unsettle(self, id: str) -> None:
        """Have a group's place looked at."""
        await self._database.run(lambda database: self._store.unsettle(database, id))

    async def settled(self, one: ToSettle) -> None:
        """Keep that a group's place shows all that changed until then."""
        await self._database.run(lambda database: self._store.settle(database, one.group.id, one.changes))
