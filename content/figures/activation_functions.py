"""Six activation functions, each with its slope: what saturates and what lets gradients through."""

from math import erf, pi, sqrt

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from content.figures import style

Curve = NDArray[np.float64]


def draw() -> Figure:
    """Small multiples: the function solid, its derivative dashed, over the same axes."""
    figure = style.new_figure(4.2)
    grid = figure.subplots(2, 3, sharex=True, sharey=True)
    z = np.linspace(-4, 4, 801)
    for axes, (name, value, slope) in zip(grid.flat, _curves(z), strict=True):
        axes.axhline(0, color=style.FAINT, linewidth=1)
        axes.plot(z, value, color=style.BLUE, linestyle="-")
        axes.plot(z, slope, color=style.ORANGE, linestyle=(0, (3, 1.2)), linewidth=2)
        axes.set_title(name)
        axes.set(xlim=(-4, 4), ylim=(-1.25, 2.25), xticks=(-3, 0, 3), yticks=(-1, 0, 1, 2))
    # A tenth is easier to see than the hundredth that PyTorch takes by default.
    grid[1, 0].text(-3.5, 0.45, "α = 0.1", fontsize=10)
    lines = [
        Line2D([], [], color=style.BLUE, linestyle="-", label="the function"),
        Line2D([], [], color=style.ORANGE, linestyle=(0, (3, 1.2)), linewidth=2, label="its slope"),
    ]
    figure.legend(handles=lines, loc="outside lower center", ncols=2, frameon=False, fontsize=11)
    return figure


def _curves(z: Curve) -> list[tuple[str, Curve, Curve]]:
    """(name, f(z), f'(z)) of each function; the jump in a slope is a gap, not a steep line."""
    sigmoid = 1 / (1 + np.exp(-z))
    normal = np.array([0.5 * (1 + erf(one / sqrt(2))) for one in z])
    density = np.exp(-(z**2) / 2) / sqrt(2 * pi)
    corner = z == 0
    return [
        ("sigmoid", sigmoid, sigmoid * (1 - sigmoid)),
        ("tanh", np.tanh(z), 1 - np.tanh(z) ** 2),
        ("ReLU", np.maximum(z, 0), np.where(corner, np.nan, z > 0)),
        ("leaky ReLU", np.where(z > 0, z, 0.1 * z), np.where(corner, np.nan, np.where(z > 0, 1, 0.1))),
        ("GELU", z * normal, normal + z * density),
        ("SiLU", z * sigmoid, sigmoid * (1 + z * (1 - sigmoid))),
    ]
