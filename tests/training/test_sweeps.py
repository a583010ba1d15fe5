"""Searches for options."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from safetensors.numpy import load_file

from foundation.errors import GradusError
from tests.training.interrupted import InterruptedRun
from training.plain import PlainRun
from training.records import Point
from training.run import Run, Stopped
from training.specs import TASKS, parse, task
from training.sweeps import curves_of, search, seconds_of, trials_of
from training.tasks import digits as digits_task
from training.trainers import trainer

SMALL = {"epochs": 2, "examples": 200, "architecture": "linear 16, relu, linear 10"}
RATES = SMALL | {"search": "learning_rate=0.0001,0.01,0.003"}


def searched(text: str, task: str = "digits", **options: Any) -> tuple[dict[str, Any], ...]:
    return trials_of(parse(TASKS[task], {"search": text} | options))


def test_a_grid_tries_every_combination_as_values_of_their_kind() -> None:
    tried = searched("learning_rate=0.001,0.01 optimiser=adam,sgd; dropout=0,0.5")
    assert len(tried) == 8
    assert tried[1] == {"learning_rate": 0.001, "optimiser": "adam", "dropout": 0.5}


def test_a_random_search_draws_within_its_ranges_and_the_same_for_the_same_seed() -> None:
    text = "learning_rate=0.0001..0.1 batch_size=16..128 dropout=0,0.3 trials=7"
    tried = searched(text, seed=4)
    assert len(tried) == 7
    assert all(0.0001 <= one["learning_rate"] <= 0.1 and 16 <= one["batch_size"] <= 128 for one in tried)
    assert tried == searched(text, seed=4) != searched(text, seed=5)
    below = [one["learning_rate"] < 0.01 for seed in range(20) for one in searched(text, seed=seed)]
    assert 0.5 < sum(below) / len(below) < 0.8, "a third of the powers of ten lies above"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learning_rate", "cannot be read"),
        ("learning_rate=1 learning_rate=2", "cannot be read"),
        ("learning=1,2", "no option 'learning' .did you mean 'learning_rate'"),
        ("seed=0,1 search=2,3", "no option 'search'"),
        ("learning_rate=0.1", "1 runs; two to 9"),
        ("learning_rate=0.1,0.2,0.3,0.4 dropout=0,0.1,0.2", "12 runs; two to 9"),
        ("learning_rate=0.0001..0.1 trials=10", "10 runs; two to 9"),
        ("learning_rate=0.0001..0.1 trials=two", "trials=two is no number"),
        ("learning_rate=a..b", "'a..b' is no range"),
        ("learning_rate=0.1..0.01", "the smaller bound comes first"),
        ("learning_rate=0.1,50", "learning_rate=50: input should be less than or equal to 10"),
        ("epochs=1,2 seed=0,1 dropout=0,0.1 batch_size=8,16", "4 options"),
        ("trials=3", "0 options"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(GradusError, match=said) as refused:
        searched(text)
    assert "\n" not in str(refused.value)


def test_a_search_gives_the_metrics_weights_and_options_of_the_trial_that_did_best(run: PlainRun) -> None:
    metrics = dict(trainer("digits", RATES)(run))
    told = json.loads((run.folder / "search.json").read_text(encoding="utf-8"))
    best = int(metrics.pop("best_trial"))
    assert told["best"] == best == 2
    alone = trainer("digits", SMALL | told["trials"][1]["options"])
    assert metrics == alone(PlainRun(run.folder))
    assert told["trials"][1]["metrics"] == metrics
    assert not list(run.folder.glob("trial*"))
    assert len(load_file(run.folder / "model.safetensors")) == 4
    assert run.data_name == "sklearn-digits 1"


def test_the_curve_of_a_search_is_taken_apart_into_those_of_its_trials(run: PlainRun) -> None:
    trainer("digits", RATES)(run)
    points = [
        Point(
            int(one["step"]),
            int(one["steps"]),
            {name: value for name, value in one.items() if name not in ("step", "steps")},
        )
        for one in run.points
    ]
    curves = curves_of(points)
    told = json.loads((run.folder / "search.json").read_text(encoding="utf-8"))
    assert [len(curve) for curve in curves] == [len(one["points"]) for one in told["trials"]]
    assert curves[2][-1].step == curves[2][-1].steps
    assert curves[1][0].values["train_loss"] == told["trials"][1]["points"][0]["train_loss"]


def test_a_trial_that_diverges_does_not_end_the_search(run: PlainRun) -> None:
    options = {**TASKS["digits"].presets["diverge"], "epochs": 4, "search": "learning_rate=10,0.1"}
    metrics = trainer("digits", options)(run)
    told = json.loads((run.folder / "search.json").read_text(encoding="utf-8"))
    assert told["trials"][0]["metrics"] == {"diverged": 1.0}
    assert metrics["best_trial"] == 2
    assert metrics["accuracy"] > 0.5


def test_a_search_that_was_broken_off_goes_on_with_the_trial_it_was_in(
    run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    known, spec = TASKS["digits"], parse(TASKS["digits"], RATES)
    begun: list[Mapping[str, Any]] = []

    def train(one: Any, run: Run) -> dict[str, float]:
        begun.append(one.model_dump())
        return digits_task.train(one, run)

    whole = search(known, spec, train, run)
    broken = InterruptedRun(run.folder, after=8)
    with pytest.raises(Stopped):
        search(known, spec, train, broken)
    begun.clear()
    assert search(known, spec, train, PlainRun(run.folder, state=broken.state)) == whole
    assert [one["learning_rate"] for one in begun] == [0.01, 0.003]
    assert in_two_parts(lambda one, run: search(known, one, train, run), spec) == whole


def test_a_search_in_numpy_keeps_its_weights_too(run: PlainRun) -> None:
    options = {"epochs": 1, "examples": 100, "units": 8, "search": "layers=1,2"}
    trainer("scratch", options)(run)
    assert (run.folder / "model.safetensors").is_file()


def test_a_search_has_the_time_of_all_its_trials() -> None:
    known = task("digits")
    assert seconds_of(known, parse(known, {})) == known.seconds
    assert seconds_of(known, parse(known, {"search": "learning_rate=0.001,0.01 dropout=0,0.3"})) == 4 * known.seconds
