"""Explanations in a learner's own words: each key point is found, unclear, missing or contradicted.

What speaks for and against each point (`quizzes.evidence`) is weighed with weights fitted to answers that somebody
labelled point by point (`python -m tests.benchmarks.fitting`). A point's mark also falls with how wrong the rest of
the answer is: who has most things the wrong way round has seldom got one right by the same words. What cannot be told
is unclear: the learner is asked to compare, and it costs nothing.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content.lesson import KEY_POINTS, Lesson
from content.links import plain
from quizzes import wordings
from quizzes.evidence import NAMES, Encode, Evidence, Truth, evidence, truth
from quizzes.grading import Grade, Outcome, quoted
from quizzes.question import Explain, Point, Posed
from quizzes.statements import Said, content_stems, said, stems
from quizzes.wordings import Wordings

State = Literal["found", "unclear", "missing", "contradicted"]

SURE = 0.6
"""The mark from which on a point is surely made."""

LIKELY = -0.4
"""The mark from which on a point may be made; it counts as made where the others are, and one of them surely."""

FALSE_GAIN = 0.03
"""How much nearer to a known falsehood than to anything true a sentence must be, to be called one."""

SAME = 0.95
"""The cosine from which on a sentence says what a known falsehood says."""

LISTED = 0.95
"""The share of words that points are looked for by, from which on an answer is a list of them."""

FEWEST_WORDS = 5
QUOTED = 300
WEIGHTS = Path(__file__).parent / "teachback_weights.json"


@dataclass(frozen=True)
class Finding:
    """Whether an answer makes a point, and the sentence of it that this rests on."""

    point: Point
    state: State
    words: str


@dataclass(frozen=True)
class Weights:
    """How much each piece of evidence counts.

    Attributes:
        made, wrong: by its name, for the point's being made, and for its being got wrong; `constant` is added.
        wrongness: how much of the mean of `wrong` over the points is taken from each mark.
    """

    made: Mapping[str, float]
    wrong: Mapping[str, float]
    wrongness: float

    def marks(self, found: Sequence[Evidence]) -> tuple[float, ...]:
        """The mark of each point: log-odds, more or less, of its being made."""
        wrong = sum(_weighed(self.wrong, one) for one in found) / len(found)
        return tuple(_weighed(self.made, one) - self.wrongness * wrong for one in found)


class Teachback:
    """Grades explanations, beside the lessons that hold what is missing."""

    def __init__(self, lessons: Mapping[str, Lesson], encode: Encode, title: Callable[[str], str] = str) -> None:
        self._lessons = lessons
        self._encode = encode
        self._title = title
        self._truths: dict[Explain, Truth] = {}

    def grade(self, posed: Posed, answer: str) -> Grade:
        """The grade of an explanation."""
        task = posed.task
        assert isinstance(task, Explain)
        read = said(answer)
        if sum(len(one.split()) for one in read.sentences) < FEWEST_WORDS:
            return Grade("wrong", 0.0, "There is too little here to judge. Explain it in two to four sentences.")
        findings = self.findings(posed, task, read)
        return _graded(findings, self._feedback(posed, task, findings, read))

    def findings(self, posed: Posed, task: Explain, read: Said) -> tuple[Finding, ...]:
        """What an answer of at least one sentence makes of each point, in order."""
        found = evidence(self._truth(posed, task), read, self._encode)
        marks = weights().marks([one for one, _ in found])
        complete = min(marks) >= LIKELY and max(marks) >= SURE
        denied = all(one.denied for one, _ in found)
        told = read.is_prose and not denied and not _is_list(read, task.points)
        findings = []
        for point, mark, (held, best) in zip(task.points, marks, found, strict=True):
            state = _state(held, SURE if complete else mark, told)
            place = best.false_sentence if state == "contradicted" else best.sentence
            findings.append(Finding(point, state, read.sentences[place]))
        return tuple(findings)

    def _truth(self, posed: Posed, task: Explain) -> Truth:
        if task not in self._truths:
            ours = posed.question.path.startswith("bank/")  # a community may put another question in its place
            known = wordings.known().get(posed.question.id, Wordings()) if ours else Wordings()
            self._truths[task] = truth(task, known, self._encode)
        return self._truths[task]

    def _feedback(self, posed: Posed, task: Explain, findings: Sequence[Finding], read: Said) -> str:
        by_state = {state: [one for one in findings if one.state == state] for state in _HEADINGS}
        parts = []
        for state, heading in _HEADINGS.items():
            for one in by_state[state]:
                parts.append(f"{heading} {_told(one)}{self._passage(posed, one)}")
        if by_state["unclear"]:
            parts.append(f"Compare with a model answer, and judge for yourself whether you said the same: {task.model}")
        if not read.is_prose or _is_list(read, task.points):
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


@functools.cache
def weights() -> Weights:
    """The fitted weights."""
    read = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(read["made"], read["wrong"], read["wrongness"])


def _state(held: Evidence, mark: float, told: bool) -> State:
    """What becomes of a point; a known falsehood is never outweighed.

    Args:
        told: the answer is in sentences that do not deny all they are about; otherwise nothing is found.
    """
    if held.false >= SAME and held.false_gain >= FALSE_GAIN:
        return "contradicted"
    if mark >= SURE:
        return "found" if told else "unclear"
    if mark >= LIKELY:
        return "unclear"
    return "contradicted" if held.false_gain >= FALSE_GAIN else "missing"


def _is_list(read: Said, points: Sequence[Point]) -> bool:
    """Whether an answer is little more than the words that the points are looked for by."""
    known = {stem for point in points for group in point.words for phrase in group for stem in stems(phrase)}
    found = [stem for one in read.sentences for stem in stems(one)]
    return sum(stem in known for stem in found) >= LISTED * len(found)


def _weighed(by: Mapping[str, float], one: Evidence) -> float:
    return by["constant"] + sum(by[name] * value for name, value in zip(NAMES, one.row(), strict=True))


def _graded(findings: Sequence[Finding], feedback: str) -> Grade:
    """Right where every point is found, partly right where some are and others surely not; uncertain where nothing is
    missing and what is there cannot be told.
    """
    states = [one.state for one in findings]
    found, unclear = states.count("found"), states.count("unclear")
    judged = len(states) - unclear
    score = found / judged if judged else 0.0
    outcome: Outcome = "partial" if found else "wrong"
    if found + unclear == len(states):
        outcome = "uncertain" if unclear else "correct"
    return Grade(outcome, score, feedback, points=tuple(states))
