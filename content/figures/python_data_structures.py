"""What four names share after b = a, a shallow and a deep copy: arrows from names to lists.

Which boxes are drawn once or twice is found out by Python's own identity test, not by hand.
"""

import copy

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

ROWS = (("a = [[1, 2]]", "a"), ("b = a", "b"), ("c = a.copy()", "c"), ("d = deepcopy(a)", "d"))
TOP, STEP = 4.85, 1.35
OUTER, INNER = 5.75, 8.65
WIDTH = 1.7
LETTER = 0.2  # the width of a monospaced letter


def draw() -> Figure:
    """Names on the left, outer lists in the middle, inner lists on the right."""
    figure, axes = style.diagram(10, 6.3)
    a = [[1, 2]]
    values = (a, a, a.copy(), copy.deepcopy(a))
    outer = _boxes(axes, values, OUTER, "[ • ]", style.BLUE)
    inner = _boxes(axes, tuple(value[0] for value in values), INNER, "[1, 2]", style.GREEN)
    for number, (text, _) in enumerate(ROWS):
        height = TOP - number * STEP
        axes.text(0.2, height, text, ha="left", va="center", fontsize=12, family="DejaVu Sans Mono")
        style.arrow(axes, (0.45 + LETTER * len(text), height), (OUTER - WIDTH / 2 - 0.06, outer[number]))
    for from_height, to_height in sorted(set(zip(outer, inner, strict=True))):
        style.arrow(axes, (OUTER + 0.12, from_height), (INNER - WIDTH / 2 - 0.06, to_height), colour=style.TEXT)
    for at, text in ((1.5, "statement"), (OUTER, "outer list"), (INNER, "inner list")):
        axes.text(at, 5.85, text, ha="center", va="center", fontsize=12, color=style.MUTED)
    return figure


def _boxes(axes: Axes, values: tuple[object, ...], at: float, text: str, colour: str) -> list[float]:
    """One box for each distinct object, level with the middle of its rows; gives the height for each row."""
    heights = []
    for value in values:
        rows = [number for number, other in enumerate(values) if other is value]
        heights.append(TOP - STEP * sum(rows) / len(rows))
    for height in sorted(set(heights)):
        style.box(axes, (at, height), "", width=WIDTH, colour=colour)
        axes.text(at, height, text, ha="center", va="center", fontsize=13, family="DejaVu Sans Mono", zorder=3)
    return heights
