"""What "95 %" promises: of many intervals from new samples, about one in twenty misses the true value."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

TRUE = 0.9
EXAMPLES = 400
INTERVALS = 30


def draw() -> Figure:
    """Thirty intervals for the accuracy of one model; those that miss the truth are crossed."""
    shares = np.random.default_rng(0).binomial(EXAMPLES, TRUE, INTERVALS) / EXAMPLES
    half = 1.96 * np.sqrt(shares * (1 - shares) / EXAMPLES)
    misses = np.abs(shares - TRUE) > half
    figure, axes = style.plot(x="test set", y="accuracy", height=3.4)
    axes.axhline(TRUE, color=style.GREEN, linestyle="--", linewidth=2)
    number = np.arange(1, INTERVALS + 1)
    for chosen, colour, marker, size in ((~misses, style.BLUE, "o", 4.5), (misses, style.RED, "x", 10)):
        axes.errorbar(
            number[chosen],
            shares[chosen],
            half[chosen],
            color=colour,
            linestyle="none",
            marker=marker,
            markersize=size,
            markeredgewidth=2.5,
            elinewidth=1.8,
        )
    axes.set(xlim=(0, INTERVALS + 6.5), xticks=(1, 10, 20, 30), yticks=(0.85, 0.9, 0.95))
    axes.text(INTERVALS + 1.6, TRUE + 0.002, "truth", color=style.GREEN, ha="left", va="bottom", fontsize=12)
    axes.grid(axis="x", visible=False)
    return figure
