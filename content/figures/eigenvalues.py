"""The unit circle and what the lesson's symmetric matrix makes of it: two arrows keep their direction."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

MATRIX = np.array([[2.0, 1.0], [1.0, 2.0]])
ROOT = 0.5**0.5
# The arrows before the matrix acts: two eigenvectors of length 1, and one vector that is turned.
FIRST, SECOND, OTHER = np.array([ROOT, ROOT]), np.array([-ROOT, ROOT]), np.array([1.0, 0.0])


def draw() -> Figure:
    """Circle and ellipse, with three arrows before and after; the eigenvectors keep to their lines."""
    figure, axes = style.plot(height=4.2)
    axes.set(xlim=(-2.75, 3.55), ylim=(-2.45, 2.65), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
    turn = np.linspace(0, 2 * np.pi, 200)
    circle = np.array([np.cos(turn), np.sin(turn)])
    axes.plot(*circle, color=style.MUTED, linestyle="--", linewidth=1.6)
    axes.plot(*(MATRIX @ circle), color=style.MUTED, linestyle="-", linewidth=1.8)
    for vector, colour in ((OTHER, style.RED), (FIRST, style.GREEN), (SECOND, style.BLUE)):
        _arrow(axes, MATRIX @ vector, colour, 2.4)
        _arrow(axes, vector, style.TEXT if vector is not SECOND else style.BLUE, 2.4)
    axes.text(2.2, 2.3, "× 3", color=style.GREEN, fontsize=13, ha="left", va="center")
    axes.text(-0.85, 0.95, "× 1", color=style.BLUE, fontsize=13, ha="right", va="center")
    axes.text(2.15, 0.75, "turned:\n(2, 1)", color=style.RED, fontsize=12, ha="left", va="center")
    axes.text(1.45, 0.0, "(1, 0)", color=style.TEXT, ha="left", va="center")
    axes.text(-0.2, -0.55, "before", color=style.MUTED, ha="center", va="center")
    axes.text(-1.5, -1.55, "after", color=style.MUTED, ha="center", va="center")
    return figure


def _arrow(axes: Axes, end: np.ndarray, colour: str, width: float) -> None:
    axes.annotate(
        "",
        (float(end[0]), float(end[1])),
        (0, 0),
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0},
        zorder=3,
    )
