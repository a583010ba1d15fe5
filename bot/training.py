"""The use case of training: runs put together, predicted, queued, watched, read and compared.

The queue lives by the machines' own time, whatever the clock of whoever asks says: its workers know no other.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from sqlite_utils import Database

from bot.run_board_store import Data, Ranking, RunBoardStore
from bot.run_message_store import Draft, LiveMessage, RunMessageStore
from bot.run_options import changed, differences, meant, options_of, preset_typed, trials
from bot.servers.store import ServerStore
from foundation.clock import Clock
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from training import artifacts
from training.diagnosis import Finding, Shape
from training.fairness import Limits, Refusal
from training.records import BoardRow, Budget, Place, Point, Record, Request
from training.run_store import RunStore
from training.specs import TASKS, Task, parse, task
from training.sweeps import BEST, curves_of, seconds_of

FINISHED = 8  # runs that are over, of those shown
OPTIONS = 25  # of a select: Discord's limit
FEWEST_COMPARED, MOST_COMPARED = 2, 6
KEPT = timedelta(days=2)

OFF = (
    "Training is switched off here: no worker is running. Whoever operates this Gradus switches it on with "
    "`GRADUS_WORKER=auto`, or by starting `gradus worker`."
)
NO_RUN = "That run is no longer kept. `/train mine` shows yours."
NO_DRAFT = "That form is from long ago. Begin again with `/train start`."
NOT_YOURS = "This run is somebody else's. Start your own with `/train start`."
NOT_YOUR_DRAFT = "This form is somebody else's. Open your own with `/train start`."


@dataclass(frozen=True)
class Readers:
    """What reads a run: its shape, what its curves tell, and its script.

    Attributes:
        shape_of: what the loss did; None where that cannot be told.
        diagnose: by task, options, points and metrics.
        script_of: by the task's id and options, a file that runs on its own.
    """

    shape_of: Callable[[Sequence[Point]], Shape | None]
    diagnose: Callable[[Task, Mapping[str, Any], Sequence[Point], Mapping[str, float]], Sequence[Finding]]
    script_of: Callable[[str, Mapping[str, Any]], str]


@dataclass(frozen=True)
class Origin:
    """Where somebody asks for a run.

    Attributes:
        server: None in direct messages.
        roles: of who asks, there.
    """

    server: int | None = None
    roles: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Form:
    """A run being put together.

    Attributes:
        task: None while none is chosen.
        problem: why it cannot start as it stands, in one line, or empty.
        changed: the options that are not the task's defaults, as they were typed.
        seconds: what it is expected to take of a device.
    """

    id: str
    task: Task | None
    preset: str
    typed: Mapping[str, str]
    problem: str
    changed: Mapping[str, str]
    seconds: float
    budget: Budget


@dataclass(frozen=True)
class RunView:
    """A run as it stands, for any driver to show.

    Attributes:
        person: the Discord account that it belongs to.
        changed: its options that are not the task's defaults.
        trials: what each of the short runs of a search sets, in words; empty for a run that is no search.
        place: in the queue, while it waits.
        worked: whether a worker is there; `gpu`: whether one with a GPU is.
        prediction: what its learner said that the loss will do; `shape`: what it did.
        standing: at the end, its learner's place on the server's board and of how many, where this run holds it.
    """

    record: Record
    task: Task
    person: int
    changed: Mapping[str, str]
    trials: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    place: Place | None = None
    worked: bool = True
    gpu: bool = False
    prediction: str | None = None
    shape: str | None = None
    findings: tuple[Finding, ...] = ()
    standing: tuple[int, int] | None = None

    @property
    def diverged(self) -> bool:
        """Whether it ended for a loss beyond all bounds."""
        return "diverged" in self.record.metrics

    @property
    def best(self) -> int | None:
        """Which trial of a search was the best, from 0; None before its end."""
        number = int(self.record.metrics.get(BEST, 0)) - 1
        return number if 0 <= number < len(self.trials) else None

    @property
    def curves(self) -> tuple[Sequence[Point], ...]:
        """Those of the trials of a search that have begun; else the one that there is."""
        return tuple(curves_of(self.points)) if self.trials else (self.points,)

    @property
    def curve(self) -> Sequence[Point]:
        """The one that the run is judged by: of a search that of its best trial."""
        if not self.trials:
            return self.points
        return self.curves[self.best] if self.best is not None and self.best < len(self.curves) else ()

    @property
    def result(self) -> float | None:
        """The metric that it is ranked by, if it came to one."""
        return None if self.diverged else self.record.metrics.get(self.task.metric)

    @property
    def reached(self) -> bool:
        """Whether its project counts as done."""
        if self.result is None:
            return False
        return self.result >= self.task.bar if self.task.higher else self.result <= self.task.bar


@dataclass(frozen=True)
class Mine:
    """Somebody's runs: those that are not over, the latest that are, and what is left of today."""

    live: tuple[RunView, ...]
    finished: tuple[RunView, ...]
    budget: Budget
    limits: Limits


