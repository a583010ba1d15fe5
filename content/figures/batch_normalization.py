"""A batch of four examples before and after batch normalisation, with each unit's statistics.

The first unit is the one of the lesson's worked example.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

# One row per example, one column per unit.
BATCH = np.array([[1.0, -30.0, 0.2], [7.0, -90.0, 0.4], [7.0, -10.0, 0.4], [9.0, -30.0, 0.6]])
COLOURS = (style.BLUE, style.ORANGE, style.GREEN)
CELL = 1.5


def draw() -> Figure:
    """Two tables, the raw activations above the normalised ones, a frame around each unit's column."""
    normalised = (BATCH - BATCH.mean(axis=0)) / BATCH.std(axis=0)
    figure, axes = style.diagram(10, 10.6)
    _table(axes, 9.2, "before", BATCH, ("{:g}", "{:g}", "{:.1f}"))
    _table(axes, 3.9, "after", normalised, ("{:.2f}",) * 3)
    return figure


def _table(axes: Axes, top: float, title: str, values: NDArray[np.float64], forms: tuple[str, ...]) -> None:
    axes.text(0.3, top + 0.75, title, ha="left", va="center", fontsize=13, weight="bold")
    rows = [f"example {number}" for number in range(1, 5)] + ["mean", "std"]
    heights = [top - 0.62 * number for number in range(4)] + [top - 2.75, top - 3.37]
    for row, y in zip(rows, heights, strict=True):
        axes.text(0.3, y, row, ha="left", va="center", fontsize=11, color=style.MUTED)
    for column, (colour, form) in enumerate(zip(COLOURS, forms, strict=True)):
        x = 4.2 + 2.25 * column
        style.box(axes, (x, top - 0.93), "", width=1.9, height=2.6, colour=colour)
        axes.text(x, top + 0.75, f"unit {column + 1}", ha="center", va="center", fontsize=11)
        mean, spread = values[:, column].mean(), values[:, column].std()
        cells = [form.format(value) for value in values[:, column]] + [_short(mean), _short(spread)]
        for number, (cell, y) in enumerate(zip(cells, heights, strict=True)):
            weight = "normal" if number < 4 else "bold"
            shown = cell.replace("-", "−")
            axes.text(x, y, shown, ha="center", va="center", fontsize=12, weight=weight, zorder=3)


def _short(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}"
