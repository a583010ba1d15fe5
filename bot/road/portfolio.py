"""The use case of the portfolio: what a learner made and mastered, with what they wrote, gathered for a page.

It holds no wrong answer and no count of effort. It is private; whoever shares it in a server may end that any time.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.groups.asked_store import AskedStore
from bot.groups.group_store import GroupStore
from bot.groups.word_list import check
from bot.questions import visible
from bot.road.portfolio_store import Place, PortfolioStore, Share, Writings
from bot.road.projects import ProjectStanding, project_standings
from bot.road.standings import ConceptStanding, Standings
from bot.road.steps import Deeds, OwnWord, StepStanding, step_standings
from bot.run_options import as_typed
from bot.run_picture import curve_picture, curve_words, drawable
from bot.servers.store import ServerStore
from bot.training import RunView, Training
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.learners import Learner
from foundation.store import LearnerStore
from training.diagnosis import Finding
from training.records import Record
from training.run_store import RunStore

log = logging.getLogger(__name__)

NAME, INTRODUCTION, LINKS, PARAGRAPH, EVIDENCE = 60, 1500, 1000, 1500, 300
"""The most characters of what a learner writes."""

MOST_RUNS = 10_000  # of a learner's, that are looked through
LOOKED_BACK = 5  # runs before the best one, for what a diagnosis found in them
MOST_DRAWN = 48  # curves kept in memory, of about 50 kB each
TWICE = timedelta(seconds=20)  # within which a second press shares nothing anew

NOT_SHARED = "This portfolio is not shared any more."
NOTHING_YET = (
    "Your portfolio is still empty, so there is nothing to show. Begin with a project: `/train start digits` takes a "
    "minute."
)


@dataclass(frozen=True)
class Curve:
    """A picture of a run's curves, and what it shows in words."""

    png: bytes
    words: str


@dataclass(frozen=True)
class Mended:
    """What a diagnosis found in an earlier run, and what was changed by the best one.

    Attributes:
        value: what the earlier run came to; None where it came to nothing, as when it diverged.
        changes: of options: name, before, after.
    """

    finding: Finding
    value: float | None
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Work:
    """A project as a portfolio shows it, by its best run.

    Attributes:
        paragraph: what the learner wrote about it, as they wrote it.
        curve: None where there is nothing to draw.
    """

    standing: ProjectStanding
    view: RunView
    paragraph: str = ""
    mended: Mended | None = None
    curve: Curve | None = None


@dataclass(frozen=True)
class StageMastery:
    """How many concepts of a stage are mastered."""

    title: str
    mastered: int
    total: int


@dataclass(frozen=True)
class Portfolio:
    """All that a page shows.

    Attributes:
        works: projects with a result, those that are done first.
        projects: how many there are in all.
    """

    writings: Writings
    works: tuple[Work, ...]
    projects: int
    stages: tuple[StageMastery, ...]
    steps: tuple[StepStanding, ...]
    made_on: date

    @property
    def done(self) -> tuple[Work, ...]:
        """The projects that are done."""
        return tuple(one for one in self.works if one.standing.state == "done")

    @property
    def mastered(self) -> int:
        """Concepts mastered, of `concepts`."""
        return sum(one.mastered for one in self.stages)

    @property
    def concepts(self) -> int:
        """Concepts in all."""
        return sum(one.total for one in self.stages)

    @property
    def steps_done(self) -> tuple[StepStanding, ...]:
        """The steps that are done."""
        return tuple(one for one in self.steps if one.state == "done")


