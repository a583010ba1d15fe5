"""Which place of a lesson speaks to a question, and which of its sentences says it best.

A search ranks passages of all lessons by one number. Once the lesson is known, what the question wants and
how the lesson is built say more: a definition where a term is asked for, the formula's paragraph where the
mathematics is, a learner's own question where it's the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.excerpts import Piece
from index.intent import ASKING, PREFERRED, Intent, intent_of
from index.lexical import stems_of, words_of
from index.library import Library, Place

if TYPE_CHECKING:
    from index.search import Hit

MAXSIM, COVERAGE = 1.0, 0.3
"""What a passage's MaxSim and its share of the question's IDF add to the cosine of its best sentence."""

HEADING, ANOTHER_QUESTION = 0.6, 0.55
"""What the cosine with a learner's question adds, as far as it's above that of two questions about one subject."""

BARE = 0.3
"""Added to a section that speaks to the intent, where the question has no other words than those."""

SAME_INTENT = 0.12
"""Added to a learner's question that wants the same as the one asked."""

DEFINITION = 0.3
"""Added to a sentence that begins with the term asked for, or says that something is called so."""

FORMULA = 0.12
"""Added to a paragraph that leads to a formula, where the mathematics is asked for."""

SECTION_BONUS: dict[Intent, float] = {"code": 0.3, "mathematics": 0.35, "example": 0.5}
"""Added to a section that speaks to the intent, where the question asks for just that."""

OTHER_SECTION_BONUS = 0.03
"""The same for the other intents, which learners' questions and more than one section may serve."""

LIST_PENALTY = 0.3
"""Taken from the key points, which repeat what the sections explain."""

PARTICULAR_PENALTY = 0.2
"""Taken from code, worked examples and pitfalls, where the question asks for none of them."""

OPENING = "In one minute"
WORKED_EXAMPLE = "Worked example"
PITFALLS = "Pitfalls"

PARTICULAR: dict[str, tuple[Intent, ...]] = {
    "In code": ("code", "trouble"),
    WORKED_EXAMPLE: ("example",),
    PITFALLS: ("trouble", "code", "why"),
}
"""Sections that explain little by themselves, and the intents that they serve."""

EARLY = 1
"""Stems of a sentence that may stand before its subject."""


@dataclass(frozen=True)
class Chosen:
    """A place that answers.

    Attributes:
        place: where in its lesson.
        score: how well it fits; comparable within one question.
        parts: what can be shown of it.
        closeness: of each part to the question; 0 for code.
        centre: the part that says it best.
    """

    place: Place
    score: float
    parts: tuple[Piece, ...]
    closeness: tuple[float, ...]
    centre: int


def choose(concept: str, question: str, intent: Intent, hits: Sequence["Hit"], library: Library) -> Chosen:
    """The place of the concept's lesson that fits the question and its intent best.

    Args:
        question: as it was searched.
        hits: of all concepts, best first.
    """
    places = _places(concept, intent, hits, library)
    asked = _asked(question, concept, intent, library)
    floor = min((hit.maxsim for hit in hits if hit.maxsim > 0), default=0.0)
    weighed = [_weighed(place, own, floor, asked, library) for place, own in places]
    return max((one for one in weighed if one.parts), key=lambda one: one.score)


def introduction(concept: str, library: Library) -> Chosen:
    """How the concept's lesson begins, whatever was asked: what stands beside another concept's."""
    place = library.opening(concept)
    parts = library.parts(place)
    return Chosen(place, 0.0, parts, (0.0,) * len(parts), 0)


@dataclass(frozen=True)
class _Asked:
    """What a question wants.

    Attributes:
        intent: of what kind.
        term: the stems of the term that it asks about, if that is a part of its subject.
        subject: the stems of the subject's own name, where there is no such term.
        bare: it says nothing besides.
    """

    intent: Intent
    term: tuple[str, ...]
    subject: tuple[str, ...]
    bare: bool


def _asked(question: str, concept: str, intent: Intent, library: Library) -> _Asked:
    name = library.called(question, concept)
    part = library.is_part(name, concept)
    rest = set(stems_of(words_of(question))) - set(name) - ASKING
    return _Asked(intent, name if part else (), () if part else name, bool(name) and not rest)


