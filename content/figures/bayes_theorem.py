"""All positive tests among the lesson's 2,000 people: few are ill, because few were ill to begin with."""

from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from content.figures import style

# Of 20 ill people the test finds 90 %; of 1,980 healthy ones 5 % get a false alarm.
ILL, HEALTHY = 18, 99
ROWS = 9
STEP = 0.66
LEFT, TOP = 1.0, 6.3


def draw() -> Figure:
    """A grid of 117 marks, column by column: filled squares for the ill, then hollow circles."""
    figure, axes = style.diagram(10.0, 7.4)
    axes.text(5.0, 6.95, "117 positive tests of 2,000 people", ha="center", va="center", fontsize=12)
    for number in range(ILL + HEALTHY):
        column, row = divmod(number, ROWS)
        # A gap sets the ill apart from the healthy.
        x = LEFT + column * STEP + (0.5 if number >= ILL else 0.0)
        y = TOP - row * STEP
        if number < ILL:
            axes.add_patch(Rectangle((x - 0.22, y - 0.22), 0.44, 0.44, facecolor=style.ORANGE, edgecolor="none"))
        else:
            axes.add_patch(Circle((x, y), 0.2, facecolor="none", edgecolor=style.BLUE, linewidth=1.6))
    axes.text(LEFT + STEP / 2, 0.42, "18 ill", ha="center", va="center", fontsize=12, color=style.ORANGE)
    axes.text(
        LEFT + 7 * STEP + 0.5, 0.42, "99 healthy: false alarms", ha="center", va="center", fontsize=12, color=style.BLUE
    )
    return figure
