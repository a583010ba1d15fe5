"""Explanations in a learner's own words: each key point is found, unclear, missing or contradicted.

A point is found where one sentence, or two in a row, are about it (sentence vectors) and hold the words that carry
it. Vectors hardly notice a "not" or two things in each other's places, so a sentence that says a known falsehood,
denies what the point says, or would say it better with two things swapped, never counts as found. What cannot be
told is unclear: the learner is asked to compare, and it costs nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from content.lesson import KEY_POINTS, Lesson
from content.links import plain
from content.markdown import sentences
from index.embedding import Floats
from quizzes.grading import Grade, quoted
from quizzes.question import Explain, Point, Posed
from quizzes.statements import (
    Said,
    clauses,
    content_stems,
    denies,
    has_phrase,
    reversed_words,
    said,
    stems,
    swapped,
)

Encode = Callable[[Sequence[str]], Floats]
"""Texts to rows of unit length, float32 (n, d)."""

State = Literal["found", "unclear", "missing", "contradicted"]

ABOUT = 0.45
"""The cosine from which on a sentence is about a point, where it has the words that carry it too."""

NEAR = 0.50
"""The cosine from which on a sentence may make a point in other words than expected: unclear, not missing."""

SURE = 0.65
"""The cosine from which on a sentence makes a point even without the words that were expected."""

SWAP_GAIN = 0.03
"""How much closer a sentence may come to the point with two things swapped, before it is doubted."""

WRONG_GAIN = 0.03
"""How much closer to a known falsehood than to the point a sentence must be, to contradict it."""

SURE_GAIN = -0.02
"""The same from which on a sentence is no proof of anything."""

CLOSE = 0.05
"""How much nearer to one point than to another a sentence may be and belong to both."""

CLAUSE = 3
"""Words with a meaning that a clause must have to be judged alone."""

FEWEST_WORDS = 5
QUOTED = 300


@dataclass(frozen=True)
class Finding:
    """Whether an answer makes a point, and by which words of it."""

    point: Point
    state: State
    words: str


@dataclass(frozen=True)
class Truth:
    """What is true and what is false about a question, each statement with the point it belongs to.

    Attributes:
        true: the points themselves and the sentences of the model answer.
        false: what learners get wrong.
        true_rows, false_rows: their vectors (n, d).
        true_of, false_of: the indices of the points that each belongs to.
    """

    true: tuple[str, ...]
    true_of: tuple[frozenset[int], ...]
    true_rows: Floats
    false: tuple[str, ...]
    false_of: tuple[int, ...]
    false_rows: Floats


@dataclass(frozen=True)
class Sentence:
    """What one sentence of an answer says.

    Attributes:
        near: for each point, the cosine with its nearest true statement.
        of: the points that it, or a clause of it, is nearer to than to the others.
        stems: of its words.
        false: how much nearer it, or a clause of it, is to a falsehood than to anything true.
        false_of: the point of that falsehood.
        swap: how much nearer to something true it would come with two things swapped or one made its opposite.
        denied: it denies what something true says, in much the same words.
    """

    text: str
    near: tuple[float, ...]
    of: frozenset[int]
    stems: tuple[str, ...]
    false: float
    false_of: int
    swap: float
    denied: bool

    @property
    def is_false(self) -> bool:
        """Whether it says a known falsehood."""
        return self.false >= WRONG_GAIN

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against it."""
        return self.false < SURE_GAIN and self.swap < SWAP_GAIN and not self.denied


