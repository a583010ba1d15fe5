"""The use case of practice: sessions of questions, one after another, and what the answers say of a memory."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.road.store import ProfileStore
from content.lesson import Lesson
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.learners import Learner
from foundation.store import LearnerStore
from quizzes.bank import Bank
from quizzes.days import study_date
from quizzes.grading import Grade
from quizzes.history import Attempt, cards, is_mastered
from quizzes.memory import LONGEST_INTERVAL, RETENTION, Confidence, Memory, rating
from quizzes.posing import pose
from quizzes.practice import NEW_A_DAY, SESSION, Item, Learned, Plan, Practice, Scope
from quizzes.question import Choice, Cloze, FindBug, Matching, Ordering, Posed
from quizzes.store import PracticeSettings, PracticeStore, Report, Session

GradeAnswer = Callable[[Posed, str], Awaitable[Grade]]

TAUGHT = ("In one minute", "Worked example")
"""The sections that teach a new concept before it is asked."""

KEPT = timedelta(days=30)
REVIEWS_A_DAY = 20
LONGEST_REPORT = 500


@dataclass(frozen=True)
class View:
    """A session as it stands, for any driver to show.

    Attributes:
        session: its state.
        concept: the title of the open item's concept.
        posed: the open question; None at the end.
        teaching: the lesson's words that stand before it, as (section, Markdown); empty where nothing is taught.
        grade: of the answer just given, else None.
        rated: whether that answer counted for the memory.
        due: the study date on which the concept comes back, where it is known.
        may_guess, may_confide: what the learner may still say of a right answer: that they guessed; how sure they were.
        done, right: questions answered in this session, and how many of them right.
    """

    session: Session
    concept: str = ""
    posed: Posed | None = None
    teaching: tuple[tuple[str, str], ...] = ()
    grade: Grade | None = None
    rated: bool = False
    due: date | None = None
    may_guess: bool = False
    may_confide: bool = False
    done: int = 0
    right: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing is left to ask."""
        return self.session.item is None


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
        bank: Callable[[], Bank],
        database: DatabaseThread,
        grade: GradeAnswer,
        id_source: Callable[[], str],
        seed_source: Callable[[], int],
    ) -> None:
        """Args:
        bank: the questions in use.
        grade: grades an answer.
        id_source: names sessions.
        seed_source: gives the seed of a session's choices.
        """
        self._curriculum = curriculum
        self._bank = bank
        self._database = database
        self._grade = grade
        self._id_source = id_source
        self._seed_source = seed_source
        self._store = PracticeStore()
        self._learners = LearnerStore()
        self._profiles = ProfileStore()

    # ------------------------------------------------------------------------------------- sessions

    async def begin(self, person: int, now: datetime, scope: Scope | None = None, count: int = SESSION) -> View:
        """Begin a session.

        Raises:
            GradusError: there is nothing to ask, or no such concept or stage.
        """
        scope = scope or Scope()
        title = self._title(scope)

        def act(database: Database) -> Session:
            state = self._state(database, self._learners.learner_for(database, person, now), now)
            source = random.Random(self._seed_source())
            items = self._practice.session(state.learned, state.plan, source, scope, count)
            if not items:
                raise GradusError(_nothing(scope))
            session = Session(self._id_source(), state.learner.id, title, items, 0, "", 0, "", (), now)
            session = replace(session, phase=_first_phase(items[0]))
            self._store.keep_session(database, session)
            return session

        return self._view(await self._database.run(act))

    async def view(self, person: int, session: str) -> View:
        """A session as it stands."""
        return self._view(await self._database.run(lambda database: self._own(database, person, session)))

    async def ask(self, person: int, session: str, position: int, *, known: bool = False) -> View:
        """From the lesson's words to the question; `known`: the learner knows it, so the answer counts."""

        def act(database: Database) -> Session:
            found = self._own(database, person, session)
            if found.position == position and found.phase == "teach" and found.item is not None:
                items = list(found.items)
                if known:
                    items[position] = replace(found.item, role="probe")
                found = replace(found, items=tuple(items), phase="ask")
                self._store.keep_session(database, found)
            return found

        return self._view(await self._database.run(act))

    async def hint(self, person: int, session: str, position: int) -> str:
        """The open question's hint; answering after it counts less."""

        def act(database: Database) -> Session:
            found = self._own(database, person, session)
            if found.position == position and found.phase == "ask" and not found.hints:
                found = replace(found, hints=1)
                self._store.keep_session(database, found)
            return found

        found = await self._database.run(act)
        return self._posed(found.items[min(position, len(found.items) - 1)]).hint

    async def answer(
        self, person: int, session: str, position: int, text: str, now: datetime, *, revealed: bool = False
    ) -> View:
        """Grade an answer to the open question, keep it, and tell the memory of it where it counts.

        A second answer to the same question, from a second press, changes nothing.
        """
        before = await self._database.run(lambda database: self._own(database, person, session))
        if before.position != position or before.phase != "ask" or before.item is None:
            return self._view(before)
        posed = self._posed(before.item)
        grade = await self._grade(posed, text) if not revealed else _revealed(posed)

        def act(database: Database) -> tuple[Session, Attempt | None]:
            with writing(database):
                found = self._own(database, person, session)
                if found.position != position or found.phase != "ask" or found.item is None:
                    return found, None
                attempt = self._record(database, person, found, grade, now, revealed=revealed)
                found = replace(found, phase="told", answer=text[:2000], attempts=(*found.attempts, attempt.id))
                self._store.keep_session(database, found)
                return found, attempt

        found, attempt = await self._database.run(act)
        return await self._told(found, posed, grade, attempt) if attempt else self._view(found)

    async def confide(self, person: int, session: str, position: int, confidence: Confidence, now: datetime) -> View:
        """What the learner says of the right answer that they just gave: the memory is told so instead."""

        def act(database: Database) -> tuple[Session, Attempt | None]:
            with writing(database):
                found = self._own(database, person, session)
                if found.position != position or found.phase != "told" or found.item is None:
                    return found, None
                last = self._last(database, found)
                if last is None or last.confidence is not None or last.outcome != "correct":
                    return found, None
                self._undo(database, found, last.id, now)
                grade = Grade(last.outcome, last.score, "")
                attempt = self._record(database, person, found, grade, last.at, confidence=confidence)
                found = replace(found, attempts=(*found.attempts[:-1], attempt.id))
                self._store.keep_session(database, found)
                return found, attempt

        found, attempt = await self._database.run(act)
        view = self._view(found)
        return replace(view, rated=attempt is not None and attempt.rating is not None)

    async def undo(self, person: int, session: str, position: int, now: datetime) -> View:
        """Take the last answer back; its question is open again."""

        def act(database: Database) -> Session:
            with writing(database):
                found = self._own(database, person, session)
                if found.position != position or found.phase != "told" or not found.attempts:
                    return found
                self._undo(database, found, found.attempts[-1], now)
                found = replace(found, phase="ask", attempts=found.attempts[:-1], answer="")
                self._store.keep_session(database, found)
                return found

        return self._view(await self._database.run(act))

    async def go_on(self, person: int, session: str, position: int) -> View:
        """To the next item."""

        def act(database: Database) -> Session:
            found = self._own(database, person, session)
            if found.position == position and found.phase == "told":
                found = replace(found, position=position + 1, hints=0, answer="")
                if found.item is not None:
                    found = replace(found, phase=_first_phase(found.item))
                self._store.keep_session(database, found)
            return found

        found = await self._database.run(act)
        log = await self._database.run(lambda database: self._store.attempts(database, found.learner))
        own = [one for one in log if one.id in found.attempts]
        return replace(self._view(found), done=len(own), right=sum(one.outcome == "correct" for one in own))

    async def why(self, person: int, session: str, position: int) -> tuple[str, str, str]:
        """What the question rests on: the concept's title, the section, and its words (Markdown)."""
        found = await self._database.run(lambda database: self._own(database, person, session))
        item = found.items[min(position, len(found.items) - 1)]
        question = self._bank().question(item.question)
        lesson = self._curriculum.catalogue.lessons[item.concept]
        return (
            self._curriculum.catalogue.concepts[item.concept].title,
            question.section,
            _section(lesson, question.section),
        )

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

    async def reports(self, most: int) -> tuple[Report, ...]:
        """The latest reports on questions, for admins."""
        return tuple(await self._database.run(lambda database: self._store.reports(database, most)))

    # -------------------------------------------------------------------------------------- standing

    async def standing(self, person: int, now: datetime) -> "Standing":
        """What is due, and what is mastered."""

        def act(database: Database) -> Standing:
            state = self._state(database, self._learners.learner_for(database, person, now), now)
            memory, on = state.plan.memory, state.learned.on
            mastered = tuple(
                id for id, card in state.learned.cards.items() if is_mastered(card, state.learned.of(id), memory, on)
            )
            due = self._practice.due(state.learned, state.plan)
            return Standing(
                due, self._practice.next_new(state.learned, state.plan), mastered, state.learned, state.plan
            )

        return await self._database.run(act)

    # ------------------------------------------------------------------------------------ the inside

    @property
    def _practice(self) -> Practice:
        return Practice(self._curriculum.catalogue, self._bank())

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
            raise GradusError("This session has ended. Start another with /quiz now.")
        learner = self._learners.find(database, person)
        if learner is None or learner.id != found.learner:
            raise GradusError("This is somebody else's practice. Start your own with /quiz now.")
        return found

    def _last(self, database: Database, session: Session) -> Attempt | None:
        if not session.attempts:
            return None
        log = self._store.attempts(database, session.learner)
        return next((one for one in log if one.id == session.attempts[-1]), None)

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
    ) -> Attempt:
        """Add an attempt to the log, rated where it is the day's first on its concept and was not just taught."""
        item = session.item
        assert item is not None
        learner = self._learners.learner_for(database, person, now)
        state = self._state(database, learner, now)
        memory, on = state.plan.memory, state.learned.on
        posed = self._posed(item)
        card = state.learned.cards.get(item.concept)
        first = not any(one.study_date == on for one in state.learned.of(item.concept))
        rated = None
        if first and item.role not in ("new", "read"):
            rated = rating(
                grade.outcome,
                hints=session.hints,
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
            hints=session.hints,
            revealed=revealed,
            retrievability=memory.retrievability(card, on) if card else None,
            rating=rated,
            at=now,
            study_date=on,
        )
        after = memory.review(card, rated, on, attempt.fuzz_seed) if rated is not None else None
        self._store.record(database, learner.id, attempt, after)
        return attempt

    async def _told(self, session: Session, posed: Posed, grade: Grade, attempt: Attempt) -> View:
        found = await self._database.run(lambda database: self._store.cards(database, session.learner))
        right = grade.outcome == "correct" and attempt.rating is not None
        card = found.get(attempt.concept)
        return replace(
            self._view(session),
            grade=grade,
            rated=attempt.rating is not None,
            due=card.due if card else None,
            may_guess=right and is_choice(posed),
            may_confide=right and not is_choice(posed),
        )

    def _view(self, session: Session) -> View:
        item = session.item
        if item is None:
            return View(session)
        lesson = self._curriculum.catalogue.lessons.get(item.concept)
        teaching = tuple(
            (one.title, one.body)
            for one in (lesson.sections if lesson and session.phase == "teach" else ())
            if one.title in TAUGHT
        )
        title = self._curriculum.catalogue.concepts[item.concept].title
        return View(session, concept=title, posed=self._posed(item), teaching=teaching)

    def _posed(self, item: Item) -> Posed:
        return pose(self._bank().question(item.question), item.seed)


