"""What a run's curves tell: which of the usual troubles it had, with its own figures and what to try next.

Plain rules, each over a ratio or a share, so that they hold for losses of any size; their thresholds were chosen by
runs of some tasks and measured on runs of others (`tests/benchmarks/diagnosis.py`). What this does not protect against:
troubles that leave no trace in the curves, such as wrong labels.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import fmean, median
from typing import Any, Literal

from training.records import Point
from training.specs import Task, parse
from training.sweeps import BEST, curves_of, trials_of

Shape = Literal["falls", "falls then rises", "flat", "explodes", "swings"]
"""What a loss did, as one sees it from afar."""

MOST = 2
"""Findings of a run: more would be read by nobody."""

FEWEST = 8
"""Points from which on the way of a curve can be told from its noise."""

EXPLODED = 1000.0
"""The largest loss over that of an untrained network, where the run ended all the same: no bad draw is that bad."""

JUMPED = 2.0
"""The same for steps that are too large: random weights alone make up to 1.3, in wide layers of their own making."""

RATE = 5.0
"""How many times larger or smaller than usual a learning rate has to be before a poor curve is put down to it."""

DEAD = 0.5
"""The share of units that gave 0 for a whole batch, at the end: up to 0.3 in healthy networks, as batches are small."""

VANISHED = 0.04
"""The first layer's gradient over the last one's, each over its weights: 0.1 and more where the first layer learns."""

STOOD = 0.125
"""The share of a run for which a loss stands, within a tenth of its fall, before it goes on for half of its fall."""

FLAT = 0.1
"""The share of an untrained network's loss that has to go for anything to have been learnt."""

GAP = 0.07
"""Accuracy on the training data less that on held-out data; 0.05 may be chance with a hundred held out."""

GAP_LOSS = 1.8
"""The held-out loss over that on the training data, where nothing is classified."""

RISEN = 1.2
"""The end of a held-out loss over its lowest point, which noise of a smoothed curve does not reach."""

REACHED = 0.75
"""The share of the way from guessing to the task's bar that a fit network goes, on its own training data."""

COLLAPSED = 0.75
"""The diversity of made samples: 0.95 and more where a generator does well."""

LOST = 0.4
"""The share of its best return that an agent lost again: 0.3 where all goes well, for it goes on exploring."""

_CLASSES: Mapping[str, int] = {"face-mask": 2, "sentiment": 2}  # the others have ten
_PACE: Mapping[str, float] = {"adam": 1, "rmsprop": 0.5, "momentum": 12, "sgd": 50}  # usual rates over Adam's
_EMBEDDED = ("sentiment", "transformer")  # words that a batch lacks have no gradient, so theirs are small by nature
_NOTHING = 1e-12  # instead of a loss of 0, by which nothing can be divided
_POOR: Mapping[str, float] = {"autoencoder": 0.036, "transformer": 1.75}  # half as much again as the tasks' baselines


@dataclass(frozen=True)
class Finding:
    """What a run's curves tell.

    Attributes:
        finding: `diverged`, `learning-rate-too-high`, `learning-rate-too-low`, `overfitting`, `underfitting`,
            `plateau`, `dead-units`, `vanishing-gradients`, `mode-collapse` or `unstable-returns`.
        concept: the one that explains it, by id.
        evidence: a sentence with this run's figures.
        advice: a sentence: what to try, in options of its task.
    """

    finding: str
    concept: str
    evidence: str
    advice: str


