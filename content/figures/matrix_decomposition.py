"""A picture rebuilt from its strongest singular values: a small part of the numbers, most of the picture.

The picture is computed here: a moon and stars above hills and a lake, with grey values from 0 to 1.
"""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

HEIGHT, WIDTH = 400, 360
RANKS = (5, 40)
MOON = (0.68, 0.24, 0.13)  # middle across, middle down, radius, in parts of the height
SHORE = 0.72
STARS = 40


def landscape() -> np.ndarray:
    """The picture, (HEIGHT, WIDTH), 0 for black and 1 for white; the same every time."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] / HEIGHT
    picture = 0.12 + 0.33 * y
    rng = np.random.default_rng(0)
    for across, down, light in rng.uniform((0.02, 0.02, 0.6), (0.9, 0.42, 1.0), (STARS, 3)):
        picture += light * np.exp(-((x - across) ** 2 + (y - down) ** 2) / (2 * 0.004**2))
    away = np.hypot(x - MOON[0], y - MOON[1])
    picture += 0.35 * np.exp(-((away / 0.2) ** 2))
    crater = np.hypot(x - MOON[0] + 0.04, y - MOON[1] - 0.03) < 0.035
    picture = np.where(away < MOON[2], 0.97 - 0.2 * crater, picture)
    far = 0.50 + 0.07 * np.sin(9 * x + 1) + 0.03 * np.sin(23 * x)
    near = 0.62 + 0.08 * np.sin(6 * x + 4) + 0.02 * np.abs(np.sin(40 * x))
    picture = np.where(y > far, 0.20, picture)
    picture = np.where(y > near, 0.07, picture)
    depth = y - SHORE
    glitter = np.exp(-(((x - MOON[0]) / (0.06 + 0.5 * np.abs(depth))) ** 2))
    waves = 0.5 + 0.5 * np.sin(220 * y + 3 * np.sin(14 * x))
    lake = 0.22 + 0.15 * waves + 0.55 * glitter * waves
    return np.clip(np.where(depth > 0, lake, picture), 0, 1)


def draw() -> Figure:
    """The landscape from 5 and from 40 singular values, beside the original."""
    picture = landscape()
    u, s, vt = np.linalg.svd(picture, full_matrices=False)
    shown = [
        (f"rank {k}", f"{k * (HEIGHT + WIDTH + 1) / picture.size:.0%} of numbers", (u[:, :k] * s[:k]) @ vt[:k])
        for k in RANKS
    ]
    shown.append(("original", "all numbers", picture))
    figure, panels = style.panels(3, height=2.5)
    for axes, (title, share, values) in zip(panels, shown, strict=True):
        axes.imshow(values, cmap="gray", vmin=0, vmax=1)
        axes.set_title(title)
        axes.set_xlabel(share.replace("%", " %"))
        axes.set(xticks=(), yticks=())
        axes.grid(False)
    return figure
