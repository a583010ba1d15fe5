"""The use case of the diagnostic: twelve to twenty questions that place a newcomer on the road.

Its answers are evidence on what is known before anything was taught. They are no reviews: the practice log and the
memory see nothing of them. What is taken over is assumed known, and practice checks it by and by.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.learning import StartingPoint
from bot.road.diagnostic_store import Asked, Diagnostic, DiagnosticStore, State
from bot.road.placement_store import PlacementStore
from bot.road.store import ProfileStore
from content.catalogue import Catalogue
from content.mathtext import readable
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.grading import grade
from quizzes.placement import KNOWN_FROM, Ask, Belief, Roadmap, Said, ask_of, influence, is_enough, next_question
from quizzes.posing import LETTERS, pose
from quizzes.question import Posed, Question

EASY = 2
"""The difficulty of a question that shows whether a concept is known at all."""

MOST_DECIDING = 4
MOVED = 0.08
"""By how much an answer moves a concept's probability at least, to be named as a reason."""


@dataclass(frozen=True)
class Overview:
    """Before anything is asked.

    Attributes:
        answered: answers of the diagnostic that is open; None where none is.
        ended: the latest, if it has ended: what it found can be looked at again.
        placed: whether the learner's road begins where a diagnostic found them.
    """

    answered: int | None = None
    ended: str | None = None
    placed: bool = False


@dataclass(frozen=True)
class Decision:
    """An answer that decided much: what was said on a concept, and what that made known or left ahead (titles)."""

    title: str
    said: Said
    moved: tuple[str, ...]


@dataclass(frozen=True)
class StageFound:
    """How many of a stage's concepts are taken as known."""

    title: str
    known: int
    concepts: int


@dataclass(frozen=True)
class Answered:
    """An answer, to look at again.

    Attributes:
        title: of the concept.
        question, solution: what was asked, and the right answer in words; empty where it has been taken out.
    """

    title: str
    said: Said
    question: str = ""
    solution: str = ""


@dataclass(frozen=True)
class Findings:
    """What a diagnostic concluded, and why.

    Attributes:
        known: the probability that each concept is known.
        sure: the share of concepts that is expected to be classed right.
        start: where the learner would begin.
        decided: the answers that decided most, in the order asked.
        answers: all of them, in the order asked.
    """

    known: Mapping[str, float]
    sure: float
    start: StartingPoint
    stages: tuple[StageFound, ...]
    decided: tuple[Decision, ...]
    answers: tuple[Answered, ...]


@dataclass(frozen=True)
class DiagnosticView:
    """A diagnostic as a driver shows it: its open question, or what it found.

    Attributes:
        number: of the open question, from 1.
        concept: the title of what it is on.
        note: a line to the learner, or empty.
    """

    id: str
    state: State
    turn: int = 0
    number: int = 0
    concept: str = ""
    posed: Posed | None = None
    findings: Findings | None = None
    note: str = ""


