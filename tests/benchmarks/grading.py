"""Grading measured on answers that somebody labelled who had not read the grader.

    python -m tests.benchmarks.grading [--misses]

Each line of `tests/quizzes/labelled.jsonl` holds a question's id and seed, an answer, and the outcomes that a fair
teacher would accept. Asked: agreement of at least 95 %, and at most 1 % of wrong answers called correct.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bot.quizzing import Quizzing
from bot.terminal import bar
from content.catalogue import load
from index.embedding import load_encoder
from quizzes import bank

LABELLED = Path(__file__).parents[1] / "quizzes" / "labelled.jsonl"
AGREEMENT, CALLED_CORRECT = 0.95, 0.01


def main() -> int:
    """Grade them all; 0 where both figures are reached."""
    lessons = load()
    quizzing = Quizzing(lessons, bank.load(lessons), load_encoder)
    entries: list[dict[str, Any]] = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    asked: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    wrong, called_correct = 0, 0
    with bar("grading") as advance:
        for done, entry in enumerate(entries, start=1):
            posed = quizzing.pose(entry["id"], entry["seed"])
            outcome = quizzing.grade(posed, entry["answer"]).outcome
            agrees = outcome in entry["outcome"]
            for name in (posed.question.kind, entry["group"]):
                asked[name] += 1
                agreed[name] += agrees
            if "correct" not in entry["outcome"]:
                wrong += 1
                called_correct += outcome == "correct"
            if not agrees and "--misses" in sys.argv:
                print(f"{outcome} for {entry['outcome']}: {entry['id']}: {entry['answer'][:300]!r}")
            advance(done, len(entries))
    for name, count in asked.items():
        print(f"{name:20}{agreed[name]:5} of {count:5}  {agreed[name] / count:6.1%}")
    groups = {entry["group"] for entry in entries}
    share = sum(agreed[name] for name in groups) / len(entries)
    false = called_correct / wrong
    print(f"agreement            {share:6.1%}   asked at least {AGREEMENT:.0%}")
    print(f"called correct       {false:6.1%}   of {wrong} that are not; asked at most {CALLED_CORRECT:.0%}")
    return int(share < AGREEMENT or false > CALLED_CORRECT)


if __name__ == "__main__":
    sys.exit(main())
