"""Why squared error blurs: sharp edges that are equally likely, and their mean."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

EDGES = (3.0, 4.0, 5.0, 6.0, 7.0)
DARK, BRIGHT = 20.0, 235.0


def draw() -> Figure:
    """Five thin steps and, dashed and thick, the answer with the least squared error."""
    figure, axes = style.plot(x="place across the edge", y="brightness", height=3.3)
    places = np.linspace(0, 11, 1101)
    lines = np.array([np.where(places < edge, DARK, BRIGHT) for edge in EDGES])
    for line in lines:
        axes.plot(places, line, "-", color=style.BLUE, linewidth=1.5, alpha=0.9)
    axes.plot(places, lines.mean(axis=0), "--", color=style.ORANGE, linewidth=3.6)
    axes.set(xlim=(0, 11), ylim=(0, 262), xticks=range(0, 11, 2), yticks=(0, 50, 100, 150, 200, 250))
    axes.text(0.4, 190, "possible\nsharp edges", color=style.BLUE, ha="left", va="center", fontsize=11)
    axes.text(7.2, 120, "least squared\nerror: their mean", color=style.ORANGE, ha="left", va="center", fontsize=11)
    return figure