class Teachback:
    """Grades explanations, beside the lessons that hold what is missing."""

    def __init__(self, lessons: Mapping[str, Lesson], encode: Encode, title: Callable[[str], str] = str) -> None:
        self._lessons = lessons
        self._encode = encode
        self._title = title

    def grade(self, posed: Posed, answer: str) -> Grade:
        """The grade of an explanation."""
        task = posed.task
        assert isinstance(task, Explain)
        read = said(answer)
        if sum(len(one.split()) for one in read.sentences) < FEWEST_WORDS:
            return Grade("wrong", 0.0, "There is too little here to judge. Explain it in two to four sentences.")
        findings = self.findings(task, read)
        return _graded(findings, self._feedback(posed, task, findings, read))

    def findings(self, task: Explain, read: Said) -> tuple[Finding, ...]:
        """What an answer makes of each point, in order."""
        told = self.sentences(self.truth(task), read)
        return tuple(_judged(place, point, told, read) for place, point in enumerate(task.points))

    def truth(self, task: Explain) -> Truth:
        """What a question holds to be true and false."""
        told = sentences(" ".join(task.model.split()))
        own = {part: place for place, point in enumerate(task.points) for part in _parts(point.text)}
        model = [part for text in told for part in _parts(text) if part not in own]
        points = self._encode([one.text for one in task.points])
        nearness = self._encode(model) @ points.T if model else ()
        of = [_points_of(part, row, task.points) for part, row in zip(model, nearness, strict=True)]
        false = [(text, place) for place, one in enumerate(task.points) for text in one.wrong]
        return Truth(
            true=(*own, *model),
            true_of=(*(frozenset({place}) for place in own.values()), *of),
            true_rows=self._encode([*own, *model]),
            false=tuple(text for text, _ in false),
            false_of=tuple(place for _, place in false),
            false_rows=self._encode([text for text, _ in false]) if false else points[:0],
        )

    def sentences(self, truth: Truth, read: Said) -> tuple[Sentence, ...]:
        """What each sentence of an answer says, beside what is true."""
        parts = [_parts(one) for one in read.sentences]
        twists = [[(part, one) for part in some for one in _twisted(part)] for some in parts]
        texts = dict.fromkeys(
            [*(part for some in parts for part in some), *(one for some in twists for _, one in some)]
        )
        rows = dict(zip(texts, self._encode(list(texts)), strict=True)) if texts else {}
        return tuple(
            _sentence(text, some, turned, rows, truth)
            for text, some, turned in zip(read.sentences, parts, twists, strict=True)
        )

    def _feedback(self, posed: Posed, task: Explain, findings: Sequence[Finding], read: Said) -> str:
        by_state = {state: [one for one in findings if one.state == state] for state in _HEADINGS}
        parts = []
        for state, heading in _HEADINGS.items():
            for one in by_state[state]:
                parts.append(f"{heading} {_told(one)}{self._passage(posed, one)}")
        if by_state["unclear"]:
            parts.append(f"Compare with a model answer, and judge for yourself whether you said the same: {task.model}")
        if not read.is_prose:
            parts.append("Write whole English sentences: a list of terms does not show how they belong together.")
        return "\n".join(parts)

    def _passage(self, posed: Posed, finding: Finding) -> str:
        lesson = self._lessons.get(posed.question.concept)
        if lesson is None or finding.state not in ("missing", "contradicted"):
            return ""
        wanted = content_stems(finding.point.text)
        places = [
            (len(wanted & content_stems(sentence)) / (4 + len(content_stems(sentence))), section.title, sentence)
            for section in lesson.sections
            if section.title != KEY_POINTS  # they say no more than the point itself
            for sentence in section.sentences
        ]
        _, title, sentence = max(places, key=lambda place: place[0])
        return f"\n> {plain(sentence, self._title)[:QUOTED]}\n> — {title}"


_HEADINGS: Mapping[State, str] = {
    "found": "You said:",
    "contradicted": "This does not fit:",
    "unclear": "I can't tell whether you said:",
    "missing": "Missing:",
}


def _told(finding: Finding) -> str:
    if finding.state == "contradicted":
        return f"“{quoted(finding.words)}”. {finding.point.text}"
    return finding.point.text


def _parts(sentence: str) -> tuple[str, ...]:
    """A sentence and those of its clauses that say enough to be judged alone."""
    return tuple(dict.fromkeys((sentence, *(one for one in clauses(sentence) if len(content_stems(one)) >= CLAUSE))))


def _twisted(part: str) -> tuple[str, ...]:
    return (*swapped(part), *reversed_words(part))


def _sentence(
    text: str, parts: Sequence[str], twists: Sequence[tuple[str, str]], rows: Mapping[str, Floats], truth: Truth
) -> Sentence:
    near = _near_points(rows[text], truth)
    of = frozenset(place for part in parts for place in _nearest(_near_points(rows[part], truth)))
    false, false_of = max((_falsehood(part, rows[part], truth) for part in parts), default=(-1.0, 0))
    swap = max(
        (_highest(truth.true_rows, rows[one]) - _highest(truth.true_rows, rows[part]) for part, one in twists),
        default=-1.0,
    )
    return Sentence(text, near, of, stems(text), false, false_of, swap, any(_denied(part, truth) for part in parts))


