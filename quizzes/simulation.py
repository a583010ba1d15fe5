"""Learners who forget, simulated: what each way of choosing reviews leaves them with at the end of a course.

Nothing of the bot runs on this: it is what the constants of `quizzes.memory` and `quizzes.practice` were chosen by.
A course is run for all its learners at once, in arrays of shape (learners, concepts). A learner's memory moves by
whether they recalled, which nobody sees; a policy sees only whether the answer was right.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import fsrs
import numpy as np
import numpy.typing as npt

from quizzes.memory import Memory, Rating, rating
from quizzes.practice import BACKLOG, EXAM_DAYS, EXAM_SURE, NEW_A_DAY

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NEVER = 2**31


class Pairs(NamedTuple):
    """Learners and, for each, one of their concepts: indices of equal length."""

    learners: Whole
    concepts: Whole


class Answers(NamedTuple):
    """What can be seen of answers: whether each was right, and whether the learner, being asked, said they guessed."""

    right: Mask
    guessed: Mask


@dataclass(frozen=True)
class Course:
    """What is the same for every policy.

    Attributes:
        choices: share of questions whose answer is picked, so that luck has a part: the bank's, 433 of 998.
        guess: probability that luck finds the right choice.
        slip: probability that what is recalled is answered wrong.
        honesty: probability that who guessed right says so when asked.
    """

    learners: int = 1000
    concepts: int = 60
    days: int = 120
    reviews_a_day: int = 10
    new_a_day: int = NEW_A_DAY
    choices: float = 433 / 998
    guess: float = 0.25
    slip: float = 0.05
    honesty: float = 0.7

    @property
    def shape(self) -> tuple[int, int]:
        """Learners and concepts."""
        return self.learners, self.concepts


@dataclass(frozen=True)
class Fsrs:
    """FSRS-6 on arrays; equal to py-fsrs, review for review, for reviews at least a day apart.

    Attributes:
        weights: of shape (21, n) for n reviews of different learners, or (21, 1).
    """

    weights: Floats

    @staticmethod
    def published() -> "Fsrs":
        """With the default weights."""
        return Fsrs(np.array(fsrs.Scheduler().parameters)[:, None])

    def of(self, learners: Whole) -> "Fsrs":
        """For the reviews of these learners, where each has weights of their own."""
        return self if self.weights.shape[1] == 1 else Fsrs(self.weights[:, learners])

    def retrievability(self, stability: Floats, elapsed: Floats) -> Floats:
        """The probability of recall, `elapsed` days after a review that left `stability`."""
        decay = -self.weights[20]
        factor = 0.9 ** (1 / decay) - 1
        return np.asarray((1 + factor * elapsed / stability) ** decay)

    def first(self, rated: Whole) -> tuple[Floats, Floats]:
        """Stability and difficulty after a first review."""
        w = self.weights
        stability = np.take_along_axis(np.broadcast_to(w[:4], (4, rated.size)), rated[None, :] - 1, axis=0)[0]
        return stability, np.clip(self._first_difficulty(rated), 1, 10)

    def next(self, stability: Floats, difficulty: Floats, elapsed: Floats, rated: Whole) -> tuple[Floats, Floats]:
        """Stability and difficulty after a further review."""
        w = self.weights
        recalled = self.retrievability(stability, elapsed)
        gain = np.exp(w[8]) * (11 - difficulty) * stability ** -w[9] * (np.exp((1 - recalled) * w[10]) - 1)
        gain = gain * np.where(rated == Rating.HARD, w[15], 1) * np.where(rated == Rating.EASY, w[16], 1)
        lost = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * np.exp((1 - recalled) * w[14])
        lost = np.minimum(lost, stability / np.exp(w[17] * w[18]))
        left = np.maximum(np.where(rated == Rating.AGAIN, lost, stability * (1 + gain)), 0.001)
        moved = difficulty - w[6] * (rated - 3) * (10 - difficulty) / 9
        reverted = w[7] * self._first_difficulty(np.array([int(Rating.EASY)])) + (1 - w[7]) * moved
        return left, np.clip(reverted, 1, 10)

    def interval(self, stability: Floats, retention: float, longest: int) -> Whole:
        """Whole days until retrievability has fallen to `retention`."""
        decay = -self.weights[20]
        days = stability / (0.9 ** (1 / decay) - 1) * (retention ** (1 / decay) - 1)
        return np.asarray(np.clip(np.rint(days), 1, longest), np.int64)

    def _first_difficulty(self, rated: Whole) -> Floats:
        w = self.weights
        return np.asarray(w[4] - np.exp(w[5] * (rated - 1)) + 1)


class Mind(Protocol):
    """What learners truly remember."""

    def teach(self, at: Pairs, day: int) -> None:
        """A lesson on something new."""

    def recall(self, at: Pairs, day: int) -> Floats:
        """The probability of recall; 0 of what was never taught."""

    def review(self, at: Pairs, day: int, recalled: Mask) -> None:
        """A question and its feedback."""


@dataclass
class FsrsMind:
    """FSRS-6's own memory: a lesson leaves it as a first review rated good, a question as one rated good or again.

    Learners differ from the published weights, and each finds each concept harder or easier than the others do.

    Attributes:
        pace, growth, decay: standard deviation, in the logarithm, of a learner's first stabilities, of what a review
            adds to stability, and of the forgetting curve's exponent.
        difficulty: standard deviation of a concept's difficulty to a learner, of 1 to 10.
    """

    course: Course
    source: np.random.Generator = field(repr=False)
    pace: float = 0.3
    growth: float = 0.2
    decay: float = 0.1
    difficulty: float = 1.0

    def __post_init__(self) -> None:
        count, source = self.course.learners, self.source
        weights = np.repeat(Fsrs.published().weights, count, axis=1)
        weights[:4] *= np.exp(source.normal(0, self.pace, count))
        weights[8] += source.normal(0, self.growth, count)
        weights[20] = np.clip(weights[20] * np.exp(source.normal(0, self.decay, count)), 0.1, 0.8)
        self._model = Fsrs(weights)
        self._harder = source.normal(0, self.difficulty, self.course.shape)
        self._stability = np.ones(self.course.shape)
        self._difficulty = np.ones(self.course.shape)
        self._last = np.full(self.course.shape, -1)

    def teach(self, at: Pairs, day: int) -> None:
        """A lesson on something new."""
        stability, difficulty = self._model.of(at.learners).first(np.full(at.learners.size, int(Rating.GOOD)))
        self._stability[at] = stability
        self._difficulty[at] = np.clip(difficulty + self._harder[at], 1, 10)
        self._last[at] = day

    def recall(self, at: Pairs, day: int) -> Floats:
        """The probability of recall; 0 of what was never taught."""
        chance = self._model.of(at.learners).retrievability(self._stability[at], day - self._last[at])
        return np.where(self._last[at] < 0, 0.0, chance)

    def review(self, at: Pairs, day: int, recalled: Mask) -> None:
        """A question and its feedback."""
        rated = np.where(recalled, int(Rating.GOOD), int(Rating.AGAIN))
        model = self._model.of(at.learners)
        elapsed = day - self._last[at]
        self._stability[at], self._difficulty[at] = model.next(
            self._stability[at], self._difficulty[at], elapsed, rated
        )
        self._last[at] = day


@dataclass
class ActivationMind:
    """Pavlik and Anderson's activation-based model of the spacing effect (Cognitive Science 29, 2005, 559-586).

    Each presentation leaves a trace that decays as a power of its age, the faster the more active the memory was:
    activation m = ln(sum of age^-d), d = a + c e^m, recall 1 / (1 + e^((threshold - m) / s)). Ages are in seconds;
    time between sessions counts h-fold. It knows no stability and no difficulty, so nothing of FSRS is in it. The
    constants are those published for Japanese-English word pairs. A question with its feedback is one presentation,
    recalled or not, as it was there.

    Attributes:
        intercept, scale, threshold, noise, between: a, c, threshold, s and h.
        lesson: presentations that a lesson is worth, a minute apart.
        spread: standard deviation of the threshold among learners, and again among a learner's concepts.
    """

    course: Course
    source: np.random.Generator = field(repr=False)
    intercept: float = 0.177
    scale: float = 0.217
    threshold: float = -0.704
    noise: float = 0.255
    between: float = 0.025
    lesson: int = 8
    spread: float = 0.255

    def __post_init__(self) -> None:
        shape = self.course.shape
        own = self.source.normal(0, self.spread, (self.course.learners, 1))
        self._threshold = self.threshold + own + self.source.normal(0, self.spread, shape)
        self._at = np.zeros((*shape, self.lesson))
        self._decay = np.full((*shape, self.lesson), np.inf)  # no trace: its age to the power of minus this is 0
        self._traces = np.zeros(shape, np.int64)

    def teach(self, at: Pairs, day: int) -> None:
        """A lesson on something new."""
        for minute in range(self.lesson):
            self._present(at, self._second(day) + 60.0 * minute)

    def recall(self, at: Pairs, day: int) -> Floats:
        """The probability of recall; 0 of what was never taught."""
        strength = self._strength(at, self._second(day))
        activation = np.log(np.maximum(strength, 1e-12))
        chance = 1 / (1 + np.exp((self._threshold[at] - activation) / self.noise))
        return np.where(strength > 0, chance, 0.0)

    def review(self, at: Pairs, day: int, recalled: Mask) -> None:
        """A question and its feedback."""
        self._present(at, self._second(day))

    def _second(self, day: int) -> float:
        return day * 86_400 * self.between

    def _strength(self, at: Pairs, now: float) -> Floats:
        """e^m."""
        used = max(1, int(self._traces[at].max(initial=0)))
        traces = at.learners, at.concepts, slice(used)
        age = np.maximum(now - self._at[traces], 1.001)
        return np.asarray((age ** -self._decay[traces]).sum(axis=1))

    def _present(self, at: Pairs, now: float) -> None:
        place = self._traces[at]
        if place.size and place.max() == self._at.shape[2]:
            more = ((0, 0), (0, 0), (0, self.lesson))
            self._at = np.pad(self._at, more)
            self._decay = np.pad(self._decay, more, constant_values=np.inf)
        decay = self.intercept + self.scale * self._strength(at, now)
        self._at[at.learners, at.concepts, place] = now
        self._decay[at.learners, at.concepts, place] = decay
        self._traces[at] += 1


class Policy(Protocol):
    """A way of choosing what to ask."""

    def asked(self, day: int) -> Mask:
        """What is asked again on a day: at most the course's reviews for each learner."""

    def begins(self, day: int) -> Mask:
        """Which learners begin something new, as far as there is something left."""

    def teach(self, at: Pairs, day: int) -> None:
        """Something new was taught."""

    def review(self, at: Pairs, day: int, answers: Answers) -> None:
        """What was asked was answered."""


