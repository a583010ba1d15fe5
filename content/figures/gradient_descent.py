"""Gradient descent on one loss with three learning rates: too small, about right, too large.

The loss is the one of the lesson's worked example, so it converges for rates below 0.4.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Weights = NDArray[np.float64]

START = -1.5
STEPS = 5
RATES = (("too small", 0.01, style.BLUE), ("about right", 0.1, style.GREEN), ("too large", 0.42, style.RED))


def draw() -> Figure:
    """Three panels, each with the loss curve and the points that five steps visit."""
    figure, panels = style.panels(3, height=2.7, share_y=True)
    for axes, (verdict, rate, colour) in zip(panels, RATES, strict=True):
        _walk(axes, rate, colour)
        axes.set_title(f"{verdict}\n$\\eta$ = {rate}")
    panels[0].set_ylabel("loss")
    return figure


def _loss(w: Weights) -> Weights:
    return (np.square(w - 2) + np.square(2 * w - 2)) / 2


def _walk(axes: Axes, rate: float, colour: str) -> None:
    grid = np.linspace(-3.3, 5.7, 200)
    axes.plot(grid, _loss(grid), color=style.MUTED, linewidth=1.6, linestyle="-")
    visited = _visited(rate)
    heights = _loss(visited)
    axes.plot(visited, heights, color=colour, linewidth=1.8, linestyle="-", marker="o", markersize=5)
    axes.plot(visited[0], heights[0], marker="o", markersize=9, color=style.TEXT, markerfacecolor="none")
    axes.annotate(
        "start", (visited[0], heights[0]), (-5, -5), textcoords="offset points", ha="right", va="top", fontsize=10
    )
    axes.set(xlabel="weight $w$", xlim=(-5.2, 6.2), xticks=[], yticks=[])


def _visited(rate: float) -> Weights:
    weights = [START]
    for _ in range(STEPS):
        weights.append(weights[-1] - rate * (5 * weights[-1] - 6))
    return np.array(weights)