def _points_of(part: str, cosines: Floats, points: Sequence[Point]) -> frozenset[int]:
    """The points that a true statement makes: the nearest, and those near it whose words it has."""
    found = stems(part)
    best = float(cosines.max())
    return frozenset(
        place
        for place, (cosine, point) in enumerate(zip(cosines, points, strict=True))
        if cosine >= best - 1e-6 or (cosine >= ABOUT - 0.1 and _has_words(found, point))
    )


def _near_points(row: Floats, truth: Truth) -> tuple[float, ...]:
    cosines = truth.true_rows @ row
    points = len(frozenset().union(*truth.true_of))
    return tuple(
        max(float(one) for one, of in zip(cosines, truth.true_of, strict=True) if place in of)
        for place in range(points)
    )


def _nearest(near: Sequence[float]) -> Iterator[int]:
    """The points that something is nearest to, more or less."""
    yield from (place for place, one in enumerate(near) if one >= max(near) - CLOSE)


def _highest(rows: Floats, row: Floats) -> float:
    return float((rows @ row).max()) if len(rows) else -1.0


def _falsehood(part: str, row: Floats, truth: Truth) -> tuple[float, int]:
    """How much nearer a clause is to a falsehood than to anything true, and whose; one that it denies is none."""
    best = (-1.0, 0)
    true = _highest(truth.true_rows, row)
    for text, place, cosine in zip(truth.false, truth.false_of, truth.false_rows @ row, strict=True):
        if cosine >= ABOUT and denies(part) == denies(text):
            best = max(best, (float(cosine) - true, place))
    return best


def _denied(part: str, truth: Truth) -> bool:
    """Whether a clause denies what a true statement says, or says what it denies, in its words."""
    own = content_stems(part)
    alike = {True: 0.0, False: 0.0}
    for true in truth.true:
        other = content_stems(true)
        shared = len(own & other)
        if shared >= 2:
            agrees = denies(part) == denies(true)
            alike[agrees] = max(alike[agrees], shared / max(len(own), len(other)))
    return alike[False] >= 0.5 and alike[False] > alike[True]


def _judged(place: int, point: Point, told: Sequence[Sentence], read: Said) -> Finding:
    windows = [*((one,) for one in told), *pairwise(told)]
    about = [some for some in windows if any(place in one.of and one.near[place] >= ABOUT for one in some)]
    made = [some for some in about if _covered(some, point)]
    sound = [some for some in made if all(one.is_sound for one in some)]
    false = [one for one in told if one.is_false and one.false_of == place]
    sure = [some for some in about if _near(some, place) >= SURE and all(one.is_sound for one in some)]
    if (sound or sure) and not false and read.is_prose:
        return Finding(point, "found", _words(max(sound or sure, key=lambda some: _near(some, place))))
    if false and not sound:
        return Finding(point, "contradicted", max(false, key=lambda one: one.false).text)
    likely = [some for some in about if _near(some, place) >= NEAR]
    if made or likely:
        return Finding(point, "unclear", _words(max(made or likely, key=lambda some: _near(some, place))))
    return Finding(point, "missing", "")


def _near(some: Sequence[Sentence], place: int) -> float:
    return max(one.near[place] for one in some)


def _covered(some: Sequence[Sentence], point: Point) -> bool:
    return _has_words(tuple(stem for one in some for stem in one.stems), point)


def _has_words(found: tuple[str, ...], point: Point) -> bool:
    return all(any(has_phrase(found, phrase) for phrase in group) for group in point.words)


def _words(some: Sequence[Sentence]) -> str:
    return " ".join(one.text for one in some)


def _graded(findings: Sequence[Finding], feedback: str) -> Grade:
    """Right where every point is found, partly right where some are and others surely not; uncertain where it hangs on
    what cannot be told.
    """
    states = [one.state for one in findings]
    found, unclear = states.count("found"), states.count("unclear")
    judged = len(states) - unclear
    score = found / judged if judged else 0.0
    if found == len(states):
        return Grade("correct", 1.0, feedback)
    if found + unclear == len(states):
        return Grade("uncertain", score, feedback)
    if found:
        return Grade("partial", score, feedback)
    doubtful = unclear > len(states) / 2 and "contradicted" not in states
    return Grade("uncertain" if doubtful else "wrong", score, feedback)
