"""A layer's product and its two gradients as tables: each gradient has the shape of what it belongs to."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

CELL = 0.52
# Letter, rows, columns and colour of every table; a transposed one keeps its colour.
X, W, Z = ("$X$", 2, 3, style.BLUE), ("$W$", 3, 2, style.ORANGE), ("$Z$", 2, 2, style.GREEN)
XT, WT, G = ("$X^T$", 3, 2, style.BLUE), ("$W^T$", 2, 3, style.ORANGE), ("$G$", 2, 2, style.GREEN)
DW, DX = ("gradient of $W$", 3, 2, style.ORANGE), ("gradient of $X$", 2, 3, style.BLUE)
Table = tuple[str, int, int, str]
ROWS: tuple[tuple[str, Table, Table, Table, float], ...] = (
    ("forward", X, W, Z, 7.6),
    ("backward", XT, G, DW, 4.6),
    ("backward", G, WT, DX, 1.6),
)
PLACES = (3.3, 5.9, 8.7)


def draw() -> Figure:
    """Three products below one another: Z = X W, the gradient of W, the gradient of X."""
    figure, axes = style.diagram(10.6, 9.2)
    for word, left, right, result, y in ROWS:
        axes.text(0.2, y, word, ha="left", va="center", fontsize=11, color=style.MUTED)
        for table, x in zip((left, right, result), PLACES, strict=True):
            _table(axes, table, (x, y), dashed=table in (DW, DX))
        axes.text((PLACES[0] + PLACES[1]) / 2, y, "·", ha="center", va="center", fontsize=18)
        axes.text((PLACES[1] + PLACES[2]) / 2, y, "=", ha="center", va="center", fontsize=15)
    axes.plot([0.2, 10.4], [6.15, 6.15], color=style.FAINT, linewidth=1.2, linestyle=":")
    return figure


def _table(axes: Axes, table: Table, centre: tuple[float, float], *, dashed: bool) -> None:
    name, rows, columns, colour = table
    left, bottom = centre[0] - columns * CELL / 2, centre[1] - rows * CELL / 2
    for row in range(rows):
        for column in range(columns):
            corner = (left + column * CELL, bottom + row * CELL)
            axes.add_patch(
                Rectangle(
                    corner,
                    CELL,
                    CELL,
                    facecolor=style.PANEL,
                    edgecolor=colour,
                    linewidth=1.6,
                    linestyle=":" if dashed else "-",
                )
            )
    axes.text(centre[0], bottom + rows * CELL + 0.12, name, ha="center", va="bottom", fontsize=11, color=colour)
    axes.text(centre[0], bottom - 0.12, f"{rows} × {columns}", ha="center", va="top", fontsize=10, color=style.TEXT)