class Diagnostics:
    """Diagnostics, for any driver. Every act may come twice, late, or after a restart."""

    def __init__(
        self,
        curriculum: Curriculum,
        database: DatabaseThread,
        id_source: Callable[[], str],
        seed_source: Callable[[], int],
    ) -> None:
        self._curriculum = curriculum
        self._database = database
        self._id_source = id_source
        self._seed_source = seed_source
        self._store = DiagnosticStore()
        self._placements = PlacementStore()
        self._profiles = ProfileStore()
        self._learners = LearnerStore()
        self._drawn: tuple[Catalogue, Roadmap] | None = None

    async def overview(self, person: int) -> Overview:
        """What there is to go on with; nothing is kept by looking."""

        def act(database: Database) -> Overview:
            learner = self._learners.find(database, person)
            if learner is None:
                return Overview()
            latest = self._store.latest(database, learner.id)
            placed = self._placements.known(database, learner.id) is not None
            if latest is None or latest.state != "open":
                return Overview(ended=latest.id if latest is not None else None, placed=placed)
            return Overview(answered=len(latest.answered), placed=placed)

        return await self._database.run(act)

    async def placed(self, person: int) -> frozenset[str] | None:
        """The concepts that a diagnostic found known; None where none was taken over."""

        def act(database: Database) -> frozenset[str] | None:
            learner = self._learners.find(database, person)
            return self._placements.known(database, learner.id) if learner is not None else None

        return await self._database.run(act)

    async def begin(self, person: int, now: datetime) -> DiagnosticView:
        """Begin one, or go on with the one that is open.

        Raises:
            GradusError: there is nothing to ask.
        """

        def act(database: Database) -> DiagnosticView:
            learner = self._learners.learner_for(database, person, now)
            found = self._store.latest(database, learner.id)
            if found is not None and found.state == "open":
                return self._seen(database, found)
            if not self._questions():
                raise GradusError("There are no questions yet that could place you. Begin with `/learn`.")
            level = self._profiles.find(database, learner.id).get("level")
            id = self._id_source()
            with writing(database):
                self._store.begin(database, id, learner.id, level, now)
                return self._next(database, Diagnostic(id, learner.id, level, "open"))

        return await self._run(act)

    async def view(self, person: int, id: str) -> DiagnosticView:
        """As it stands."""
        return await self._run(lambda database: self._seen(database, self._own(database, person, id)))

    async def answer(self, person: int, id: str, turn: int, answer: str, now: datetime) -> DiagnosticView:
        """Answer the open question, with an empty text for "I don't know", and put the next.

        An answer to another question than the open one changes nothing.
        """

        def act(database: Database) -> DiagnosticView:
            with writing(database):
                found = self._own(database, person, id)
                waiting = found.waiting
                posed = self._posed(waiting) if waiting is not None and waiting.turn == turn else None
                if posed is None:
                    return self._seen(database, found)
                graded = grade(posed, answer) if answer else None
                if graded is not None and graded.unread:
                    return self._shown(found, f"I can't read that: {graded.feedback}")
                said: Said = "unsure" if graded is None else "right" if graded.outcome == "correct" else "wrong"
                self._store.answer(database, id, turn, answer, said, now)
                return self._next(database, self._own(database, person, id))

        return await self._run(act)

    async def keep(self, person: int, id: str, now: datetime) -> DiagnosticView:
        """Take over what it found: practice and the map go by it from now on."""
        return await self._decide(person, id, "kept", now)

    async def leave(self, person: int, id: str, now: datetime) -> DiagnosticView:
        """Leave everything as it was; what it found can still be taken over later."""
        return await self._decide(person, id, "left", now)

    async def throw_away(self, person: int, id: str) -> None:
        """Forget a diagnostic that is open, with its answers; one that is finished stays."""

        def act(database: Database) -> None:
            if self._own(database, person, id).state == "open":
                self._store.remove(database, id)

        await self._database.run(act)

    async def go_by_level(self, person: int) -> None:
        """Take nothing from diagnostics any more: the road begins at the level that was told. What the latest found can
        still be taken over again.
        """

        def act(database: Database) -> None:
            learner = self._learners.find(database, person)
            if learner is not None:
                with writing(database):
                    self._placements.forget(database, learner.id)
                    self._store.leave_all(database, learner.id)

        await self._database.run(act)

    # ------------------------------------------------------------------------------------ the inside

    async def _run(self, act: Callable[[Database], DiagnosticView]) -> DiagnosticView:
        """Act in the database's thread, which nobody else is kept waiting for while the roadmap is drawn."""
        await asyncio.to_thread(self._roadmap)
        return await self._database.run(act)

    def _own(self, database: Database, person: int, id: str) -> Diagnostic:
        found = self._store.find(database, id)
        if found is None:
            raise GradusError("I no longer have that diagnostic. Begin another with `/start`.")
        learner = self._learners.find(database, person)
        if learner is None or learner.id != found.learner:
            raise GradusError("This is somebody else's diagnostic. Begin your own with `/start`.")
        return found

    async def _decide(self, person: int, id: str, state: State, now: datetime) -> DiagnosticView:
        def act(database: Database) -> DiagnosticView:
            with writing(database):
                found = self._own(database, person, id)
                latest = self._store.latest(database, found.learner)
                if found.state == "open":
                    return self._seen(database, found)
                if latest is not None and latest.id != id:
                    raise GradusError("You have begun a newer diagnostic since: `/start` leads to it.")
                if state == "kept":
                    self._placements.keep(database, found.learner, self._belief(found).known, now)
                elif found.state == "kept":
                    return self._seen(database, found)
                self._store.set_state(database, id, state)
                return self._seen(database, self._own(database, person, id))

        return await self._run(act)

    def _seen(self, database: Database, found: Diagnostic) -> DiagnosticView:
        """As it stands; a question that has been taken out meanwhile gives way to another."""
        if found.state != "open":
            return DiagnosticView(found.id, found.state, findings=self._findings(found))
        if found.waiting is not None and self._posed(found.waiting) is not None:
            return self._shown(found)
        note = "The question that stood here has been taken out meanwhile. Here is another one."
        with writing(database):
            return self._next(database, found, note if found.waiting is not None else "")

    def _next(self, database: Database, found: Diagnostic, note: str = "") -> DiagnosticView:
        """Put the next question, or conclude."""
        belief, answered = self._belief(found), found.answered
        taken = {one.question for one in answered}
        left = {id: ask for id, ask in self._questions().items() if id not in taken}
        some = [*dict.fromkeys(left.values())]
        ask = None if is_enough(belief, len(answered)) else next_question(belief, some, len(answered))
        if ask is None:
            self._store.set_state(database, found.id, "done")
        else:
            seed = self._seed_source()
            fitting = [self._curriculum.bank.questions[id] for id, one in left.items() if one == ask]
            question = _plainest(fitting, self._store.seen(database, found.learner), seed)
            turn = max((one.turn for one in found.asked), default=0) + 1
            self._store.ask(database, found, Asked(turn, question.id, seed, ask))
        after = self._store.find(database, found.id)
        assert after is not None
        return self._shown(after, note) if after.waiting is not None else self._seen(database, after)

    def _shown(self, found: Diagnostic, note: str = "") -> DiagnosticView:
        """The open question."""
        waiting = found.waiting
        assert waiting is not None
        return DiagnosticView(
            found.id,
            found.state,
            turn=waiting.turn,
            number=len(found.answered) + 1,
            concept=self._title(waiting.ask.concept),
            posed=self._posed(waiting),
            note=note,
        )

    def _posed(self, asked: Asked) -> Posed | None:
        """The question in the form in which it was put; None where the bank no longer has it as one of these."""
        question = self._curriculum.bank.questions.get(asked.question)
        return pose(question, asked.seed) if question is not None and ask_of(question) is not None else None

    def _questions(self) -> Mapping[str, Ask]:
        """The questions that a diagnostic can put."""
        questions = self._curriculum.bank.questions
        return {id: ask for id, one in questions.items() if (ask := ask_of(one)) is not None}

    def _belief(self, found: Diagnostic) -> Belief:
        return self._roadmap().belief(found.replies, found.level)

    def _roadmap(self) -> Roadmap:
        """Drawn once for a curriculum: some tenths of a second."""
        catalogue = self._curriculum.catalogue
        if self._drawn is None or self._drawn[0] is not catalogue:
            self._drawn = catalogue, Roadmap(catalogue)
        return self._drawn[1]

    def _title(self, concept: str) -> str:
        concepts = self._curriculum.catalogue.concepts
        return concepts[concept].title if concept in concepts else concept

    def _findings(self, found: Diagnostic) -> Findings:
        catalogue, belief = self._curriculum.catalogue, self._belief(found)
        known = frozenset(id for id, one in belief.known.items() if one >= KNOWN_FROM)
        of = {id: [one.id for one in catalogue.concepts.values() if one.stage == id] for id in catalogue.stages}
        return Findings(
            belief.known,
            belief.sure,
            self._curriculum.learning.start(found.level, known),
            tuple(StageFound(catalogue.stages[id].title, len(known & {*some}), len(some)) for id, some in of.items()),
            self._decided(found, known),
            tuple(self._answered(one, one.said) for one in found.answered if one.said is not None),
        )

    def _decided(self, found: Diagnostic, known: frozenset[str]) -> tuple[Decision, ...]:
        """The answers that decided on most concepts that were not asked about themselves: each concept goes with the
        answer that moved it furthest to where it ended.
        """
        replies = found.replies
        moved = influence(self._roadmap(), replies, found.level)
        asked = {one.ask.concept for one in replies}
        decided: dict[int, dict[str, float]] = {}
        for id in (one for one in self._curriculum.catalogue.concepts if one not in asked):
            towards = [by[id] if id in known else -by[id] for by in moved]
            place = max(range(len(replies)), key=towards.__getitem__, default=0)
            if towards and towards[place] >= MOVED and (replies[place].said == "right") == (id in known):
                decided.setdefault(place, {})[self._title(id)] = towards[place]
        most = sorted(decided, key=lambda place: len(decided[place]), reverse=True)[:MOST_DECIDING]
        return tuple(
            Decision(
                self._title(replies[place].ask.concept),
                replies[place].said,
                tuple(sorted(decided[place], key=decided[place].__getitem__, reverse=True)),
            )
            for place in sorted(most)
        )

    def _answered(self, asked: Asked, said: Said) -> Answered:
        title, posed = self._title(asked.ask.concept), self._posed(asked)
        if posed is None:
            return Answered(title, said)
        right = posed.choices[LETTERS.index(posed.solution)] if posed.solution in LETTERS else posed.solution
        return Answered(title, said, readable(posed.prompt), readable(right))


def _plainest(some: list[Question], seen: frozenset[str], seed: int) -> Question:
    """The question that best shows whether a concept is known at all; one not seen before where there is one."""
    random.Random(seed).shuffle(some)
    return min(some, key=lambda one: (one.id in seen, abs(one.difficulty - EASY), one.facet != "recall"))
