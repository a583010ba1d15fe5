"""The lesson's worked example as tables: two examples, one in each row, going through two layers at once.

The numbers are computed here with the lesson's weights.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from content.figures import style

Table = NDArray[np.int64]

CELL = 0.62
GAP = 1.12
LEFT = 0.22
TOP = 3.05


def draw() -> Figure:
    """Four tables with an arrow for each step between them, and the shape below each table."""
    figure, axes = style.diagram(10, 4)
    x = np.array([[1, 2], [2, 0]])
    sums = x @ np.array([[1, 1], [2, -2], [0, 1]]).T + np.array([0, 1, -1])
    hidden = np.maximum(sums, 0)
    logits = hidden @ np.array([[1, 1, -1], [-1, 1, 2]]).T + np.array([0, 1])
    cut = sums < 0
    left = _table(axes, LEFT, x, "input", style.BLUE)
    left = _table(axes, _step(axes, left, "$W_1$, $b_1$"), sums, "sums", style.PURPLE, cut)
    left = _table(axes, _step(axes, left, "ReLU"), hidden, "hidden", style.PURPLE, cut)
    _table(axes, _step(axes, left, "$W_2$, $b_2$"), logits, "logits", style.GREEN)
    axes.text(5, 0.5, "one row for each example, all the way", ha="center", va="center", fontsize=11)
    return figure


def _table(
    axes: Axes, left: float, table: Table, name: str, colour: str, cut: NDArray[np.bool_] | None = None
) -> float:
    """Draw a table whose `cut` cells stand out; gives its right edge."""
    rows, columns = table.shape
    middle = left + columns * CELL / 2
    axes.text(middle, TOP + 0.18, name, ha="center", va="bottom", fontsize=12)
    for (row, column), value in np.ndenumerate(table):
        corner = (left + column * CELL, TOP - (row + 1) * CELL)
        _cell(axes, corner, int(value), colour, cut is not None and bool(cut[row, column]))
    axes.text(middle, TOP - rows * CELL - 0.18, f"{rows}×{columns}", ha="center", va="top", fontsize=12)
    return float(left + columns * CELL)


def _cell(axes: Axes, corner: tuple[float, float], value: int, colour: str, cut: bool) -> None:
    axes.add_patch(Rectangle(corner, CELL, CELL, facecolor=style.PANEL, edgecolor=colour, linewidth=1.8))
    axes.text(
        corner[0] + CELL / 2,
        corner[1] + CELL / 2,
        f"{value}".replace("-", "−"),
        ha="center",
        va="center",
        fontsize=12,
        fontweight="bold" if cut else "normal",
        color=style.ORANGE if cut else style.TEXT,
    )


def _step(axes: Axes, left: float, text: str) -> float:
    """Draw an arrow to the next table, with what happens above it; gives that table's left edge."""
    middle = TOP - CELL
    style.arrow(axes, (left + 0.12, middle), (left + GAP - 0.12, middle), text)
    return left + GAP
