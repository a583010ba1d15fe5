"""The same fit to twenty samples of one wave: straight lines agree and miss it, wiggly ones scatter around it.

Bias² and variance below the panels come from 500 samples, as in the lesson's code.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]

SEED = 0
POINTS = 20
NOISE = 0.3
SAMPLES = 500
SHOWN = 20
X = np.linspace(0.0, 1.0, POINTS)
GRID = np.linspace(0.0, 1.0, 200)


def draw() -> Figure:
    """Two panels of thin fitted lines, the truth dashed on top."""
    titles = ("degree 1:\nhigh bias", "degree 9:\nhigh variance")
    figure, panels = style.panels(2, titles=titles, height=3.6, share_y=True)
    for axes, degree, colour in zip(panels, (1, 9), (style.ORANGE, style.BLUE), strict=True):
        _panel(axes, degree, colour)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=11)
    return figure


def _panel(axes: Axes, degree: int, colour: str) -> None:
    random = np.random.default_rng(SEED)
    fits = [Polynomial.fit(X, _wave(X) + random.normal(0.0, NOISE, POINTS), degree) for _ in range(SAMPLES)]
    for number, fit in enumerate(fits[:SHOWN]):
        label = "one fit" if number == 0 else None
        axes.plot(GRID, fit(GRID), color=colour, linestyle="-", linewidth=1, alpha=0.75, label=label)
    axes.plot(GRID, _wave(GRID), color=style.TEXT, linestyle="--", linewidth=2.6, label="truth")
    values = np.array([fit(X) for fit in fits])
    bias = np.mean((values.mean(axis=0) - _wave(X)) ** 2)
    axes.set_xlabel(f"bias² {bias:.2f}\nvariance {values.var(axis=0).mean():.2f}", fontsize=12)
    axes.set(xticks=[], yticks=[], ylim=(-1.9, 1.9))


def _wave(x: Values) -> Values:
    return np.sin(2 * np.pi * x)
