"""Learners on whom placement is tried. None of them is drawn from the prior of `quizzes.placement`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from content.catalogue import Catalogue
from quizzes.placement import (
    KNOWN_FROM,
    MOST,
    Ask,
    Belief,
    Reply,
    Roadmap,
    Said,
    is_enough,
    known_before,
    next_question,
)

Known = frozenset[str]
Population = Callable[[Catalogue, np.random.Generator], Known]
"""Draws what one learner knows."""

AREAS: Mapping[str, tuple[str, ...]] = {
    "mathematics": ("vectors-and-matrices", "derivatives", "probability"),
    "programming": ("python-fundamentals",),
    "statistics": ("supervised-and-unsupervised-learning", "statistical-inference"),
    "networks": ("neural-network",),
    "vision": ("convolutional-networks",),
    "language": ("recurrent-networks", "natural-language-processing"),
    "practice": ("pytorch", "projects"),
    "making": ("autoencoders", "generative-models"),
}
"""What people are drawn to: each is what some concepts lead to."""

HOLES = 0.05
"""How often the self-taught know, or don't know, a concept against all order."""


@dataclass(frozen=True)
class Truth:
    """How answers come about, whatever the model assumes.

    Attributes:
        pressed, typed: the probability to be right without knowing, where an answer is pressed and where it is typed.
        slip: the probability to be wrong in spite of knowing.
        passes: the probability to say "I don't know" instead of guessing, where that is so.
    """

    pressed: float = 0.25
    typed: float = 0.05
    slip: float = 0.1
    passes: float = 0.0

    def said(self, ask: Ask, known: Known, source: np.random.Generator) -> Said:
        """What a learner answers."""
        if ask.concept not in known and source.random() < self.passes:
            return "unsure"
        guess = self.pressed if ask.effort <= 1 else self.typed
        return "right" if source.random() < (1 - self.slip if ask.concept in known else guess) else "wrong"


@dataclass(frozen=True)
class Placed:
    """A simulated diagnostic.

    Attributes:
        right: the share of concepts classed right after each number of questions, from 1.
        ends: after how many it would have ended by itself.
        sure: the share that it then expected to be right.
        typed: how many answers were typed.
    """

    right: tuple[float, ...]
    ends: int
    sure: float
    typed: int


def placed(
    roadmap: Roadmap,
    known: Known,
    asks: Sequence[Ask],
    truth: Truth,
    source: np.random.Generator,
    level: str | None = None,
) -> Placed:
    """One learner's diagnostic, asked on to the last question."""
    replies: list[Reply] = []
    beliefs = [roadmap.belief(level=level)]
    for answered in range(MOST):
        ask = next_question(beliefs[-1], asks, answered)
        assert ask is not None
        replies.append(Reply(ask, truth.said(ask, known, source)))
        beliefs.append(roadmap.belief(replies, level))
    ends = next(count for count, belief in enumerate(beliefs) if is_enough(belief, count))
    right = tuple(share_right(one, known) for one in beliefs[1:])
    return Placed(right, ends, beliefs[ends].sure, sum(one.ask.effort > 1 for one in replies))


def share_right(belief: Belief, known: Known) -> float:
    """The share of concepts that a belief classes right."""
    return float(np.mean([(p >= KNOWN_FROM) == (id in known) for id, p in belief.known.items()]))


def chosen_level(catalogue: Catalogue, known: Known) -> tuple[str, float]:
    """The stage that fits a learner best, as somebody honest would choose it, and the share that it classes right."""

    def fits(stage: str) -> float:
        before = known_before(catalogue, stage)
        return sum((id in before) == (id in known) for id in catalogue.concepts) / len(catalogue.concepts)

    best = max(catalogue.stages, key=fits)
    return best, fits(best)


# -------------------------------------------------------------------- populations


def on_the_road(catalogue: Catalogue, source: np.random.Generator) -> Known:
    """Learners who followed the road up to somewhere: sure of the beginning, unsure around where they stand."""
    ids = [*catalogue.concepts]
    stands, blur = source.uniform(0, len(ids)), source.uniform(1, 6)
    chances = 1 / (1 + np.exp((np.arange(len(ids)) - stands) / blur))
    return frozenset(id for id, chance in zip(ids, chances, strict=True) if source.random() < chance)


