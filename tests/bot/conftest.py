"""A small catalogue with one whole lesson, an answerer that says what it is told, and the core around them."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.asking import Asking
from bot.assembly import STORES
from bot.curriculum import Curriculum
from bot.practising import GradeAnswer, Practising
from bot.prompting import Prompting
from bot.quizzing import Quizzing
from bot.road.profile import Profiles
from bot.settings import Settings
from bot.training import Readers, Training
from bot.tutor.tutoring import Tutoring
from content.catalogue import Catalogue, Concept, Resource, Stage
from content.lesson import read
from foundation.clock import Clock
from foundation.database import DatabaseThread, migrate
from index.answers import Answer, AnswerPassage, Source, Turn
from index.embedding import Encoder
from quizzes.bank import Bank
from quizzes.grading import Grade
from quizzes.question import (
    Choice,
    CodeOutput,
    Explain,
    Facet,
    FindBug,
    Kind,
    Matching,
    Numeric,
    Option,
    Ordering,
    Point,
    Posed,
    Question,
    Suspect,
    Task,
)
from tests.shared import index_of_everything
from training.diagnosis import Finding
from training.fairness import Limits
from training.records import Point as RunPoint

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

DROPOUT = """---
concept: dropout
summary: Dropout switches units off at random during training.
aliases: [drop out]
resources: [a-book]
---

## In one minute

Dropout switches units off at random during training.

## Intuition

Dropout forbids a unit to rely on one neighbour, see [[regularization]].

## The mathematics

Dropout multiplies by a mask:

$$
\\\\tilde h = \\\\frac{m \\\\odot h}{1 - p}
$$

## Worked example

Dropout with $p = 0.5$ doubles what stays:

$$
2 \\cdot \\frac12 = 1
$$

Dropout with $p = 0$ changes nothing, see [[regularization]].

## In code

Dropout is one layer in PyTorch.

```python
import torch.nn as nn
print(nn.Dropout(0.5))
```

```text
Dropout(p=0.5, inplace=False)
```

## Pitfalls

Dropout stays on when one forgets `model.eval()`:

```python raises
model.evaluate()
```

```text
AttributeError: no
```

## Questions learners ask

### Why does dropout help?

Dropout helps because no unit can rely on another one.

### Where do I put dropout?

Dropout goes after the activation.

### What rate should I take?

Dropout of 0.5 is the classic choice.

### Why do my test scores change from run to run?

Dropout is still on: call `model.eval()`.

### Does dropout slow training down?

Dropout makes training take more epochs.

## Key points

- Dropout switches units off at random.
- Dropout is off at test time.
- Dropout scales what stays.
- Dropout regularises.
""".replace("\\\\", "\\")


@dataclass
class Prepared:
    """An answerer that gives the prepared answer, whatever is asked, or raises what it was given."""

    reply: Answer
    failure: Exception | None = None
    heard: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)

    async def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.heard.append((question, tuple(history)))
        if self.failure is not None:
            raise self.failure
        return replace(self.reply, question=question)


def concept(id: str, title: str, requires: tuple[str, ...] = ()) -> Concept:
    return Concept(id=id, stage="intermediate", title=title, requires=requires, helps=(), seeds=(0,), covers=())


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    concepts = (
        concept("multilayer-perceptron", "Multi-layer perceptrons"),
        concept("regularization", "Regularisation", ("multilayer-perceptron",)),
        concept("dropout", "Dropout", ("regularization",)),
        concept("batch-normalization", "Batch normalisation", ("dropout",)),
    )
    book = Resource(
        id="a-book",
        title="A Book",
        kind="book",
        authors=("A. Author",),
        url="https://example.org/book",
        level="beginner",
        concepts=("dropout",),
        projects=(),
        seeds=(0,),
        note=None,
    )
    lesson, _ = read(Path("intermediate/dropout.md"), DROPOUT)  # too short for the catalogue's own loader
    assert lesson is not None
    return Catalogue(
        stages={"intermediate": Stage(id="intermediate", title="Core", summary="The core.")},
        concepts={one.id: one for one in concepts},
        projects={},
        steps={},
        resources={book.id: book},
        lessons={"dropout": lesson},
        aliases={"dropout": "dropout"},
        directory=Path(),
    )


ANSWER = Answer(
    question="why does dropout help?",
    verdict="answer",
    concept="dropout",
    concepts=("dropout", "regularization"),
    answer="Dropout helps because no unit can rely on another one.",
    passages=(
        AnswerPassage(
            "dropout", "Why does dropout help?", "Dropout helps because no unit can rely on another one.", 0.9
        ),
        AnswerPassage("dropout", "Intuition", "Dropout forbids a unit to rely on one neighbour.", 0.5),
    ),
    sources=(Source("A Book", "https://example.org/book"), Source("A talk", None)),
    confidence=0.97,
    milliseconds=12.0,
)


@pytest.fixture
def answerer() -> Prepared:
    return Prepared(ANSWER)


FINDING = Finding(
    "overfitting",
    "dropout",
    "The loss on held-out data rose by half while that on training data fell.",
    "Take more examples.",
)


def _risen(points: Sequence[RunPoint]) -> bool:
    losses = [one.values["valid_loss"] for one in points if "valid_loss" in one.values]
    return bool(losses) and losses[-1] > 1.2 * min(losses)


PREPARED_READERS = Readers(
    shape_of=lambda points: ("falls then rises" if _risen(points) else "falls") if points else None,
    diagnose=lambda task, options, points, metrics: (FINDING,) if _risen(points) else (),
    script_of=lambda task, options: f"# {task} {dict(options)['learning_rate']}\n",
)
"""Readers of curves that know two shapes and one finding."""


@pytest.fixture
def ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"a{next(numbers)}"


@pytest.fixture
def indexed_home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has the index of all lessons, as after a first start."""
    return with_index(tmp_path / "home", tmp_path_factory)


