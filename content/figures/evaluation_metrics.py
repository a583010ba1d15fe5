"""The confusion matrix of the lesson's 100 e-mails: precision reads a column, recall a row."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

# Rows: really spam, really not; columns: flagged, passed.
COUNTS = ((8, 2), (4, 86))
NAMES = (("true positives", "false negatives"), ("false positives", "true negatives"))
COLUMNS, ROWS = (3.2, 6.25), (4.75, 2.8)


def draw() -> Figure:
    """Four cells; a dashed frame around the flagged column and a solid one around the spam row."""
    figure, axes = style.diagram(10, 6.6)
    (positives, missed), (alarms, _) = COUNTS
    for x, name in zip(COLUMNS, ("flagged", "passed"), strict=True):
        axes.text(x, 6.15, name, ha="center", va="center", fontsize=12)
    for y, name in zip(ROWS, ("spam", "not\nspam"), strict=True):
        axes.text(0.8, y, name, ha="center", va="center", fontsize=12)
    for y, counts, names in zip(ROWS, COUNTS, NAMES, strict=True):
        for x, count, name in zip(COLUMNS, counts, names, strict=True):
            style.box(axes, (x, y), "", width=2.55, height=1.5, colour=style.FAINT)
            axes.text(x, y + 0.25, str(count), ha="center", va="center", fontsize=18, weight="bold", zorder=3)
            axes.text(x, y - 0.42, name, ha="center", va="center", fontsize=10, color=style.MUTED, zorder=3)
    _frame(axes, (1.75, 1.8), 2.9, 4.0, style.ORANGE, "--")
    _frame(axes, (1.55, 3.83), 6.15, 1.84, style.BLUE, "-")
    precision, recall = positives / (positives + alarms), positives / (positives + missed)
    axes.text(3.2, 1.25, "precision", ha="center", va="center", fontsize=12, color=style.ORANGE)
    written = f"{positives} of {positives + alarms} flagged: {precision:.2f}"
    axes.text(3.2, 0.6, written, ha="center", va="center", fontsize=11)
    axes.text(7.95, 5.3, "recall", ha="left", va="center", fontsize=12, color=style.BLUE)
    written = f"{positives} of {positives + missed}\nspam: {recall:.2f}"
    axes.text(7.95, 4.45, written, ha="left", va="center", fontsize=11)
    return figure


def _frame(axes: Axes, corner: tuple[float, float], width: float, height: float, colour: str, line: str) -> None:
    axes.add_patch(
        Rectangle(corner, width, height, fill=False, edgecolor=colour, linestyle=line, linewidth=2.6, zorder=4)
    )
