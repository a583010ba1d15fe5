"""The use case of wording an answer: a language model's sentences, as far as the lessons' passages support them."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from sqlite_utils import Database

from bot.tutor.budget_store import Budget, BudgetStore, Limits
from bot.tutor.grounding import Grounding, Verdict
from bot.tutor.rules import CHARACTERS_A_TOKEN, NOT_SAID, Message, Told, messages, tokens_of, told_of
from bot.tutor.sentences import Cutter, Sentence, is_active, shown
from bot.tutor.speaker import ANSWER_TOKENS, Piece, Speaker, Unspoken
from content.catalogue import Catalogue
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from index.answers import Answer
from index.embedding import Encoder

log = logging.getLogger(__name__)

Made = TypeVar("Made")

Show = Callable[[str], bool]

ENOUGH_SUPPORTED = 0.5
"""The share of a model's sentences that has to be supported for its answer to stand: one that makes most of it up
has not understood the passages, and what happens to be right in it answers nothing by itself."""

FEWEST_CHARACTERS = 20
"""Of an answer that stands: less says nothing."""

LONGEST = 1_500
"""Characters of an answer; nothing is taken behind them."""

LONGEST_SENTENCE = 400
"""Characters; behind as many words as the encoder reads, anything might stand in a longer one."""

MOST_SENTENCES = 40
"""Of one answer that are checked: each costs a forward pass that other learners' questions wait for."""

NO_MORE = "My lessons do not say more on that."
"""Ours, where the model says that they do not say all."""


class Worker(Protocol):
    """Whoever owns the encoder: `index.retriever.Retriever`."""

    @property
    def ready(self) -> bool:
        """Whether there is an encoder by now."""

    async def in_worker(self, work: Callable[[], Made]) -> Made:
        """`work()`, in the thread that may use the encoder."""

    def encoder(self) -> Encoder:
        """The encoder, there."""


@dataclass(frozen=True)
class Asker:
    """Who asks, for whose account.

    Attributes:
        person: a Discord account.
        server: None in direct messages.
    """

    person: int
    server: int | None


@dataclass(frozen=True)
class Worded:
    """An answer in a model's words, every sentence of it supported.

    Attributes:
        answer: its passages are in the order of their numbers.
        places: the lesson's title and the section of each number in the text, from 1.
    """

    answer: Answer
    places: tuple[tuple[str, str], ...]


@dataclass
class _Meter:
    """How many tokens an answer took."""

    characters: int = 0
    counted: int | None = None

    def hears(self, piece: Piece) -> None:
        self.characters += len(piece.text)
        self.counted = piece.tokens if piece.tokens is not None else self.counted

    def used(self, asked: int) -> int:
        """What the server told; else what a prompt of `asked` tokens and the words heard come to."""
        return asked + int(self.characters / CHARACTERS_A_TOKEN) if self.counted is None else self.counted


@dataclass
class _Draft:
    """An answer as it grows: only sentences that a passage supports."""

    told: Sequence[Told]
    secret: str | None
    text: str = ""
    cited: list[int] = field(default_factory=list)
    written: int = 0
    supported: int = 0
    no_more: bool = False
    _seen: set[str] = field(default_factory=set)
    _paragraph: bool = False
    _items: bool = False

    def is_news(self, sentence: Sentence) -> bool:
        """Whether a sentence claims what was not claimed before, in a form in which it may be shown at all."""
        key = _key(sentence.text)
        if key == _key(NOT_SAID):
            self.no_more = True
            return False
        if key in self._seen or sentence.text.endswith(("?", ":")):
            return False
        self._seen.add(key)
        self.written += 1
        self._paragraph |= sentence.opens
        if len(sentence.text) > LONGEST_SENTENCE or is_active(sentence.text):
            return False
        return not (self.secret and self.secret in sentence.text)

    def take(self, sentence: Sentence, passage: int) -> None:
        """Write down a sentence that this passage supports, under the number that it has in this answer."""
        if passage not in self.cited:
            self.cited.append(passage)
        written = shown(sentence.text, self.cited.index(passage) + 1)
        item = sentence.item and sentence.opens
        mark = "- " if item else ""
        between = "\n" if item and self._items else "\n\n" if item or self._paragraph else " "
        self.text = f"{self.text}{between if self.text else ''}{mark}{written}"
        self.supported += 1
        self._items, self._paragraph = sentence.item, False

    @property
    def full(self) -> bool:
        return len(self.text) >= LONGEST or self.written >= MOST_SENTENCES

    def lacking(self) -> str:
        """Why this is no answer; empty where it is one."""
        if not self.written:
            return "the model claims nothing"
        if self.supported < ENOUGH_SUPPORTED * self.written or len(self.text) < FEWEST_CHARACTERS:
            return f"the passages support {self.supported} of {self.written} sentences"
        return ""


