"""The alarms of the lesson's tumour classifier, one square each: with a rare disease most are false."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

SCANS, WITH_TUMOUR = 1000, 20
SENSITIVITY, SPECIFICITY = 0.9, 0.95
RIGHT = round(WITH_TUMOUR * SENSITIVITY)
FALSE = round((SCANS - WITH_TUMOUR) * (1 - SPECIFICITY))
ACROSS = 14
SIDE = 0.56


def draw() -> Figure:
    """Rows of squares, the right alarms first and filled, the false ones after them and empty."""
    figure, axes = style.diagram(10, 6.2)
    axes.text(5, 5.75, f"{SCANS:,} scans, {WITH_TUMOUR} with a tumour:", ha="center", va="center", fontsize=12)
    axes.text(5, 5.2, f"{RIGHT + FALSE} alarms", ha="center", va="center", fontsize=12)
    left = (10 - ACROSS * 0.64) / 2
    for number in range(RIGHT + FALSE):
        row, column = divmod(number, ACROSS)
        right = number < RIGHT
        axes.add_patch(
            Rectangle(
                (left + column * 0.64 + 0.04, 4.15 - row * 0.64),
                SIDE,
                SIDE,
                facecolor=style.GREEN if right else style.BACKGROUND,
                edgecolor=style.GREEN if right else style.ORANGE,
                linewidth=2,
            )
        )
    _key(figure, left)
    return figure


def _key(figure: Figure, left: float) -> None:
    """What a filled and an empty square stand for."""
    axes = figure.axes[0]
    share = RIGHT / (RIGHT + FALSE)
    for at, face, edge, words in (
        (left + 0.04, style.GREEN, style.GREEN, f"{RIGHT} right ({share:.0%})"),
        (left + 4.84, style.BACKGROUND, style.ORANGE, f"{FALSE} false ({1 - share:.0%})"),
    ):
        axes.add_patch(Rectangle((at, 0.45), SIDE, SIDE, facecolor=face, edgecolor=edge, linewidth=2))
        axes.text(at + 0.8, 0.72, words, ha="left", va="center", fontsize=12)
