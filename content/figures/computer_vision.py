"""One scene and the answers of four vision tasks: a label, boxes, a class map, and one mask a thing."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch, Rectangle

from content.figures import style

# The scene: a ball half behind another one, and a box; in units of one panel, 5 wide and 3.3 high.
BACK_BALL, FRONT_BALL, RADIUS = (1.15, 1.75), (2.15, 1.25), 0.85
BOX_CORNER, BOX_SIDE = (3.3, 0.4), 1.4
PANELS = (
    ("classification", (0.25, 4.75)),
    ("detection", (5.75, 4.75)),
    ("semantic segmentation", (0.25, 0.25)),
    ("instance segmentation", (5.75, 0.25)),
)


def draw() -> Figure:
    """Two rows of two panels with the same scene in each."""
    figure, axes = style.diagram(11, 9)
    for title, corner in PANELS:
        axes.add_patch(Rectangle(corner, 5, 3.3, facecolor=style.PANEL, edgecolor=style.FAINT, linewidth=1.5))
        axes.text(corner[0] + 2.5, corner[1] + 3.7, title, ha="center", va="center", fontsize=11.5)
    (_, one), (_, two), (_, three), (_, four) = PANELS
    _things(axes, one, (style.MUTED, style.MUTED, style.MUTED), ("", "", ""))
    axes.text(one[0] + 2.5, one[1] + 2.95, "“toys”", ha="center", va="center", fontsize=11)
    _things(axes, two, (style.MUTED, style.MUTED, style.MUTED), ("", "", ""))
    _boxes(axes, two)
    _things(axes, three, (style.BLUE, style.BLUE, style.ORANGE), ("//", "//", ".."), outlined=False)
    _things(axes, four, (style.BLUE, style.GREEN, style.ORANGE), ("//", "--", ".."))
    return figure


def _things(
    axes: Axes,
    corner: tuple[float, float],
    colours: tuple[str, str, str],
    hatches: tuple[str, str, str],
    *,
    outlined: bool = True,
) -> None:
    """The two balls and the box; without outlines the balls run into one region."""
    x, y = corner
    shapes: tuple[Patch, ...] = (
        Circle((x + BACK_BALL[0], y + BACK_BALL[1]), RADIUS),
        Circle((x + FRONT_BALL[0], y + FRONT_BALL[1]), RADIUS),
        Rectangle((x + BOX_CORNER[0], y + BOX_CORNER[1]), BOX_SIDE, BOX_SIDE),
    )
    for order, (shape, colour, hatch) in enumerate(zip(shapes, colours, hatches, strict=True)):
        edge = style.BACKGROUND if outlined or hatch else colour
        shape.set(facecolor=colour, edgecolor=edge, hatch=hatch, linewidth=2.5 if outlined else 0, zorder=2 + order)
        axes.add_patch(shape)


def _boxes(axes: Axes, corner: tuple[float, float]) -> None:
    x, y = corner
    frames = (
        ("ball", x + BACK_BALL[0] - RADIUS, y + BACK_BALL[1] - RADIUS, 2 * RADIUS, 0.05),
        ("ball", x + FRONT_BALL[0] - RADIUS, y + FRONT_BALL[1] - RADIUS, 2 * RADIUS, 1.0),
        ("box", x + BOX_CORNER[0], y + BOX_CORNER[1], BOX_SIDE, 0.05),
    )
    for name, left, bottom, side, shift in frames:
        pad = 0.06
        axes.add_patch(
            Rectangle(
                (left - pad, bottom - pad),
                side + 2 * pad,
                side + 2 * pad,
                fill=False,
                edgecolor=style.YELLOW,
                linewidth=2.2,
                zorder=6,
            )
        )
        axes.text(left + shift, bottom + side + 0.12, name, ha="left", va="bottom", fontsize=10.5, zorder=7)
