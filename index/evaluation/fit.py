"""Fit the bands on the development set: `python -m index.evaluation.fit` writes `index/bands.json`.

Two things are learnt: is a question a subject of the roadmap (`topic`), and does the best lesson answer it
(`lesson`). A lesson that is there makes every question about it look easy, and most of the roadmap's
lessons are still being written. So every question is also asked of an index from which its own lesson has
been held out: then it's still on topic, and any lesson that offers itself is a wrong one.

Figures and cuts come from cross-validation over concepts: no question is judged by a model that has seen
another question of the same concept.
"""

import functools
import json
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from content.catalogue import Catalogue, load
from foundation.files import write_json
from index.answers import Encoding, Reading, read
from index.bands import COEFFICIENTS, LessonEvidence, Logistic, TopicEvidence
from index.build import build_index
from index.elsewhere import encoded
from index.embedding import Encoder, load_encoder
from index.evaluation import DEVELOPMENT, FOREIGN, Group, Question, read_questions
from index.evaluation.logistic import fit
from index.library import Library
from index.passages import Passage, lesson_passages
from index.search import Index, Part

FOLDS = 10
TOPIC_RIDGE, LESSON_RIDGE = 1.0, 20.0
"""The lesson's evidence goes together, so that a light penalty lets one part of it outweigh all others."""

ANSWERED = 0.90
"""Of the questions whose lesson is there, the share that must be answered; the cut is the strictest so."""

DECLINED, DECLINED_BY_WORDS = 0.01, 0.02
"""Of the same questions, the share that may be declined, with an encoder and without: a quarter and half of what is
allowed in the end. The cut is the strictest so, for what else people may ask is more varied than any set of
questions."""

LEXICAL_CUT = 0.5
"""Without an encoder less is claimed: a lesson answers only where that's likelier than not."""

HELD_OUT = "/without-lesson"
"""Ends the id of the card that a concept has while its lesson is held out."""

DENSE_ONLY = frozenset({"cosine", "elsewhere", "maxsim"})

Item = TypeVar("Item")


@dataclass(frozen=True)
class Asked:
    """A question with its group, whether its own lesson was held out, and how it was read."""

    question: Question
    group: Group
    held_out: bool
    reading: Reading

    @property
    def on_topic(self) -> bool:
        """What `topic` is to say."""
        return self.group != "off"

    @property
    def answered(self) -> bool | None:
        """What `lesson` is to say; None where the question doesn't tell."""
        offered = self.reading.lesson
        if offered is None:
            return None
        right = self.question.right(offered)
        if right and (self.held_out or self.group != "written"):
            return None  # a neighbour's lesson may answer too, or not
        return right

    @property
    def fold(self) -> int:
        """Questions of one concept fall into one fold."""
        return zlib.crc32((self.question.concept or self.question.id).encode()) % FOLDS


def collect(
    catalogue: Catalogue, questions: Sequence[Question], encoder: Encoder, folder: Path
) -> tuple[list[Asked], list[Asked]]:
    """Every question read with the encoder, and by words alone, with and without its own lesson.

    A question is asked as if it stood alone. One index serves for all lessons that are held out: of each it
    holds the card that the concept would have without a lesson too, and a search sees one or the other.
    """
    cards = lesson_passages(replace(catalogue, lessons={}))
    bare = [replace(card, id=f"{card.id}{HELD_OUT}") for card in cards if card.concept in catalogue.lessons]
    build_index([*lesson_passages(catalogue), *bare], folder, encoder)
    index = Index.open(folder, encoder.identity)
    about = Encoding(functools.cache(encoder.encode_query), encoded(encoder))
    dense: list[Asked] = []
    lexical: list[Asked] = []
    for held, part in _settings(catalogue, questions):
        lessons = {id: one for id, one in catalogue.lessons.items() if id != held}
        library, seen = Library(replace(catalogue, lessons=lessons)), Part(index, functools.partial(_shown, held))
        for question in part:
            group = question.group(lessons.keys() | {held})
            dense.append(Asked(question, group, bool(held), read(question.question, library, seen, about)))
            lexical.append(Asked(question, group, bool(held), read(question.question, library, seen, None)))
    return dense, lexical


def _shown(held: str, passage: Passage) -> bool:
    """Whether a search sees `passage` while the lesson of `held` is held out."""
    return passage.id.endswith(HELD_OUT) == (passage.concept == held)


def _settings(catalogue: Catalogue, questions: Sequence[Question]) -> Iterator[tuple[str, list[Question]]]:
    """Which lesson is held out (none, at first), and the questions to ask then."""
    alone = [question for question in questions if not question.history and question.kind != FOREIGN]
    yield "", alone
    for concept in catalogue.lessons:
        yield concept, [question for question in alone if question.concept == concept]


