"""A U-Net as boxes: down the left side, up the right side, and the skip connections across."""

from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

# Pixels and channels of the maps, from the full size down, and where each level stands.
LEVELS = ((64, 16), (32, 32), (16, 64))
HEIGHTS = (5.6, 3.4, 1.2)
INWARD = 1.1
WIDTH, HEIGHT = 2.3, 1.15


def draw() -> Figure:
    """Two boxes a level, one below them all, and the arrows between them."""
    figure, axes = style.diagram(11, 7.4)
    left = [(1.55 + INWARD * level, at) for level, at in enumerate(HEIGHTS[:2])]
    right = [(11 - x, y) for x, y in left]
    deepest = (5.5, HEIGHTS[2])
    for centres, colour in ((left, style.BLUE), (right, style.GREEN)):
        for centre, (pixels, channels) in zip(centres, LEVELS, strict=False):
            _map(axes, centre, pixels, channels, colour)
    _map(axes, deepest, *LEVELS[2], style.ORANGE)
    _steps(axes, [*left, deepest], down=True)
    _steps(axes, [*right, deepest], down=False)
    for start, end in zip(left, right, strict=True):
        style.arrow(
            axes, (start[0] + WIDTH / 2 + 0.1, start[1]), (end[0] - WIDTH / 2 - 0.1, end[1]), "skip", dashed=True
        )
    axes.text(left[0][0], 6.75, "encoder", ha="center", va="center", fontsize=12, color=style.BLUE)
    axes.text(right[0][0], 6.75, "decoder", ha="center", va="center", fontsize=12, color=style.GREEN)
    return figure


def _map(axes: Axes, centre: tuple[float, float], pixels: int, channels: int, colour: str) -> None:
    text = f"{pixels} × {pixels}\n{channels} channels"
    style.box(axes, centre, text, width=WIDTH, height=HEIGHT, colour=colour, size=10)


def _steps(axes: Axes, centres: list[tuple[float, float]], *, down: bool) -> None:
    """Arrows from level to level: pooling on the way down, upsampling on the way up."""
    side = -1 if down else 1
    for upper, lower in pairwise(centres):
        high = (upper[0] - side * 0.25, upper[1] - HEIGHT / 2 - 0.08)
        low = (lower[0] + side * 0.25, lower[1] + HEIGHT / 2 + 0.08)
        style.arrow(axes, *((high, low) if down else (low, high)))
    middle = HEIGHTS[1] - 1.25
    axes.text(5.5 + side * 3.1, middle, "pool" if down else "upsample", ha="center", va="center", fontsize=11)
