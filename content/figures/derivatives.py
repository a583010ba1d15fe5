"""Lines through two points of the curve x² turn into the tangent as the second point comes nearer."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

POINT = 1.0
# How far right the second point lies, with the colour and the stroke of its line.
STEPS = ((2.0, style.RED, ":"), (1.0, style.ORANGE, "-."), (0.5, style.YELLOW, "--"))
RIGHT = 3.25


def draw() -> Figure:
    """The curve, three secants labelled with their slopes, and the tangent."""
    figure, axes = style.plot(x="$x$", y="$f(x) = x^2$", height=3.6)
    axes.set(xlim=(-0.4, 4.6), ylim=(-1.2, 10.6), xticks=(0, 1, 2, 3), yticks=(0, 3, 6, 9))
    x = np.linspace(-0.4, RIGHT, 200)
    axes.plot(x, x**2, color=style.BLUE, linestyle="-", linewidth=3)
    ends = np.array([0.3, RIGHT])
    for step, colour, stroke in STEPS:
        slope = ((POINT + step) ** 2 - POINT**2) / step
        axes.plot(ends, POINT**2 + slope * (ends - POINT), color=colour, linestyle=stroke, linewidth=2)
        axes.plot(POINT + step, (POINT + step) ** 2, marker="o", color=colour)
        axes.text(RIGHT + 0.08, POINT**2 + slope * (RIGHT - POINT), f"slope {slope:g}", color=colour, va="center")
    slope = 2 * POINT
    axes.plot(ends, POINT**2 + slope * (ends - POINT), color=style.GREEN, linestyle="-", linewidth=2.8)
    axes.text(RIGHT + 0.08, POINT**2 + slope * (RIGHT - POINT) - 0.1, "tangent: 2", color=style.GREEN, va="center")
    axes.plot(POINT, POINT**2, marker="o", color=style.TEXT, markersize=9, zorder=5)
    return figure
