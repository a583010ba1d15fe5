"""Study groups, their members and those who ask to join, on disk."""

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlite_utils import Database, Migrations

from bot.groups.group import Group, Meeting, Member, News, Notice, Place, Request, State
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows

NAMELESS = "A former group"


class GroupStore:
    """The tables `study_groups`, `group_members`, `group_requests`, `group_departures` and `group_notices`.

    Whoever changes a group's people or its own words marks it as unsettled, in the same transaction: what that means
    for its place on Discord is done later, by whoever asks `unsettled`.
    """

    migrations = Migrations("study groups")

    # ---------------------------------------------------------------------------------------- groups

    def add(self, database: Database, group: Group, owner: int) -> None:
        """Keep a new group with its first member, a learner, who owns it."""
        with writing(database):
            values = _row(group)
            names = ", ".join(values)
            database.execute(
                f"insert into study_groups ({names}, unsettled) values ({', '.join('?' * len(values))}, 1)",
                [*values.values()],
            )
            database.execute(
                "insert into group_members (group_id, learner, joined_at, rank) values (?, ?, ?, 'owner')",
                [group.id, owner, utc_text(group.created_at)],
            )

    def keep(self, database: Database, group: Group) -> None:
        """Keep a group in place of what was there, but for its owner, its place and its trouble."""
        with writing(database):
            values = {name: value for name, value in _row(group).items() if name not in _KEPT_APART}
            sets = ", ".join(f"{name} = ?" for name in values)
            database.execute(
                f"update study_groups set {sets}, unsettled = unsettled + 1 where id = ?", [*values.values(), group.id]
            )

    def find(self, database: Database, id: str) -> Group | None:
        """A group, archived ones too, or None where there is none of that id."""
        return next(iter(self._select(database, "where id = ?", [id])), None)

    def of_server(self, database: Database, server: int) -> tuple[Group, ...]:
        """Every group of a server, those that go on first, then by name."""
        return self._select(database, "where server = ? order by state, name", [str(server)])

    def of_learner(self, database: Database, learner: int, server: int | None = None) -> tuple[Group, ...]:
        """The groups that a learner is in, on one server or on all, those that go on first, then by name."""
        where, given = ("and server = ?", [str(server)]) if server is not None else ("", [])
        return self._select(
            database,
            f"where id in (select group_id from group_members where learner = ?) {where} order by state, name",
            [learner, *given],
        )

    def active(self, database: Database) -> tuple[Group, ...]:
        """Every group that goes on, on every server."""
        return self._select(database, "where state = 'active' order by id", [])

    def unsettled(self, database: Database) -> tuple[Group, ...]:
        """The groups of which something changed since they were last settled."""
        return self._select(database, "where unsettled > 0 order by id", [])

    def _select(self, database: Database, where: str, given: list[Any]) -> tuple[Group, ...]:
        rows = database.query(
            "select *, (select learner from group_members where group_id = id and rank = 'owner') as owner "
            f"from study_groups {where}",
            given,
        )
        return tuple(map(_group, rows))

    def set_state(self, database: Database, id: str, state: State) -> None:
        """Archive a group, or let it go on."""
        with writing(database):
            database.execute("update study_groups set state = ?, unsettled = unsettled + 1 where id = ?", [state, id])

    # ----------------------------------------------------------------------------------------- places

    def set_place(self, database: Database, id: str, place: Place) -> None:
        """Keep what a group has on Discord, but for its event, which is `set_event`'s."""
        with writing(database):
            values = {name: value for name, value in _place_row(place).items() if name != "event"}
            sets = ", ".join(f"{name} = ?" for name in values)
            database.execute(f"update study_groups set {sets} where id = ?", [*values.values(), id])

    def set_event(self, database: Database, id: str, event: int | None) -> None:
        """Keep the scheduled event of a group's next meeting."""
        with writing(database):
            database.execute("update study_groups set event = ? where id = ?", [_text(event), id])

    def set_trouble(self, database: Database, id: str, trouble: str) -> None:
        """Keep what stands in the way of a group's place, in words; empty where nothing does."""
        with writing(database):
            database.execute("update study_groups set trouble = ? where id = ?", [trouble, id])

    def set_home(self, database: Database, id: str, channel: int) -> None:
        """Keep the channel under which a group's thread is opened."""
        with writing(database):
            database.execute("update study_groups set home = ? where id = ?", [str(channel), id])

    def unsettle(self, database: Database, id: str) -> None:
        """Mark that something of a group has changed."""
        with writing(database):
            database.execute("update study_groups set unsettled = unsettled + 1 where id = ?", [id])

    def changes(self, database: Database, id: str) -> int:
        """How many changes of a group wait to be settled."""
        row = database.execute("select unsettled from study_groups where id = ?", [id]).fetchone()
        return int(row[0]) if row else 0

    def settle(self, database: Database, id: str, changes: int) -> None:
        """Mark a group as settled, unless more has changed than the `changes` that were."""
        with writing(database):
            database.execute("update study_groups set unsettled = 0 where id = ? and unsettled = ?", [id, changes])

    # ---------------------------------------------------------------------------------------- members

    def members(self, database: Database, id: str) -> tuple[Member, ...]:
        """The people of a group, the longest member first."""
        return self._members(database, "group_id = ?", [id])

    def member(self, database: Database, id: str, learner: int) -> Member | None:
        """A learner as a member of a group, or None where they are none."""
        return next(iter(self._members(database, "group_id = ? and learner = ?", [id, learner])), None)

    def _members(self, database: Database, where: str, given: list[Any]) -> tuple[Member, ...]:
        rows = database.query(
            "select group_members.*, discord_id, learners.zone from group_members join learners using (learner) "
            f"where {where} order by joined_at, group_members.rowid",
            given,
        )
        return tuple(map(_member, rows))

    def counts(self, database: Database, server: int) -> Mapping[str, int]:
        """How many people each group of a server has."""
        rows = database.query(
            "select group_id, count(*) as people from group_members join study_groups on id = group_id "
            "where server = ? group by group_id",
            [str(server)],
        )
        return {row["group_id"]: row["people"] for row in rows}

    def join(self, database: Database, id: str, learner: int, now: datetime) -> bool:
        """Take a learner in, and their request away; False where they are in already."""
        with writing(database):
            joined = database.execute(
                "insert or ignore into group_members (group_id, learner, joined_at, rank) values (?, ?, ?, 'member')",
                [id, learner, utc_text(now)],
            )
            database.execute("delete from group_requests where group_id = ? and learner = ?", [id, learner])
            database.execute("delete from group_departures where group_id = ? and learner = ?", [id, learner])
            if joined.rowcount:
                self._see_to_owner(database, id)
            return joined.rowcount > 0

    def leave(self, database: Database, id: str, learner: int, now: datetime) -> bool:
        """Take a learner out; what was theirs goes to the longest member, who is told, and a group without people is
        archived. False where they were not in it.
        """
        with writing(database):
            own = self.member(database, id, learner)
            if own is None:
                return False
            database.execute("delete from group_members where group_id = ? and learner = ?", [id, learner])
            database.execute("insert or ignore into group_departures (group_id, learner) values (?, ?)", [id, learner])
            self._see_to_owner(database, id)
            heir = next((one for one in self.members(database, id) if one.owns), None)
            if own.owns and heir is not None:
                self.notify(database, heir.learner, id, "handed over", now)
            return True

    def _see_to_owner(self, database: Database, id: str) -> None:
        """After somebody came or went: give a group without an owner one, and archive it where nobody is left."""
        database.execute(
            """
            update group_members set rank = 'owner' where rowid = (
                select rowid from group_members where group_id = ? order by joined_at, rowid limit 1
            ) and not exists (select 1 from group_members where group_id = ? and rank = 'owner')
            """,
            [id, id],
        )
        database.execute(
            "update study_groups set unsettled = unsettled + 1, state = case when exists "
            "(select 1 from group_members where group_id = id) then state else 'archived' end where id = ?",
            [id],
        )

    def hand_over(self, database: Database, id: str, learner: int) -> None:
        """Make a member the owner of a group, in place of whoever is."""
        with writing(database):
            database.execute(
                "update group_members set rank = case when learner = ? then 'owner' else 'member' end "
                "where group_id = ?",
                [learner, id],
            )
            self.unsettle(database, id)

    def set_wishes(self, database: Database, id: str, learner: int, *, shares_name: bool, wants_nudge: bool) -> None:
        """Keep whether digests may name a member, and whether they want to be reminded."""
        with writing(database):
            database.execute(
                "update group_members set shares_name = ?, wants_nudge = ? where group_id = ? and learner = ?",
                [shares_name, wants_nudge, id, learner],
            )

    def set_placed(self, database: Database, id: str, learner: int | None, placed: bool) -> None:
        """Keep whether a member (None: every one) was let into the group's place."""
        which, given = ("and learner = ?", [learner]) if learner is not None else ("", [])
        with writing(database):
            database.execute(f"update group_members set placed = ? where group_id = ? {which}", [placed, id, *given])

    def departed(self, database: Database, id: str) -> tuple[tuple[int, int], ...]:
        """Who has left a group and not yet its place: learners with their Discord accounts."""
        rows = database.query(
            "select learner, discord_id from group_departures join learners using (learner) where group_id = ?", [id]
        )
        return tuple((row["learner"], int(row["discord_id"])) for row in rows)

    def see_off(self, database: Database, id: str, learner: int) -> None:
        """Keep that who has left a group has left its place too."""
        with writing(database):
            database.execute("delete from group_departures where group_id = ? and learner = ?", [id, learner])

    # --------------------------------------------------------------------------------------- requests

    def requests(self, database: Database, id: str) -> tuple[Request, ...]:
        """Who asks to join a group, the first first."""
        rows = database.query(
            "select group_requests.*, discord_id from group_requests join learners using (learner) "
            "where group_id = ? order by at",
            [id],
        )
        return tuple(map(_request, rows))

    def asked(self, database: Database, learner: int) -> frozenset[str]:
        """The groups that a learner asks to join."""
        rows = database.query("select group_id from group_requests where learner = ?", [learner])
        return frozenset(row["group_id"] for row in rows)

    def asked_of(self, database: Database, learner: int) -> frozenset[str]:
        """The groups of a learner's own that somebody asks to join."""
        rows = database.query(
            "select distinct group_id from group_requests join group_members as own using (group_id) "
            "where own.learner = ? and own.rank = 'owner'",
            [learner],
        )
        return frozenset(row["group_id"] for row in rows)

    def ask(self, database: Database, id: str, learner: int, now: datetime) -> bool:
        """Keep that a learner asks to join; False where they have asked already."""
        with writing(database):
            asked = database.execute(
                "insert or ignore into group_requests (group_id, learner, at) values (?, ?, ?)",
                [id, learner, utc_text(now)],
            )
            if asked.rowcount:
                self.unsettle(database, id)
            return asked.rowcount > 0

    def set_request_message(self, database: Database, id: str, learner: int, message: int) -> None:
        """Keep the message that asks a group's owner."""
        with writing(database):
            database.execute(
                "update group_requests set message = ? where group_id = ? and learner = ?", [str(message), id, learner]
            )

    def withdraw(self, database: Database, id: str, learner: int) -> bool:
        """Take a request away; False where there is none."""
        with writing(database):
            gone = database.execute("delete from group_requests where group_id = ? and learner = ?", [id, learner])
            return gone.rowcount > 0

    # ---------------------------------------------------------------------------------------- notices

    def notify(self, database: Database, learner: int, id: str, news: News, now: datetime) -> None:
        """Keep what happened to a group until a learner next looks at theirs."""
        with writing(database):
            database.execute(
                "insert into group_notices (learner, group_id, news, at) values (?, ?, ?, ?)",
                [learner, id, news, utc_text(now)],
            )

    def take_notices(self, database: Database, learner: int) -> tuple[Notice, ...]:
        """What waits for a learner, the oldest first; it does not wait any more."""
        with writing(database):
            rows = database.execute(
                "select name, news from group_notices join study_groups on study_groups.id = group_id "
                "where learner = ? order by group_notices.id",
                [learner],
            )
            notices = tuple(Notice(name, news) for name, news in rows.fetchall())
            database.execute("delete from group_notices where learner = ?", [learner])
            return notices

    # --------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table, and the groups that they own."""
        own = {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in ("group_members", "group_requests", "group_departures", "group_notices")
        }
        owned = database.query(
            "select study_groups.* from study_groups join group_members on group_id = id "
            "where learner = ? and rank = 'owner'",
            [learner],
        )
        return {**own, "study_groups": list(owned)}

    def forget(self, database: Database, learner: int) -> None:
        """Remove the learner from every group: what was theirs goes to the longest member, and a group without people
        is archived. What that means on Discord waits to be settled. Groups that nobody is in lose their names: they
        may be the learner's words, and nobody is left who would need them.
        """
        with writing(database):
            rows = database.query("select group_id from group_members where learner = ?", [learner])
            groups = [row["group_id"] for row in rows]
            for table in ("group_members", "group_requests", "group_departures", "group_notices"):
                database.execute(f"delete from {table} where learner = ?", [learner])
            for id in groups:
                self._see_to_owner(database, id)
            database.execute(
                "update study_groups set name = ? where not exists (select 1 from group_members where group_id = id)",
                [NAMELESS],
            )