@dataclass
class Shuffled:
    """A random quiz on what was taught.

    Attributes:
        counts: questions by learner and day.
    """

    course: Course
    counts: Whole = field(repr=False)
    source: np.random.Generator = field(repr=False)

    def __post_init__(self) -> None:
        self._taught = np.zeros(self.course.shape, np.bool_)

    def asked(self, day: int) -> Mask:
        """Any."""
        return _foremost(self._taught, self.source.random(self.course.shape), self.counts[:, day])

    def begins(self, day: int) -> Mask:
        """All."""
        return np.ones(self.course.learners, np.bool_)

    def teach(self, at: Pairs, day: int) -> None:
        """It may be asked from now on."""
        self._taught[at] = True

    def review(self, at: Pairs, day: int, answers: Answers) -> None:
        """Nothing follows from it."""


@dataclass
class Sm2:
    """SM-2 (Woźniak 1990): a right answer is a 4, which leaves the E-factor as it is; a wrong one begins again.

    Attributes:
        factor: the E-factor at the beginning, as published.
    """

    course: Course
    factor: float = 2.5

    def __post_init__(self) -> None:
        self._due = np.full(self.course.shape, NEVER)
        self._interval = np.zeros(self.course.shape, np.int64)

    def asked(self, day: int) -> Mask:
        """What is due, the longest overdue first."""
        return _foremost(self._due <= day, self._due, self.course.reviews_a_day)

    def begins(self, day: int) -> Mask:
        """All."""
        return np.ones(self.course.learners, np.bool_)

    def teach(self, at: Pairs, day: int) -> None:
        """The first interval is a day."""
        self._plan(at, day, np.ones(at.learners.size, np.int64))

    def review(self, at: Pairs, day: int, answers: Answers) -> None:
        """The second is six, each further one the last times the E-factor, rounded up."""
        last = self._interval[at]
        grown = np.where(last == 1, 6, np.ceil(last * self.factor).astype(np.int64))
        self._plan(at, day, np.where(answers.right, grown, 1))

    def _plan(self, at: Pairs, day: int, interval: Whole) -> None:
        self._interval[at] = interval
        self._due[at] = day + interval


