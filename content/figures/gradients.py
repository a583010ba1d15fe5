"""Gradient arrows over the contour lines of the lesson's function x² + 2y².

Every arrow crosses its contour at a right angle and is as long as the slope there is steep; the one at the
worked example's point does not lie on the straight line through the minimum.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

Point = tuple[float, float]

EXAMPLE: Point = (1.5, 1.0)
# Equally far apart in height, as on a map, so that crowded contours mean a steep slope.
LEVELS = (2.25, 4.25, 6.25, 8.25)
# The other points as a contour's level and the angle around it, in degrees.
OTHERS = ((4.25, 112), (6.25, 157), (2.25, 233), (4.25, 282), (6.25, 340))
# Drawn at full length the arrows would leave the picture.
SCALE = 0.15


def draw() -> Figure:
    """The contours with six gradients, one of them labelled, and the way to the minimum dotted."""
    figure, axes = style.plot(x="$x$", y="$y$", height=3.9)
    axes.set(xlim=(-3.3, 3.5), ylim=(-2.3, 2.4), aspect="equal", xticks=(-2, 0, 2), yticks=(-1, 0, 1, 2))
    axes.grid(False)
    _contours(axes)
    for level, angle in OTHERS:
        _arrow(axes, _on_contour(level, angle), style.ORANGE)
    axes.plot(*zip(EXAMPLE, (0, 0), strict=True), color=style.GREEN, linewidth=2, linestyle=":")
    axes.plot(0, 0, marker="o", color=style.GREEN, markersize=9)
    _arrow(axes, EXAMPLE, style.YELLOW)
    _words(axes)
    return figure


def _on_contour(level: float, angle: float) -> Point:
    turn = np.radians(angle)
    return float(np.sqrt(level) * np.cos(turn)), float(np.sqrt(level / 2) * np.sin(turn))


def _contours(axes: Axes) -> None:
    x, y = np.meshgrid(np.linspace(-3.3, 3.5, 170), np.linspace(-2.3, 2.4, 120))
    axes.contour(x, y, x**2 + 2 * y**2, levels=LEVELS, colors=style.BLUE, linewidths=1.3, alpha=0.75)


def _arrow(axes: Axes, point: Point, colour: str) -> None:
    x, y = point
    axes.plot(x, y, marker="o", color=colour, markersize=5)
    style.arrow(axes, point, (x + SCALE * 2 * x, y + SCALE * 4 * y), colour=colour)


def _words(axes: Axes) -> None:
    ground = {"facecolor": style.BACKGROUND, "edgecolor": "none", "pad": 1.5}
    axes.text(1.75, 0.82, "gradient (3, 4)\nat (1.5, 1)", fontsize=10, va="top", color=style.YELLOW, bbox=ground)
    axes.text(0, -0.16, "minimum:\ngradient 0", fontsize=10, va="top", ha="center", color=style.GREEN)
