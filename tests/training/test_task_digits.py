"""Handwritten digits by a network of PyTorch."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from foundation.errors import GradusError
from training import specs
from training.architecture import parse
from training.networks import build
from training.plain import PlainRun
from training.run import Stopped
from training.specs import TASKS, Digits
from training.tasks.digits import train


def test_a_short_run_reads_most_digits_and_keeps_a_model_that_can_be_loaded(run: PlainRun) -> None:
    metrics = train(Digits(epochs=8, architecture="linear 32, relu, linear 10"), run)
    assert metrics["accuracy"] > 0.9
    assert run.data_name == "sklearn-digits 1"
    assert 40 <= len(run.points) <= 120
    assert run.points[-1]["train_loss"] < run.points[0]["train_loss"]
    assert {"valid_loss", "train_accuracy", "valid_accuracy", "grad_norm_first", "grad_norm_last", "dead"} <= {
        *run.points[0]
    }
    network = build(parse("linear 32, relu, linear 10", (1, 8, 8), 10))
    network.load_state_dict(load_file(run.folder / "model.safetensors"))


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_the_same_seed_gives_the_same_figures_also_when_broken_off(
    model: Any, run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    spec = Digits(model=model, epochs=2, examples=200, dropout=0.3)
    whole = train(spec, run)
    torch.rand(3)
    assert train(spec, PlainRun(run.folder)) == whole
    assert in_two_parts(train, spec) == whole


def test_another_seed_gives_other_figures(run: PlainRun) -> None:
    first, second = (train(Digits(epochs=1, seed=seed), PlainRun(run.folder)) for seed in (0, 1))
    assert first != second


def test_overfit_learns_its_examples_by_heart_and_not_the_rest(run: PlainRun) -> None:
    train(Digits(**TASKS["digits"].presets["overfit"]), run)
    last = run.points[-1]
    assert last["train_accuracy"] == 1
    assert last["valid_loss"] > 50 * last["train_loss"]


@pytest.mark.parametrize("seed", [0, 1])
def test_diverge_ends_with_a_loss_that_is_no_number(run: PlainRun, seed: int) -> None:
    with pytest.raises(Stopped, match="diverged"):
        train(Digits(**TASKS["digits"].presets["diverge"], seed=seed), run)


def test_layers_that_nobody_could_build_are_refused_before_the_run() -> None:
    with pytest.raises(GradusError, match="layer 1 'lineal 10': unknown layer"):
        specs.parse(TASKS["digits"], {"architecture": "lineal 10"})


def test_an_architecture_that_does_not_fit_the_pictures_is_refused(run: PlainRun) -> None:
    with pytest.raises(GradusError, match="layer 2 'pool 5': the picture is 4 × 4"):
        train(Digits(architecture="pool 2, pool 5, linear 10"), run)
