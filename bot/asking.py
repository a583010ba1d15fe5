"""The use case of asking: a question in, an answer out and kept, what was said before it, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

from sqlite_utils import Database

from bot.behind import Code, Equations, Offers, Sources, code_behind, equations_behind, offers_of, sources_behind
from bot.curriculum import Curriculum
from bot.questions import clean_question, harmless
from bot.store import AnswerStore, Doubt, KeptAnswer, Thread
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.learners import Learner
from foundation.store import LearnerStore
from index.answers import Answer, Answerer, Turn
from index.language import small_talk

KEEP_ANSWERS = timedelta(days=90)
MOST_TURNS = 4  # answers of a conversation that are remembered, beside the one it opened on
DIRECT_MEMORY = timedelta(minutes=30)  # how long direct messages stay one conversation
MOST_COVERED = 1000  # questions in a coverage report

DIRECT = "dm"  # the place of direct messages
PRIVATE = "/private"  # behind a place, where only who asks sees the answer

COVERAGE = "coverage"  # the notice that moderators see what could not be answered

Result = TypeVar("Result")


class AnswerForgotten(GradusError):
    """The answer behind a button is no longer kept."""

    def __init__(self) -> None:
        super().__init__(
            f"I no longer have that answer: I keep answers for {KEEP_ANSWERS.days} days, or until the person who "
            "asked has them deleted. Ask again and you get a fresh one."
        )


class NotTheirs(GradusError):
    """Somebody wants to remove an answer that is another's."""

    def __init__(self) -> None:
        super().__init__(
            "Only the person who asked, or a moderator (who may manage messages here), can remove an answer. "
            "If it did not help you, press Not helpful."
        )


@dataclass(frozen=True)
class Asked:
    """An answer and the id under which it is kept.

    Attributes:
        notice: whether this learner has to hear now, and only now, that a server's moderators see (without
            names) what could not be answered.
        before: earlier answers of the conversation that whoever sees this one may see too, the latest last.
    """

    id: str
    answer: Answer
    notice: bool = False
    before: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class CoverageEntry:
    """A question that a server's learners were not served well on; it names nobody.

    Attributes:
        kind: `declined` (off the roadmap), `unsure` (nothing was claimed), `unhelpful` (a learner said so).
        question: as it was asked; it pings nobody, but may hold Markdown.
        concept: the id of the concept closest to it, or None.
        asked_at: the day, in UTC.
    """

    kind: Literal["declined", "unsure", "unhelpful"]
    question: str
    concept: str | None
    asked_at: date


