"""A GRU cell: the hidden state along the top, two gates and a candidate below, and every connection between them."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

Point = tuple[float, float]

# Heights of the state's line, of the new part, of the reset gate's line, of the layers, of both feeding lines.
STATE, WRITTEN, RESET_LINE, LAYERS, OLD, NEW = 8.2, 6.55, 5.3, 3.9, 2.3, 1.2
# Places along the width: where the old state branches off, the gates, the products, the candidate.
BRANCH, RESET, UPDATE, PRODUCT, CANDIDATE = 1.75, 3.1, 5.6, 7.9, 10.3
LEFT, RIGHT = 0.25, 12.8
LAYER_HEIGHT, RADIUS, APART = 1.3, 0.4, 0.4


def draw() -> Figure:
    """The cell, with what comes in on the left and below and what goes on to the right."""
    figure, axes = style.diagram(13, 9.5)
    axes.add_patch(Rectangle((1.2, 0.5), 10.55, 8.5, fill=False, edgecolor=style.FAINT, linewidth=1.4, linestyle=":"))
    _state(axes)
    _layers(axes)
    _reset(axes)
    return figure


def _state(axes: Axes) -> None:
    """Along the top: the old state times z, plus the candidate times 1 - z."""
    colour = style.ORANGE
    style.arrow(axes, (LEFT, STATE), (UPDATE - RADIUS - 0.04, STATE), colour=colour)
    style.arrow(axes, (UPDATE + RADIUS, STATE), (CANDIDATE - RADIUS - 0.04, STATE), colour=colour)
    style.arrow(axes, (CANDIDATE + RADIUS, STATE), (RIGHT, STATE), colour=colour)
    _sign(axes, (UPDATE, STATE), "×", colour)
    _sign(axes, (CANDIDATE, STATE), "+", colour)
    _name(axes, (0.05, STATE + 0.5), "$h_{t-1}$")
    _name(axes, (11.95, STATE + 0.5), "$h_t$")
    top = LAYERS + LAYER_HEIGHT / 2
    style.arrow(axes, (UPDATE, top), (UPDATE, STATE - RADIUS - 0.04))
    axes.plot([UPDATE], [WRITTEN], marker="o", markersize=6, color=style.MUTED)
    style.arrow(axes, (UPDATE, WRITTEN), (PRODUCT - 0.79, WRITTEN))
    style.box(axes, (PRODUCT, WRITTEN), "1 − z", width=1.5, height=0.9, colour=style.MUTED)
    style.arrow(axes, (PRODUCT + 0.75, WRITTEN), (CANDIDATE - RADIUS - 0.04, WRITTEN))
    _sign(axes, (CANDIDATE, WRITTEN), "×")
    style.arrow(axes, (CANDIDATE, top), (CANDIDATE, WRITTEN - RADIUS - 0.04))
    style.arrow(axes, (CANDIDATE, WRITTEN + RADIUS), (CANDIDATE, STATE - RADIUS - 0.04))
    _name(axes, (UPDATE + 0.15, RESET_LINE + 0.5), "$z_t$")
    _name(axes, (CANDIDATE + 0.15, RESET_LINE + 0.2), "$n_t$")


def _layers(axes: Axes) -> None:
    """The gates, fed with the old state and the new input, and the candidate, fed with the input."""
    for line in (([BRANCH, BRANCH], [STATE, OLD]), ([BRANCH, PRODUCT], [OLD, OLD]), ([LEFT, CANDIDATE], [NEW, NEW])):
        axes.plot(*line, color=style.MUTED, linewidth=1.8, linestyle="-", zorder=1)
    axes.plot([BRANCH], [STATE], marker="o", markersize=6, color=style.ORANGE)
    _name(axes, (0.3, NEW + 0.45), "$x_t$")
    bottom = LAYERS - LAYER_HEIGHT / 2 - 0.04
    for x, text in ((RESET, "σ\nreset"), (UPDATE, "σ\nupdate")):
        style.box(axes, (x, LAYERS), text, width=1.8, height=LAYER_HEIGHT, size=10)
        style.arrow(axes, (x - APART, OLD), (x - APART, bottom))
        style.arrow(axes, (x + APART, NEW), (x + APART, bottom))
        axes.plot([x - APART, x + APART], [OLD, NEW], marker="o", markersize=6, linestyle="", color=style.MUTED)
    style.box(axes, (CANDIDATE, LAYERS), "tanh\ncandidate", width=2.3, height=LAYER_HEIGHT, size=10)
    style.arrow(axes, (CANDIDATE, NEW), (CANDIDATE, bottom))


def _reset(axes: Axes) -> None:
    """The reset gate acts on the old state's way into the candidate."""
    across = [RESET, RESET, PRODUCT], [LAYERS + LAYER_HEIGHT / 2, RESET_LINE, RESET_LINE]
    axes.plot(*across, color=style.BLUE, linewidth=1.8, linestyle="-", zorder=1)
    style.arrow(axes, (PRODUCT, RESET_LINE), (PRODUCT, LAYERS + RADIUS + 0.04), colour=style.BLUE)
    style.arrow(axes, (PRODUCT, OLD), (PRODUCT, LAYERS - RADIUS - 0.04))
    _sign(axes, (PRODUCT, LAYERS), "×")
    style.arrow(axes, (PRODUCT + RADIUS, LAYERS), (CANDIDATE - 1.19, LAYERS))
    _name(axes, (RESET + 0.15, RESET_LINE + 0.4), "$r_t$")


def _sign(axes: Axes, centre: Point, sign: str, colour: str = style.GREEN) -> None:
    style.node(axes, centre, sign, radius=RADIUS, colour=colour, size=14)


def _name(axes: Axes, place: Point, name: str) -> None:
    axes.text(*place, name, ha="left", va="center", fontsize=12)
