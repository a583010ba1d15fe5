"""The transformer block, bottom to top: as in 2017 (post-norm) and as now usual (pre-norm)."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

COLOURS = {"attention": style.BLUE, "feed-forward": style.GREEN, "norm": style.ORANGE}
# The parts of a block from the input up. Each plus adds what left the line just below the part
# whose number stands with it: the first of the parts that the residual connection passes by.
POST_NORM = (("attention", "+", "norm", "feed-forward", "+", "norm"), (0, 3))
PRE_NORM = (("norm", "attention", "+", "norm", "feed-forward", "+"), (0, 3))
FIRST, STEP, TOP = 1.85, 1.38, 9.75
BOX, PLUS = 0.42, 0.3  # half the height of a box, and the radius of a plus


def draw() -> Figure:
    """Two columns of boxes; the line past the boxes is the residual connection."""
    figure, axes = style.diagram(10, 10.9)
    _block(axes, 2.75, *POST_NORM)
    _block(axes, 7.75, *PRE_NORM)
    for x, title in ((2.45, "post-norm (2017)"), (7.45, "pre-norm")):
        axes.text(x, 10.45, title, ha="center", va="center", fontsize=13)
    axes.plot([5.0, 5.0], [0.3, 10.7], color=style.FAINT, linewidth=1.2, linestyle=":")
    return figure


def _block(axes: Axes, x: float, parts: tuple[str, ...], passed_by: tuple[int, ...]) -> None:
    axes.text(x, 0.28, "tokens in", ha="center", va="center", fontsize=11, color=style.MUTED)
    leaving = iter(passed_by)
    below = 0.55
    for number, part in enumerate(parts):
        y = FIRST + STEP * number
        half = PLUS if part == "+" else BOX
        style.arrow(axes, (x, below), (x, y - half), colour=style.TEXT)
        below = y + half
        if part == "+":
            style.node(axes, (x, y), "+", radius=PLUS, colour=style.TEXT, size=14)
            _residual(axes, x, FIRST + STEP * next(leaving) - 0.78, y)
        else:
            style.box(axes, (x, y), part, width=2.75, height=2 * BOX, colour=COLOURS[part], size=12)
    style.arrow(axes, (x, below), (x, TOP), colour=style.TEXT)


def _residual(axes: Axes, x: float, start: float, end: float) -> None:
    left = x - 1.9
    axes.plot([x, left, left], [start, start, end], color=style.YELLOW, linewidth=2.2, linestyle="-", zorder=1)
    style.arrow(axes, (left, end), (x - PLUS, end), colour=style.YELLOW)
