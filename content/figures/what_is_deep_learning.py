"""Artificial intelligence, machine learning in it, deep learning in that, each with examples of its own."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from content.figures import style

# Left, bottom, width, height, colour and fill of each frame, the outermost first.
FRAMES = (
    (0.15, 0.15, 9.7, 6.7, style.BLUE, style.BACKGROUND),
    (1.0, 0.5, 8.5, 4.55, style.ORANGE, "#303237"),
    (1.85, 0.85, 7.3, 2.45, style.GREEN, style.PANEL),
)
WORDS = (
    ("Artificial intelligence", "hand-written rules, search, planning", 0.55, 6.35, style.BLUE),
    ("Machine learning", "decision trees, linear regression", 1.4, 4.55, style.ORANGE),
    ("Deep learning", "networks of many layers: images,", 2.25, 2.8, style.GREEN),
)


def draw() -> Figure:
    """Three frames, each inside the one before, titled at the upper left."""
    figure, axes = style.diagram(10, 7)
    for left, bottom, width, height, colour, fill in FRAMES:
        _frame(axes, (left, bottom), width, height, colour, fill)
    for title, examples, left, top, colour in WORDS:
        axes.text(left, top, title, fontsize=14, fontweight="bold", color=colour, va="center", zorder=3)
        axes.text(left, top - 0.62, examples, fontsize=11, va="center", zorder=3)
    axes.text(2.25, 1.66, "speech, translation, chat assistants", fontsize=11, va="center", zorder=3)
    return figure


def _frame(axes: Axes, corner: tuple[float, float], width: float, height: float, colour: str, fill: str) -> None:
    shape = "round,pad=0,rounding_size=0.35"
    axes.add_patch(
        FancyBboxPatch(corner, width, height, boxstyle=shape, facecolor=fill, edgecolor=colour, linewidth=2.4, zorder=2)
    )
