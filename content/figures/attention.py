"""Attention weights of the lesson's three tokens, without a mask and with a causal one."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from content.figures import style

# One hue from dark to light: the letters keep their contrast, and so does a print in grey.
SHADES = LinearSegmentedColormap.from_list("weights", (style.PANEL, style.BLUE))

TOKENS = ("the", "cat", "sleeps")
QUERIES = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
KEYS = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]])


def draw() -> Figure:
    """Two tables, one row per query and one column per key, with the weights in the cells."""
    figure, (left, right) = style.panels(2, titles=("no mask", "causal mask"), height=2.9, share_y=True)
    figure.set_layout_engine("constrained", wspace=0.08)
    later = np.triu(np.ones((3, 3), dtype=bool), k=1)
    _table(left, _weights(QUERIES, KEYS, np.zeros_like(later)))
    _table(right, _weights(QUERIES, KEYS, later), hidden=later)
    left.set_ylabel("who asks (query)")
    figure.supxlabel("who is looked at (key)", fontsize=11, color=style.TEXT)
    return figure


def _weights(queries: NDArray[np.float64], keys: NDArray[np.float64], hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
    """softmax(QKᵀ/√d) over the keys, (queries, keys); hidden pairs get no weight."""
    scores = queries @ keys.T / np.sqrt(keys.shape[1])
    exponentials = np.where(hidden, 0.0, np.exp(scores))
    weights: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return weights


def _table(axes: Axes, weights: NDArray[np.float64], hidden: NDArray[np.bool_] | None = None) -> None:
    axes.imshow(weights, vmin=0, vmax=1, cmap=SHADES)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=11, labelcolor=style.TEXT)
    axes.set_xticks(range(3), TOKENS)
    axes.set_yticks(range(3), TOKENS)
    for (row, column), weight in np.ndenumerate(weights):
        if hidden is not None and hidden[row, column]:
            axes.add_patch(_hatched(row, column))
            continue
        letters = style.BACKGROUND if weight > 0.75 else style.TEXT
        axes.text(column, row, f"{weight:.2f}", ha="center", va="center", fontsize=13, color=letters, weight="bold")
    axes.set_xticks(np.arange(0.5, 2), minor=True)
    axes.set_yticks(np.arange(0.5, 2), minor=True)
    axes.grid(visible=True, which="minor", color=style.BACKGROUND, alpha=1, linewidth=3)
    axes.tick_params(which="minor", length=0)


def _hatched(row: int, column: int) -> Rectangle:
    """A cell that the mask hides, as large as the gaps between cells leave it."""
    corner, side = (column - 0.47, row - 0.47), 0.94
    return Rectangle(corner, side, side, facecolor=style.PANEL, hatch="//", linewidth=0)
