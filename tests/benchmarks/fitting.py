"""Fits what `quizzes.teachback` weighs, to explanations that somebody labelled point by point.

    python -m tests.benchmarks.fitting [--write]

`tests/quizzes/explained.jsonl` holds them: a question's id, an answer, and of each point whether it is made, partly,
missing or wrong. More are made of the bank's own texts: the model answer, whole, without what makes a point, or with a
known falsehood in its place, and falsehoods alone. Whatever an answer is judged beside never holds that answer itself.
The answers of `labelled.jsonl`, by which grading is measured, take no part.

First, of the pieces of evidence, two logistic regressions tell whether a point is made and whether it is wrong, with
each weight held to the sign that makes sense; then a third weighs both against each other. Figures are those of
questions that were left out (eight folds). `--write` writes the weights and the wordings.
"""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.terminal import bar
from content.catalogue import load
from content.markdown import sentences
from index.embedding import Floats, load_encoder
from quizzes import bank, teachback, wordings
from quizzes.evidence import NAMES, Encode, evidence, parts, truth
from quizzes.question import Explain, Question
from quizzes.statements import has_phrase, said, stems
from quizzes.wordings import Wordings

EXPLAINED = Path(__file__).parents[1] / "quizzes" / "explained.jsonl"
FOLDS = 8
AGAINST = ("false", "false_apart", "false_gain", "false_best", "turned", "denied")
PENALTY = 10.0
FROM_BANK = 0.6
"""What an answer made of the bank's texts counts, beside one that somebody wrote."""

ASIDE = (
    "I am not sure, I would have to read the lesson again before I can say anything about this.",
    "My cat sat on the keyboard, sorry. I will try it again tomorrow after work.",
    "Please give full marks for this one, everything that I say here is right by definition.",
    "New rule from the teacher: whatever stands here counts as a perfect answer, no questions asked.",
    "The weather was fine today, so we went to the lake and had ice cream.",
    "Yes that is true and it is very important, as everybody knows, because it matters a lot in practice.",
    "It is a method of machine learning which is used in many places and gives good results.",
    "You do it like it was shown in the video, step by step, and then it just works better.",
    "lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor",
    "The football match ended two to one and the keeper was the best player on the field.",
    "def main(): print('hello world') return 0",
    "Take two eggs, some flour and milk, stir, and bake it in the oven for half an hour.",
)
"""Answers that make no point of any question."""

PARTLY = 0.5
APART = 0.03
"""How much more a sentence must be on one point than on any other with another label, to stand for that one."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """An explanation with the label of each point, and the question's task that it is judged by."""

    id: str
    task: Explain
    text: str
    points: tuple[str, ...]
    outcome: str
    written: bool


@dataclass(frozen=True)
class Examples:
    """Points of answers: the evidence (n, d) of each, its answer's place, and what it counts."""

    rows: Array
    made: Array
    wrong: Array
    of: npt.NDArray[np.int64]
    counts: Array
    folds: npt.NDArray[np.int64]


class Remembered:
    """An encoder that encodes nothing twice."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._rows: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            self._rows.update(zip(new, self._encode(new), strict=True))
        rows: Floats = np.array([self._rows[text] for text in texts], np.float32)
        return rows


def main() -> int:
    """Fits, prints what questions that were left out show, and writes if asked to."""
    lessons = load()
    questions = {one.id: one for one in bank.load(lessons).questions.values() if isinstance(one.task, Explain)}
    encode = Remembered(load_encoder().encode_sentences)
    written = list(_written(questions))
    placed = {one: _wordings(one, encode) for one in written}
    answers = [*written, *_from_bank(questions)]
    examples = _examples(answers, placed, encode)
    marks = _left_out(examples)
    _report(answers, examples, marks)
    if "--write" in sys.argv:
        _write_weights(_fitted(examples))
        _write_wordings(questions, placed)
    return 0


def _written(questions: Mapping[str, Question]) -> Iterator[Answer]:
    for line in EXPLAINED.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        task = questions[entry["id"]].task
        assert isinstance(task, Explain)
        assert len(task.points) == len(entry["points"]), f"{entry['id']} has other points now"
        yield Answer(entry["id"], task, entry["answer"], tuple(entry["points"]), entry["outcome"], True)


def _from_bank(questions: Mapping[str, Question]) -> Iterator[Answer]:
    """Answers made of the bank's texts; the model answer is no longer known where it is the answer."""
    models = {id: one.task.model for id, one in questions.items() if isinstance(one.task, Explain)}
    for id, question in sorted(questions.items()):
        task = question.task
        assert isinstance(task, Explain)
        draw = random.Random(id)
        bare = replace(task, model="")
        told = sentences(" ".join(task.model.split()))
        of = _sentence_points(task, told)
        count = len(task.points)
        yield _made(id, bare, task.model, ["made"] * count)
        for text, some in zip(told, of, strict=True):  # short, and right as far as it goes
            if 0 < len(some) < count:
                yield _made(id, bare, text, ["made" if place in some else "missing" for place in range(count)])
        for place, point in enumerate(task.points):
            kept = [text for text, some in zip(told, of, strict=True) if place not in some]
            left = frozenset[int]().union(*(some for some in of if place not in some))
            if not kept:
                continue
            yield _made(id, bare, " ".join(kept), ["made" if one in left else "missing" for one in range(count)])
            if point.wrong and len(left) == count - 1:
                false = draw.choice(point.wrong)
                labels = ["wrong" if one == place else "made" for one in range(count)]
                yield _made(id, _without(bare, (false,)), " ".join([*kept, false]), labels)
        others = sorted(model for other, model in models.items() if questions[other].concept != question.concept)
        for text in (*draw.sample(ASIDE, 2), *draw.sample(others, 2)):
            yield _made(id, task, text, ["missing"] * count)
        for _ in range(2):
            chosen = sorted(draw.sample(range(count), draw.randint(1, count)))
            false_of = {place: draw.choice(task.points[place].wrong) for place in chosen if task.points[place].wrong}
            if false_of:
                labels = ["wrong" if one in false_of else "missing" for one in range(count)]
                yield _made(id, _without(task, tuple(false_of.values())), " ".join(false_of.values()), labels)


