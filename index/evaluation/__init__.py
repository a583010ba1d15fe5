"""How good the answers are: questions with what is expected of them, and the figures over an answerer."""

import json
import statistics
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from foundation.errors import GradusError
from index.answers import Answer, Turn, Verdict

Group = Literal["written", "follow-up", "unwritten", "off", "foreign"]

DEVELOPMENT = Path(__file__).parent / "development.jsonl"

FOREIGN = "language"
"""The kind of the questions that are not asked in English."""


@dataclass(frozen=True)
class Question:
    """A question as a learner asked it, and what is expected.

    Attributes:
        id: unique in its set.
        question: the words.
        kind: how it is asked: direct, paraphrased, troubleshooting, comparing, how-to, maths, misspelt or
            followup; off topic it's far, near, homonym, injection or rubbish; or language.
        concept: whose lesson answers; None off topic.
        also: other concepts that may.
        history: what was asked before, the latest last; empty where the question stands alone.
    """

    id: str
    question: str
    kind: str
    concept: str | None
    also: tuple[str, ...]
    history: tuple[Turn, ...] = ()

    def right(self, concept: str | None) -> bool:
        """Whether `concept` is one that may answer."""
        return concept is not None and concept in (self.concept, *self.also)

    def group(self, written: Container[str]) -> Group:
        """What it's counted among, where the concepts in `written` have a lesson."""
        if self.kind == FOREIGN:
            return "foreign"
        if self.concept is None:
            return "off"
        if self.concept not in written:
            return "unwritten"
        return "follow-up" if self.history else "written"


