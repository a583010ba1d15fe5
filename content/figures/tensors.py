"""One row of memory read twice: as a table and, with the strides swapped, as its transpose."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from content.figures import style

NUMBERS = np.arange(6)
TABLE = NUMBERS.reshape(2, 3)
MARKED = 5


def draw() -> Figure:
    """Memory on top; below it both tables, each with its shape and its strides."""
    figure, axes = style.diagram(10, 7.8)
    axes.text(5, 7.35, "memory", ha="center", va="center", fontsize=12)
    _grid(axes, NUMBERS[None], 2.0, 6.9)
    _reading(axes, TABLE, 1.0)
    _reading(axes, TABLE.T, 6.5)
    style.arrow(axes, (3.6, 5.75), (2.8, 4.95))
    style.arrow(axes, (6.4, 5.75), (7.2, 4.95))
    return figure


def _reading(axes: Axes, table: NDArray[np.int_], left: float) -> None:
    """A table with its name above it and what NumPy itself says of shape and strides below."""
    rows, columns = table.shape
    steps = tuple(step // table.itemsize for step in table.strides)
    middle = left + columns / 2
    axes.text(middle, 4.6, "x" if rows == TABLE.shape[0] else "x.T", ha="center", va="center", fontsize=12)
    _grid(axes, table, left, 4.2)
    words = f"shape ({rows}, {columns})\nstrides ({steps[0]}, {steps[1]})"
    axes.text(middle, 0.55, words, ha="center", va="center", fontsize=11, color=style.MUTED, linespacing=1.4)


def _grid(axes: Axes, numbers: NDArray[np.int_], left: float, top: float) -> None:
    for (row, column), number in np.ndenumerate(numbers):
        marked = number == MARKED
        corner = (left + column, top - row - 1)
        face = style.ORANGE if marked else style.PANEL
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=style.BACKGROUND, linewidth=2.5))
        axes.text(
            corner[0] + 0.5,
            corner[1] + 0.47,
            str(number),
            ha="center",
            va="center",
            fontsize=14,
            color=style.BACKGROUND if marked else style.TEXT,
            weight="bold" if marked else "normal",
        )