@dataclass
class PlainFsrs:
    """FSRS-6 with its published weights as it comes: what is taught counts as a first review rated good."""

    course: Course
    memory: Memory = field(default_factory=lambda: Memory(retention=0.9, longest=36_500))

    def __post_init__(self) -> None:
        self._model = Fsrs.published()
        self._stability = np.full(self.course.shape, np.nan)
        self._difficulty = np.full(self.course.shape, np.nan)
        self._last = np.full(self.course.shape, NEVER)
        self._due = np.full(self.course.shape, NEVER)

    def asked(self, day: int) -> Mask:
        """What is due, the longest overdue first."""
        return _foremost(self._due <= day, self._due, self.course.reviews_a_day)

    def begins(self, day: int) -> Mask:
        """All."""
        return np.ones(self.course.learners, np.bool_)

    def teach(self, at: Pairs, day: int) -> None:
        """A first review."""
        self._rate(at, day, np.full(at.learners.size, int(Rating.GOOD)))

    def review(self, at: Pairs, day: int, answers: Answers) -> None:
        """Right is good, wrong is again."""
        self._rate(at, day, np.where(answers.right, int(Rating.GOOD), int(Rating.AGAIN)))

    def _rate(self, at: Pairs, day: int, rated: Whole) -> None:
        stability, difficulty = self._stability[at], self._difficulty[at]
        first = np.isnan(stability)
        further = self._model.next(stability, difficulty, day - self._last[at], rated)
        begun = self._model.first(rated)
        self._stability[at] = np.where(first, begun[0], further[0])
        self._difficulty[at] = np.where(first, begun[1], further[1])
        self._last[at] = day
        interval = self._model.interval(self._stability[at], self.memory.retention, self.memory.longest)
        self._due[at] = day + self._spread(interval)

    def _spread(self, interval: Whole) -> Whole:
        return interval


