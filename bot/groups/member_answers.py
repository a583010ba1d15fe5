"""The use case of asking a study group, and of what its members answer: kept, approved, found again, taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlite_utils import Database

from bot.asking import KEEP_ANSWERS, AnswerForgotten
from bot.curriculum import Curriculum
from bot.groups.asked import (
    GROUP_TIME,
    MOST_ANSWERS,
    MOST_QUESTIONS,
    STUDY,
    Appearance,
    GroupPost,
    GroupQuestion,
    Home,
    MemberAnswer,
    NoGroup,
    NotKept,
    Offer,
    PostMessage,
    Review,
    clean_answer,
)
from bot.groups.asked_store import AskedStore
from bot.groups.group_store import GroupStore
from bot.groups.likeness import ALIKE, Asked, Vectoriser, most_alike
from bot.groups.word_list import check, forbidden
from bot.servers.servers import BLOCKED
from bot.servers.store import ServerStore
from bot.store import AnswerStore, KeptAnswer
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from index.answers import Answer

Post = TypeVar("Post", bound=GroupPost)

DAY = timedelta(days=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_TRIES = 8  # to edit a message, one after another
BATCH = 20  # messages edited in one tick
MOST_COMPARED = 300  # approved answers about a concept, the latest, that a question is compared with
ENCODED_AT_ONCE = 8  # questions: in between, the encoder answers whoever waits

NOT_THE_ASKER = (
    "Only who asked a question can put it to a group. Ask it yourself with `/ask`, then press the button there."
)
NOT_IN_GROUP = "Only members of this study group answer here. `/group find` shows the groups that you can join."
NO_PLACE = (
    "Your study group has no place on Discord just now, so there is nowhere to ask. `/group mine` shows what it lacks."
)
OFF_TOPIC = "That question is not about the roadmap, so I don't put it to a group."


@dataclass(frozen=True)
class Due:
    """A message that is to be edited, and what it is to show; None: that it was removed."""

    message: PostMessage
    post: GroupPost | None


@dataclass(frozen=True)
class Revealed:
    """Gradus's own answer to a group's question; `first`: it stands nowhere in the group yet."""

    id: str
    answer: Answer
    first: bool


@dataclass(frozen=True)
class Desk:
    """What waits for a server's moderators, what was reported first, and how many answers are approved."""

    reviews: tuple[Review, ...]
    approved: int


