"""Adaptive placement: from a dozen answers to a probability, for every concept, that a newcomer knows it.

The model. A learner's knowledge is a *closed* state (who knows a concept knows all that it requires) from which every
concept departs by itself with the probability `DEPARTURE`: people forget, and have heard of things before their turn.
Closed states are drawn once for a roadmap, from a prior in which concepts that lie near each other in the graph of
requirements are known together, and early ones before late ones, more or less so. Answers weigh the drawn states; given
a state, departures are independent, so they are summed out exactly and few states are enough.

The next question is the one whose answer is expected to take away the most uncertainty over all concepts together.
Nothing here remembers, and nothing but the seed of the prior is random: the same answers always give the same belief.
"""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from content.catalogue import Catalogue
from quizzes.bank import Bank
from quizzes.question import Choice, FindBug, Numeric, Question

Said = Literal["right", "wrong", "unsure"]

FEWEST, MOST = 12, 20
"""Questions of a diagnostic: at least, at most."""

SURE = 0.94
"""The expected share of concepts classed right from which on no more is asked."""

KNOWN_FROM = 0.5
"""The probability from which on a concept is taken as known."""

SLIP = 0.1
"""How often somebody who knows a concept answers a question on it wrong."""

LUCK = 0.05
"""How often somebody who doesn't know a concept types the right answer."""

UNSURE = 0.03, 0.6
"""How often somebody presses "I don't know" who knows the concept, and who doesn't."""

TYPING = 1.85
"""What a typed answer must tell more than a pressed one, for what it costs: so one in seven is typed."""

WELCOMING, LIKELIEST = 0.7, 5
"""How likely the concept of the first question is known; or else it is one of so many that are likeliest."""

DEPARTURE = 0.05
"""How often a concept is known, or not, against the closed state that a learner is nearest to."""

STATES = 1 << 13
SEED = 9

_NEARNESS = 3.0
"""How far along requirements strengths are alike: the time for which they diffuse over the graph."""

_LEVELS, _SLOPES = 1.5, 1.5
"""How far learners differ in all (standard deviation), and how much harder the road gets on its way (mean)."""

