"""A tree of partial translations: greedy search takes the best first word, a beam of two finds the best pair."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

# The words of the lesson's worked example, with their probabilities.
FIRST = (("the", 0.55, 5.5), ("a", 0.45, 1.8))
SECOND = (
    (("cat", 0.40, 7.0), ("dog", 0.35, 5.5), ("pet", 0.25, 4.0)),
    (("cat", 0.80, 2.5), ("dog", 0.20, 1.0)),
)
START, ONE, TWO, END = 1.1, 4.2, 7.5, 8.7


def draw() -> Figure:
    """From left to right: start, first word, second word, the product of both probabilities."""
    figure, axes = style.diagram(11.4, 8.3)
    middle = 3.65
    style.box(axes, (START, middle), "start", width=1.5, height=0.9, colour=style.MUTED, size=12)
    for (word, chance, height), children in zip(FIRST, SECOND, strict=True):
        _edge(axes, (START + 0.75, middle), (ONE - 0.75, height), chance)
        style.box(axes, (ONE, height), word, width=1.5, height=0.9, size=12)
        for child, likely, place in children:
            product = chance * likely
            greedy, best = (word, child) == ("the", "cat"), (word, child) == ("a", "cat")
            colour = style.ORANGE if greedy else style.GREEN if best else style.FAINT
            _edge(axes, (ONE + 0.75, height), (TWO - 0.75, place), likely)
            style.box(axes, (TWO, place), child, width=1.5, height=0.9, colour=colour, size=12)
            name = "\ngreedy" if greedy else "\nbeam of 2" if best else ""
            axes.text(END, place, f"{product:.2f}{name}", ha="left", va="center", fontsize=11)
    axes.text(END, 7.95, "together", ha="left", va="center", fontsize=10, color=style.MUTED)
    return figure


def _edge(axes: Axes, start: tuple[float, float], end: tuple[float, float], chance: float) -> None:
    style.arrow(axes, start, end)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    axes.text(
        *middle,
        f"{chance:.2f}",
        ha="center",
        va="center",
        fontsize=10,
        bbox={"facecolor": style.BACKGROUND, "edgecolor": "none", "pad": 1.5},
    )