class MemberAnswers:
    """Questions to groups and members' answers. A `person` is a Discord account."""

    def __init__(
        self, curriculum: Curriculum, database: DatabaseThread, vectoriser: Vectoriser, id_source: Callable[[], str]
    ) -> None:
        """`id_source` names questions and answers, each by at most 25 letters and digits."""
        self._curriculum = curriculum
        self._database = database
        self._vectoriser = vectoriser
        self._id_source = id_source
        self._store = AskedStore()
        self._answers = AnswerStore()
        self._groups = GroupStore()
        self._learners = LearnerStore()
        self._servers = ServerStore()

    # ------------------------------------------------------------------------------------- asking

    async def offer(self, answer: str, person: int, server: int | None) -> Offer:
        """Where the question behind an answer can be put by who asked it; `server`: where they press, if in one.

        Raises:
            AnswerForgotten: it is no longer kept.
            NoGroup: there is nowhere to ask.
            GradusError: it is another's question, or off the roadmap.
        """
        return await self._database.run(lambda database: self._offer(database, answer, person, server))

    def _offer(self, database: Database, answer: str, person: int, server: int | None) -> Offer:
        kept = self._own(database, answer, person)
        homes = self._homes(database, kept, server)
        if not homes:
            groups = self._groups.of_learner(database, kept.learner, server)
            raise GradusError(NO_PLACE) if any(one.active for one in groups) else NoGroup
        fitting = [one for one in homes if one.fits] or homes
        return Offer(answer, kept.answer.question, homes, fitting[0] if len(fitting) == 1 else None)

    def _own(self, database: Database, answer: str, person: int) -> KeptAnswer:
        kept = self._answers.find(database, answer)
        learner = self._learners.find(database, person)
        if kept is None:
            raise AnswerForgotten
        if learner is None or learner.id != kept.learner:
            raise GradusError(NOT_THE_ASKER)
        if kept.answer.verdict == "decline":
            raise GradusError(OFF_TOPIC)
        return kept

    def _homes(self, database: Database, kept: KeptAnswer, server: int | None) -> tuple[Home, ...]:
        """The asker's groups, those that learn what it is about first; without one, the server's study channel."""
        groups = self._groups.of_learner(database, kept.learner, server)
        homes = [
            Home(one.id, one.server, one.name, one.place.room, kept.answer.concept in one.concepts)
            for one in groups
            if one.active and one.place.room is not None
        ]
        if homes or server is None:
            return tuple(sorted(homes, key=lambda one: not one.fits))
        channel = self._servers.settings(database, server).study_channel
        return (Home(STUDY, server, "the study channel", channel),) if channel is not None else ()

    async def ask(
        self, answer: str, home: str, person: int, server: int | None, name: str | None, now: datetime
    ) -> tuple[GroupQuestion, PostMessage, bool]:
        """Put the question behind an answer to a group, once: its message is to be sent where it is new.

        Args:
            name: to ask with; None: without.

        Raises:
            GradusError: as `offer`; the home is not open to them; too many questions; the server's word list.
        """

        def act(database: Database) -> tuple[GroupQuestion, PostMessage, bool]:
            with writing(database):
                kept = self._own(database, answer, person)
                before = self._store.question_about(database, answer, home)
                message = self._store.message(database, before.id) if before else None
                if before is not None and message is not None:
                    return before, message, False
                chosen = next((one for one in self._homes(database, kept, server) if one.id == home), None)
                if chosen is None:
                    raise NoGroup
                if self._servers.is_blocked(database, chosen.server, person):  # who asks by direct message may be
                    raise GradusError(BLOCKED)
                if self._store.questions_since(database, kept.learner, now - DAY) >= MOST_QUESTIONS:
                    raise GradusError(
                        f"You have asked groups {MOST_QUESTIONS} questions within a day. Ask more tomorrow."
                    )
                self._check_words(database, chosen.server, kept.answer.question, name)
                one = GroupQuestion(
                    id=self._id_source(),
                    server=chosen.server,
                    home=chosen.id,
                    answer=answer,
                    learner=kept.learner,
                    person=person,
                    name=name,
                    question=kept.answer.question,
                    concept=kept.answer.concept,
                    asked_at=now,
                    due_at=now + GROUP_TIME,
                )
                self._store.add_question(database, one, chosen.channel)
                return one, PostMessage(one.id, chosen.channel, None), True

        return await self._database.run(act)

    def _check_words(self, database: Database, server: int, text: str, name: str | None) -> None:
        phrases = self._servers.settings(database, server).word_list
        for part in (text, name or ""):
            check(part, phrases)

    # ---------------------------------------------------------------------------------- answering

    async def question(self, id: str) -> GroupQuestion:
        """A question that can be read.

        Raises:
            NotKept: it was removed or forgotten.
        """
        return await self._database.run(lambda database: self._question(database, id))

    async def may_answer(self, question: str, person: int) -> None:
        """Let a person write an answer.

        Raises:
            GradusError: the question is gone, they are not in its group, or have written enough.
        """
        await self._database.run(lambda database: self._may_answer(database, question, person))

    def _may_answer(self, database: Database, question: str, person: int) -> GroupQuestion:
        asked = self._question(database, question)
        learner = self._learners.find(database, person)
        if asked.hidden:
            raise NotKept
        if asked.home != STUDY and not (learner and self._groups.member(database, asked.home, learner.id)):
            raise GradusError(NOT_IN_GROUP)
        if learner and self._store.answers_of(database, question, learner.id) >= MOST_ANSWERS:
            raise GradusError(
                f"You have written {MOST_ANSWERS} answers to this question, the most that one person may."
            )
        return asked

    async def answer(
        self, question: str, person: int, text: str, name: str | None, now: datetime
    ) -> tuple[MemberAnswer, PostMessage]:
        """Keep a member's answer, whose message is to be sent; `name`: to answer with; None: without.

        Raises:
            GradusError: as `may_answer`; it is too short or too long; the server's word list.
        """
        text = clean_answer(text)

        def act(database: Database) -> tuple[MemberAnswer, PostMessage]:
            with writing(database):
                asked = self._may_answer(database, question, person)
                self._check_words(database, asked.server, text, name)
                place = self._store.message(database, question)
                if place is None:
                    raise NotKept
                one = MemberAnswer(
                    id=self._id_source(),
                    question=question,
                    server=asked.server,
                    asked=asked.question,
                    concept=asked.concept,
                    learner=self._learners.learner_for(database, person, now).id,
                    person=person,
                    name=name,
                    text=text,
                    answered_at=now,
                )
                self._store.add_answer(database, one, place.channel)
                return one, place

        return await self._database.run(act)

    async def accept(self, answer: str, person: int) -> None:
        """Accept an answer, for who asked; an accepted one stays so.

        Raises:
            GradusError: it is gone, or somebody else asked.
        """

        def act(database: Database) -> None:
            with writing(database):
                one = self._answer(database, answer)
                asked = self._question(database, one.question)
                if asked.person != person:
                    raise GradusError("Only who asked can accept an answer.")
                if one.state == "posted":
                    self._store.set_answer_state(database, answer, "accepted")

        await self._database.run(act)

    async def reveal(self, question: str, person: int, now: datetime) -> Revealed:
        """Gradus's own answer: for everybody once the group's time is up, before it for who asked. From then on it
        counts as shown.

        Raises:
            AnswerForgotten: it is no longer kept.
            GradusError: the question is gone, or it is too early.
        """

        def act(database: Database) -> Revealed:
            with writing(database):
                asked = self._question(database, question)
                if asked.state == "open" and now < asked.due_at and asked.person != person:
                    at = int(asked.due_at.timestamp())
                    raise GradusError(
                        f"It is the group's turn first: I hold my answer back until <t:{at}:t> (<t:{at}:R>)."
                    )
                kept = self._answers.find(database, asked.answer)
                if kept is None:
                    raise AnswerForgotten
                first = asked.state != "shown"
                if first:
                    self._store.set_question_state(database, question, "shown")
                return Revealed(kept.id, kept.answer, first)

        return await self._database.run(act)

    async def not_revealed(self, question: str) -> None:
        """Take back that Gradus's own answer is shown, for it could not be sent; `end_time` ends the group's time."""
        await self._database.run(lambda database: self._store.set_question_state(database, question, "open"))

    # ------------------------------------------------------------------------- reported, taken back

    async def report(self, post: str, person: int, now: datetime) -> bool:
        """Report a question or an answer; enough people hide it until a moderator looks. False where they did before.

        Raises:
            NotKept: it is gone.
        """

        def act(database: Database) -> bool:
            with writing(database):
                self._post(database, post)
                learner = self._learners.learner_for(database, person, now)
                return self._store.report(database, post, learner.id, now)

        return await self._database.run(act)

    async def remove(self, post: str, person: int, *, moderates: bool) -> None:
        """Take the words of a question or an answer out of everything, for its writer or a moderator.

        Raises:
            GradusError: it is gone, or they are neither.
        """

        def act(database: Database) -> None:
            with writing(database):
                if self._post(database, post).person != person and not moderates:
                    raise GradusError(
                        "Only its writer or a moderator can remove that. If it is out of place, report it."
                    )
                self._store.strike(database, post)

        await self._database.run(act)

    async def message_deleted(self, message: int) -> None:
        """Take back what stood in a message that somebody deleted."""

        def act(database: Database) -> None:
            with writing(database):
                post = self._store.post_of(database, message)
                if post is not None:
                    self._store.strike(database, post)
                    self._store.let_go(database, post)
                self._store.disappeared(database, message)

        await self._database.run(act)

    # --------------------------------------------------------------------------------- moderators

    async def desk(self, server: int) -> Desk:
        """What waits for a server's moderators."""
        return await self._database.run(
            lambda database: Desk(self._store.reviews(database, server), self._store.count_approved(database, server))
        )

    async def judge(self, post: str, server: int, verdict: str) -> None:
        """What a moderator says of something in their server: `approve` or `refuse` (an accepted answer), `keep`
        (what was reported) or `remove`. Whatever it is, reports until now count no more.

        Raises:
            NotKept: it is gone, or of another server.
        """

        def act(database: Database) -> None:
            with writing(database):
                one = self._post(database, post)
                if one.server != server:
                    raise NotKept
                self._store.clear(database, post)
                if verdict == "remove":
                    self._store.strike(database, post)
                elif verdict in ("approve", "refuse") and one.state == "accepted":
                    self._store.set_answer_state(database, post, "approved" if verdict == "approve" else "refused")

        await self._database.run(act)

    # -------------------------------------------------------------------------------- found again

    async def like(self, answer: Answer, server: int | None) -> MemberAnswer | None:
        """The approved answer of this server to the question most like the one that was answered, about the same
        concept; None where none is like it, in direct messages, or while there is no encoder.
        """
        concept = answer.concept
        if server is None or concept is None or answer.verdict == "decline":
            return None
        kept = await self._database.run(lambda database: self._store.approved(database, server, concept, MOST_COMPARED))
        asked = await self._vectoriser.vectors([self._asked(answer.question, concept)]) if kept else None
        if asked is None:
            return None
        comparable = [(one.answer, one.vector) for one in kept if one.vector is not None and one.model == asked.model]
        found = most_alike(asked.vectors[0], [vector for _, vector in comparable])
        if found is None or found[1] < ALIKE:
            return None
        one = comparable[found[0]][0]
        settings = await self._database.run(lambda database: self._servers.settings(database, server))
        shown = (one.asked, one.text, one.name or "")
        return None if any(forbidden(part, settings.word_list) for part in shown) else one  # a list may grow

    async def encode_new(self, now: datetime) -> None:
        """Keep the vectors of questions that have an approved answer and no vector of this encoder yet: a tick."""
        probe = await self._vectoriser.vectors([])
        if probe is None:
            return
        model = probe.model
        while True:
            kept = await self._database.run(
                lambda database: self._store.without_vector(database, model, ENCODED_AT_ONCE)
            )
            made = (
                await self._vectoriser.vectors([self._asked(one.answer.asked, one.answer.concept) for one in kept])
                if kept
                else None
            )
            if made is None:
                return
            by_question = {one.answer.question: vector for one, vector in zip(kept, made.vectors, strict=True)}
            await self._database.run(partial(self._store.set_vectors, model=model, vectors=by_question))

    def _asked(self, question: str, concept: str | None) -> Asked:
        known = self._curriculum.catalogue.concepts.get(concept or "")
        return question, known.title if known else ""

    # ----------------------------------------------------------------------------------- messages

    async def sent(self, post: str, message: int) -> None:
        """Keep the message that shows a question or an answer."""
        await self._database.run(lambda database: self._store.sent(database, post, message))

    async def drop(self, post: str) -> None:
        """Forget a question or an answer that could not be sent."""
        await self._database.run(lambda database: self._store.drop(database, post))

    async def unsent(self) -> tuple[PostMessage, ...]:
        """The messages whose sending was cut short."""
        return await self._database.run(self._store.unsent)

    async def due(self, now: datetime) -> tuple[Due, ...]:
        """The messages that are to be edited, the time of groups being up included."""

        def act(database: Database) -> tuple[Due, ...]:
            self._store.end_time(database, now)
            return tuple(Due(one, self._find(database, one.post)) for one in self._store.outdated(database, now, BATCH))

        return await self._database.run(act)

    async def due_of(self, post: str) -> Due | None:
        """The message of a question or an answer, with what it is to show; None where it is gone or on its way."""

        def act(database: Database) -> Due | None:
            message = self._store.message(database, post)
            return Due(message, self._find(database, post)) if message and message.message else None

        return await self._database.run(act)

    async def message(self, post: str) -> PostMessage | None:
        """The message of a question or an answer, sent or not; None where it is gone."""
        return await self._database.run(lambda database: self._store.message(database, post))

    async def showed(self, message: PostMessage) -> None:
        """Keep that a message shows its edition now."""
        await self._database.run(lambda database: self._store.showed(database, message.post, message.edition))

    async def gone(self, message: PostMessage) -> None:
        """Forget a message that is gone."""
        await self._database.run(lambda database: self._store.let_go(database, message.post))

    async def postpone(self, message: PostMessage, now: datetime) -> None:
        """Try to edit a message again later, each time after a longer pause; after many tries, not any more."""
        if message.tries + 1 >= MOST_TRIES:
            await self.showed(message)
            return
        until = now + min(FIRST_PAUSE * (1 << message.tries), LONGEST_PAUSE)
        await self._database.run(lambda database: self._store.postpone(database, message.post, until))

    async def appeared(self, answer: str, channel: int, message: int) -> None:
        """Keep that an answer was found again and stands in a message that everybody there sees."""
        one = Appearance(answer, channel, message)
        await self._database.run(lambda database: self._store.appeared(database, one))

    async def stale_appearances(self) -> tuple[Appearance, ...]:
        """Messages out of which an answer is to be taken: it was removed, forgotten or hidden."""
        return await self._database.run(lambda database: self._store.stale_appearances(database, BATCH))

    async def disappeared(self, one: Appearance) -> None:
        """Keep that it was."""
        await self._database.run(lambda database: self._store.disappeared(database, one.message))

    async def forget_old(self, now: datetime) -> None:
        """Remove the questions of long ago that nothing came of: a tick for once a day."""
        await self._database.run(lambda database: self._store.forget_older(database, now - KEEP_ANSWERS))

    # --------------------------------------------------------------------------------------- rows

    def _find(self, database: Database, post: str) -> GroupPost | None:
        return self._store.question(database, post) or self._store.answer(database, post)

    def _post(self, database: Database, post: str) -> GroupPost:
        return _there(self._find(database, post))

    def _question(self, database: Database, id: str) -> GroupQuestion:
        return _there(self._store.question(database, id))

    def _answer(self, database: Database, id: str) -> MemberAnswer:
        return _there(self._store.answer(database, id))


def _there(found: Post | None) -> Post:
    if found is None or found.state == "removed":
        raise NotKept
    return found
