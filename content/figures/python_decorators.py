"""Two decorators around a function: a call goes in through both wrappers and comes out through both.

The numbers are computed by decorating the lesson's function, layer by layer.
"""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from content.figures import style

Function = Callable[[int], int]
ARGUMENT = 5
LEFT, RIGHT = 0.95, 9.05
INSET, LOW, LIFT = 1.35, 0.5, 0.75


def draw() -> Figure:
    """Three nested boxes; the argument enters from the left, the values leave to the right."""
    figure, axes = style.diagram(10, 6.4)
    doubled = _double(_shift)
    layers = (
        ("add_one", _add_one(doubled), style.ORANGE),
        ("double", doubled, style.BLUE),
        ("f(x) = x + 3", _shift, style.GREEN),
    )
    for depth, (name, function, colour) in enumerate(layers):
        _layer(axes, depth, name, colour)
        edge = RIGHT - depth * INSET
        style.arrow(axes, (edge - 0.55, 2.25), (edge + 0.6, 2.25), colour=style.TEXT)
        axes.text(edge + 0.37, 1.85, str(function(ARGUMENT)), ha="center", va="center", fontsize=13, zorder=5)
        start = LEFT + depth * INSET
        style.arrow(axes, (start - 0.6, 3.2), (start + 0.55, 3.2), dashed=True)
        axes.text(start - 0.37, 3.55, str(ARGUMENT), ha="center", va="center", fontsize=13, zorder=5)
    axes.text(LEFT, 6.05, "dashed: call", ha="left", va="center", fontsize=12, color=style.MUTED)
    axes.text(RIGHT, 6.05, "solid: return", ha="right", va="center", fontsize=12)
    for patch in axes.patches:
        if not isinstance(patch, FancyBboxPatch):
            patch.set_zorder(4)
    return figure


def _layer(axes: Axes, depth: int, name: str, colour: str) -> None:
    left, right = LEFT + depth * INSET, RIGHT - depth * INSET
    bottom, top = LOW + depth * 0.45, 5.7 - depth * LIFT
    axes.add_patch(
        FancyBboxPatch(
            (left, bottom),
            right - left,
            top - bottom,
            boxstyle="round,pad=0,rounding_size=0.15",
            facecolor=style.PANEL if depth == 2 else style.BACKGROUND,
            edgecolor=colour,
            linewidth=2.2,
            zorder=1 + depth * 0.1,
        )
    )
    axes.text(5, top - 0.38, name, ha="center", va="center", fontsize=13, color=colour, zorder=3)


def _shift(x: int) -> int:
    return x + 3


def _double(function: Function) -> Function:
    def wrapper(x: int) -> int:
        return 2 * function(x)

    return wrapper


def _add_one(function: Function) -> Function:
    def wrapper(x: int) -> int:
        return function(x) + 1

    return wrapper
