"""The parsers of learners' answers under 100,000 hostile texts: none raises, none runs code, none takes long.

    python -m tests.benchmarks.fuzzing [--inputs N] [--seed N]

Each text goes to one reader in turn: expressions (strict and loose), numbers, words, and `grade` with a question of
each kind of the bank. Explanations, which need the encoder, have a run of their own: 1,000 answers of at most twelve
sentences, half a second each. The exit status is 1 where a reader raised what it doesn't document, ran or opened
something, or took longer.
"""

import argparse
import itertools
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from content import catalogue
from content.catalogue import Catalogue
from content.markdown import sentences
from foundation.errors import GradusError
from index.embedding import load_encoder
from quizzes import bank, expressions, numbers, words
from quizzes.grading import grade
from quizzes.posing import pose
from quizzes.question import Posed
from quizzes.teachback import Teachback
from tests.quizzes.hostile import Watch, texts

INPUTS = 100_000
LIMIT = 0.050
"""Seconds of CPU for one text."""

EXPLANATIONS = 1_000
SENTENCES = 12
EXPLANATION_LIMIT = 0.5
"""Seconds for one explanation, on one core."""

REPEATS = 5
"""Times that a slow one is measured again: the least counts, the rest is the machine's."""

Reader = Callable[[str], object]


@dataclass(frozen=True)
class Slowest:
    """The most CPU that a reader took, in seconds, and the text."""

    seconds: float
    text: str


def main(arguments: Sequence[str] = ()) -> int:
    """Prints each reader's slowest text; 1 if anything asked for was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fuzzing")
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    lessons = catalogue.load()
    questions = [one for one in bank.load(lessons).questions.values() if one.kind != "explain"]
    terms = frozenset(
        itertools.chain.from_iterable((one.title, *one.covers) for one in lessons.concepts.values())
    ) | frozenset(itertools.chain.from_iterable(one.aliases for one in lessons.lessons.values()))
    posed = [pose(question, options.seed) for question in questions]
    readers = _readers(posed, terms)
    for one in posed:
        grade(one, one.solution, terms)  # what is read or imported once is, before anything is watched

    slowest: dict[str, Slowest] = defaultdict(lambda: Slowest(0.0, ""))
    raised: list[str] = []
    with Watch() as watch:
        known = [one.solution for one in posed]
        for (name, reader), text in zip(readers, texts(options.seed, known, options.inputs), strict=False):
            try:
                seconds = _timed(reader, text)
            except Exception as error:
                raised.append(f"{name}: {type(error).__name__}: {error} for {text!r:.200}")
                continue
            if seconds > slowest[name].seconds:
                slowest[name] = Slowest(seconds, text)
    return _report(options.inputs, slowest, raised, watch.seen) | _explanations(lessons, options.seed)


def _explanations(lessons: Catalogue, seed: int) -> int:
    """Grades made-up explanations: sentences of the bank and hostile ones, shuffled; 1 if anything was missed."""
    source = random.Random(seed)
    posed = [pose(one, seed) for one in bank.load(lessons).questions.values() if one.kind == "explain"]
    explainer = Teachback(lessons.lessons, load_encoder().encode_sentences)
    told = [text for one in posed for text in sentences(one.solution)]
    hostile = itertools.cycle(texts(seed, told, EXPLANATIONS))
    for one in posed:
        explainer.grade(one, one.solution)  # what is true of each question is encoded once
    slowest, raised = Slowest(0.0, ""), list[str]()
    for _, one in zip(range(EXPLANATIONS), itertools.cycle(posed), strict=False):
        chosen = [source.choice(told) if source.random() < 0.8 else next(hostile) for _ in range(SENTENCES)]
        text = " ".join(chosen[: source.randint(1, SENTENCES)])
        try:
            seconds = _timed_explanation(explainer, one, text)
        except Exception as error:
            raised.append(f"explanations: {type(error).__name__}: {error} for {text!r:.200}")
            continue
        slowest = max(slowest, Slowest(seconds, text), key=lambda some: some.seconds)
    for problem in raised[:10]:
        print(f"  FAILED {problem}")
    print(f"Explanations: {EXPLANATIONS:,} texts, raised {len(raised)} (0 asked), ", end="")
    print(f"slowest {slowest.seconds:.2f} s of CPU (at most {EXPLANATION_LIMIT} asked)")
    return int(bool(raised) or slowest.seconds > EXPLANATION_LIMIT)


def _timed_explanation(explainer: Teachback, posed: Posed, text: str) -> float:
    """Seconds of CPU of all threads: the encoder has its own. A slow text is measured again."""
    least = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        explainer.grade(posed, text)
        least = min(least, time.process_time() - start)
        if least <= EXPLANATION_LIMIT:
            break
    return least


def _readers(posed: Sequence[Posed], terms: frozenset[str]) -> Iterator[tuple[str, Reader]]:
    """The readers in turn, without end; those of one kind of question take its questions in turn."""
    by_kind: dict[str, list[Posed]] = defaultdict(list)
    for one in posed:
        by_kind[one.question.kind].append(one)
    turns = {kind: itertools.cycle(some) for kind, some in by_kind.items()}
    while True:
        yield "expressions", _or_refused(lambda text: expressions.parse(text, ("x", "n")).value({"x": 2.0, "n": 3.0}))
        yield (
            "loose expressions",
            _or_refused(lambda text: expressions.parse(text, ("x", "w1"), loose=True).value({"x": 2.0, "w1": 3.0})),
        )
        yield "numbers", _or_refused(lambda text: numbers.judge(text, numbers.Expected(12.5, 1, unit="MB")))
        yield "words", lambda text: words.compare(text, ("overfitting", "long short-term memory"), terms)
        for kind, turn in turns.items():
            yield f"grade {kind}", _grader(next(turn), terms)


def _grader(posed: Posed, terms: frozenset[str]) -> Reader:
    return lambda text: grade(posed, text, terms)


def _or_refused(reader: Reader) -> Reader:
    def read(text: str) -> object:
        try:
            return reader(text)
        except GradusError as refusal:
            return refusal

    return read


def _timed(reader: Reader, text: str) -> float:
    """Seconds of CPU; a slow text is measured again, as what else the process does would count for it."""
    least = float("inf")
    for _ in range(REPEATS):
        start = time.thread_time()
        reader(text)
        least = min(least, time.thread_time() - start)
        if least <= LIMIT / 5:
            break
    return least


def _report(inputs: int, slowest: dict[str, Slowest], raised: Sequence[str], seen: Sequence[str]) -> int:
    print(f"Fuzzing: {inputs:,} texts")
    for name, one in sorted(slowest.items(), key=lambda pair: -pair[1].seconds):
        print(f"  {name:24} slowest {1000 * one.seconds:6.2f} ms  {one.text[:60]!r} ({len(one.text)} characters)")
    worst = max((one.seconds for one in slowest.values()), default=0.0)
    problems = [*raised[:10], *seen[:10]]
    for problem in problems:
        print(f"  FAILED {problem}")
    print(f"  raised {len(raised)} (0 asked), ran or opened {len(seen)} (0 asked), ", end="")
    print(f"worst {1000 * worst:.2f} ms of CPU (at most {1000 * LIMIT:.0f} asked)")
    return int(bool(problems) or worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
