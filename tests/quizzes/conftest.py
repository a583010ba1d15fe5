"""The real lessons and the real bank, read once, and a file of questions that a test breaks in one place."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from content import catalogue as lessons
from content.catalogue import Catalogue
from quizzes import bank as banks
from quizzes.bank import Bank
from quizzes.question import Question

CHOICE = """\
concept: dropout
questions:
  - id: dropout-test-time
    kind: single_choice
    facet: recall
    difficulty: 2
    section: In one minute
    prompt: When is dropout at work?
    options:
      - {text: In training., correct: true}
      - {text: At test time., feedback: At test time every unit takes part.}
      - {text: Always., feedback: It is switched off by eval().}
    hint: Think of eval().
    explanation: Dropout works in training only.
"""

NUMBER = """\
concept: dropout
questions:
  - id: dropout-scale
    kind: numeric
    facet: apply
    difficulty: 2
    section: Worked example
    parameters: {h: {from: 1, to: 9}, p: [0.2, 0.5]}
    let: {out: h / (1 - p)}
    prompt: A unit of $h = @{h}$ survives with $p = @{p}$. What is passed on?
    answer: out
    mistakes:
      - {answer: h, feedback: "The survivor is scaled: it is not @{h}."}
    hint: Divide.
    explanation: "$@{h} / @{1 - p} = @{out:.2f}$."
"""

Broken = Callable[..., Sequence[str]]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return lessons.load()


@pytest.fixture(scope="session")
def bank(catalogue: Catalogue) -> Bank:
    return banks.load(catalogue)


@pytest.fixture
def read(tmp_path: Path, catalogue: Catalogue) -> Callable[[str], tuple[Question, ...]]:
    """Reads a sound file of questions on dropout."""

    def read(text: str) -> tuple[Question, ...]:
        questions, problems = banks.read_file(_file(tmp_path, text), catalogue)
        assert not problems
        return questions

    return read


@pytest.fixture
def broken(tmp_path: Path, catalogue: Catalogue) -> Broken:
    """What is said of a file of questions on dropout in which a text was replaced."""

    def broken(text: str, old: str, new: str) -> Sequence[str]:
        assert old in text
        _, problems = banks.read_file(_file(tmp_path, text.replace(old, new)), catalogue)
        return [f"{problem.line}: {problem.message}" for problem in problems]

    return broken


def _file(folder: Path, text: str) -> Path:
    file = folder / "intermediate" / "dropout.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
