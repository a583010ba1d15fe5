"""Pictures drawn from a seed, for the tasks whose published data nobody can pass on."""

import colorsys
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]
Range = tuple[float, float]

FINE = 4
"""Drawn that many times larger and then averaged, so that edges are as soft as a photograph's."""


@dataclass(frozen=True)
class Pose:
    """Where a thing stands: turned by `turn` radians, leant, scaled (`flip`: mirrored) and moved, in this order."""

    turn: float = 0.0
    lean: float = 0.0
    width: float = 1.0
    height: float = 1.0
    x: float = 0.0
    y: float = 0.0
    flip: bool = False

    def place(self, point: Point) -> Point:
        """A point of the thing as a point of the picture; both reach from -1 to 1, right and down."""
        x, y = (-point[0] if self.flip else point[0]) * self.width, point[1] * self.height
        x += self.lean * y
        c, s = math.cos(self.turn), math.sin(self.turn)
        return c * x - s * y + self.x, s * x + c * y + self.y


class Picture:
    """A square picture that is drawn on from back to front."""

    def __init__(self, size: int, ground: Colour) -> None:
        self._size = size
        self._half = size * FINE / 2
        self._image = Image.new("RGB", (size * FINE, size * FINE), ground)
        self._draw = ImageDraw.Draw(self._image)
        self.pose = Pose()

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([self._pixel(point) for point in points], fill=colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour, turn: float = 0.0) -> None:
        """A filled ellipse by its middle and half axes."""
        self.shape(arc(x, y, across, down, 0.0, 2 * math.pi, turn), colour)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A line with round ends and joints."""
        pixels = [self._pixel(point) for point in points]
        wide = width * self._half * math.sqrt(self.pose.width * self.pose.height)
        self._draw.line(pixels, fill=colour, width=max(1, round(wide)))
        for x, y in pixels:
            self._draw.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=colour)

    def pixels(self) -> np.ndarray:
        """uint8, (3, size, size)."""
        small = self._image.reduce(FINE)
        return np.asarray(small, dtype=np.uint8).transpose(2, 0, 1)

    def _pixel(self, point: Point) -> Point:
        x, y = self.pose.place(point)
        return (x + 1) * self._half, (y + 1) * self._half


def arc(x: float, y: float, across: float, down: float, start: float, end: float, turn: float = 0.0) -> list[Point]:
    """Points along a part of an ellipse, angles in radians, clockwise from the right."""
    c, s = math.cos(turn), math.sin(turn)
    angles = np.linspace(start, end, 20)
    around = [(across * math.cos(angle), down * math.sin(angle)) for angle in angles]
    return [(x + c * dx - s * dy, y + s * dx + c * dy) for dx, dy in around]


def colour(hue: float, saturation: float, value: float) -> Colour:
    """A colour by hue (on a circle of length 1), saturation and value (0 to 1)."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, min(1.0, max(0.0, saturation)), min(1.0, max(0.0, value)))
    return round(red * 255), round(green * 255), round(blue * 255)


def shaded(base: Colour, factor: float) -> Colour:
    """The colour darker (below 1) or brighter."""
    red, green, blue = (min(255, round(part * factor)) for part in base)
    return red, green, blue


def between(chance: np.random.Generator, span: Range) -> float:
    """A number drawn evenly from a range."""
    return float(chance.uniform(*span))


def lit(pictures: np.ndarray, chance: np.random.Generator, noise: float = 6.0) -> np.ndarray:
    """The pictures under light that falls from some side, more or less bright, with a camera's noise.

    Args:
        pictures: uint8, (count, 3, size, size); so is what comes back.
        noise: its standard deviation, in grey levels.
    """
    count, _, size, _ = pictures.shape
    along = np.linspace(-1, 1, size, dtype=np.float32)
    angle = chance.uniform(0, 2 * math.pi, (count, 1, 1, 1)).astype(np.float32)
    slope = chance.uniform(0, 0.3, (count, 1, 1, 1)).astype(np.float32)
    level = chance.uniform(0.75, 1.1, (count, 1, 1, 1)).astype(np.float32)
    side = np.cos(angle) * along[None, None, None, :] + np.sin(angle) * along[None, None, :, None]
    grain = noise * chance.standard_normal(pictures.shape, dtype=np.float32)
    return np.clip(pictures * (level + slope * side) + grain, 0, 255).astype(np.uint8)


def drawn(
    count: int, classes: int, draw: Callable[[int, np.random.Generator], Picture], chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """As many pictures of each class, in random order: uint8 (count, 3, size, size), int64 labels (count,)."""
    labels = chance.permutation(np.arange(count) % classes).astype(np.int64)
    pictures = np.stack([draw(int(label), chance).pixels() for label in labels])
    return lit(pictures, chance), labels
