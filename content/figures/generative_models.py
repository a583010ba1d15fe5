"""What a discriminative and a generative model know about the same two groups of points."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

MEANS = np.array([[-1.3, -0.7], [1.2, 0.9]])
COVARIANCE = np.array([[0.5, 0.22], [0.22, 0.4]])
COUNT, NEW = 30, 9


def draw() -> Figure:
    """Left the border alone, right the fitted Gaussians and points drawn from them."""
    random = np.random.default_rng(3)
    groups = [random.multivariate_normal(mean, COVARIANCE, COUNT) for mean in MEANS]
    figure, (left, right) = style.panels(2, titles=("discriminative", "generative"), height=3.1, share_y=True)
    for axes in (left, right):
        _points(axes, groups, faint=axes is right)
        axes.set(xlim=(-3.4, 3.4), ylim=(-3.1, 3.1), xticks=[], yticks=[], aspect="equal")
        axes.grid(False)
    means = [group.mean(axis=0) for group in groups]
    spread = np.mean([np.cov(group.T) for group in groups], axis=0)
    _border(left, groups)
    for mean, colour in zip(means, (style.BLUE, style.ORANGE), strict=True):
        _contours(right, mean, spread, colour)
        new = random.multivariate_normal(mean, spread, NEW)
        right.plot(*new.T, "x", color=style.TEXT, markersize=8, markeredgewidth=2.2, linestyle="none")
    left.set_xlabel("knows the border")
    right.set_xlabel("knows the data: × is new")
    return figure


def _points(axes: Axes, groups: list[NDArray[np.float64]], *, faint: bool) -> None:
    for group, marker, colour in zip(groups, "os", (style.BLUE, style.ORANGE), strict=True):
        axes.plot(
            *group.T, marker, color=colour, markersize=5.5, alpha=0.45 if faint else 1.0, linestyle="none", zorder=2
        )


def _border(axes: Axes, groups: list[NDArray[np.float64]]) -> None:
    """The line where logistic regression, fitted by Newton's method, gives both groups one half."""
    points = np.concatenate(groups)
    inputs = np.column_stack([points, np.ones(len(points))])
    labels = np.repeat([0.0, 1.0], COUNT)
    weights = np.zeros(3)
    for _ in range(20):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs
        weights += np.linalg.solve(curvature, inputs.T @ (labels - chance))
    up = np.array([-4.0, 4.0])
    axes.plot(-(weights[1] * up + weights[2]) / weights[0], up, "-", color=style.TEXT, linewidth=2.6)


def _contours(axes: Axes, mean: NDArray[np.float64], spread: NDArray[np.float64], colour: str) -> None:
    """Ellipses at one and two standard deviations."""
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    for radius in (1, 2):
        ring = mean[:, None] + radius * np.linalg.cholesky(spread) @ circle
        axes.plot(*ring, "-", color=colour, linewidth=1.8)
