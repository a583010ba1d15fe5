"""Answers: what a question is given back, as plain values, and how it comes out of a search."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from index.bands import LessonEvidence, TopicEvidence, fitted
from index.choosing import OPENING, WORKED_EXAMPLE, Chosen, choose, introduction
from index.elsewhere import nearest as nearest_elsewhere
from index.excerpts import ENOUGH, MOST, excerpt, nearest
from index.intent import ASKING, intent_of
from index.language import in_full, is_foreign, is_order, says_nothing, small_talk, without_address
from index.lexical import phrases_of, stems_of, words_of
from index.library import Library

if TYPE_CHECKING:
    from index.embedding import Floats, Query
    from index.search import Hit, Searchable, SearchResult

SEARCHED = 60
"""Hits looked at: enough for several of each concept that may answer."""

MOST_CONCEPTS = 5

MOST_PASSAGES = 5

MOST_READY = 2
"""Lessons named beside a concept without one."""

MOST_TITLES = 3
"""Resources named in the text where nothing is claimed."""

NAMED_BONUS = 2.5
"""Added to a concept's standing for each stem, up to two, of its longest term in the question."""

OF_ANOTHER = 3.0
"""Taken from a learner's question that names its concept, where the question asked names only others: which
learning rate to use with Adam is no answer to which learning rate to use."""

SECOND_SHARE = 0.2
"""Of the score of a concept's second-best hit, added to its standing: two passages say more than one."""

LEANING_WEIGHT = 1.0
"""What a concept's `SearchResult.leaning` counts in its standing: all that its lesson says, beside its best place."""

LONE = 3.0
"""How far below its only hit a concept's second would be thought to lie."""

CARD_BONUS = 1.0
"""Added where a card is the best hit: its terms are few words beside the sentences of a lesson."""

BOTH_MOST, BOTH_ENOUGH = 450, 200
"""Characters for each of two concepts that are compared."""

QUOTED = 400
"""Characters quoted of a passage that may not answer."""

PHRASE, PHRASE_BONUS, MOST_PHRASES = 3, 1.0, 3
"""Words in a row that a question and a passage share, what each such run adds to a standing, and how many count:
an error message is quoted as it stands, and its single words are anybody's."""

LEANING = re.compile(
    r"^\W*(?:and|but|so|or|ok(?:ay)?|then|also|what about|how about)\b"
    r"|\b(?:it|its|it's|that|this|these|those|they|them|their|there|ones?|same|else|again|instead)\b",
    re.IGNORECASE,
)
"""Words that point back to what was said before."""

ORDER = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:previous|above|prior|earlier|your)\b.{0,30}\b(?:instruction|rule|prompt)",
    re.IGNORECASE,
)
"""An order to the bot, in the words of the lesson on language models."""

NEAR_BONUS = 1.0
"""Added, in a conversation, to the standing of its concept and of those next to that: on the roadmap, or by a link."""

EXPANDED_SHARE = 0.4
"""What a question read with the conversation's subject counts beside the question alone."""

TERSE_SHARE = 0.7
"""The same where the question points back and has one word of its own (what if it's negative?)."""

REMEMBERED = 3
"""Turns that a follow-up may go back to."""

LONGEST_LEANING = 12
"""Words; a longer question that points to nothing is read as it stands."""

KNOWN = 0.5
"""The share of its IDF that the corpus must know of a question that points back, to be taken for one on topic."""

FROM_ELSEWHERE = 0.45
"""The cosine with a sentence about other subjects from which on a question has a subject of its own."""

GREETING = "Hello! I am a tutor for deep learning: ask me anything about it, in your own words."
GOODBYE = "Glad to help. Come back whenever you have a question about deep learning."

ENGLISH_ONLY = "Sorry, I read and answer only English for now. Please ask me the same in English, in simple words."

Verdict = Literal["answer", "related", "decline"]


@dataclass(frozen=True)
class Turn:
    """An earlier question of the same conversation.

    Attributes:
        question: as it was asked.
        concept: the id of the concept that answered it, or None where nothing did.
    """

    question: str
    concept: str | None = None


@dataclass(frozen=True)
class AnswerPassage:
    """A piece of a lesson that an answer rests on.

    Attributes:
        concept: the lesson's concept id.
        section: the lesson's section heading, or a learner's question.
        text: the piece itself, Markdown.
        score: how well it fits; comparable within one answer only.
    """

    concept: str
    section: str
    text: str
    score: float


