"""How sure an answer may be: two small logistic models over the evidence of a search.

`topic` says how likely a question belongs to the roadmap at all, `lesson` how likely the lesson at hand
answers it. Both are fitted by `python -m index.evaluation.fit`; the coefficients lie in `bands.json`,
with what they were fitted on. Where no encoder took part, another pair without its evidence is used.
"""

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

COEFFICIENTS = Path(__file__).parent / "bands.json"


@dataclass(frozen=True)
class TopicEvidence:
    """What tells a subject of the roadmap from any other.

    Attributes:
        cosine: of the question and the nearest sentence of any passage.
        elsewhere: of the question and the nearest sentence about other subjects.
        maxsim: the greatest of any hit.
        bm25_share: the greatest of any hit: BM25 over the question's summed IDF.
        coverage: of that sum, what the corpus knows at all.
        passage_coverage: of that sum, what the best passage alone has.
        named: the stems of the longest term of the catalogue that occurs in the question.
        words: how many stems the question has.
    """

    cosine: float
    elsewhere: float
    maxsim: float
    bm25_share: float
    coverage: float
    passage_coverage: float
    named: float
    words: float


@dataclass(frozen=True)
class LessonEvidence:
    """What tells that the best lesson answers, rather than one still unwritten, or none.

    Attributes:
        margin: how far the lesson stands above the best concept without one.
        cosine: of the question and the nearest sentence of that hit.
        maxsim: of that hit.
        bm25_share: of that hit.
        coverage: of that hit.
        named: the stems of the longest term of the lesson's concept that occurs in the question.
        named_unwritten: the same for concepts without a lesson.
        other: of the question's stems, the share that the longest such term makes up, where the lesson's own
            concept isn't named: the question is about that, then.
    """

    margin: float
    cosine: float
    maxsim: float
    bm25_share: float
    coverage: float
    named: float
    named_unwritten: float
    other: float


@dataclass(frozen=True)
class Logistic:
    """A logistic model: the probability is σ(intercept + Σ weight · evidence)."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, evidence: TopicEvidence | LessonEvidence) -> float:
        """From 0 to 1."""
        values = asdict(evidence)
        total = self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


@dataclass(frozen=True)
class Bands:
    """The models, and where their probabilities are cut.

    Attributes:
        topic: is it a subject of the roadmap?
        lesson: does the lesson answer it, if it is?
        decline_below: of `topic`'s probability.
        answer_from: of `lesson`'s probability.
    """

    topic: Logistic
    lesson: Logistic
    decline_below: float
    answer_from: float


@functools.cache
def fitted(lexical: bool) -> Bands:
    """The bands as they were fitted: without an encoder (`lexical`), or with it."""
    return from_json(json.loads(COEFFICIENTS.read_text("utf-8"))["lexical" if lexical else "dense"])


def from_json(fields: Mapping[str, Any]) -> Bands:
    """Bands out of the part of `bands.json` for one way of searching."""
    return Bands(
        Logistic(fields["topic"]["intercept"], fields["topic"]["weights"]),
        Logistic(fields["lesson"]["intercept"], fields["lesson"]["weights"]),
        fields["decline_below"],
        fields["answer_from"],
    )
