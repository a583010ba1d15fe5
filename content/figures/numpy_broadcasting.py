"""Broadcasting: a column and a row are both stretched to the shape of the sum.

The numbers of the three tables come from the broadcast itself.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

COLUMN = np.array([[10], [20]])
ROW = np.array([1, 2, 3])
CELL = 0.88
BOTTOM = 1.35


def draw() -> Figure:
    """Three tables of one shape; cells that exist are solid, repeated ones are dashed and faint."""
    figure, axes = style.diagram(10, 5)
    column, row = np.broadcast_arrays(COLUMN, ROW)
    total = COLUMN + ROW
    real_column = np.zeros(total.shape, dtype=bool)
    real_column[:, 0] = True
    real_row = np.zeros(total.shape, dtype=bool)
    real_row[0] = True
    _table(axes, 0.3, column, real_column, style.BLUE)
    _table(axes, 3.68, row, real_row, style.ORANGE)
    _table(axes, 7.06, total, np.ones(total.shape, dtype=bool), style.GREEN)
    middle = BOTTOM + CELL
    for at, sign in ((3.31, "+"), (6.69, "=")):
        axes.text(at, middle, sign, ha="center", va="center", fontsize=18)
    for left, words in ((0.3, "(2, 1)"), (3.68, "(3,)"), (7.06, "(2, 3)")):
        axes.text(left + 1.5 * CELL, 3.65, words, ha="center", va="center", fontsize=13)
    axes.text(5, 4.5, "shapes", ha="center", va="center", fontsize=12, color=style.MUTED)
    axes.text(5, 0.6, "dashed: repeated, but never stored", ha="center", va="center", fontsize=12, color=style.MUTED)
    return figure


def _table(axes: Axes, left: float, values: np.ndarray, real: np.ndarray, colour: str) -> None:
    rows, _ = values.shape
    for (i, j), value in np.ndenumerate(values):
        solid = bool(real[i, j])
        x, y = left + j * CELL, BOTTOM + (rows - 1 - i) * CELL
        axes.add_patch(
            Rectangle(
                (x + 0.05, y + 0.05),
                CELL - 0.1,
                CELL - 0.1,
                facecolor=style.PANEL if solid else style.BACKGROUND,
                edgecolor=colour if solid else style.FAINT,
                linestyle="-" if solid else "--",
                linewidth=2,
            )
        )
        letters = style.TEXT if solid else style.MUTED
        axes.text(x + CELL / 2, y + CELL / 2, str(value), ha="center", va="center", fontsize=13, color=letters)
