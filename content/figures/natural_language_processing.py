"""From text to vectors: tokens, their ids, and the rows that the ids pick from the embedding table."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

TOKENS = ("un", "happy", "cat", "s")
IDS = (4, 9, 2, 7)
PLACES = (3.4, 5.6, 7.8, 10.0)
TEXT, CUT, NUMBER, VECTOR = 7.7, 5.85, 4.0, 1.7
SIZE = 4


def draw() -> Figure:
    """Four rows from the top down, one column for each token."""
    figure, axes = style.diagram(11.5, 8.6)
    for height, name in ((TEXT, "text"), (CUT, "tokens"), (NUMBER, "ids"), (VECTOR, "vectors")):
        axes.text(0.2, height, name, ha="left", va="center", fontsize=11, color=style.MUTED)
    style.box(axes, (6.7, TEXT), "unhappy cats", width=8.5, height=1.0, colour=style.MUTED, size=13)
    # Any numbers would do: what a table holds is learned.
    table = np.random.default_rng(3).normal(0, 1, (10, SIZE))
    for x, token, id in zip(PLACES, TOKENS, IDS, strict=True):
        style.arrow(axes, (x, TEXT - 0.5), (x, CUT + 0.54))
        style.box(axes, (x, CUT), token, width=1.8, height=1.0, colour=style.BLUE, size=12)
        style.arrow(axes, (x, CUT - 0.5), (x, NUMBER + 0.54))
        style.box(axes, (x, NUMBER), str(id), width=1.8, height=1.0, colour=style.ORANGE, size=12)
        style.arrow(axes, (x, NUMBER - 0.5), (x, VECTOR + 1.42))
        _column(axes, x, table[id])
    return figure


def _column(axes: Axes, x: float, vector: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> None:
    for place, value in enumerate(vector):
        height = VECTOR + 1.38 - 0.69 * (place + 1)
        axes.add_patch(
            Rectangle((x - 0.9, height), 1.8, 0.69, facecolor=style.PANEL, edgecolor=style.GREEN, linewidth=1.6)
        )
        axes.text(x, height + 0.33, f"{value:.1f}".replace("-", "−"), ha="center", va="center", fontsize=11)
