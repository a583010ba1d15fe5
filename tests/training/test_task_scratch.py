"""A network in NumPy alone."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch

from training.plain import PlainRun
from training.run import Stopped
from training.specs import TASKS, Scratch
from training.tasks import scratch


def test_a_short_run_reads_most_digits_with_gradients_that_are_right(run: PlainRun) -> None:
    metrics = scratch.train(Scratch(epochs=8), run)
    assert metrics["accuracy"] > 0.93
    assert metrics["gradient_check"] < 1e-6
    assert 40 <= len(run.points) <= 120
    assert {"train_loss", "valid_loss", "grad_norm_first", "grad_norm_last", "dead"} <= {*run.points[-1]}


@pytest.mark.parametrize("activation", ["relu", "leaky", "tanh", "sigmoid"])
def test_loss_and_gradients_are_those_of_torch(activation: str) -> None:
    chance = np.random.default_rng(3)
    layers = [(chance.standard_normal((n, m)), chance.standard_normal(m)) for n, m in ((6, 5), (5, 4), (4, 3))]
    x, labels = chance.standard_normal((7, 6)), np.array([0, 1, 2, 0, 1, 2, 0])
    values = scratch.forward(layers, x, activation)
    loss, change = scratch.cross_entropy(values[-1], labels)
    bend = {"leaky": torch.nn.functional.leaky_relu}.get(activation) or getattr(torch, activation)
    theirs = [[torch.tensor(numbers, requires_grad=True) for numbers in layer] for layer in layers]
    hidden = torch.tensor(x)
    for weights, biases in theirs[:-1]:
        hidden = bend(hidden @ weights + biases)
    expected = torch.nn.functional.cross_entropy(hidden @ theirs[-1][0] + theirs[-1][1], torch.tensor(labels))
    expected.backward()  # type: ignore[no-untyped-call]
    assert loss == pytest.approx(expected.item())
    for ours, layer in zip(scratch.backward(layers, values, change, activation), theirs, strict=True):
        for derived, tensor in zip(ours, layer, strict=True):
            assert tensor.grad is not None
            np.testing.assert_allclose(derived, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)
    assert scratch.gradient_check(layers, x, labels, activation) < 1e-6


def test_a_wrong_gradient_does_not_pass_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    layers = [(chance.standard_normal((n, m)), chance.standard_normal(m)) for n, m in ((6, 5), (5, 3))]
    x, labels = chance.standard_normal((7, 6)), np.array([0, 1, 2, 0, 1, 2, 0])
    monkeypatch.setattr(scratch, "slope", lambda given, activation: np.ones_like(given))
    assert scratch.gradient_check(layers, x, labels, "tanh") > 0.05


def test_the_same_seed_gives_the_same_figures_also_when_broken_off(
    run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    spec = Scratch(epochs=2, examples=300)
    whole = scratch.train(spec, run)
    assert in_two_parts(scratch.train, spec) == whole
    assert scratch.train(Scratch(epochs=2, examples=300, seed=1), PlainRun(run.folder)) != whole


def test_overfit_learns_its_examples_by_heart_and_not_the_rest(run: PlainRun) -> None:
    scratch.train(Scratch(**TASKS["scratch"].presets["overfit"]), run)
    last = run.points[-1]
    assert last["train_accuracy"] == 1
    assert last["valid_loss"] > 50 * last["train_loss"]


@pytest.mark.parametrize("seed", [0, 1])
def test_diverge_ends_with_a_loss_that_is_no_number(run: PlainRun, seed: int) -> None:
    with pytest.raises(Stopped, match="diverged"):
        scratch.train(Scratch(**TASKS["scratch"].presets["diverge"], seed=seed), run)


def test_it_runs_without_torch() -> None:
    code = "import sys, training.tasks.scratch; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