class Speaking:
    """Answers from the lessons in a language model's words, and in the lessons' own where that goes wrong."""

    def __init__(
        self,
        speaker: Speaker,
        worker: Worker,
        catalogue: Callable[[], Catalogue],
        database: DatabaseThread,
        limits: Limits,
    ) -> None:
        """`catalogue` gives the lessons as they are at the moment."""
        self._speaker = speaker
        self._worker = worker
        self._catalogue = catalogue
        self._database = database
        self._limits = limits
        self._budgets = BudgetStore()
        self._learners = LearnerStore()

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._speaker.model.name

    async def word(
        self, answer: Answer, before: Sequence[Answer], asker: Asker, now: datetime, show: Show
    ) -> Worded | None:
        """An answer worded anew; None where ours stands. Whatever goes wrong, nothing is raised, and the log says why.

        Args:
            before: earlier answers of this conversation, each of which everyone may see who sees this one.
            show: takes the text so far, every sentence of it supported, and says whether anyone still sees it.
        """
        if answer.verdict != "answer":
            return None
        try:
            return await self._worded(answer, before, asker, now, show)
        except (Unspoken, GradusError) as failure:
            log.info("the lessons' own words stand: %s", failure)
        except Exception:
            log.exception("the lessons' own words stand, for wording failed")
        return None

    async def _worded(
        self, answer: Answer, before: Sequence[Answer], asker: Asker, now: datetime, show: Show
    ) -> Worded:
        if not self._worker.ready:
            raise Unspoken("the encoder is not ready", fault=False)
        told = told_of(answer, self._catalogue())
        prompt = messages(answer.question, told, before)
        asked = tokens_of(prompt)
        budget = await self._take(asker, now, asked + ANSWER_TOKENS)
        draft, meter = _Draft(told, self._speaker.model.key), _Meter()
        try:
            await self._speak(prompt, draft, meter, show)
        finally:
            more = meter.used(asked) - asked - ANSWER_TOKENS
            await self._database.run(lambda database: self._budgets.settle(database, budget, more))
        return _from(draft, answer)

    async def _speak(self, prompt: Sequence[Message], draft: "_Draft", meter: "_Meter", show: Show) -> None:
        """Write down what the server says, as far as it is supported."""
        cutter = Cutter()
        grounding: asyncio.Task[Grounding] | None = None
        try:
            async with contextlib.aclosing(self._speaker.answer(prompt)) as pieces:
                async for piece in pieces:
                    grounding = grounding or asyncio.create_task(self._ground(draft.told))
                    meter.hears(piece)
                    finished = [*cutter.add(piece.text)]
                    if piece.finish:
                        finished += cutter.end(cut=piece.finish == "length")
                    if await self._check(finished, grounding, draft) and not show(draft.text):
                        raise Unspoken("nobody sees the message any more", fault=False)
                    if draft.full:
                        return
        finally:
            if grounding is not None:
                grounding.cancel()

    async def _ground(self, told: Sequence[Told]) -> Grounding:
        texts = [one.text for one in told]
        return await self._worker.in_worker(lambda: Grounding(self._worker.encoder().encode_sentences, texts))

    async def _check(self, finished: Sequence[Sentence], grounding: "asyncio.Task[Grounding]", draft: "_Draft") -> bool:
        """Whether the draft grew by a sentence that is supported."""
        before = draft.supported
        for sentence in finished:
            if not draft.full and draft.is_news(sentence):
                verdict = await self._verdict(sentence, await grounding, len(draft.told))
                if verdict.supported and verdict.passage is not None:
                    draft.take(sentence, verdict.passage)
        return draft.supported > before

    async def _verdict(self, sentence: Sentence, grounding: Grounding, passages: int) -> Verdict:
        cited = [number for number in sentence.cited if number <= passages]
        return await self._worker.in_worker(lambda: grounding.check(sentence.text, cited))

    async def _take(self, asker: Asker, now: datetime, tokens: int) -> Budget:
        """The account that so many tokens were taken from."""

        def take(database: Database) -> Budget:
            learner = self._learners.find(database, asker.person)
            if learner is None:
                raise Unspoken("the learner was forgotten meanwhile", fault=False)
            budget = Budget(learner.id, asker.server, now.astimezone(UTC).date())
            if not self._budgets.take(database, budget, tokens, self._limits):
                raise Unspoken(f"the tokens of {budget.day} are used up for learner {learner.id}", fault=False)
            return budget

        return await self._database.run(take)

    async def forget_old(self, now: datetime) -> None:
        """Remove what was used on days before: a tick for once a day."""
        await self._database.run(lambda database: self._budgets.forget_older(database, now))

    async def close(self) -> None:
        """Let go of the server."""
        await self._speaker.close()


def _key(text: str) -> str:
    """The same for texts that differ in nothing one would notice."""
    return "".join(filter(str.isalnum, text.casefold()))


def _from(draft: "_Draft", answer: Answer) -> Worded:
    """The draft as an answer.

    Raises:
        Unspoken: too little of it is supported.
    """
    lacking = draft.lacking()
    if lacking:
        raise Unspoken(lacking, fault=False)
    cited = tuple(draft.told[number - 1] for number in draft.cited)
    passages = tuple(one.passage for one in cited)
    others = tuple(passage for passage in answer.passages if passage not in passages)
    text = f"{draft.text}\n\n{NO_MORE}" if draft.no_more else draft.text
    places = tuple((one.title, one.passage.section) for one in cited)
    return Worded(replace(answer, answer=text, passages=(*passages, *others)), places)
