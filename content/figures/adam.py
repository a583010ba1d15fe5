"""Forty steps of SGD, momentum and Adam from one start in one ravine, each path really computed.

The loss is (x² + 40 y²) / 2: forty times as steep across as along. The ravine runs along an axis,
which suits Adam, because it scales each coordinate on its own. The picture shows how each one moves,
not which wins: the order of their final losses depends on the learning rates.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Points = NDArray[np.float64]
Rule = Callable[[Points], Points]

CURVATURE = np.array([1.0, 40.0])
START = np.array([-9.0, 1.6])
STEPS = 40


def draw() -> Figure:
    """Three panels above one another: the contours of the loss and the points each optimiser visits."""
    figure = style.new_figure(4.6)
    rows = (
        ("SGD: zigzags, then creeps", _momentum(0.045, 0.0), style.ORANGE),
        ("momentum: swings and overshoots", _momentum(0.02, 0.9), style.BLUE),
        ("Adam: even steps, one gentle curve", _adam(0.3), style.GREEN),
    )
    for axes, (name, rule, colour) in zip(figure.subplots(3, 1), rows, strict=True):
        _panel(axes, name, _path(rule), colour)
    return figure


def _loss(points: Points) -> Points:
    losses: Points = (CURVATURE * np.square(points)).sum(axis=-1) / 2
    return losses


def _momentum(rate: float, beta: float) -> Rule:
    """SGD with momentum ``beta``: each call takes a gradient and gives the step."""
    velocity = np.zeros(2)

    def step(gradient: Points) -> Points:
        nonlocal velocity
        velocity = beta * velocity + gradient
        return -rate * velocity

    return step


def _adam(rate: float, beta1: float = 0.9, beta2: float = 0.999) -> Rule:
    """Adam (Kingma and Ba, 2015): each call takes a gradient and gives the step."""
    first, second, count = np.zeros(2), np.zeros(2), 0

    def step(gradient: Points) -> Points:
        nonlocal first, second, count
        count += 1
        first = beta1 * first + (1 - beta1) * gradient
        second = beta2 * second + (1 - beta2) * np.square(gradient)
        corrected = second / (1 - beta2**count)
        return -rate * first / (1 - beta1**count) / (np.sqrt(corrected) + 1e-8)

    return step


def _path(rule: Rule) -> Points:
    points = [START]
    for _ in range(STEPS):
        points.append(points[-1] + rule(CURVATURE * points[-1]))
    return np.array(points)


def _panel(axes: Axes, name: str, path: Points, colour: str) -> None:
    x, y = np.meshgrid(np.linspace(-10, 3, 200), np.linspace(-2.1, 2.1, 100))
    losses = _loss(np.stack((x, y), axis=-1))
    axes.contour(x, y, losses, levels=[0.5, 4, 12, 25, 45, 75], colors=style.FAINT, linewidths=1)
    axes.plot(*path.T, color=colour, linestyle="-", linewidth=1.6, marker="o", markersize=3.5)
    axes.plot(*START, marker="o", markersize=9, color=style.TEXT, markerfacecolor="none")
    axes.plot(0, 0, marker="*", markersize=12, color=style.YELLOW, zorder=5)
    axes.set_title(name, fontsize=11)
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
