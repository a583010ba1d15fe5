"""Three layouts of a recurrent network: many-to-one, many-to-many in step, and encoder–decoder."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

LEFT, STEP, RADIUS = 1.0, 2.0, 0.42


def draw() -> Figure:
    """One layout above another: inputs below, states in the middle, outputs above."""
    figure, axes = style.diagram(11, 14)
    _layout(axes, 10.1, "many-to-one: one label", steps=3, outputs=(2,))
    _layout(axes, 5.6, "many-to-many: a label per step", steps=3, outputs=(0, 1, 2))
    _layout(axes, 1.1, "encoder–decoder: a new sequence", steps=3, outputs=(3, 4))
    return figure


def _layout(axes: Axes, bottom: float, title: str, *, steps: int, outputs: tuple[int, ...]) -> None:
    """A row of cells, ``steps`` of them with an input; an output beyond them is fed back into the next cell."""
    state, top = bottom + 1.3, bottom + 2.6
    axes.text(0.35, bottom + 3.35, title, ha="left", va="center", fontsize=12)
    for place in range(max(steps, outputs[-1] + 1)):
        x = LEFT + place * STEP
        decoding = place >= steps
        colour = style.ORANGE if decoding else style.BLUE
        style.box(axes, (x, state), "dec" if decoding else "RNN", width=1.15, height=0.85, colour=colour, size=11)
        if place:
            style.arrow(axes, (x - STEP + 0.575, state), (x - 0.61, state))
        if not decoding:
            style.node(axes, (x, bottom), f"$x_{place + 1}$", radius=RADIUS, colour=style.MUTED)
            style.arrow(axes, (x, bottom + RADIUS), (x, state - 0.46))
        if place in outputs:
            number = outputs.index(place) + 1 if len(outputs) > 1 else ""
            name = f"$y_{number}$" if number else "$y$"
            style.node(axes, (x, top), name, radius=RADIUS, colour=style.GREEN)
            style.arrow(axes, (x, state + 0.425), (x, top - RADIUS - 0.04))
        if decoding and place > steps:
            _fed_back(axes, x - STEP, x, state, top)


def _fed_back(axes: Axes, before: float, after: float, state: float, top: float) -> None:
    """An output goes down between both cells and into the next one from below."""
    middle, low = (before + after) / 2, state - 1.0
    path = [before + RADIUS, middle, middle, after], [top, top, low, low]
    axes.plot(*path, color=style.GREEN, linewidth=1.8, linestyle="--", zorder=0)
    style.arrow(axes, (after, low), (after, state - 0.46), colour=style.GREEN)
