"""One polynomial of degree 11 with three strengths of an L2 penalty, and its errors on both sets.

The points are those of the figure on overfitting: the same seed draws them.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]

SEED = 6
POINTS = 12
NOISE = 0.25
DEGREE = 11
STRENGTHS = (
    ("no penalty", 0.0, "0", style.RED),
    ("about right", 1e-2, "0.01", style.GREEN),
    ("too strong", 10.0, "10", style.ORANGE),
)


def draw() -> Figure:
    """Three panels: the fitted curve among training points (dots) and validation points (crosses)."""
    random = np.random.default_rng(SEED)
    training = _sample(np.linspace(0.0, 1.0, POINTS), random)
    validation = _sample(np.sort(random.uniform(0.02, 0.98, POINTS)), random)
    figure, panels = style.panels(3, height=3.3, share_y=True)
    for axes, (verdict, strength, written, colour) in zip(panels, STRENGTHS, strict=True):
        _panel(axes, _weights(*training, strength), training, validation, colour)
        axes.set_title(f"{verdict}\n$\\lambda$ = {written}", color=style.TEXT)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=11, handletextpad=0.2)
    return figure


def _sample(x: Values, random: np.random.Generator) -> tuple[Values, Values]:
    return x, np.sin(2 * np.pi * x) + random.normal(0.0, NOISE, x.size)


def _powers(x: Values) -> Values:
    """x moved to -1 … 1, in the powers 0 to 11: (points, 12)."""
    return np.vander(2 * x - 1, DEGREE + 1, increasing=True)


def _weights(x: Values, y: Values, strength: float) -> Values:
    """The weights that minimise the squared errors plus `strength` times the squared weights.

    Halved, that is the lesson's J with half the sum of the squared errors as the loss. The constant is
    not penalised. Solved as plain least squares with one more row for each weight.
    """
    penalty = np.sqrt(strength) * np.eye(DEGREE + 1)[1:]
    rows = np.vstack((_powers(x), penalty))
    targets = np.concatenate((y, np.zeros(DEGREE)))
    weights: Values = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return weights


def _panel(
    axes: Axes, weights: Values, training: tuple[Values, Values], validation: tuple[Values, Values], colour: str
) -> None:
    grid = np.linspace(0.0, 1.0, 400)
    axes.plot(grid, _powers(grid) @ weights, color=colour, linestyle="-", zorder=2)
    axes.plot(*training, "o", color=style.TEXT, markersize=5, label="training", zorder=3)
    axes.plot(*validation, "x", color=style.BLUE, markersize=6, markeredgewidth=2, label="validation", zorder=3)
    axes.set(xticks=[], yticks=[], xlim=(-0.06, 1.06), ylim=(-2.1, 2.1))
    axes.set_xlabel(f"train {_error(weights, training):.2f}\nval. {_error(weights, validation):.2f}")


def _error(weights: Values, points: tuple[Values, Values]) -> float:
    """The mean squared error of the polynomial on the points."""
    x, y = points
    return float(np.mean((_powers(x) @ weights - y) ** 2))
