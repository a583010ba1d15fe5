"""The queue on disk: runs with their curves, who got how much, the workers.

Several bots submit and several workers claim, each in one transaction that takes the write lock at once. A worker
writes only what it has claimed: every such write names run, attempt and worker, and finds nothing once the run was
taken away or forgotten.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlite_utils import Database, Migrations

from foundation.clock import utc_text
from foundation.errors import GradusError
from foundation.learners import Rows
from training.fairness import (
    Head,
    Limits,
    Load,
    Refusal,
    Waiting,
    forecast,
    pick,
    settled,
    start,
    stops_claim,
    stops_submission,
)
from training.records import BoardRow, Budget, Claim, Place, Point, Record, Request, WorkerInfo
from training.states import HELD, STATES, State, after_loss, before
from training.turns import in_turn

LEASE = timedelta(seconds=15)
"""How long a worker that is not heard of keeps its runs; it is heard of every third of that."""

UNKNOWN_SECONDS = 30.0
"""What a run is expected to take of a task that has never run."""

RECENT = 20  # finished runs of a task whose median is the estimate for the next


class LeaseLost(Exception):
    """The run is no longer this worker's: taken away, or forgotten."""


class RunStore:
    """The tables `runs`, `run_points`, `shares`, `spent`, `server_spent`, `queue`, `workers`, `leftovers`."""

    migrations = Migrations("training")

    # ---------------------------------------------------------------------------------- submitting

    def submit(self, database: Database, request: Request, now: datetime, limits: Limits | None) -> Record | Refusal:
        """Queue a run, unless one of that id is there already.

        Args:
            limits: None for the operator, who has none; they are asked again before each claim.
        """
        with in_turn(database):
            known = self.find(database, request.id)
            if known is not None:
                return known
            estimate = self.estimate(database, request)
            if limits is not None:
                load, of_server = self._loads(database, request.learner, request.server, now)
                refusal = stops_submission(load, of_server, estimate, limits)
                if refusal is not None:
                    return refusal
            database.execute(
                """
                insert into runs (id, number, learner, server, task, options, asked_device, memory, seconds_limit,
                    limited, estimate, state, created_at)
                values (?, (select coalesce(max(number), 0) + 1 from runs), ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
                """,
                [
                    request.id,
                    request.learner,
                    str(request.server) if request.server is not None else None,
                    request.task,
                    json.dumps(dict(request.options)),
                    request.device,
                    request.memory,
                    request.seconds,
                    limits is not None,
                    estimate,
                    utc_text(now),
                ],
            )
            return self._found(database, request.id)

    def estimate(self, database: Database, request: Request) -> float:
        """The device-seconds that a run is expected to take: the median of the last ones of its task."""
        rows = database.execute(
            "select seconds from runs where task = ? and state = 'done' order by number desc limit ?",
            [request.task, RECENT],
        ).fetchall()
        expected = median(row[0] for row in rows) if rows else UNKNOWN_SECONDS
        return min(float(expected), float(request.seconds))

    def cancel(self, database: Database, id: str, now: datetime) -> Record:
        """Stop a run: at once where it waits, by its worker where one has it; one that is over stays as it is.

        Raises:
            GradusError: there is no such run.
        """
        with in_turn(database):
            self._end_where(database, "id = ? and state = 'queued'", [id], "cancelled", now)
            database.execute(f"update runs set cancel_wanted = 1 where id = ? and {_in('state', HELD)}", [id])
            return self._found(database, id)

    # ------------------------------------------------------------------------------------- reading

    def find(self, database: Database, id: str) -> Record | None:
        """The run of that id, or None."""
        return next(map(_record, database.query("select * from runs where id = ?", [id])), None)

    def mine(self, database: Database, learner: int, most: int = 25) -> list[Record]:
        """A learner's runs, the newest first."""
        rows = database.query("select * from runs where learner = ? order by number desc limit ?", [learner, most])
        return [_record(row) for row in rows]

    def points(self, database: Database, id: str, after: int = -1) -> list[Point]:
        """The points of a run's curves in order, those beyond the step `after` only."""
        rows = database.query(
            'select step, steps, "values" from run_points where run = ? and step > ? order by step', [id, after]
        )
        return [Point(row["step"], row["steps"], json.loads(row["values"])) for row in rows]

    def places(self, database: Database, now: datetime, limits: Limits) -> dict[str, Place]:
        """Where every queued run stands, by id."""
        day, waiting, places = _day(now), list[Waiting](), dict[str, Place]()
        rows = list(database.query("select * from runs where state = 'queued' order by number"))
        loads = self._all_loads(database, day)
        for row in rows:
            refusal = self._held_back(row, loads, limits)
            if refusal is None or refusal.limit in ("learner_running", "server_running"):
                waiting.append(Waiting(row["id"], row["learner"], row["number"], row["estimate"]))
            places[row["id"]] = Place(None, None, refusal.limit if refusal else None)
        slots = sum(one.slots for one in self.workers(database, now))
        under_way = [
            (row["learner"], max(0.0, row["estimate"] - _since(row["started_at"], now)))
            for row in database.query(f"select learner, estimate, started_at from runs where {_in('state', HELD)}")
        ]
        expected = forecast(
            waiting, under_way, *self._shares(database), slots=max(slots, 1), most_running=limits.learner_running
        )
        for id, one in expected.items():
            places[id] = Place(one.place, one.seconds if slots else None, places[id].held)
        return places

    def budget(self, database: Database, learner: int, now: datetime, limits: Limits) -> Budget:
        """What is left to a learner today."""
        load, _ = self._loads(database, learner, None, now)
        return Budget(load.spent, load.waiting, limits.learner_seconds)

    def board(
        self, database: Database, task: str, dataset: str, metric: str, *, higher: bool, most: int = 25
    ) -> list[BoardRow]:
        """The best finished run of each learner at a task, on data of that name, the best first."""
        path, best, order = f'$."{metric}"', "max" if higher else "min", "desc" if higher else "asc"
        rows = database.query(
            f"""
            select learner, id, seconds, ended_at, {best}(json_extract(metrics, ?)) as value from runs
            where task = ? and dataset = ? and state = 'done' and json_extract(metrics, ?) is not null
                and json_extract(metrics, '$.diverged') is null
            group by learner order by value {order}, ended_at limit ?
            """,
            [path, task, dataset, path, most],
        )
        return [
            BoardRow(row["learner"], row["id"], row["value"], row["seconds"], datetime.fromisoformat(row["ended_at"]))
            for row in rows
        ]

    # ------------------------------------------------------------------------------------- workers

    def workers(self, database: Database, now: datetime) -> list[WorkerInfo]:
        """The workers that were heard of within a lease."""
        rows = database.query("select * from workers where heard_at > ? order by id", [utc_text(now - LEASE)])
        return [WorkerInfo(row["id"], row["device"], row["slots"], row["memory"]) for row in rows]

    def beat(self, database: Database, worker: WorkerInfo, now: datetime, lease: timedelta = LEASE) -> None:
        """Hear of a worker: it is there, and keeps its runs for another lease."""
        with in_turn(database):
            database.execute(
                "insert or replace into workers (id, device, slots, memory, heard_at) values (?, ?, ?, ?, ?)",
                [worker.id, worker.device, worker.slots, worker.memory, utc_text(now)],
            )
            database.execute(
                f"update runs set lease_until = ? where worker = ? and {_in('state', HELD)}",
                [utc_text(now + lease), worker.id],
            )

    def leave(self, database: Database, worker: WorkerInfo) -> None:
        """Say that a worker takes nothing more."""
        with in_turn(database):
            database.execute("delete from workers where id = ?", [worker.id])

    def version(self, database: Database) -> int:
        """A number that is another once another process has written anything."""
        return int(database.execute("PRAGMA data_version").fetchone()[0])

    def anything_for(self, database: Database, worker: WorkerInfo) -> bool:
        """Whether something waits that the worker could take; looked at before the write lock is asked for."""
        found = database.execute(
            f"select 1 from runs where state = 'queued' and {_FITS} limit 1", _fits(worker)
        ).fetchone()
        return found is not None

    def claim(
        self,
        database: Database,
        worker: WorkerInfo,
        now: datetime,
        limits: Limits,
        *,
        free: int,
        lease: timedelta = LEASE,
    ) -> tuple[Claim, Record] | None:
        """The run whose turn it is, leased to the worker, or None.

        Args:
            free: MB that are not declared by what the worker has. Where the next run needs more the answer is None:
                smaller ones that overtake could keep it waiting for ever.
        """
        with in_turn(database):
            row = self._next(database, worker, now, limits)
            if row is None or row["memory"] > free:
                return None
            estimate = self.estimate(database, _record(row).request)  # more has run since the submission
            finishes, virtual = self._shares(database, row["learner"])
            begin = start(virtual, finishes.get(row["learner"], 0.0))
            database.execute("update queue set virtual = ?", [begin])
            database.execute(
                "insert or replace into shares (learner, finish) values (?, ?)",
                [row["learner"], begin + estimate],
            )
            self._charge(database, row["learner"], row["server"], _day(now), estimate)
            database.execute(
                """
                update runs set state = 'leased', attempt = attempt + 1, worker = ?, lease_until = ?, device = ?,
                    estimate = ?, charge = ?, charged_on = ?, why = null, started_at = null
                where id = ?
                """,
                [worker.id, utc_text(now + lease), worker.device, estimate, estimate, _day(now), row["id"]],
            )
            record = self._found(database, row["id"])
            return Claim(record.id, record.attempt, worker.id), record

    def held_by(self, database: Database, worker: WorkerInfo) -> dict[Claim, bool]:
        """The runs that are the worker's, each with whether it is to be stopped."""
        rows = database.query(
            f"select id, attempt, cancel_wanted from runs where worker = ? and {_in('state', HELD)}", [worker.id]
        )
        return {Claim(row["id"], row["attempt"], worker.id): bool(row["cancel_wanted"]) for row in rows}

    def begin(self, database: Database, claim: Claim, now: datetime) -> None:
        """Keep that a claimed run is under way.

        Raises:
            LeaseLost: it is no longer the worker's.
        """
        with in_turn(database):
            self._move(
                database,
                claim,
                "running",
                "started_at = ?, queue_seconds = coalesce(queue_seconds, max(0, (julianday(?) - "
                "julianday(created_at)) * 86400))",
                [utc_text(now), utc_text(now)],
            )

    def add_points(
        self,
        database: Database,
        claim: Claim,
        points: Sequence[Point],
        kept: int | None,
        dataset: tuple[str, str] | None,
    ) -> None:
        """Keep new points of a run, and what it trains on.

        Args:
            kept: points beyond this step are of an earlier attempt and go; None where there are none.

        Raises:
            LeaseLost: it is no longer the worker's.
        """
        with in_turn(database):
            name, version = dataset or (None, None)
            done = database.execute(
                f"update runs set dataset = ?, dataset_version = ? where {_MINE} and state = 'running'",
                [name, version, *_mine(claim)],
            )
            if not done.rowcount:
                raise LeaseLost
            if kept is not None:
                database.execute("delete from run_points where run = ? and step > ?", [claim.run, kept])
            database.conn.executemany(
                'insert or replace into run_points (run, step, steps, "values") values (?, ?, ?, ?)',
                [(claim.run, one.step, one.steps, json.dumps(dict(one.values))) for one in points],
            )

    def finish(
        self,
        database: Database,
        claim: Claim,
        state: State,
        now: datetime,
        *,
        seconds: float,
        why: str | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """End a run.

        Args:
            seconds: of the device, in this attempt.

        Raises:
            LeaseLost: it is no longer the worker's.
        """
        with in_turn(database):
            self._settle(database, claim, seconds)
            self._move(
                database,
                claim,
                state,
                "why = ?, metrics = ?, seconds = seconds + ?, ended_at = ?, worker = null, lease_until = null",
                [why, json.dumps(dict(metrics or {})), seconds, utc_text(now)],
            )

    def hand_back(self, database: Database, claim: Claim, seconds: float) -> None:
        """Let a run wait again that its worker had to stop: it goes on from its last checkpoint, nothing is lost.

        Raises:
            LeaseLost: it is no longer the worker's.
        """
        with in_turn(database):
            self._settle(database, claim, seconds)
            self._move(database, claim, "queued", "seconds = seconds + ?, worker = null, lease_until = null", [seconds])

    def lose(self, database: Database, claim: Claim, now: datetime) -> State:
        """A run's process died of what it is not to blame for: it waits again while it may; where it went.

        Raises:
            LeaseLost: it is no longer the worker's.
        """
        with in_turn(database):
            rows = list(database.query(f"select * from runs where {_MINE}", _mine(claim)))
            if not rows:
                raise LeaseLost
            return self._lose(database, rows[0], now)

    def reap(self, database: Database, now: datetime) -> list[str]:
        """Take the runs of workers that were not heard of for a lease away from them; their ids."""
        overdue = f"{_in('state', HELD)} and lease_until < ?"
        if not database.execute(f"select 1 from runs where {overdue} limit 1", [utc_text(now)]).fetchone():
            return []
        with in_turn(database):
            rows = list(database.query(f"select * from runs where {overdue}", [utc_text(now)]))
            for row in rows:
                self._lose(database, row, now)
            database.execute("delete from workers where heard_at < ?", [utc_text(now - LEASE)])
            return [row["id"] for row in rows]

    # ------------------------------------------------------------------------------------- learners

    def leftovers(self, database: Database) -> list[str]:
        """The runs that were forgotten and whose folders may still be there."""
        return [row["run"] for row in database.query("select run from leftovers")]

    def cleared(self, database: Database, runs: Iterable[str]) -> None:
        """Keep that the folders of those runs are gone."""
        with in_turn(database):
            database.conn.executemany("delete from leftovers where run = ?", [(run,) for run in runs])

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {
            "runs": list(database.query("select * from runs where learner = ? order by number", [learner])),
            "run_points": list(database.query(f"select * from run_points where {_POINTS_OF}", [learner])),
            "shares": list(database.query("select * from shares where learner = ?", [learner])),
            "spent": list(database.query("select * from spent where learner = ?", [learner])),
        }

    def forget(self, database: Database, learner: int) -> None:
        """Remove everything of a learner; what runs is stopped by its worker, which no longer finds it."""
        with in_turn(database):
            database.execute("insert or ignore into leftovers select id from runs where learner = ?", [learner])
            database.execute(f"delete from run_points where {_POINTS_OF}", [learner])
            for table in ("runs", "shares", "spent"):
                database.execute(f"delete from {table} where learner = ?", [learner])

    # --------------------------------------------------------------------------------------- inside

    def _found(self, database: Database, id: str) -> Record:
        found = self.find(database, id)
        if found is None:
            raise GradusError(f"there is no run '{id}'")
        return found

    def _next(self, database: Database, worker: WorkerInfo, now: datetime, limits: Limits) -> dict[str, Any] | None:
        loads = self._all_loads(database, _day(now))
        rows = database.query(
            f"select *, min(number) from runs where state = 'queued' and {_FITS} group by learner, server",
            _fits(worker),
        )
        heads = {row["number"]: row for row in rows if self._held_back(row, loads, limits) is None}
        running = {row["learner"]: loads.learner(row["learner"]).running for row in heads.values()}
        turn = pick(
            (Head(row["learner"], number, running[row["learner"]]) for number, row in heads.items()),
            *self._shares(database),
        )
        return heads[turn.number] if turn else None

    def _held_back(self, row: Mapping[str, Any], loads: "_Loads", limits: Limits) -> Refusal | None:
        if not row["limited"]:
            return None
        server = loads.server(row["server"]) if row["server"] is not None else None
        return stops_claim(loads.learner(row["learner"]), server, row["estimate"], limits)

    def _shares(self, database: Database, learner: int | None = None) -> tuple[dict[int, float], float]:
        """Each learner's finish, or one's, and the virtual time."""
        where, given = ("where learner = ?", [learner]) if learner is not None else ("", [])
        finishes = dict(database.execute(f"select learner, finish from shares {where}", given).fetchall())
        return finishes, float(database.execute("select virtual from queue").fetchone()[0])

    def _all_loads(self, database: Database, day: str) -> "_Loads":
        running = database.execute(
            f"select learner, server, count(*) from runs where {_in('state', HELD)} group by learner, server"
        ).fetchall()
        spent = database.execute("select learner, seconds from spent where day = ?", [day]).fetchall()
        of_servers = database.execute("select server, seconds from server_spent where day = ?", [day]).fetchall()
        return _Loads(running, dict(spent), dict(of_servers))

    def _loads(self, database: Database, learner: int, server: int | None, now: datetime) -> tuple[Load, Load | None]:
        def load(column: str, value: int | str, table: str) -> Load:
            running, queued, waiting = database.execute(
                f"select count(*) filter (where state <> 'queued'), count(*) filter (where state = 'queued'), "
                f"coalesce(sum(estimate) filter (where state = 'queued'), 0) from runs "
                f"where {column} = ? and {_in('state', HELD | {'queued'})}",
                [value],
            ).fetchone()
            found = database.execute(
                f"select seconds from {table} where day = ? and {column} = ?", [_day(now), value]
            ).fetchone()
            return Load(running, queued, found[0] if found else 0.0, waiting)

        of_server = load("server", str(server), "server_spent") if server is not None else None
        return load("learner", learner, "spent"), of_server

    def _charge(self, database: Database, learner: int, server: str | None, day: str, seconds: float) -> None:
        database.execute(
            "insert into spent (day, learner, seconds) values (?, ?, ?) "
            "on conflict (day, learner) do update set seconds = seconds + excluded.seconds",
            [day, learner, seconds],
        )
        if server is not None:
            database.execute(
                "insert into server_spent (day, server, seconds) values (?, ?, ?) "
                "on conflict (day, server) do update set seconds = seconds + excluded.seconds",
                [day, server, seconds],
            )

    def _settle(self, database: Database, claim: Claim, took: float) -> None:
        """Put what a claim took in place of what it was charged."""
        rows = list(database.query(f"select * from runs where {_MINE}", _mine(claim)))
        if not rows:
            raise LeaseLost
        self._settle_row(database, rows[0], took)

    def _settle_row(self, database: Database, row: Mapping[str, Any], took: float) -> None:
        learner, finishes = row["learner"], self._shares(database, row["learner"])[0]
        finish = settled(finishes.get(learner, 0.0), row["charge"], took)
        database.execute("update shares set finish = ? where learner = ?", [finish, learner])
        self._charge(database, learner, row["server"], row["charged_on"], took - row["charge"])

    def _lose(self, database: Database, row: Mapping[str, Any], now: datetime) -> State:
        """Take a run away from its worker, at the cost of nobody."""
        self._settle_row(database, row, 0.0)
        losses = row["losses"] + 1
        to = after_loss(losses, bool(row["cancel_wanted"]))
        ended = utc_text(now) if to != "queued" else None
        why = "the machine lost it several times" if to == "lost" else None
        database.execute(
            "update runs set state = ?, losses = ?, why = ?, ended_at = ?, worker = null, lease_until = null "
            "where id = ?",
            [to, losses, why, ended, row["id"]],
        )
        return to

    def _move(self, database: Database, claim: Claim, to: State, more: str, values: Sequence[Any]) -> None:
        done = database.execute(
            f"update runs set state = '{to}', {more} where {_MINE} and {_in('state', before(to))}",
            [*values, *_mine(claim)],
        )
        if not done.rowcount:
            raise LeaseLost

    def _end_where(self, database: Database, where: str, values: Sequence[Any], to: State, now: datetime) -> None:
        database.execute(
            f"update runs set state = '{to}', ended_at = ? where {where} and {_in('state', before(to))}",
            [utc_text(now), *values],
        )


class _Loads:
    """What everybody has under way, and has spent today."""

    def __init__(
        self,
        running: Iterable[tuple[int, str | None, int]],
        spent: Mapping[int, float],
        of_servers: Mapping[str, float],
    ) -> None:
        self._learners: dict[int, int] = {}
        self._servers: dict[str, int] = {}
        self._spent, self._of_servers = spent, of_servers
        for learner, server, count in running:
            self._learners[learner] = self._learners.get(learner, 0) + count
            if server is not None:
                self._servers[server] = self._servers.get(server, 0) + count

    def learner(self, id: int) -> Load:
        return Load(running=self._learners.get(id, 0), spent=self._spent.get(id, 0.0))

    def server(self, id: str) -> Load:
        return Load(running=self._servers.get(id, 0), spent=self._of_servers.get(id, 0.0))


_MINE = "id = ? and attempt = ? and worker = ?"
_FITS = "memory <= ? and asked_device in (?, ?, 'any')"
_POINTS_OF = "run in (select id from runs where learner = ?)"


def _mine(claim: Claim) -> list[Any]:
    return [claim.run, claim.attempt, claim.worker]


def _fits(worker: WorkerInfo) -> list[Any]:
    return [worker.memory, worker.device, worker.device.split(":")[0]]


def _in(column: str, states: Iterable[State]) -> str:
    listed = ", ".join(f"'{one}'" for one in STATES if one in set(states))
    return f"{column} in ({listed})"


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _since(started_at: str | None, now: datetime) -> float:
    return (now - datetime.fromisoformat(started_at)).total_seconds() if started_at else 0.0


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _record(row: Mapping[str, Any]) -> Record:
    request = Request(
        id=row["id"],
        learner=row["learner"],
        server=int(row["server"]) if row["server"] else None,
        task=row["task"],
        options=json.loads(row["options"]),
        device=row["asked_device"],
        memory=row["memory"],
        seconds=row["seconds_limit"],
    )
    return Record(
        request=request,
        state=row["state"],
        why=row["why"],
        attempt=row["attempt"],
        losses=row["losses"],
        estimate=row["estimate"],
        seconds=row["seconds"],
        queue_seconds=row["queue_seconds"],
        device=row["device"],
        dataset=(row["dataset"], row["dataset_version"]) if row["dataset"] else None,
        metrics=json.loads(row["metrics"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        started_at=_moment(row["started_at"]),
        ended_at=_moment(row["ended_at"]),
        cancel_wanted=bool(row["cancel_wanted"]),
    )


@RunStore.migrations()
def create_runs(database: Database) -> None:
    database.execute(
        """
        create table runs (
            id text primary key,
            number integer not null,  -- the order of submission
            learner integer not null,
            server text,
            task text not null,
            options text not null,
            asked_device text not null,
            memory integer not null,
            seconds_limit integer not null,
            limited integer not null,  -- 0 for the operator's own
            estimate real not null,
            state text not null,  -- see training/states.py
            why text,
            attempt integer not null default 0,
            losses integer not null default 0,
            worker text,
            lease_until text,
            cancel_wanted integer not null default 0,
            charge real not null default 0,  -- device-seconds that the last claim was charged, and on which day
            charged_on text,
            device text,
            dataset text,
            dataset_version text,
            metrics text not null default '{}',
            seconds real not null default 0,
            queue_seconds real,
            created_at text not null,
            started_at text,
            ended_at text
        )
        """
    )
    database.execute("create index runs_number on runs (number)")
    database.execute("create index runs_learner on runs (learner, number)")
    database.execute("create index runs_queued on runs (learner, server, number) where state = 'queued'")
    database.execute("create index runs_held on runs (worker) where state in ('leased', 'running')")
    database.execute("create index runs_done on runs (task, number) where state = 'done'")
    database.execute(
        """
        create table run_points (
            run text not null,
            step integer not null,
            steps integer not null,
            "values" text not null,
            primary key (run, step)
        ) without rowid
        """
    )
    database.execute("create table shares (learner integer primary key, finish real not null)")
    database.execute(
        """
        create table spent (
            day text not null, learner integer not null, seconds real not null, primary key (day, learner)
        ) without rowid
        """
    )
    database.execute(
        """
        create table server_spent (
            day text not null, server text not null, seconds real not null, primary key (day, server)
        ) without rowid
        """
    )
    database.execute("create table queue (virtual real not null)")
    database.execute("insert into queue values (0)")
    database.execute(
        """
        create table workers (
            id text primary key, device text not null, slots integer not null, memory integer not null,
            heard_at text not null
        )
        """
    )
    database.execute("create table leftovers (run text primary key)")
