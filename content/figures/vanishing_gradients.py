"""The size of each layer's weight gradient in two deep networks at their start, really computed.

Both have 20 layers of 100 units, random inputs and weights from a normal distribution with mean 0. The
weights' variance is 1/100 before sigmoids (Glorot and Bengio's, for layers of equal width) and 2/100
before ReLUs (He's). The gradient at the output is random and of the same size in both.
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

LAYERS, UNITS, EXAMPLES = 20, 100, 64
Values = NDArray[np.float64]


def draw() -> Figure:
    """Gradient norms over the layers, on a logarithmic scale: level for ReLU, falling for sigmoid."""
    figure, axes = style.plot(x="layer (1 = next to the input)", y="gradient norm", height=3.4)
    layers = np.arange(1, LAYERS + 1)
    axes.semilogy(layers, _norms("relu"), color=style.GREEN, linestyle="-", marker="o", markersize=5)
    axes.semilogy(layers, _norms("sigmoid"), color=style.ORANGE, linestyle="--", marker="s", markersize=5)
    axes.set(xticks=(1, 5, 10, 15, 20), ylim=(1e-13, 1e4), yticks=(1e-12, 1e-8, 1e-4, 1e0, 1e4))
    axes.minorticks_off()
    axes.text(1, 60, "ReLU, He initialisation", ha="left", va="bottom", fontsize=11, color=style.GREEN)
    axes.text(12.2, 3e-9, "sigmoid,\nGlorot initialisation", ha="left", va="top", fontsize=11, color=style.ORANGE)
    return figure


def _norms(activation: str) -> list[float]:
    """The norm of each layer's weight gradient, the layer next to the input first."""
    random = np.random.default_rng(0)
    deviation = np.sqrt((2 if activation == "relu" else 1) / UNITS)
    weights = [random.normal(0, deviation, (UNITS, UNITS)) for _ in range(LAYERS)]
    values = [random.normal(size=(UNITS, EXAMPLES))]
    slopes: list[Values] = []
    for matrix in weights:
        value, slope = _activate(activation, matrix @ values[-1])
        values.append(value)
        slopes.append(slope)
    message = random.normal(size=(UNITS, EXAMPLES)) / EXAMPLES
    norms: list[float] = []
    for matrix, slope, below in zip(reversed(weights), reversed(slopes), reversed(values[:-1]), strict=True):
        message = message * slope
        norms.append(float(np.linalg.norm(message @ below.T)))
        message = matrix.T @ message
    return norms[::-1]


def _activate(activation: str, z: Values) -> tuple[Values, Values]:
    """The activation of z and its slope there."""
    if activation == "relu":
        return np.maximum(z, 0), (z > 0).astype(np.float64)
    value = 1 / (1 + np.exp(-z))
    return value, value * (1 - value)
