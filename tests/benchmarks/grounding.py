"""Fits and measures which sentences of a language model pass as supported by lesson passages.

    python -m tests.benchmarks.grounding [--write] [--misses]

Each line of `tests/bot/tutor/grounded.jsonl` holds a concept, the sections of its lesson that are given as passages, a
sentence, its kind, whether the passages support it, and whether the line is to fit with or held out. The concepts that
are held out never meet the fitting. Beside the lines written by hand stand the passages' own sentences, and the same
with a "not", a direction, a number or two words changed: they keep a wording near to the lesson's from being held
against a sentence.

The threshold lets pass `PASSING` of the unsupported sentences of concepts that were left out of the fitting (eight
folds). `--write` writes the weights. Asked of the held-out lines: at most `MOST_PASSING` of the unsupported ones pass,
at least `LEAST_KEPT` of the supported ones do, and a sentence takes no longer than `MOST_MILLISECONDS`.
"""

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.terminal import bar
from bot.tutor import grounding
from bot.tutor.evidence import FOR, NAMES, OPPOSITES, Encode, Passages
from content.catalogue import load
from index.embedding import load_encoder
from index.excerpts import laid_out, pieces, sentences_of
from index.library import Library
from quizzes.statements import content_stems, denies
from tests.benchmarks.fitting import Remembered

LABELLED = Path(__file__).parents[1] / "bot" / "tutor" / "grounded.jsonl"
PASSING = 0.05
MOST_PASSING, LEAST_KEPT, MOST_MILLISECONDS = 0.08, 0.3, 30.0
FOLDS, TREES, RATE, LEAVES, LEAST = 8, 80, 0.1, 6, 20
STEEPEST = 4.0
COUNTS = {"quote": 0.3, "negation": 0.1, "direction": 0.1, "swap": 0.1, "number": 0.15}
"""What a sentence made of a passage counts, beside one that somebody wrote."""

Array = npt.NDArray[np.float64]
Case = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Labelled:
    """A sentence, the concept and the sections of its lesson that are the passages, and whether they support it."""

    case: Case
    sentence: str
    supported: bool
    kind: str
    fits: bool
    counts: float = 1.0

    @property
    def written(self) -> bool:
        """Whether somebody wrote it, rather than this program."""
        return self.counts == 1.0


def main() -> int:
    """Fit, print how often left-out sentences are taken wrongly, and write if asked to; 0 where the figures do."""
    encode = Remembered(load_encoder().encode_sentences)
    written = list(_written())
    passages = _passages(dict.fromkeys(one.case for one in written))
    splits = {one.case: one.fits for one in written}
    lines = [*written, *(one for case, fits in splits.items() for one in _made(case, passages[case], fits))]
    rows = _rows(lines, passages, encode)
    fits = np.array([one.fits for one in lines])
    some, own = [one for one in lines if one.fits], rows[fits]
    marks = _left_out(some, own)
    threshold = _threshold(some, marks)
    weights = _fitted(some, own, threshold)
    _report("left out of the fitting", some, marks, threshold)
    if "--write" in sys.argv:
        _write(weights)
    kept = grounding.weights()
    held = [one for one in lines if not one.fits]
    held_marks = _marks(kept, rows[~fits])
    passing, keeping = _report("held out", held, held_marks, kept.threshold)
    if "--misses" in sys.argv:
        for one, mark in sorted(zip(held, held_marks, strict=True), key=lambda pair: pair[1]):
            if one.supported != (mark >= kept.threshold):
                print(f"{mark - kept.threshold:6.2f} {one.kind:12} {one.case[0]}: {one.sentence}")
    took = _milliseconds(held, passages)
    print(f"a sentence takes {took:.1f} ms; asked at most {MOST_MILLISECONDS:.0f}")
    return int(passing > MOST_PASSING or keeping < LEAST_KEPT or took > MOST_MILLISECONDS)


def _written() -> Iterator[Labelled]:
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        case = (entry["concept"], tuple(entry["sections"]))
        yield Labelled(case, entry["sentence"], entry["supported"], entry["kind"], entry["split"] == "fit")


