"""A distribution over classes and one over a continuous scale: bar heights add up to 1, or the area does."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

CLASSES = {"cat": 0.7, "dog": 0.2, "bird": 0.1}
SIGMA = 0.2


def draw() -> Figure:
    """Bars of a categorical distribution beside a narrow Gaussian whose density exceeds 1."""
    figure, (bars, bell) = style.panels(2, titles=("heights add to 1", "area is 1"), height=3.1)
    bars.bar(list(CLASSES), list(CLASSES.values()), color=style.BLUE, width=0.6)
    for at, share in enumerate(CLASSES.values()):
        bars.text(at, share + 0.02, f"{share:g}", ha="center", va="bottom")
    bars.set(ylim=(0, 1), yticks=(0, 0.5, 1), ylabel="probability")
    bars.tick_params(axis="x", labelsize=12)
    bars.grid(axis="x", visible=False)

    x = np.linspace(-0.75, 0.75, 301)
    density = np.exp(-((x / SIGMA) ** 2) / 2) / (SIGMA * np.sqrt(2 * np.pi))
    bell.plot(x, density, color=style.ORANGE, linestyle="-")
    inside = np.abs(x) <= SIGMA
    bell.fill_between(x[inside], density[inside], color=style.ORANGE, alpha=0.35)
    bell.text(0, 0.75, "68 %", ha="center", va="center", fontsize=12)
    bell.set(ylim=(0, 2.2), yticks=(0, 1, 2), xticks=(-0.6, -0.2, 0.2, 0.6), ylabel="density")
    return figure
