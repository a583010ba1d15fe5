"""The lesson's three images against their altered copies: what a contrastive loss pulls up and pushes down."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

SIMILARITIES = ((0.9, 0.1, 0.2), (0.3, 0.8, 0.1), (0.5, 0.4, 0.6))
SIDE = 1.5
LEFT, TOP = 2.9, 5.7


def draw() -> Figure:
    """A table of nine cells with an arrow in each; the pairs that belong together are outlined."""
    figure, axes = style.diagram(10, 7.6)
    axes.text(LEFT + 1.5 * SIDE, 7.15, "altered copies", ha="center", va="center", fontsize=12)
    for number in range(3):
        axes.text(LEFT + (number + 0.5) * SIDE, 6.2, f"copy {number + 1}", ha="center", va="center", fontsize=11)
        axes.text(LEFT - 0.25, TOP - (number + 0.5) * SIDE, f"image {number + 1}", ha="right", va="center", fontsize=11)
    for row, values in enumerate(SIMILARITIES):
        for column, value in enumerate(values):
            same = row == column
            corner = (LEFT + column * SIDE, TOP - (row + 1) * SIDE)
            colour = style.GREEN if same else style.MUTED
            axes.add_patch(
                Rectangle(
                    (corner[0] + 0.06, corner[1] + 0.06),
                    SIDE - 0.12,
                    SIDE - 0.12,
                    facecolor=style.PANEL,
                    edgecolor=style.GREEN if same else style.PANEL,
                    linewidth=3,
                )
            )
            text = f"{value} {'↑' if same else '↓'}"
            centre = (corner[0] + SIDE / 2, corner[1] + SIDE / 2)
            weight = "bold" if same else "normal"
            axes.text(*centre, text, ha="center", va="center", fontsize=14, color=colour, weight=weight)
    axes.text(LEFT + 3 * SIDE + 0.3, TOP - 0.5 * SIDE, "↑ same\nimage", ha="left", va="center", fontsize=11)
    axes.text(LEFT + 3 * SIDE + 0.3, TOP - 1.5 * SIDE, "↓ other\nimage", ha="left", va="center", fontsize=11)
    axes.text(LEFT + 1.5 * SIDE, 0.55, "cosine, and where training moves it", ha="center", va="center", fontsize=11)
    return figure
