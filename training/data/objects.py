"""Ten kinds of thing in colour: CIFAR-10's published files, or drawn ones."""

import math
from collections.abc import Callable

import numpy as np

from training.data.drawing import Colour, Picture, Pose, Range, arc, between, colour, drawn, shaded

SIZE = 32
KINDS = ("aeroplane", "car", "sailing boat", "house", "tree", "fish", "flower", "cup", "umbrella", "mushroom")

SEEN: Range = (0.0, 0.5)
"""Hues of things and grounds in training, reds to cyans; the test's are the other half of the circle."""
UNSEEN: Range = (0.5, 1.0)


def draw(kind: int, chance: np.random.Generator, hues: Range) -> Picture:
    """A thing of that kind, in a palette of those hues, before a ground with clutter."""
    light_ground = bool(chance.integers(2))
    picture = _ground(chance, hues, light_ground)
    value = between(chance, (0.25, 0.6)) if light_ground else between(chance, (0.75, 1.0))
    main = colour(between(chance, hues), between(chance, (0.4, 1.0)), value)
    second = colour(between(chance, hues), between(chance, (0.3, 1.0)), between(chance, (0.3, 1.0)))
    size = between(chance, (0.62, 0.95))
    # A plane may fly anywhere; whatever stands does so upright.
    reach = math.pi if kind == 0 else 0.3
    picture.pose = Pose(
        turn=between(chance, (-reach, reach)),
        lean=between(chance, (-0.2, 0.2)),
        width=size * between(chance, (0.85, 1.15)),
        height=size,
        x=between(chance, (-0.25, 0.25)),
        y=between(chance, (-0.2, 0.2)),
        flip=bool(chance.integers(2)),
    )
    _DRAW[kind](picture, chance, main, second)
    return picture