@dataclass(frozen=True)
class Source:
    """Where to read on: a resource of the catalogue."""

    title: str
    url: str | None


@dataclass(frozen=True)
class Answer:
    """What a question is given back.

    Attributes:
        question: as it was asked.
        verdict: `answer`; `related` (closest lessons and resources, nothing is claimed); `decline` (off topic).
        concept: id of the concept that answers, or None.
        concepts: up to five concept ids, best first.
        answer: Markdown that a Discord message can show.
        passages: what the answer rests on, best first.
        sources: where to read on.
        confidence: from 0 to 1.
        milliseconds: how long it took.
    """

    question: str
    verdict: Verdict
    concept: str | None
    concepts: tuple[str, ...]
    answer: str
    passages: tuple[AnswerPassage, ...]
    sources: tuple[Source, ...]
    confidence: float
    milliseconds: float


class Answerer(Protocol):
    """Whatever answers questions."""

    async def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The answer to `question`, in the light of earlier turns."""


Encode = Callable[[str], "Query"]
"""Encodes a question whose misspelt words have been mended."""


@dataclass(frozen=True)
class Encoding:
    """What an encoder adds to a search.

    Attributes:
        encode: gives a question's vectors.
        elsewhere: float32 (n, d), the vectors of `index.elsewhere.SENTENCES`.
    """

    encode: Encode
    elsewhere: "Floats"


@dataclass(frozen=True)
class Reading:
    """One way to understand a question, and what was found for it.

    Attributes:
        text: what was searched.
        result: what the search found.
        stems: its words'.
        standings: how well each concept found fits.
        ranked: their ids, best first.
        named: the concepts named in it.
        best: each concept's best hit.
        lesson: the best-placed concept that has a lesson, or None.
        topic: the evidence that it's a subject of the roadmap.
        lesson_evidence: the evidence that `lesson` answers it.
        on_topic, answered: the probabilities of both.
    """

    text: str
    result: "SearchResult"
    stems: tuple[str, ...]
    standings: dict[str, float]
    ranked: tuple[str, ...]
    named: dict[str, int]
    best: dict[str, "Hit"]
    lesson: str | None
    topic: TopicEvidence
    lesson_evidence: LessonEvidence
    on_topic: float
    answered: float


def answer(
    question: str,
    history: Sequence[Turn],
    library: Library,
    index: "Searchable",
    encoding: Encoding | None,
    timer: Callable[[], float],
) -> Answer:
    """The answer to `question` out of the lessons in `index`.

    Args:
        history: earlier turns of the conversation, the latest last.
        encoding: None while there is no encoder: words alone are compared, and less is claimed.
        timer: seconds of a clock that only runs forward.
    """
    start = timer()
    found = _answered(question, history, library, index, encoding)
    return replace(found, milliseconds=round((timer() - start) * 1000, 2))


def _answered(
    question: str,
    history: Sequence[Turn],
    library: Library,
    index: "Searchable",
    encoding: Encoding | None,
) -> Answer:
    if is_foreign(question, library.words):
        return _decline(question, ENGLISH_ONLY, 1.0)
    if is_order(question):
        return _decline(question, _off_topic(library), 1.0)
    talk = small_talk(question)
    if talk is not None:
        return _decline(question, _with_examples(GREETING if talk == "greeting" else GOODBYE, library), 1.0)
    if ORDER.search(question) or (says_nothing(question) and not library.named(question)):
        return _decline(question, _off_topic(library), 1.0)
    bands = fitted(lexical=encoding is None)
    reading = read(question, library, index, encoding)
    expanded = expand(reading, history, library)
    if expanded is not None:
        light = read(expanded.text, library, index, encoding)
        reading = _together(reading, light, expanded, _near(history, library), library)
    if reading.on_topic < bands.decline_below or not reading.ranked:
        return _decline(question, _off_topic(library), 1 - reading.on_topic)
    if reading.lesson is not None and reading.answered >= bands.answer_from:
        return _from_lesson(question, reading, library)
    return _related(question, reading, library)


def read(
    text: str,
    library: Library,
    index: "Searchable",
    encoding: Encoding | None,
) -> Reading:
    """Search for `text`, rank the concepts found, and weigh the evidence; shorthand is written out first."""
    text = in_full(without_address(text))
    spelled = index.spelled(text)
    query = encoding.encode(spelled) if encoding else None
    result = index.search(text, SEARCHED, query)
    named = library.named(spelled)
    best = _best_hits(result.hits)
    standings = _standings(result, named, phrases_of(spelled, PHRASE), library)
    ranked, lesson = _ranked(standings, library)
    elsewhere = nearest_elsewhere(query.vector, encoding.elsewhere) if query is not None and encoding else 0.0
    stems = tuple(stems_of(words_of(spelled)))
    topic = _topic_evidence(result, named, elsewhere, len(stems))
    evidence = _lesson_evidence(lesson, best, standings, named, stems, library)
    bands = fitted(lexical=encoding is None)
    answered = bands.lesson.probability(evidence) if lesson else 0.0
    return Reading(
        text=text,
        result=result,
        stems=stems,
        standings=standings,
        ranked=ranked,
        named=named,
        best=best,
        lesson=lesson,
        topic=topic,
        lesson_evidence=evidence,
        on_topic=bands.topic.probability(topic),
        answered=answered,
    )


def _ranked(standings: Mapping[str, float], library: Library) -> tuple[tuple[str, ...], str | None]:
    """The concepts, best first, and the first that has a lesson."""
    ranked = tuple(sorted(standings, key=standings.__getitem__, reverse=True))
    return ranked, next((concept for concept in ranked if library.written(concept)), None)


def _best_hits(hits: Sequence["Hit"]) -> dict[str, "Hit"]:
    """Each concept's best hit, in order."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.passage.concept:
            best.setdefault(hit.passage.concept, hit)
    return best


