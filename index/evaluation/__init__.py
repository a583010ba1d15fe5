"""How good the answers are: questions with what is expected of them, and the figures over an answerer."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from foundation.errors import GradusError
from index.answers import Answer

Group = Literal["written", "unwritten", "off", "foreign"]

DEVELOPMENT = Path(__file__).parent / "development.jsonl"


@dataclass(frozen=True)
class Question:
    """A question as a learner asked it, and what is expected.

    Attributes:
        id: unique in its set.
        question: the words.
        kind: how it is asked: direct, paraphrased, troubleshooting, comparing, how-to, maths, misspelt, far,
            near, homonym, injection, rubbish or language.
        group: `written` and `unwritten` say whether the concept had a lesson when the set was written;
            `off` is off topic, `foreign` isn't English.
        concept: whose lesson answers; None off topic.
        also: other concepts that may.
    """

    id: str
    question: str
    kind: str
    group: Group
    concept: str | None
    also: tuple[str, ...]

    def right(self, concept: str | None) -> bool:
        """Whether `concept` is one that may answer."""
        return concept is not None and concept in (self.concept, *self.also)


def read_questions(path: Path = DEVELOPMENT) -> tuple[Question, ...]:
    """The questions of a file of JSON lines.

    Raises:
        GradusError: the file cannot be read, or a line of it is no question; the message names the line.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise GradusError(f"cannot read the questions in {path}") from error
    return tuple(_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def _question(path: Path, number: int, line: str) -> Question:
    try:
        fields = json.loads(line)
        return Question(
            fields["id"],
            fields["question"],
            fields["kind"],
            fields["group"],
            fields["concept"],
            tuple(fields.get("also", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise GradusError(f"{path}:{number}: not a question with id, question, kind, group and concept") from error


@dataclass(frozen=True)
class Shares:
    """What became of the questions of one group; all but `questions` are shares from 0 to 1.

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
class Report:
    """The figures of one evaluation.

    Attributes:
        groups: by group; those without questions are left out.
        misses: ids of the questions that went wrong: another verdict or another concept than expected.
    """

    groups: dict[Group, Shares]
    misses: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values, shares rounded to four digits."""
        return {
            "groups": {group: _rounded(asdict(shares)) for group, shares in self.groups.items()},
            "misses": list(self.misses),
        }


def _rounded(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in fields.items()}


EXPECTED: dict[Group, str] = {"written": "answer", "unwritten": "related", "off": "decline", "foreign": "decline"}
"""The verdict that a question of each group should get."""


def evaluate(answerer: Callable[[str], Answer], questions: Iterable[Question]) -> Report:
    """Ask every question, each by itself, and count what comes back."""
    asked = [(question, answerer(question.question)) for question in questions]
    present = [group for group in EXPECTED if any(question.group == group for question, _ in asked)]
    groups = {group: _shares([pair for pair in asked if pair[0].group == group]) for group in present}
    return Report(groups, tuple(question.id for question, answer in asked if _missed(question, answer)))


def _missed(question: Question, answer: Answer) -> bool:
    wrong = question.concept is not None and not question.right(answer.concept)
    return wrong or answer.verdict != EXPECTED[question.group]


def _shares(asked: Sequence[tuple[Question, Answer]]) -> Shares:
    def share(test: Callable[[Question, Answer], bool]) -> float:
        return sum(test(question, answer) for question, answer in asked) / len(asked)

    taught = all(question.concept is not None for question, _ in asked)
    return Shares(
        questions=len(asked),
        top1=share(lambda question, answer: any(map(question.right, answer.concepts[:1]))) if taught else None,
        top3=share(lambda question, answer: any(map(question.right, answer.concepts[:3]))) if taught else None,
        answered=share(lambda _, answer: answer.verdict == "answer"),
        related=share(lambda _, answer: answer.verdict == "related"),
        declined=share(lambda _, answer: answer.verdict == "decline"),
        wrong_lesson=share(lambda question, answer: answer.verdict == "answer" and not question.right(answer.concept)),
    )
