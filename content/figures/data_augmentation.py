"""One small picture and five changes that leave it a house."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from content.figures import style

Picture = NDArray[np.float64]  # (height, width, 3), from 0 to 1

SIZE = 24
COLOURS = {
    " ": (0.55, 0.78, 0.95),  # sky
    ",": (0.45, 0.70, 0.35),  # grass
    "r": (0.75, 0.28, 0.20),  # roof
    "w": (0.95, 0.88, 0.72),  # wall
    "d": (0.35, 0.22, 0.15),  # door
    "g": (0.20, 0.30, 0.50),  # glass
    "l": (0.13, 0.45, 0.20),  # leaves
    "t": (0.45, 0.30, 0.15),  # trunk
}


def draw() -> Figure:
    """Two rows of three pictures, each named above."""
    house = _house()
    figure = style.new_figure(3.9)
    versions = (
        ("original", house),
        ("mirrored", house[:, ::-1]),
        ("random crop", _crop(house, 1, 7)),
        ("colour jitter", np.clip((house * (1.05, 0.8, 0.6)), 0, 1)),
        ("rotated", _rotated(house, 12)),
        ("erased", _erased(house)),
    )
    for axes, (name, picture) in zip(figure.subplots(2, 3).flat, versions, strict=True):
        axes.imshow(picture, interpolation="nearest")
        axes.set_title(name, fontsize=11)
        axes.set(xticks=[], yticks=[])
        axes.grid(visible=False)
    return figure


def _house() -> Picture:
    """Sky and grass, a house with a door and a window, and a tree to the right of it."""
    letters = np.full((SIZE, SIZE), " ")
    letters[19:] = ","
    for row in range(4, 10):
        half = row - 3
        letters[row, 8 - half : 8 + half] = "r"
    letters[10:20, 3:13] = "w"
    letters[14:20, 9:12] = "d"
    letters[12:15, 4:7] = "g"
    letters[8:15, 16:22] = "l"
    letters[15:20, 18:20] = "t"
    return np.array([[COLOURS[str(letter)] for letter in row] for row in letters])


def _crop(picture: Picture, top: int, left: int) -> Picture:
    """A window of the picture's own size out of the picture with a black edge of 4 pixels."""
    padded = np.pad(picture, ((4, 4), (4, 4), (0, 0)))
    return padded[top : top + SIZE, left : left + SIZE]


def _rotated(picture: Picture, degrees: float) -> Picture:
    """Turned about its centre, each pixel taken from the nearest one; black where there is none."""
    angle = np.deg2rad(degrees)
    centre = (SIZE - 1) / 2
    row, column = np.mgrid[:SIZE, :SIZE] - centre
    source_row = np.rint(np.cos(angle) * row - np.sin(angle) * column + centre).astype(int)
    source_column = np.rint(np.sin(angle) * row + np.cos(angle) * column + centre).astype(int)
    inside = (source_row >= 0) & (source_row < SIZE) & (source_column >= 0) & (source_column < SIZE)
    turned = np.zeros_like(picture)
    turned[inside] = picture[source_row[inside], source_column[inside]]
    return turned


def _erased(picture: Picture) -> Picture:
    changed = picture.copy()
    changed[9:16, 8:15] = 0.5
    return changed
