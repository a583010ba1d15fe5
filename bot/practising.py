"""The use case of practice: sessions of questions, one after another, and what the answers say of a memory."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.learning import LessonPage
from bot.road.placement_store import PlacementStore
from bot.road.plan_store import PlanStore
from bot.road.store import ProfileStore
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.learners import Learner
from foundation.store import LearnerStore
from quizzes.days import study_date
from quizzes.grading import Grade
from quizzes.history import Attempt, cards, is_mastered
from quizzes.memory import LONGEST_INTERVAL, RETENTION, Confidence, Memory, Outcome, rating
from quizzes.posing import pose
from quizzes.practice import NEW_A_DAY, REVIEWS_A_DAY, SESSION, Item, Learned, Plan, Practice, Scope
from quizzes.question import Choice, Cloze, FindBug, Matching, Ordering, Posed
from quizzes.store import PracticeSettings, PracticeStore, Report, Session
from quizzes.weights import FEWEST, own_weights

logger = logging.getLogger(__name__)

Fit = Callable[[Sequence[Attempt]], tuple[float, ...] | None]
GradeAnswer = Callable[[Posed, str], Awaitable[Grade]]

Judgement = Literal["had it", "partly", "missed it"]
"""What a learner says of an explanation that could not be judged, beside a model answer."""

JUDGED: Mapping[str, tuple[Outcome, float]] = {
    "had it": ("correct", 1.0),
    "partly": ("partial", 0.5),
    "missed it": ("wrong", 0.0),
}

TAUGHT = ("In one minute", "Worked example")
"""The sections that teach a new concept before it is asked."""

GROWTH = 1.25
"""How many times as long a log must have become before a learner's own weights are looked for again."""

KEPT = timedelta(days=30)
KEPT_ANSWER, KEPT_FEEDBACK = 2000, 3500  # characters, for a message and its restart
LONGEST_REPORT = 500


