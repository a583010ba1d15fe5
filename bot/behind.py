"""What stands behind an answer's buttons: the formulas, the code and the sources of the lesson it comes from."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.learning import message_text
from content.catalogue import Catalogue, Resource
from content.lesson import Body, Lesson
from content.markdown import Block, sentences, spans
from index.answers import Answer, AnswerPassage, Source
from index.excerpts import sentences_of

MOST_EQUATIONS = 6  # in one picture: more than a phone shows at once
MOST_PLACES = 4  # in lessons, named beside the sources

MATHEMATICS, IN_CODE = "The mathematics", "In code"  # section headings that every lesson has


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


def offers_of(answer: Answer, catalogue: Catalogue) -> Offers:
    """What `equations_behind`, `code_behind` and `sources_behind` have for this answer."""
    return Offers(
        mathematics=equations_behind(answer, catalogue) is not None,
        code=code_behind(answer, catalogue) is not None,
        sources=bool(answer.sources),
    )


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
            leads = message_text(sentences(block.text)[-1], catalogue).rstrip(":.") in answer.answer
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


def equations_behind(answer: Answer, catalogue: Catalogue) -> Equations | None:
    """The lesson's mathematics as in a textbook: in the text a number stands where the formula stood."""
    lesson = _lesson(answer, catalogue)
    body = _body(lesson, MATHEMATICS) if lesson is not None else None
    if lesson is None or body is None or not body.equations:
        return None
    latex = tuple(equation.latex for equation in body.equations)
    numbers = itertools.count(1)
    numbered = (f"**({next(numbers)})**" if span.kind == "display" else span.text for span in spans(body.markdown[0]))
    text = re.sub(r"\s+(?=\*\*\(\d+\)\*\*)", " ", message_text("".join(numbered), catalogue))
    return Equations(lesson.concept, catalogue.concept(lesson.concept).title, MATHEMATICS, text, latex)


def code_behind(answer: Answer, catalogue: Catalogue) -> Code | None:
    """The code of the section that answers, or else of the lesson's own section for it."""
    lesson = _lesson(answer, catalogue)
    if lesson is None:
        return None
    answering = (passage.section for passage in spoken(answer)[:1] if passage.concept == lesson.concept)
    for heading in (*answering, IN_CODE):
        body = _body(lesson, heading)
        if body is not None and body.markdown[0] and body.code:
            title = catalogue.concept(lesson.concept).title
            return Code(lesson.concept, title, heading, message_text(body.markdown[0], catalogue))
    return None


def sources_behind(answer: Answer, catalogue: Catalogue) -> Sources:
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
