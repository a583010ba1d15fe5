"""One good feature: points that no line parts by x1 and x2 are parted by their product."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

SEED = 4
COUNT = 160
EDGE = 0.06


def draw() -> Figure:
    """Left: the raw features. Right: the product along the axis, with a random height to tell dots apart."""
    random = np.random.default_rng(SEED)
    size = random.uniform(EDGE, 1.0, (COUNT, 2))
    points = size * random.choice([-1.0, 1.0], (COUNT, 2))
    product = points.prod(axis=1)
    height = random.uniform(-1.0, 1.0, COUNT)
    figure, (left, right) = style.panels(2, titles=("raw features", "one made feature"), height=3.2)
    for same, colour, mark in ((product > 0, style.BLUE, "o"), (product <= 0, style.ORANGE, "x")):
        left.plot(*points[same].T, mark, color=colour, markersize=5, markeredgewidth=1.6)
        right.plot(product[same], height[same], mark, color=colour, markersize=5, markeredgewidth=1.6)
    right.axvline(0.0, color=style.TEXT, linestyle="--")
    left.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    right.set(xlabel="$x_1 \\cdot x_2$", xticks=[-1, 0, 1], yticks=[], xlim=(-1.1, 1.1))
    return figure
