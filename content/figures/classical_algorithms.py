"""The borders that three algorithms learn from the same points: a line, a staircase, a bend.

Logistic regression, a tree of depth 3 (Gini impurity) and five nearest neighbours, each fitted here.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Values = NDArray[np.float64]
# From points of shape (n, 2) to the share of class 1 that the model gives each, shape (n,).
Model = Callable[[Values], Values]

SEED = 1
PER_CLASS = 40
NOISE = 0.22
DEPTH = 3
NEIGHBOURS = 5
X_RANGE, Y_RANGE = (-1.7, 2.7), (-1.3, 1.8)


def draw() -> Figure:
    """Three panels: both classes as marks, the learnt border as a line, the share that is right below."""
    points, labels = _crescents()
    models = (
        ("logistic\nregression", _logistic(points, labels)),
        ("tree,\ndepth 3", _tree(points, labels, DEPTH)),
        ("5 nearest\nneighbours", _neighbours(points, labels)),
    )
    across, up = np.meshgrid(np.linspace(*X_RANGE, 160), np.linspace(*Y_RANGE, 160))
    grid = np.column_stack([across.ravel(), up.ravel()])
    figure, panels = style.panels(3, titles=[name for name, _ in models], height=2.9, share_y=True)
    for axes, (_, model) in zip(panels, models, strict=True):
        side = model(grid).reshape(across.shape)
        axes.contourf(across, up, side, levels=[0.5, 2.0], colors=[style.PANEL])
        axes.contour(across, up, side, levels=[0.5], colors=[style.TEXT], linewidths=1.8)
        axes.plot(*points[labels == 0].T, "o", color=style.BLUE, markersize=4)
        axes.plot(*points[labels == 1].T, "x", color=style.ORANGE, markersize=4.5, markeredgewidth=1.5)
        right = np.mean((model(points) > 0.5) == (labels == 1))
        axes.set(xticks=[], yticks=[], xlabel=f"{100 * right:.0f} % right")
    return figure


def _crescents() -> tuple[Values, Values]:
    random = np.random.default_rng(SEED)
    angle = np.linspace(0.0, np.pi, PER_CLASS)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)])
    points = np.concatenate([upper, lower])
    return points + random.normal(0.0, NOISE, points.shape), np.repeat([0.0, 1.0], PER_CLASS)


def _logistic(points: Values, labels: Values) -> Model:
    """Logistic regression, fitted by Newton's method with a slight penalty."""
    table = np.column_stack([points, np.ones(len(points))])
    weights = np.zeros(3)
    for _ in range(20):
        p = 1 / (1 + np.exp(-table @ weights))
        curvature = table.T @ (table * (p * (1 - p))[:, None]) + 0.01 * np.eye(3)
        weights -= np.linalg.solve(curvature, table.T @ (p - labels) + 0.01 * weights)
    return lambda new: 1 / (1 + np.exp(-(new @ weights[:2] + weights[2])))


def _neighbours(points: Values, labels: Values) -> Model:
    def share(new: Values) -> Values:
        away = np.linalg.norm(new[:, None] - points, axis=2)
        nearest = np.argpartition(away, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        return np.asarray(labels[nearest].mean(axis=1), dtype=np.float64)

    return share


def _tree(points: Values, labels: Values, depth: int) -> Model:
    """A tree grown greedily by Gini impurity."""
    share = float(labels.mean())
    if depth == 0 or share in (0.0, 1.0):
        return lambda new: np.full(len(new), share)
    _, feature, cut = min(
        (_impurity(points[:, feature] <= cut, labels), feature, cut)
        for feature in (0, 1)
        for cut in _middles(points[:, feature])
    )
    low = points[:, feature] <= cut
    below, above = (_tree(points[side], labels[side], depth - 1) for side in (low, ~low))
    return lambda new: np.where(new[:, feature] <= cut, below(new), above(new))


def _middles(values: Values) -> list[float]:
    ordered = np.unique(values)
    return [float(one) for one in (ordered[:-1] + ordered[1:]) / 2]


def _impurity(low: NDArray[np.bool_], labels: Values) -> float:
    """The Gini impurity of both sides of a split, weighted by their sizes."""
    shares = [(side.sum(), labels[side].mean()) for side in (low, ~low)]
    return float(sum(size * 2 * p * (1 - p) for size, p in shares))