def shape_of(points: Sequence[Point]) -> Shape | None:
    """What the loss did, on held-out data where there are such; None where there is none, or too little of it."""
    named = [
        name for name in ("valid_loss", "train_loss", "loss_generator") if any(name in one.values for one in points)
    ]
    if not named:
        return None
    raw = [one.values.get(named[0], math.inf) for one in points]  # what is no number is not written down
    if raw[-1] == math.inf or max(raw) > EXPLODED * abs(raw[0]) or min(raw[-3:]) > 2 * raw[0]:
        return "explodes"
    if len(raw) < FEWEST:
        return None
    curve = _smooth(raw)
    lowest, span = min(curve), max(curve) - min(curve)
    jumps = median(abs(after - before) for before, after in pairwise(raw[len(raw) // 5 :]))
    if span < FLAT * curve[0]:
        return "flat"
    if jumps > 0.06 * span:
        return "swings"
    risen = curve[-1] - lowest
    if risen > 0.1 * lowest and risen > 0.1 * (curve[0] - lowest):
        return "falls then rises"
    return "falls"


def diagnose(
    task: Task, options: Mapping[str, Any], points: Sequence[Point], metrics: Mapping[str, float]
) -> tuple[Finding, ...]:
    """At most two findings, the weightiest first; none for a healthy run, nor for one that was stopped on its way.

    Of a search, those of its best trial.

    Args:
        options: all of them, as the run had them.
        metrics: `diverged` among them where a value was no number any more.
    """
    if options.get("search"):
        trials, curves = trials_of(parse(task, options)), curves_of(points)
        best = int(metrics.get(BEST, 0)) - 1
        if not 0 <= best < min(len(trials), len(curves)):
            return ()
        options, points = {**options, **trials[best]}, curves[best]
    run = _Run(task, {**task.spec().model_dump(), **options}, points, metrics)
    if diverged := _diverged(run):
        return (diverged,)
    if len(points) < FEWEST or points[-1].step < points[-1].steps or (task.id not in _RULES and not run.loss):
        return ()
    for rules in _RULES.get(task.id, _LEARNING):
        if found := [finding for rule in rules if (finding := rule(run))]:
            return tuple(found[:MOST])
    return ()


# ------------------------------------------------------------------------------------------- curves


@dataclass(frozen=True)
class _Run:
    """A run, with what the rules ask of it."""

    task: Task
    options: Mapping[str, Any]
    points: Sequence[Point]
    metrics: Mapping[str, float]

    def curve(self, name: str) -> list[float]:
        return [one.values[name] for one in self.points if name in one.values]

    def end(self, name: str) -> float | None:
        """The mean of a curve's last fifth."""
        curve = self.curve(name)
        return fmean(curve[-max(1, len(curve) // 5) :]) if curve else None

    @cached_property
    def loss(self) -> list[float]:
        """That on the training data, smoothed."""
        return _smooth(self.curve("train_loss"))

    @cached_property
    def untrained(self) -> float:
        """The loss of a network that knows nothing; that of a classifier follows from its classes."""
        if "train_accuracy" in self.points[0].values:
            return math.log(self.classes)
        return max(self.points[0].values.get("train_loss", 0.0), _NOTHING)

    @property
    def classes(self) -> int:
        return _CLASSES.get(self.task.id, 10)

    def highest(self, *names: str) -> tuple[float, int]:
        """The largest value of these curves, and its step."""
        values = [(one.values[name], one.step) for one in self.points for name in names if name in one.values]
        return max(values, default=(0.0, 0))

    @property
    def bounced(self) -> float:
        """How far the loss rose again above where it had been, over an untrained network's."""
        rises = [0.0]
        for curve in (self.curve("train_loss"), self.curve("valid_loss")):
            rises += [value - before for value, before in zip(curve, accumulate(curve, min), strict=True)]
        return max(rises) / self.untrained

    @property
    def learnt(self) -> float:
        """The share of an untrained network's loss that is gone at the end."""
        return 1 - self.loss[-1] / self.untrained

    @cached_property
    def stood(self) -> tuple[int, int]:
        """The longest time that the loss stood still before going on down, by the points at its ends."""
        loss, points = self.loss, range(len(self.loss))
        lowest = list(accumulate(reversed(loss), min))[::-1]  # from each point on
        fall = loss[0] - lowest[0]
        waits = (
            (before, after)
            for before in points
            for after in points[before:]
            if abs(loss[after] - loss[before]) <= 0.1 * fall and loss[after] - lowest[after] > 0.45 * fall
        )
        return max(waits, key=lambda wait: wait[1] - wait[0], default=(0, 0))

    @property
    def waited(self) -> float:
        """The share of the run for which the loss stood still."""
        before, after = self.stood
        return (self.points[after].step - self.points[before].step) / self.points[-1].steps

    @property
    def fit(self) -> float | None:
        """How far it came from guessing (0) to the bar (1) on what it learnt from, where things are classified.

        Held-out data stand in where they are easier, as they are beside training data that were augmented.
        """
        ends = [value for name in ("train_accuracy", "valid_accuracy") if (value := self.end(name)) is not None]
        guessing = 1 / self.classes
        return (max(ends) - guessing) / (self.task.bar - guessing) if ends else None

    @property
    def poor(self) -> bool:
        """Whether it learnt too little, from what it was given."""
        if self.fit is not None:
            return self.fit < REACHED
        return self.metrics.get(self.task.metric, 0.0) > _POOR.get(self.task.id, math.inf)

    @property
    def pace(self) -> float:
        """The learning rate over what is usual in its task for its rule of steps: for other rules than the task's own
        a rough figure.
        """
        default = {name: option.default for name, option in self.task.spec.model_fields.items()}
        if "optimiser" in default:
            rule = _PACE[default["optimiser"]] / _PACE[self.options["optimiser"]]
        else:
            rule = (1 - default["momentum"]) / (1 - self.options["momentum"])
        return float(self.options["learning_rate"] / default["learning_rate"] * rule)


def _smooth(curve: Sequence[float]) -> list[float]:
    """Each value as the median of five around it: single jumps go, steps stay."""
    return [median(curve[max(0, place - 2) : place + 3]) for place in range(len(curve))]


# -------------------------------------------------------------------------------------------- rules


def _diverged(run: _Run) -> Finding | None:
    highest, step = run.highest("train_loss")
    last = run.points[-1] if run.points else None
    advice = f"Take smaller steps: learning_rate={_figure(run.options['learning_rate'] / 10)}" + (
        ", or cut gradients again with clip=1." if run.options.get("clip") == 0 else "."
    )
    if "diverged" in run.metrics:
        evidence = "A value of the curves was no number any more"
        if last:
            evidence += f" at step {last.step} of {last.steps}"
        if highest:
            evidence += f"; the largest loss before was {_figure(highest)}"
        return Finding("diverged", "gradient-descent", f"{evidence}.", advice)
    if last and highest > EXPLODED * run.untrained:
        evidence = f"At step {step} of {last.steps} the loss was {_figure(highest)}, from {_figure(run.untrained)}."
        return Finding("diverged", "gradient-descent", evidence, advice)
    return None


def _dead(run: _Run) -> Finding | None:
    dead = run.end("dead")
    if dead is None or dead <= DEAD:
        return None
    begun = run.curve("dead")[0]
    smaller = f"learning_rate={_figure(run.options['learning_rate'] / 10)}"
    other = ", or leaky in place of relu in the architecture" if "architecture" in run.options else ""
    other = ", or activation=leaky" if "activation" in run.options else other
    return Finding(
        "dead-units",
        "activation-functions",
        f"At the end {dead:.0%} of the ReLU units gave 0 for whole batches, {begun:.0%} at the first look: such a unit "
        "has no gradient to come back by.",
        f"Try smaller steps, which throw fewer units off: {smaller}{other}.",
    )


def _too_high(run: _Run) -> Finding | None:
    highest, step = run.highest("train_loss", "valid_loss")
    jumped = highest / run.untrained
    fast = run.pace > RATE
    own = run.options.get("optimiser") == run.task.spec().model_dump().get("optimiser")
    if not (jumped > JUMPED or (fast and (run.bounced > FLAT or run.learnt < FLAT or (own and run.poor)))):
        return None
    evidence = f"The loss went up to {_figure(highest)} at step {step}, where guessing has {_figure(run.untrained)}"
    if jumped <= JUMPED:
        evidence = f"From {_figure(run.untrained)} the loss came no further than {_figure(run.loss[-1])}"
    if fast:
        evidence += f", with steps {_figure(run.pace)} times the usual"
    advice = f"Try learning_rate={_figure(run.options['learning_rate'] / max(3.0, min(run.pace, 100.0)))}."
    return Finding("learning-rate-too-high", "hyperparameter-tuning", f"{evidence}.", advice)


def _vanishing(run: _Run) -> Finding | None:
    if run.task.id in _EMBEDDED or run.pace * RATE < 1:  # weights that hardly move tell nothing
        return None
    both = [
        one.values["grad_norm_first"] / one.values["grad_norm_last"]
        for one in run.points
        if "grad_norm_first" in one.values and one.values.get("grad_norm_last", 0.0) > 0
    ]
    early = both[: max(1, len(run.points) // 3)]
    if not early or median(early) > VANISHED or (run.waited < STOOD and run.learnt > FLAT):
        return None
    part = median(early)
    ratio = f"1/{_figure(1 / part)} of" if part > 1e-9 else "nothing beside"
    return Finding(
        "vanishing-gradients",
        "vanishing-gradients",
        f"In the first third the first layer's gradient was {ratio} the last one's, each over its weights, and the "
        f"loss only went from {_figure(run.loss[0])} to {_figure(run.loss[len(run.loss) // 3])}.",
        _deep(run.options),
    )


def _deep(options: Mapping[str, Any]) -> str:
    if "activation" in options:
        return "Try activation=relu, whose slope is 1 and not a quarter at most, or fewer layers."
    if "architecture" in options:
        return (
            "Try relu in place of sigmoid or tanh in the architecture, batchnorm between the layers, or fewer of them."
        )
    return f"Try learning_rate={_figure(options['learning_rate'] * 3)}, so that the first layers move at all."


def _too_low(run: _Run) -> Finding | None:
    if run.pace * RATE > 1 or not run.poor:
        return None
    return Finding(
        "learning-rate-too-low",
        "hyperparameter-tuning",
        f"The loss was still on its first way down at the end, from {_figure(run.loss[0])} to {_figure(run.loss[-1])}, "
        f"with steps 1/{_figure(1 / run.pace)} of the usual.",
        f"Try learning_rate={_figure(run.options['learning_rate'] / max(run.pace, 0.01))}.",
    )


def _overfitting(run: _Run) -> Finding | None:
    train, valid = run.end("train_accuracy"), run.end("valid_accuracy")
    held_out = _smooth(run.curve("valid_loss"))
    if not held_out:
        return None
    lowest = max(min(held_out), _NOTHING)
    rise = held_out[-1] / lowest
    if train is not None and valid is not None:
        if not (train - valid > GAP or (rise > RISEN and train - valid > GAP / 2)) or train < REACHED * run.task.bar:
            return None
        evidence = f"Right are {train:.1%} of the training data and {valid:.1%} of those held out"
    else:
        if not (run.learnt > FLAT and held_out[-1] > GAP_LOSS * run.loss[-1]):
            return None
        evidence = f"The loss is {_figure(run.loss[-1])} on the training data and {_figure(held_out[-1])} on others"
    if rise > RISEN:
        step = run.points[held_out.index(min(held_out))].step
        evidence += f"; the held-out loss rose to {_figure(held_out[-1])} from {_figure(lowest)} at step {step}"
    return Finding("overfitting", "overfitting-and-underfitting", f"{evidence}.", _less(run))


def _less(run: _Run) -> str:
    """What helps against learning by heart, among the task's options."""
    options, tried = run.options, []
    amount = next((name for name in ("examples", "letters") if name in options), None)
    if amount and options[amount] < run.task.spec.model_fields[amount].default:
        tried.append(f"more {amount} than {options[amount]}")
    if "augment" in options and options["augment"] in (False, "none"):
        tried.append("augment")
    for name, small, value in (("dropout", 0.1, "0.3"), ("weight_decay", 0.001, "0.01")):
        if name in options and options[name] < small:
            tried.append(f"{name}={value}")
    time = next((name for name in ("epochs", "steps") if name in options), None)
    if time and len(tried) < 2:
        tried.append(f"fewer {time}")
    return f"Try {' or '.join(tried[:3])}."


def _plateau(run: _Run) -> Finding | None:
    if run.waited < STOOD or run.learnt < FLAT:
        return None
    before, after = run.stood
    return Finding(
        "plateau",
        "adam",
        f"For {run.waited:.0%} of the run, from step {run.points[before].step} to {run.points[after].step}, the loss "
        f"stood near {_figure(run.loss[after])}, and only then fell on, to {_figure(run.loss[-1])}.",
        "Try optimiser=adam, which steps by a gradient's direction more than by its size."
        if run.options.get("optimiser", "adam") != "adam"
        else f"Try learning_rate={_figure(run.options['learning_rate'] * 3)}, or units of steeper slopes such as relu.",
    )


def _underfitting(run: _Run) -> Finding | None:
    if not run.poor:
        return None
    train = run.end("train_accuracy")
    if train is not None:
        evidence = f"Of the training data themselves {train:.0%} are right at the end, and the loss has come from"
    else:
        evidence = f"On data that it has seen, too, the loss is large: {_figure(run.loss[-1])}, from"
    evidence += f" {_figure(run.loss[0])}" + (f" to {_figure(run.loss[-1])}." if train is not None else ".")
    size = [f"more {name}" for name in ("units", "hidden", "code", "head_size", "layers") if name in run.options]
    size += ["a wider architecture"] if "architecture" in run.options else []
    held = [f"less {name}" for name in ("dropout", "word_dropout") if run.options.get(name, 0) > 0.4]
    time = "epochs" if "epochs" in run.options else "steps"
    tried = [*held, *(size[:2] or ["more examples"]), f"more {time}"]
    return Finding("underfitting", "bias-variance-tradeoff", evidence, f"Try {', or '.join(tried)}.")


def _collapsed(run: _Run) -> Finding | None:
    diversity = run.end("diversity")
    if diversity is None or diversity > COLLAPSED:
        return None
    return Finding(
        "mode-collapse",
        "gans",
        f"At the end two made pictures lay {diversity:.2f} times as far apart as two real ones; 1 would be as varied.",
        "Try a discriminator that keeps up: judge_rate at least as large as learning_rate "
        f"(here {_figure(run.options['judge_rate'])} and {_figure(run.options['learning_rate'])}).",
    )


def _unstable(run: _Run) -> Finding | None:
    returns = run.curve("return")
    best = list(accumulate(returns, max))
    lost = [(1 - value / top, top, value) for value, top in zip(returns, best, strict=True) if top > 0]
    share, top, value = max(lost, default=(0.0, 0.0, 0.0))
    if share < LOST:
        return None
    tried = ["double=true"] if not run.options.get("double") else []
    if run.options["memory"] < 10000:
        tried.append(f"memory=50000, not {run.options['memory']}")
    if run.pace > 1:
        tried.append(f"learning_rate={_figure(run.options['learning_rate'] / max(3.0, run.pace))}")
    tried.append(f"target_every={2 * run.options['target_every']}")
    return Finding(
        "unstable-returns",
        "deep-reinforcement-learning",
        f"The mean return had reached {top:.0f} and fell to {value:.0f} again.",
        f"Try {' or '.join(tried[:2])}.",
    )


_Rule = Callable[[_Run], Finding | None]
_LEARNING: Sequence[Sequence[_Rule]] = (
    (_dead, _too_high, _too_low),
    (_vanishing,),
    (_overfitting, _plateau),
    (_underfitting,),
)
"""In groups: whatever stands in a later one is mostly what comes of the troubles in those before it."""
_RULES: Mapping[str, Sequence[Sequence[_Rule]]] = {"gan": ((_collapsed,),), "dqn": ((_unstable,),)}
"""Where there is no loss that ought to fall."""


def _figure(value: float) -> str:
    return f"{value:.3g}"
