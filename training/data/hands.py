"""Drawn hands that show the digits 0 to 9 as in American Sign Language, palm to the viewer."""

import math

import numpy as np

from training.data.drawing import Colour, Picture, Point, Pose, Range, arc, between, colour, drawn, shaded

SIZE = 48

UPRIGHT: Range = (0.0, 0.25)
"""Radians that a hand in training leans to either side; in the test it leans further."""
LEANING: Range = (0.25, 0.6)

# From the index finger, beside the thumb, to the little one: where each starts, its length and how far it spreads.
_BASES: tuple[Point, ...] = ((0.25, -0.02), (0.09, -0.08), (-0.08, -0.06), (-0.24, 0.04))
_LENGTHS = (0.66, 0.74, 0.66, 0.5)
_SPREADS = (0.22, 0.04, -0.14, -0.36)

_RAISED = {1: (0,), 2: (0, 1), 3: (0, 1), 4: (0, 1, 2, 3), 5: (0, 1, 2, 3), 6: (0, 1, 2), 7: (0, 1, 3), 8: (0, 2, 3)}
_RAISED[9] = (1, 2, 3)
_TOUCHED = {6: 3, 7: 2, 8: 1, 9: 0}
"""The finger whose tip the thumb meets."""


def hands(count: int, leans: Range, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Drawn hands: uint8 (count, 3, 48, 48) and the digits they show, int64 (count,).

    Args:
        leans: radians, to either side.
    """
    return drawn(count, 10, lambda digit, chance: draw(digit, chance, leans), chance)


def draw(digit: int, chance: np.random.Generator, leans: Range) -> Picture:
    """A hand that shows that digit."""
    picture = _wall(chance)
    size = between(chance, (0.72, 1.0))
    picture.pose = Pose(
        turn=between(chance, leans) * (1 if chance.integers(2) else -1),
        lean=between(chance, (-0.1, 0.1)),
        width=size * between(chance, (0.85, 1.2)),
        height=size,
        x=between(chance, (-0.2, 0.2)),
        y=between(chance, (0.05, 0.3)),
    )
    skin = colour(between(chance, (0.02, 0.085)), between(chance, (0.25, 0.6)), between(chance, (0.35, 1.0)))
    _Hand(picture, skin, between(chance, (0.15, 0.21)), chance).show(digit)
    return picture


def _wall(chance: np.random.Generator) -> Picture:
    """A plain ground, in some pictures with an edge across it and a sleeve's or a table's colour behind."""

    def tone() -> Colour:
        return colour(between(chance, (0.0, 1.0)), between(chance, (0.0, 0.25)), between(chance, (0.3, 1.0)))

    picture = Picture(SIZE, tone())
    if chance.random() < 0.4:
        left, right = chance.uniform(-1, 1, 2)
        picture.shape([(-1, left), (1, right), (1, 1), (-1, 1)], tone())
    return picture


class _Hand:
    def __init__(self, picture: Picture, skin: Colour, thick: float, chance: np.random.Generator) -> None:
        self._picture, self._skin, self._thick, self._chance = picture, skin, thick, chance
        self._spread = between(chance, (0.6, 1.3))
        self._long = between(chance, (0.88, 1.1))

    def show(self, digit: int) -> None:
        self._limb([(0.0, 1.9), (0.0, 0.75)], 2.3)
        if digit == 0:
            self._ring()
            return
        raised, touched = _RAISED[digit], _TOUCHED.get(digit)
        for finger in raised:
            self._finger(finger)
        self._palm()
        for finger in {0, 1, 2, 3} - set(raised) - {touched}:
            self._folded(finger)
        if touched is not None:
            self._touch(touched)
        elif digit in (3, 5):
            self._limb([(0.2, 0.5), (0.52, 0.26), (0.72 + self._jitter(), 0.0 + self._jitter())], 1.1)
        else:
            inward = 0.04 if digit == 4 else -0.02
            self._limb([(0.28, 0.55), (0.3, 0.34), (inward + self._jitter(), 0.26 + self._jitter())], 1.05)

    def _finger(self, finger: int) -> None:
        (x, y), length = _BASES[finger], _LENGTHS[finger] * self._long
        angle = _SPREADS[finger] * self._spread + self._jitter()
        tip = (x + length * math.sin(angle), y - length * math.cos(angle))
        self._limb([(x, y + 0.1), tip], 1.0 if finger < 3 else 0.85)

    def _folded(self, finger: int) -> None:
        """Its knuckle on top and its tip back in the palm."""
        x, y = _BASES[finger]
        self._limb([(x, y - 0.03), (x * 0.9, y + 0.2 + self._jitter())], 0.95)

    def _touch(self, finger: int) -> None:
        """Finger and thumb bent until their tips meet before the palm; the index makes an open ring with it."""
        x, y = _BASES[finger]
        meet = (0.48, -0.02) if finger == 0 else (x * 0.75 + 0.06, 0.2)
        meet = (meet[0] + self._jitter(), meet[1] + self._jitter())
        bow = (0.36, -0.3) if finger == 0 else (x * 1.05, y - 0.08)
        self._limb([(x, y + 0.05), bow, meet], 0.9)
        elbow = (0.5, 0.26) if finger == 0 else (0.36, 0.38)
        self._limb([(0.26, 0.55), elbow, meet], 1.0)

    def _palm(self) -> None:
        outline = [(-0.36, 0.05), (-0.2, -0.1), (0.1, -0.14), (0.35, -0.04), (0.42, 0.4), (0.24, 0.85), (-0.22, 0.85)]
        self._picture.shape(outline, self._skin)
        self._picture.stroke([*outline, outline[0]], 0.1, self._skin)
        crease = shaded(self._skin, 0.8)
        self._picture.stroke([(-0.26, 0.24), (0.05, 0.2), (0.28, 0.08)], 0.03, crease)

    def _ring(self) -> None:
        """Thumb and fingers round an O, seen from the side."""
        across, down = between(self._chance, (0.24, 0.34)), between(self._chance, (0.3, 0.4))
        x, y = 0.16, -0.14
        self._picture.shape([(-0.22, 0.85), (-0.34, 0.0), (-0.1, -0.2), (0.2, 0.25), (0.26, 0.85)], self._skin)
        self._limb([(-0.02, 0.6), *arc(x, y, across, down, 0.75 * math.pi, 0.05 * math.pi)], 1.1)
        for outer in (0.12, 0.0):
            bow = arc(x - outer * 0.5, y - outer, across + outer, down, 0.8 * math.pi, 1.97 * math.pi)
            self._limb(bow, 1.1)

    def _limb(self, points: list[Point], times: float) -> None:
        """A finger, thumb or arm: its shadowed edge and then itself."""
        width = self._thick * times
        self._picture.stroke(points, width + 0.06, shaded(self._skin, 0.6))
        self._picture.stroke(points, width, self._skin)

    def _jitter(self) -> float:
        return between(self._chance, (-0.06, 0.06))
