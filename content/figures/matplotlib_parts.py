"""The parts of a plot, named on a plot: figure, axes, title, legend, line, ticks, labels."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

EPOCHS = np.arange(1, 11)
# From the left and the bottom, in shares of the figure: the plotting area.
LEFT, BOTTOM, WIDTH, HEIGHT = 0.3, 0.27, 0.64, 0.45


def draw() -> Figure:
    """Two loss curves in a marked frame; each word stands beside what it names, with an arrow."""
    figure = Figure(figsize=(style.WIDTH, 4.2), dpi=style.DPI, facecolor=style.BACKGROUND)
    axes = figure.add_axes((LEFT, BOTTOM, WIDTH, HEIGHT))
    axes.plot(EPOCHS, 2.2 * np.exp(-0.45 * EPOCHS) + 0.05, label="training", linestyle="-")
    axes.plot(EPOCHS, 1.9 * np.exp(-0.5 * EPOCHS) + 0.3 + 0.035 * EPOCHS, label="validation", linestyle="--")
    axes.set(xlabel="epoch", ylabel="loss", title="small network", xticks=[2, 4, 6, 8, 10], ylim=(0, 1.8))
    axes.legend(loc="upper right")
    _frames(figure, axes)
    _name(axes, "title", (0.3, 1.08), (0.06, 1.3))
    _name(axes, "legend", (0.86, 0.955), (0.86, 1.3))
    _name(axes, "line", (0.33, 0.24), (0.15, 0.1))
    _name(axes, "y label", (-0.165, 0.43), (-0.31, 0.06))
    _name(axes, "x label", (0.59, -0.265), (0.84, -0.44))
    _name(axes, "ticks", (0.13, -0.11), (0.1, -0.44))
    return figure


def _frames(figure: Figure, axes: Axes) -> None:
    """The dashed frame of the figure and the solid one of the axes, each with its name."""
    figure.add_artist(
        Rectangle(
            (0.012, 0.015),
            0.976,
            0.97,
            transform=figure.transFigure,
            facecolor="none",
            edgecolor=style.YELLOW,
            linestyle="--",
            linewidth=2.2,
        )
    )
    figure.text(0.04, 0.93, "Figure", color=style.YELLOW, fontsize=14, weight="bold", va="center")
    axes.add_patch(
        Rectangle(
            (0, 0),
            1,
            1,
            transform=axes.transAxes,
            facecolor="none",
            edgecolor=style.GREEN,
            linewidth=2.2,
            clip_on=False,
        )
    )
    figure.text(0.04, 0.69, "Axes", color=style.GREEN, fontsize=14, weight="bold", va="center")


def _name(axes: Axes, words: str, at: tuple[float, float], text: tuple[float, float]) -> None:
    axes.annotate(
        words,
        at,
        text,
        xycoords="axes fraction",
        textcoords="axes fraction",
        ha="center",
        va="center",
        fontsize=12,
        color=style.PURPLE,
        arrowprops={"arrowstyle": "-|>", "color": style.PURPLE, "linewidth": 1.6, "shrinkB": 2},
        annotation_clip=False,
    )
