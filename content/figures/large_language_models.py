"""How an assistant is made: three stages of training, what each learns from and what comes out."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

# Height, name, what it learns from, colour of each stage; then the model that comes out of it.
STAGES = (
    (8.55, "1  Pre-training", "web pages, books, code:\nthe next token", style.BLUE, "base model: continues text"),
    (5.25, "2  Instruction tuning", "questions with\ngood answers", style.ORANGE, "model that answers"),
    (1.95, "3  Preference tuning", "pairs of answers:\nbetter and worse", style.GREEN, "assistant"),
)


def draw() -> Figure:
    """The stages from top to bottom: name on the left, data on the right, the result below."""
    figure, axes = style.diagram(11, 9.6)
    for height, name, data, colour, result in STAGES:
        _stage(axes, height, name, data, colour)
        axes.text(2.9, height - 1.62, result, ha="center", va="center", fontsize=11, style="italic")
        style.arrow(axes, (2.9, height - 0.62), (2.9, height - 1.3))
        if height > 2:
            style.arrow(axes, (2.9, height - 1.95), (2.9, height - 2.63))
    return figure


def _stage(axes: Axes, height: float, name: str, data: str, colour: str) -> None:
    style.box(axes, (2.9, height), name, width=4.9, height=1.2, colour=colour, size=12)
    axes.text(8.4, height, data, ha="center", va="center", fontsize=10.5, color=style.TEXT)
    style.arrow(axes, (6.15, height), (5.42, height), colour=colour)
