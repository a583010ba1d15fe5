"""The use case of live rounds: begun, answered, moved on, ended, and carried into everybody's own practice."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.groups.group import Group
from bot.groups.group_store import GroupStore
from bot.groups.round import (
    FEWEST_QUESTIONS,
    KINDS,
    LONGEST,
    MOST_QUESTIONS,
    SHORTEST,
    Answer,
    Asked,
    Phase,
    Round,
    Standing,
    drawn,
    ended,
    is_due,
    moved_on,
    resumed,
    shown,
    spread,
    standings,
)
from bot.groups.round_store import Noted, RoundStore
from bot.groups.week import local_monday
from bot.groups.week_store import WeekStore
from bot.practising import Practising
from content.mathtext import readable
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.bank import Bank
from quizzes.grading import Grade, grade
from quizzes.posing import LETTERS, pose
from quizzes.practice import Item, Role
from quizzes.question import Posed, Question
from quizzes.store import PracticeStore

MIX, GROUP = "mix", "group"
"""What a round may be about beside `concept:ID` and `stage:ID`: all lessons, or what the place's group has met."""

MIX_TITLE = "a mix of all lessons"
KEPT = timedelta(days=30)
NOTED_AT_ONCE = 20
"""Answers that practice hears of in one go, so that no press waits long behind them."""

OVER = "This round is over. Begin another with `/group round`."
LATE = "The question had ended before this answer came, so it does not count."


RIGHT, WRONG = Grade("correct", 1.0, ""), Grade("wrong", 0.0, "")


class RunningAlready(GradusError):
    """The channel has a round already: `round`."""

    def __init__(self, round: Round) -> None:
        super().__init__("A round runs in this channel already; one at a time.")
        self.round = round


@dataclass(frozen=True)
class RoundView:
    """A round as it stands, for any driver to show.

    Attributes:
        posed: the question that is open or just told; None otherwise, and where it was taken out of the bank.
        spread: how many chose each letter of it: not to be shown while it is open.
        standings: over the questions that were told.
    """

    round: Round
    posed: Posed | None
    spread: Mapping[str, int]
    standings: tuple[Standing, ...]

    @property
    def answered(self) -> int:
        """How many have answered the question."""
        return sum(self.spread.values())


@dataclass(frozen=True)
class Miss:
    """A question that somebody got wrong; `letter` is what they answered."""

    posed: Posed
    asked: Asked
    letter: str
    concept: str


@dataclass(frozen=True)
class Mine:
    """How a round went for one of its players; `unanswered`: questions told that they left out."""

    round: Round
    standing: Standing
    players: int
    misses: tuple[Miss, ...]
    unanswered: int