def read_questions(path: Path = DEVELOPMENT) -> tuple[Question, ...]:
    """The questions of a file of JSON lines.

    Raises:
        GradusError: the file cannot be read, or a line of it is no question; the message names the line.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GradusError(f"cannot read the questions in {path}") from error
    found = tuple(_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip())
    if not found:
        raise GradusError(f"{path} holds no questions")
    return found


def _question(path: Path, number: int, line: str) -> Question:
    try:
        fields = json.loads(line)
        return Question(
            fields["id"],
            fields["question"],
            fields["kind"],
            fields["concept"],
            tuple(fields.get("also", ())),
            tuple(Turn(turn["question"], turn["concept"]) for turn in fields.get("history", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise GradusError(f"{path}:{number}: not a question with id, question, kind and concept") from error


@dataclass(frozen=True)
class Shares:
    """What became of some questions; all but `questions` are shares from 0 to 1.

    Attributes:
        questions: how many.
        top1: the first concept is right; None off topic. Likewise `top3`, among the first three.
        answered, related, declined: by verdict.
        wrong_lesson: answered from a lesson of a concept that isn't right.
    """

    questions: int
    top1: float | None
    top3: float | None
    answered: float
    related: float
    declined: float
    wrong_lesson: float


@dataclass(frozen=True)
class Target:
    """A figure that is asked for.

    Attributes:
        name: for people.
        group: whose figure.
        figure: which of its `Shares`.
        bound: on which side of `asked` it should be.
        asked: a share.
    """

    name: str
    group: Group
    figure: str
    bound: Literal["at least", "at most"]
    asked: float


TARGETS = (
    Target("on topic: right concept first", "written", "top1", "at least", 0.85),
    Target("on topic: right concept among three", "written", "top3", "at least", 0.95),
    Target("on topic: answered", "written", "answered", "at least", 0.85),
    Target("on topic: declined", "written", "declined", "at most", 0.04),
    Target("off topic: answered", "off", "answered", "at most", 0.05),
    Target("off topic: declined", "off", "declined", "at least", 0.85),
    Target("follow-ups: right concept first", "follow-up", "top1", "at least", 0.80),
)
"""What is asked, over questions whose concept has a lesson."""


@dataclass(frozen=True)
class Measured:
    """A target and the figure reached."""

    target: Target
    reached: float

    @property
    def met(self) -> bool:
        """Whether the figure is what was asked, or better."""
        asked = self.target.asked
        return self.reached >= asked if self.target.bound == "at least" else self.reached <= asked


@dataclass(frozen=True)
class Miss:
    """A question that went wrong: another verdict or another concept than expected."""

    question: Question
    group: Group
    expected: Verdict
    answer: Answer


@dataclass(frozen=True)
class Report:
    """The figures of one evaluation.

    Attributes:
        groups: by group; those without questions are left out.
        kinds: the same by kind, follow-ups and questions whose lesson is still to be written left out.
        misses: what went wrong, in the questions' order.
        milliseconds: the median time of an answer.
    """

    groups: dict[Group, Shares]
    kinds: dict[str, Shares]
    misses: tuple[Miss, ...]
    milliseconds: float

    @property
    def targets(self) -> tuple[Measured, ...]:
        """Each target beside the figure reached; none for a group without questions."""
        known = ((one, self.groups.get(one.group)) for one in TARGETS)
        return tuple(Measured(one, getattr(shares, one.figure)) for one, shares in known if shares)

    def as_json(self) -> dict[str, Any]:
        """As plain values, shares rounded to four digits."""
        return {
            "targets": [
                _rounded(asdict(one.target) | {"reached": one.reached, "met": one.met}) for one in self.targets
            ],
            "groups": {group: _rounded(asdict(shares)) for group, shares in self.groups.items()},
            "kinds": {kind: _rounded(asdict(shares)) for kind, shares in self.kinds.items()},
            "milliseconds": self.milliseconds,
            "misses": [_told(miss) for miss in self.misses],
        }


def _rounded(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in fields.items()}


def _told(miss: Miss) -> dict[str, Any]:
    return {
        "id": miss.question.id,
        "question": miss.question.question,
        "group": miss.group,
        "expected": {"verdict": miss.expected, "concept": miss.question.concept},
        "found": {"verdict": miss.answer.verdict, "concepts": list(miss.answer.concepts)},
    }


EXPECTED: dict[Group, Verdict] = {
    "written": "answer",
    "follow-up": "answer",
    "unwritten": "related",
    "off": "decline",
    "foreign": "decline",
}
"""The verdict that a question of each group should get."""

Ask = Callable[[str, Sequence[Turn]], Answer]

Asked = tuple[Question, Group, Answer]


def evaluate(
    ask: Ask,
    questions: Sequence[Question],
    written: Container[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Ask every question with its history, and count what comes back.

    Args:
        written: the ids of the concepts that have a lesson.
        progress: called with how many questions have been asked, and how many there are.
    """
    asked: list[Asked] = []
    for done, question in enumerate(questions, 1):
        asked.append((question, question.group(written), ask(question.question, question.history)))
        progress(done, len(questions))
    alone = [one for one in asked if one[1] in ("written", "off")]
    return Report(
        groups={group: _shares(part) for group in EXPECTED if (part := [one for one in asked if one[1] == group])},
        kinds={kind: _shares([one for one in alone if one[0].kind == kind]) for kind in _kinds(alone)},
        misses=tuple(
            Miss(question, group, EXPECTED[group], answer)
            for question, group, answer in asked
            if _missed(question, group, answer)
        ),
        milliseconds=round(statistics.median(answer.milliseconds for *_, answer in asked), 2),
    )


def _kinds(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(question.kind for question, *_ in asked))


def _missed(question: Question, group: Group, answer: Answer) -> bool:
    if group not in ("off", "foreign") and not question.right(answer.concept):
        return True
    answered_elsewhere = group == "unwritten" and answer.verdict == "answer"  # from a lesson that may, as seen above
    return answer.verdict != EXPECTED[group] and not answered_elsewhere


def _shares(asked: Sequence[Asked]) -> Shares:
    def share(test: Callable[[Question, Answer], bool]) -> float:
        return sum(test(question, answer) for question, _, answer in asked) / len(asked)

    taught = all(question.concept is not None for question, *_ in asked)
    return Shares(
        questions=len(asked),
        top1=share(lambda question, answer: any(map(question.right, answer.concepts[:1]))) if taught else None,
        top3=share(lambda question, answer: any(map(question.right, answer.concepts[:3]))) if taught else None,
        answered=share(lambda _, answer: answer.verdict == "answer"),
        related=share(lambda _, answer: answer.verdict == "related"),
        declined=share(lambda _, answer: answer.verdict == "decline"),
        wrong_lesson=share(lambda question, answer: answer.verdict == "answer" and not question.right(answer.concept)),
    )