_PLACE = ("thread", "channel", "role", "message", "event")
_KEPT_APART = ("id", *_PLACE, "closed", "trouble")


def _row(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "server": str(group.server),
        "name": group.name,
        "stage": group.stage,
        "concepts": json.dumps(group.concepts),
        "pace": group.pace,
        "weekday": group.meeting.weekday if group.meeting else None,
        "meets_at": group.meeting.at.isoformat("minutes") if group.meeting else None,
        "zone": group.zone,
        "minutes": group.minutes,
        "approval": group.approval,
        "size": group.size,
        "created_at": utc_text(group.created_at),
        "home": str(group.home),
        "state": group.state,
        "wants_channel": group.wants_channel,
        "wants_role": group.wants_role,
        "trouble": group.trouble,
        **_place_row(group.place),
    }


def _place_row(place: Place) -> dict[str, Any]:
    return {**{name: _text(getattr(place, name)) for name in _PLACE}, "closed": place.closed}


def _group(row: Mapping[str, Any]) -> Group:
    return Group(
        id=row["id"],
        server=int(row["server"]),
        name=row["name"],
        owner=row["owner"],
        stage=row["stage"],
        concepts=tuple(json.loads(row["concepts"])),
        pace=row["pace"],
        meeting=Meeting(row["weekday"], time.fromisoformat(row["meets_at"])) if row["meets_at"] else None,
        zone=row["zone"],
        minutes=row["minutes"],
        approval=bool(row["approval"]),
        size=row["size"],
        created_at=datetime.fromisoformat(row["created_at"]),
        home=int(row["home"]),
        state=row["state"],
        wants_channel=bool(row["wants_channel"]),
        wants_role=bool(row["wants_role"]),
        place=Place(**{name: _number(row[name]) for name in _PLACE}, closed=bool(row["closed"])),
        trouble=row["trouble"],
    )