@dataclass
class Gradus(PlainFsrs):
    """Ours: `quizzes.memory` under the rules of `quizzes.practice`.

    What is taught is first rated the day after. The weakest of what is due comes first, nothing new is begun where
    much is due nor in the last days before an exam, and then the weakest is asked, due or not, as soon as what is weak
    fills the days that are left.

    Attributes:
        exam: the day of the exam, counted as the course's days are, if there is one.
        asks: whether who was right by choosing can say that they guessed.
    """

    source: np.random.Generator = field(kw_only=True, repr=False)
    memory: Memory = field(default_factory=Memory)
    exam: int | None = None
    asks: bool = True

    def asked(self, day: int) -> Mask:
        """What is due, the weakest first; before an exam the weakest of all, as late as the days left allow."""
        met = (self._last < day) & (self._last != NEVER)
        some = np.where(self._is_time(day, met), met, self._due <= day)
        return _foremost(some, self._strength(day), self.course.reviews_a_day)

    def _is_time(self, day: int, met: Mask) -> Mask:
        """Whether what would be weak on the day of the exam fills the days that are left, by learner (n, 1)."""
        if self.exam is None or not self._before_exam(day):
            return np.zeros((self.course.learners, 1), np.bool_)
        weak = met & (self._strength(self.exam) < EXAM_SURE)
        filled: Mask = weak.sum(axis=1, keepdims=True) >= max(1, self.exam - day) * self.course.reviews_a_day
        return filled

    def _strength(self, day: int) -> Floats:
        elapsed = np.maximum(day - self._last, 0)
        return np.nan_to_num(self._model.retrievability(self._stability, elapsed), nan=0.5)

    def begins(self, day: int) -> Mask:
        """Those of whom little is due."""
        little: Mask = (self._due <= day).sum(axis=1) < BACKLOG
        return little & (not self._before_exam(day))

    def teach(self, at: Pairs, day: int) -> None:
        """It is due the day after; as yet it has no card."""
        self._last[at], self._due[at] = day, day + 1

    def review(self, at: Pairs, day: int, answers: Answers) -> None:
        """As the bot rates it."""
        told = answers.guessed & self.asks
        self._rate(at, day, np.where(answers.right, np.where(told, _GUESSED, _RIGHT), _WRONG))

    def _before_exam(self, day: int) -> bool:
        return self.exam is not None and 0 <= self.exam - day <= EXAM_DAYS

    def _spread(self, interval: Whole) -> Whole:
        reach = np.where(interval >= 3, np.maximum(1, np.rint(interval / 10)), 0).astype(np.int64)
        moved = interval + self.source.integers(-reach, reach, endpoint=True)
        return np.asarray(np.clip(moved, 1, self.memory.longest), np.int64)


