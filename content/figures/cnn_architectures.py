"""A plain block and a residual block with the same two convolutions."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

LEFT, RIGHT = 2.2, 6.6
ROWS = (("conv 3 × 3", 6.1), ("ReLU", 4.75), ("conv 3 × 3", 3.4))
TOP, SUM, END = 7.6, 2.0, 0.55


def draw() -> Figure:
    """Data flow downwards; in the residual block the orange arrow carries x past the convolutions."""
    figure, axes = style.diagram(10, 9)
    for centre, title in ((LEFT, "plain block"), (RIGHT, "residual block")):
        axes.text(centre, 8.5, title, ha="center", va="center", fontsize=13)
        _convolutions(axes, centre)
    style.arrow(axes, (LEFT, ROWS[-1][1] - 0.47), (LEFT, END + 0.4))
    axes.text(LEFT, END, "F(x)", ha="center", va="center", fontsize=13)
    _skip(axes)
    return figure


def _convolutions(axes: Axes, centre: float) -> None:
    axes.text(centre, TOP, "x", ha="center", va="center", fontsize=14)
    above = TOP - 0.3
    for words, y in ROWS:
        style.arrow(axes, (centre, above), (centre, y + 0.47))
        style.box(axes, (centre, y), words, width=2.7, size=12)
        above = y - 0.47


def _skip(axes: Axes) -> None:
    style.arrow(axes, (RIGHT, ROWS[-1][1] - 0.47), (RIGHT, SUM + 0.43))
    axes.plot((RIGHT + 0.35, 9.0, 9.0), (TOP, TOP, SUM), color=style.ORANGE, linewidth=2.6)
    style.arrow(axes, (9.0, SUM), (RIGHT + 0.43, SUM), colour=style.ORANGE)
    axes.text(8.85, 4.75, "x", ha="right", va="center", fontsize=14, color=style.ORANGE)
    style.node(axes, (RIGHT, SUM), "+", radius=0.4, colour=style.ORANGE, size=15)
    style.arrow(axes, (RIGHT, SUM - 0.43), (RIGHT, END + 0.4))
    axes.text(RIGHT, END, "F(x) + x, then ReLU", ha="center", va="center", fontsize=13)
