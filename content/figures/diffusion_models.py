"""Two crescents dissolved in noise, and drawn again out of other noise: both really computed.

No network is trained: for a finite set of points the best possible noise prediction is known
exactly, and DDIM steps with it carry fresh noise back to the data.
"""

from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Points = NDArray[np.float64]

COUNT = 240
KEPT = (1.0, 0.95, 0.0)  # how much signal (the square root of alpha bar) each column shows
STEPS = 60
SPREAD = 0.05  # of the data around each point of the crescents


def draw() -> Figure:
    """Top: data, noisier data, noise. Bottom: noise, less noise, new samples."""
    rng = np.random.default_rng(0)
    data = _crescents(rng)
    noise = rng.standard_normal(data.shape)
    added = [kept * data + np.sqrt(1 - kept**2) * noise for kept in KEPT]
    removed = _denoise(rng.standard_normal(data.shape), data)
    figure = style.new_figure(3.7)
    rows = figure.subplots(2, 3)
    labels = (("data", "noisy", "noise"), ("noise", "less noisy", "new samples"))
    for row, clouds, colour, names in zip(rows, (added, removed), (style.BLUE, style.GREEN), labels, strict=True):
        for axes, cloud, name in zip(row, clouds, names, strict=True):
            axes.scatter(*cloud.T, s=4, color=colour)
            axes.set_title(name, fontsize=11)
            axes.set(xlim=(-2.8, 2.8), ylim=(-2.8, 2.8), aspect="equal", xticks=[], yticks=[])
    rows[0, 0].set_ylabel("adding noise →", fontsize=10)
    rows[1, 0].set_ylabel("removing it →", fontsize=10)
    return figure


def _crescents(rng: np.random.Generator) -> Points:
    """Points on two interlocking half circles, with mean 0 and variance 1 in both directions."""
    angle = rng.uniform(0, np.pi, COUNT // 2)
    upper = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    lower = np.stack((1 - np.cos(angle), 0.5 - np.sin(angle)), axis=1)
    points = np.concatenate((upper, lower)) + 0.03 * rng.standard_normal((COUNT, 2))
    normal: Points = (points - points.mean(axis=0)) / points.std(axis=0)
    return normal


def _denoise(x: Points, data: Points) -> list[Points]:
    """The cloud at the start, where the signal's share is ``KEPT[1]``, and at the end, by DDIM."""
    levels = np.sin(np.linspace(0.02, np.pi / 2, STEPS))
    shown = [x]
    for now, later in pairwise(levels):
        clean, noise = _guess(x, data, now)
        x = later * clean + np.sqrt(1 - later**2) * noise
        if now < KEPT[1] <= later:
            shown.append(x)
    return [*shown, x]


def _guess(x: Points, data: Points, kept: float) -> tuple[Points, Points]:
    """The expected clean point and noise for each x = kept·clean + √(1−kept²)·noise, (points, 2) each.

    The data are a mixture of narrow Gaussians, one on each point of ``data``.
    """
    variance = 1 - kept**2 + (kept * SPREAD) ** 2
    squares = np.square(x[:, None] - kept * data[None]).sum(axis=2) / (2 * variance)
    weights = np.exp(squares.min(axis=1, keepdims=True) - squares)
    weights /= weights.sum(axis=1, keepdims=True)
    centre = weights @ data
    clean = centre + kept * SPREAD**2 / variance * (x - kept * centre)
    return clean, (x - kept * clean) / np.sqrt(1 - kept**2)