def _rated(value: Rating | None) -> int:
    assert value is not None
    return int(value)


_RIGHT = _rated(rating("correct", free_form=True))
_GUESSED = _rated(rating("correct", confidence="guessed", free_form=False))
_WRONG = _rated(rating("wrong", free_form=True))


@dataclass(frozen=True)
class Result:
    """What a policy came to.

    Attributes:
        remembered: each learner's mean probability of recall over all concepts on the day after the course.
        counts: reviews by learner and day.
    """

    remembered: Floats
    counts: Whole

    @property
    def retrievability(self) -> float:
        """The mean over learners."""
        return float(self.remembered.mean())

    @property
    def error(self) -> float:
        """The standard error of that mean."""
        return float(self.remembered.std(ddof=1)) / math.sqrt(self.remembered.size)

    @property
    def reviews(self) -> float:
        """A learner's, in the whole course, on average."""
        return float(self.counts.sum(axis=1).mean())


def run(course: Course, mind: Mind, policy: Policy, source: np.random.Generator) -> Result:
    """Take all learners through the course; concepts are taught in one order, the same for all."""
    counts = np.zeros((course.learners, course.days), np.int64)
    begun = np.zeros(course.learners, np.int64)
    for day in range(course.days):
        asked, begins = policy.asked(day), policy.begins(day)
        at = Pairs(*np.nonzero(asked))
        recalled = source.random(at.learners.size) < mind.recall(at, day)
        mind.review(at, day, recalled)
        policy.review(at, day, answered(course, recalled, source))
        counts[:, day] = asked.sum(axis=1)
        for _ in range(course.new_a_day):
            learners = np.nonzero(begins & (begun < course.concepts))[0]
            new = Pairs(learners, begun[learners])
            mind.teach(new, day)
            policy.teach(new, day)
            begun[learners] += 1
    everything = Pairs(*np.nonzero(np.ones(course.shape, np.bool_)))
    return Result(mind.recall(everything, course.days).reshape(course.shape).mean(axis=1), counts)


def answered(course: Course, recalled: Mask, source: np.random.Generator) -> Answers:
    """Answers to one question each: who recalls may slip, who doesn't may be lucky where answers are picked."""
    slips, picks, lucky, honest = (
        source.random(recalled.size) < chance for chance in (course.slip, course.choices, course.guess, course.honesty)
    )
    luck = ~recalled & picks & lucky
    return Answers((recalled & ~slips) | luck, luck & honest)


def _foremost(some: Mask, order: npt.NDArray[np.number], count: int | Whole) -> Mask:
    """For each learner the first `count` of `some`, by `order` ascending."""
    ranked = np.where(some, order, np.inf).argsort(axis=1, kind="stable")
    places = np.empty_like(ranked)
    np.put_along_axis(places, ranked, np.arange(ranked.shape[1])[None, :].repeat(len(ranked), axis=0), axis=1)
    chosen: Mask = some & (places < np.reshape(count, (-1, 1)))
    return chosen
