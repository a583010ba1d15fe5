"""What a linear and a bent autoencoder with a one-number code rebuild of points on a parabola.

The linear one is computed as what its training tends to (principal components: Baldi and Hornik, 1989);
the bent one is trained here, with tanh layers and full-batch Adam, in NumPy.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Array = NDArray[np.float64]

HIDDEN, STEPS, RATE = 16, 1000, 0.01
SHOWN = np.linspace(0, 199, 21).round().astype(int)


def draw() -> Figure:
    """Two panels: the points, and what comes back through one number."""
    t = np.linspace(-1, 1, 200)
    points = np.stack((t, t**2), axis=1)
    figure, panels = style.panels(2, titles=("linear", "with tanh layers"), height=2.8, share_y=True)
    for axes, rebuilt in zip(panels, (_linear(points), _bent(points)), strict=True):
        axes.plot(*points[SHOWN].T, linestyle="", marker="o", color=style.BLUE, label="input")
        axes.plot(*rebuilt.T, linestyle="-", color=style.ORANGE, linewidth=3, label="rebuilt")
        axes.set(xlim=(-1.15, 1.15), ylim=(-0.15, 1.35), xticks=(-1, 0, 1), yticks=(0, 0.5, 1))
        axes.text(0, 1.2, f"error {np.mean((rebuilt - points) ** 2):.3f}", ha="center", va="center", fontsize=11)
    panels[0].legend(loc="center", bbox_to_anchor=(0.5, 0.68))
    return figure


def _linear(points: Array) -> Array:
    """The projection onto the first principal direction."""
    mean = points.mean(axis=0)
    direction = np.linalg.svd(points - mean)[2][0]
    rebuilt: Array = mean + np.outer((points - mean) @ direction, direction)
    return rebuilt


def _bent(points: Array) -> Array:
    """The output of a trained 2-16-1-16-2 network."""
    rng = np.random.default_rng(0)
    sizes = (2, HIDDEN, 1, HIDDEN, 2)
    pairs = list(pairwise(sizes))
    weights = [rng.normal(0, np.sqrt(1 / before), (before, after)) for before, after in pairs]
    weights += [np.zeros(after) for _, after in pairs]
    first, second = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    for step in range(1, STEPS + 1):
        for i, gradient in enumerate(_gradients(points, weights)):
            first[i] = 0.9 * first[i] + 0.1 * gradient
            second[i] = 0.999 * second[i] + 0.001 * gradient**2
            size = np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8
            weights[i] = weights[i] - RATE * first[i] / (1 - 0.9**step) / size
    return _layers(points, weights)[-1]


def _layers(points: Array, weights: Sequence[Array]) -> list[Array]:
    """The input and every layer's output; the first and the third layer end in tanh."""
    values = [points]
    for number in range(4):
        sums = values[-1] @ weights[number] + weights[4 + number]
        values.append(np.tanh(sums) if number % 2 == 0 else sums)
    return values


def _gradients(points: Array, weights: Sequence[Array]) -> list[Array]:
    """The gradients of the mean squared error, in the order of ``weights``."""
    values = _layers(points, weights)
    slope = 2 * (values[-1] - points) / points.size
    found: dict[int, Array] = {}
    for number in (3, 2, 1, 0):
        if number % 2 == 0:
            slope = slope * (1 - values[number + 1] ** 2)
        found[number], found[4 + number] = values[number].T @ slope, slope.sum(axis=0)
        slope = slope @ weights[number].T
    return [found[i] for i in range(8)]
