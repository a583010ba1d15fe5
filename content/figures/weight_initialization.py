"""How large the activations of a deep ReLU network are, layer by layer, for four sizes of random weights.

Twenty layers of 256 units without biases, fed with 256 standard normal examples; every line is
the root mean square of a real forward pass. Per layer it is multiplied by about std · √(256 / 2).
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]

WIDTH = 256
DEPTH = 20
SIZES = (
    ("too large: std 0.15", 0.15, style.RED, "s", "-.", 12.6, 1e5),
    ("He: std 0.088", float(np.sqrt(2 / WIDTH)), style.GREEN, "o", "-", 20.0, 5.0),
    ("Xavier: std 0.063", float(np.sqrt(1 / WIDTH)), style.BLUE, "^", "--", 20.0, 2e-5),
    ("too small: std 0.03", 0.03, style.ORANGE, "v", ":", 9.4, 2e-8),
)


def draw() -> Figure:
    """One line for each size of weights over the layers, on a logarithmic scale."""
    figure, axes = style.plot(x="layer", y="size of activations", height=3.5)
    layers = np.arange(DEPTH + 1)
    for name, std, colour, marker, line, x, y in SIZES:
        sizes = _sizes(std)
        axes.semilogy(
            layers, sizes, color=colour, linestyle=line, marker=marker, markersize=5, markevery=4, linewidth=2
        )
        axes.text(x, y, name, ha="right", fontsize=10)
    axes.set(xlim=(0, DEPTH + 0.5), xticks=[0, 5, 10, 15, 20], ylim=(1e-10, 1e7))
    return figure


def _sizes(std: float) -> Values:
    """The root mean square of the input and of each layer's activations."""
    random = np.random.default_rng(0)
    values = random.standard_normal((256, WIDTH))
    sizes = [_rms(values)]
    for _ in range(DEPTH):
        weights = std * random.standard_normal((WIDTH, WIDTH))
        values = np.maximum(values @ weights, 0)
        sizes.append(_rms(values))
    return np.array(sizes)


def _rms(values: Values) -> float:
    return float(np.sqrt(np.square(values).mean()))
