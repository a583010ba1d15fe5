"""Whether passages that a language model was given support a sentence that it wrote.

What speaks for and against it (`bot.tutor.evidence`) is weighed by small trees, fitted to sentences that somebody
labelled (`python -m tests.benchmarks.grounding`, which also measures how often they are wrong). More of what speaks for
a sentence never lowers its mark, and more of what speaks against it never raises it.
"""

import functools
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.tutor.evidence import NAMES, Encode, Passages

WEIGHTS = Path(__file__).parent / "grounding_weights.json"

AS_NEAR = 0.05
"""How much less similar a passage that the sentence names may be than the nearest one, and still be the one meant."""

_CITATIONS = re.compile(r"\s*\[\d+(?:\s*[,–-]\s*\d+)*\]")
_MARKS = re.compile(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+|\*\*|__")


@dataclass(frozen=True)
class Verdict:
    """Whether a sentence is supported.

    Attributes:
        supported: it may be shown.
        passage: the number, from 1, of the passage that says most like it; None where it isn't supported.
        similarity: its cosine to the nearest sentence of the passages.
        probability: that it's supported, among sentences half of which are.
    """

    supported: bool
    passage: int | None
    similarity: float
    probability: float


@dataclass(frozen=True)
class Weights:
    """How evidence is weighed.

    Attributes:
        base: the mark before any tree.
        threshold: the mark from which on a sentence is supported.
        trees: each a number, or a name's place in `NAMES`, a bound, and the trees up to the bound and beyond it.
    """

    base: float
    threshold: float
    trees: Sequence[Any]

    def mark(self, row: Sequence[float]) -> float:
        """The log-odds of a sentence's being supported, from its evidence's `row()`."""
        return self.base + sum(_leaf(tree, row) for tree in self.trees)


def _leaf(tree: Any, row: Sequence[float]) -> float:
    while isinstance(tree, list):
        place, bound, low, high = tree
        tree = low if row[place] <= bound else high
    return float(tree)


@functools.cache
def weights() -> Weights:
    """The weights that come with Gradus."""
    content = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    assert tuple(content["names"]) == NAMES, "the weights are of other evidence; fit them again"
    return Weights(content["base"], content["threshold"], content["trees"])


class Grounding:
    """Checks sentences against the passages of one answer, which are encoded once, on the encoder's thread."""

    def __init__(self, encode: Encode, passages: Sequence[str]) -> None:
        self._passages = Passages(encode, passages)

    def check(self, sentence: str, cited: Sequence[int] = ()) -> Verdict:
        """The verdict on one sentence, Markdown; `cited` are the numbers of the passages that it names."""
        bare = _MARKS.sub("", _CITATIONS.sub("", sentence)).strip()
        if not bare or not self._passages.of:
            return Verdict(False, None, 0.0, 0.0)
        found, near = self._passages.evidence(bare)
        mark = weights().mark(found.row())
        similarity = float(near.max())
        probability = 1 / (1 + math.exp(-mark))
        if mark < weights().threshold:
            return Verdict(False, None, similarity, probability)
        of = self._passages.of
        meant = [place for place in range(len(of)) if of[place] in cited and near[place] >= similarity - AS_NEAR]
        best = max(meant or range(len(of)), key=lambda place: round(float(near[place]), 3))  # the first of equals
        return Verdict(True, of[best], similarity, probability)
