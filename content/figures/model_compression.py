"""What rounding its weights to fewer bits does to a small digit classifier, really trained and measured."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from content.figures import style

Array = NDArray[np.float64]

BITS = (2, 3, 4, 5, 6, 8)
HIDDEN, RATE, STEPS, TRAINING = 64, 0.01, 150, 1300


def draw() -> Figure:
    """Test accuracy over the bits kept per weight, beside that of the unrounded network."""
    weights, inputs, labels = _trained()
    accuracies = [_accuracy([_rounded(one, bits) for one in weights], inputs, labels) for bits in BITS]
    figure, axes = style.plot(x="bits per weight", y="test accuracy")
    axes.axhline(_accuracy(weights, inputs, labels), color=style.MUTED, linestyle="--", linewidth=1.8)
    axes.text(2.05, 1.005, "32 bits", color=style.MUTED, fontsize=11, va="bottom")
    axes.plot(BITS, accuracies, color=style.BLUE, linestyle="-", marker="o")
    for bits, accuracy in zip(BITS[:3], accuracies, strict=False):
        above = bits == BITS[0]
        axes.annotate(
            f"{accuracy:.0%}",
            (bits, accuracy),
            (10, 8 if above else -18),
            textcoords="offset points",
            fontsize=12,
            color=style.TEXT,
        )
    axes.set(xticks=BITS, xlim=(1.6, 8.3), ylim=(0, 1.12), yticks=np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def _rounded(weights: Array, bits: int) -> Array:
    """Symmetric quantisation with one scale for the whole matrix."""
    scale = np.abs(weights).max() / (2 ** (bits - 1) - 1)
    back: Array = np.round(weights / scale) * scale
    return back


def _accuracy(weights: list[Array], inputs: Array, labels: NDArray[np.int64]) -> float:
    first, second = weights
    scores = np.maximum(inputs @ first, 0) @ second
    return float((scores.argmax(axis=1) == labels).mean())


def _trained() -> tuple[list[Array], Array, NDArray[np.int64]]:
    """Two weight matrices trained by Adam on scikit-learn's 8 × 8 digits, and the test set."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(digits.target))
    inputs, labels = digits.data[order] / 16, digits.target[order]
    x, wanted = inputs[:TRAINING], np.eye(10)[labels[:TRAINING]]
    weights = [rng.normal(0, np.sqrt(2 / 64), (64, HIDDEN)), rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, 10))]
    first = [np.zeros_like(one) for one in weights]
    second = [np.zeros_like(one) for one in weights]
    for step in range(1, STEPS + 1):
        for index, gradient in enumerate(_gradients(weights, x, wanted)):
            first[index] = 0.9 * first[index] + 0.1 * gradient
            second[index] = 0.999 * second[index] + 0.001 * gradient**2
            size = np.sqrt(second[index] / (1 - 0.999**step)) + 1e-8
            weights[index] = weights[index] - RATE * first[index] / (1 - 0.9**step) / size
    return weights, inputs[TRAINING:], labels[TRAINING:]


def _gradients(weights: list[Array], x: Array, wanted: Array) -> tuple[Array, Array]:
    """Of the mean cross-entropy with respect to both matrices."""
    hidden = np.maximum(x @ weights[0], 0)
    scores = hidden @ weights[1]
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = (likely / likely.sum(axis=1, keepdims=True) - wanted) / len(x)
    return x.T @ ((error @ weights[1].T) * (hidden > 0)), hidden.T @ error
