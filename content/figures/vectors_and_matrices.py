"""What a matrix does to the plane: the lesson's matrix applied to a grid and to the unit square.

The columns of the matrix are where the two basis vectors land, and the corner (1, 1) goes to (1, 2).
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from content.figures import style

MATRIX = np.array([[2.0, -1.0], [1.0, 1.0]])
SQUARE = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
REACH = 6


def draw() -> Figure:
    """The grid, the basis vectors and the unit square before and after the matrix."""
    figure, (before, after) = style.panels(2, titles=("before", "after the matrix"), height=2.5)
    _plane(before, np.eye(2))
    _plane(after, MATRIX)
    _label(before, (0.5, -0.35), "(1, 0)", style.BLUE, "center")
    _label(before, (-0.12, 1.3), "(0, 1)", style.ORANGE, "right")
    _label(before, (1.15, 1.25), "(1, 1)", style.TEXT, "left")
    _label(after, (1.9, 0.55), "(2, 1)", style.BLUE, "left")
    _label(after, (-1.0, 1.35), "(−1, 1)", style.ORANGE, "center")
    _label(after, (1.15, 2.3), "(1, 2)", style.TEXT, "left")
    return figure


def _plane(axes: Axes, matrix: np.ndarray) -> None:
    axes.set(xlim=(-1.8, 3.2), ylim=(-1.0, 3.0), aspect="equal", xticks=(), yticks=())
    axes.grid(False)
    for edge in axes.spines.values():
        edge.set_visible(False)
    for at in range(-REACH, REACH + 1):
        for line in ([[at, at], [-REACH, REACH]], [[-REACH, REACH], [at, at]]):
            colour, width = (style.MUTED, 1.4) if at == 0 else (style.FAINT, 0.9)
            axes.plot(*(matrix @ np.array(line)), color=colour, linewidth=width, linestyle="-", zorder=1)
    corners = matrix @ SQUARE
    axes.add_patch(Polygon(corners.T, facecolor=style.GREEN, alpha=0.3, edgecolor="none", zorder=1))
    axes.plot(*corners[:, 2], marker="o", color=style.TEXT, zorder=3)
    for column, colour in zip(matrix.T, (style.BLUE, style.ORANGE), strict=True):
        axes.annotate(
            "",
            (float(column[0]), float(column[1])),
            (0, 0),
            arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2.6, "shrinkA": 0, "shrinkB": 0},
            zorder=3,
        )


def _label(axes: Axes, at: tuple[float, float], text: str, colour: str, align: str) -> None:
    ground = {"facecolor": style.BACKGROUND, "edgecolor": "none", "pad": 1.2, "alpha": 0.85}
    axes.text(*at, text, color=colour, fontsize=11, ha=align, va="center", bbox=ground, zorder=4)
