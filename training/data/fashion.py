"""Ten kinds of garment in grey, 28 × 28: Fashion-MNIST's published files, or drawn ones."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.drawing import Colour, Picture, Pose, arc, between
from training.data.examples import Examples
from training.data.idx import read_pictures

SIZE = 28
KINDS = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
"""In the order of Fashion-MNIST's labels."""

SEEN = ("plain", "shaded", "across", "upright")
"""Textures of the cloth in training."""
UNSEEN = ("slanting", "checks", "dots")
"""Those of the test: cut and not cloth says what a garment is."""

_TRAIN, _TEST = 6000, 2000


def fashion(folder: Path | None) -> Examples:
    """Fashion-MNIST from `<folder>/fashion/`, or `synthetic-fashion`, whose test cloth never occurs in training.

    Raises:
        GradusError: a file of Fashion-MNIST is missing or broken.
    """
    published = read_pictures(folder / "fashion", "fashion-mnist", "2017", KINDS) if folder else None
    return published or _drawn()


@cache
def _drawn() -> Examples:
    x_train, y_train = garments(_TRAIN, SEEN, np.random.default_rng(0))
    x_test, y_test = garments(_TEST, UNSEEN, np.random.default_rng(1))
    return Examples("synthetic-fashion", "1", x_train, y_train, x_test, y_test, KINDS)


