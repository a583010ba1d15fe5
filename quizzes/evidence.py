"""What speaks for and against an explanation's having made a point: numbers that are weighed against each other.

Cosines are between sentence vectors; those called "apart" are taken after the mean of all that is known about the
question was subtracted, so that the topic, which every sentence shares, no longer counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from content.markdown import sentences
from index.embedding import Floats, normalised
from quizzes.question import Explain, Point
from quizzes.statements import Said, clauses, content_stems, denies, has_phrase, stems
from quizzes.wordings import Wordings

Encode = Callable[[Sequence[str]], Floats]
"""Texts to rows of unit length, float32 (n, d)."""

Flags = npt.NDArray[np.bool_]

ABOUT = 0.35
"""The cosine from which on a sentence of the model answer that has a point's words makes it too."""

CLAUSE = 3
"""Words with a meaning that a clause must have to be judged alone."""

FALSE_FROM = 0.4
"""The cosine from which on a sentence that denies a falsehood, or says what it denies, has anything to do with it."""

DENIED_FROM = 0.5
"""The share of its words that a clause has in common with a statement that it denies."""


@dataclass(frozen=True)
class Evidence:
    """What an answer holds of one point. Shares are 0 to 1, and cosines -1 to 1.

    Attributes:
        words: the share of the groups of words that carry the point, in the best two sentences in a row.
        all_words: 1 where that is all of them.
        stems: the share of the stems of the statements that make the point which the answer has.
        nearest: the highest cosine, apart, of a sentence or clause with a statement that makes the point.
        covered: the mean, over these statements, of their highest cosine with the answer.
        own: how much nearer, apart, the best sentence is to this point than to any other.
        false: the highest cosine with what learners get wrong about the point.
        false_apart: the same, apart.
        false_gain: how much nearer a sentence is to such a falsehood than to anything true.
        false_best: how much nearer, apart, the best sentence is to a falsehood than to the point.
        refuted: how near it comes to a falsehood with a "not" more or less than that has.
        turned: 1 where the best sentence has a "not" more or less than the statement nearest to it.
        denied: 1 where it denies a true statement in much the same words.
    """

    words: float
    all_words: float
    stems: float
    nearest: float
    covered: float
    own: float
    false: float
    false_apart: float
    false_gain: float
    false_best: float
    refuted: float
    turned: float
    denied: float

    def row(self) -> tuple[float, ...]:
        """The numbers in the order of the fields."""
        return tuple(float(getattr(self, name)) for name in NAMES)


NAMES = tuple(field.name for field in fields(Evidence))


@dataclass(frozen=True)
class Statements:
    """Statements on the points of a question, all true or all false.

    Attributes:
        rows, apart: their vectors (n, d), as they are and with the question's mean subtracted.
        of: which of the points each is on (points, n).
        stems, denying: of each, the stems that carry meaning, and whether it denies.
    """

    rows: Floats
    apart: Floats
    of: Flags
    stems: tuple[frozenset[str], ...]
    denying: Flags


@dataclass(frozen=True)
class Truth:
    """What is true and what is false about a question; the points come first among what is true."""

    points: tuple[Point, ...]
    mean: Floats
    true: Statements
    false: Statements


@dataclass(frozen=True)
class Best:
    """The sentence of an answer that a piece of evidence rests on."""

    sentence: int
    false_sentence: int


def truth(task: Explain, wordings: Wordings, encode: Encode) -> Truth:
    """What a question holds to be true and false."""
    points = task.points
    true: list[str] = [one.text for one in points]
    of: list[frozenset[int]] = [frozenset({place}) for place in range(len(points))]
    for place, point in enumerate(points):
        for part in parts(point.text)[1:]:
            true.append(part)
            of.append(frozenset({place}))
    told = [part for text in sentences(" ".join(task.model.split())) for part in parts(text) if part not in true]
    nearness = encode(told) @ encode(true[: len(points)]).T if told else ()
    true += told
    of += [_points_of(part, row, points) for part, row in zip(told, nearness, strict=True)]
    true += [text for _, text in wordings.right]
    of += [frozenset({place}) for place, _ in wordings.right]
    wrong = [(place, text) for place, point in enumerate(points) for text in point.wrong] + list(wordings.wrong)
    false, false_of = [text for _, text in wrong], [frozenset({place}) for place, _ in wrong]
    rows = encode(true)
    false_rows = encode(false) if false else rows[:0]
    mean: Floats = np.concatenate([rows, false_rows]).mean(axis=0)
    return Truth(
        points,
        mean,
        _statements(true, of, rows, mean, len(points)),
        _statements(false, false_of, false_rows, mean, len(points)),
    )


def evidence(known: Truth, read: Said, encode: Encode) -> tuple[tuple[Evidence, Best], ...]:
    """What an answer holds of each point, in order; the answer has at least one sentence."""
    cut = [(place, part) for place, text in enumerate(read.sentences) for part in parts(text)]
    answer = _Answer(known, read, [place for place, _ in cut], [part for _, part in cut], encode)
    return tuple(answer.of(place) for place in range(len(known.points)))


