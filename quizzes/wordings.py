"""How learners have put the points of explanations, rightly and wrongly: sentences that read alike are judged alike.

`wordings.jsonl` holds a line for each question: its id, and under `right` and `wrong` pairs of a point's place and a
sentence. `python -m tests.benchmarks.fitting` writes it from answers that somebody labelled point by point.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "wordings.jsonl"

Placed = tuple[int, str]
"""A point's place in its question, and a sentence."""


@dataclass(frozen=True)
class Wordings:
    """Sentences that make a point, and sentences that get one wrong."""

    right: tuple[Placed, ...] = ()
    wrong: tuple[Placed, ...] = ()


@functools.cache
def known() -> Mapping[str, Wordings]:
    """The wordings of each question, by its id."""
    lines = (json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines())
    return {line["id"]: Wordings(_placed(line["right"]), _placed(line["wrong"])) for line in lines}


def _placed(pairs: list[tuple[int, str]]) -> tuple[Placed, ...]:
    return tuple((place, text) for place, text in pairs)
