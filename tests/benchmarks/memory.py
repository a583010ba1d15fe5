"""What a course leaves learners with, simulated: random quizzes, SM-2 and plain FSRS beside this bot's practice.

    python -m tests.benchmarks.memory [--learners N] [--seed N]

Two memories that know nothing of each other: FSRS-6's own, and Pavlik and Anderson's activations. Asked, for practice
before an exam on the day after the course: at least .02 more retrievability than SM-2 in both for at most 10 % more
reviews, and at least .98 in FSRS's. Practice without an exam, and what asking "was that a guess?" is worth, stand
beside them. The exit status is 1 where a figure asked for was missed.
"""

import argparse
import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bot.terminal import bar
from quizzes.memory import LONGEST_INTERVAL, RETENTION
from quizzes.practice import BACKLOG, EXAM_DAYS, EXAM_SURE
from quizzes.simulation import (
    ActivationMind,
    Course,
    FsrsMind,
    Gradus,
    Mind,
    PlainFsrs,
    Policy,
    Result,
    Shuffled,
    Sm2,
    run,
)

MORE, MORE_REVIEWS, IN_EXAM = 0.02, 0.10, 0.98
EXAM, SM2 = "Gradus, exam", "SM-2"
MINDS: tuple[Callable[[Course, np.random.Generator], Mind], ...] = (FsrsMind, ActivationMind)

Made = Callable[[Course, np.random.Generator], Policy]
Row = tuple[str, float, Made]
"""A name, the rate of lucky guesses, and what makes the policy."""

ROWS: Sequence[Row] = (
    ("plain FSRS at .9", 0.25, lambda course, _: PlainFsrs(course)),
    ("Gradus", 0.25, lambda course, source: Gradus(course, source=source)),
    (EXAM, 0.25, lambda course, source: Gradus(course, source=source, exam=course.days)),
    ("  guesses not asked for", 0.25, lambda course, source: Gradus(course, source=source, asks=False)),
    ("  nobody ever guesses", 0.0, lambda course, source: Gradus(course, source=source)),
)


def main(arguments: Sequence[str] = ()) -> int:
    """Simulate them all; 0 where every figure asked is reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory")
    parser.add_argument("--learners", type=int, default=Course.learners)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(arguments)
    course = Course(learners=options.learners)
    print(f"Memory: {course}, seed {options.seed}")
    print(
        f"  ours: retention {RETENTION}, longest interval {LONGEST_INTERVAL}, backlog {BACKLOG}, "
        f"exam {EXAM_DAYS} days, weak below {EXAM_SURE}"
    )
    missed = False
    with bar("simulating") as advance:
        total = len(MINDS) * (len(ROWS) + 2)
        for place, mind in enumerate(MINDS):
            results = {}
            for name, result in _results(course, mind, options.seed):
                results[name] = result
                advance(place * (len(ROWS) + 2) + len(results), total)
            missed |= _report(mind(course, np.random.default_rng(options.seed)), results)
    return int(missed)


def _results(
    course: Course, mind: Callable[[Course, np.random.Generator], Mind], seed: int
) -> Iterator[tuple[str, Result]]:
    """Each policy's, on the same learners."""

    def result(policy: Policy, guess: float = course.guess) -> Result:
        learners, answers = (np.random.default_rng([seed, part]) for part in (0, 1))
        return run(dataclasses.replace(course, guess=guess), mind(course, learners), policy, answers)

    sm2 = result(Sm2(course))
    yield SM2, sm2
    yield "random, as many", result(Shuffled(course, sm2.counts, np.random.default_rng([seed, 2])))
    for name, guess, made in ROWS:
        yield name, result(made(course, np.random.default_rng([seed, 2])), guess)


def _report(mind: Mind, results: dict[str, Result]) -> bool:
    """Print a memory's; whether a figure asked for was missed."""
    print(f"\n  {mind}")
    sm2, exam = results[SM2], results[EXAM]
    for name, one in results.items():
        more, reviews = one.retrievability - sm2.retrievability, one.reviews / sm2.reviews - 1
        print(f"  {name:26} {one.retrievability:.4f} (error {one.error:.4f})  {one.reviews:6.1f} reviews", end="")
        print(f"   to SM-2 {more:+.4f} for {reviews:+6.1%}")
    asked, silent, free = (results[name] for name in ("Gradus", "  guesses not asked for", "  nobody ever guesses"))
    lost, back = free.retrievability - silent.retrievability, asked.retrievability - silent.retrievability
    print(f"  guessing costs {lost:.4f}; asking who guessed wins {back:.4f} back")
    more, reviews = exam.retrievability - sm2.retrievability, exam.reviews / sm2.reviews - 1
    missed = more < MORE or reviews > MORE_REVIEWS
    print(f"  exam {more:+.4f} for {reviews:+.1%} reviews; asked at least +{MORE} for at most +{MORE_REVIEWS:.0%}")
    if isinstance(mind, FsrsMind):
        missed |= exam.retrievability < IN_EXAM
        print(f"  exam {exam.retrievability:.4f}; asked at least {IN_EXAM}")
    if missed:
        print("  MISSED")
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
