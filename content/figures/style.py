"""The look that all figures share: dark, wide strokes, letters that a phone can show.

A figure is 1,000 pixels wide and a phone shows it about 360 wide, so the smallest letters
here are 10 points (28 pixels, 10 on the phone). Keep a figure to one idea, few words and
at most about 30 characters in a row. Never let colour alone carry the meaning: label lines
where they end, or use the line styles and markers that come with the colours.

A script is a module with one function, and uses no pyplot:

    from matplotlib.figure import Figure

    from content.figures import style


    def draw() -> Figure:
        figure, axes = style.plot(x="epoch", y="loss")
        axes.plot([1, 2, 3], [0.9, 0.5, 0.4], label="training")
        axes.plot([1, 2, 3], [1.0, 0.7, 0.8], label="validation")
        axes.legend()
        return figure

For several panels:   figure, (left, right) = style.panels(2, titles=("before", "after"))
For boxes and arrows: figure, axes = style.diagram(10, 5)   # a canvas 10 units by 5
                      style.box(axes, (2, 2.5), "softmax")
                      style.node(axes, (5, 2.5), "$h_1$")
                      style.arrow(axes, (2.9, 2.5), (4.5, 2.5), "weights")

Colours by name: BLUE, ORANGE, GREEN, YELLOW, RED, PURPLE, and TEXT, MUTED, FAINT, PANEL.
Anything random takes ``numpy.random.default_rng(0)`` or another fixed seed: a figure is drawn
the same every time. Settings that a script does not give (line width, letters, grid) come
from ``LOOK``, which is in force while ``content.pictures`` runs ``draw()``.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.style
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

BACKGROUND = "#2b2d31"
PANEL = "#383a40"
TEXT = "#f2f3f5"
MUTED = "#b5bac1"
FAINT = "#5c5f66"

# Okabe and Ito's colour-blind-safe palette; green and vermilion are lightened for a dark ground.
BLUE = "#56b4e9"
ORANGE = "#e69f00"
GREEN = "#2bc79b"
YELLOW = "#f0e442"
RED = "#f0743e"
PURPLE = "#d68fb8"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, RED)
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))

DPI = 200
WIDTH = 5.0  # inches: 1,000 pixels

LOOK: dict[str, Any] = {
    "figure.facecolor": BACKGROUND,
    "figure.edgecolor": BACKGROUND,
    "savefig.facecolor": BACKGROUND,
    "axes.facecolor": BACKGROUND,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=PALETTE) + cycler(linestyle=LINE_STYLES),
    "grid.color": FAINT,
    "grid.alpha": 0.4,
    "grid.linewidth": 0.6,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": TEXT,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.facecolor": PANEL,
    "legend.edgecolor": FAINT,
    "legend.framealpha": 0.9,
    "lines.linewidth": 2.4,
    "lines.markersize": 7,
    "patch.edgecolor": BACKGROUND,
    "hatch.color": BACKGROUND,
    "image.cmap": "cividis",
    "mathtext.fontset": "dejavusans",
}

# matplotlib's settings belong to the whole process, so only one figure is drawn at a time.
_drawing = threading.RLock()


@contextmanager
def look() -> Iterator[None]:
    """Put matplotlib's own defaults and ``LOOK`` in force, and a learner's matplotlibrc out of it.

    Holds a lock: figures are drawn one after another, whichever thread asks.
    """
    with _drawing, matplotlib.style.context(LOOK, after_reset=True):
        yield


def new_figure(height: float = 3.2) -> Figure:
    """An empty dark figure, 5 inches (1,000 pixels) wide and ``height`` inches high."""
    return Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=BACKGROUND, layout="constrained")


def plot(*, x: str = "", y: str = "", title: str = "", height: float = 3.2) -> tuple[Figure, Axes]:
    """A figure with one pair of axes, labelled."""
    figure = new_figure(height)
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, title=title)
    return figure, axes


def panels(
    count: int, *, titles: Sequence[str] = (), height: float = 2.6, share_y: bool = False
) -> tuple[Figure, tuple[Axes, ...]]:
    """A figure with ``count`` axes side by side (three at most stay legible), titled in order."""
    figure = new_figure(height)
    grid = figure.subplots(1, count, sharey=share_y, squeeze=False)
    axes = tuple(grid[0])
    for one, title in zip(axes, titles, strict=False):
        one.set_title(title)
    return figure, axes


def diagram(width: float, height: float) -> tuple[Figure, Axes]:
    """A canvas of ``width`` by ``height`` units without axes, for boxes, nodes and arrows.

    Units are square and (0, 0) is the lower left corner; a width of about 10 suits the
    default sizes of ``box`` and ``node``.
    """
    figure = Figure(figsize=(WIDTH, WIDTH * height / width), dpi=DPI, facecolor=BACKGROUND)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")
    return figure, axes


def box(
    axes: Axes,
    centre: tuple[float, float],
    text: str,
    *,
    width: float = 1.8,
    height: float = 0.9,
    colour: str = BLUE,
    size: float = 11,
) -> None:
    """A rounded box with ``text`` in it, in the units of ``diagram``."""
    x, y = centre
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=PANEL,
            edgecolor=colour,
            linewidth=2,
            zorder=2,
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=size, color=TEXT, zorder=3)


def node(
    axes: Axes,
    centre: tuple[float, float],
    text: str = "",
    *,
    radius: float = 0.45,
    colour: str = BLUE,
    dashed: bool = False,
    size: float = 11,
) -> None:
    """A round unit of a network; a dashed one is faint, for a unit that is switched off."""
    axes.add_patch(
        Circle(
            centre,
            radius,
            facecolor=BACKGROUND if dashed else PANEL,
            edgecolor=FAINT if dashed else colour,
            linestyle="--" if dashed else "-",
            linewidth=2,
            zorder=2,
        )
    )
    letters = MUTED if dashed else TEXT
    axes.text(centre[0], centre[1], text, ha="center", va="center", fontsize=size, color=letters, zorder=3)


def arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str = "",
    *,
    colour: str = MUTED,
    bend: float = 0.0,
    dashed: bool = False,
) -> None:
    """An arrow from ``start`` to ``end``; ``bend`` curves it, ``text`` stands above its middle."""
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=14,
            connectionstyle=f"arc3,rad={bend}",
            linestyle="--" if dashed else "-",
            color=colour,
            linewidth=1.8,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )
    if text:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        axes.annotate(
            text,
            middle,
            (0, 5),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=10,
            color=TEXT,
        )
