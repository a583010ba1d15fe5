"""Daily prompts on disk: what each learner set, and the outbox of those that wait or went.

A prompt is planned in one transaction with the step of its learner to the next date, and sent apart from it. The
outbox holds at most one for a learner and a date, whatever happens.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows
from quizzes.prompts import Prompt, Schedule, catch_up, is_stale

NonceSource = Callable[[], str]


class PromptStore:
    """The tables `prompts` and `outbox`."""

    migrations = Migrations("prompts")

    # ---------------------------------------------------------------------------------- what was set

    def find(self, database: Database, learner: int) -> Schedule | None:
        """A learner's schedule, or None where they never set one."""
        rows = list(database.query("select * from prompts where learner = ?", [learner]))
        return _schedule(rows[0]) if rows else None

    def keep(self, database: Database, learner: int, schedule: Schedule) -> None:
        """Keep a schedule in place of what was there."""
        with writing(database):
            database.execute(
                """
                insert or replace into prompts (learner, hour, zone, next_date, next_prompt_at, last_date, place,
                    server, thread, failures, paused_for, told)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    learner,
                    schedule.hour.isoformat("minutes") if schedule.hour else None,
                    schedule.zone,
                    schedule.next_date.isoformat() if schedule.next_date else None,
                    utc_text(schedule.next_at) if schedule.next_at else None,
                    schedule.last_date.isoformat() if schedule.last_date else None,
                    schedule.place,
                    str(schedule.server) if schedule.server else None,
                    str(schedule.thread) if schedule.thread else None,
                    schedule.failures,
                    schedule.paused_for,
                    schedule.told,
                ],
            )

    # -------------------------------------------------------------------------------------- planning

    def plan(self, database: Database, now: datetime, most: int, nonces: NonceSource) -> int:
        """Put what is due at `now` into the outbox, for at most `most` learners, and step each to its next date, as
        one; how many learners that were. What is stale by now, after an outage, is put there as skipped.
        """
        with writing(database):
            rows = database.execute(
                "select learner, hour, zone, next_date from prompts where next_prompt_at <= ? "
                "order by next_prompt_at limit ?",
                [utc_text(now), most],
            ).fetchall()
            self._plan(database, rows, now, nonces)
        return len(rows)

    def plan_of(self, database: Database, learner: int, now: datetime, nonces: NonceSource) -> None:
        """The same for one learner, if theirs is due."""
        with writing(database):
            rows = database.execute(
                "select learner, hour, zone, next_date from prompts where learner = ? and next_prompt_at <= ?",
                [learner, utc_text(now)],
            ).fetchall()
            self._plan(database, rows, now, nonces)

    def _plan(
        self, database: Database, rows: list[tuple[int, str, str, str]], now: datetime, nonces: NonceSource
    ) -> None:
        planned, steps = [], []
        began = f"{int(now.timestamp()):x}"  # before each nonce, so that their index grows at its end
        for learner, hour, zone, first in rows:
            day, due, following, at = catch_up(date.fromisoformat(first), time.fromisoformat(hour), zone, now)
            moment = due.isoformat()  # in UTC as it is
            settled = ("skipped", "stale", None) if is_stale(day, due, zone, at, now) else ("planned", None, moment)
            planned.append((learner, day.isoformat(), moment, began + nonces(), *settled))
            steps.append((following.isoformat(), at.isoformat(), day.isoformat(), learner))
        database.conn.executemany(
            "insert or ignore into outbox (learner, local_date, due_at, nonce, state, why, tries, next_try_at) "
            "values (?, ?, ?, ?, ?, ?, 0, ?)",
            planned,
        )
        database.conn.executemany(
            "update prompts set next_date = ?, next_prompt_at = ?, last_date = ? where learner = ?", steps
        )

    # --------------------------------------------------------------------------------------- sending

    def next_open(self, database: Database, now: datetime) -> Prompt | None:
        """The prompt that has waited longest of those to be tried at `now`, or None."""
        rows = database.query(
            """
            select outbox.id, learner, discord_id, local_date, due_at, nonce, tries, prompts.zone, prompts.place,
                server, thread, next_prompt_at, local_date < last_date as superseded
            from outbox join prompts using (learner) join learners using (learner)
            where outbox.next_try_at <= ? and outbox.state = 'planned' order by outbox.next_try_at limit 1
            """,
            [utc_text(now)],
        )
        return next(map(_prompt, rows), None)

    def claim(self, database: Database, id: int) -> bool:
        """Mark a prompt as being sent, just before it is; False where its learner switched prompts off meanwhile."""
        with writing(database):
            claimed = database.execute(
                "update outbox set state = 'sending', tries = tries + 1 where id = ? and state = 'planned' "
                "and exists (select 1 from prompts where learner = outbox.learner and next_prompt_at is not null)",
                [id],
            )
            return claimed.rowcount == 1

    def take_up(self, database: Database) -> None:
        """Let every prompt that was being sent wait again: for the start, when nothing is."""
        with writing(database):
            database.execute("update outbox set state = 'planned' where next_try_at is not null and state = 'sending'")

    def put_off(self, database: Database, id: int, until: datetime) -> None:
        """Try again at a moment (aware)."""
        with writing(database):
            database.execute("update outbox set state = 'planned', next_try_at = ? where id = ?", [utc_text(until), id])

    def mark_sent(self, database: Database, id: int, place: str, message: str, now: datetime) -> None:
        """Keep that a prompt was sent, and where: a place as in `Schedule`, and Discord's id of the message."""
        with writing(database):
            database.execute(
                "update outbox set state = 'sent', next_try_at = null, place = ?, message_id = ?, sent_at = ? "
                "where id = ?",
                [place, message, utc_text(now), id],
            )
            database.execute(
                "update prompts set failures = 0 where failures > 0 and learner = "
                "(select learner from outbox where id = ?)",
                [id],
            )

    def mark_skipped(self, database: Database, id: int, why: str) -> None:
        """Keep that a prompt is not to be sent."""
        self._end(database, id, "skipped", why)

    def mark_failed(self, database: Database, id: int, why: str) -> None:
        """Keep that a prompt cannot be sent."""
        self._end(database, id, "failed", why)

    def _end(self, database: Database, id: int, state: str, why: str) -> None:
        with writing(database):
            database.execute("update outbox set state = ?, why = ?, next_try_at = null where id = ?", [state, why, id])

    def forget_before(self, database: Database, moment: datetime, most: int) -> int:
        """Remove at most `most` prompts that were due before a moment (aware), the oldest first; how many went."""
        with writing(database):
            newer = database.execute(
                "select id from outbox where due_at >= ? order by id limit 1", [utc_text(moment)]
            ).fetchone()
            gone = database.execute(
                "delete from outbox where id in (select id from outbox where id < ? and due_at < ? limit ?)",
                [newer[0] if newer else 1 << 62, utc_text(moment), most],
            )
            return int(gone.rowcount)

    # --------------------------------------------------------------------------------------- learners

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            "prompts": list(database.query("select * from prompts where learner = ?", [learner])),
            "outbox": list(database.query(f"{_DATES} select outbox.* {_OF_LEARNER} order by id", [learner])),
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove everything of a learner; what waits is not sent."""
        with writing(database):
            database.execute(f"{_DATES} delete from outbox where id in (select id {_OF_LEARNER})", [learner])
            database.execute("delete from prompts where learner = ?", [learner])


# A learner's rows, by the few dates that there are: the index begins with the date.
_DATES = """
    with recursive dates (day) as (
        select min(local_date) from outbox
        union all
        select (select min(local_date) from outbox where local_date > day) from dates where day is not null
    )
"""
_OF_LEARNER = "from dates cross join outbox on local_date = day and learner = ?"


def _schedule(row: Mapping[str, Any]) -> Schedule:
    return Schedule(
        hour=time.fromisoformat(row["hour"]) if row["hour"] else None,
        zone=row["zone"],
        next_date=date.fromisoformat(row["next_date"]) if row["next_date"] else None,
        next_at=datetime.fromisoformat(row["next_prompt_at"]) if row["next_prompt_at"] else None,
        last_date=date.fromisoformat(row["last_date"]) if row["last_date"] else None,
        place=row["place"],
        server=int(row["server"]) if row["server"] else None,
        thread=int(row["thread"]) if row["thread"] else None,
        failures=row["failures"],
        paused_for=row["paused_for"],
        told=bool(row["told"]),
    )


def _prompt(row: Mapping[str, Any]) -> Prompt:
    return Prompt(
        id=row["id"],
        learner=row["learner"],
        person=int(row["discord_id"]),
        local_date=date.fromisoformat(row["local_date"]),
        due_at=datetime.fromisoformat(row["due_at"]),
        nonce=row["nonce"],
        tries=row["tries"],
        zone=row["zone"],
        place=row["place"],
        server=int(row["server"]) if row["server"] else None,
        thread=int(row["thread"]) if row["thread"] else None,
        next_at=datetime.fromisoformat(row["next_prompt_at"]) if row["next_prompt_at"] else None,
        superseded=bool(row["superseded"]),
    )


@PromptStore.migrations()
def create_prompts(database: Database) -> None:
    database.execute(
        """
        create table prompts (
            learner integer primary key,
            hour text,  -- null while switched off
            zone text not null,
            next_date text,
            next_prompt_at text,  -- null while off or paused
            last_date text,
            place text not null,
            server text,
            thread text,
            failures integer not null,
            paused_for text,
            told integer not null
        )
        """
    )
    database.execute("create index prompts_due on prompts (next_prompt_at) where next_prompt_at is not null")
    database.execute(
        """
        create table outbox (
            id integer primary key autoincrement,  -- never used again, so that none settles another's
            learner integer not null,
            local_date text not null,
            due_at text not null,
            nonce text not null unique,
            state text not null,  -- planned, sending, sent, skipped, failed
            why text,
            tries integer not null,
            next_try_at text,  -- null once it is settled
            place text,
            message_id text,
            sent_at text,
            unique (local_date, learner)  -- in this order what is planned together lies together
        )
        """
    )
    database.execute("create index outbox_open on outbox (next_try_at) where next_try_at is not null")