@dataclass(frozen=True)
class Standing:
    """Where a learner stands today.

    Attributes:
        due: concepts, the weakest first.
        new: the concept to begin next.
        mastered: concepts.
    """

    due: tuple[str, ...]
    new: str | None
    mastered: tuple[str, ...]
    learned: Learned
    plan: Plan


def is_choice(posed: Posed) -> bool:
    """Whether the answer is picked from what is shown, so that luck has a part in it."""
    return isinstance(posed.task, Choice | FindBug | Ordering | Matching) and not isinstance(posed.task, Cloze)


def _first_phase(item: Item) -> str:
    return "teach" if item.role in ("new", "read") else "ask"


def _nothing(scope: Scope) -> str:
    if scope.kind == "missed":
        return "Nothing went wrong lately, so there is nothing to repeat. /quiz now asks what is due."
    if scope.kind == "exam":
        return "There is nothing to repeat before the exam: begin with /quiz now."
    return "Nothing is due, and today's new concept is done. Choose a concept, or come back tomorrow."


def _revealed(posed: Posed) -> Grade:
    return Grade("wrong", 0.0, f"The answer: {posed.solution}\n\n{posed.explanation}")


def _memory(settings: PracticeSettings) -> Memory:
    return Memory(settings.retention if settings.retention is not None else RETENTION, LONGEST_INTERVAL)


def _section(lesson: Lesson, title: str) -> str:
    for section in lesson.sections:
        if section.title == title:
            return section.body
        for question in section.questions:
            if question.question == title:
                return question.answer
    return lesson.sections[0].body


def _check(settings: PracticeSettings) -> None:
    if settings.retention is not None and not 0.8 <= settings.retention <= 0.95:
        raise GradusError("How surely you want to remember is a number from 0.8 to 0.95.")
    if settings.new_a_day is not None and not 0 <= settings.new_a_day <= 5:
        raise GradusError("New concepts a day: from 0 to 5.")
    if settings.reviews_a_day is not None and not 1 <= settings.reviews_a_day <= 100:
        raise GradusError("Questions a day: from 1 to 100.")
