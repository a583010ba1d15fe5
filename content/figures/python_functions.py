"""The lesson's recursive count of a model's parameters: calls go down, results come back up.

The numbers are computed by the same recursion that is drawn.
"""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

BLOCK = {"attn": 40, "mlp": 60}
MODEL: dict[str, int | dict[str, int]] = {"embed": 50, "block": BLOCK, "head": 10}
PLACES = {"model": (5.0, 6.2), "embed": (1.6, 3.8), "block": (5.0, 3.8), "head": (8.4, 3.8)}
PLACES |= {"attn": (3.3, 1.4), "mlp": (6.7, 1.4)}
HEIGHT = 0.95


def draw() -> Figure:
    """The six calls as boxes; dashed arrows for calls, solid orange ones with the value given back."""
    figure, axes = style.diagram(10, 7.6)
    _call(axes, "model", MODEL)
    style.arrow(axes, (5.0, 6.72), (5.0, 7.4), colour=style.ORANGE)
    axes.text(5.7, 7.1, "160", ha="center", va="center", fontsize=13, fontweight="bold", color=style.ORANGE)
    axes.text(5.0, 0.35, "dashed: call      ", ha="right", va="center", fontsize=11, color=style.MUTED)
    axes.text(5.0, 0.35, "solid, number: return", ha="left", va="center", fontsize=11, color=style.ORANGE)
    return figure


def _call(axes: Axes, name: str, part: int | Mapping[str, int | dict[str, int]]) -> int:
    """Draw the call for one part and all below it; gives what the call gives back."""
    leaf = isinstance(part, int)
    style.box(axes, PLACES[name], name, width=1.9, height=HEIGHT, colour=style.GREEN if leaf else style.BLUE, size=12)
    if isinstance(part, int):
        return part
    total = 0
    for below, inner in part.items():
        value = _call(axes, below, inner)
        _edge(axes, PLACES[name], PLACES[below], value)
        total += value
    return total


def _edge(axes: Axes, above: tuple[float, float], below: tuple[float, float], value: int) -> None:
    top, bottom = above[1] - HEIGHT / 2 - 0.05, below[1] + HEIGHT / 2 + 0.05
    lean = 0.18 * (below[0] - above[0])
    style.arrow(axes, (above[0] + lean - 0.22, top), (below[0] - lean * 0.6 - 0.22, bottom), dashed=True)
    style.arrow(axes, (below[0] - lean * 0.6 + 0.22, bottom), (above[0] + lean + 0.22, top), colour=style.ORANGE)
    beside = (above[0] + below[0] + 0.4 * lean) / 2 + (1.0 if below[0] < above[0] else 0.9)
    axes.text(
        beside,
        (top + bottom) / 2,
        str(value),
        ha="center",
        va="center",
        fontsize=12,
        fontweight="bold",
        color=style.ORANGE,
    )