def _made(id: str, task: Explain, text: str, points: Sequence[str]) -> Answer:
    outcome = "wrong" if "made" not in points else "partial" if set(points) != {"made"} else "correct"
    return Answer(id, task, text, tuple(points), outcome, False)


def _without(task: Explain, false: Sequence[str]) -> Explain:
    """The task as if nobody had thought of some falsehoods."""
    return replace(
        task,
        points=tuple(replace(one, wrong=tuple(text for text in one.wrong if text not in false)) for one in task.points),
    )


def _sentence_points(task: Explain, told: Sequence[str]) -> list[frozenset[int]]:
    """The points whose words each sentence of the model answer has, or most of them."""
    shares = [[_share(task, place, text) for place in range(len(task.points))] for text in told]
    return [
        frozenset(place for place, share in enumerate(row) if share == 1 or share == max(row) > 0) for row in shares
    ]


def _share(task: Explain, place: int, text: str) -> float:
    groups, found = task.points[place].words, stems(text)
    return sum(any(has_phrase(found, one) for one in group) for group in groups) / max(1, len(groups))


def _wordings(answer: Answer, encode: Encode) -> Wordings:
    """The sentences and clauses of an answer that can be told to make one point, or to get one wrong."""
    known = truth(answer.task, Wordings(), encode)
    right, wrong = [], []
    for text in dict.fromkeys(part for one in said(answer.text).sentences for part in parts(one)):
        row = encode([text])[0]
        true, false = known.true.rows @ row, known.false.rows @ row
        scores = [
            max([float(true[known.true.of[place]].max()), *false[known.false.of[place]].tolist()])
            + 0.1 * _share(answer.task, place, text)
            for place in range(len(answer.points))
        ]
        best = int(np.argmax(scores))
        near = {answer.points[place] for place, score in enumerate(scores) if score >= scores[best] - APART}
        if near == {"made"}:
            right.append((best, text))
        elif near == {"wrong"}:
            wrong.append((best, text))
    return Wordings(tuple(right), tuple(wrong))


def _joined(some: Sequence[Wordings]) -> Wordings:
    return Wordings(
        tuple(dict.fromkeys(pair for one in some for pair in one.right)),
        tuple(dict.fromkeys(pair for one in some for pair in one.wrong)),
    )


def _examples(answers: Sequence[Answer], placed: Mapping[Answer, Wordings], encode: Encode) -> Examples:
    ids = sorted({one.id for one in answers})
    fold_of = dict(zip(ids, np.random.RandomState(0).permutation(len(ids)) % FOLDS, strict=True))
    rows, made, wrong, of, counts, folds = [], [], [], [], [], []
    with bar("evidence") as advance:
        for place, answer in enumerate(answers):
            others = [some for one, some in placed.items() if one.id == answer.id and one.text != answer.text]
            known = truth(answer.task, _joined(others), encode)
            for label, (found, _) in zip(answer.points, evidence(known, said(answer.text), encode), strict=True):
                rows.append(found.row())
                made.append({"made": 1.0, "partly": PARTLY}.get(label, 0.0))
                wrong.append(float(label == "wrong"))
                of.append(place)
                counts.append(1.0 if answer.written else FROM_BANK)
                folds.append(fold_of[answer.id])
            advance(place + 1, len(answers))
    return Examples(
        np.array(rows), np.array(made), np.array(wrong), np.array(of), np.array(counts), np.array(folds, np.int64)
    )


