"""The use case of asking: a question in, an answer out and kept, and what stands behind its buttons."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlite_utils import Database

from bot.store import AnswerStore, KeptAnswer
from content import links
from content.catalogue import Catalogue, Resource
from content.lesson import Body, Lesson
from content.markdown import Block, sentences, spans
from content.mathtext import readable
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from index.answers import Answer, Answerer, AnswerPassage, Source, Turn
from index.excerpts import sentences_of

LONGEST_QUESTION = 2000  # characters: what one Discord message holds
MOST_EQUATIONS = 6  # in one picture: more than a phone shows at once
MOST_PLACES = 4  # in lessons, named beside the sources
KEEP_ANSWERS = timedelta(days=90)

MATHEMATICS, IN_CODE = "The mathematics", "In code"  # section headings that every lesson has

_INVISIBLE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")

Result = TypeVar("Result")


class AnswerForgotten(GradusError):
    """The answer behind a button is no longer kept."""

    def __init__(self) -> None:
        super().__init__(
            f"I no longer have that answer: I keep answers for {KEEP_ANSWERS.days} days, or until the person who "
            "asked has them deleted. Ask again and you get a fresh one."
        )


@dataclass(frozen=True)
class Asked:
    """An answer and the id under which it is kept."""

    id: str
    answer: Answer


@dataclass(frozen=True)
class Offers:
    """What stands behind an answer: only what is there is offered."""

    mathematics: bool
    code: bool
    sources: bool


@dataclass(frozen=True)
class Equations:
    """The mathematics behind an answer.

    Attributes:
        concept, title, section: where it comes from.
        text: Markdown; `**(1)**` stands for the first formula, and so on.
        latex: the formulas.
    """

    concept: str
    title: str
    section: str
    text: str
    latex: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """The code behind an answer, as Markdown, with the concept and the section it comes from."""

    concept: str
    title: str
    section: str
    markdown: str


@dataclass(frozen=True)
class Sources:
    """What an answer rests on: places in lessons as (title, section), and where to read on.

    Attributes:
        places: in order of weight, each once.
        resources: the answer's sources as the catalogue knows them.
        others: sources that the catalogue does not hold (any more).
    """

    places: tuple[tuple[str, str], ...]
    resources: tuple[Resource, ...]
    others: tuple[Source, ...]


def clean_question(question: str) -> str:
    """The question without control and invisible characters, and with single spaces.

    Raises:
        GradusError: nothing is left of it, or it is longer than `LONGEST_QUESTION`.
    """
    cleaned = " ".join("".join(_visible(character) for character in question).split())
    if not cleaned:
        raise GradusError("That question is empty. Ask me in your own words, for example: why does dropout help?")
    if len(cleaned) > LONGEST_QUESTION:
        raise GradusError(
            f"That question has {len(cleaned):,} characters and I read up to {LONGEST_QUESTION:,}. "
            "Ask the part that matters most first."
        )
    return cleaned


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cs")
    return "" if hidden else character


class Asking:
    """Questions and what follows from them, for any driver: Discord, the terminal, a test."""

    def __init__(
        self, catalogue: Catalogue, answerer: Answerer, database: DatabaseThread, id_source: Callable[[], str]
    ) -> None:
        """Ask `answerer` and keep what it says; `id_source` gives each answer a new id of up to 32 letters and
        digits.
        """
        self._catalogue = catalogue
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
    ) -> Asked:
        """Answer a question and keep the answer.

        Args:
            place: where it is asked, as the driver names places.
            now: aware, UTC.
            follows: the id of an answer that the learner replies to, if any: what "it" means.

        Raises:
            GradusError: the question is empty or too long.
        """
        cleaned = clean_question(question)
        answer = await self._answerer.ask(cleaned, await self._turns(follows))
        asked = Asked(self._id_source(), answer)

        def keep(database: Database) -> None:
            learner = self._learners.learner_for(database, learner_discord_id, now)
            self._answers.keep(database, KeptAnswer(asked.id, learner.id, place, now, answer))

        await self._database.run(keep)
        return asked

    async def _turns(self, follows: str | None) -> tuple[Turn, ...]:
        """The turn that is replied to; none where it is no longer kept."""
        if follows is None:
            return ()
        replied = await self._database.run(lambda database: self._answers.find(database, follows))
        return () if replied is None else (Turn(replied.answer.question, replied.answer.concept),)

    async def answer(self, id: str) -> Answer:
        """The answer that was given under `id`.

        Raises:
            AnswerForgotten: it is no longer kept.
        """
        kept = await self._database.run(lambda database: self._answers.find(database, id))
        if kept is None:
            raise AnswerForgotten
        return kept.answer

    def offers(self, answer: Answer) -> Offers:
        """What `equations`, `code` and `sources` have for this answer."""
        return Offers(
            mathematics=_equations(answer, self._catalogue) is not None,
            code=_code(answer, self._catalogue) is not None,
            sources=bool(answer.sources),
        )

    async def equations(self, id: str) -> Equations:
        """The mathematics of the lesson behind an answer.

        Raises:
            AnswerForgotten: it is no longer kept.
            GradusError: its lesson has no formula (any more).
        """
        found = _equations(await self.answer(id), self._catalogue)
        return _there(found, "There are no formulas behind that answer.")

    async def code(self, id: str) -> Code:
        """The code behind an answer: of the section that answers, or else of its lesson.

        Raises:
            AnswerForgotten: it is no longer kept.
            GradusError: its lesson has no code (any more).
        """
        found = _code(await self.answer(id), self._catalogue)
        return _there(found, "There is no code behind that answer.")

    async def sources(self, id: str) -> Sources:
        """What an answer rests on and where to read on.

        Raises:
            AnswerForgotten: it is no longer kept.
        """
        return _sources(await self.answer(id), self._catalogue)

    async def vote(self, id: str, learner_discord_id: int, helpful: bool, now: datetime) -> None:
        """Keep whether the answer helped this learner: one vote a person, the last one they gave.

        Raises:
            AnswerForgotten: it is no longer kept.
        """

        def keep(database: Database) -> bool:
            learner = self._learners.learner_for(database, learner_discord_id, now)
            return self._answers.vote(database, id, learner.id, helpful, now)

        if not await self._database.run(keep):
            raise AnswerForgotten

    async def forget_old(self, now: datetime) -> None:
        """Remove the answers older than `KEEP_ANSWERS`: a tick for once a day."""
        await self._database.run(lambda database: self._answers.forget_older(database, now - KEEP_ANSWERS))


def _there(found: Result | None, otherwise: str) -> Result:
    if found is None:
        raise GradusError(otherwise)
    return found


def spoken(answer: Answer) -> tuple[AnswerPassage, ...]:
    """The passages whose sentences the answer is made of: one, or two where concepts are compared.

    The others of `answer.passages` were only close.
    """
    first = answer.passages[:1] if answer.verdict == "answer" else ()
    others = (passage for passage in answer.passages[1:] if first and passage.concept != first[0].concept)
    quoted = [one for one in others if any(said in answer.answer for said in sentences_of(one.text))]
    return (*first, *quoted[:1])


def answering_formulas(answer: Answer, catalogue: Catalogue) -> tuple[str, ...]:
    """The LaTeX of the display equations that the answer's sentences lead to; they can't stand in its text."""
    found: list[str] = []
    leads = False
    for block in _answering_blocks(answer, catalogue):
        if block.kind == "equation" and leads:
            found.append(block.text)
        elif block.kind in ("paragraph", "item", "quote") and block.text:
            # An excerpt ends a sentence before an equation by a full stop, where the lesson has a colon.
            leads = _shown(sentences(block.text)[-1], catalogue).rstrip(":.") in answer.answer
    return tuple(found[:MOST_EQUATIONS])


def _answering_blocks(answer: Answer, catalogue: Catalogue) -> tuple[Block, ...]:
    """The blocks of the section or question that speaks first; none where the lesson no longer has it."""
    for passage in spoken(answer)[:1]:
        lesson = catalogue.lessons.get(passage.concept)
        body = _body(lesson, passage.section) if lesson is not None else None
        return body.blocks if body is not None else ()
    return ()


def _lesson(answer: Answer, catalogue: Catalogue) -> Lesson | None:
    if answer.verdict != "answer" or answer.concept is None:
        return None
    return catalogue.lessons.get(answer.concept)


def _body(lesson: Lesson, heading: str) -> Body | None:
    """What stands under a section's heading or a learner's question, where the lesson has it."""
    under = {section.title: section for section in lesson.sections}
    asked = {question.question: question for question in lesson.questions}
    return under.get(heading) or asked.get(heading)


def _equations(answer: Answer, catalogue: Catalogue) -> Equations | None:
    """The lesson's mathematics as in a textbook: in the text a number stands where the formula stood."""
    lesson = _lesson(answer, catalogue)
    body = _body(lesson, MATHEMATICS) if lesson is not None else None
    if lesson is None or body is None or not body.equations:
        return None
    latex = tuple(equation.latex for equation in body.equations)
    numbers = itertools.count(1)
    numbered = (f"**({next(numbers)})**" if span.kind == "display" else span.text for span in spans(body.markdown[0]))
    text = re.sub(r"\s+(?=\*\*\(\d+\)\*\*)", " ", _shown("".join(numbered), catalogue))
    return Equations(lesson.concept, catalogue.concept(lesson.concept).title, MATHEMATICS, text, latex)