def parts(sentence: str) -> tuple[str, ...]:
    """A sentence and those of its clauses that say enough to be judged alone."""
    return tuple(dict.fromkeys((sentence, *(one for one in clauses(sentence) if len(content_stems(one)) >= CLAUSE))))


class _Answer:
    """An answer's sentences and clauses beside all that is known."""

    def __init__(
        self, known: Truth, read: Said, sentence_of: Sequence[int], texts: Sequence[str], encode: Encode
    ) -> None:
        rows = encode(texts)
        apart = normalised(rows - known.mean)
        self._known = known
        self._sentence_of = sentence_of
        self._true, self._true_apart = rows @ known.true.rows.T, apart @ known.true.apart.T
        self._false, self._false_apart = rows @ known.false.rows.T, apart @ known.false.apart.T
        self._stems = [content_stems(text) for text in texts]
        self._denies = [denies(text) for text in texts]
        found = [stems(text) for text in read.sentences]
        self._windows = [*found, *((*one, *other) for one, other in pairwise(found))]
        self._content = content_stems(" ".join(read.sentences))

    def of(self, place: int) -> tuple[Evidence, Best]:
        """What there is of one point, and the sentences that it rests on."""
        known, own = self._known, np.flatnonzero(self._known.true.of[place])
        near, near_apart = self._true[:, own].max(axis=1), self._true_apart[:, own].max(axis=1)
        best = int(near.argmax())
        nearest = int(own[self._true[best, own].argmax()])
        words = max(_share(window, known.points[place]) for window in self._windows)
        carrying = frozenset().union(*(known.true.stems[one] for one in own))
        to_points = self._true_apart[best, : len(known.points)]
        others = np.delete(to_points, place)
        false = np.flatnonzero(known.false.of[place])
        if len(false):
            to_false, false_apart = self._false[:, false].max(axis=1), self._false_apart[:, false].max(axis=1)
        else:
            to_false = false_apart = np.zeros(len(near), np.float32)
        wrong = int(to_false.argmax())
        return Evidence(
            words=words,
            all_words=float(words == 1),
            stems=len(carrying & self._content) / max(1, len(carrying)),
            nearest=near_apart.max(),
            covered=self._true[:, own].max(axis=0).mean(),
            own=to_points[place] - (others.max() if len(others) else 0.0),
            false=to_false.max(),
            false_apart=false_apart.max(),
            false_gain=(to_false - self._true.max(axis=1)).max() if len(false) else 0.0,
            false_best=false_apart[best] - near_apart[best] if len(false) else 0.0,
            refuted=self._refuted(wrong, false),
            turned=float(self._denies[best] != known.true.denying[nearest]),
            denied=float(self._is_denied(self._sentence_of[best])),
        ), Best(self._sentence_of[best], self._sentence_of[wrong])

    def _refuted(self, part: int, false: npt.NDArray[np.int64]) -> float:
        if not len(false):
            return 0.0
        nearest = int(false[self._false[part, false].argmax()])
        if self._denies[part] == self._known.false.denying[nearest]:
            return 0.0
        return max(0.0, float(self._false[part, nearest]) - FALSE_FROM)

    def _is_denied(self, sentence: int) -> bool:
        """Whether a part of a sentence denies what a true statement says, or says what it denies, in its words."""
        return any(self._denies_truth(part) for part, place in enumerate(self._sentence_of) if place == sentence)

    def _denies_truth(self, part: int) -> bool:
        own, alike = self._stems[part], {True: 0.0, False: 0.0}
        for other, denying in zip(self._known.true.stems, self._known.true.denying, strict=True):
            shared = len(own & other)
            if shared >= 2:
                agrees = self._denies[part] == denying
                alike[agrees] = max(alike[agrees], shared / max(len(own), len(other)))
        return alike[False] >= DENIED_FROM and alike[False] > alike[True]


def _statements(
    texts: Sequence[str], of: Sequence[frozenset[int]], rows: Floats, mean: Floats, points: int
) -> Statements:
    return Statements(
        rows,
        normalised(rows - mean),
        np.array([[place in some for some in of] for place in range(points)], bool).reshape(points, len(texts)),
        tuple(content_stems(text) for text in texts),
        np.array([denies(text) for text in texts], bool),
    )


def _points_of(part: str, cosines: Floats, points: Sequence[Point]) -> frozenset[int]:
    """The points that a sentence of the model answer makes: the nearest, and those near it whose words it has."""
    found = stems(part)
    best = float(cosines.max())
    return frozenset(
        place
        for place, (cosine, point) in enumerate(zip(cosines, points, strict=True))
        if cosine >= best - 1e-6 or (cosine >= ABOUT and _share(found, point) == 1)
    )


def _share(found: tuple[str, ...], point: Point) -> float:
    """The share of the groups of words that carry a point which some stems hold."""
    held = [any(has_phrase(found, phrase) for phrase in group) for group in point.words]
    return sum(held) / len(held) if held else 1.0
