"""The lesson's worked example as a graph: values going forward, gradients coming back.

Two ReLU units and one linear output on the input 2, with target 1. What reaches a hidden unit from the
output is multiplied by the slope of ReLU there: 1 for the first unit, 0 for the second, which is off.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

X, H1, H2, Y, LOSS = (0.75, 3.7), (3.75, 5.4), (3.75, 2.0), (6.75, 3.7), (9.2, 3.7)
RADIUS = 0.55


def draw() -> Figure:
    """The graph: a value in each node, a weight above each edge, and below either what comes back."""
    figure, axes = style.diagram(10, 6.6)
    _node(axes, X, "$x$", "2")
    _node(axes, H1, "$h_1$", "1", message="6·1 = 6")
    _node(axes, H2, "$h_2$", "0", message="4·0 = 0", dashed=True)
    _node(axes, Y, "$\\hat{y}$", "3", message="2")
    _node(axes, LOSS, "$L$", "2", colour=style.GREEN)
    _edge(axes, X, H1, "0.5", "12", at=0.44)
    _edge(axes, H1, Y, "3", "2", at=0.56)
    _edge(axes, X, H2, "−1", "0", dashed=True)
    _edge(axes, H2, Y, "2", "0", dashed=True)
    _edge(axes, Y, LOSS)
    _key(axes)
    return figure


def _node(
    axes: Axes,
    centre: tuple[float, float],
    name: str,
    value: str,
    *,
    message: str = "",
    colour: str = style.BLUE,
    dashed: bool = False,
) -> None:
    style.node(axes, centre, value, radius=RADIUS, colour=colour, dashed=dashed, size=13)
    axes.text(centre[0], centre[1] + RADIUS + 0.12, name, ha="center", va="bottom", fontsize=12)
    if message:
        _gradient(axes, (centre[0], centre[1] - RADIUS - 0.36), message)


def _gradient(axes: Axes, centre: tuple[float, float], value: str) -> None:
    axes.text(
        *centre, f"← {value}", ha="center", va="center", fontsize=11, fontweight="bold", color=style.ORANGE, zorder=4
    )


def _edge(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    weight: str = "",
    gradient: str = "",
    *,
    at: float = 0.5,
    dashed: bool = False,
) -> None:
    """An edge with its weight above and the weight's gradient below, `at` this part of the way."""
    across, up = end[0] - start[0], end[1] - start[1]
    length = (across**2 + up**2) ** 0.5
    gap = (RADIUS + 0.08) / length
    style.arrow(
        axes,
        (start[0] + across * gap, start[1] + up * gap),
        (end[0] - across * gap, end[1] - up * gap),
        colour=style.FAINT if dashed else style.MUTED,
        dashed=dashed,
    )
    x, y = start[0] + across * at, start[1] + up * at
    side = (-up / length * 0.42, across / length * 0.42)
    axes.text(x + side[0], y + side[1], weight, ha="center", va="center", fontsize=12, color=style.TEXT)
    if gradient:
        _gradient(axes, (x - side[0], y - side[1]), gradient)


def _key(axes: Axes) -> None:
    axes.text(0.2, 0.4, "white: forward", fontsize=11, va="center")
    axes.text(9.8, 0.4, "← backward: gradient of $L$", fontsize=11, va="center", ha="right", color=style.ORANGE)