@dataclass(frozen=True)
class Compared:
    """Runs of one task side by side: each with what tells it from the others."""

    task: Task
    runs: tuple[RunView, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A learner's best run on a board; `person` is None where they do not want to be named."""

    place: int
    best: BoardRow
    person: int | None
    own: bool


@dataclass(frozen=True)
class Board:
    """A server's board of a task, on one version of a data set.

    Attributes:
        data: None where nobody has finished a run; `others`: further data sets that there are boards of.
        joined: whether who looks is named on this server's boards.
    """

    task: Task
    data: Data | None
    others: tuple[Data, ...]
    rows: tuple[Row, ...]
    joined: bool


@dataclass(frozen=True)
class Queue:
    """The queue as moderators see it: runs in all and of their server, and the devices of the workers."""

    waiting: int
    running: int
    of_server_waiting: int
    of_server_running: int
    devices: tuple[str, ...]
    limits: Limits


@dataclass(frozen=True)
class Live:
    """A message that is kept up to date, with what it is to show."""

    message: LiveMessage
    view: RunView


class Training:
    """Runs from Discord. Whoever asks is a `person` (their Discord id)."""

    def __init__(
        self,
        database: DatabaseThread,
        limits: Limits,
        *,
        worker: Literal["auto", "off"],
        memory: int,
        id_source: Callable[[], str],
        clock: Clock,
        readers: Readers,
    ) -> None:
        """Args:
        worker: whether this process starts workers of its own.
        memory: MB that a worker of this machine may give to runs.
        id_source: names runs, by at most 32 letters and digits.
        clock: of the queue and its workers.
        """
        self._database, self._limits, self._worker, self._memory = database, limits, worker, memory
        self._id_source, self._clock, self._readers = id_source, clock, readers
        self._runs, self._messages, self._boards = RunStore(), RunMessageStore(), RunBoardStore()
        self._learners, self._servers = LearnerStore(), ServerStore()

    @property
    def limits(self) -> Limits:
        """How much is too much."""
        return self._limits

    # ----------------------------------------------------------------------- putting a run together

    async def begin(
        self, person: int, origin: Origin, task_id: str = "", preset: str = "", typed: Mapping[str, str] | None = None
    ) -> Form:
        """A form for a run, of a task with a preset's options and those that were typed, as far as given.

        Raises:
            GradusError: there is no such task or preset, or this person may not train here and now.
        """

        def act(database: Database) -> Form:
            self._admit(database, person, origin)
            learner = self._learners.learner_for(database, person, self._clock()).id
            options = preset_typed(task(task_id), preset) if task_id and preset else {}
            draft = Draft(self._id_source(), learner, task_id and task(task_id).id, preset, options | dict(typed or {}))
            self._messages.keep_draft(database, draft, self._clock())
            return self._form(database, draft)

        return await self._database.run(act)

    async def again(self, person: int, run: str, origin: Origin) -> Form:
        """A form with the options of a run, whoever's it is.

        Raises:
            GradusError: the run is not kept any more, or this person may not train here and now.
        """
        record = await self._database.run(lambda database: self._found(database, run))
        return await self.begin(
            person, origin, record.request.task, typed=changed(task(record.request.task), record.request.options)
        )

    async def form(self, person: int, draft: str) -> Form:
        """A form as it stands."""
        return await self._database.run(lambda database: self._form(database, self._own_draft(database, person, draft)))

    async def choose(self, person: int, draft: str, task_id: str) -> Form:
        """Take another task; options are its defaults."""
        return await self._change(person, draft, lambda old: replace(old, task=task(task_id).id, preset="", typed={}))

    async def preset(self, person: int, draft: str, preset: str) -> Form:
        """Take a preset's options, and no others."""

        def taken(old: Draft) -> Draft:
            return replace(old, preset=preset, typed=preset_typed(task(old.task), preset))

        return await self._change(person, draft, taken)

    async def type_in(self, person: int, draft: str, typed: Mapping[str, str]) -> Form:
        """Take options as they were typed, right or wrong; an empty text is the default."""

        def taken(old: Draft) -> Draft:
            defaults = {one.name: " ".join(one.default.split()) for one in options_of(task(old.task))}
            options = dict(old.typed) | {name: " ".join(text.split()) for name, text in typed.items()}
            kept = {name: text for name, text in options.items() if text not in ("", defaults.get(name))}
            return replace(old, typed=kept)

        return await self._change(person, draft, taken)

    async def submit(self, person: int, draft: str, shape: str | None, origin: Origin) -> bool:
        """Queue a run by its form's id, with what its learner predicts; False where it is there already: a second
        press is no second run.

        Raises:
            GradusError: an option is wrong, a limit is reached, or this person may not train here and now.
        """

        def act(database: Database) -> bool:
            with writing(database):
                if self._runs.find(database, draft) is not None:
                    return False
                own = self._own_draft(database, person, draft)
                self._admit(database, person, origin)
                taken = self._runs.submit(database, self._request(own, origin), self._clock(), self._limits)
                if isinstance(taken, Refusal):
                    raise GradusError(self._refused(database, taken, own.learner))
                self._messages.drop_draft(database, draft)
                if shape in get_args(Shape):
                    self._messages.predict(database, draft, own.learner, str(shape))
                return True

        return await self._database.run(act)

    async def forget_old(self, now: datetime) -> None:
        """The tick that removes forms which nobody has touched for days."""
        await self._database.run(lambda database: self._messages.forget_drafts_before(database, self._clock() - KEPT))

    # --------------------------------------------------------------------------------- runs and places

    async def run(self, run: str) -> RunView:
        """A run as it stands, with its curves.

        Raises:
            GradusError: it is not kept any more.
        """

        def act(database: Database) -> RunView:
            record = self._found(database, run)
            return self._view(database, record, self._places(database, [record]))

        return await self._database.run(act)

    async def mine(self, person: int) -> Mine:
        """Somebody's runs, the newest first."""

        def act(database: Database) -> Mine:
            learner = self._learners.find(database, person)
            records = self._runs.mine(database, learner.id, OPTIONS) if learner else []
            places = self._places(database, records)
            views = [self._bare(database, one, places) for one in records]
            return Mine(
                tuple(one for one in views if not one.record.over),
                tuple(one for one in views if one.record.over)[:FINISHED],
                self._budget(database, learner.id if learner else 0),
                self._limits,
            )

        return await self._database.run(act)

    async def cancel(self, person: int, run: str, *, moderates: int | None = None) -> RunView:
        """Stop a run: its learner's, or one that was asked for on the server that this person moderates.

        Raises:
            GradusError: it is somebody else's, or not kept any more.
        """

        def act(database: Database) -> RunView:
            record = self._found(database, run)
            of_theirs = moderates is not None and record.request.server == moderates
            if not of_theirs and self._messages.person(database, record.request.learner) != person:
                raise GradusError("Only who started this run stops it, or a moderator.")
            record = self._runs.cancel(database, run, self._clock())
            return self._view(database, record, self._places(database, [record]))

        return await self._database.run(act)

    async def trained(self, person: int) -> tuple[RunView, ...]:
        """Somebody's runs of digits that came to a good end: what a deployment begins with."""
        return tuple(one for one in await self.comparable(person, "digits") if one.result is not None)

    async def comparable(self, person: int, task_id: str) -> tuple[RunView, ...]:
        """Somebody's runs of a task that have a curve, the newest first; a search has several, so it is left out."""

        def act(database: Database) -> tuple[RunView, ...]:
            learner = self._learners.find(database, person)
            records = self._runs.mine(database, learner.id, 4 * OPTIONS) if learner else []
            own = [one for one in records if one.request.task == task_id and one.started_at is not None]
            views = (self._bare(database, one, {}) for one in own)
            return tuple(one for one in views if not one.trials)[:OPTIONS]

        return await self._database.run(act)

    async def compare(self, person: int, runs: Collection[str]) -> Compared:
        """Two to six runs of somebody's side by side, the oldest first.

        Raises:
            GradusError: they are too few or too many, of several tasks, or somebody else's.
        """
        if not FEWEST_COMPARED <= len(runs) <= MOST_COMPARED:
            raise GradusError(f"Choose {FEWEST_COMPARED} to {MOST_COMPARED} runs to compare.")

        def act(database: Database) -> Compared:
            views = [self._view(database, self._found(database, run)) for run in runs]
            if any(one.person != person for one in views):
                raise GradusError(NOT_YOURS)
            if len({one.task.id for one in views}) > 1:
                raise GradusError("Runs of different tasks have different losses: compare runs of one task.")
            views.sort(key=lambda one: one.record.created_at)
            labels = differences([one.record.request.options for one in views])
            return Compared(views[0].task, tuple(views), tuple(labels))

        return await self._database.run(act)

    async def script(self, run: str) -> tuple[str, str]:
        """A run as a file that one can run at home: its name and its text."""
        record = await self._database.run(lambda database: self._found(database, run))
        text = await asyncio.to_thread(self._readers.script_of, record.request.task, record.request.options)
        return f"{record.request.task}.py", text

    # ----------------------------------------------------------------------------------------- boards

    async def board(self, person: int, server: int, task_id: str, data: Data | None = None) -> Board:
        """A server's board of a task, on the data set last trained on if no other is named."""

        def act(database: Database) -> Board:
            known, learner = task(task_id), self._learners.find(database, person)
            sets = self._boards.data(database, known, server)
            chosen = data if data in sets else next(iter(sets), None)
            joined = self._messages.joined(database, server)
            best = self._boards.best(database, Ranking(known, server, chosen)) if chosen else ()
            own = learner.id if learner else None
            rows = tuple(
                Row(
                    place,
                    one,
                    self._messages.person(database, one.learner) if one.learner in joined else None,
                    one.learner == own,
                )
                for place, one in enumerate(best, start=1)
            )
            return Board(known, chosen, tuple(one for one in sets if one != chosen), rows, own in joined)

        return await self._database.run(act)

    async def queue(self, server: int) -> Queue:
        """The queue, for a server's moderators."""

        def act(database: Database) -> Queue:
            counts = self._boards.counts(database)
            here = self._boards.counts(database, server)
            workers = self._runs.workers(database, self._clock())
            return Queue(*counts, *here, tuple(sorted(one.device for one in workers)), self._limits)

        return await self._database.run(act)

    # ------------------------------------------------------------------------------------ live messages

    async def live(self) -> tuple[Live, ...]:
        """Every message that is kept up to date, and what it is to show; runs that were forgotten have none."""

        def act(database: Database) -> tuple[Live, ...]:
            messages = self._messages.live(database)
            found = [(one, self._runs.find(database, one.run)) for one in messages]
            there = [(one, record) for one, record in found if record is not None]
            places = self._places(database, [record for _, record in there])
            return tuple(Live(one, self._view(database, record, places)) for one, record in there)

        return await self._database.run(act)

    async def expect(self, run: str, channel: int) -> bool:
        """Keep that a run's message is about to be sent; False where that was kept before."""

        def act(database: Database) -> bool:
            record = self._runs.find(database, run)
            return record is not None and self._messages.expect(database, run, record.request.learner, channel)

        return await self._database.run(act)

    async def sent(self, run: str, channel: int, message: int) -> None:
        """Keep where a run's message is."""
        await self._database.run(lambda database: self._messages.sent(database, run, channel, message))

    async def let_go(self, run: str) -> None:
        """Keep a run's message up to date no longer; the run goes on."""
        await self._database.run(lambda database: self._messages.let_go(database, run))

    async def has_worker(self) -> bool:
        """Whether any worker was heard of lately."""
        return await self._database.run(lambda database: bool(self._runs.workers(database, self._clock())))

    # --------------------------------------------------------------------------------------- the inside

    def _admit(self, database: Database, person: int, origin: Origin) -> None:
        """Raises:
        GradusError: nobody trains here, or this person may not, or not again today.
        """
        if self._worker == "off" and not self._runs.workers(database, self._clock()):
            raise GradusError(OFF)
        if origin.server is None:
            return
        settings = self._servers.settings(database, origin.server)
        if not settings.trains:
            raise GradusError("This server's moderators have switched training off here.")
        if not settings.may_train(origin.roles):
            named = ", ".join(f"<@&{role}>" for role in sorted(settings.training_roles))
            raise GradusError(f"On this server people with one of these roles may train: {named}.")
        learner = self._learners.find(database, person)
        started = self._started_today(database, learner.id, origin.server) if learner else 0
        if started >= settings.runs_per_day:
            most = _counted(settings.runs_per_day, "run")
            raise GradusError(
                f"This server allows each person {most} a day; the next is free {_midnight(self._clock())}."
            )

    def _started_today(self, database: Database, learner: int, server: int) -> int:
        today = self._clock().astimezone(UTC).date()
        some = self._runs.mine(database, learner, 4 * OPTIONS)
        return sum(one.request.server == server and one.created_at.astimezone(UTC).date() == today for one in some)

    def _request(self, draft: Draft, origin: Origin) -> Request:
        """Raises:
        GradusError: an option is wrong, or no worker is large enough.
        """
        if not draft.task:
            raise GradusError("Choose a task first.")
        known = task(draft.task)
        if known.memory > self._memory:
            raise GradusError(f"{known.title} needs {known.memory:,} MB, more than training may take on this machine.")
        options = meant(known, draft.typed)
        return Request(
            id=draft.id,
            learner=draft.learner,
            server=origin.server,
            task=known.id,
            options=options,
            device="any",
            memory=known.memory,
            seconds=seconds_of(known, parse(known, options)),
        )

    def _form(self, database: Database, draft: Draft) -> Form:
        known = TASKS.get(draft.task)
        problem, others, seconds = "", dict[str, str](), 0.0
        if known is not None:
            others = dict(draft.typed)
            try:
                request = self._request(draft, Origin())
                others, seconds = changed(known, request.options), self._runs.estimate(database, request)
            except GradusError as error:
                problem = str(error)
        budget = self._budget(database, draft.learner)
        return Form(draft.id, known, draft.preset, draft.typed, problem, others, seconds, budget)

    async def _change(self, person: int, draft: str, change: Callable[[Draft], Draft]) -> Form:
        def act(database: Database) -> Form:
            with writing(database):
                new = change(self._own_draft(database, person, draft))
                self._messages.keep_draft(database, new, self._clock())
            return self._form(database, new)

        return await self._database.run(act)

    def _own_draft(self, database: Database, person: int, id: str) -> Draft:
        draft = self._messages.draft(database, id)
        if draft is None:
            there = self._runs.find(database, id) is not None
            raise GradusError("That run is on its way: `/train mine` shows it." if there else NO_DRAFT)
        if self._messages.person(database, draft.learner) != person:
            raise GradusError(NOT_YOUR_DRAFT)
        return draft

    def _found(self, database: Database, run: str) -> Record:
        record = self._runs.find(database, run)
        if record is None or record.request.task not in TASKS:
            raise GradusError(NO_RUN)
        return record

    def _places(self, database: Database, records: Iterable[Record]) -> dict[str, Place]:
        """Where queued runs stand; nothing is worked out where none of these is queued."""
        if all(one.state != "queued" for one in records):
            return {}
        return self._runs.places(database, self._clock(), self._limits)

    def _budget(self, database: Database, learner: int) -> Budget:
        return self._runs.budget(database, learner, self._clock(), self._limits)

    def _bare(self, database: Database, record: Record, places: Mapping[str, Place]) -> RunView:
        """A run without its curves."""
        workers = self._runs.workers(database, self._clock())
        known = task(record.request.task)
        return RunView(
            record=record,
            task=known,
            person=self._messages.person(database, record.request.learner),
            changed=changed(known, record.request.options),
            trials=trials(known, record.request.options),
            place=places.get(record.id),
            worked=bool(workers),
            gpu=any(one.device != "cpu" for one in workers),
        )

    def _view(self, database: Database, record: Record, places: Mapping[str, Place] | None = None) -> RunView:
        view = replace(
            self._bare(database, record, places or {}),
            points=tuple(self._runs.points(database, record.id)),
            prediction=self._messages.prediction(database, record.id),
        )
        if not record.over:
            return view
        options, points = record.request.options, view.points
        return replace(
            view,
            shape="explodes" if view.diverged else self._readers.shape_of(view.curve),
            findings=tuple(self._readers.diagnose(view.task, options, points, record.metrics)),
            standing=self._standing(database, view),
        )

    def _standing(self, database: Database, view: RunView) -> tuple[int, int] | None:
        server, data = view.record.request.server, view.record.dataset
        if server is None or data is None or view.result is None:
            return None
        best = self._boards.best(database, Ranking(view.task, server, data))
        place = next((place for place, one in enumerate(best, start=1) if one.run == view.record.id), None)
        return (place, len(best)) if place else None

    def _refused(self, database: Database, refusal: Refusal, learner: int) -> str:
        """Why a run is not taken, in a line with the figures."""
        whole = _minutes(refusal.most)
        match refusal.limit:
            case "learner_queued":
                waiting = _counted(int(refusal.most), "run")
                return f"You have {waiting} waiting, and more are not taken: cancel one with `/train mine`, or wait."
            case "server_queued":
                return (
                    f"This server has {_counted(int(refusal.most), 'run')} waiting, and more are not taken: try later."
                )
            case "learner_budget":
                budget = self._budget(database, learner)
                used = _minutes(budget.spent + budget.waiting)
                return (
                    f"You have used or planned {used} of your {whole} device-minutes of today, and this run would go "
                    f"beyond them. They begin anew {_midnight(self._clock())}."
                )
        return f"This server has used its {whole} device-minutes of today. They begin anew {_midnight(self._clock())}."


def _midnight(now: datetime) -> str:
    """When the day in UTC ends, as Discord shows it in everybody's own time."""
    tomorrow = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"<t:{int(tomorrow.timestamp())}:R>"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.3g}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


async def remove_leftovers(database: DatabaseThread, runs: Path, now: datetime) -> None:
    """The tick that removes the folders of runs that were forgotten, where no worker has done it."""
    store = RunStore()

    def act(database: Database) -> None:
        if left := store.leftovers(database):
            store.cleared(database, artifacts.remove(runs, left))

    await database.run(act)