def objects(count: int, hues: Range, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Drawn things: uint8 (count, 3, 32, 32) and their kinds, int64 (count,)."""
    return drawn(count, len(KINDS), lambda kind, chance: draw(kind, chance, hues), chance)


def _ground(chance: np.random.Generator, hues: Range, light: bool) -> Picture:
    """One of: plain, with a horizon; and some spots of other colours."""
    values = (0.65, 1.0) if light else (0.1, 0.45)

    def tone() -> Colour:
        return colour(between(chance, hues), between(chance, (0.05, 0.6)), between(chance, values))

    picture = Picture(SIZE, tone())
    if chance.random() < 0.6:
        left, right = between(chance, (-0.2, 0.7)), between(chance, (-0.2, 0.7))
        picture.shape([(-1, left), (1, right), (1, 1), (-1, 1)], tone())
    for _ in range(int(chance.integers(0, 5))):
        x, y = chance.uniform(-1, 1, 2)
        across, down = chance.uniform(0.08, 0.4, 2)
        if chance.random() < 0.5:
            picture.oval(x, y, across, down, tone(), between(chance, (0, math.pi)))
        else:
            picture.pose = Pose(turn=between(chance, (0, math.pi)), x=x, y=y)
            picture.shape([(-across, -down), (across, -down), (across, down), (-across, down)], tone())
            picture.pose = Pose()
    return picture


def _aeroplane(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    sweep, span = between(chance, (0.1, 0.45)), between(chance, (0.75, 0.95))
    for side in (-1, 1):
        picture.shape([(0.2, 0), (-0.15, 0), (-0.1 - sweep, side * span), (0.08 - sweep, side * span)], main)
        picture.shape([(-0.6, 0), (-0.8, 0), (-0.92, side * 0.36), (-0.75, side * 0.36)], second)
    picture.oval(0, 0, 0.95, between(chance, (0.11, 0.17)), shaded(main, 1.25))
    picture.oval(0.68, 0, 0.12, 0.07, (40, 50, 70))


def _car(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    roof, front = between(chance, (-0.5, -0.35)), between(chance, (0.3, 0.6))
    glass = (205, 225, 235) if sum(main) < 380 else (50, 60, 80)
    picture.shape([(-0.65, 0.02), (-0.45, roof), (0.2, roof), (front, 0.02)], main)
    picture.shape([(-0.5, 0), (-0.38, roof + 0.1), (-0.1, roof + 0.1), (-0.1, 0)], glass)
    picture.shape([(0.0, 0), (0.0, roof + 0.1), (0.15, roof + 0.1), (front - 0.14, 0)], glass)
    picture.shape([(-0.95, 0.0), (0.9, 0.0), (0.97, 0.12), (0.95, 0.4), (-0.95, 0.4)], main)
    picture.oval(0.9, 0.12, 0.07, 0.07, (255, 240, 170))
    for x in (-0.52, 0.55):
        picture.oval(x, 0.4, 0.24, 0.24, (25, 25, 28))
        picture.oval(x, 0.4, 0.11, 0.11, (170, 170, 175))


def _boat(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    depth, mast = between(chance, (0.28, 0.4)), between(chance, (-0.15, 0.15))
    cloth = shaded(second, 1.3) if chance.random() < 0.5 else (240, 238, 228)
    picture.stroke([(mast, 0.45), (mast, -0.95)], 0.07, (90, 60, 40))
    picture.shape([(mast + 0.06, -0.9), (mast + 0.06, 0.35), (0.85, 0.35)], cloth)
    picture.shape([(mast - 0.07, -0.7), (mast - 0.07, 0.35), (-0.7, 0.35)], shaded(cloth, 0.8))
    picture.shape([(-0.95, 0.45), (0.95, 0.45), (0.6, 0.45 + depth), (-0.65, 0.45 + depth)], main)


def _house(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    eaves, top, wide = between(chance, (-0.2, 0.05)), between(chance, (-0.95, -0.7)), between(chance, (0.6, 0.8))
    picture.shape([(0.3, top), (0.5, top), (0.5, eaves), (0.3, eaves)], shaded(second, 0.6))
    picture.shape([(-wide, eaves), (wide, eaves), (wide, 0.85), (-wide, 0.85)], main)
    picture.shape([(-wide - 0.15, eaves), (0, top), (wide + 0.15, eaves)], second)
    picture.shape([(-0.15, 0.85), (-0.15, 0.35), (0.15, 0.35), (0.15, 0.85)], shaded(second, 0.5))
    glass = (250, 235, 150) if sum(main) < 380 else (60, 80, 110)
    for x in (-0.45, 0.45):
        picture.shape([(x - 0.13, 0.12), (x + 0.13, 0.12), (x + 0.13, 0.38), (x - 0.13, 0.38)], glass)


def _tree(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    picture.shape([(-0.11, 0.2), (0.11, 0.2), (0.15, 0.98), (-0.15, 0.98)], (95, 65, 40))
    if chance.random() < 0.5:
        for top, wide in ((-0.1, 0.75), (-0.5, 0.6), (-0.95, 0.45)):
            picture.shape([(0, top), (wide, top + 0.65), (-wide, top + 0.65)], shaded(main, 1.0 - 0.25 * top))
        return
    for x, y, radius in ((-0.38, -0.08, 0.42), (0.38, -0.05, 0.42), (0, -0.45, 0.5)):
        x, y = x + between(chance, (-0.08, 0.08)), y + between(chance, (-0.08, 0.08))
        picture.oval(x, y, radius, radius * 0.9, shaded(main, 1.0 - 0.4 * y))


def _fish(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    deep = between(chance, (0.32, 0.52))
    picture.shape([(-0.5, 0), (-0.95, -0.42), (-0.82, 0), (-0.95, 0.42)], second)
    picture.shape([(-0.3, -deep * 0.7), (0.0, -deep - 0.25), (0.3, -deep * 0.7)], second)
    picture.oval(0.1, 0, 0.75, deep, main)
    for x in (-0.25, 0.05) if chance.random() < 0.5 else ():
        picture.shape([(x, -deep * 0.85), (x + 0.12, -deep * 0.9), (x + 0.12, deep * 0.9), (x, deep * 0.85)], second)
    picture.shape([(0.1, 0.08), (-0.2, 0.3), (0.15, 0.28)], shaded(main, 0.7))
    picture.oval(0.56, -0.1, 0.12, 0.12, (245, 245, 245))
    picture.oval(0.58, -0.1, 0.06, 0.06, (15, 15, 15))


def _flower(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    petals, bend = int(chance.integers(5, 9)), between(chance, (-0.2, 0.2))
    picture.stroke([(0, -0.2), (bend, 0.4), (0, 0.98)], 0.11, (60, 120, 50))
    picture.oval(0.3, 0.6, 0.28, 0.11, (75, 145, 60), -0.5)
    for petal in range(petals):
        angle = 2 * math.pi * petal / petals
        x, y = 0.42 * math.cos(angle), -0.35 + 0.42 * math.sin(angle)
        picture.oval(x, y, 0.26, 1.0 / petals, shaded(main, 1.1 if petal % 2 else 0.9), angle)
    picture.oval(0, -0.35, 0.2, 0.2, (235, 195, 60) if sum(main) < 380 else (110, 60, 30))


def _cup(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    low, foot = between(chance, (0.55, 0.8)), between(chance, (0.3, 0.5))
    picture.stroke([(x, y) for x, y in arc(0.52, 0.0, 0.35, 0.32, -math.pi / 2, math.pi / 2)], 0.14, shaded(main, 0.85))
    picture.shape([(-0.6, -0.5), (0.6, -0.5), (foot, low), (-foot, low)], main)
    picture.oval(0, low, foot, 0.12, main)
    if chance.random() < 0.5:
        picture.shape([(-0.57, -0.15), (0.57, -0.15), (0.5, 0.12), (-0.5, 0.12)], second)
    picture.oval(0, -0.5, 0.6, 0.2, shaded(main, 1.25))
    picture.oval(0, -0.48, 0.48, 0.13, (70, 42, 25))


def _umbrella(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    hook = arc(0.14, 0.72, 0.14, 0.2, math.pi, 0)
    picture.stroke([(0, -0.9), (0, 0.72), *hook], 0.08, (70, 50, 40))
    high = between(chance, (0.65, 0.85))
    for part in range(4):
        left, right = -0.95 + 0.475 * part, -0.475 + 0.475 * part
        tone = main if part % 2 else second
        top = arc(0, 0.0, 0.95, high, math.pi + math.pi * part / 4, math.pi + math.pi * (part + 1) / 4)
        bottom = arc((left + right) / 2, 0.02, 0.2375, 0.12, 2 * math.pi, math.pi)
        picture.shape([*top, *bottom, (0, -high)], tone)


def _mushroom(picture: Picture, chance: np.random.Generator, main: Colour, second: Colour) -> None:
    wide, high, stem = between(chance, (0.65, 0.9)), between(chance, (0.6, 0.85)), between(chance, (0.18, 0.3))
    pale = (235, 222, 200) if sum(main) < 420 else (150, 130, 105)
    picture.shape([(-stem, -0.05), (stem, -0.05), (stem * 1.4, 0.8), (-stem * 1.4, 0.8)], pale)
    picture.oval(0, 0.8, stem * 1.4, 0.12, pale)
    picture.shape(arc(0, 0, wide, high, math.pi, 2 * math.pi), main)
    picture.oval(0, 0, wide, 0.16, shaded(pale, 0.75))
    for x, y in ((-0.4, -0.3), (0.05, -0.5), (0.42, -0.28)):
        picture.oval(x * wide / 0.8, y * high / 0.75, 0.12, 0.1, (245, 240, 230))


_DRAW: tuple[Callable[[Picture, np.random.Generator, Colour, Colour], None], ...] = (
    _aeroplane,
    _car,
    _boat,
    _house,
    _tree,
    _fish,
    _flower,
    _cup,
    _umbrella,
    _mushroom,
)