_TOLD = 10.0
"""Concepts by which a state may differ from what a told level says, before that is e times less likely."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ask:
    """A question as far as placement sees it.

    Attributes:
        guess: the probability to be right without knowing the concept.
        slip: the probability to be wrong in spite of knowing it.
        effort: what it costs to answer it, beside pressing a button.
    """

    concept: str
    guess: float
    slip: float = SLIP
    effort: float = 1.0


def ask_of(question: Question) -> Ask | None:
    """A question as placement sees it; None for those that are not simply right or wrong, or take long to answer."""
    task = question.task
    if isinstance(task, Choice) and question.kind == "single_choice":
        return Ask(question.concept, 1 / len(task.options))
    if isinstance(task, FindBug):
        return Ask(question.concept, 1 / len(task.suspects))
    return Ask(question.concept, LUCK, effort=TYPING) if isinstance(task, Numeric) else None


def asks(bank: Bank) -> tuple[Ask, ...]:
    """What can be asked, each once."""
    return tuple(dict.fromkeys(ask for one in bank.questions.values() if (ask := ask_of(one)) is not None))


@dataclass(frozen=True)
class Reply:
    """What was said to a question."""

    ask: Ask
    said: Said


class Roadmap:
    """Concepts in an order in which each comes after all that it requires, and the closed states over them."""

    def __init__(self, catalogue: Catalogue, *, states: int = STATES, seed: int = SEED) -> None:
        self.ids = tuple(catalogue.concepts)
        self._place = {id: place for place, id in enumerate(self.ids)}
        concepts = catalogue.concepts.values()
        requires = tuple(tuple(self._place[one] for one in concept.requires) for concept in concepts)
        stages = [*catalogue.stages]
        self._stage = np.array([stages.index(one.stage) for one in concepts])
        self._stages = stages
        self._states = _drawn(requires, states, np.random.default_rng(seed))

    def belief(self, replies: Sequence[Reply] = (), level: str | None = None) -> "Belief":
        """What is known of a learner after their replies.

        Args:
            level: the stage at which they said to begin, if they did; it weighs little.
        """
        known, unknown = np.ones(len(self.ids)), np.ones(len(self.ids))
        for one in replies:
            if (place := self._place.get(one.ask.concept)) is not None:  # concepts come and go with the curriculum
                who_knows, who_does_not = _likelihood(one)
                known[place] *= who_knows
                unknown[place] *= who_does_not
        inside = (1 - DEPARTURE) * known + DEPARTURE * unknown
        outside = DEPARTURE * known + (1 - DEPARTURE) * unknown
        logs = self._states @ (np.log(inside) - np.log(outside)).astype(np.float32) + self._told(level)
        weights = np.exp(logs - logs.max())
        return Belief(
            self.ids,
            self._states,
            weights / weights.sum(),
            inside=(1 - DEPARTURE) * known / inside,
            outside=DEPARTURE * known / outside,
        )

    def _told(self, level: str | None) -> Floats | float:
        """The logarithm of how likely each state is to call itself that level, but for a constant."""
        if level not in self._stages:
            return 0.0
        starts = np.arange(len(self._stages))[:, None] > self._stage
        differs = (self._states @ (1 - 2 * starts.T).astype(np.float32)) + starts.sum(axis=1)
        logs = -differs / _TOLD
        told: Floats = (logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)))[:, self._stages.index(level)]
        return told


@dataclass(frozen=True)
class Belief:
    """What is known of a learner.

    Attributes:
        ids: the concepts, in the road's order.
        states, weights: closed states (a row each, 1 where a concept belongs to it) and their probabilities.
        inside, outside: the probability of each concept to be known, given that it belongs to the state or doesn't.
    """

    ids: tuple[str, ...]
    states: Floats
    weights: Floats
    inside: npt.NDArray[np.float64]
    outside: npt.NDArray[np.float64]

    @cached_property
    def _belongs(self) -> npt.NDArray[np.float64]:
        return (self.weights @ self.states).astype(float)

    @cached_property
    def _known(self) -> npt.NDArray[np.float64]:
        return self.outside + self._belongs * (self.inside - self.outside)

    @cached_property
    def known(self) -> Mapping[str, float]:
        """The probability that each concept is known."""
        return dict(zip(self.ids, map(float, self._known), strict=True))

    @property
    def sure(self) -> float:
        """The share of all concepts that is expected to be classed right."""
        return float(np.maximum(self._known, 1 - self._known).mean())

    def next_of(self, asks: Sequence[Ask]) -> Ask | None:
        """The question that is worth most for what it costs; None where there is none on any concept of the road."""
        some = [one for one in asks if one.concept in self.known]
        if not some:
            return None
        worth = self.gains(some) / [one.effort for one in some]
        return some[int(worth.argmax())]

    def gains(self, asks: Sequence[Ask]) -> npt.NDArray[np.float64]:
        """How much uncertainty, in bits over all concepts, each question is expected to take away."""
        places = {id: place for place, id in enumerate(self.ids)}
        concepts, row = np.unique([places[one.concept] for one in asks], return_inverse=True)
        guess, slip = (np.array([getattr(one, name) for one in asks])[:, None] for name in ("guess", "slip"))
        known, together = self._known[concepts][row, None], self._together(concepts)[row]
        right = guess + (1 - slip - guess) * known
        after_right = (guess * self._known + (1 - slip - guess) * together) / right
        after_wrong = (self._known - right * after_right) / (1 - right)
        left = right * _entropy(after_right) + (1 - right) * _entropy(after_wrong)
        gains: npt.NDArray[np.float64] = _entropy(self._known).sum() - left.sum(axis=1)
        return gains

    def _together(self, asked: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
        """The probability that each of some concepts and any other are both known."""
        both = ((self.states[:, asked] * self.weights[:, None]).T @ self.states).astype(float)  # belong together
        first, second = self._belongs[asked, None], self._belongs
        in_first, out_first = self.inside[asked, None], self.outside[asked, None]
        together: npt.NDArray[np.float64] = (
            both * in_first * self.inside
            + (first - both) * in_first * self.outside
            + (second - both) * out_first * self.inside
            + (1 - first - second + both) * out_first * self.outside
        )
        together[np.arange(len(asked)), asked] = self._known[asked]
        return together


def next_question(belief: Belief, asks: Sequence[Ask], answered: int) -> Ask | None:
    """The question to put after so many answers. The first is one that a learner of that level can most likely answer:
    it costs little, and somebody new is not met by what lies far ahead of them.
    """
    if answered:
        return belief.next_of(asks)
    known = {one.concept: belief.known.get(one.concept, 0.0) for one in asks}
    bar = min([WELCOMING, *sorted(known.values())[-LIKELIEST:]])
    return belief.next_of([one for one in asks if known[one.concept] >= bar])


def is_enough(belief: Belief, answered: int) -> bool:
    """Whether a diagnostic ends after so many answers."""
    return answered >= MOST or (answered >= FEWEST and belief.sure >= SURE)


def influence(roadmap: Roadmap, replies: Sequence[Reply], level: str | None = None) -> tuple[Mapping[str, float], ...]:
    """For each reply by how much it moved every concept's probability when it came."""
    beliefs = [roadmap.belief(replies[:count], level).known for count in range(len(replies) + 1)]
    return tuple({id: after[id] - before[id] for id in before} for before, after in itertools.pairwise(beliefs))


