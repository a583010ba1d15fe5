"""One straight line for OR, and the same line for XOR, where no line can be right."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
# The boundary farthest from all four corners of OR: x1 + x2 = 1/2.
HEIGHT_AT_ZERO = 0.5
LOW, HIGH = -0.45, 1.45


def draw() -> Figure:
    """Two panels: the corners of OR and XOR, filled where the answer is 1, and one line through both."""
    figure, (left, right) = style.panels(2, titles=("OR: one line will do", "XOR: no line will"), height=3.1)
    _corners(left, lambda a, b: a or b)
    _corners(right, lambda a, b: a ^ b)
    right.plot(1, 1, marker="o", markersize=25, color=style.RED, markerfacecolor="none", markeredgewidth=2)
    right.annotate("wrong side", (1, 1), (0, 18), textcoords="offset points", ha="center", color=style.RED)
    return figure


def _corners(axes: Axes, answer: Callable[[int, int], int]) -> None:
    axes.fill([HIGH, HEIGHT_AT_ZERO - LOW, LOW, LOW, HIGH], [LOW, LOW, HEIGHT_AT_ZERO - LOW, HIGH, HIGH], style.PANEL)
    axes.plot([LOW, HEIGHT_AT_ZERO - LOW], [HEIGHT_AT_ZERO - LOW, LOW], color=style.MUTED, linestyle="--")
    for one, two in CORNERS:
        is_yes = answer(one, two)
        colour = style.BLUE if is_yes else style.ORANGE
        inside = colour if is_yes else style.BACKGROUND
        axes.plot(one, two, marker="o", markersize=15, color=colour, markerfacecolor=inside, markeredgewidth=2.4)
        letters = style.BACKGROUND if is_yes else style.TEXT
        axes.text(
            one, two - 0.008, str(is_yes), ha="center", va="center", fontsize=10, fontweight="bold", color=letters
        )
    axes.text(0.68, 0.55, "says 1", ha="center", va="center", fontsize=11, color=style.MUTED)
    axes.text(-0.14, -0.27, "says 0", ha="center", va="center", fontsize=11, color=style.MUTED)
    axes.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH), aspect="equal", xticks=(0, 1), yticks=(0, 1))
    axes.set_xlabel("$x_1$", labelpad=0)
    axes.set_ylabel("$x_2$", labelpad=0, rotation=0)
    axes.grid(False)
