"""A 3 × 3 kernel at two places of the lesson's 4 × 4 input, and what it writes into the output."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from content.figures import style

IMAGE = np.array([[1, 1, 1, 5], [1, 1, 1, 5], [1, 1, 2, 5], [1, 2, 1, 5]])
KERNEL = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
OUTPUT = np.array([[(IMAGE[i : i + 3, j : j + 3] * KERNEL).sum() for j in range(2)] for i in range(2)])
# Where the upper left corners of the three grids stand across, and of the two steps upwards.
INPUT_AT, KERNEL_AT, OUTPUT_AT = 0.35, 5.35, 9.35
STEPS = (9.5, 4.6)


def draw() -> Figure:
    """Two steps of the slide, one below the other: window and kernel outlined, output cell filled."""
    figure, axes = style.diagram(11.7, 10.7)
    for left, width, title in ((INPUT_AT, 4, "input"), (KERNEL_AT, 3, "kernel"), (OUTPUT_AT, 2, "output")):
        axes.text(left + width / 2, 10.1, title, ha="center", va="center", fontsize=12)
    for column, top in enumerate(STEPS):
        _step(axes, top, column)
    return figure


def _step(axes: Axes, top: float, column: int) -> None:
    """The window `column` cells to the right of the corner; only what is computed by then is written."""
    _grid(axes, IMAGE, INPUT_AT, top)
    _outline(axes, INPUT_AT + column, top)
    _grid(axes, KERNEL, KERNEL_AT, top - 0.5)
    _outline(axes, KERNEL_AT, top - 0.5)
    shown = np.array([[True, column == 1], [False, False]])
    _grid(axes, OUTPUT, OUTPUT_AT, top - 1.0, shown=shown, newest=(0, column))
    for left, sign in ((4.85, "∗"), (8.85, "=")):
        axes.text(left, top - 2.0, sign, ha="center", va="center", fontsize=17)
    axes.text(KERNEL_AT, top - 4.05, _sum(column), ha="left", va="center", fontsize=11, color=style.MUTED)


def _sum(column: int) -> str:
    """What the kernel's 1s pick out of the window less what its −1s do, written out."""
    added, taken = (" + ".join(map(str, IMAGE[:3, column + across])) for across in (2, 0))
    return f"({added}) − ({taken}) = {OUTPUT[0, column]}"


def _grid(
    axes: Axes,
    numbers: NDArray[np.int_],
    left: float,
    top: float,
    *,
    shown: NDArray[np.bool_] | None = None,
    newest: tuple[int, int] | None = None,
) -> None:
    """A table of numbers; cells that are not shown stay empty, and the newest one is filled."""
    for (row, column), number in np.ndenumerate(numbers):
        is_newest = (row, column) == newest
        corner = (left + column, top - row - 1)
        face = style.GREEN if is_newest else style.PANEL
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=style.BACKGROUND, linewidth=2.5))
        if shown is None or shown[row, column]:
            axes.text(
                corner[0] + 0.5,
                corner[1] + 0.47,
                str(number).replace("-", "−"),
                ha="center",
                va="center",
                fontsize=13,
                color=style.BACKGROUND if is_newest else style.TEXT,
                weight="bold" if is_newest else "normal",
            )


def _outline(axes: Axes, left: float, top: float) -> None:
    axes.add_patch(Rectangle((left, top - 3), 3, 3, fill=False, edgecolor=style.ORANGE, linewidth=3, zorder=4))
