"""The training loop as a circle of six boxes, and below it the test loop, which changes nothing."""

from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

COLUMNS = (1.75, 5.0, 8.25)
TOP, MIDDLE, BOTTOM = 6.9, 4.65, 1.35


def draw() -> Figure:
    """Training runs right along the top row and back along the middle one; testing is one row below."""
    figure, axes = style.diagram(10, 8.2)
    axes.text(0.3, 7.75, "train: model.train(), for every batch", fontsize=11, va="center")
    _row(axes, TOP, ("batch x, y", "model(x)", "loss"), style.BLUE)
    _row(axes, MIDDLE, ("step()", "backward()", "zero_grad()"), style.ORANGE)
    notes = ("weights change", "new gradients", "old gradients\ngone")
    for x, note in zip(COLUMNS, notes, strict=True):
        axes.text(x, MIDDLE - 0.62, note, ha="center", va="top", fontsize=10, color=style.MUTED)
    for left, right in pairwise(COLUMNS):
        style.arrow(axes, (right - 1.3, MIDDLE), (left + 1.3, MIDDLE))
    style.arrow(axes, (COLUMNS[2], TOP - 0.47), (COLUMNS[2], MIDDLE + 0.5))
    style.arrow(axes, (COLUMNS[0], MIDDLE + 0.47), (COLUMNS[0], TOP - 0.5))
    axes.text(COLUMNS[0] + 0.25, (TOP + MIDDLE) / 2, "next batch", va="center", fontsize=10, color=style.MUTED)
    axes.plot((0.3, 9.7), (2.75, 2.75), color=style.FAINT, linewidth=1.2, linestyle="--")
    axes.text(0.3, 2.3, "test: model.eval(), torch.no_grad()", fontsize=11, va="center")
    _row(axes, BOTTOM, ("batch x, y", "model(x)", "accuracy"), style.BLUE)
    axes.text(5, 0.4, "no gradients, no change of weights", ha="center", va="center", fontsize=10, color=style.MUTED)
    for y in (TOP, BOTTOM):
        for left, right in pairwise(COLUMNS):
            style.arrow(axes, (left + 1.3, y), (right - 1.3, y))
    return figure


def _row(axes: Axes, y: float, words: tuple[str, str, str], colour: str) -> None:
    for x, word in zip(COLUMNS, words, strict=True):
        style.box(axes, (x, y), word, width=2.5, colour=colour)