def with_index(home: Path, factory: pytest.TempPathFactory) -> Path:
    """The data folder `home`, which has nothing yet but the index of all lessons."""
    shutil.copytree(index_of_everything(factory), Settings(home=home).index_path)
    return home


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated database: making one takes longer than many a test."""
    path = tmp_path_factory.mktemp("empty") / "gradus.sqlite3"
    migrate(path, [store.migrations for store in STORES])
    return path.read_bytes()


@pytest.fixture
def database(tmp_path: Path, empty_database: bytes) -> Iterator[DatabaseThread]:
    path = tmp_path / "gradus.sqlite3"
    path.write_bytes(empty_database)
    thread = DatabaseThread(path)
    yield thread
    thread.close()


def question(id: str, kind: Kind, task: Task, facet: Facet = "recall", concept: str = "dropout") -> Question:
    return Question(
        id=id,
        concept=concept,
        kind=kind,
        facet=facet,
        difficulty=2,
        section="Intuition",
        prompt=f"The question {id}, with $p$ in it?",
        hint=f"The hint of {id}.",
        explanation=f"The explanation of {id}.",
        task=task,
    )


OPTIONS = (
    Option("No unit can rely on another one", True, ""),
    Option("It makes training faster", False, "It makes training slower."),
    Option("It adds units", False, "It takes units away."),
)


@pytest.fixture(scope="session")
def bank() -> Bank:
    """One question of each way of answering, all on dropout, and one on what comes after it."""
    bug = FindBug("a = 1\nb = a\nprint(a + b)", "2", (Suspect(2, "b = 2", ""), Suspect(1, "", "That is right.")), "3")
    several = (OPTIONS[0], Option("It is off at test time", True, ""), *OPTIONS[1:])
    some = (
        question("dropout-one", "single_choice", Choice(OPTIONS)),
        question("dropout-all", "multiple_choice", Choice(several), "apply"),
        question("dropout-number", "numeric", Numeric("2"), "apply"),
        question("dropout-order", "ordering", Ordering(("first", "second", "third")), "apply"),
        question("dropout-match", "matching", Matching((("train", "switched on"), ("test", "switched off"))), "apply"),
        question("dropout-prints", "code_output", CodeOutput("print(1)\nprint(2)", "1\n2"), "analyse"),
        question("dropout-bug", "find_bug", bug, "analyse"),
        question(
            "dropout-explain", "explain", Explain((Point("It is random.", (("random",),)),), "It is random."), "analyse"
        ),
        question("norm-one", "single_choice", Choice(OPTIONS), concept="batch-normalization"),
    )
    return Bank({one.id: one for one in some})


@pytest.fixture
def curriculum(catalogue: Catalogue, bank: Bank) -> Curriculum:
    return Curriculum(catalogue, bank)


@pytest.fixture
def grade(curriculum: Curriculum) -> GradeAnswer:
    """Grades for real; explanations are compared by the learner, for there is no encoder."""

    def no_encoder() -> Encoder:
        raise AssertionError("nothing here asks for an encoder")

    quizzing = Quizzing(curriculum.catalogue, curriculum.bank, no_encoder)

    async def grade(posed: Posed, answer: str) -> Grade:
        return quizzing.compare(posed, answer)

    return grade


@pytest.fixture
def practising(
    curriculum: Curriculum, database: DatabaseThread, grade: GradeAnswer, ids: Callable[[], str]
) -> Practising:
    return Practising(curriculum, database, grade, ids, itertools.count().__next__)


@pytest.fixture
def tutoring(
    curriculum: Curriculum,
    database: DatabaseThread,
    practising: Practising,
    grade: GradeAnswer,
    answerer: Prepared,
    ids: Callable[[], str],
) -> Tutoring:
    return Tutoring(curriculum, database, practising, grade, answerer, ids, itertools.count().__next__)


@pytest.fixture
def limits() -> Limits:
    """The limits on training; a test may set its own."""
    return Limits()


@pytest.fixture
def queue_clock() -> Clock:
    """The clock of the queue; a test with a real worker sets the machine's."""
    return lambda: NOW


@pytest.fixture
def training(database: DatabaseThread, ids: Callable[[], str], limits: Limits, queue_clock: Clock) -> Training:
    """Training whose curves are read by `PREPARED_READERS`."""
    return Training(
        database, limits, worker="auto", memory=4000, id_source=ids, clock=queue_clock, readers=PREPARED_READERS
    )


@pytest.fixture
def asking(curriculum: Curriculum, answerer: Prepared, database: DatabaseThread, ids: Callable[[], str]) -> Asking:
    return Asking(curriculum, answerer, database, ids)


@pytest.fixture
def prompting(practising: Practising, database: DatabaseThread, ids: Callable[[], str]) -> Prompting:
    return Prompting(database, practising.today, ids)


@pytest.fixture
def profiles(database: DatabaseThread, prompting: Prompting) -> Profiles:
    return Profiles(database, prompting)
