"""Two loss surfaces of one real model, a sigmoid unit on six points: cross-entropy and squared error.

The model is p = sigmoid(w x + b). Both losses are computed at every point of a grid of w and b, and
each surface is drawn to its own scale, from its lowest loss to its highest.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Numbers = NDArray[np.float64]

INPUTS = np.array([-2.0, -1.0, 0.5, -0.5, 1.0, 2.0])
TARGETS = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
REACH = 6.0


def draw() -> Figure:
    """Two 3-D panels: the bowl of cross-entropy, and the plateaus of squared error."""
    figure = style.new_figure(3.2)
    figure.set_layout_engine("none")
    for left, title, loss in ((0.0, "cross-entropy", _cross_entropy), (0.5, "squared error", _squared_error)):
        axes = figure.add_axes((left, 0.1, 0.5, 0.82), projection="3d")
        figure.text(left + 0.25, 0.92, title, ha="center", fontsize=12)
        grid = np.linspace(-REACH, REACH, 61)
        w, b = np.meshgrid(grid, grid)
        logits = w[..., None] * INPUTS + b[..., None]
        _surface(axes, w, b, loss(logits).mean(axis=-1))
    figure.text(0.5, 0.03, "height = loss      ★ = lowest point", ha="center", fontsize=10, color=style.MUTED)
    return figure


def _cross_entropy(logits: Numbers) -> Numbers:
    losses: Numbers = np.logaddexp(0, logits) - TARGETS * logits
    return losses


def _squared_error(logits: Numbers) -> Numbers:
    errors: Numbers = np.square(1 / (1 + np.exp(-logits)) - TARGETS)
    return errors


def _surface(axes: Any, w: Numbers, b: Numbers, loss: Numbers) -> None:
    """The surface and its lowest point, seen through it; 3-D axes have no types in matplotlib."""
    axes.plot_surface(w, b, loss, cmap="cividis", rstride=3, cstride=3, edgecolor=style.BACKGROUND, linewidth=0.4)
    lowest = np.unravel_index(np.argmin(loss), loss.shape)
    point = (w[lowest], b[lowest], loss[lowest])
    axes.plot(*([one] for one in point), marker="*", markersize=11, color=style.RED, zorder=10)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color(style.PANEL)
    axes.set(xticks=[], yticks=[], zticks=[])
    axes.set_xlabel("weight $w$", labelpad=-10)
    axes.set_ylabel("bias $b$", labelpad=-10)
    axes.view_init(elev=42, azim=-66)
    axes.set_box_aspect((1, 1, 0.8), zoom=1.03)
