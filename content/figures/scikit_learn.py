"""A pipeline in fit and in predict: the scaler learns its numbers once and only applies them later."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

UPPER = 4.15
LOWER = 1.35


def draw() -> Figure:
    """Two rows of boxes, training above and new data below, joined by what was learnt."""
    figure, axes = style.diagram(10, 6)
    _row(axes, UPPER, "training", "X and y", ("learns\nμ and σ,\ntransforms", "learns\nweights"), style.BLUE)
    _row(axes, LOWER, "new", "X only", ("only\ntransforms", "answers"), style.ORANGE)
    for x, words in ((4.7, "μ, σ"), (8.35, "weights")):
        style.arrow(axes, (x, UPPER - 0.95), (x, LOWER + 0.95), dashed=True)
        axes.text(x - 0.2, (UPPER + LOWER) / 2, words, ha="right", va="center", fontsize=12)
    axes.text(0.3, UPPER + 1.35, "fit", va="center", fontsize=14, weight="bold", color=style.BLUE)
    axes.text(0.3, LOWER + 1.35, "predict", va="center", fontsize=14, weight="bold", color=style.ORANGE)
    for x, words in ((4.7, "scaler"), (8.35, "model")):
        axes.text(x, UPPER + 1.35, words, ha="center", va="center", fontsize=13)
    return figure


def _row(axes: Axes, y: float, kind: str, data: str, acts: tuple[str, str], colour: str) -> None:
    axes.text(0.3, y, f"{kind}\n{data}", va="center", fontsize=12)
    for x, words in zip((4.7, 8.35), acts, strict=True):
        style.box(axes, (x, y), words, width=2.5, height=1.7, colour=colour, size=12)
    style.arrow(axes, (2.3, y), (3.4, y))
    style.arrow(axes, (6.0, y), (7.05, y))
