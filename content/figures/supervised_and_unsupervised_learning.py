"""The same points with labels and without: a learnt border, and the groups that k-means finds.

Both are computed: the border is a least-squares classifier's, the groups come from Lloyd's algorithm.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]
Groups = NDArray[np.bool_]

SEED = 0
PER_BLOB = 20
SPREAD = 0.3
LIMIT = 3.4


def draw() -> Figure:
    """Left: classes as marks and a line learnt from them. Right: groups as marks and k-means' border."""
    random = np.random.default_rng(SEED)
    blobs = [(x, y) for x in (-2.0, 2.0) for y in (-0.9, 0.9)]
    points = np.concatenate([random.normal(blob, (2 * SPREAD, SPREAD), (PER_BLOB, 2)) for blob in blobs])
    labels = np.repeat([y > 0 for _, y in blobs], PER_BLOB)
    figure, (left, right) = style.panels(2, titles=("with labels", "without labels"), height=3.1)
    weights, offset = _classifier(points, labels)
    _scatter(left, points, labels, (style.BLUE, style.ORANGE), ("o", "x"))
    _border(left, weights, offset)
    left.set_xlabel("the classes you named")
    centres, groups = _two_means(points)
    _scatter(right, points, groups, (style.GREEN, style.PURPLE), ("s", "^"))
    _border(right, centres[1] - centres[0], float(centres[0] @ centres[0] - centres[1] @ centres[1]) / 2)
    right.plot(*centres.T, "*", color=style.TEXT, markersize=16, zorder=4)
    right.set_xlabel("the groups it found")
    return figure


def _classifier(points: Values, labels: Groups) -> tuple[Values, float]:
    """Least squares on targets 1 and -1: the weights and the bias."""
    table = np.column_stack([points, np.ones(len(points))])
    solution = np.linalg.lstsq(table, np.where(labels, 1.0, -1.0), rcond=None)[0]
    return solution[:2], float(solution[2])


def _two_means(points: Values) -> tuple[Values, Groups]:
    """k-means with two centres, from the lowest and the highest point, until nothing moves."""
    centres = points[[points[:, 1].argmin(), points[:, 1].argmax()]]
    while True:
        groups = np.linalg.norm(points - centres[1], axis=1) < np.linalg.norm(points - centres[0], axis=1)
        moved = np.stack([points[~groups].mean(axis=0), points[groups].mean(axis=0)])
        if np.array_equal(moved, centres):
            return centres, groups
        centres = moved


def _scatter(axes: Axes, points: Values, groups: Groups, colours: tuple[str, str], marks: tuple[str, str]) -> None:
    for group, colour, mark in zip((groups, ~groups), colours, marks, strict=True):
        axes.plot(*points[group].T, mark, color=colour, markersize=6, markeredgewidth=1.6)
    axes.set(xlim=(-LIMIT - 0.4, LIMIT + 0.4), ylim=(-2.3, 2.3), xticks=[], yticks=[])


def _border(axes: Axes, weights: Values, offset: float) -> None:
    """The line where weights · point + offset is zero."""
    length = float(np.linalg.norm(weights))
    foot, along = -offset * weights / length**2, np.array([-weights[1], weights[0]]) / length
    ends = np.stack([foot - 10 * along, foot + 10 * along])
    axes.plot(*ends.T, color=style.TEXT, linestyle="--", linewidth=1.8, zorder=3)
