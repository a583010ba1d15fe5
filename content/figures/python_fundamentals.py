"""The floats around 0.3: where the written 0.3 is rounded to, and where 0.1 + 0.2 lands.

The positions are exact: Python's own floats, turned into fractions.
"""

import math
from fractions import Fraction
from typing import Any

from matplotlib.figure import Figure

from content.figures import style

TRUE = Fraction(3, 10)


def draw() -> Figure:
    """Four neighbouring floats on a line, in steps of 2 to the minus 54, and the true 3/10."""
    step = math.ulp(0.3)
    figure, axes = style.diagram(10, 5.2)
    axes.plot([0.4, 9.6], [2.4, 2.4], color=style.MUTED, linestyle="-", linewidth=1.8, zorder=1)

    def place(value: Fraction) -> float:
        return 5.0 + 3.2 * float((value - TRUE) / Fraction(step))

    for shift in (-1, 0, 1):
        axes.plot(place(Fraction(0.3 + shift * step)), 2.4, marker="o", markersize=13, color=style.MUTED, zorder=2)
    stored, summed, true = place(Fraction(0.3)), place(Fraction(0.1 + 0.2)), place(TRUE)
    axes.plot(stored, 2.4, marker="o", markersize=13, color=style.BLUE, zorder=3)
    axes.plot(summed, 2.4, marker="s", markersize=13, color=style.ORANGE, zorder=3)
    axes.plot([true, true], [2.05, 2.75], color=style.TEXT, linestyle="-", linewidth=2.4, zorder=4)
    words: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 12}
    axes.text(stored - 0.2, 3.4, "0.3\nas stored", color=style.BLUE, **words)
    axes.text(summed, 3.4, "0.1 + 0.2\nas computed", color=style.ORANGE, **words)
    axes.text(true, 1.55, "true 3/10:\nbetween two floats", color=style.TEXT, **words)
    axes.annotate(
        "", (stored, 4.25), (summed, 4.25), arrowprops={"arrowstyle": "<->", "color": style.TEXT, "linewidth": 1.6}
    )
    axes.text((stored + summed) / 2, 4.62, f"one step: {step:.1e}".replace("e-17", r"$\cdot 10^{-17}$"), **words)
    axes.text(5, 0.5, "dots and square: neighbouring 64-bit floats", color=style.MUTED, fontsize=11, ha="center")
    return figure