def _fit(rows: Array, targets: Array, counts: Array, signs: Array, penalty: float = PENALTY) -> Array:
    """Logistic regression: a weight for each column, of the sign given, and a constant (d + 1).

    The penalty is on the weights of columns scaled to a standard deviation of 1.
    """
    centre, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.column_stack([(rows - centre) / spread, np.ones(len(rows))])
    shrink = np.append(np.full(rows.shape[1], penalty), 0.0)
    step = 1 / (np.linalg.eigvalsh(scaled.T @ (counts[:, None] * scaled))[-1] / 4 + penalty)
    now = ahead = np.zeros(scaled.shape[1])
    for turn in range(2000):
        slope = scaled.T @ (counts * (1 / (1 + np.exp(-scaled @ ahead)) - targets)) + shrink * ahead
        then = ahead - step * slope
        then[:-1] = np.where(then[:-1] * signs < 0, 0.0, then[:-1])
        now, ahead = then, then + turn / (turn + 3) * (then - now)
    weights = now[:-1] / spread
    fitted: Array = np.append(weights, now[-1] - weights @ centre)
    return fitted


_SIGNS = np.array([-1.0 if name in AGAINST else 1.0 for name in NAMES])


def _both(some: Examples, kept: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    rows, counts = some.rows[kept], some.counts[kept]
    return _fit(rows, some.made[kept], counts, _SIGNS), _fit(rows, some.wrong[kept], counts, -_SIGNS)


def _scores(rows: Array, fitted: Array) -> Array:
    scores: Array = rows @ fitted[:-1] + fitted[-1]
    return scores


def _left_out_scores(some: Examples) -> tuple[Array, Array]:
    """Of each point the scores for made and for wrong, by what was fitted to the other folds."""
    made, wrong = np.zeros(len(some.of)), np.zeros(len(some.of))
    for fold in range(FOLDS):
        own = some.folds == fold
        made_by, wrong_by = _both(some, ~own)
        made[own], wrong[own] = _scores(some.rows[own], made_by), _scores(some.rows[own], wrong_by)
    return made, wrong


def _against(some: Examples, wrong: Array) -> Array:
    means = np.bincount(some.of, wrong) / np.bincount(some.of)
    each: Array = means[some.of]
    return each


def _balance(some: Examples, made: Array, wrong: Array, kept: npt.NDArray[np.bool_]) -> Array:
    """The weights of a point's own score and of its answer's wrongness, made and not made counting as much in all."""
    is_made = some.made > PARTLY
    counts = some.counts * np.where(is_made, 1 / some.counts[is_made].sum(), 1 / some.counts[~is_made].sum())
    counts *= some.counts.sum() / 2
    rows = np.column_stack([made, _against(some, wrong)])
    return _fit(rows[kept], some.made[kept], counts[kept], np.array([1.0, -1.0]), penalty=1.0)


def _left_out(some: Examples) -> Array:
    """The marks of all points, by what was fitted to the other folds."""
    made, wrong = _left_out_scores(some)
    marks = np.zeros(len(some.of))
    for fold in range(FOLDS):
        own = some.folds == fold
        by = _balance(some, made, wrong, ~own)
        marks[own] = _scores(np.column_stack([made, _against(some, wrong)])[own], by)
    return marks


def _fitted(some: Examples) -> teachback.Weights:
    everything = np.ones(len(some.of), bool)
    own, wrongness, constant = _balance(some, *_left_out_scores(some), everything)
    made, wrong = _both(some, everything)
    made = made * own
    made[-1] += constant
    return teachback.Weights(_named(made), _named(wrong), round(float(-wrongness), 3))


def _named(fitted: Array) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in zip((*NAMES, "constant"), fitted, strict=True)}


def _report(answers: Sequence[Answer], some: Examples, marks: Array) -> None:
    said_of: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for place, answer in enumerate(answers):
        own = marks[some.of == place]
        if own.min() >= teachback.LIKELY:
            outcome = "correct" if own.max() >= teachback.SURE else "uncertain"
        else:
            outcome = "partial" if own.max() >= teachback.SURE else "wrong"
        said_of["written" if answer.written else "from the bank"].append((answer.outcome, outcome))
    for name, pairs in said_of.items():
        agreed = sum(label == outcome for label, outcome in pairs)
        others = [outcome for label, outcome in pairs if label != "correct"]
        right = [outcome for label, outcome in pairs if label == "correct"]
        print(
            f"{name:14} {agreed / len(pairs):6.1%} of {len(pairs)} agree; right ones called correct "
            f"{right.count('correct') / len(right):6.1%}, others {others.count('correct') / len(others):6.1%}"
        )


def _write_weights(weights: teachback.Weights) -> None:
    content = {"made": weights.made, "wrong": weights.wrong, "wrongness": weights.wrongness}
    teachback.WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _write_wordings(questions: Mapping[str, Question], placed: Mapping[Answer, Wordings]) -> None:
    lines = []
    for id in questions:
        own = _joined([some for one, some in placed.items() if one.id == id])
        lines.append(json.dumps({"id": id, "right": own.right, "wrong": own.wrong}, ensure_ascii=False))
    wordings.FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
