"""One small network on two training examples with dropout, and at test time.

The two masks are those of the lesson's worked example, the first unit on top.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

INPUTS = ((0.0, 1.2), (0.0, 2.8))
HIDDEN = ((1.5, 0.5), (1.5, 1.5), (1.5, 2.5), (1.5, 3.5))
OUTPUT = (3.0, 2.0)
RADIUS = 0.34
# Which hidden units stay on, from the lowest up; and where each copy of the network stands.
COPIES = (
    ("example 1", (False, True, False, True), 0.7),
    ("example 2", (True, False, True, False), 5.0),
    ("test", (True, True, True, True), 9.3),
)


def draw() -> Figure:
    """Three copies of the network side by side; units that are off are dashed, crossed and unconnected."""
    figure, axes = style.diagram(13, 6.2)
    for title, on, left in COPIES:
        _network(axes, on, left)
        axes.text(left + 1.5, 5.5, title, ha="center", va="center", fontsize=12)
    axes.plot([8.65, 8.65], [0.9, 5.8], color=style.FAINT, linewidth=1.2, linestyle=":")
    axes.text(4.35, 0.4, "training: some units off", ha="center", va="center", fontsize=11, color=style.MUTED)
    axes.text(10.8, 0.4, "all units on", ha="center", va="center", fontsize=11, color=style.MUTED)
    return figure


def _network(axes: Axes, on: tuple[bool, ...], left: float) -> None:
    bottom = 0.75
    hidden = [(left + x, bottom + y) for x, y in HIDDEN]
    outer = [(left + x, bottom + y) for x, y in (*INPUTS, OUTPUT)]
    for centre, is_on in zip(hidden, on, strict=True):
        if is_on:
            for end in outer:
                axes.plot(*zip(centre, end, strict=True), color=style.MUTED, linewidth=1.3, linestyle="-", zorder=1)
        style.node(axes, centre, "" if is_on else "×", radius=RADIUS, dashed=not is_on, size=15)
    for centre in outer:
        style.node(axes, centre, radius=RADIUS, colour=style.GREEN)