def known_before(catalogue: Catalogue, level: str | None) -> frozenset[str]:
    """What somebody is taken to know who says to begin at a stage: all earlier ones."""
    stages = [*catalogue.stages]
    first = stages.index(level) if level in stages else 0
    return frozenset(id for id, one in catalogue.concepts.items() if stages.index(one.stage) < first)


def _likelihood(reply: Reply) -> tuple[float, float]:
    """How likely a reply is for somebody who knows the concept, and who doesn't."""
    if reply.said == "unsure":
        return UNSURE
    guess, slip = reply.ask.guess, reply.ask.slip
    return (1 - slip, guess) if reply.said == "right" else (slip, 1 - guess)


def _entropy(probability: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """In bits."""
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    bits: npt.NDArray[np.float64] = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return bits


def _drawn(requires: Sequence[Collection[int]], count: int, source: np.random.Generator) -> Floats:
    """Closed states from the prior.

    A state's strengths are a level, less a slope along the road, and a smooth field over the graph of requirements; a
    concept is known where the strength is positive and all that it requires is known.
    """
    size = len(requires)
    field = source.standard_normal((count, size)) @ _spread(requires).T
    level, slope = source.normal(0.0, _LEVELS, (count, 1)), source.exponential(_SLOPES, (count, 1))
    known = field + level - slope * np.linspace(-1.0, 1.0, size) > 0
    for place, needs in enumerate(requires):
        for one in needs:
            known[:, place] &= known[:, one]
    return known.astype(np.float32)


def _spread(requires: Sequence[Collection[int]]) -> npt.NDArray[np.float64]:
    """What turns independent normal numbers into strengths of variance 1 that are alike where concepts are near."""
    size = len(requires)
    joined = np.zeros((size, size))
    for place, needs in enumerate(requires):
        for one in needs:
            joined[place, one] = joined[one, place] = 1.0
    values, vectors = np.linalg.eigh(np.diag(joined.sum(axis=1)) - joined)
    spread = vectors * np.exp(-_NEARNESS / 2 * values)
    turned: npt.NDArray[np.float64] = spread / np.linalg.norm(spread, axis=1, keepdims=True)
    return turned
