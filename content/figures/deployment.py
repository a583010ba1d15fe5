"""Why a busy server is slow: mean and 99th percentile of the response time over utilisation.

The exact formulas of a single queue with random arrivals and exponential service times (M/M/1).
"""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

SERVICE = 10.0  # milliseconds of work per request, on average


def draw() -> Figure:
    """Two labelled curves, with the values at 90 % marked."""
    figure, axes = style.plot(x="how busy the server is", y="response time (ms)")
    busy = np.linspace(0, 0.93, 300)
    mean = SERVICE / (1 - busy)
    slow = mean * np.log(100)
    axes.plot(busy * 100, slow, color=style.ORANGE, linestyle="--")
    axes.plot(busy * 100, mean, color=style.BLUE, linestyle="-")
    at = SERVICE / (1 - 0.9)
    for height, colour in ((at, style.BLUE), (at * np.log(100), style.ORANGE)):
        axes.plot(90, height, marker="o", color=colour)
        axes.annotate(
            f"{height:.0f}",
            (90, height),
            (-9, 6),
            textcoords="offset points",
            ha="right",
            fontsize=12,
            color=style.TEXT,
        )
    axes.text(30, 118, "99 % are faster than this", ha="center", color=style.ORANGE, fontsize=11)
    axes.text(60, 37, "mean", ha="center", color=style.BLUE, fontsize=11)
    axes.set(xlim=(0, 100), ylim=(0, 620), xticks=range(0, 101, 20))
    axes.set_xticklabels([f"{one} %" for one in range(0, 101, 20)])
    return figure
