"""A small sound content folder that a test breaks in one place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROADMAP = """\
stages:
  - {id: beginner, title: Beginnings, summary: The first steps}
  - {id: career, title: Career, summary: Work}
concepts:
  - {id: neural-network, stage: beginner, title: "What is a neural network?", requires: [], seeds: [1]}
  - {id: perceptron, stage: beginner, title: The perceptron, requires: [neural-network], seeds: [1, 2],
     covers: [threshold unit]}
  - {id: activation-functions, stage: beginner, title: Activation functions, requires: [perceptron], seeds: [1]}
  - {id: portfolio, stage: career, title: A portfolio, requires: [], helps: [perceptron], seeds: [1]}
projects:
  - {id: digits, level: beginner, title: Digits, skills: [perceptron], seeds: [0]}
steps:
  - {id: step-1, title: Networks, concepts: [neural-network, perceptron]}
"""

RESOURCES = """\
resources:
  - id: a-book
    title: A Book
    kind: book
    authors: [Ada Author]
    url: https://example.org/book
    level: beginner
    concepts: [perceptron]
    seeds: [0]
  - id: a-competition
    title: A Competition
    kind: competition
    authors: [Somebody]
    projects: [digits]
    seeds: [3]
    note: It has another name.
"""

_FILLER = "The perceptron adds weighted inputs and compares the sum with a threshold, as said before. "

LESSON = f"""\
---
concept: perceptron
summary: A perceptron weighs its inputs, adds them and fires above a threshold.
aliases: [single neuron, "linear threshold unit"]
resources: [a-book]
figure:
  name: line
  alt: A straight line.
---

## In one minute

The perceptron is a [[neural-network|network]] of one unit, see [[activation-functions]].

## Intuition

{_FILLER * 24}

{_FILLER * 24}

## The mathematics

The perceptron computes, with weights $w_i$ and a bias $b$:

$$y = \\operatorname{{sign}}\\left(\\sum_i w_i x_i + b\\right)$$

## Worked example

With $w = (1, -1)$ and $x = (3, 1)$ the sum is $3 - 1 = 2$, e.g. above zero. So it fires.

## In code

```python
print(3 * 1 - 1)
```

```text
2
```

```python raises
{{}}["weight"]
```

```text
KeyError: 'weight'
```

## Pitfalls

- The perceptron cannot learn XOR.

## Questions learners ask

### Why can it not learn XOR?

No line parts the two classes of XOR.

### What is the bias for?

The bias moves the line away from the origin.

### Does it always converge?

The perceptron converges on data that a line can part.

### Is it still used?

The perceptron is a part of every network.

### Why does my perceptron never stop?

The perceptron never stops on data that no line parts.

## Key points

- A perceptron is one unit.
- A perceptron draws a line.
- A perceptron cannot learn XOR.
- The bias moves the line.
"""

FIGURE = """\
from matplotlib.figure import Figure

from content.figures import style


def draw() -> Figure:
    figure, axes = style.plot(x="input", y="output", height=2)
    axes.plot([0, 1], [0, 1])
    return figure
"""


class Content:
    """A content folder on disk, and ways to break it."""

    lesson = "lessons/beginner/perceptron.md"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("roadmap.yaml", ROADMAP)
        self.write("resources.yaml", RESOURCES)
        self.write(self.lesson, LESSON)
        self.write("figures/line.py", FIGURE)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, name: str, pattern: str, instead: str | Callable[[re.Match[str]], str]) -> int:
        """Replace the first match (which must be there), and give the line where it was."""
        text = (self.folder / name).read_text(encoding="utf-8")
        match = re.search(pattern, text, re.MULTILINE | re.DOTALL)
        assert match, f"{pattern!r} is not in {name}"
        new = instead(match) if callable(instead) else instead
        self.write(name, text[: match.start()] + new + text[match.end() :])
        return text.count("\n", 0, match.start()) + 1


@pytest.fixture
def folder(tmp_path: Path) -> Content:
    return Content(tmp_path / "content")
