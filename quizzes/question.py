"""A question as the bank holds it, and as one learner meets it.

A `Question` may be a template: its texts hold places like `@{n}` or `@{out:.2f}`, and its options stand in the order
of the file. `quizzes.posing.pose` draws its numbers and shuffles it with a seed; what comes out is a `Posed` question
in which everything is settled, and which `quizzes.grading` grades.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "single_choice",
    "multiple_choice",
    "numeric",
    "formula",
    "cloze",
    "ordering",
    "matching",
    "code_output",
    "find_bug",
    "explain",
]
KINDS: tuple[Kind, ...] = (
    "single_choice",
    "multiple_choice",
    "numeric",
    "formula",
    "cloze",
    "ordering",
    "matching",
    "code_output",
    "find_bug",
    "explain",
)
Facet = Literal["recall", "apply", "analyse"]
FACETS: tuple[Facet, ...] = ("recall", "apply", "analyse")


@dataclass(frozen=True)
class Option:
    """A choice (Markdown): the misconception behind it is in `feedback`, which a wrong option always has."""

    text: str
    correct: bool
    feedback: str


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners really give to a question without options, and what to say to it.

    `answer` is an expression for numeric questions and formulas, the text itself for the others.
    """

    answer: str
    feedback: str


@dataclass(frozen=True)
class Choice:
    """Options of which one is right (`single_choice`) or any number, at least one (`multiple_choice`)."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class Numeric:
    """A number. `answer` is an expression in the question's parameters.

    Attributes:
        decimals: what was asked for, if anything; an answer rounded so is right.
        whole: only the exact whole number is right.
        unit: of the answer, as written behind it (`%`, `MB`); may be left out by the learner.
        tolerance: the relative error that is forgiven.
    """

    answer: str
    mistakes: tuple[Mistake, ...] = ()
    decimals: int | None = None
    whole: bool = False
    unit: str = ""
    tolerance: float = 0.01


@dataclass(frozen=True)
class Formula:
    """An expression in `variables`, each with the interval (low, high) in which it is compared."""

    answer: str
    variables: tuple[tuple[str, float, float], ...]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Cloze:
    """A text with gaps. `pieces` are what stands around them: one more than `gaps`.

    Each gap has the words that are accepted, the first being the one that is shown.
    """

    pieces: tuple[str, ...]
    gaps: tuple[tuple[str, ...], ...]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Ordering:
    """Three to five items in their right order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Matching:
    """Two to four pairs (left, right)."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CodeOutput:
    """A program and what it prints."""

    code: str
    output: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Suspect:
    """A line of a program (from 1) that a learner may blame; `fix` mends it where it is the wrong one."""

    line: int
    fix: str
    feedback: str

    @property
    def correct(self) -> bool:
        """Whether this is the wrong line, which is the right answer."""
        return bool(self.fix)


@dataclass(frozen=True)
class FindBug:
    """A program with one wrong line, what it prints, and what it prints once that line is mended.

    A program that fails has the last line of its error as the last line of `output`.
    """

    code: str
    output: str
    suspects: tuple[Suspect, ...]
    fixed_output: str

    @property
    def fixed(self) -> str:
        """The program with its line mended; the fix stands as far in as the line did."""
        lines = self.code.split("\n")
        for suspect in self.suspects:
            if suspect.correct:
                line = lines[suspect.line - 1]
                margin = line[: len(line) - len(line.lstrip())]
                lines[suspect.line - 1] = textwrap.indent(textwrap.dedent(suspect.fix), margin)
        return "\n".join(lines)


@dataclass(frozen=True)
class Point:
    """What an explanation must say.

    Attributes:
        text: one sentence.
        words: groups of words that carry it; an explanation that makes the point has one of each group.
        wrong: false statements that learners make about it.
    """

    text: str
    words: tuple[tuple[str, ...], ...]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explain:
    """An explanation in the learner's own words: what it must say, and one that says it."""

    points: tuple[Point, ...]
    model: str


Task = Choice | Numeric | Formula | Cloze | Ordering | Matching | CodeOutput | FindBug | Explain


@dataclass(frozen=True)
class Values:
    """A parameter of a template: the numbers that it may be."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Question:
    """A question of the bank. `path` and `line` say where it was read.

    Attributes:
        id: it never changes; learners' histories name it.
        section: of the concept's lesson: a section's title or one of its learners' questions.
        figure: a figure of `content/figures`, or nothing.
        parameters, where, lets: what makes a template (see `quizzes.posing`): what is drawn, what must hold of it,
            and what is worked out from it, in order.
    """

    id: str
    concept: str
    kind: Kind
    facet: Facet
    difficulty: int
    section: str
    prompt: str
    hint: str
    explanation: str
    task: Task
    figure: str = ""
    parameters: tuple[Values, ...] = ()
    where: tuple[str, ...] = ()
    lets: tuple[tuple[str, str], ...] = ()
    path: str = ""
    line: int = 0

    @property
    def template(self) -> bool:
        """Whether its numbers are drawn."""
        return bool(self.parameters)


@dataclass(frozen=True)
class Posed:
    """A question with its numbers drawn and its parts shuffled: what a learner sees, and what grades it.

    Attributes:
        question: as the bank holds it.
        seed: which of its forms this is.
        prompt, hint, explanation: Markdown, with the numbers in their places.
        task: with the numbers in the feedback's places, the expressions of `Numeric` being plain numbers.
        values: the template's numbers by name.
        choices: what is offered, in the order shown: options, an ordering's items, the right sides of a matching,
            suspect lines; empty for answers that are typed.
        places: for each choice, its index in the task.
        solution: an answer that is graded as right.
    """

    question: Question
    seed: int
    prompt: str
    hint: str
    explanation: str
    task: Task
    values: Mapping[str, float]
    choices: tuple[str, ...]
    places: tuple[int, ...]
    solution: str
