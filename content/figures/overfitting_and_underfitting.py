"""Polynomials of three degrees fitted to the same noisy points, with their errors on both sets."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]

SEED = 6
POINTS = 12
NOISE = 0.25
FITS = ((1, "underfits", style.ORANGE), (3, "fits well", style.GREEN), (11, "overfits", style.RED))


def draw() -> Figure:
    """Three panels: the fitted curve among training points (dots) and validation points (crosses)."""
    random = np.random.default_rng(SEED)
    training = _sample(np.linspace(0.0, 1.0, POINTS), random)
    validation = _sample(np.sort(random.uniform(0.02, 0.98, POINTS)), random)
    figure, panels = style.panels(3, height=3.3, share_y=True)
    for axes, (degree, verdict, colour) in zip(panels, FITS, strict=True):
        _panel(axes, degree, training, validation, colour)
        axes.set_title(f"degree {degree}\n{verdict}", color=style.TEXT)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=11, handletextpad=0.2)
    return figure


def _sample(x: Values, random: np.random.Generator) -> tuple[Values, Values]:
    return x, np.sin(2 * np.pi * x) + random.normal(0.0, NOISE, x.size)


def _panel(
    axes: Axes, degree: int, training: tuple[Values, Values], validation: tuple[Values, Values], colour: str
) -> None:
    fit = Polynomial.fit(*training, deg=degree)
    grid = np.linspace(0.0, 1.0, 400)
    axes.plot(grid, fit(grid), color=colour, linestyle="-", zorder=2)
    axes.plot(*training, "o", color=style.TEXT, markersize=5, label="training", zorder=3)
    axes.plot(*validation, "x", color=style.BLUE, markersize=6, markeredgewidth=2, label="validation", zorder=3)
    axes.set(xticks=[], yticks=[], xlim=(-0.06, 1.06), ylim=(-2.1, 2.1))
    axes.set_xlabel(f"train {_error(fit, training):.2f}\nval. {_error(fit, validation):.2f}")


def _error(fit: Polynomial, points: tuple[Values, Values]) -> float:
    """The mean squared error of the fit on the points."""
    x, y = points
    return float(np.mean((fit(x) - y) ** 2))