def _standings(
    result: "SearchResult", named: dict[str, int], phrases: Sequence[str], library: Library
) -> dict[str, float]:
    """How well each concept fits: its best hit's score, with what speaks for it besides."""
    of: dict[str, list[Hit]] = {}
    for hit in result.hits:
        of.setdefault(hit.passage.concept, []).append(hit)
    return {
        concept: _standing(own, named, phrases, library) + LEANING_WEIGHT * result.leaning.get(concept, 0.0)
        for concept, own in of.items()
        if concept
    }


def _standing(own: Sequence["Hit"], named: dict[str, int], phrases: Sequence[str], library: Library) -> float:
    concept = own[0].passage.concept
    another = bool(named) and concept not in named
    strangers = [another and library.names_itself(hit.passage) for hit in own]
    scores = sorted(
        (hit.score - (OF_ANOTHER if stranger else 0.0) for hit, stranger in zip(own, strangers, strict=True)),
        reverse=True,
    )
    second = scores[1] if len(scores) > 1 else scores[0] - LONE
    card = CARD_BONUS if own[0].passage.kind == "card" else 0.0
    fitting = [hit.passage for hit, stranger in zip(own, strangers, strict=True) if not stranger]
    shared = max((library.shared(phrases, passage) for passage in fitting), default=0)
    names = NAMED_BONUS * min(named.get(concept, 0), 2)
    return scores[0] + SECOND_SHARE * second + names + PHRASE_BONUS * min(MOST_PHRASES, shared) + card


def _topic_evidence(result: "SearchResult", named: dict[str, int], elsewhere: float, words: int) -> TopicEvidence:
    hits = result.hits
    return TopicEvidence(
        cosine=result.best_cosine,
        elsewhere=elsewhere,
        maxsim=max((hit.maxsim for hit in hits), default=0.0),
        bm25_share=max((hit.bm25_share for hit in hits), default=0.0),
        coverage=result.coverage,
        passage_coverage=max((hit.coverage for hit in hits), default=0.0),
        named=float(min(3, max(named.values(), default=0))),
        words=float(min(12, words)),
    )