@dataclass(frozen=True)
class View:
    """A session as it stands, for any driver to show.

    Attributes:
        session: its state.
        title: what it is about.
        concept: the title of the open item's concept.
        posed: the open question; None at the end.
        teaching: the pages of the lesson that stand before it; empty where nothing is taught.
        grade: of the answer just given, else None.
        due: the study date on which the concept comes back, where the answer counted for the memory.
        may: what the learner may still say of their answer.
        results: at the end, the concepts asked, in order.
    """

    session: Session
    title: str
    concept: str = ""
    posed: Posed | None = None
    teaching: tuple[LessonPage, ...] = ()
    grade: Grade | None = None
    due: date | None = None
    may: tuple[Confidence | Judgement, ...] = ()
    results: tuple["Result", ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to ask."""
        return self.session.item is None


@dataclass(frozen=True)
class Result:
    """How a question of a session went at the first attempt, and when its concept comes back, where that is known."""

    concept: str
    outcome: Outcome
    due: date | None


@dataclass(frozen=True)
class Today:
    """What somebody has to do today: how many questions, and the title of the first concept asked."""

    questions: int
    first: str


@dataclass(frozen=True)
class _State:
    """What a decision about a learner needs."""

    learner: Learner
    plan: Plan
    learned: Learned


class Practising:
    """Sessions. Whoever presses is a `person` (their Discord id); a session answers to its own learner only."""

    def __init__(
        self,
        curriculum: Curriculum,
        database: DatabaseThread,
        grade: GradeAnswer,
        id_source: Callable[[], str],
        seed_source: Callable[[], int],
        fit: Fit = own_weights,
    ) -> None:
        """Args:
        grade: grades an answer.
        id_source: names sessions.
        seed_source: gives the seed of a session's choices.
        fit: finds a learner's own weights in their log, or None where they win nothing.
        """
        self._fit = fit
        self._curriculum = curriculum
        self._database = database
        self._grade = grade
        self._id_source = id_source
        self._seed_source = seed_source
        self._store = PracticeStore()
        self._learners = LearnerStore()
        self._profiles = ProfileStore()
        self._placements = PlacementStore()
        self._plans = PlanStore()

    # ------------------------------------------------------------------------------------- sessions

    async def begin(self, person: int, now: datetime, scope: Scope | None = None, count: int = SESSION) -> View:
        """Begin a session, or go on with the one of the same kind that was begun today and not ended.

        Raises:
            GradusError: there is nothing to ask, or no such concept or stage.
        """
        scope = scope or Scope()
        self._title(scope)  # which refuses what there is not

        def act(database: Database) -> Session:
            state = self._state(database, self._learners.learner_for(database, person, now), now)
            open_one = self._store.latest_session(database, state.learner.id, scope)
            if open_one is not None and open_one.item is not None and self._is_of(open_one, state):
                return open_one
            source = random.Random(self._seed_source())
            items = self._practice.session(state.learned, state.plan, source, scope, count)
            if not items and scope == Scope() and state.plan.before_exam(state.learned.on):
                items = self._practice.session(state.learned, state.plan, source, Scope("exam"), count)
            if not items:
                raise GradusError(_nothing(scope))
            phase = _first_phase(items[0])
            session = Session(self._id_source(), state.learner.id, scope, items, 0, phase, 0, "", "", (), now)
            self._store.keep_session(database, session)
            return session

        return await self._seen(await self._database.run(act))

    async def more(self, person: int, session: str, now: datetime) -> View:
        """Another session about the same.

        Raises:
            GradusError: there is nothing more to ask.
        """
        found = await self._database.run(lambda database: self._own(database, person, session))
        return await self.begin(person, now, found.scope)

    async def view(self, person: int, session: str) -> View:
        """A session as it stands."""
        return await self._seen(await self._database.run(lambda database: self._own(database, person, session)))

    async def ask(self, person: int, session: str, position: int, *, known: bool = False) -> View:
        """From the lesson's words to the question; `known`: the learner knows it, so the answer counts."""

        def moved(found: Session) -> Session:
            items = list(found.items)
            if known:
                items[position] = replace(items[position], role="probe")
            return replace(found, items=tuple(items), phase="ask")

        return await self._move(person, session, position, "teach", moved)

    async def hint(self, person: int, session: str, position: int) -> View:
        """Open the hint of the question; answering after it counts less."""
        return await self._move(person, session, position, "ask", lambda found: replace(found, hints=1))

    async def answer(
        self, person: int, session: str, position: int, text: str, now: datetime, *, revealed: bool = False
    ) -> View:
        """Grade an answer to the open question, keep it, and tell the memory of it where it counts.

        A second answer to the same question, from a second press, changes nothing.

        Args:
            revealed: the solution is looked at instead.

        Raises:
            GradusError: the answer has not the form that is expected; the question stays open.
        """
        before = await self._database.run(lambda database: self._own(database, person, session))
        if before.position != position or before.phase != "ask" or before.item is None:
            return await self._seen(before)
        posed = self._posed(before.item)
        grade = _REVEALED if revealed else await self._grade(posed, text)
        if grade.unread:
            raise GradusError(grade.feedback)

        def act(database: Database) -> Session:
            with writing(database):
                found = self._own(database, person, session)
                if found.position != position or found.phase != "ask" or found.item is None:
                    return found
                attempt = self._record(database, person, found, grade, now, revealed=revealed)
                found = replace(
                    found,
                    phase="told",
                    answer=text[:KEPT_ANSWER],
                    feedback=grade.feedback[:KEPT_FEEDBACK],
                    attempts=(*found.attempts, attempt.id),
                )
                self._store.keep_session(database, found)
                return found

        return await self._seen(await self._database.run(act))

    def note(
        self,
        database: Database,
        learner: Learner,
        item: Item,
        grade: Grade,
        now: datetime,
        *,
        hints: int = 0,
        revealed: bool = False,
        confidence: Confidence | None = None,
        instead_of: Attempt | None = None,
    ) -> Attempt:
        """Add an attempt to the log, within the caller's transaction, rated where it is the day's first on its concept
        and was not just taught, as a `new` item was.

        One that stands for another keeps its day, and is its day's first where the other was.
        """
        state = self._state(database, learner, now)
        memory, on = state.plan.memory, instead_of.study_date if instead_of else state.learned.on
        posed = self._posed(item)
        card = state.learned.cards.get(item.concept)
        before = [one for one in state.learned.of(item.concept) if instead_of is None or one.id < instead_of.id]
        first = not any(one.study_date == on for one in before)
        rated = None
        if first and item.role in ("review", "probe"):
            rated = rating(
                grade.outcome,
                hints=hints,
                revealed=revealed,
                confidence=confidence,
                free_form=not is_choice(posed),
            )
        attempt = Attempt(
            id=self._store.next_attempt(database),
            concept=item.concept,
            question=item.question,
            seed=item.seed,
            facet=posed.question.facet,
            outcome=grade.outcome,
            score=grade.score,
            confidence=confidence,
            hints=hints,
            revealed=revealed,
            retrievability=memory.retrievability(card, on) if card else None,
            rating=rated,
            at=now,
            study_date=on,
            aside=item.role == "aside",
        )
        after = memory.review(card, rated, on, attempt.fuzz_seed) if rated is not None else None
        self._store.record(database, learner.id, attempt, after)
        return attempt

    async def confide(
        self, person: int, session: str, position: int, said: Confidence | Judgement, now: datetime
    ) -> View:
        """What the learner says of the answer that they just gave: the memory is told so instead.

        Of a right answer, how sure they were; of one that could not be judged, whether it was right.
        """

        def act(database: Database) -> Session:
            with writing(database):
                found = self._own(database, person, session)
                last = self._last(database, found)
                if found.position != position or last is None or said not in self._may(found, last):
                    return found
                self._undo(database, found, last.id, now)
                outcome, least = JUDGED.get(said, (last.outcome, last.score))
                grade = Grade(outcome, max(last.score, least), "")
                attempt = self._record(
                    database, person, found, grade, last.at, confidence=_confidence(said), instead_of=last
                )
                found = replace(found, attempts=(*found.attempts[:-1], attempt.id))
                self._store.keep_session(database, found)
                return found

        return await self._seen(await self._database.run(act))

    async def again(self, person: int, session: str, position: int) -> View:
        """Open the question once more; another answer teaches and does not count for the memory."""
        return await self._move(person, session, position, "told", lambda found: replace(found, phase="ask"))

    async def undo(self, person: int, session: str, position: int, now: datetime) -> View:
        """Take the last answer back; its question is open again."""

        def act(database: Database) -> Session:
            with writing(database):
                found = self._own(database, person, session)
                if found.position != position or found.phase != "told" or not found.attempts:
                    return found
                self._undo(database, found, found.attempts[-1], now)
                found = replace(found, phase="ask", attempts=found.attempts[:-1], answer="", feedback="")
                self._store.keep_session(database, found)
                return found

        return await self._seen(await self._database.run(act))

    async def go_on(self, person: int, session: str, position: int) -> View:
        """To the next item."""

        def moved(found: Session) -> Session:
            after = replace(found, position=position + 1, hints=0, answer="", feedback="")
            return after if after.item is None else replace(after, phase=_first_phase(after.item))

        return await self._move(person, session, position, "told", moved)

    async def _move(
        self, person: int, session: str, position: int, phase: str, moved: Callable[[Session], Session]
    ) -> View:
        """Change a session that stands where whoever pressed saw it; a press that comes late changes nothing."""

        def act(database: Database) -> Session:
            with writing(database):
                found = self._own(database, person, session)
                if found.position == position and found.phase == phase:
                    found = moved(found)
                    self._store.keep_session(database, found)
                return found

        return await self._seen(await self._database.run(act))

    async def why(self, person: int, session: str, position: int) -> tuple[str, int]:
        """What the open question rests on: the concept, and the page of its lesson, from 0."""
        found = await self._database.run(lambda database: self._own(database, person, session))
        item = found.items[min(position, len(found.items) - 1)]
        section = self._posed(item).question.section
        return item.concept, self._curriculum.learning.study(item.concept).page_of(section)

    async def report(self, person: int, session: str, position: int, text: str, now: datetime) -> None:
        """Keep what the learner found wrong with a question, for the admins.

        Raises:
            GradusError: nothing was written.
        """
        words = " ".join(text.split())[:LONGEST_REPORT]
        if not words:
            raise GradusError("Write in a few words what is wrong with the question.")

        def act(database: Database) -> None:
            found = self._own(database, person, session)
            item = found.items[min(position, len(found.items) - 1)]
            self._store.report(database, found.learner, Report(item.question, item.seed, words, now))

        await self._database.run(act)

    async def forget_old(self, now: datetime) -> None:
        """Remove the sessions of long ago: their buttons end politely, their attempts stay."""
        await self._database.run(lambda database: self._store.forget_sessions_before(database, now - KEPT))

    # -------------------------------------------------------------------------------------- settings

    async def settings(self, person: int, now: datetime) -> PracticeSettings:
        """What a person set for their practice."""
        return await self._database.run(
            lambda database: self._store.settings(database, self._learners.learner_for(database, person, now).id)
        )

    async def set(self, person: int, settings: PracticeSettings, now: datetime) -> None:
        """Keep a person's settings; due dates follow them at once.

        Raises:
            GradusError: one is out of its range.
        """
        _check(settings)

        def act(database: Database) -> None:
            with writing(database):
                learner = self._learners.learner_for(database, person, now)
                self._store.keep_settings(database, learner.id, settings)
                log = self._store.attempts(database, learner.id)
                self._store.replace_cards(database, learner.id, cards(log, _memory(settings)))

        await self._database.run(act)

    async def fit_weights(self, now: datetime) -> None:
        """The tick that fits one learner's own weights: of who has answered most since the last try."""

        def find(database: Database) -> tuple[int, tuple[Attempt, ...]] | None:
            learner = self._store.next_to_fit(database, FEWEST, GROWTH)
            return (learner, self._store.attempts(database, learner)) if learner is not None else None

        found = await self._database.run(find)
        if found is None:
            return
        learner, log = found
        try:
            weights = await asyncio.to_thread(self._fit, log) or ()
        except GradusError as error:  # counts as a try: the next is due when the log has grown
            logger.error("learner %d keeps the published weights: %s", learner, error)
            weights = ()

        def keep(database: Database) -> None:
            with writing(database):
                now_there = self._store.attempts(database, learner)
                if not now_there:  # they had everything deleted meanwhile
                    return
                rated = sum(one.rating is not None for one in log)
                settings = replace(self._store.settings(database, learner), weights=weights, fitted_on=rated)
                self._store.keep_settings(database, learner, settings)
                self._store.replace_cards(database, learner, cards(now_there, _memory(settings)))

        await self._database.run(keep)

    async def reports(self, most: int) -> tuple[Report, ...]:
        """The latest reports on questions, for admins."""
        return tuple(await self._database.run(lambda database: self._store.reports(database, most)))

    # -------------------------------------------------------------------------------------- standing

    async def standing(self, person: int, now: datetime) -> "Standing":
        """What is due, and what is mastered."""

        return await self._database.run(
            lambda database: self.standing_of(database, self._learners.learner_for(database, person, now), now)
        )

    def standing_of(self, database: Database, learner: Learner, now: datetime) -> "Standing":
        """The same of a learner, in the caller's thread and transaction."""
        state = self._state(database, learner, now)
        memory, on = state.plan.memory, state.learned.on
        taught = {id: one for id, one in state.learned.cards.items() if id in self._curriculum.catalogue.concepts}
        mastered = tuple(id for id, card in taught.items() if is_mastered(card, state.learned.of(id), memory, on))
        due = self._practice.due(state.learned, state.plan)
        new = self._practice.next_new(state.learned, state.plan)
        known = frozenset(self._curriculum.catalogue.concepts).difference(self._practice.ahead(state.plan))
        return Standing(due, new, mastered, known, state.learned, state.plan)

    async def today(self, person: int, now: datetime) -> Today | None:
        """What a session begun now would ask; None where nothing is due and nothing new is to begin."""

        def act(database: Database) -> Today | None:
            state = self._state(database, self._learners.learner_for(database, person, now), now)
            items = self._practice.session(state.learned, state.plan, random.Random(0))
            return Today(len(items), self._curriculum.catalogue.concepts[items[0].concept].title) if items else None

        return await self._database.run(act)

    # ------------------------------------------------------------------------------------ the inside

    @property
    def _practice(self) -> Practice:
        return Practice(self._curriculum.catalogue, self._curriculum.bank)

    def _title(self, scope: Scope) -> str:
        catalogue = self._curriculum.catalogue
        if scope.kind == "concept":
            return catalogue.concept(scope.of).title
        if scope.kind == "stage":
            if scope.of not in catalogue.stages:
                raise GradusError(f"There is no stage '{scope.of}'. The stages are {', '.join(catalogue.stages)}.")
            return catalogue.stages[scope.of].title
        return {"missed": "What went wrong last", "exam": "For the exam"}.get(scope.kind, "What is due today")

    def _state(self, database: Database, learner: Learner, now: datetime) -> _State:
        settings = self._store.settings(database, learner.id)
        profile = self._profiles.find(database, learner.id)
        plan = Plan(
            memory=_memory(settings),
            level=profile.get("level") or "",
            new_a_day=settings.new_a_day if settings.new_a_day is not None else NEW_A_DAY,
            reviews_a_day=settings.reviews_a_day if settings.reviews_a_day is not None else REVIEWS_A_DAY,
            exam=settings.exam,
            placed=self._placements.known(database, learner.id),
            next_up=self._plans.next_up(database, learner.id),
        )
        on = study_date(now, learner.zone or "UTC")
        return _State(
            learner,
            plan,
            Learned(self._store.cards(database, learner.id), self._store.attempts(database, learner.id), on),
        )

    def _own(self, database: Database, person: int, session: str) -> Session:
        found = self._store.session(database, session)
        if found is None:
            raise GradusError("This session has ended. Start another with `/quiz now`.")
        learner = self._learners.find(database, person)
        if learner is None or learner.id != found.learner:
            raise GradusError("This is somebody else's practice. Start your own with `/quiz now`.")
        return found

    def _last(self, database: Database, session: Session) -> Attempt | None:
        if session.phase != "told" or not session.attempts:
            return None
        return self._store.attempt(database, session.attempts[-1])

    def _undo(self, database: Database, session: Session, attempt: int, now: datetime) -> None:
        memory = _memory(self._store.settings(database, session.learner))
        rest = [one for one in self._store.attempts(database, session.learner) if one.id != attempt]
        self._store.undo(database, session.learner, attempt, cards(rest, memory), now)

    def _record(
        self,
        database: Database,
        person: int,
        session: Session,
        grade: Grade,
        now: datetime,
        *,
        revealed: bool = False,
        confidence: Confidence | None = None,
        instead_of: Attempt | None = None,
    ) -> Attempt:
        assert session.item is not None
        return self.note(
            database,
            self._learners.learner_for(database, person, now),
            session.item,
            grade,
            now,
            hints=session.hints,
            revealed=revealed,
            confidence=confidence,
            instead_of=instead_of,
        )

    async def _seen(self, session: Session) -> View:
        """A session as its learner sees it."""

        about = self._title(session.scope)

        def read(database: Database) -> View:
            if session.item is None:
                return View(session, about, results=self._results(database, session))
            posed = self._posed(session.item)
            title = self._curriculum.catalogue.concepts[session.item.concept].title
            if session.phase == "teach":
                pages = self._curriculum.learning.study(session.item.concept).pages
                return View(session, about, title, posed, tuple(one for one in pages if one.section in TAUGHT))
            last = self._last(database, session) if session.phase == "told" else None
            if last is None:
                return View(session, about, title, posed)
            card = self._store.cards(database, session.learner).get(last.concept)
            due = card.due if card and last.rating is not None else None
            grade = Grade(last.outcome, last.score, session.feedback)
            return View(session, about, title, posed, grade=grade, due=due, may=self._may(session, last))

        return await self._database.run(read)

    def _may(self, session: Session, last: Attempt) -> tuple[Confidence | Judgement, ...]:
        """What a learner may still say of their last answer."""
        if session.phase != "told" or session.item is None:
            return ()
        if last.outcome == "uncertain":
            return get_args(Judgement)
        if last.outcome != "correct" or last.rating is None or last.confidence is not None:
            return ()
        return ("guessed",) if is_choice(self._posed(session.item)) else ("sure", "unsure")

    def _results(self, database: Database, session: Session) -> tuple[Result, ...]:
        """How each question of a session went at first."""
        cards = self._store.cards(database, session.learner)
        concepts = self._curriculum.catalogue.concepts
        own = [one for one in self._store.attempts(database, session.learner) if one.id in session.attempts]
        first = {one.question: one for one in reversed(own) if one.concept in concepts}
        some = [first[one.question] for one in session.items if one.question in first]
        return tuple(
            Result(concepts[one.concept].title, one.outcome, cards[one.concept].due if one.concept in cards else None)
            for one in some
        )

    def _is_of(self, session: Session, state: _State) -> bool:
        """Whether a session belongs to the learner's study date, and every question of it is still in the bank."""
        today = study_date(session.started_at, state.learner.zone or "UTC") == state.learned.on
        return today and all(one.question in self._curriculum.bank.questions for one in session.items)

    def _posed(self, item: Item) -> Posed:
        bank = self._curriculum.bank
        if item.question not in bank.questions:
            raise GradusError("This question has been taken out meanwhile. Start another session with `/quiz now`.")
        return pose(bank.questions[item.question], item.seed)


@dataclass(frozen=True)
class Standing:
    """Where a learner stands today.

    Attributes:
        due: concepts, the weakest first.
        new: the concept to begin next.
        mastered: concepts.
        known: concepts assumed known, from a diagnostic or from the level that they chose.
    """

    due: tuple[str, ...]
    new: str | None
    mastered: tuple[str, ...]
    known: frozenset[str]
    learned: Learned
    plan: Plan


def is_choice(posed: Posed) -> bool:
    """Whether the answer is picked from what is shown, so that luck has a part in it."""
    return isinstance(posed.task, Choice | FindBug | Ordering | Matching) and not isinstance(posed.task, Cloze)


def _confidence(said: Confidence | Judgement) -> Confidence | None:
    return next((one for one in get_args(Confidence) if one == said), None)


def _first_phase(item: Item) -> str:
    return "teach" if item.role in ("new", "read") else "ask"


def _nothing(scope: Scope) -> str:
    if scope.kind == "missed":
        return "Nothing went wrong lately, so there is nothing to repeat. `/quiz now` asks what is due."
    if scope.kind == "exam":
        return "There is nothing to repeat before the exam: begin with `/quiz now`."
    return "Nothing is due, and today's new concept is done. Choose a concept, or come back tomorrow."


_REVEALED = Grade("wrong", 0.0, "")
"""Of what was not answered: the driver shows the solution, which is what was asked for."""


def _memory(settings: PracticeSettings) -> Memory:
    return Memory(
        settings.retention if settings.retention is not None else RETENTION, LONGEST_INTERVAL, settings.weights
    )


def _check(settings: PracticeSettings) -> None:
    if settings.retention is not None and not 0.8 <= settings.retention <= 0.95:
        raise GradusError("How surely you want to remember is a number from 0.8 to 0.95.")
    if settings.new_a_day is not None and not 0 <= settings.new_a_day <= 5:
        raise GradusError("New concepts a day: from 0 to 5.")
    if settings.reviews_a_day is not None and not 1 <= settings.reviews_a_day <= 100:
        raise GradusError("Questions a day: from 1 to 100.")
