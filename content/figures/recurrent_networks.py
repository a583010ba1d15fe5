"""A recurrent cell with its loop, and the same cell unrolled over three steps."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from content.figures import style

FOLDED = 1.1
STEPS = (5.65, 8.45, 11.25)
INPUT, CELL, OUTPUT = 0.95, 3.2, 5.45
SIDE, RADIUS = 1.2, 0.5


def draw() -> Figure:
    """The loop on the left, three copies of the cell on the right, every arrow with its weights."""
    figure, axes = style.diagram(13.2, 7.2)
    axes.text(FOLDED + 0.3, 6.75, "one cell", ha="center", va="center", fontsize=12)
    axes.text(STEPS[1], 6.75, "unrolled in time", ha="center", va="center", fontsize=12)
    _cell(axes, FOLDED, "t")
    _loop(axes)
    axes.plot([3.45, 3.45], [0.4, 6.6], color=style.FAINT, linewidth=1.2, linestyle=":")
    axes.text(3.95, CELL, "$h_0$", ha="center", va="center", fontsize=12)
    for number, x in enumerate(STEPS, start=1):
        _cell(axes, x, str(number))
        start = STEPS[number - 2] + SIDE / 2 if number > 1 else 4.3
        style.arrow(axes, (start, CELL), (x - SIDE / 2 - 0.04, CELL), colour=style.ORANGE)
        axes.text((start + x - SIDE / 2) / 2 - 0.05, CELL + 0.42, "$W_h$", ha="center", va="center", fontsize=11)
    style.arrow(axes, (STEPS[-1] + SIDE / 2, CELL), (12.8, CELL), colour=style.ORANGE)
    axes.text(12.4, CELL + 0.42, "…", ha="center", va="center", fontsize=11)
    return figure


def _cell(axes: Axes, x: float, step: str) -> None:
    """A cell with its input below and its output above; all copies have the same weights."""
    style.node(axes, (x, INPUT), f"$x_{step}$", radius=RADIUS, colour=style.GREEN, size=12)
    style.box(axes, (x, CELL), f"$h_{step}$", width=SIDE, height=SIDE, size=13)
    style.node(axes, (x, OUTPUT), f"$y_{step}$", radius=RADIUS, colour=style.PURPLE, size=12)
    style.arrow(axes, (x, INPUT + RADIUS), (x, CELL - SIDE / 2 - 0.04))
    style.arrow(axes, (x, CELL + SIDE / 2), (x, OUTPUT - RADIUS - 0.04))
    for y, name in ((2.02, "$W_x$"), (4.35, "$W_y$")):
        axes.text(x + 0.16, y, name, ha="left", va="center", fontsize=11)


def _loop(axes: Axes) -> None:
    right = FOLDED + SIDE / 2
    axes.add_patch(
        FancyArrowPatch(
            (right, CELL + 0.35),
            (right + 0.04, CELL - 0.35),
            arrowstyle="-|>",
            mutation_scale=14,
            connectionstyle="arc3,rad=-1.6",
            color=style.ORANGE,
            linewidth=1.8,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )
    axes.text(right + 0.72, CELL, "$W_h$", ha="left", va="center", fontsize=11)
