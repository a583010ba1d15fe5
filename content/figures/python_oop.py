"""Where Python looks for an attribute: the object, its class, the base classes, in that order.

The three classes are the lesson's; where each name is found is asked of Python itself.
"""

from itertools import pairwise

from matplotlib.figure import Figure

from content.figures import style


class Layer:
    """Calls ``forward``."""

    def __call__(self, x: float) -> float:
        return self.forward(x)

    def forward(self, x: float) -> float:
        """What a subclass gives."""
        raise NotImplementedError


class Linear(Layer):
    """A weight and a bias."""

    def __init__(self, w: float, b: float) -> None:
        self.w, self.b = w, b

    def forward(self, x: float) -> float:
        return self.w * x + self.b


class ReLULinear(Linear):
    """The same, cut off below zero."""

    def forward(self, x: float) -> float:
        return max(0.0, super().forward(x))


PLACES = ("layer", "ReLULinear", "Linear", "Layer")
SHOWN = ("w = 2   b = 1", "forward", "__init__   forward", "__call__")
HEIGHTS = (6.3, 4.7, 3.1, 1.5)


def draw() -> Figure:
    """Four boxes in the order of the search; on the right, where three names are found."""
    figure, axes = style.diagram(10, 7.6)
    for name, shown, height in zip(PLACES, SHOWN, HEIGHTS, strict=True):
        is_object = name == "layer"
        style.box(axes, (3.7, height), "", width=5.2, height=1.15, colour=style.ORANGE if is_object else style.BLUE)
        kind = "object layer" if is_object else f"class {name}"
        axes.text(3.7, height + 0.27, kind, ha="center", va="center", fontsize=12, color=style.MUTED, zorder=3)
        axes.text(3.7, height - 0.23, shown, ha="center", va="center", fontsize=13, zorder=3)
    for above, below in pairwise(HEIGHTS):
        style.arrow(axes, (3.7, above - 0.6), (3.7, below + 0.6), colour=style.TEXT)
    layer = ReLULinear(2, 1)
    for name in ("w", "forward", "__call__"):
        height = HEIGHTS[_found(layer, name)]
        axes.text(6.55, height, "◄", ha="left", va="center", fontsize=12, color=style.GREEN)
        axes.text(7.05, height, f"{name} is\nfound here", ha="left", va="center", fontsize=12, color=style.GREEN)
    axes.text(5, 0.4, "names are looked up from top to bottom", ha="center", va="center", fontsize=12)
    return figure


def _found(layer: Layer, name: str) -> int:
    """The number of the first place that has the name: 0 for the object, then its classes in order."""
    places = (vars(layer), *(vars(one) for one in type(layer).mro()))
    return next(number for number, place in enumerate(places) if name in place)