def _code(answer: Answer, catalogue: Catalogue) -> Code | None:
    """The code of the section that answers, or else of the lesson's own section for it."""
    lesson = _lesson(answer, catalogue)
    if lesson is None:
        return None
    answering = (passage.section for passage in spoken(answer)[:1] if passage.concept == lesson.concept)
    for heading in (*answering, IN_CODE):
        body = _body(lesson, heading)
        if body is not None and body.markdown[0] and body.code:
            title = catalogue.concept(lesson.concept).title
            return Code(lesson.concept, title, heading, _shown(body.markdown[0], catalogue))
    return None


def _shown(markdown: str, catalogue: Catalogue) -> str:
    """A lesson's Markdown as a chat shows it: links and formulas in words, fences tagged by a language alone."""
    text = links.plain(markdown, lambda id: catalogue.concept(id).title)
    return re.sub(r"^```python .*$", "```python", readable(text), flags=re.MULTILINE)


def _sources(answer: Answer, catalogue: Catalogue) -> Sources:
    known = {(resource.title, resource.url): resource for resource in catalogue.resources.values()}
    pairs = [(source, known.get((source.title, source.url))) for source in answer.sources]
    return Sources(
        places=places(_close(answer), catalogue),
        resources=tuple(resource for _, resource in pairs if resource is not None),
        others=tuple(source for source, resource in pairs if resource is None),
    )


def _close(answer: Answer) -> tuple[AnswerPassage, ...]:
    """What speaks in an answer, then what else is close in the same lesson."""
    own = (passage for passage in answer.passages if passage.concept == answer.concept)
    return (*spoken(answer), *own)[:MOST_PLACES]


def places(passages: Iterable[AnswerPassage], catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Where passages stand in the lessons: (title, section), in order, each once."""
    found = (
        (catalogue.concepts[passage.concept].title, passage.section)
        for passage in passages
        if passage.concept in catalogue.concepts
    )
    return tuple(dict.fromkeys(found))
