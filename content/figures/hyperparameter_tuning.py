"""Nine trials as a grid and at random, with a made-up score to which only the learning rate matters."""

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from content.figures import style

Numbers = NDArray[np.float64]
GRID = np.array([-4.0, -2.5, -1.0])  # powers of ten
DECAYS = np.array([-5.0, -3.5, -2.0])
BEST, SPREAD = -1.75, 0.32  # invented: where the score peaks, and how wide
SEED = 4


def draw() -> Figure:
    """Above, the score over the learning rate with the trials on it; below, the trials themselves."""
    figure = style.new_figure(4.2)
    rates, decays = (each.ravel() for each in np.meshgrid(GRID, DECAYS))
    random = np.random.default_rng(SEED)
    drawn = random.uniform(GRID[0], GRID[-1], 9)
    left, right = figure.subfigures(1, 2, squeeze=False)[0]
    _half(left, "grid: 3 rates", rates, decays)
    _half(right, "random: 9 rates", drawn, random.uniform(DECAYS[0], DECAYS[-1], 9))
    return figure


def _score(rates: Numbers) -> Numbers:
    scores: Numbers = np.exp(-(((rates - BEST) / SPREAD) ** 2) / 2)
    return scores


def _half(part: SubFigure, title: str, rates: Numbers, decays: Numbers) -> None:
    part.set_facecolor(style.BACKGROUND)
    upper, lower = part.subplots(2, 1, sharex=True, height_ratios=(1, 1.7))
    along = np.linspace(-4.7, -0.3, 300)
    upper.plot(along, _score(along), color=style.BLUE, linestyle="-")
    upper.plot(rates, _score(rates), "o", color=style.ORANGE)
    upper.set_title(title)
    upper.set(ylabel="made-up score", yticks=[], ylim=(-0.12, 1.15))
    lower.vlines(rates, decays, -1.0, color=style.FAINT, linewidth=1.4, linestyle=":")
    lower.plot(rates, decays, "o", color=style.ORANGE)
    lower.set(xlabel="learning rate", ylabel="weight decay", yticks=[], ylim=(-6, -1))
    lower.set_xticks((-4, -2.5, -1), ("0.0001", "0.003", "0.1"))
