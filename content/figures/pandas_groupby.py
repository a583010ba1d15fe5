"""groupby as split, apply and combine, on a table of five training results.

The groups and their means are computed from the rows.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

ROWS = (("a", 60), ("b", 80), ("a", 70), ("b", 70), ("b", 90))
COLOURS = {"a": style.BLUE, "b": style.ORANGE}
CELL = 0.62
WIDTH = 0.95


def draw() -> Figure:
    """From left to right: the table, its two parts, one mean each, the table of means."""
    figure, axes = style.diagram(10, 5)
    _table(axes, 0.2, 3.65, ("run", "acc"), ROWS)
    tops = {"a": 4.0, "b": 2.15}
    results = []
    for key, top in tops.items():
        part = [row for row in ROWS if row[0] == key]
        _table(axes, 3.35, top, None, part)
        mean = sum(value for _, value in part) / len(part)
        results.append((key, round(mean)))
        middle = top - len(part) * CELL / 2
        style.arrow(axes, (2.25, 2.4 + (middle - 2.4) * 0.35), (3.2, middle))
        style.arrow(axes, (5.4, middle), (7.2, 2.4 + (middle - 2.4) * 0.3))
        axes.text(6.1, middle + (0.42 if key == "a" else -0.42), "mean", ha="center", va="center", fontsize=12)
    _table(axes, 7.4, 3.0, ("run", "mean"), results)
    for x, words in ((1.15, "table"), (4.3, "split"), (6.2, "apply"), (8.5, "combine")):
        axes.text(x, 4.65, words, ha="center", va="center", fontsize=13, weight="bold")
    return figure


def _table(
    axes: Axes, left: float, top: float, header: tuple[str, str] | None, rows: Sequence[tuple[str, int]]
) -> None:
    """Rows of two cells each, downwards from ``top``; the header stands above it."""
    for column, words in enumerate(header or ()):
        axes.text(
            left + (column + 0.5) * WIDTH, top + 0.25, words, ha="center", va="center", fontsize=12, color=style.MUTED
        )
    for number, (key, value) in enumerate(rows):
        y = top - (number + 1) * CELL
        for column, words in enumerate((key, str(value))):
            x = left + column * WIDTH
            axes.add_patch(
                Rectangle(
                    (x, y), WIDTH - 0.05, CELL - 0.06, facecolor=style.PANEL, edgecolor=COLOURS[key], linewidth=1.8
                )
            )
            axes.text(x + WIDTH / 2, y + CELL / 2 - 0.03, words, ha="center", va="center", fontsize=13)