def _places(concept: str, intent: Intent, hits: Sequence["Hit"], library: Library) -> list[tuple[Place, list["Hit"]]]:
    """The places found in the concept's lesson with their hits, and those that the intent prefers."""
    wanted = (library.opening(concept), *library.places(concept, intent))
    found: dict[str, tuple[Place, list[Hit]]] = {place.section: (place, []) for place in wanted}
    for hit in hits:
        place = library.place(hit.passage) if hit.passage.concept == concept else None
        if place is not None:
            found.setdefault(place.section, (place, []))[1].append(hit)
    return list(found.values())


def _weighed(place: Place, hits: Sequence["Hit"], floor: float, asked: _Asked, library: Library) -> Chosen:
    """Args:
    floor: the MaxSim to assume where none was computed.
    """
    parts = library.parts(place)
    closeness = _closeness(parts, hits)
    heading = max((hit.closeness[0] for hit in hits if hit.passage.kind == "question"), default=0.0)
    definition = DEFINITION / 2 if heading else DEFINITION
    merits = [
        near + (definition if _defines(part, asked) else 0.0) + _led(parts, part, asked.intent)
        for part, near in zip(parts, closeness, strict=True)
    ]
    centre = merits.index(max(merits)) if merits else 0
    score = (
        max(merits, default=0.0)
        + (HEADING * (heading - ANOTHER_QUESTION) if heading else 0.0)
        + MAXSIM * max((floor, *(hit.maxsim for hit in hits)))
        + COVERAGE * max((hit.coverage for hit in hits), default=0.0)
        + _fit(place, bool(heading), asked)
    )
    return Chosen(place, score, parts, closeness, centre)


def _closeness(parts: Sequence[Piece], hits: Sequence["Hit"]) -> tuple[float, ...]:
    """Of each part: that of the same sentence of a passage."""
    known: dict[tuple[str, ...], float] = {}
    for hit in hits:
        for sentence, near in zip(hit.passage.sentences, hit.closeness, strict=True):
            words = tuple(words_of(sentence))
            known[words] = max(near, known.get(words, near))
    return tuple(0.0 if part.code else _found(part, known) for part in parts)


def _found(part: Piece, known: dict[tuple[str, ...], float]) -> float:
    """A part's closeness; passages and messages don't cut every sentence at the same place."""
    words = tuple(words_of(part.text))
    if words in known:
        return known[words]
    own = set(words)
    alike = max(known, key=lambda other: len(own & set(other)) / len(own | set(other) | {""}), default=())
    return known[alike] if 2 * len(own & set(alike)) > len(own) else 0.0


def _defines(part: Piece, asked: _Asked) -> bool:
    """Whether the sentence says what the term is: it's the subject, or what something is called."""
    if part.code or not asked.bare or asked.intent not in ("what", "mathematics"):
        return False
    stems = stems_of(words_of(part.text))
    if not asked.term:
        return asked.intent == "mathematics" and bool(set(stems[:1]) & set(asked.subject))
    length = len(asked.term)
    starts = [at for at in range(len(stems) - length + 1) if tuple(stems[at : at + length]) == asked.term]
    return any(at <= EARLY or "call" in stems[max(0, at - 2) : at] for at in starts)


def _led(parts: Sequence[Piece], part: Piece, intent: Intent) -> float:
    leads = any(one.formula for one in parts if one.block == part.block)
    return FORMULA if leads and intent == "mathematics" else 0.0


def _fit(place: Place, own_question: bool, asked: _Asked) -> float:
    if own_question:
        return _fit_of_question(place.section, asked)
    if place.section == "Key points":
        return -LIST_PENALTY
    if asked.intent not in PARTICULAR.get(place.section, (asked.intent,)):
        return -PARTICULAR_PENALTY
    if asked.term and asked.intent == "what":
        return 0.0  # a part of the subject is no matter for its introduction
    if place.section not in PREFERRED[asked.intent]:
        return 0.0
    bare = BARE if asked.bare and place.section == PREFERRED[asked.intent][0] else 0.0
    return SECTION_BONUS.get(asked.intent, OTHER_SECTION_BONUS) + bare


def _fit_of_question(heading: str, asked: _Asked) -> float:
    stems = set(stems_of(words_of(heading)))
    if asked.bare and asked.term and asked.intent == "what" and heading.lower().startswith("what"):
        return DEFINITION if set(asked.term) <= stems else 0.0
    return SAME_INTENT if asked.intent == intent_of(heading) != "what" else 0.0
