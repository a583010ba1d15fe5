"""An LSTM cell: the cell state along the top, four small layers below, and every connection between them."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

Point = tuple[float, float]

# Heights of the cell state's line, of the products, of the layers and of the line that feeds them.
STATE, OUT_TANH, OUT_PRODUCT, WRITTEN, LAYERS, FEED = 8.3, 6.85, 4.95, 5.7, 3.25, 1.5
FORGET, INPUT, CANDIDATE, OUTPUT, OUT = 2.7, 4.5, 6.65, 8.8, 10.65
LEFT, RIGHT, JOIN = 0.25, 12.8, 1.75
LAYER_HEIGHT, RADIUS = 1.35, 0.4


def draw() -> Figure:
    """The cell, with what comes in on the left and below and what goes on to the right."""
    figure, axes = style.diagram(13, 9.6)
    axes.add_patch(Rectangle((1.2, 0.85), 10.5, 8.25, fill=False, edgecolor=style.FAINT, linewidth=1.4, linestyle=":"))
    _cell_state(axes)
    _layers(axes)
    _output(axes)
    return figure


def _cell_state(axes: Axes) -> None:
    """Along the top: times the forget gate, plus what the input gate lets through of the candidate."""
    colour = style.ORANGE
    style.arrow(axes, (LEFT, STATE), (FORGET - RADIUS - 0.04, STATE), colour=colour)
    style.arrow(axes, (FORGET + RADIUS, STATE), (CANDIDATE - RADIUS - 0.04, STATE), colour=colour)
    style.arrow(axes, (CANDIDATE + RADIUS, STATE), (RIGHT, STATE), colour=colour)
    _sign(axes, (FORGET, STATE), "×", colour)
    _sign(axes, (CANDIDATE, STATE), "+", colour)
    _name(axes, (0.1, STATE + 0.5), "$c_{t-1}$")
    _name(axes, (11.95, STATE + 0.5), "$c_t$")
    style.arrow(axes, (FORGET, LAYERS + LAYER_HEIGHT / 2), (FORGET, STATE - RADIUS - 0.04))
    _path(axes, (INPUT, LAYERS + LAYER_HEIGHT / 2), (INPUT, WRITTEN), (CANDIDATE - RADIUS - 0.04, WRITTEN))
    style.arrow(axes, (CANDIDATE, LAYERS + LAYER_HEIGHT / 2), (CANDIDATE, WRITTEN - RADIUS - 0.04))
    _sign(axes, (CANDIDATE, WRITTEN), "×")
    style.arrow(axes, (CANDIDATE, WRITTEN + RADIUS), (CANDIDATE, STATE - RADIUS - 0.04))
    for x, name in ((FORGET, "$f_t$"), (INPUT, "$i_t$"), (CANDIDATE, "$g_t$")):
        _name(axes, (x + 0.15, LAYERS + 1.2), name)


def _layers(axes: Axes) -> None:
    """The four layers, all fed with the new input and the hidden state of the step before."""
    axes.plot([LEFT, OUTPUT], [FEED, FEED], color=style.MUTED, linewidth=1.8, linestyle="-", zorder=1)
    axes.plot([JOIN, JOIN], [0.15, FEED], color=style.MUTED, linewidth=1.8, linestyle="-", zorder=1)
    axes.plot([JOIN], [FEED], marker="o", markersize=6, color=style.MUTED)
    _name(axes, (0.1, FEED + 0.45), "$h_{t-1}$")
    _name(axes, (JOIN + 0.2, 0.38), "$x_t$")
    for x, text, width in (
        (FORGET, "σ\nforget", 1.6),
        (INPUT, "σ\ninput", 1.6),
        (CANDIDATE, "tanh\ncandidate", 2.3),
        (OUTPUT, "σ\noutput", 1.6),
    ):
        style.arrow(axes, (x, FEED), (x, LAYERS - LAYER_HEIGHT / 2 - 0.04))
        style.box(axes, (x, LAYERS), text, width=width, height=LAYER_HEIGHT, size=10)


def _output(axes: Axes) -> None:
    """The hidden state: the output gate times tanh of the new cell state."""
    style.arrow(axes, (OUT, STATE), (OUT, OUT_TANH + 0.49))
    axes.plot([OUT], [STATE], marker="o", markersize=6, color=style.ORANGE)
    style.box(axes, (OUT, OUT_TANH), "tanh", width=1.4, height=0.9, colour=style.MUTED, size=10)
    style.arrow(axes, (OUT, OUT_TANH - 0.45), (OUT, OUT_PRODUCT + RADIUS + 0.04))
    _path(axes, (OUTPUT, LAYERS + LAYER_HEIGHT / 2), (OUTPUT, OUT_PRODUCT), (OUT - RADIUS - 0.04, OUT_PRODUCT))
    _name(axes, (OUTPUT + 0.15, LAYERS + 1.2), "$o_t$")
    _sign(axes, (OUT, OUT_PRODUCT), "×")
    _path(axes, (OUT, OUT_PRODUCT - RADIUS), (OUT, FEED), (RIGHT, FEED))
    _name(axes, (11.95, FEED + 0.45), "$h_t$")


def _sign(axes: Axes, centre: Point, sign: str, colour: str = style.GREEN) -> None:
    style.node(axes, centre, sign, radius=RADIUS, colour=colour, size=14)


def _name(axes: Axes, place: Point, name: str) -> None:
    axes.text(*place, name, ha="left", va="center", fontsize=12)


def _path(axes: Axes, start: Point, corner: Point, end: Point) -> None:
    """A line with one right angle, and an arrow's head at its end."""
    axes.plot(*zip(start, corner, strict=True), color=style.MUTED, linewidth=1.8, linestyle="-", zorder=1)
    style.arrow(axes, corner, end)
