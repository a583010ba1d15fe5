"""Test accuracy on a small new task, with pre-trained and with fresh layers, by the number of examples.

Both tasks are made up: ten random numbers, of which three matter. The first task tells four
combinations of signs apart (1,600 examples), the new one, closely related, tells only two. The
networks are written out in NumPy, since starting PyTorch takes longer than all of the training, and
examples come in parts so small that no matrix product wakes further threads, slow on a busy machine.
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

# A layer's weights with its biases as the last row: (inputs + 1, outputs).
Layer = NDArray[np.float64]
Data = tuple[NDArray[np.float64], NDArray[np.int64]]

SIZES = (10, 20, 40, 80, 160, 320)
REPEATS = 8
INPUTS, HIDDEN = 10, 32
PART = 200
RATE, KEEP, KEEP_SQUARES = 0.03, 0.9, 0.999  # Adam's


def draw() -> Figure:
    """Two curves over a logarithmic axis, each labelled where it runs."""
    figure, axes = style.plot(x="labelled examples of the new task", y="test accuracy", height=3.4)
    frozen, scratch = _accuracies()
    axes.plot(SIZES, frozen, marker="o")
    axes.plot(SIZES, scratch, marker="s")
    axes.set_xscale("log")
    axes.set_xticks(SIZES, [str(size) for size in SIZES])
    axes.minorticks_off()
    axes.set_ylim(0.5, 1.0)
    axes.text(26, 0.865, "frozen pre-trained body", color=style.BLUE, ha="left", va="bottom", fontsize=11)
    axes.text(95, 0.6, "from scratch", color=style.ORANGE, ha="left", va="bottom", fontsize=11)
    return figure


def _accuracies() -> tuple[list[float], list[float]]:
    """Mean test accuracy by size: a new head on the frozen body, and a whole fresh network."""
    random = np.random.default_rng(0)
    body = _fit([*_body(random), _layer(random, HIDDEN, 4)], _task(random, 1600, new=False), steps=120)[:-1]
    test = _task(random, 2000, new=True)
    frozen, scratch = [], []
    for size in SIZES:
        results = []
        for _ in range(REPEATS):
            data = _task(random, size, new=True)
            head = _layer(random, HIDDEN, 2)
            pretrained = _fit([head], (_features(body, data[0]), data[1]), steps=60)
            fresh = _fit([*_body(random), head], data, steps=60)
            results.append((_accuracy([*body, *pretrained], test), _accuracy(fresh, test)))
        frozen.append(sum(one for one, _ in results) / REPEATS)
        scratch.append(sum(other for _, other in results) / REPEATS)
    return frozen, scratch


def _layer(random: np.random.Generator, inputs: int, outputs: int) -> Layer:
    """Weights and biases as PyTorch draws them: uniform within one over the root of the inputs."""
    bound = inputs**-0.5
    return random.uniform(-bound, bound, (inputs + 1, outputs))


def _body(random: np.random.Generator) -> list[Layer]:
    return [_layer(random, INPUTS, HIDDEN), _layer(random, HIDDEN, HIDDEN)]


def _task(random: np.random.Generator, size: int, *, new: bool) -> Data:
    """Inputs (parts, size of a part, 10) and their classes, of the new or the first task."""
    parts = -(-size // PART)
    inputs = random.standard_normal((parts, size // parts, INPUTS))
    same, right = inputs[..., 0] * inputs[..., 1] > 0, inputs[..., 2] > 0
    return inputs, (same if new else 2 * same + right).astype(np.int64)


def _features(body: list[Layer], inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a head on this body gets."""
    for layer in body:
        inputs = np.maximum(inputs @ layer[:-1] + layer[-1], 0)
    return inputs


def _fit(layers: list[Layer], data: Data, *, steps: int) -> list[Layer]:
    """The layers after so many steps of Adam on the cross-entropy."""
    layers = [layer.copy() for layer in layers]
    means, squares = ([np.zeros_like(layer) for layer in layers] for _ in range(2))
    for step in range(1, steps + 1):
        for layer, mean, square, gradient in zip(layers, means, squares, _gradients(layers, data), strict=True):
            mean += (1 - KEEP) * (gradient - mean)
            square += (1 - KEEP_SQUARES) * (gradient**2 - square)
            spread = np.sqrt(square / (1 - KEEP_SQUARES**step)) + 1e-8
            layer -= RATE * mean / (1 - KEEP**step) / spread
    return layers


def _gradients(layers: list[Layer], data: Data) -> list[Layer]:
    """The gradient of the mean cross-entropy for each layer, in their order."""
    inputs, classes = data
    values = [inputs]
    for layer in layers[:-1]:
        values.append(_features([layer], values[-1]))
    scores = values[-1] @ layers[-1][:-1] + layers[-1][-1]
    error = np.exp(scores - scores.max(axis=-1, keepdims=True))
    error /= error.sum(axis=-1, keepdims=True)
    error = (error - np.eye(scores.shape[-1])[classes]) / classes.size
    gradients = []
    for layer, value in zip(reversed(layers), reversed(values), strict=True):
        weights = (value.swapaxes(1, 2) @ error).sum(axis=0)
        gradients.append(np.vstack([weights, error.sum(axis=(0, 1))]))
        error = (error @ layer[:-1].T) * (value > 0)
    return gradients[::-1]


def _accuracy(layers: list[Layer], data: Data) -> float:
    inputs, classes = data
    *body, head = layers
    scores = _features(body, inputs) @ head[:-1] + head[-1]
    return float((scores.argmax(axis=-1) == classes).mean())
