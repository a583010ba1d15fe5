"""The lesson's worked example L = xy(y + 1) as a graph: values going forward, adjoints coming back.

All numbers are computed here by the rules of the lesson, node by node.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

Point = tuple[float, float]

X, Y, A, B, LOSS = (1.3, 5.35), (1.3, 2.25), (5.0, 5.35), (5.0, 2.25), (8.9, 3.8)
RADIUS = 0.58


def draw() -> Figure:
    """Five nodes with a value each; beside the edges, in orange, what comes back."""
    figure, axes = style.diagram(10, 7)
    x, y = 2, 3
    a, b = x * y, y + 1
    for centre, name, value in ((X, "$x$", x), (Y, "$y$", y), (A, "$a=xy$", a), (B, "$b=y+1$", b)):
        _node(axes, centre, name, value)
    _node(axes, LOSS, "$L=ab$", a * b, colour=style.GREEN)
    _edge(axes, X, A, b * y, (0, -0.4))
    _edge(axes, Y, A, b * x, (0.1, -0.55))
    _edge(axes, Y, B, a, (0, -0.4))
    _edge(axes, A, LOSS, b, (0.1, 0.5))
    _edge(axes, B, LOSS, a, (0.1, -0.5))
    _message(axes, (LOSS[0], LOSS[1] - RADIUS - 0.35), "1")
    _message(axes, (Y[0], Y[1] - RADIUS - 0.35), f"{b * x} + {a} = {b * x + a}")
    axes.text(0.25, 0.4, "white: forward", fontsize=11, va="center")
    axes.text(9.75, 0.4, "← backward: gradient of $L$", fontsize=11, va="center", ha="right", color=style.ORANGE)
    return figure


def _node(axes: Axes, centre: Point, name: str, value: int, *, colour: str = style.BLUE) -> None:
    style.node(axes, centre, str(value), radius=RADIUS, colour=colour, size=13)
    axes.text(centre[0], centre[1] + RADIUS + 0.12, name, ha="center", va="bottom", fontsize=12)


def _edge(axes: Axes, start: Point, end: Point, message: int, offset: Point) -> None:
    """An edge with, beside its middle, the message that comes back along it."""
    across, up = end[0] - start[0], end[1] - start[1]
    gap = (RADIUS + 0.08) / (across**2 + up**2) ** 0.5
    style.arrow(
        axes,
        (start[0] + across * gap, start[1] + up * gap),
        (end[0] - across * gap, end[1] - up * gap),
    )
    _message(axes, (start[0] + across / 2 + offset[0], start[1] + up / 2 + offset[1]), str(message))


def _message(axes: Axes, centre: Point, text: str) -> None:
    axes.text(
        *centre, f"← {text}", ha="center", va="center", fontsize=12, fontweight="bold", color=style.ORANGE, zorder=4
    )