class Asking:
    """Questions and what follows from them, for any driver: Discord, the terminal, a test."""

    def __init__(
        self, curriculum: Curriculum, answerer: Answerer, database: DatabaseThread, id_source: Callable[[], str]
    ) -> None:
        """Ask `answerer` and keep what it says; `id_source` gives each answer a new id of up to 32 letters and
        digits.
        """
        self._curriculum = curriculum
        self._answerer = answerer
        self._database = database
        self._id_source = id_source
        self._answers = AnswerStore()
        self._learners = LearnerStore()

    async def ask(
        self,
        question: str,
        learner_discord_id: int,
        place: str,
        now: datetime,
        follows: str | None = None,
        conversation: bool = False,
    ) -> Asked:
        """Answer a question in the light of what was said before, and keep the answer.

        In a thread, whoever wrote there last is remembered; in direct messages, what this learner asked within
        the last half hour; elsewhere, the answers that are replied to, one after another.

        Args:
            place: where it is asked: `server/channel` and more parts as the driver likes, `PRIVATE` last where only
                who asks sees the answer; or `DIRECT`.
            now: aware, UTC.
            follows: the id of an answer that the learner replies to, if any: what "it" means.
            conversation: the place is a thread, where one question leads to the next.

        Raises:
            GradusError: the question is empty or too long.
        """
        cleaned = clean_question(question)

        def before(database: Database) -> tuple[tuple[KeptAnswer, ...], tuple[Answer, ...]]:
            learner = self._learners.find(database, learner_discord_id)
            said = self._said_before(database, learner, place, now, follows, conversation)
            opening = self._answers.conversation(database, place, 0) if conversation else ()
            seen = tuple(one.answer for one in said if one in opening or _may_see(one, learner, place))
            return said, seen

        said, seen = await self._database.run(before)
        answer = await self._answerer.ask(cleaned, tuple(Turn(one.answer.question, one.answer.concept) for one in said))
        id = self._id_source()

        def keep(database: Database) -> bool:
            learner = self._learners.learner_for(database, learner_discord_id, now)
            self._answers.keep(database, KeptAnswer(id, learner.id, place, now, answer, follows))
            return place != DIRECT and self._answers.tell_once(database, learner.id, COVERAGE, now)

        return Asked(id, answer, await self._database.run(keep), seen)

    def _said_before(
        self,
        database: Database,
        learner: Learner | None,
        place: str,
        now: datetime,
        follows: str | None,
        conversation: bool,
    ) -> tuple[KeptAnswer, ...]:
        if conversation:
            earlier = self._answers.conversation(database, place, MOST_TURNS)
        elif place == DIRECT:
            since = now - DIRECT_MEMORY
            earlier = self._answers.latest_of(database, learner.id, place, since, MOST_TURNS) if learner else ()
        else:
            return self._answers.chain(database, follows, MOST_TURNS)
        replied = self._answers.find(database, follows) if follows else None
        others = tuple(one for one in earlier if one.id != follows)
        return others if replied is None else (*others, replied)

    async def reword(self, id: str, answer: Answer) -> None:
        """Keep an answer as it was shown in the end, where it is still kept."""
        await self._database.run(lambda database: self._answers.reword(database, id, answer))

    async def answer(self, id: str) -> Answer:
        """The answer that was given under `id`.

        Raises:
            AnswerForgotten: it is no longer kept.
        """
        return _kept(await self._database.run(lambda database: self._answers.find(database, id))).answer

    # ---------------------------------------------------------------- conversations

    async def thread_of(self, id: str) -> int | None:
        """The thread in which the conversation that opened on an answer goes on, or None.

        Raises:
            AnswerForgotten: it is no longer kept.
        """
        await self.answer(id)
        return await self._database.run(lambda database: self._answers.thread_of(database, id))

    async def open_thread(self, id: str, thread: Thread, now: datetime, instead_of: int | None = None) -> bool:
        """Keep that the conversation on an answer goes on in a thread, in place of one that is gone (`instead_of`).

        Returns:
            Whether it does: False where another thread, or this one, is kept already.

        Raises:
            AnswerForgotten: the answer is no longer kept.
        """

        def keep(database: Database) -> bool:
            _kept(self._answers.find(database, id))
            return self._answers.open_thread(database, id, thread, now, instead_of)

        return await self._database.run(keep)

    async def is_conversation(self, place: str) -> bool:
        """Whether a place is a thread that Follow up opened."""
        return await self._database.run(lambda database: self._answers.is_conversation(database, place))

    # ---------------------------------------------------------------- what stands behind an answer

    def offers(self, answer: Answer) -> Offers:
        """What `equations`, `code` and `sources` have for this answer."""
        return offers_of(answer, self._curriculum.catalogue)

    async def equations(self, id: str) -> Equations:
        """The mathematics of the lesson behind an answer.

        Raises:
            AnswerForgotten: it is no longer kept.
            GradusError: its lesson has no formula (any more).
        """
        found = equations_behind(await self.answer(id), self._curriculum.catalogue)
        return _there(found, "There are no formulas behind that answer.")

    async def code(self, id: str) -> Code:
        """The code behind an answer: of the section that answers, or else of its lesson.

        Raises:
            AnswerForgotten: it is no longer kept.
            GradusError: its lesson has no code (any more).
        """
        found = code_behind(await self.answer(id), self._curriculum.catalogue)
        return _there(found, "There is no code behind that answer.")

    async def sources(self, id: str) -> Sources:
        """What an answer rests on and where to read on.

        Raises:
            AnswerForgotten: it is no longer kept.
        """
        return sources_behind(await self.answer(id), self._curriculum.catalogue)

    # ---------------------------------------------------------------- what learners and moderators do with it

    async def vote(self, id: str, learner_discord_id: int, helpful: bool, now: datetime) -> bool:
        """Keep whether the answer helped this learner: one vote a person, the last one they gave.

        Returns:
            Whether that is news: False where they had said the same before.

        Raises:
            AnswerForgotten: it is no longer kept.
        """

        def keep(database: Database) -> bool:
            _kept(self._answers.find(database, id))
            learner = self._learners.learner_for(database, learner_discord_id, now)
            return self._answers.vote(database, id, learner.id, helpful, now)

        return await self._database.run(keep)

    async def remove(self, id: str, learner_discord_id: int, *, moderates: bool = False) -> None:
        """Forget an answer and the votes on it, for who asked or for a moderator of the place.

        Raises:
            AnswerForgotten: it is no longer kept.
            NotTheirs: they are neither.
        """

        def forget(database: Database) -> None:
            kept = _kept(self._answers.find(database, id))
            learner = self._learners.find(database, learner_discord_id)
            if not moderates and (learner is None or learner.id != kept.learner):
                raise NotTheirs
            self._answers.remove(database, id)

        await self._database.run(forget)

    async def coverage(self, server: int, now: datetime) -> tuple[CoverageEntry, ...]:
        """What a server's learners asked in the last 90 days and were not served well on, newest first.

        Greetings and thanks are left out; of more than `MOST_COVERED` questions, the oldest are.
        """
        since = now - KEEP_ANSWERS
        doubts = await self._database.run(lambda database: self._answers.doubts(database, server, since, MOST_COVERED))
        return tuple(_covered(doubt) for doubt in doubts if small_talk(doubt.question) is None)

    async def forget_old(self, now: datetime) -> None:
        """Remove the answers older than `KEEP_ANSWERS`: a tick for once a day."""
        await self._database.run(lambda database: self._answers.forget_older(database, now - KEEP_ANSWERS))


def _may_see(kept: KeptAnswer, learner: Learner | None, place: str) -> bool:
    """Whether whoever sees what the learner is answered in `place` may see an earlier answer too."""
    if kept.place != DIRECT and not kept.place.endswith(PRIVATE):
        return kept.place == place.removesuffix(PRIVATE)
    alone = place == DIRECT or place.endswith(PRIVATE)
    return alone and learner is not None and kept.learner == learner.id


def _kept(found: KeptAnswer | None) -> KeptAnswer:
    if found is None:
        raise AnswerForgotten
    return found


def _there(found: Result | None, otherwise: str) -> Result:
    if found is None:
        raise GradusError(otherwise)
    return found


def _covered(doubt: Doubt) -> CoverageEntry:
    kinds: dict[str, Literal["declined", "unsure", "unhelpful"]] = {"decline": "declined", "related": "unsure"}
    kind = kinds.get(doubt.verdict, "unhelpful")
    return CoverageEntry(kind, harmless(doubt.question), doubt.concept, doubt.asked_at.date())
