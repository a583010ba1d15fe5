"""Five-fold cross-validation: the test set locked away, each fold of the rest once the validation part."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

FOLDS = 5
LEFT = 2.15
CELL = 1.12
TEST_LEFT = 7.95
TEST_WIDTH = 1.75
ROW = 0.78
TOP = 5.2


def draw() -> Figure:
    """A bar of all data above five rounds; validation cells are named, bold and dashed."""
    figure, axes = style.diagram(10, 6.1)
    axes.text(0.3, TOP + 0.33, "all data", va="center", fontsize=12)
    _cell(axes, LEFT, TOP, FOLDS * CELL, "for choosing", style.BLUE)
    bottom = TOP - 0.3 - FOLDS * ROW
    for fold in range(FOLDS):
        y = TOP - 0.3 - (fold + 1) * ROW
        axes.text(0.3, y + 0.33, f"round {fold + 1}", va="center", fontsize=12)
        for cell in range(FOLDS):
            chosen = cell == fold
            words, colour = ("val", style.ORANGE) if chosen else ("train", style.BLUE)
            _cell(axes, LEFT + cell * CELL, y, CELL, words, colour, validates=chosen)
    _cell(
        axes,
        TEST_LEFT,
        bottom,
        TEST_WIDTH,
        "test set\n\nlocked\nuntil\nthe end",
        style.GREEN,
        height=TOP - bottom + 0.66,
    )
    axes.text(
        LEFT + FOLDS * CELL / 2, bottom - 0.55, "average the five val scores", ha="center", va="center", fontsize=12
    )
    return figure


def _cell(
    axes: Axes,
    x: float,
    y: float,
    width: float,
    words: str,
    colour: str,
    *,
    height: float = 0.66,
    validates: bool = False,
) -> None:
    axes.add_patch(
        Rectangle(
            (x + 0.05, y),
            width - 0.1,
            height,
            facecolor=style.BACKGROUND if validates else style.PANEL,
            edgecolor=colour,
            linestyle="--" if validates else "-",
            linewidth=2.4 if validates else 1.4,
        )
    )
    weight = "bold" if validates else "normal"
    axes.text(
        x + width / 2, y + height / 2, words, ha="center", va="center", fontsize=12, color=style.TEXT, weight=weight
    )
