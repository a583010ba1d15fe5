"""Deployment: what becomes of a trained network. It is exported, made small, served from its file, and watched.

The network is one that reads digits: that of a finished run, or one trained here first. From then on nothing is learnt.
"""

import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from foundation.errors import GradusError
from training.architecture import parse
from training.data.digits import digits
from training.networks import build
from training.run import Run, State
from training.specs import Deployment, Digits
from training.tasks import digits as digits_task

Predict = Callable[[Tensor], Tensor]
"""From pictures (n, 1, height, width), uint8, to probabilities (n, 10)."""

DRIFTED = 0.25
"""A population stability index from which people commonly speak of a shift that matters."""
SLOW = 50.0
"""Milliseconds: a service that takes longer for one prediction in twenty is reported."""


class Served(nn.Module):
    """Pictures as they come, uint8, to probabilities.

    What was done to the pictures before training goes into the export as well. Done anew by whoever serves the
    network, it would one day be done differently, and nothing would fail: the answers would only be worse.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, network: nn.Module, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)

    def forward(self, pictures: Tensor) -> Tensor:
        logits = self.network((pictures.float() / 255 - self.mean) / self.spread)
        return functional.softmax(logits, dim=1)


class Quantised(nn.Module):
    """A linear or convolutional layer whose weights are whole numbers, each unit's with a scale of their own.

    The weights are what takes the room. They are kept in a byte each and become numbers again when they are used.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self, layer: nn.Linear | nn.Conv2d, bits: int, per_channel: bool) -> None:
        super().__init__()
        weight = layer.weight.detach()
        most = 2 ** (bits - 1) - 1
        # Symmetric: 0 stays exactly 0, and the largest weight of a unit becomes the largest whole number. A unit of
        # small weights beside one of large weights would be left with a few steps, were the scale that of the layer.
        kept = tuple(range(1, weight.dim())) if per_channel else tuple(range(weight.dim()))
        scale = weight.abs().amax(dim=kept, keepdim=True).clamp(min=1e-12) / most
        self.register_buffer("weight", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        self.register_buffer("bias", layer.bias)
        self.window: tuple[tuple[int, ...], tuple[int, ...]] | None = None
        if isinstance(layer, nn.Conv2d):
            assert not isinstance(layer.padding, str)
            self.window = layer.stride, layer.padding

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight * self.scale
        if self.window is None:
            return functional.linear(x, weight, self.bias)
        return functional.conv2d(x, weight, self.bias, *self.window)


def quantised(network: nn.Sequential, bits: int, per_channel: bool) -> nn.Sequential:
    """The network with the weights of its linear and convolutional layers in whole numbers; the rest is shared."""
    return nn.Sequential(
        *(
            Quantised(layer, bits, per_channel) if isinstance(layer, nn.Linear | nn.Conv2d) else layer
            for layer in network
        )
    )


def exported(model: nn.Module, example: Tensor, path: Path) -> None:
    """The model as a graph of operations in a file, for any number of pictures at once.

    The file holds no Python of ours: who serves it needs PyTorch, but neither this code nor the class of the network.
    """
    count = torch.export.Dim("count", min=1, max=4096)
    program = torch.export.export(model.eval(), (example[:2],), dynamic_shapes=({0: count},))
    torch.export.save(program, path)


def served(path: Path) -> Predict:
    """What the file predicts."""
    model = torch.export.load(path).module()

    @torch.no_grad()
    def predict(pictures: Tensor) -> Tensor:
        answer: Tensor = model(pictures)
        return answer

    return predict


def accuracy(predict: Predict, pictures: Tensor, labels: Tensor) -> float:
    return (predict(pictures).argmax(dim=1) == labels).float().mean().item()


def latencies(predict: Predict, pictures: Tensor, count: int) -> list[float]:
    """Milliseconds of each of that many predictions of one picture."""
    # The first calls pay for what is set up only once.
    for place in range(10):
        predict(pictures[place : place + 1])
    taken = []
    for place in range(count):
        one = pictures[place % len(pictures)][None]
        began = time.perf_counter()
        predict(one)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def stability(expected: Tensor, found: Tensor, bins: int = 5) -> float:
    """The population stability index of two samples (n,), (m,): 0 where they are spread alike.

    Bins that hold the same share of `expected` each; for each, the difference of the shares times their logarithms'.
    """
    edges = torch.unique(expected.double().quantile(torch.linspace(0, 1, bins + 1).double()[1:-1]))
    shares = []
    for sample in (expected, found):
        counts = torch.bucketize(sample.double(), edges).bincount(minlength=len(edges) + 1)
        # Half a picture more in each, for the logarithm of an empty bin is infinite.
        shares.append((counts + 0.5) / (counts + 0.5).sum())
    return ((shares[1] - shares[0]) * (shares[1] / shares[0]).log()).sum().item()


def drift(predict: Predict, expected: Tensor, found: Tensor) -> float:
    """How far pictures and what is predicted of them have moved from what is expected.

    In use nobody knows the right answers. What can be watched without them is what goes in, here how bright it is and
    how strong its contrast, and how sure the network is of what comes out.
    """

    def signals(pictures: Tensor) -> tuple[Tensor, ...]:
        grey = pictures.flatten(1).float()
        return grey.mean(1), grey.std(1), predict(pictures).amax(1)

    return max(stability(*pair) for pair in zip(signals(expected), signals(found), strict=True))


def shifted(pictures: Tensor, share: float) -> Tensor:
    """As a camera sees them through fog: that share of each pixel is grey."""
    return ((1 - share) * pictures.float() + share * 128).round().to(torch.uint8)


class Kept:
    """A run that passes everything on, and keeps the weights at hand as well."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.device, self.data, self.folder = run.device, run.data, run.folder
        self.weights: Mapping[str, Any] = {}

    def resume(self) -> Mapping[str, Any] | None:
        return self._run.resume()

    def dataset(self, name: str, version: str) -> None:
        self._run.dataset(name, version)

    def report(self, step: int, steps: int, state: State | None = None, **values: float) -> None:
        self._run.report(step, steps, state, **values)

    def keep(self, name: str, weights: Mapping[str, Any]) -> None:
        self.weights = weights
        self._run.keep(name, weights)


def trained(spec: Deployment, run: Run) -> tuple[Digits, Mapping[str, Any]]:
    """The options and the weights of the run that is named, or of one made now.

    Raises:
        GradusError: there is no such run, or it is none of digits.
    """
    if not spec.from_run:
        shared = ("seed", "model", "epochs", "learning_rate", "optimiser", "examples")
        kept, made = Kept(run), Digits(**{name: getattr(spec, name) for name in shared})
        digits_task.train(made, kept)
        return made, kept.weights
    source = run.folder / "source"
    if not (source / "model.safetensors").is_file() or not (source / "spec.json").is_file():
        raise GradusError("from_run: that run left no trained network; name a finished run of digits")
    try:
        options = Digits(**json.loads((source / "spec.json").read_text(encoding="utf-8")))
    except ValidationError:
        raise GradusError("from_run: that run is of another task; name a finished run of digits") from None
    return options, load_file(source / "model.safetensors")


def train(spec: Deployment, run: Run) -> dict[str, float]:
    """`accuracy`, size and latency before and after quantisation, and the drift found in clean and foggy pictures.

    Leaves `model.pt2` and `quantised.pt2`, which are served, both `…_weights.safetensors`, and `report.json`.

    Raises:
        GradusError: `from_run` names no run whose network can be had.
    """
    options, weights = trained(spec, run)
    data = digits(run.data)
    if spec.from_run:
        run.dataset(data.name, data.version)

    pixels = torch.tensor(data.x_train).float() / 255
    text = options.architecture or digits_task.MODELS[options.model].format(dropout=options.dropout)
    network = build(parse(text, tuple(pixels.shape[1:]), len(data.classes)))
    try:
        network.load_state_dict(dict(weights))
    except RuntimeError:
        raise GradusError("from_run: that network was trained on pictures of another size; run digits again") from None
    # It is served on a CPU, wherever it was trained: that is what most services have.
    network.eval().requires_grad_(False).cpu()

    mean, spread = pixels.mean(), pixels.std()
    models = {
        "model": Served(network, mean, spread),
        "quantised": Served(quantised(network, spec.bits, spec.per_channel), mean, spread),
    }
    x, y = torch.tensor(data.x_test), torch.tensor(data.y_test)
    results: dict[str, dict[str, float]] = {}
    for name, model in models.items():
        save_file(model.state_dict(), run.folder / f"{name}_weights.safetensors")
        exported(model, x, run.folder / f"{name}.pt2")
        # From here on only the file counts: measured is what would be served.
        predict = served(run.folder / f"{name}.pt2")
        taken = latencies(predict, x, spec.predictions)
        results[name] = {
            "accuracy": accuracy(predict, x, y),
            "kilobytes": (run.folder / f"{name}_weights.safetensors").stat().st_size / 1000,
            "kilobytes_exported": (run.folder / f"{name}.pt2").stat().st_size / 1000,
            "latency_ms": statistics.median(taken),
            "latency_slowest_twentieth_ms": float(np.quantile(taken, 0.95)),
        }

    # Half the test's pictures stand for what the service saw when it was approved, the others for its first day in
    # use; and then fog comes up. A watch must be silent on the one and speak up on the other.
    predict = served(run.folder / "quantised.pt2")
    approved, today, labels = x[::2], x[1::2], y[1::2]
    foggy = shifted(today, spec.shift)
    found = {"clean": drift(predict, approved, today), "shifted": drift(predict, approved, foggy)}
    report = {
        "served": results,
        "onnx": as_onnx(models["model"], x, run.folder / "model.onnx"),
        "drift": {
            name: {"score": score, "alarm": score > DRIFTED, "accuracy": accuracy(predict, pictures, labels)}
            for (name, score), pictures in zip(found.items(), (today, foggy), strict=True)
        },
        "slow": {name: result["latency_slowest_twentieth_ms"] > SLOW for name, result in results.items()},
    }
    (run.folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if spec.from_run:
        # Nothing was learnt, so there are no curves; whoever looks on sees at least that it is done.
        run.report(1, 1)
    before, after = results["model"], results["quantised"]
    return {
        "accuracy": before["accuracy"],
        "accuracy_quantised": after["accuracy"],
        "kilobytes": before["kilobytes"],
        "kilobytes_quantised": after["kilobytes"],
        "latency_ms": before["latency_ms"],
        "latency_ms_quantised": after["latency_ms"],
        "drift_clean": found["clean"],
        "drift_shifted": found["shifted"],
    }


def as_onnx(model: nn.Module, example: Tensor, path: Path) -> str:
    """Writes the model for programs without PyTorch, where `gradus-tutor[onnx]` is installed; says what was done."""
    if not all(importlib.util.find_spec(name) for name in ("onnx", "onnxscript")):
        return "left out: onnx and onnxscript are not installed"
    count = torch.export.Dim("count", min=1, max=4096)
    torch.onnx.export(
        model, (example[:2],), path, dynamo=True, dynamic_shapes=({0: count},), external_data=False, verbose=False
    )
    return f"{path.name}, {path.stat().st_size / 1000:.0f} kB"