def _passages(cases: Iterable[Case]) -> dict[Case, tuple[str, ...]]:
    catalogue = load()
    library = Library(catalogue)
    found = {}
    for concept, sections in cases:
        lesson = catalogue.lessons[concept]
        bodies = {one.title: one.body for one in lesson.sections} | {
            one.question: one.answer for one in lesson.questions
        }
        found[concept, sections] = tuple(laid_out(pieces(bodies[one], library.readable)) for one in sections)
    return found


def _made(case: Case, passages: Sequence[str], fits: bool) -> Iterator[Labelled]:
    """The sentences of passages, and what each is once something is changed."""
    draw = random.Random(case[0])
    for text in (text for passage in passages for text in sentences_of(passage)):
        if not 5 <= len(text.split()) <= 40:
            continue
        yield Labelled(case, text, True, "quote", fits, COUNTS["quote"])
        changed = {"direction": _flipped(text), "negation": _negated(text), "number": _renumbered(text, draw)}
        for kind, ways in {**changed, "swap": _swapped(text, draw)}.items():
            if ways:
                yield Labelled(case, draw.choice(ways), False, kind, fits, COUNTS[kind])


_PIECES = re.compile(r"\w[\w'’-]*|\W+")
_VERB = re.compile(r"\b(is|are|can|may|will|should|must|was|were)\b")
_NOT = re.compile(r"\b(?:do|does|did) not |\b(?:not|never) |(?<=can)not\b")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")


def _flipped(text: str) -> list[str]:
    parts = _PIECES.findall(text)
    return ["".join([*parts[:at], _FLIPS[one], *parts[at + 1 :]]) for at, one in enumerate(parts) if one in _FLIPS]


def _flips() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in OPPOSITES:
        one, other = (side.split() for side in group.split("|"))
        for own, against in ((one, other), (other, one)):
            for place, word in enumerate(own):
                found.setdefault(word, against[min(place, len(against) - 1)])
    pairs = "increases/decreases raise/lower rise/fall grows/shrinks more/less larger/smaller large/small big/small"
    pairs += " huge/tiny higher/lower high/low long/short longer/shorter wider/narrower strong/weak many/few most/least"
    for pair in pairs.split():
        up, down = pair.split("/")
        found |= {up: down, down: up}
    return found


_FLIPS = _flips()


def _negated(text: str) -> list[str]:
    changed = _NOT.sub("", text) if denies(text) else _VERB.sub(r"\1 not", text, count=1)
    return [changed] if changed != text else []


def _renumbered(text: str, draw: random.Random) -> list[str]:
    found = list(_NUMBER.finditer(text))
    if not found:
        return []
    match = draw.choice(found)
    number = float(match[0])
    others = [other for other in (number * 2, number * 10, number + 3, number / 2) if other != number]
    return [f"{text[: match.start()]}{draw.choice(others):g}{text[match.end() :]}"]


def _swapped(text: str, draw: random.Random) -> list[str]:
    parts = _PIECES.findall(text)
    places = [at for at, one in enumerate(parts) if len(one) > 3 and one[0].islower() and content_stems(one)]
    if len(places) < 4:
        return []
    one, other = draw.sample(places, 2)
    if content_stems(parts[one]) == content_stems(parts[other]):
        return []
    parts[one], parts[other] = parts[other], parts[one]
    return ["".join(parts)]


def _rows(lines: Sequence[Labelled], passages: Mapping[Case, Sequence[str]], encode: Encode) -> Array:
    encode([one.sentence for one in lines])
    known = {case: Passages(encode, texts) for case, texts in passages.items()}
    rows = []
    with bar("evidence") as advance:
        for done, one in enumerate(lines, start=1):
            rows.append(known[one.case].evidence(one.sentence)[0].row())
            advance(done, len(lines))
    return np.array(rows)


def _left_out(some: Sequence[Labelled], rows: Array) -> Array:
    """The marks of all lines, each by what was fitted to other concepts."""
    concepts = sorted({one.case[0] for one in some})
    fold_of = dict(zip(concepts, np.random.RandomState(1).permutation(len(concepts)) % FOLDS, strict=True))
    folds = np.array([fold_of[one.case[0]] for one in some])
    marks = np.zeros(len(some))
    for fold in range(FOLDS):
        kept = folds != fold
        others = [one for one, keep in zip(some, kept, strict=True) if keep]
        marks[~kept] = _marks(_fitted(others, rows[kept], 0.0), rows[~kept])
    return marks


