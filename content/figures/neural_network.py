"""The lesson's worked example as a network: the values in the units, and the weights of two units on their lines,
with the biases of those two beside them.

The unit in the middle is off, because its weighted sum is below zero and ReLU makes that 0.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

RADIUS = 0.55
INPUTS = ((1.5, 4.35), (1.5, 2.15))
HIDDEN = ((5.0, 5.35), (5.0, 3.25), (5.0, 1.15))
OUTPUT = (8.5, 3.25)


def draw() -> Figure:
    """Three columns of units, joined by lines; those into the first hidden unit and the output are bright."""
    figure, axes = style.diagram(10, 7.4)
    for start in INPUTS:
        for end in HIDDEN[1:]:
            _edge(axes, start, end)
    _edge(axes, INPUTS[0], HIDDEN[0], "2", at=0.5)
    _edge(axes, INPUTS[1], HIDDEN[0], "−1", at=0.72)
    for start, weight in zip(HIDDEN, ("1", "−0.5", "2"), strict=True):
        _edge(axes, start, OUTPUT, weight, at=0.45)
    for centre, name, value in zip(INPUTS, ("$s$", "$d$"), ("5", "2"), strict=True):
        style.node(axes, centre, value, radius=RADIUS, colour=style.GREEN, size=13)
        axes.text(centre[0] - 0.8, centre[1], name, ha="right", va="center", fontsize=13)
    for centre, value in zip(HIDDEN, ("9", "0", "1"), strict=True):
        style.node(axes, centre, value, radius=RADIUS, dashed=value == "0", size=13)
    axes.text(HIDDEN[0][0] + 0.7, HIDDEN[0][1] + 0.35, "bias 1", ha="left", va="center", fontsize=11, color=style.TEXT)
    axes.text(HIDDEN[1][0], HIDDEN[1][1] - 0.82, "off", ha="center", va="center", fontsize=11, color=style.MUTED)
    axes.text(OUTPUT[0], OUTPUT[1] + 1.0, "bias 0.5", ha="center", va="center", fontsize=11, color=style.TEXT)
    style.node(axes, OUTPUT, "11.5", radius=0.65, colour=style.ORANGE, size=12)
    for x, title, note in ((1.5, "input", ""), (5.0, "hidden", "9 parameters"), (8.5, "output", "4 parameters")):
        axes.text(x, 6.9, title, ha="center", va="center", fontsize=13)
        axes.text(x, 0.3, note, ha="center", va="center", fontsize=11, color=style.MUTED)
    return figure


def _edge(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], weight: str = "", *, at: float = 0.5
) -> None:
    """A line from unit to unit; one with a weight is bright and carries it, `at` this part of the way."""
    colour, width = (style.TEXT, 2.0) if weight else (style.FAINT, 1.5)
    axes.plot(*zip(start, end, strict=True), color=colour, linewidth=width, linestyle="-", zorder=1)
    if weight:
        x, y = (one + (two - one) * at for one, two in zip(start, end, strict=True))
        patch = {"facecolor": style.BACKGROUND, "edgecolor": "none", "pad": 2.5}
        axes.text(x, y, weight, ha="center", va="center", fontsize=12, zorder=2, bbox=patch)