def _lesson_evidence(
    lesson: str | None,
    best: dict[str, "Hit"],
    standings: dict[str, float],
    named: dict[str, int],
    stems: Sequence[str],
    library: Library,
) -> LessonEvidence:
    if lesson is None:
        return LessonEvidence(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    hit = best[lesson]
    rival = max((standing for concept, standing in standings.items() if not library.written(concept)), default=0.0)
    unwritten = [length for concept, length in named.items() if not library.written(concept)]
    if _is_asked_there(hit, stems):
        unwritten = []  # whatever else it names, the lesson has this very question
    return LessonEvidence(
        margin=max(-5.0, min(5.0, standings[lesson] - rival)),
        cosine=hit.cosine,
        maxsim=hit.maxsim,
        bm25_share=hit.bm25_share,
        coverage=hit.coverage,
        named=float(min(3, named.get(lesson, 0))),
        named_unwritten=float(min(3, max(unwritten, default=0))),
        other=max(unwritten, default=0) / max(1, len(stems)) if lesson not in named else 0.0,
    )


def _is_asked_there(hit: "Hit", stems: Sequence[str]) -> bool:
    """Whether `hit` is a learner's question of just these `stems`."""
    return hit.passage.kind == "question" and set(stems) == set(stems_of(words_of(hit.passage.section)))


@dataclass(frozen=True)
class Expanded:
    """A question with the subject of the conversation before it.

    Attributes:
        text: what to search for.
        about: the concept that the conversation is about.
        share: what this reading counts beside that of the question alone; 1 where it cannot have been meant alone.
        leans: whether the question clearly goes on about the conversation, so that it's on topic if this is.
    """

    text: str
    about: str
    share: float
    leans: bool


def expand(bare: Reading, history: Sequence[Turn], library: Library) -> Expanded | None:
    """The question in the light of the conversation; None where it has a subject of its own.

    Most questions of a conversation may go on about its subject or step to the next one: then both readings
    count. A question that says nothing of its own (why?), or compares (is it better than Adam?), is about the
    subject; one of many words that point nowhere, or one of another field, isn't.

    Args:
        bare: the question as it was read by itself.
        history: turns whose concept the catalogue does not know are passed over.
    """
    asked = bare.text
    own = frozenset(stems_of(words_of(asked))) - ASKING
    concept = _spoken_of(own, history, library)
    if concept is None or not words_of(asked):
        return None
    text = f"{_subject(concept, history, library)}: {asked}"
    points, short = bool(LEANING.search(asked)), len(asked.split()) <= LONGEST_LEANING
    compares = points and short and bare.named and concept not in bare.named and intent_of(asked) == "choice"
    if not own or compares:
        return Expanded(text, concept, share=1.0, leans=True)
    if bare.topic.elsewhere >= max(FROM_ELSEWHERE, bare.topic.cosine) or not (points or short):
        return None
    leans = own <= library.stems(concept) or (points and short and bare.topic.coverage >= KNOWN)
    terse = points and len(own) == 1 and not bare.named.keys() - {concept}
    return Expanded(text, concept, TERSE_SHARE if terse else EXPANDED_SHARE, leans)


def _known(history: Sequence[Turn], library: Library) -> tuple[Turn, ...]:
    """The turns that the catalogue knows the concept of, the latest first, as far back as one remembers."""
    concepts = library.catalogue.concepts
    known = (turn for turn in reversed(history) if isinstance(turn.concept, str) and turn.concept in concepts)
    return tuple(itertools.islice(known, REMEMBERED))


def _near(history: Sequence[Turn], library: Library) -> frozenset[str]:
    """What the conversation was about last, what that requires, what it leads to, and what links to it or from it."""
    catalogue = library.catalogue
    for turn in _known(history, library)[:1]:
        concept = catalogue.concepts[str(turn.concept)]
        after = (one.id for one in catalogue.leads_to(concept.id))
        return frozenset((concept.id, *concept.requires, *concept.helps, *after, *library.linked(concept.id)))
    return frozenset()


def _spoken_of(own: frozenset[str], history: Sequence[Turn], library: Library) -> str | None:
    """The concept that a question of the stems `own` goes on about: the latest, or one before whose words they are."""
    spoken = list(dict.fromkeys(turn.concept for turn in _known(history, library) if turn.concept is not None))
    if not spoken:
        return None
    fitting = (concept for concept in spoken if own <= library.stems(concept))
    return next(fitting, spoken[0]) if own and library.written(spoken[0]) else spoken[0]


def _subject(concept: str, history: Sequence[Turn], library: Library) -> str:
    """What the conversation is about: the concept, and the part of it that was asked about last."""
    asked = (turn.question for turn in _known(history, library) if turn.concept == concept)
    part = next(filter(None, (library.part(in_full(question), concept) for question in asked)), "")
    return f"{library.title(concept)}, {part}" if part else library.title(concept)


def _together(bare: Reading, expanded: Reading, how: Expanded, near: frozenset[str], library: Library) -> Reading:
    """Both readings as one: concepts ranked by both, and answered by the reading that speaks of the best.

    Where the conversation goes on that is the expanded one; where it steps elsewhere, the question alone.
    """
    standings = _blended(bare.standings, expanded.standings, how.share)
    standings = {concept: score + (NEAR_BONUS if concept in near else 0.0) for concept, score in standings.items()}
    ranked, lesson = _ranked(standings, library)
    if lesson is None:
        return expanded
    goes_on = how.share == 1 or (ranked[0] == how.about and lesson not in bare.named)
    own = expanded if lesson not in bare.best or (goes_on and lesson in expanded.best) else bare
    evidence = _lesson_evidence(lesson, own.best, standings, own.named, own.stems, library)
    on_topic = max(bare.on_topic, expanded.on_topic) if how.leans else bare.on_topic
    return replace(
        own,
        standings=standings,
        ranked=ranked,
        lesson=lesson,
        lesson_evidence=evidence,
        on_topic=on_topic,
        answered=fitted(own.result.lexical).lesson.probability(evidence),
    )


def _blended(bare: Mapping[str, float], expanded: Mapping[str, float], share: float) -> dict[str, float]:
    """The weighted sum of two readings' standings; a concept that one of them lacks stands a little below its last."""
    last, last_expanded = min(bare.values(), default=0.0) - 1, min(expanded.values(), default=0.0) - 1
    return {
        concept: (1 - share) * bare.get(concept, last) + share * expanded.get(concept, last_expanded)
        for concept in (*bare, *(one for one in expanded if one not in bare))
    }


def _from_lesson(question: str, reading: Reading, library: Library) -> Answer:
    assert reading.lesson is not None
    asked = reading.result.question
    intent = intent_of(asked)
    lesson = reading.lesson
    hits = reading.result.hits
    both = _compared(reading, library) if intent == "choice" else ()
    chosen = [choose(concept, asked, intent, hits, library) for concept in (both or (lesson,))]
    if both:
        of_both = [one for one in chosen if set(both) <= library.named(_whole(one, library)).keys()]
        chosen = of_both[:1] or [introduction(concept, library) for concept in both]
        lesson = chosen[0].place.lesson.concept
    text = _side_by_side(chosen, library) if len(chosen) > 1 else _excerpt(chosen[0])
    used = tuple(_passage(one, library) for one in chosen)
    ranked = tuple(dict.fromkeys((lesson, *both, *reading.ranked)))
    return Answer(
        question=question,
        verdict="answer",
        concept=lesson,
        concepts=ranked[:MOST_CONCEPTS],
        answer=text,
        passages=_with_next_best(used, reading, library),
        sources=_sources(lesson, library),
        confidence=round(reading.on_topic * reading.answered, 4),
        milliseconds=0.0,
    )


def _compared(reading: Reading, library: Library) -> tuple[str, ...]:
    """The lesson at hand and the next best one, where the question names them both; else nothing."""
    both = [concept for concept in reading.ranked if concept in reading.named and library.written(concept)]
    return tuple(both[:2]) if len(both) > 1 and both[0] == reading.lesson else ()


def _whole(chosen: Chosen, library: Library) -> str:
    """A place's heading and what it says first, to see what it speaks of."""
    return f"{library.readable(chosen.place.section)} {_excerpt(chosen)}"


def _side_by_side(chosen: Sequence[Chosen], library: Library) -> str:
    titles = [library.title(one.place.lesson.concept) for one in chosen]
    texts = [_excerpt(one, BOTH_MOST, BOTH_ENOUGH) for one in chosen]
    return "\n\n".join(f"**{title}**\n{text}" for title, text in zip(titles, texts, strict=True))


def _excerpt(chosen: Chosen, most: int = MOST, enough: int = ENOUGH) -> str:
    """What a message shows of a place; numbers are followed from the start, and as far as there is room."""
    section = chosen.place.section
    if section == WORKED_EXAMPLE:
        return excerpt(chosen.parts, most=most, enough=most)
    if any(part.code for part in chosen.parts):
        return excerpt(chosen.parts, chosen.centre, most=most, enough=enough)
    whole = section == OPENING or any(section == one.question for one in chosen.place.lesson.questions)
    return excerpt(chosen.parts, chosen.centre, chosen.closeness, whole=whole, most=most, enough=enough)


def _passage(chosen: Chosen, library: Library) -> AnswerPassage:
    place = chosen.place
    return AnswerPassage(place.lesson.concept, place.section, _excerpt(chosen), round(chosen.score, 4))


def _with_next_best(used: Sequence[AnswerPassage], reading: Reading, library: Library) -> tuple[AnswerPassage, ...]:
    """The passages used, and the next best hits behind them."""
    passages = list(used)
    seen = {(one.concept, one.section) for one in used}
    for hit in reading.result.hits:
        place = library.place(hit.passage)
        if len(passages) == MOST_PASSAGES:
            break
        if place is not None and (place.lesson.concept, place.section) not in seen:
            seen.add((place.lesson.concept, place.section))
            parts = library.parts(place)
            text = excerpt(parts, nearest(parts, hit.passage.sentences[hit.sentence]))
            passages.append(AnswerPassage(place.lesson.concept, place.section, text, round(hit.score, 4)))
    return tuple(passages)


def _sources(concept: str, library: Library) -> tuple[Source, ...]:
    """The concept's resources that have an address, those its lesson names first; else those without one."""
    resources = library.catalogue.resources_for(concept)
    linked = [one for one in resources if one.url]
    return tuple(Source(one.title, one.url) for one in (linked or resources))


def _related(question: str, reading: Reading, library: Library) -> Answer:
    concept = reading.ranked[0]
    sources = _sources(concept, library)
    return Answer(
        question=question,
        verdict="related",
        concept=concept,
        concepts=reading.ranked[:MOST_CONCEPTS],
        answer=_unclaiming(concept, sources, reading, library),
        passages=_with_next_best((), reading, library),
        sources=sources,
        confidence=round(reading.on_topic, 4),
        milliseconds=0.0,
    )


def _unclaiming(concept: str, sources: Sequence[Source], reading: Reading, library: Library) -> str:
    """Where to look, in words that claim nothing about the subject itself."""
    lines = [_nearest_place(concept, reading, library)]
    if sources:
        lines += ["", "Worth reading meanwhile:", *(f"- {_linked(source)}" for source in sources[:MOST_TITLES])]
    ready = [one for one in (*reading.named, *library.leading_to(concept)) if one != concept and library.written(one)]
    if ready:
        titles = " and ".join(f"**{library.title(one)}**" for one in dict.fromkeys(ready[:MOST_READY]))
        lines += ["", f"Lessons nearby that are ready: {titles}."]
    return "\n".join(lines)


def _nearest_place(concept: str, reading: Reading, library: Library) -> str:
    """Whether there is a lesson, and of one that may not answer the place that comes closest, quoted as such."""
    title = library.title(concept)
    if not library.written(concept):
        return f"**{title}** is on the roadmap, but its lesson is still being written, so I won't guess."
    hits = ((hit, library.place(hit.passage)) for hit in reading.result.hits if hit.passage.concept == concept)
    hit, place = next(((hit, place) for hit, place in hits if place), (None, None))
    if hit is None or place is None:
        return f"I am not sure that my lessons answer that. The closest one is **{title}**."
    parts = library.parts(place)
    quoted = excerpt(parts, nearest(parts, hit.passage.sentences[hit.sentence]), most=QUOTED, enough=QUOTED)
    lines = "" if "```" in quoted else "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
    under = f"**{title}**, under “{library.readable(place.section)}”"
    return f"I am not sure that my lessons answer that. The closest is {under}{':' if lines else '.'}\n{lines}".rstrip()


def _linked(source: Source) -> str:
    return f"[{source.title}]({source.url})" if source.url else source.title


def _decline(question: str, text: str, confidence: float) -> Answer:
    return Answer(question, "decline", None, (), text, (), (), round(confidence, 4), 0.0)


def _off_topic(library: Library) -> str:
    """What to say of a question that is no subject of the roadmap; nothing of the question is repeated."""
    text = (
        "That isn't a subject I teach. Ask me about deep learning, from its mathematics and Python to training, "
        "troubleshooting and careers."
    )
    return _with_examples(text, library)


def _with_examples(text: str, library: Library) -> str:
    examples = [f"- {question}" for question in library.examples()]
    return "\n".join([text, "", "For example:", *examples]) if examples else text