def self_taught(catalogue: Catalogue, source: np.random.Generator) -> Known:
    """Learners who grew their knowledge concept by concept where they were drawn to, and have holes in it."""
    ids = [*catalogue.concepts]
    fancy = dict.fromkeys(ids, 1.0)
    for roots in AREAS.values():
        drawn = float(np.exp(source.normal(0, 1.2)))
        for id in above(catalogue, roots):
            fancy[id] *= drawn
    known: set[str] = set()
    for _ in range(int(source.integers(5, len(ids) - 4))):
        ready = [id for id in ids if id not in known and known.issuperset(catalogue.concepts[id].requires)]
        weights = np.array([fancy[id] for id in ready])
        known.add(ready[int(source.choice(len(ready), p=weights / weights.sum()))])
    return _flipped(catalogue, known, HOLES, source)


def from_elsewhere(catalogue: Catalogue, source: np.random.Generator) -> Known:
    """People of another trade: programmers, mathematicians, and those who know statistics and its tools."""
    programming = {"python-fundamentals", *above(catalogue, ("python-fundamentals",))} & _stage(
        catalogue, "foundations"
    )
    mathematics = set(_field(catalogue, ("vectors-and-matrices", "derivatives", "probability")))
    trades: Sequence[Collection[str]] = (
        programming - above(catalogue, ("numpy",)),
        mathematics,
        _stage(catalogue, "foundations") - {"matrix-calculus"},
    )
    return _flipped(catalogue, trades[int(source.integers(len(trades)))], 0.03, source)


def at_the_ends(catalogue: Catalogue, source: np.random.Generator) -> Known:
    """Novices, who have heard of a thing or two, and experts, who have forgotten some."""
    expert = source.random() < 0.5
    return _flipped(catalogue, catalogue.concepts if expert else (), source.uniform(0, 0.08), source)


def some_fields(catalogue: Catalogue, source: np.random.Generator) -> Known:
    """Those who went some of the way into one to three areas, with all that it requires, and nothing else."""
    known: set[str] = set()
    for area in source.choice([*AREAS], size=int(source.integers(1, 4)), replace=False):
        way = [id for id in catalogue.concepts if id in above(catalogue, AREAS[area])]
        known.update(way[: int(source.uniform() * len(way)) + 1])
    for id in reversed([*catalogue.concepts]):
        known.update(catalogue.concepts[id].requires if id in known else ())
    return _flipped(catalogue, known, 0.04, source)


POPULATIONS: Mapping[str, Population] = {
    "on the road": on_the_road,
    "self-taught, with holes": self_taught,
    "from another trade": from_elsewhere,
    "novices and experts": at_the_ends,
}

UNTUNED: Mapping[str, Population] = {"some fields only": some_fields}
"""Made after the model was, and never used to tune it: what it is worth where learners are of another kind."""


def above(catalogue: Catalogue, roots: Collection[str]) -> frozenset[str]:
    """Some concepts and all that builds on them."""
    found = set(roots)
    for id, one in catalogue.concepts.items():
        if found.intersection(one.requires):
            found.add(id)
    return frozenset(found)


def _field(catalogue: Catalogue, roots: Collection[str]) -> frozenset[str]:
    """Some concepts and what builds on nothing but them and each other."""
    found = set(roots)
    for id, one in catalogue.concepts.items():
        if one.requires and found.issuperset(one.requires):
            found.add(id)
    return frozenset(found)


def _stage(catalogue: Catalogue, stage: str) -> frozenset[str]:
    return frozenset(id for id, one in catalogue.concepts.items() if one.stage == stage)


def _flipped(catalogue: Catalogue, known: Collection[str], share: float, source: np.random.Generator) -> Known:
    """The same with a share of all concepts known that were not, and the other way round."""
    return frozenset(id for id in catalogue.concepts if (id in known) != (source.random() < share))