def _fitted(some: Sequence[Labelled], rows: Array, threshold: float) -> grounding.Weights:
    """Trees added one after another, each a Newton step towards the labels, and each held to the evidence's signs."""
    from sklearn.tree import DecisionTreeRegressor

    labels = np.array([float(one.supported) for one in some])
    counts = np.array([one.counts for one in some])
    signs = [1 if name in FOR else -1 for name in NAMES]
    base = float(np.log((counts * labels).sum() / (counts * (1 - labels)).sum()))
    marks, trees = np.full(len(some), base), []
    for turn in range(TREES):
        likely = 1 / (1 + np.exp(-marks))
        slope = np.maximum(likely * (1 - likely), 1e-3)
        tree = DecisionTreeRegressor(
            max_leaf_nodes=LEAVES, min_samples_leaf=LEAST, monotonic_cst=signs, random_state=turn
        )
        tree.fit(rows, np.clip((labels - likely) / slope, -STEEPEST, STEEPEST), sample_weight=counts * slope)
        marks += RATE * tree.predict(rows)
        trees.append(_nested(tree.tree_, 0))
    return grounding.Weights(round(base, 4), round(threshold, 4), trees)


def _nested(tree: Any, node: int) -> Any:
    low, high = int(tree.children_left[node]), int(tree.children_right[node])
    if low < 0:
        return round(RATE * float(tree.value[node].item()), 4)
    return [int(tree.feature[node]), round(float(tree.threshold[node]), 4), _nested(tree, low), _nested(tree, high)]


def _marks(weights: grounding.Weights, rows: Array) -> Array:
    return np.array([weights.mark(row) for row in rows.tolist()])


def _threshold(some: Sequence[Labelled], marks: Array) -> float:
    """The lowest mark that at most `PASSING` of the unsupported sentences that somebody wrote reach."""
    wrong = np.sort([mark for one, mark in zip(some, marks, strict=True) if one.written and not one.supported])[::-1]
    return float(wrong[int(PASSING * len(wrong))]) + 1e-3


def _report(title: str, some: Sequence[Labelled], marks: Array, threshold: float) -> tuple[float, float]:
    """Print how many pass, of each kind; the shares of unsupported and of supported ones that do."""
    asked: Counter[tuple[bool, bool, str]] = Counter()
    passed: Counter[tuple[bool, bool, str]] = Counter()
    for one, mark in zip(some, marks, strict=True):
        for kind in ("", one.kind):
            asked[one.written, one.supported, kind] += 1
            passed[one.written, one.supported, kind] += bool(mark >= threshold)
    for written in (True, False):
        for supported in (True, False):
            key = (written, supported, "")
            if not asked[key]:
                continue
            name = f"{'written' if written else 'made'}, {'supported' if supported else 'unsupported'}"
            print(f"{title}: {name:22} {passed[key]:4} of {asked[key]:4} pass, {passed[key] / asked[key]:6.1%}")
            kinds = sorted(kind for one, other, kind in asked if (one, other) == (written, supported) and kind)
            each = (f"{kind} {passed[written, supported, kind]}/{asked[written, supported, kind]}" for kind in kinds)
            print(f"    {', '.join(each)}")
    wrong, right = (True, False, ""), (True, True, "")
    return passed[wrong] / asked[wrong], passed[right] / asked[right]


def _write(weights: grounding.Weights) -> None:
    trees = ",\n  ".join(json.dumps(tree, separators=(",", ":")) for tree in weights.trees)
    head = json.dumps({"names": NAMES, "base": weights.base, "threshold": weights.threshold})
    grounding.WEIGHTS.write_text(f'{head[:-1]},\n "trees": [\n  {trees}\n ]}}\n', encoding="utf-8")
    grounding.weights.cache_clear()


def _milliseconds(some: Sequence[Labelled], passages: Mapping[Case, Sequence[str]]) -> float:
    """The median processor time that a sentence takes."""
    encode = load_encoder().encode_sentences
    took = []
    for case in sorted({one.case for one in some})[:4]:
        check = grounding.Grounding(encode, passages[case]).check
        for one in (one for one in some if one.case == case):
            start = time.process_time()
            check(one.sentence)
            took.append(1000 * (time.process_time() - start))
    return float(np.median(took))


if __name__ == "__main__":
    sys.exit(main())
