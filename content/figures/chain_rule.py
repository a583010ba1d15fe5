"""The lesson's worked example as a chain: what each step computes, and its slope at the value it receives.

The slopes are computed here from the values, so the figure cannot disagree with itself.
"""

from itertools import pairwise
from math import exp

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

X, W, B, TARGET = 2.0, 1.0, -2.0, 1.0
CENTRES = (1.0, 3.67, 6.33, 9.0)
HEIGHT = 3.3
HALF = 0.62


def draw() -> Figure:
    """Four boxes in a row with their values, a step on each arrow, and the product of the slopes below."""
    figure, axes = style.diagram(10, 5)
    z = W * X + B
    a = 1 / (1 + exp(-z))
    slopes = (X, a * (1 - a), 2 * (a - TARGET))
    names = (("$w$", W), ("$z$", z), ("$a$", a), ("$L$", (a - TARGET) ** 2))
    for centre, (name, value) in zip(CENTRES, names, strict=True):
        _value(axes, centre, name, value)
    steps = ("$z=wx+b$", "$a=\\sigma(z)$", "$L=(a-1)^2$")
    for (left, right), step, slope in zip(pairwise(CENTRES), steps, slopes, strict=True):
        _step(axes, left, right, step, slope)
    _product(axes, slopes)
    return figure


def _value(axes: Axes, x: float, name: str, value: float) -> None:
    colour = style.GREEN if name == "$L$" else style.BLUE
    style.box(axes, (x, HEIGHT), f"{value:g}", width=2 * HALF, height=0.95, colour=colour, size=13)
    axes.text(x, HEIGHT + 0.6, name, ha="center", va="bottom", fontsize=13)


def _step(axes: Axes, left: float, right: float, step: str, slope: float) -> None:
    style.arrow(axes, (left + HALF + 0.08, HEIGHT), (right - HALF - 0.08, HEIGHT))
    middle = (left + right) / 2
    axes.text(middle, HEIGHT + 1.25, step, ha="center", va="center", fontsize=11)
    axes.text(
        middle,
        HEIGHT - 0.85,
        f"× {_signed(slope)}",
        ha="center",
        va="center",
        fontsize=13,
        fontweight="bold",
        color=style.ORANGE,
    )


def _product(axes: Axes, slopes: tuple[float, ...]) -> None:
    left, right, low = CENTRES[0], CENTRES[-1], HEIGHT - 1.45
    axes.plot((left, left, right, right), (low + 0.25, low, low, low + 0.25), color=style.ORANGE, linewidth=1.6)
    factors = " · ".join(f"({_signed(one)})" if one < 0 else _signed(one) for one in slopes)
    whole = 1.0
    for one in slopes:
        whole *= one
    axes.text(5, low - 0.6, f"$dL/dw$ = {factors} = {_signed(whole)}", ha="center", va="center", fontsize=12)
    axes.text(
        5, low - 1.35, f"at $x$ = {X:g}, $b$ = {_signed(B)}", ha="center", va="center", fontsize=11, color=style.MUTED
    )


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")
