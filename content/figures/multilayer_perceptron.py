"""What networks with 1, 3 and 8 hidden ReLU units learn from a disc inside a ring.

The networks are really trained here, by Adam on the cross-entropy of all points, in plain NumPy.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Array = NDArray[np.float64]

# Hidden units, and a seed from which training ends in a good solution for that size.
NETWORKS = ((1, 0), (3, 2), (8, 0))
POINTS = 60
STEPS = 600
RATE = 0.05
EDGE = 2.2


def draw() -> Figure:
    """Three panels with the same points; the side that a network takes for the disc is grey, its edge white."""
    titles = [f"{hidden} hidden unit{'s' if hidden > 1 else ''}" for hidden, _ in NETWORKS]
    figure, panels = style.panels(len(NETWORKS), titles=titles, height=2.25)
    points, labels = _disc_in_ring()
    for axes, (hidden, seed) in zip(panels, NETWORKS, strict=True):
        parameters = _trained(points, labels, hidden, seed)
        _boundary(axes, parameters)
        _dots(axes, points, labels)
        right = np.mean((_logits(parameters, points) > 0) == (labels > 0))
        axes.set_xlabel(f"{right:.0%} right")
    return figure


def _disc_in_ring() -> tuple[Array, Array]:
    """Points (2 POINTS, 2), first those of the disc, and their labels (2 POINTS,), 1 for the disc."""
    random = np.random.default_rng(1)
    radius = np.concatenate([0.75 * np.sqrt(random.uniform(size=POINTS)), random.uniform(1.35, 1.95, POINTS)])
    angle = random.uniform(0, 2 * np.pi, 2 * POINTS)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points, np.repeat([1.0, 0.0], POINTS)


def _trained(points: Array, labels: Array, hidden: int, seed: int) -> list[Array]:
    """Weights and biases of both layers after training."""
    random = np.random.default_rng(seed)
    parameters = [
        random.normal(size=(2, hidden)),
        random.normal(size=hidden) * 0.1,
        random.normal(size=hidden) / np.sqrt(hidden),
        np.zeros(1),
    ]
    means, squares = ([np.zeros_like(one) for one in parameters] for _ in range(2))
    for step in range(1, STEPS + 1):
        for k, gradient in enumerate(_gradients(parameters, points, labels)):
            means[k] += 0.1 * (gradient - means[k])
            squares[k] += 0.001 * (gradient**2 - squares[k])
            mean, square = means[k] / (1 - 0.9**step), squares[k] / (1 - 0.999**step)
            parameters[k] -= RATE * mean / (np.sqrt(square) + 1e-8)
    return parameters


def _gradients(parameters: list[Array], points: Array, labels: Array) -> tuple[Array, ...]:
    first, first_bias, second, second_bias = parameters
    sums = points @ first + first_bias
    values = np.maximum(sums, 0)
    error = (1 / (1 + np.exp(-(values @ second + second_bias))) - labels) / len(labels)
    message = np.outer(error, second) * (sums > 0)
    return points.T @ message, message.sum(axis=0), values.T @ error, error.sum(keepdims=True)


def _logits(parameters: list[Array], points: Array) -> Array:
    first, first_bias, second, second_bias = parameters
    logits: Array = np.maximum(points @ first + first_bias, 0) @ second + second_bias
    return logits


def _boundary(axes: Axes, parameters: list[Array]) -> None:
    side = np.linspace(-EDGE, EDGE, 240)
    across, up = np.meshgrid(side, side)
    logits = _logits(parameters, np.stack([across.ravel(), up.ravel()], axis=1)).reshape(across.shape)
    axes.contourf(across, up, logits, levels=[0, np.inf], colors=[style.FAINT], alpha=0.55)
    axes.contour(across, up, logits, levels=[0], colors=[style.TEXT], linewidths=2, linestyles="-")


def _dots(axes: Axes, points: Array, labels: Array) -> None:
    for label, marker, colour in ((1.0, "o", style.BLUE), (0.0, "x", style.ORANGE)):
        some = points[labels == label]
        axes.plot(
            some[:, 0], some[:, 1], linestyle="", marker=marker, color=colour, markersize=3.5, markeredgewidth=1.4
        )
    axes.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal", xticks=[], yticks=[])
