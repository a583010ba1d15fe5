"""Drawn faces, with a mask worn over mouth and nose or without."""

import math
from dataclasses import dataclass

import numpy as np

from training.data.drawing import Colour, Picture, Pose, Range, arc, between, colour, drawn, shaded

SIZE = 48


@dataclass(frozen=True)
class Palette:
    """Hues of cloth (masks, scarves, clothes, walls) and how light skins are."""

    cloth: Range
    skin: Range


SEEN = Palette(cloth=(0.3, 0.65), skin=(0.7, 1.0))
"""Greens and blues, light skins; the test has all other colours, and darker skins."""
UNSEEN = Palette(cloth=(0.65, 1.3), skin=(0.35, 0.75))


def faces(count: int, palette: Palette, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Drawn faces: uint8 (count, 3, 48, 48), and int64 (count,): 1 with a mask, 0 without."""
    return drawn(count, 2, lambda masked, chance: draw(bool(masked), chance, palette), chance)


def draw(masked: bool, chance: np.random.Generator, palette: Palette) -> Picture:
    """A face; without a mask it may have a beard, a scarf below the chin or a mask pulled down there."""
    picture = Picture(SIZE, _cloth(chance, palette))
    _wall(picture, chance, palette)
    size = between(chance, (0.62, 0.9))
    picture.pose = Pose(
        turn=between(chance, (-0.25, 0.25)),
        width=size * between(chance, (0.85, 1.15)),
        height=size,
        x=between(chance, (-0.2, 0.2)),
        y=between(chance, (-0.1, 0.2)),
    )
    skin = colour(between(chance, (0.02, 0.085)), between(chance, (0.25, 0.6)), between(chance, palette.skin))
    hair = colour(between(chance, (0.0, 0.14)), between(chance, (0.1, 0.8)), between(chance, (0.08, 0.8)))
    away = between(chance, (-0.14, 0.14))
    style = int(chance.integers(4))
    _shoulders(picture, chance, skin, hair, style, _cloth(chance, palette))
    picture.oval(0, 0, 0.6, 0.78, shaded(skin, 0.75))
    picture.oval(0, 0, 0.57, 0.75, skin)
    for side in (-1, 1):
        picture.oval(0.6 * side - 0.3 * away, 0.0, 0.09, 0.16, shaded(skin, 0.85))
    _hair(picture, chance, hair, style, _cloth(chance, palette))
    _eyes(picture, chance, skin, hair, away)
    if masked:
        _mask(picture, chance, _cloth(chance, palette), away, high=between(chance, (0.02, 0.14)))
        return picture
    if chance.random() < 0.35:
        _beard(picture, hair, away)
    _nose_and_mouth(picture, chance, skin, away)
    if chance.random() < 0.3:
        _mask(picture, chance, _cloth(chance, palette), away * 0.5, high=between(chance, (0.62, 0.68)))
    return picture


def _cloth(chance: np.random.Generator, palette: Palette) -> Colour:
    value = between(chance, (0.15, 1.0))
    return colour(between(chance, palette.cloth), between(chance, (0.05, 0.9)), value)


def _wall(picture: Picture, chance: np.random.Generator, palette: Palette) -> None:
    for _ in range(int(chance.integers(0, 4))):
        x, y = chance.uniform(-1, 1, 2)
        across, down = chance.uniform(0.1, 0.6, 2)
        corners = [(x - across, y - down), (x + across, y - down), (x + across, y + down), (x - across, y + down)]
        picture.shape(corners, _cloth(chance, palette))


def _shoulders(
    picture: Picture, chance: np.random.Generator, skin: Colour, hair: Colour, style: int, cloth: Colour
) -> None:
    if style == 1:
        picture.oval(0, 0.25, 0.74, 0.95, hair)
    picture.shape([(-1.3, 2), (-1.2, 1.15), (-0.5, 0.95), (0.5, 0.95), (1.2, 1.15), (1.3, 2)], cloth)
    picture.shape([(-0.26, 0.5), (0.26, 0.5), (0.32, 1.02), (-0.32, 1.02)], shaded(skin, 0.8))
    if chance.random() < 0.35:
        # A scarf touches the chin, as a mask does.
        picture.stroke([(-0.5, 0.85), (0, 0.98), (0.5, 0.85)], 0.32, shaded(cloth, between(chance, (0.5, 1.6))))


def _hair(picture: Picture, chance: np.random.Generator, hair: Colour, style: int, cloth: Colour) -> None:
    """Bald, long, short, or under a cap."""
    if style == 0:
        return
    line = between(chance, (-0.45, -0.3))
    top = cloth if style == 3 else hair
    crown = arc(0, -0.12, 0.64, 0.76, math.pi * 1.02, math.pi * 1.98)
    picture.shape([*crown, (0.5, line), (0.1, line - 0.12), (-0.5, line)], top)
    if style == 1:
        for side in (-1, 1):
            picture.stroke([(side * 0.62, -0.2), (side * 0.66, 0.5)], 0.2, hair)
    if style == 3:
        picture.stroke([(-0.6, line), (0.6, line)], 0.12, shaded(cloth, 0.7))


def _eyes(picture: Picture, chance: np.random.Generator, skin: Colour, hair: Colour, away: float) -> None:
    wide, lid = between(chance, (0.09, 0.13)), between(chance, (0.035, 0.075))
    glasses = chance.random() < 0.25
    for side in (-1, 1):
        x = 0.24 * side + away
        picture.stroke([(x - 0.12, -0.27), (x + 0.12, -0.28)], 0.05, shaded(hair, 0.7))
        if glasses:
            picture.oval(x, -0.12, 0.19, 0.16, (35, 35, 40))
            picture.oval(x, -0.12, 0.15, 0.12, shaded(skin, 1.12))
        picture.oval(x, -0.12, wide, lid, (240, 238, 232))
        picture.oval(x + away * 0.2, -0.12, 0.05, min(0.05, lid), (45, 30, 20))


def _nose_and_mouth(picture: Picture, chance: np.random.Generator, skin: Colour, away: float) -> None:
    nose = shaded(skin, 0.72)
    picture.stroke([(away, -0.05), (away * 1.5 + 0.05, 0.18), (away * 1.2 - 0.05, 0.2)], 0.05, nose)
    lips = colour(between(chance, (0.94, 1.03)), between(chance, (0.4, 0.8)), between(chance, (0.4, 0.85)))
    wide, bend, x = between(chance, (0.13, 0.24)), between(chance, (-0.06, 0.12)), away * 1.1
    if chance.random() < 0.3:
        picture.oval(x, 0.43, wide, between(chance, (0.06, 0.13)), lips)
        picture.oval(x, 0.43, wide * 0.75, 0.05, (70, 20, 25))
    else:
        picture.stroke([(x - wide, 0.42 - bend / 2), (x, 0.42 + bend / 2), (x + wide, 0.42 - bend / 2)], 0.075, lips)


def _beard(picture: Picture, hair: Colour, away: float) -> None:
    picture.shape([(-0.57, 0.05), *reversed(arc(0, 0.05, 0.58, 0.78, 0, math.pi))], hair)
    picture.shape([(-0.4, 0.22), (away, 0.26), (0.4, 0.22), (0.56, 0.0), (-0.56, 0.0)], hair)


def _mask(picture: Picture, chance: np.random.Generator, cloth: Colour, away: float, high: float) -> None:
    """Its upper edge lies at `high`: over the nose, or, worn wrong, below the mouth."""
    low = max(0.76, high + 0.3)
    nose = high - 0.1 if high < 0.5 else high
    strap = shaded(cloth, 0.85)
    wide = 0.5 if high < 0.5 else 0.4
    for side in (-1, 1):
        picture.stroke([(side * wide, high + 0.05), (side * 0.6, -0.08)], 0.035, strap)
        picture.stroke([(side * wide * 0.8, low - 0.12), (side * 0.6, 0.08)], 0.035, strap)
    jaw = wide * 0.85
    edge = [(-wide, high), (away * 1.3, nose), (wide, high), (jaw, low - 0.1), (away, low), (-jaw, low - 0.1)]
    picture.shape(edge, cloth)
    picture.stroke([*edge, edge[0]], 0.03, shaded(cloth, 0.7))
    if chance.random() < 0.6:
        for part in (0.35, 0.55, 0.75):
            y = high + part * (low - high) - 0.03
            picture.stroke([(-jaw, y), (away, y + 0.03), (jaw, y)], 0.025, shaded(cloth, 0.8))
