"""A search for options: up to nine short runs of a task, one after another, as one run of the queue.

Any task's option `search` asks for one. `learning_rate=0.001,0.003,0.01 dropout=0,0.3` tries every combination (grid
search); `learning_rate=0.0001..0.1 dropout=0..0.5 trials=6` draws as many at random, spread by factors where a range
spans more than one power of ten (random search). All other options are the same for every trial. The best is chosen by
held-out data, where the task has such; its metrics, weights and files are those of the run.
"""

import json
import math
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from foundation.errors import GradusError, did_you_mean
from training.records import Point
from training.run import Run, State, Stopped

if TYPE_CHECKING:
    from training.specs import Spec, Task

MOST_OPTIONS, MOST_TRIALS = 3, 9
LENGTH = 1000
"""Steps of the whole curve that each trial takes up, however many its own are: so a point tells whose it is."""

FILE = "search.json"
BEST = "best_trial"
"""The metric that says which trial it was, from 1."""

_FORM = "write search as learning_rate=0.001,0.01 dropout=0,0.3, or as learning_rate=0.0001..0.1 trials=6"


def trials_of(spec: "Spec") -> tuple[dict[str, Any], ...]:
    """The options that each trial sets, in order; none where nothing is searched.

    Raises:
        GradusError: `search` cannot be read, asks for too much, or a value is out of bounds.
    """
    if not spec.search:
        return ()
    asked = dict(_parts(spec.search))
    wanted = asked.pop("trials", None)
    drawn = wanted is not None or any(".." in text for text in asked.values())
    known = [name for name in type(spec).model_fields if name != "search"]
    for name in asked:
        if name not in known:
            raise GradusError(f"search: there is no option '{name}'{did_you_mean(name, known)}")
    if not 1 <= len(asked) <= MOST_OPTIONS:
        raise GradusError(f"search: that is {len(asked)} options; search one to {MOST_OPTIONS}")
    count = _count(wanted) if drawn else math.prod(text.count(",") + 1 for text in asked.values())
    if not 2 <= count <= MOST_TRIALS:
        raise GradusError(f"search: that is {count} runs; two to {MOST_TRIALS} are taken")
    tried = _drawn(spec, asked, count) if drawn else _grid(asked)
    return tuple(_checked(spec, one) for one in tried)


def seconds_of(task: "Task", spec: "Spec") -> int:
    """The time limit of a run: the task's, for each of its trials."""
    return task.seconds * max(1, len(trials_of(spec)))


def curves_of(points: Sequence[Point]) -> list[list[Point]]:
    """The curves of the trials, out of that of the whole run; each begins at its own step 1."""
    curves: list[list[Point]] = []
    for point in points:
        number = (point.step - 1) // LENGTH
        curves += [[] for _ in range(number + 1 - len(curves))]
        curves[number].append(Point(point.step - number * LENGTH, LENGTH, point.values))
    return curves


def search(task: "Task", spec: "Spec", train: Callable[[Any, Run], Mapping[str, float]], run: Run) -> dict[str, float]:
    """Every trial, one after another; the metrics of the best, with its number.

    Leaves `search.json` beside the best trial's files. A run that was broken off goes on with the trial it was in.
    """
    tried = trials_of(spec)
    earlier = run.resume() or {}
    done: list[dict[str, Any]] = list(earlier.get("trials", ()))
    weights: dict[str, Mapping[str, Any]] = dict(earlier.get("weights", {}))
    for name, tensors in weights.items():
        run.keep(name, tensors)

    def state() -> dict[str, Any]:
        return {"trials": done, "weights": weights}

    for number in range(len(done), len(tried)):
        trial = _Trial(run, number, len(tried), state)
        try:
            metrics = dict(train(spec.model_copy(update={**tried[number], "search": ""}), trial))
        except Stopped as stop:
            if stop.why != "diverged":
                raise
            metrics = {"diverged": 1.0}
        diverged = not all(map(math.isfinite, metrics.values()))
        done.append(
            {
                "options": tried[number],
                "metrics": {"diverged": 1.0} if diverged else metrics,
                "points": trial.points,
            }
        )
        best = max(range(len(done)), key=lambda place: _merit(task, done[place]))
        if best == number:
            weights = {name: _tensors(kept) for name, kept in trial.kept.items()}
            for name, tensors in weights.items():
                run.keep(name, tensors)
            _move(trial.folder, run.folder)
        shutil.rmtree(trial.folder)
        told = {"metric": task.metric, "higher": task.higher, "best": best + 1, "trials": done}
        (run.folder / FILE).write_text(json.dumps(told) + "\n", encoding="utf-8")
    return {**done[best]["metrics"], BEST: best + 1.0}


