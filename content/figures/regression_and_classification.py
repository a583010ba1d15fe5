"""Regression reads a number off a fitted line; classification asks on which side of a border a point lies.

The line is fitted by least squares, the border by logistic regression; the two answers come from the fits.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]

SEED = 3
ASKED = 6.0
NEW = np.array([1.9, 1.35])


def draw() -> Figure:
    """Left: a line and a number read off it. Right: two classes, their border and a new point."""
    random = np.random.default_rng(SEED)
    figure, (left, right) = style.panels(2, titles=("how much?", "which?"), height=3.1)
    _regression(left, random)
    _classification(right, random)
    for axes in (left, right):
        axes.set(xticks=[], yticks=[], xlim=(0, 10))
    return figure


def _regression(axes: Axes, random: np.random.Generator) -> None:
    x = np.linspace(0.8, 9.2, 16)
    y = 1 + 0.5 * x + random.normal(0, 0.5, x.size)
    slope, start = np.polyfit(x, y, 1)
    answer = start + slope * ASKED
    axes.plot(x, y, "o", color=style.BLUE, markersize=6)
    axes.plot([0, 10], [start, start + 10 * slope], color=style.TEXT, linestyle="-")
    axes.plot([ASKED, ASKED, 0], [0, answer, answer], color=style.ORANGE, linestyle="--")
    axes.text(0.3, answer + 0.15, f"{answer:.1f}", color=style.ORANGE, fontsize=13, weight="bold", va="bottom")
    axes.set(ylim=(0, 7))
    axes.set_xlabel("regression: a number")


def _classification(axes: Axes, random: np.random.Generator) -> None:
    circles = random.normal((3.2, 4.7), (1.3, 1.0), (18, 2))
    crosses = random.normal((6.6, 2.3), (1.3, 1.0), (18, 2))
    weights, bias = _logistic(np.concatenate([circles, crosses]), np.repeat([0.0, 1.0], 18))
    axes.plot(*circles.T, "o", color=style.BLUE, markersize=6)
    axes.plot(*crosses.T, "x", color=style.GREEN, markersize=7, markeredgewidth=2)
    ends = np.array([0.0, 10.0])
    axes.plot(ends, -(bias + weights[0] * ends) / weights[1], color=style.TEXT, linestyle="--")
    axes.plot(*NEW, "*", color=style.ORANGE, markersize=15, zorder=4)
    chance = 1 / (1 + np.exp(-(weights @ NEW + bias)))
    axes.text(0.5, 0.3, f"× {100 * chance:.0f} %", color=style.ORANGE, fontsize=13, weight="bold")
    axes.set(ylim=(0, 7))
    axes.set_xlabel("classification: a side")


def _logistic(points: Values, labels: Values) -> tuple[Values, float]:
    """Logistic regression with a small weight penalty, by Newton's method: the weights and the bias."""
    table = np.column_stack([points, np.ones(len(points))])
    solution = np.zeros(3)
    penalty = np.diag([0.3, 0.3, 1e-6])
    for _ in range(20):
        p = 1 / (1 + np.exp(-table @ solution))
        curvature = table.T @ (table * (p * (1 - p))[:, None]) + penalty
        solution -= np.linalg.solve(curvature, table.T @ (p - labels) + penalty @ solution)
    return solution[:2], float(solution[2])