class Rounds:
    """Live rounds. Whoever presses is a `person` (their Discord id)."""

    def __init__(
        self,
        curriculum: Curriculum,
        database: DatabaseThread,
        practising: Practising,
        id_source: Callable[[], str],
        seed_source: Callable[[], int],
    ) -> None:
        """Args:
        practising: hears of the answers.
        id_source: names rounds.
        seed_source: gives the seed of the choice of questions, and of each question's form.
        """
        self._curriculum = curriculum
        self._database = database
        self._practising = practising
        self._id_source = id_source
        self._seed_source = seed_source
        self._store = RoundStore()
        self._groups = GroupStore()
        self._weeks = WeekStore()
        self._learners = LearnerStore()
        self._practice = PracticeStore()

    # -------------------------------------------------------------------------------- a round's course

    async def begin(
        self, person: int, server: int, channel: int, what: str, questions: int, seconds: int, now: datetime
    ) -> Round:
        """Begin a round in a channel; its lobby is still to be shown.

        Args:
            what: `mix`, `group`, `concept:ID` or `stage:ID`; empty for the group of the place or else for a mix.

        Raises:
            RunningAlready: the channel has one.
            GradusError: there is nothing to ask, no such subject, or a number is out of bounds.
        """
        _within("Questions of a round", questions, FEWEST_QUESTIONS, MOST_QUESTIONS)
        _within("Seconds for a question", seconds, SHORTEST, LONGEST)

        def act(database: Database) -> Round:
            about, title, some = self._subject(database, server, channel, what, now)
            if not some:
                raise GradusError(f"There are no questions to press an answer to on {title} yet. Choose another.")
            source = random.Random(self._seed_source())
            chosen = drawn(some, questions, source, self._store.asked_in(database, channel))
            items = tuple(self._asked(one) for one in chosen)
            round = Round(self._id_source(), server, channel, about, title, items, seconds, now)
            with writing(database):
                running = self._store.begin(database, round)
                if running is not None:
                    raise RunningAlready(running)
                self._store.set_starter(database, round.id, self._learners.learner_for(database, person, now).id)
            return round

        return await self._database.run(act)

    async def answer(self, person: int, id: str, position: int, letter: str, now: datetime) -> str:
        """Keep an answer, in place of an earlier one to the same question; the words of what was chosen.

        Raises:
            GradusError: the time is up, the round is over or there is no such choice; nothing is kept.
        """

        def act(database: Database) -> str:
            with writing(database):
                found = self._found(database, id)
                if found.phase == "over":
                    raise GradusError(OVER)
                if not found.takes(position, now):
                    raise GradusError(LATE)
                posed = self._posed(found.items[position])
                choices = dict(zip(LETTERS, posed.choices if posed else (), strict=False))
                if letter not in choices:
                    raise GradusError("There is no such choice under this question.")
                who = self._learners.learner_for(database, person, now)
                took = max(0.0, (now - found.opened_at).total_seconds()) if found.until and found.opened_at else 0.0
                self._store.answer(database, id, Answer(who.id, person, position, letter, now, took))
                return readable(choices[letter])

        return await self._database.run(act)

    async def advance(self, id: str, now: datetime) -> RoundView:
        """The round as it stands, moved on where its phase is at its end."""

        def act(database: Database) -> RoundView:
            with writing(database):
                found = self._found(database, id)
                answers = self._store.answers(database, id)
                after = self._advanced(found, answers, now)
                if after != found:
                    self._store.keep(database, after)
                return self._view(after, answers)

        return await self._database.run(act)

    async def shown(self, id: str, position: int, phase: Phase, message: int, now: datetime) -> None:
        """Keep that the message of a phase stands in the channel: its time runs. One that has moved on meanwhile, for
        it was stopped, stays as it is, but for the message.
        """

        def act(database: Database) -> None:
            with writing(database):
                found = self._store.find(database, id)
                if found is None:
                    return
                if (found.position, found.phase) == (position, phase):
                    self._store.keep(database, shown(found, message, now))
                    if phase == "over":
                        self._store.finish(database, id)
                else:
                    self._store.keep_message(database, id, message)

        await self._database.run(act)

    async def stop(self, person: int, id: str, now: datetime, *, moderates: bool) -> None:
        """End a round, for who started it or for a moderator.

        Raises:
            GradusError: it is neither, or the round is over.
        """

        def act(database: Database) -> None:
            with writing(database):
                found = self._found(database, id)
                if found.phase == "over":
                    raise GradusError(OVER)
                if not moderates and not self._started(database, person, id):
                    raise GradusError("Only who started this round stops it, or a moderator.")
                self._store.keep(database, ended(found, now, "stopped"))

        await self._database.run(act)

    async def drop(self, id: str, now: datetime) -> None:
        """End a round whose channel or message is gone: nothing more is shown of it."""

        def act(database: Database) -> None:
            with writing(database):
                found = self._store.find(database, id)
                if found is not None:
                    self._store.keep(database, ended(found, now, "stopped"))
                    self._store.finish(database, id)

        await self._database.run(act)

    async def resume(self, now: datetime) -> tuple[Round, ...]:
        """After a restart: give open questions some time, end what has stood still for long; what is live then."""

        def act(database: Database) -> tuple[Round, ...]:
            with writing(database):
                for one in self._store.live(database):
                    self._store.keep(database, resumed(one, now))
                return self._store.live(database)

        return await self._database.run(act)

    # ----------------------------------------------------------------------------------------- looking

    async def live(self) -> tuple[Round, ...]:
        """Every round of which something is still to be shown."""
        return await self._database.run(self._store.live)

    async def view(self, id: str) -> RoundView:
        """A round as it stands.

        Raises:
            GradusError: it is no longer kept.
        """

        def act(database: Database) -> RoundView:
            return self._view(self._found(database, id), self._store.answers(database, id))

        return await self._database.run(act)

    async def may_stop(self, person: int, id: str) -> bool:
        """Whether somebody started a round."""
        return await self._database.run(lambda database: self._started(database, person, id))

    async def mine(self, person: int, id: str) -> Mine:
        """How a round went for somebody.

        Raises:
            GradusError: they did not play, or it is no longer kept.
        """

        def act(database: Database) -> Mine:
            found, answers = self._found(database, id), self._store.answers(database, id)
            placed = standings(found, answers)
            own = next((one for one in placed if one.person == person), None)
            if own is None:
                raise GradusError("You did not answer in this round. Join the next one: `/group round` begins it.")
            given = [one for one in answers if one.learner == own.learner and one.position < found.told]
            misses = tuple(filter(None, (self._miss(found, one) for one in given)))
            return Mine(found, own, len(placed), misses, found.told - len(given))

        return await self._database.run(act)

    async def group_of(self, server: int, channel: int) -> str | None:
        """The name of the study group whose place a channel is, or None."""

        def act(database: Database) -> str | None:
            group = self._group(database, server, channel)
            return group.name if group else None

        return await self._database.run(act)

    def can_ask(self, concept: str) -> bool:
        """Whether there is a question on a concept whose answer is one press."""
        return bool(self._questions(concept))

    # ------------------------------------------------------------------------------------------- ticks

    async def note(self, now: datetime) -> None:
        """The tick that tells players' own practice of their answers, some at a time, each once.

        An answer counts as a review where the concept is among the learner's cards already (and as everywhere only the
        day's first on it). Of a concept that they never reviewed it is only written down: a guess in a hurry must not
        begin a memory.
        """

        def act(database: Database) -> None:
            with writing(database):
                for one in self._store.unnoted(database, NOTED_AT_ONCE):
                    self._note(database, one)
                    self._store.mark_noted(database, one)

        await self._database.run(act)

    async def forget_old(self, now: datetime) -> None:
        """Remove the rounds of long ago; what they left in people's practice stays."""
        await self._database.run(lambda database: self._store.forget_before(database, now - KEPT))

    # -------------------------------------------------------------------------------------- the inside

    @property
    def _bank(self) -> Bank:
        return self._curriculum.bank

    def _note(self, database: Database, one: Noted) -> None:
        question = self._bank.questions.get(one.asked.question)
        learner = self._learners.find(database, one.person)
        if question is None or learner is None:
            return
        role: Role = "review" if question.concept in self._practice.cards(database, learner.id) else "aside"
        item = Item(question.concept, role, question.id, one.asked.seed)
        self._practising.note(database, learner, item, RIGHT if one.letter == one.asked.right else WRONG, one.at)

    def _found(self, database: Database, id: str) -> Round:
        found = self._store.find(database, id)
        if found is None:
            raise GradusError(OVER)
        return found

    def _started(self, database: Database, person: int, id: str) -> bool:
        learner = self._learners.find(database, person)
        return learner is not None and learner.id == self._store.starter(database, id)

    def _advanced(self, round: Round, answers: tuple[Answer, ...], now: datetime) -> Round:
        if round.is_stale(now):
            return ended(round, now, "stale")
        if round.asked is not None and self._posed(round.asked) is None:
            return ended(round, now, "changed")
        if is_due(round, now, answers):
            return moved_on(round, now, any(one.position == round.position for one in answers))
        return round

    def _view(self, round: Round, answers: tuple[Answer, ...]) -> RoundView:
        posed = self._posed(round.asked) if round.asked else None
        return RoundView(round, posed, spread(round, answers), standings(round, answers))

    def _miss(self, round: Round, answer: Answer) -> Miss | None:
        """A question that was answered wrong, where it is still in the bank."""
        asked = round.items[answer.position]
        posed = self._posed(asked)
        if posed is None or answer.letter == asked.right:
            return None
        return Miss(posed, asked, answer.letter, self._curriculum.catalogue.concept(posed.question.concept).title)

    def _posed(self, asked: Asked) -> Posed | None:
        question = self._bank.questions.get(asked.question)
        return pose(question, asked.seed) if question else None

    def _asked(self, question: Question) -> Asked:
        """The question in a form of its own, with the letter that the grader takes for right."""
        posed = pose(question, self._seed_source())
        letters = LETTERS[: len(posed.choices)]
        right = next(letter for letter in letters if grade(posed, letter).outcome == "correct")
        return Asked(question.id, posed.seed, right)

    def _questions(self, *concepts: str) -> list[Question]:
        """The questions on some concepts whose answer is one press."""
        return [one for id in concepts for one in self._bank.of(id) if one.kind in KINDS]

    def _subject(
        self, database: Database, server: int, channel: int, what: str, now: datetime
    ) -> tuple[str, str, list[Question]]:
        """What a round is about: as the command takes it, its title, and the questions."""
        catalogue = self._curriculum.catalogue
        group = self._group(database, server, channel)
        kind, _, of = what.partition(":")
        if what == GROUP or (not what and group):
            if group is None:
                raise GradusError("This is no study group's place. Choose a concept or a stage, or leave it out.")
            return GROUP, group.name, self._questions_of(database, group, now)
        if what in ("", MIX):
            return MIX, MIX_TITLE, self._questions(*catalogue.concepts)
        if kind == "stage":
            if of not in catalogue.stages:
                raise GradusError(f"There is no stage '{of}'. The stages are {', '.join(catalogue.stages)}.")
            members = [one.id for one in catalogue.concepts.values() if one.stage == of]
            return what, catalogue.stages[of].title, self._questions(*members)
        concept = self._curriculum.learning.meant(of if kind == "concept" else what)
        return f"concept:{concept.id}", concept.title, self._questions(concept.id)

    def _questions_of(self, database: Database, group: Group, now: datetime) -> list[Question]:
        """The questions on what a group has had in its weeks so far; on all that it learns, where those are too few."""
        course = self._weeks.course(database, group)
        met = self._questions(*course.met(local_monday(group, now))) if course else []
        return met if len(met) >= FEWEST_QUESTIONS else self._questions(*group.concepts)

    def _group(self, database: Database, server: int, channel: int) -> Group | None:
        """The study group whose place a channel is."""
        groups = self._groups.of_server(database, server)
        return next((one for one in groups if one.active and one.place.room == channel), None)


def feedback(posed: Posed, letter: str) -> str:
    """What lies behind a choice, as the grader says it."""
    return readable(grade(posed, letter).feedback)


def _within(what: str, value: int, fewest: int, most: int) -> None:
    if not fewest <= value <= most:
        raise GradusError(f"{what}: choose {fewest} to {most}.")
