"""Drawn shapes that lie on shapes: what the trunk of transfer learning is trained on. No thing of any task is there."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from training.data.drawing import Colour, Picture, Point, Pose, arc, between, colour, lit

SIZE = 48
OUTLINES = ("disc", "square", "triangle", "star", "cross", "hexagon", "bar", "half disc")
FILLINGS = ("plain", "stripes", "spots", "two halves")
SIDES = ("nothing", "above", "below", "left", "right", "middle")
QUESTIONS = {"outline": len(OUTLINES), "filling": len(FILLINGS), "side": len(SIDES), "small": len(OUTLINES)}
"""What is asked of every picture, with the number of answers."""


def shapes(count: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Large shapes of some filling, most with a small shape on one of their sides, before a patterned ground.

    Returns:
        uint8 (count, 3, 48, 48), and the answers to `QUESTIONS` in order, int64 (count, 4); -1 for the outline of a
        small shape that is not there.
    """
    answers = np.stack([chance.integers(0, most, count) for most in QUESTIONS.values()], axis=1).astype(np.int64)
    pictures = np.stack([_draw(row, chance).pixels() for row in answers.tolist()])
    answers[answers[:, 2] == 0, 3] = -1
    return lit(pictures, chance), answers


def _draw(answers: Sequence[int], chance: np.random.Generator) -> Picture:
    outline, filling, side, small = answers
    picture = Picture(SIZE, _tone(chance))
    for _ in range(int(chance.integers(0, 6))):
        corners = [(float(x), float(y)) for x, y in chance.uniform(-1.2, 1.2, (4, 2))]
        picture.shape(corners, _tone(chance))
    x, y = chance.uniform(-0.25, 0.25, 2)
    size, turn = between(chance, (0.5, 0.8)), between(chance, (-0.4, 0.4))
    picture.pose = Pose(turn=turn, width=size * between(chance, (0.8, 1.2)), height=size, x=x, y=y)
    _fill(picture, _OUTLINES[outline](), filling, chance)
    if side:
        to_x, to_y = ((0, -0.55), (0, 0.55), (-0.55, 0), (0.55, 0), (0, 0))[side - 1]
        across, down = picture.pose.place((to_x, to_y))
        little = size * between(chance, (0.3, 0.5))
        picture.pose = Pose(turn=turn, width=little * between(chance, (0.8, 1.5)), height=little, x=across, y=down)
        _fill(picture, _OUTLINES[small](), 0 if chance.random() < 0.6 else 1, chance)
    return picture


def _tone(chance: np.random.Generator) -> Colour:
    return colour(between(chance, (0, 1)), between(chance, (0, 0.9)), between(chance, (0.1, 1.0)))


def _fill(picture: Picture, points: list[Point], filling: int, chance: np.random.Generator) -> None:
    """A shape in two tones: marks are laid on it where they fall inside, so its outline stays whole."""
    first, second = _tone(chance), _tone(chance)
    picture.shape(points, first)
    if filling == 1:
        inner = [(0.7 * x, 0.7 * y) for x, y in points]
        for part in np.linspace(-0.5, 0.5, int(chance.integers(3, 5))):
            reach = max((abs(x) for x, y in inner if abs(y - part) < 0.45), default=0.3)
            picture.stroke([(-reach * 0.8, part), (reach * 0.8, part)], 0.1, second)
    elif filling == 2:
        for x, y in chance.uniform(-0.5, 0.5, (7, 2)):
            picture.oval(x, y, 0.11, 0.11, second)
    elif filling == 3:
        picture.shape([(x, max(0.0, y)) for x, y in points], second)


def _around(corners: int, inner: float = 1.0) -> list[Point]:
    """A regular polygon, or a star where every other corner lies further in."""
    angles = [2 * math.pi * corner / corners - math.pi / 2 for corner in range(corners)]
    radii = [inner if corner % 2 else 1.0 for corner in range(corners)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for radius, angle in zip(radii, angles, strict=True)]


def _cross() -> list[Point]:
    a, b = 0.32, 0.95
    return [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)]


_OUTLINES: tuple[Callable[[], list[Point]], ...] = (
    lambda: arc(0, 0, 0.95, 0.95, 0, 2 * math.pi),
    lambda: [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    lambda: [(0, -0.95), (0.95, 0.75), (-0.95, 0.75)],
    lambda: _around(10, inner=0.45),
    _cross,
    lambda: _around(6),
    lambda: [(-1.0, -0.4), (1.0, -0.4), (1.0, 0.4), (-1.0, 0.4)],
    lambda: [(x, y + 0.4) for x, y in arc(0, 0, 1.0, 1.0, math.pi, 2 * math.pi)],
)
