"""Study groups' weeks on disk: where each stands in its plan, the outbox of what is said to it, who came to its
meetings, and who was nudged.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database, Migrations

from bot.groups.group import Group
from bot.groups.week import Course, Kind, Occasion
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows

Said = dict[str, Any]
"""What was settled for a post before it was sent: a few names and numbers, as JSON."""


RESTS = "the group rests"
"""Why a post was skipped that may still come, if the group wakes in time."""


@dataclass(frozen=True)
class Post:
    """Something that waits to be said to a group.

    Attributes:
        id: of its row.
        occasion: what it is, and when it is due and too late.
        tries: how often it was handed to Discord so far.
        unsure: whether it was, and nobody knows what became of it.
    """

    id: int
    group: str
    occasion: Occasion
    tries: int
    unsure: bool


@dataclass(frozen=True)
class Nudge:
    """A word to one learner, about the week of a group that they are in.

    Attributes:
        day: the Thursday, by the learner's own calendar.
        until: from when on it comes too late (UTC).
    """

    learner: int
    group: str
    day: date
    until: datetime


class WeekStore:
    """The tables `group_weeks`, `group_posts`, `group_attendance` and `group_nudges`."""

    migrations = Migrations("group weeks")

    # ------------------------------------------------------------------------------------ the course

    def changed(self, database: Database, most: int) -> tuple[str, ...]:
        """Groups whose plan, times or name are not what their weeks were last timed by; at most `most`."""
        rows = database.execute(
            f"select id from study_groups left join group_weeks on group_id = id "
            f"where timed_by is not {_TIMED_BY} and (state = 'active' or group_id is not null) limit ?",
            [most],
        )
        return tuple(row[0] for row in rows.fetchall())

    def course(self, database: Database, group: Group) -> Course | None:
        """A group's way through what it learned when it was last timed, or None where it never was."""
        rows = list(
            database.query("select since, without, concepts, pace from group_weeks where group_id = ?", [group.id])
        )
        if not rows:
            return None
        row = rows[0]
        before = replace(group, concepts=tuple(json.loads(row["concepts"])), pace=row["pace"])
        return Course(before, date.fromisoformat(row["since"]), frozenset(json.loads(row["without"])))

    def time(self, database: Database, course: Course, next_at: datetime | None, now: datetime) -> None:
        """Keep a group's way and when something is next to be said to it; its scheduled event is due for a look."""
        group = course.group
        with writing(database):
            database.execute(
                f"""
                insert into group_weeks (group_id, since, without, concepts, pace, next_at, event_due, timed_by)
                select id, ?, ?, ?, ?, ?, ?, {_TIMED_BY} from study_groups where id = ?
                on conflict (group_id) do update set since = excluded.since, without = excluded.without,
                    concepts = excluded.concepts, pace = excluded.pace, next_at = excluded.next_at,
                    event_due = excluded.event_due, timed_by = excluded.timed_by
                """,
                [
                    course.since.isoformat(),
                    json.dumps(sorted(course.without)),
                    json.dumps(group.concepts),
                    group.pace,
                    utc_text(next_at) if next_at else None,
                    utc_text(now),
                    group.id,
                ],
            )

    def pass_over(self, database: Database, course: Course) -> None:
        """Keep that a course does without some more concepts."""
        with writing(database):
            database.execute(
                "update group_weeks set without = ? where group_id = ?",
                [json.dumps(sorted(course.without)), course.group.id],
            )

    def is_timed(self, database: Database, group: str) -> bool:
        """Whether something is to be said to a group some time: it was not archived when it was last timed."""
        row = database.execute("select next_at from group_weeks where group_id = ?", [group]).fetchone()
        return bool(row and row[0])

    def due(self, database: Database, now: datetime, most: int) -> tuple[str, ...]:
        """Groups to which something is to be said at `now`, the longest due first."""
        rows = database.execute(
            "select group_id from group_weeks where next_at <= ? order by next_at limit ?", [utc_text(now), most]
        )
        return tuple(row[0] for row in rows.fetchall())

    def step(self, database: Database, group: str, next_at: datetime | None) -> None:
        """Keep when something is next to be said to a group; None: never."""
        with writing(database):
            database.execute(
                "update group_weeks set next_at = ? where group_id = ?", [utc_text(next_at) if next_at else None, group]
            )

    # ---------------------------------------------------------------------------------------- pauses

    def paused_at(self, database: Database, group: str) -> datetime | None:
        """Since when a group's posts rest, or None where they do not."""
        row = database.execute("select paused_at from group_weeks where group_id = ?", [group]).fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    def pause(self, database: Database, group: str, at: datetime) -> None:
        """Let a group's posts rest from a moment on; its scheduled event is due for a look."""
        with writing(database):
            database.execute(
                "update group_weeks set paused_at = ?, event_due = ? where group_id = ?",
                [utc_text(at), utc_text(at), group],
            )

    def wake(self, database: Database, group: str) -> None:
        """Let a group's posts come again, those too that rested until now; how long it was silent is forgotten."""
        with writing(database):
            database.execute("update group_weeks set paused_at = null where group_id = ?", [group])
            database.execute("update group_posts set silent = 0 where group_id = ? and silent > 0", [group])
            database.execute(
                "delete from group_posts where group_id = ? and state = 'skipped' and why = ?", [group, RESTS]
            )

    def silent_before(self, database: Database, group: str, day: date) -> int:
        """How many weeks in a row before a digest's day had been silent when their digests were sent."""
        row = database.execute(
            "select silent from group_posts where group_id = ? and kind = 'digest' and local_date < ? "
            "and state = 'sent' order by local_date desc limit 1",
            [group, day.isoformat()],
        ).fetchone()
        return int(row[0]) if row else 0

    # ---------------------------------------------------------------------------------------- events

    def events_due(self, database: Database, now: datetime, most: int) -> tuple[str, ...]:
        """Groups whose scheduled event is due for a look."""
        rows = database.execute(
            "select group_id from group_weeks where event_due <= ? order by event_due limit ?", [utc_text(now), most]
        )
        return tuple(row[0] for row in rows.fetchall())

    def event_seen(self, database: Database, group: str, due: datetime | None, trouble: str) -> None:
        """Keep when a group's event is next due for a look, and what an admin can do about it, or an empty text."""
        with writing(database):
            database.execute(
                "update group_weeks set event_due = ?, event_trouble = ? where group_id = ?",
                [utc_text(due) if due else None, trouble, group],
            )

    def event_trouble(self, database: Database, group: str) -> str:
        """What stands in the way of a group's scheduled events, in words; empty where nothing does."""
        row = database.execute("select event_trouble from group_weeks where group_id = ?", [group]).fetchone()
        return str(row[0]) if row else ""

    def look_at_events(self, database: Database, now: datetime) -> None:
        """Have every group's event looked at, as after a start."""
        with writing(database):
            database.execute("update group_weeks set event_due = ? where event_due is not null", [utc_text(now)])

    # ---------------------------------------------------------------------------------------- outbox

    def plan(self, database: Database, group: str, occasions: Iterable[Occasion]) -> None:
        """Put occasions into the outbox that are not there yet."""
        with writing(database):
            database.conn.executemany(
                "insert or ignore into group_posts "
                "(group_id, kind, local_date, monday, due_at, until, state, tries, next_try_at) "
                "values (?, ?, ?, ?, ?, ?, 'planned', 0, ?)",
                [
                    (
                        group,
                        one.kind,
                        one.day.isoformat(),
                        one.monday.isoformat(),
                        utc_text(one.at),
                        utc_text(one.until),
                        utc_text(one.at),
                    )
                    for one in occasions
                ],
            )

    def next_open(self, database: Database, now: datetime) -> Post | None:
        """What has waited longest of all that is to be tried at `now`, or None."""
        rows = database.query(
            "select * from group_posts where next_try_at <= ? and state = 'planned' order by next_try_at, id limit 1",
            [utc_text(now)],
        )
        return next(map(_post, rows), None)

    def claim(self, database: Database, id: int) -> bool:
        """Mark something as being sent, just before it is; False where it does not wait any more."""
        with writing(database):
            claimed = database.execute(
                "update group_posts set state = 'sending', tries = tries + 1, unsure = 1 "
                "where id = ? and state = 'planned'",
                [id],
            )
            return claimed.rowcount == 1

    def take_up(self, database: Database) -> None:
        """Let what was being sent wait again: for the start, when nothing is."""
        with writing(database):
            database.execute(
                "update group_posts set state = 'planned' where next_try_at is not null and state = 'sending'"
            )

    def put_off(self, database: Database, id: int, until: datetime, *, refused: bool) -> None:
        """Try again at a moment; `refused`: it surely did not arrive."""
        with writing(database):
            database.execute(
                "update group_posts set state = 'planned', next_try_at = ?, unsure = unsure and not ? where id = ?",
                [utc_text(until), refused, id],
            )

    def settle(self, database: Database, id: int, state: str, why: str = "", *, message: int | None = None) -> None:
        """Keep how it ended: `sent`, `skipped` or `failed`."""
        with writing(database):
            database.execute(
                "update group_posts set state = ?, why = ?, message = ?, next_try_at = null where id = ?",
                [state, why, str(message) if message else None, id],
            )

    def set_silent(self, database: Database, id: int, weeks: int) -> None:
        """Keep with a digest how many weeks in a row were silent."""
        with writing(database):
            database.execute("update group_posts set silent = ? where id = ?", [weeks, id])

    def keep_said(self, database: Database, id: int, said: Said) -> None:
        """Keep what a post says, so that it says the same when it is tried again."""
        with writing(database):
            database.execute("update group_posts set said = ? where id = ?", [json.dumps(said), id])

    def said(self, database: Database, group: str, kind: Kind, monday: date) -> Said | None:
        """What a week's post says, or None where that was not settled."""
        row = database.execute(
            "select said from group_posts where group_id = ? and kind = ? and monday = ? and said is not null "
            "order by local_date desc limit 1",
            [group, kind, monday.isoformat()],
        ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def occasion(self, database: Database, group: str, kind: Kind, day: date) -> Occasion | None:
        """An occasion that was put into the outbox, or None where there is none."""
        rows = database.query(
            "select * from group_posts where group_id = ? and kind = ? and local_date = ?",
            [group, kind, day.isoformat()],
        )
        return next((_post(row).occasion for row in rows), None)

    def forget_before(self, database: Database, moment: datetime) -> None:
        """Remove what was due before a moment."""
        with writing(database):
            database.execute("delete from group_posts where due_at < ?", [utc_text(moment)])
            day = moment.date().isoformat()
            database.execute("delete from group_attendance where local_date < ?", [day])
            database.execute("delete from group_nudges where local_date < ?", [day])

    # ------------------------------------------------------------------------------- members' effort

    def practised_within(self, database: Database, learner: int, since: date, until: date) -> bool:
        """Whether a learner has answered anything on the study dates of a span, both ends included."""
        row = database.execute(
            "select 1 from attempts where learner = ? and study_date between ? and ? "
            "and attempt not in (select attempt from attempt_undos) limit 1",
            [learner, since.isoformat(), until.isoformat()],
        ).fetchone()
        return row is not None

    def practised_after(self, database: Database, learners: Collection[int], moment: datetime) -> bool:
        """Whether any of some learners has answered anything after a moment."""
        row = database.execute(
            f"select 1 from attempts where learner in ({_marks(learners)}) and at > ? limit 1",
            [*learners, utc_text(moment)],
        ).fetchone()
        return row is not None

    # ------------------------------------------------------------------------------------ attendance

    def come(self, database: Database, group: str, day: date, learner: int, now: datetime) -> bool:
        """Keep that a learner came to a meeting; False where that is known."""
        with writing(database):
            came = database.execute(
                "insert or ignore into group_attendance (group_id, local_date, learner, at) values (?, ?, ?, ?)",
                [group, day.isoformat(), learner, utc_text(now)],
            )
            return came.rowcount == 1

    def came(self, database: Database, group: str, monday: date) -> int | None:
        """How many came to the meeting of a group's week; None where it had none."""
        row = database.execute(
            """
            select count(learner) from group_posts left join group_attendance using (group_id, local_date)
            where group_posts.group_id = ? and kind = 'meeting' and monday = ? and group_posts.state = 'sent'
            group by group_posts.local_date order by group_posts.local_date desc limit 1
            """,
            [group, monday.isoformat()],
        ).fetchone()
        return int(row[0]) if row else None

    # ---------------------------------------------------------------------------------------- nudges

    def plan_nudge(self, database: Database, nudge: Nudge, at: datetime) -> None:
        """Plan a nudge, unless its learner has one of that day, from whatever group."""
        with writing(database):
            database.execute(
                "insert or ignore into group_nudges (learner, local_date, group_id, state, due_at, until) "
                "values (?, ?, ?, 'planned', ?, ?)",
                [nudge.learner, nudge.day.isoformat(), nudge.group, utc_text(at), utc_text(nudge.until)],
            )

    def next_nudge(self, database: Database, now: datetime) -> Nudge | None:
        """The nudge that has waited longest of those due, or None."""
        rows = database.query(
            "select * from group_nudges where state = 'planned' and due_at <= ? order by due_at limit 1",
            [utc_text(now)],
        )
        return next(
            (
                Nudge(
                    row["learner"],
                    row["group_id"],
                    date.fromisoformat(row["local_date"]),
                    datetime.fromisoformat(row["until"]),
                )
                for row in rows
            ),
            None,
        )

    def settle_nudge(self, database: Database, nudge: Nudge, state: str) -> None:
        """Keep what became of a nudge: `sent`, `skipped` or `failed`. It is never tried again."""
        with writing(database):
            database.execute(
                "update group_nudges set state = ? where learner = ? and local_date = ?",
                [state, nudge.learner, nudge.day.isoformat()],
            )

    # --------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            table: list(database.query(f"select * from {table} where learner = ?", [learner]))
            for table in ("group_attendance", "group_nudges")
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove everything of a learner; no nudge that waits is sent."""
        with writing(database):
            for table in ("group_attendance", "group_nudges"):
                database.execute(f"delete from {table} where learner = ?", [learner])


# What the plan and the times of a group follow from, in one text.
_TIMED_BY = (
    "(state || '|' || name || '|' || study_groups.concepts || '|' || study_groups.pace || '|' || "
    "coalesce(weekday || ' ' || meets_at, '') || '|' || zone || '|' || minutes)"
)


def _marks(some: Collection[int]) -> str:
    return ", ".join("?" * len(some))


def _post(row: Mapping[str, Any]) -> Post:
    occasion = Occasion(
        kind=row["kind"],
        day=date.fromisoformat(row["local_date"]),
        monday=date.fromisoformat(row["monday"]),
        at=datetime.fromisoformat(row["due_at"]),
        until=datetime.fromisoformat(row["until"]),
    )
    return Post(row["id"], row["group_id"], occasion, row["tries"], bool(row["unsure"]))


@WeekStore.migrations()
def create_group_weeks(database: Database) -> None:
    database.execute(
        """
        create table group_weeks (
            group_id text primary key,
            since text not null,
            without text not null,
            concepts text not null,
            pace integer not null,
            timed_by text not null,
            next_at text,  -- null while the group is archived
            paused_at text,
            event_due text,  -- null while its scheduled event needs no look
            event_trouble text not null default ''
        )
        """
    )
    database.execute("create index group_weeks_due on group_weeks (next_at) where next_at is not null")
    database.execute("create index group_weeks_events on group_weeks (event_due) where event_due is not null")
    database.execute(
        """
        create table group_posts (
            id integer primary key autoincrement,  -- never used again, so that none settles another's
            group_id text not null,
            kind text not null,
            local_date text not null,
            monday text not null,
            due_at text not null,
            until text not null,
            state text not null,  -- planned, sending, sent, skipped, failed
            why text not null default '',
            tries integer not null,
            unsure integer not null default 0,
            next_try_at text,  -- null once it is settled
            message text,
            said text,
            silent integer not null default 0,  -- of a digest: silent weeks in a row
            unique (group_id, kind, local_date)
        )
        """
    )
    database.execute("create index group_posts_open on group_posts (next_try_at) where next_try_at is not null")
    database.execute("create index group_posts_by_time on group_posts (due_at)")
    database.execute(
        """
        create table group_attendance (
            group_id text not null,
            local_date text not null,
            learner integer not null,
            at text not null,
            primary key (group_id, local_date, learner)
        ) without rowid
        """
    )
    database.execute("create index group_attendance_learner on group_attendance (learner)")
    database.execute(
        """
        create table group_nudges (
            learner integer not null,
            local_date text not null,
            group_id text not null,
            state text not null,  -- planned, sent, skipped, failed
            due_at text not null,
            until text not null,
            primary key (learner, local_date)  -- one a week, from all groups together
        ) without rowid
        """
    )
    database.execute("create index group_nudges_due on group_nudges (due_at) where state = 'planned'")