class _Trial:
    """`training.run.Run` for one of the runs of a search."""

    def __init__(self, run: Run, number: int, count: int, state: State) -> None:
        self._run, self._number, self._count, self._state = run, number, count, state
        self.device, self.data = run.device, run.data
        self.folder = run.folder / f"trial{number + 1}"
        self.folder.mkdir(exist_ok=True)
        self.points: list[dict[str, float]] = []
        self.kept: dict[str, Mapping[str, Any]] = {}

    def resume(self) -> None:
        """A trial is short: one that was broken off begins again."""

    def dataset(self, name: str, version: str) -> None:
        if self._number == 0:
            self._run.dataset(name, version)

    def report(self, step: int, steps: int, state: State | None = None, **values: float) -> None:
        finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
        self.points.append({"step": step, "steps": steps, **finite})
        place = self._number * LENGTH + max(1, round(step * LENGTH / steps))
        self._run.report(place, self._count * LENGTH, self._state, **finite)
        if len(finite) < len(values):
            raise Stopped("diverged")

    def keep(self, name: str, weights: Mapping[str, Any]) -> None:
        self.kept[name] = weights


def _merit(task: "Task", trial: Mapping[str, Any]) -> float:
    """How good a trial is: on held-out data at its end, else by the task's metric; the larger the better."""
    if "diverged" in trial["metrics"]:
        return -math.inf
    for name, sign in (("valid_accuracy", 1), ("valid_loss", -1)):
        curve = [point[name] for point in trial["points"] if name in point]
        if curve:
            return sign * fmean(curve[-max(1, len(curve) // 10) :])
    value: float = trial["metrics"][task.metric]
    return value if task.higher else -value


def _tensors(weights: Mapping[str, Any]) -> dict[str, Any]:
    import torch

    return {name: torch.as_tensor(value).detach().cpu().clone() for name, value in weights.items()}


def _move(source: Path, target: Path) -> None:
    for one in source.iterdir():
        one.replace(target / one.name)


# ------------------------------------------------------------------------------------------- reading


def _parts(text: str) -> list[tuple[str, str]]:
    pairs = [part.partition("=") for part in text.replace(";", " ").split()]
    names = [name for name, _, _ in pairs]
    if any(not name or not value for name, _, value in pairs) or len(set(names)) < len(names):
        raise GradusError(f"search: '{text}' cannot be read; {_FORM}")
    return [(name, value) for name, _, value in pairs]


def _count(text: str | None) -> int:
    if text is not None and not text.isdecimal():
        raise GradusError(f"search: trials={text} is no number; {_FORM}")
    return MOST_TRIALS if text is None else int(text)


def _grid(asked: Mapping[str, str]) -> list[dict[str, str]]:
    return [dict(zip(asked, one, strict=True)) for one in product(*(text.split(",") for text in asked.values()))]


def _drawn(spec: "Spec", asked: Mapping[str, str], count: int) -> list[dict[str, str]]:
    """That many trials, the same for the same seed."""
    chance = random.Random(spec.seed)
    return [{name: _value(spec, name, text, chance) for name, text in asked.items()} for _ in range(count)]


def _value(spec: "Spec", name: str, text: str, chance: random.Random) -> str:
    low, dots, high = text.partition("..")
    if not dots:
        return chance.choice(text.split(","))
    try:
        start, end = float(low), float(high)
    except ValueError:
        raise GradusError(f"search: '{text}' is no range; {_FORM}") from None
    if not (start < end and math.isfinite(end - start)):
        raise GradusError(f"search: {name}={text} goes from nowhere to nowhere; the smaller bound comes first")
    if start > 0 and end / start >= 10:
        value = math.exp(chance.uniform(math.log(start), math.log(end)))
    else:
        value = chance.uniform(start, end)
    whole = type(spec).model_fields[name].annotation is int
    return str(round(value)) if whole else f"{value:.3g}"


def _checked(spec: "Spec", trial: Mapping[str, str]) -> dict[str, Any]:
    """A trial's options as values."""
    try:
        whole = type(spec).model_validate({**spec.model_dump(), **trial, "search": ""})
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        name = str(detail["loc"][0])
        message: str = detail["msg"]
        raise GradusError(f"search: {name}={trial.get(name, '')}: {message[0].lower()}{message[1:]}") from None
    return {name: getattr(whole, name) for name in trial}