def garments(
    count: int, textures: Sequence[str], chance: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Drawn garments, as many of each kind: uint8 (count, 1, 28, 28) and their kinds, int64 (count,)."""
    kinds = chance.permutation(np.arange(count) % len(KINDS)).astype(np.int64)
    pictures = np.empty((count, 1, SIZE, SIZE), np.uint8)
    for place, kind in enumerate(kinds):
        pictures[place, 0] = draw(int(kind), str(chance.choice(textures)), chance)
    return pictures, kinds


def draw(kind: int, texture: str, chance: np.random.Generator) -> NDArray[np.uint8]:
    """A garment of that kind and cloth on a dark ground: (28, 28)."""
    picture = Picture(SIZE, _NOTHING)
    size = between(chance, (0.6, 0.88))
    picture.pose = Pose(
        turn=between(chance, (-0.3, 0.3)),
        lean=between(chance, (-0.2, 0.2)),
        width=size * between(chance, (0.85, 1.1)),
        height=size * between(chance, (0.85, 1.1)),
        x=between(chance, (-0.25, 0.25)),
        y=between(chance, (-0.25, 0.25)),
        flip=bool(chance.integers(2)),
    )
    _DRAW[kind](picture, chance)
    light, cloth, _ = picture.pixels() / 255
    woven = light * (1 - cloth * (1 - _weave(texture, chance)))
    grey = woven * between(chance, (0.45, 1.0)) * 255 + chance.normal(0, between(chance, (4, 14)), (SIZE, SIZE))
    return np.asarray(np.clip(grey, 0, 255), np.uint8)


# Drawn in two channels: how light a part is, and whether the cloth's texture is on it.
_NOTHING: Colour = (0, 0, 0)
_CLOTH: Colour = (215, 255, 0)
_FOLD: Colour = (165, 255, 0)
_SEAM: Colour = (95, 0, 0)
_TRIM: Colour = (255, 0, 0)
_SOLE: Colour = (245, 0, 0)


def _weave(texture: str, chance: np.random.Generator) -> NDArray[np.float64]:
    """(28, 28): the share of its light that the cloth keeps at each pixel."""
    x, y = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    period, phase, depth = between(chance, (3.5, 7)), chance.uniform(0, 2 * math.pi, 2), between(chance, (0.25, 0.6))
    u, v = np.sin(2 * math.pi * x / period + phase[0]), np.sin(2 * math.pi * y / period + phase[1])
    match texture:
        case "across":
            dark = v > 0
        case "upright":
            dark = u > 0
        case "slanting":
            dark = np.sin(2 * math.pi * (x + y) / (1.4 * period) + phase[0]) > 0
        case "checks":
            dark = (u > 0) ^ (v > 0)
        case "dots":
            dark = (u > 0.3) & (v > 0.3)
        case "shaded":
            dark = (y if phase[0] < math.pi else SIZE - y) / SIZE
        case _:
            dark = np.zeros((SIZE, SIZE))
    return np.asarray(1 - depth * dark)


def _sleeves(picture: Picture, chance: np.random.Generator, long: bool, width: float, arm: float) -> None:
    """A pair of them, from shoulders at ±0.42; `arm`: the half width of a sleeve."""
    length = between(chance, (1.0, 1.25)) if long else between(chance, (0.35, 0.55))
    angle = between(chance, (0.12, 0.4)) if long else between(chance, (0.5, 0.9))
    for side in (-1, 1):
        along, across = (side * math.sin(angle), math.cos(angle)), (side * math.cos(angle), -math.sin(angle))
        ends = [
            (side * 0.42 + length * along[0] + out * arm * across[0], -0.56 + length * along[1] + out * arm * across[1])
            for out in (1, -0.8)
        ]
        picture.shape([(side * 0.36, -0.74), (side * 0.5, -0.64), *ends, (side * (width - 0.05), -0.22)], _FOLD)


def _body(picture: Picture, waist: float, hem: float, bottom: float) -> None:
    """Shoulders, and two sides that run over the waist to the hem."""
    right = [(0.16, -0.78), (0.44, -0.7), (0.44, -0.3), (waist, 0.05), (hem, bottom)]
    picture.shape([*right, *((-x, y) for x, y in reversed(right))], _CLOTH)


def _t_shirt(picture: Picture, chance: np.random.Generator) -> None:
    width = between(chance, (0.4, 0.5))
    _sleeves(picture, chance, long=False, width=width, arm=between(chance, (0.16, 0.24)))
    _body(picture, width, width + between(chance, (-0.04, 0.06)), between(chance, (0.55, 0.8)))
    if chance.random() < 0.5:
        picture.oval(0, -0.8, between(chance, (0.14, 0.22)), between(chance, (0.1, 0.2)), _NOTHING)
    else:
        picture.shape([(-0.16, -0.82), (0.16, -0.82), (0, between(chance, (-0.6, -0.45)))], _NOTHING)


def _trousers(picture: Picture, chance: np.random.Generator) -> None:
    waist, gap, foot = between(chance, (0.28, 0.4)), between(chance, (0.03, 0.14)), between(chance, (0.16, 0.34))
    bottom, fork = between(chance, (0.55, 0.95)), between(chance, (-0.45, -0.2))
    for side in (-1, 1):
        outer = side * (gap + foot)
        points = [(0, -0.85), (side * waist, -0.85), (side * (waist + 0.06), -0.45), (outer, bottom)]
        picture.shape([*points, (side * gap, bottom), (0, fork)], _CLOTH)
    picture.stroke([(0, -0.78), (0, fork)], 0.04, _SEAM)
    picture.stroke([(-waist, -0.82), (waist, -0.82)], 0.07, _FOLD)


def _pullover(picture: Picture, chance: np.random.Generator) -> None:
    width, bottom = between(chance, (0.42, 0.54)), between(chance, (0.6, 0.8))
    _sleeves(picture, chance, long=True, width=width, arm=between(chance, (0.13, 0.2)))
    _body(picture, width, width - between(chance, (0, 0.08)), bottom)
    picture.stroke([(-width + 0.1, bottom - 0.04), (width - 0.1, bottom - 0.04)], 0.09, _FOLD)
    picture.oval(0, -0.79, 0.2, between(chance, (0.09, 0.15)), _FOLD)
    picture.oval(0, -0.83, 0.14, 0.08, _NOTHING)


def _dress(picture: Picture, chance: np.random.Generator) -> None:
    if chance.random() < 0.4:
        _sleeves(picture, chance, long=False, width=0.36, arm=0.13)
    waist, hem, bottom = between(chance, (0.18, 0.27)), between(chance, (0.35, 0.75)), between(chance, (0.75, 0.98))
    top = between(chance, (0.22, 0.36))
    right = [(top - 0.1, -0.85), (top, -0.83), (0.32, -0.5), (waist, -0.15), (hem, bottom)]
    picture.shape([*right, *((-x, y) for x, y in reversed(right))], _CLOTH)
    picture.oval(0, -0.86, top - 0.1, between(chance, (0.1, 0.28)), _NOTHING)
    picture.stroke([(-waist, -0.15), (waist, -0.15)], 0.05, _SEAM)


def _coat(picture: Picture, chance: np.random.Generator) -> None:
    width, bottom = between(chance, (0.42, 0.52)), between(chance, (0.78, 0.96))
    _sleeves(picture, chance, long=True, width=width, arm=between(chance, (0.14, 0.2)))
    _body(picture, width, width + between(chance, (0, 0.14)), bottom)
    deep = between(chance, (-0.35, -0.1))
    # It falls open: a gap that widens to the hem, and lapels on either side.
    opening = between(chance, (0.03, 0.14))
    picture.shape([(-0.12, -0.82), (0.12, -0.82), (0.02, deep), (opening, bottom), (-opening, bottom)], _NOTHING)
    for side in (-1, 1):
        picture.shape([(side * 0.13, -0.84), (side * 0.27, -0.6), (side * 0.03, deep)], _SEAM)
        picture.stroke([(side * 0.2, 0.3), (side * 0.36, 0.26)], 0.06, _SEAM)


def _shirt(picture: Picture, chance: np.random.Generator) -> None:
    width, bottom = between(chance, (0.4, 0.5)), between(chance, (0.58, 0.82))
    _sleeves(picture, chance, long=chance.random() < 0.6, width=width, arm=between(chance, (0.13, 0.2)))
    _body(picture, width, width + between(chance, (-0.05, 0.05)), bottom)
    for side in (-1, 1):
        picture.shape([(0, -0.58), (side * 0.26, -0.68), (side * 0.17, -0.88), (side * 0.05, -0.82)], _TRIM)
    picture.stroke([(0, -0.58), (0, bottom - 0.04)], 0.09, _SEAM)
    for y in np.arange(-0.42, bottom - 0.08, 0.24):
        picture.oval(0, float(y), 0.055, 0.05, _TRIM)


def _sandal(picture: Picture, chance: np.random.Generator) -> None:
    heel, thick = between(chance, (0.0, 0.4)), between(chance, (0.1, 0.2))
    ground, wide = 0.6, between(chance, (0.1, 0.16))
    inside, top = ground - thick, ground - heel - thick
    lower = [(-0.88, ground), (-0.2, ground), (0.88, ground - heel)]
    picture.shape([*lower, (0.88, top), (-0.2, inside - 0.06), (-0.88, inside)], _SOLE)
    if heel > 0.15:
        picture.shape(
            [(0.6, ground - heel), (0.88, ground - heel), (0.84, ground + 0.02), (0.68, ground + 0.02)], _SOLE
        )
    toes = inside - between(chance, (0.24, 0.36))
    for x in (-0.66, -0.34)[: int(chance.integers(1, 3))]:
        picture.shape(
            [(x - 0.12, ground - thick), (x - 0.02, toes), (x + 0.16, toes), (x + 0.2, ground - thick)], _CLOTH
        )
    ankle = top - between(chance, (0.3, 0.5))
    picture.stroke([(0.8, top), (0.76, ankle), (0.3, ankle + 0.06), (0.36, top)], wide, _CLOTH)
    if chance.random() < 0.5:
        picture.stroke([(-0.4, toes + 0.04), (0.3, ankle + 0.1)], wide, _CLOTH)


def _sneaker(picture: Picture, chance: np.random.Generator) -> None:
    top, tongue = between(chance, (-0.3, -0.1)), between(chance, (0.05, 0.25))
    upper = [(-0.9, 0.32), (-0.86, 0.12), (-0.55, 0.02), (-0.1, top + 0.1), (tongue, top - 0.1), (0.4, top + 0.1),
             (0.75, top), (0.88, top + 0.05), (0.9, 0.32)]  # fmt: skip
    picture.shape(upper, _CLOTH)
    sole = between(chance, (0.14, 0.24))
    picture.shape([(-0.94, 0.3), (0.94, 0.3), (0.9, 0.3 + sole), (-0.9, 0.3 + sole)], _SOLE)
    for step in range(3):
        x = -0.38 + 0.17 * step
        picture.stroke([(x, 0.02 - 0.05 * step), (x + 0.14, 0.14 - 0.05 * step)], 0.05, _SEAM)
    if chance.random() < 0.5:
        picture.stroke([(0.1, 0.22), (0.55, 0.02)], 0.09, _TRIM)


def _bag(picture: Picture, chance: np.random.Generator) -> None:
    top, bottom = between(chance, (-0.3, 0.0)), between(chance, (0.5, 0.8))
    upper, lower = between(chance, (0.5, 0.8)), between(chance, (0.6, 0.88))
    reach = between(chance, (0.3, 0.65))
    picture.stroke(
        arc(0, top + 0.05, between(chance, (0.25, 0.5)), reach, math.pi, 2 * math.pi),
        between(chance, (0.07, 0.13)),
        _FOLD,
    )
    picture.shape([(-upper, top), (upper, top), (lower, bottom), (-lower, bottom)], _CLOTH)
    if chance.random() < 0.6:
        deep = top + between(chance, (0.2, 0.45)) * (bottom - top)
        picture.stroke([(-upper, top), (-upper * 0.9, deep), (upper * 0.9, deep), (upper, top)], 0.06, _SEAM)
        picture.oval(0, deep, 0.08, 0.08, _TRIM)


def _ankle_boot(picture: Picture, chance: np.random.Generator) -> None:
    top, front = between(chance, (-0.9, -0.55)), between(chance, (-0.05, 0.15))
    heel = between(chance, (0.06, 0.3))
    ground = 0.62
    boot = [(-0.85, ground - 0.05), (-0.85, ground - 0.25), (-0.5, ground - 0.42), (front, ground - 0.62), (front, top),
            (0.72, top), (0.7, ground - 0.6), (0.8, ground - heel), (0.3, ground - heel), (-0.1, ground)]  # fmt: skip
    picture.shape(boot, _CLOTH)
    picture.shape([(0.45, ground - heel), (0.82, ground - heel), (0.8, ground + 0.08), (0.5, ground + 0.08)], _FOLD)
    picture.stroke([(-0.85, ground), (-0.1, ground + 0.03), (0.3, ground - heel + 0.03)], 0.08, _SEAM)
    if chance.random() < 0.5:
        picture.stroke([(front + 0.04, top + 0.06), (0.68, top + 0.06)], 0.1, _FOLD)
    else:
        picture.shape([(0.35, top + 0.1), (0.52, top + 0.1), (0.44, ground - 0.7)], _SEAM)


_DRAW: tuple[Callable[[Picture, np.random.Generator], None], ...] = (
    _t_shirt,
    _trousers,
    _pullover,
    _dress,
    _coat,
    _sandal,
    _shirt,
    _sneaker,
    _bag,
    _ankle_boot,
)