@dataclass(frozen=True)
class Desk:
    """What the panel of a portfolio is made of: all that needs no curve.

    Attributes:
        projects: every one, with where the learner stands.
        shares: the servers in which it is shown.
    """

    writings: Writings
    projects: tuple[ProjectStanding, ...]
    stages: tuple[StageMastery, ...]
    steps: tuple[StepStanding, ...]
    shares: tuple[Share, ...]
    on: date

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show yet."""
        made = any(one.best for one in self.projects) or any(one.mastered for one in self.stages)
        return not (made or self.writings.introduction or any(one.state == "done" for one in self.steps))


class Portfolios:
    """Projects, steps and the portfolio. Whoever asks is a `person` (their Discord id); looking keeps nothing."""

    def __init__(
        self,
        curriculum: Curriculum,
        database: DatabaseThread,
        standings: Standings,
        training: Training,
        id_source: Callable[[], str],
    ) -> None:
        """`id_source` names shares, by at most 32 letters and digits."""
        self._curriculum, self._database, self._standings, self._training = curriculum, database, standings, training
        self._id_source = id_source
        self._store, self._runs, self._learners = PortfolioStore(), RunStore(), LearnerStore()
        self._groups, self._asked, self._servers = GroupStore(), AskedStore(), ServerStore()
        self._drawn: dict[str, Curve] = {}

    # -------------------------------------------------------------------------------------- looking

    async def desk(self, person: int, now: datetime) -> Desk:
        """Where somebody stands with projects and steps, and what they wrote."""
        return await self._database.run(
            lambda database: self._desk(database, self._learners.find(database, person), now)[0]
        )

    async def of(self, person: int, now: datetime) -> Portfolio:
        """Somebody's portfolio, with its curves drawn."""
        desk, records = await self._database.run(
            lambda database: self._desk(database, self._learners.find(database, person), now)
        )
        return await self._gathered(desk, records)

    async def shared(self, share: str, server: int, now: datetime) -> Portfolio:
        """The portfolio that is shared in that server under that id.

        Raises:
            GradusError: it is not, or not any more, or the server's word list is against it.
        """

        def act(database: Database) -> tuple[Desk, Sequence[Record]]:
            found = self._store.share(database, share)
            if found is None or found.server != server or self._servers.is_blocked(database, server, found.person):
                raise GradusError(NOT_SHARED)
            gathered = self._desk(database, self._learners.find(database, found.person), now)
            check(_words(gathered[0]), self._servers.settings(database, server).word_list)
            return gathered

        return await self._gathered(*await self._database.run(act))

    async def scripts(self, portfolio: Portfolio) -> Mapping[str, str]:
        """The scripts that train each work's best run again: by name of the file."""
        return dict([await self._training.script(work.view.record.id) for work in portfolio.works])

    # -------------------------------------------------------------------------------------- writing

    async def write(self, person: int, name: str, introduction: str, links: str, now: datetime) -> None:
        """Keep what stands at the head of the portfolio, in place of what was there.

        Raises:
            GradusError: some of it is too long.
        """
        shown = _line(name, NAME), _text(introduction, INTRODUCTION), _text(links, LINKS)
        await self._keep(person, now, lambda database, learner: self._store.write(database, learner, *shown))

    async def write_about(self, person: int, project: str, text: str, now: datetime) -> None:
        """Keep a paragraph on a project; an empty one removes it.

        Raises:
            GradusError: it is too long, or there is no such project.
        """
        if project not in self._curriculum.catalogue.projects:
            raise GradusError("There is no such project any more. Open the list anew with `/me`.")
        kept = _text(text, PARAGRAPH)
        await self._keep(
            person, now, lambda database, learner: self._store.write_about(database, learner, project, kept)
        )

    async def tick(self, person: int, step: str, evidence: str, now: datetime) -> None:
        """Keep somebody's word for a step: a link or a sentence.

        Raises:
            GradusError: it is empty or too long, or there is no such step.
        """
        if step not in self._curriculum.catalogue.steps:
            raise GradusError("There is no such step any more. Open the list anew with `/me`.")
        word = OwnWord(_line(evidence, EVIDENCE), now)
        if not word.text:
            raise GradusError("Name what you did, by a link or a sentence, and the step is ticked.")
        await self._keep(person, now, lambda database, learner: self._store.tick(database, learner, step, word))

    async def untick(self, person: int, step: str) -> None:
        """Take that word back."""

        def act(database: Database) -> None:
            if learner := self._learners.find(database, person):
                self._store.untick(database, learner.id, step)

        await self._database.run(act)

    # -------------------------------------------------------------------------------------- sharing

    async def share(self, person: int, server: int, channel: int, now: datetime) -> Share | None:
        """Begin to show somebody's portfolio in a server, in place of where it was shown there before; None where a
        press just before did so.

        Raises:
            GradusError: there is nothing to show yet, or the server's word list is against it.
        """

        def act(database: Database) -> Share | None:
            with writing(database):
                learner = self._learners.find(database, person)
                desk = self._desk(database, learner, now)[0]
                if learner is None or desk.is_empty:
                    raise GradusError(NOTHING_YET)
                check(_words(desk), self._servers.settings(database, server).word_list)
                before = self._store.shares(database, learner.id)
                if any(one.channel == channel and now - one.at < TWICE for one in before):
                    return None
                made = Share(self._id_source(), learner.id, person, server, channel, None, now)
                self._store.begin(database, made)
                return made

        return await self._database.run(act)

    async def sent(self, share: Share, message: int) -> None:
        """Keep where the message of a share is; one that was ended meanwhile will say so."""

        def act(database: Database) -> None:
            with writing(database):
                if not self._store.sent(database, share.id, message):
                    self._store.mark_ended(database, (share.channel, message))

        await self._database.run(act)

    async def not_sent(self, share: Share) -> None:
        """End a share whose message could not be sent."""
        await self._database.run(lambda database: self._store.end_one(database, share.id))

    async def withdraw(self, person: int) -> None:
        """Show somebody's portfolio nowhere any more."""

        def act(database: Database) -> None:
            if learner := self._learners.find(database, person):
                self._store.end(database, learner.id)

        await self._database.run(act)

    async def message_deleted(self, place: Place) -> None:
        """End what a message showed that somebody deleted, such as a moderator."""
        await self._database.run(lambda database: self._store.end_at(database, place))

    async def ended(self) -> tuple[Place, ...]:
        """The messages, by channel and id, that show what is shared no more."""
        return await self._database.run(self._store.ended)

    async def told(self, place: Place) -> None:
        """Keep that such a message says so, or is gone."""
        await self._database.run(lambda database: self._store.told(database, place))

    # ----------------------------------------------------------------------------------- the inside

    async def _keep(self, person: int, now: datetime, act: Callable[[Database, int], None]) -> None:
        await self._database.run(lambda database: act(database, self._learners.learner_for(database, person, now).id))

    def _desk(self, database: Database, learner: Learner | None, now: datetime) -> tuple[Desk, Sequence[Record]]:
        """Together with the learner's runs, the newest first."""
        catalogue = self._curriculum.catalogue
        standings = self._standings.read(database, learner, now)
        records = self._runs.mine(database, learner.id, MOST_RUNS) if learner else []
        projects = project_standings(catalogue, standings, records)
        shares = self._store.shares(database, learner.id) if learner else ()
        groups = self._with_others(database, learner.id) if learner else 0
        accepted = self._asked.count_accepted(database, learner.id) if learner else 0
        deeds = Deeds(projects, bool(shares), groups, accepted)
        own = self._store.own_words(database, learner.id) if learner else {}
        steps = step_standings(catalogue, standings, deeds, own)
        writings = self._store.writings(database, learner.id) if learner else Writings()
        zone = ZoneInfo(learner.zone) if learner and learner.zone else UTC
        desk = Desk(writings, projects, self._stages(standings), steps, shares, now.astimezone(zone).date())
        return desk, records

    def _with_others(self, database: Database, learner: int) -> int:
        """How many study groups that go on a learner belongs to, together with somebody else."""
        groups = [one for one in self._groups.of_learner(database, learner) if one.active]
        return sum(len(self._groups.members(database, one.id)) > 1 for one in groups)

    def _stages(self, standings: Mapping[str, ConceptStanding]) -> tuple[StageMastery, ...]:
        catalogue, shown = self._curriculum.catalogue, []
        for stage in catalogue.stages.values():
            states = [standings[one.id].state for one in catalogue.concepts.values() if one.stage == stage.id]
            shown.append(StageMastery(stage.title, states.count("mastered"), len(states)))
        return tuple(shown)

    async def _gathered(self, desk: Desk, records: Sequence[Record]) -> Portfolio:
        order = sorted((one for one in desk.projects if one.best), key=lambda one: one.state != "done")
        works = [work for one in order if (work := await self._work(one, desk.writings, records)) is not None]
        return Portfolio(desk.writings, tuple(works), len(desk.projects), desk.stages, desk.steps, desk.on)

    async def _work(self, standing: ProjectStanding, writings: Writings, records: Sequence[Record]) -> Work | None:
        assert standing.best is not None
        try:
            view = await self._training.run(standing.best.id)
        except GradusError:  # forgotten while the rest was gathered
            return None
        paragraph = writings.about.get(standing.project.id, "")
        return Work(standing, view, paragraph, await self._mended(view, records), await self._curve(view))

    async def _curve(self, view: RunView) -> Curve | None:
        """Of a search that of its best trial; None where there is nothing to draw, or it cannot be drawn.

        The latest are kept in memory: a run that is over changes no more, and many may look at once.
        """
        run = view.record.id
        if run not in self._drawn and drawable(view.curve):
            try:
                png = await asyncio.to_thread(curve_picture, view.curve, over=True)
            except Exception:  # a portfolio without a picture is still one
                log.exception("cannot draw the curves of run %s", run)
                return None
            self._drawn[run] = Curve(png, curve_words(view.curve))
            for old in list(self._drawn)[:-MOST_DRAWN]:
                self._drawn.pop(old, None)
        return self._drawn.get(run)

    async def _mended(self, best: RunView, records: Sequence[Record]) -> Mended | None:
        """What the diagnosis found in the latest run before the best one in which it found anything.

        `records` are the newest first, the best one among them.
        """
        of_task = [one for one in records if one.request.task == best.task.id and one.over]
        earlier = of_task[[one.id for one in of_task].index(best.record.id) + 1 :]
        for record in earlier[:LOOKED_BACK]:
            try:
                view = await self._training.run(record.id)
            except GradusError:
                continue
            if view.findings:
                return Mended(view.findings[0], view.result, _changes(view.record, best.record))
        return None


def _words(desk: Desk) -> str:
    """All that a learner wrote and a page shows."""
    own = (one.own.text for one in desk.steps if one.own)
    writings = desk.writings
    return "\n".join((writings.name, writings.introduction, writings.links, *writings.about.values(), *own))


def _changes(before: Record, after: Record) -> tuple[tuple[str, str, str], ...]:
    """The options in which two runs differ; the seed is chance, and no change."""
    old, new = before.request.options, after.request.options
    both = ((name, as_typed(old[name]), as_typed(new[name])) for name in new if name in old and name != "seed")
    return tuple((name, was, now) for name, was, now in both if was != now)


def _line(text: str, most: int) -> str:
    return _within(visible(text), most)


def _text(text: str, most: int) -> str:
    """Some lines of text, without control and invisible characters."""
    return _within("\n".join(map(visible, text.strip().splitlines())), most)


def _within(text: str, most: int) -> str:
    """Raises:
    GradusError: it is longer.
    """
    if len(text) > most:
        raise GradusError(f"That has {len(text):,} characters, and there is room for {most:,}. Shorten it a little.")
    return text