def _member(row: Mapping[str, Any]) -> Member:
    return Member(
        learner=row["learner"],
        person=int(row["discord_id"]),
        joined_at=datetime.fromisoformat(row["joined_at"]),
        rank=row["rank"],
        zone=row["zone"],
        shares_name=bool(row["shares_name"]),
        wants_nudge=bool(row["wants_nudge"]),
        placed=bool(row["placed"]),
    )


def _request(row: Mapping[str, Any]) -> Request:
    return Request(
        group=row["group_id"],
        learner=row["learner"],
        person=int(row["discord_id"]),
        at=datetime.fromisoformat(row["at"]),
        message=_number(row["message"]),
    )


def _text(id: int | None) -> str | None:
    return None if id is None else str(id)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


@GroupStore.migrations()
def create_groups(database: Database) -> None:
    database.execute(
        """
        create table study_groups (
            id text primary key,
            server text not null,
            name text not null,
            stage text,
            concepts text not null,
            pace integer not null,
            weekday integer,
            meets_at text,
            zone text not null,
            minutes integer not null,
            approval integer not null,
            size integer not null,
            created_at text not null,
            home text not null,
            state text not null,
            wants_channel integer not null,
            wants_role integer not null,
            trouble text not null,
            thread text,
            channel text,
            role text,
            message text,
            event text,
            closed integer not null,
            unsettled integer not null  -- changes that its place on Discord does not show yet
        )
        """
    )
    database.execute("create index study_groups_server on study_groups (server)")
    database.execute("create index study_groups_unsettled on study_groups (unsettled) where unsettled > 0")
    database.execute(
        """
        create table group_members (
            group_id text not null,
            learner integer not null,
            joined_at text not null,
            rank text not null,  -- owner or member
            shares_name integer not null default 0,
            wants_nudge integer not null default 0,
            placed integer not null default 0,
            primary key (group_id, learner)
        )
        """
    )
    database.execute("create index group_members_learner on group_members (learner)")
    database.execute(
        """
        create table group_requests (
            group_id text not null,
            learner integer not null,
            at text not null,
            message text,
            primary key (group_id, learner)
        )
        """
    )
    database.execute(
        "create table group_departures (group_id text not null, learner integer not null, "
        "primary key (group_id, learner))"
    )
    database.execute(
        "create table group_notices (id integer primary key, learner integer not null, group_id text not null, "
        "news text not null, at text not null)"
    )