def fitted_bands(asked: Sequence[Asked], *, lexical: bool) -> dict[str, Any]:
    """Both models fitted on all of `asked`, the cuts, and the cross-validated figures."""
    judged = _cross_validated(asked, lexical)
    decline_below = _decline_cut(judged, DECLINED_BY_WORDS if lexical else DECLINED)
    answer_from = LEXICAL_CUT if lexical else _answer_cut(judged)
    topic, lesson = _models(asked, lexical)
    return {
        "topic": {"intercept": topic.intercept, "weights": dict(topic.weights)},
        "lesson": {"intercept": lesson.intercept, "weights": dict(lesson.weights)},
        "decline_below": decline_below,
        "answer_from": answer_from,
        "cross_validated": figures(judged, decline_below, answer_from),
    }


def _models(asked: Sequence[Asked], lexical: bool) -> tuple[Logistic, Logistic]:
    topic = fit(
        [asdict(one.reading.topic) for one in asked],
        [one.on_topic for one in asked],
        _names(TopicEvidence, lexical),
        TOPIC_RIDGE,
    )
    telling = [one for one in asked if one.answered is not None]
    lesson = fit(
        [asdict(one.reading.lesson_evidence) for one in telling],
        [bool(one.answered) for one in telling],
        _names(LessonEvidence, lexical),
        LESSON_RIDGE,
    )
    return Logistic(*topic), Logistic(*lesson)


def _names(evidence: type[TopicEvidence] | type[LessonEvidence], lexical: bool) -> list[str]:
    return [one.name for one in fields(evidence) if not (lexical and one.name in DENSE_ONLY)]


Judged = tuple[Asked, float, float]
"""A question, and both probabilities by models that have seen none of its concept."""


def _cross_validated(asked: Sequence[Asked], lexical: bool) -> list[Judged]:
    judged: list[Judged] = []
    for fold in range(FOLDS):
        topic, lesson = _models([one for one in asked if one.fold != fold], lexical)
        for one in asked:
            if one.fold == fold:
                answered = lesson.probability(one.reading.lesson_evidence) if one.reading.lesson else 0.0
                judged.append((one, topic.probability(one.reading.topic), answered))
    return judged


def _decline_cut(judged: Sequence[Judged], share: float) -> float:
    written = [topic for one, topic, _ in judged if _answerable(one)]
    cuts = [step / 100 for step in range(95, 4, -1)]
    return next((cut for cut in cuts if sum(p < cut for p in written) <= share * len(written)), cuts[-1])


def _answer_cut(judged: Sequence[Judged]) -> float:
    written = [(one, topic, answered) for one, topic, answered in judged if _answerable(one)]
    cuts = [step / 100 for step in range(95, 4, -1)]
    return next((cut for cut in cuts if sum(p >= cut for *_, p in written) >= ANSWERED * len(written)), cuts[-1])


def _answerable(one: Asked) -> bool:
    return one.group == "written" and not one.held_out


def figures(judged: Sequence[Judged], decline_below: float, answer_from: float) -> dict[str, dict[str, float]]:
    """What becomes of the questions of each group under these cuts, as shares."""
    parts = {
        "written": [one for one in judged if _answerable(one[0])],
        "held out": [one for one in judged if one[0].held_out],
        "unwritten": [one for one in judged if one[0].group == "unwritten"],
        "off": [one for one in judged if one[0].group == "off"],
    }
    return {name: _shares(part, decline_below, answer_from) for name, part in parts.items() if part}


def _shares(part: Sequence[Judged], decline_below: float, answer_from: float) -> dict[str, float]:
    declined = [one for one, topic, _ in part if topic < decline_below]
    answered = [one for one, topic, p in part if topic >= decline_below and p >= answer_from]
    wrong = [one for one in answered if not one.question.right(one.reading.lesson)]
    counts = {"answered": len(answered), "declined": len(declined), "wrong_lesson": len(wrong)}
    return {"questions": len(part)} | {name: round(count / len(part), 3) for name, count in counts.items()}


def main() -> None:
    """Fit, write the coefficients, and print the figures."""
    catalogue, questions, encoder = load(), read_questions(), load_encoder(None)
    with tempfile.TemporaryDirectory() as folder:
        dense, lexical = collect(catalogue, questions, encoder, Path(folder))
    bands = {
        "fitted_on": {
            "questions": DEVELOPMENT.name,
            "count": len(questions),
            "lessons": list(catalogue.lessons),
            "model": encoder.model_id,
        },
        "dense": fitted_bands(dense, lexical=False),
        "lexical": fitted_bands(lexical, lexical=True),
    }
    write_json(COEFFICIENTS, bands)
    json.dump({name: bands[name]["cross_validated"] for name in ("dense", "lexical")}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
