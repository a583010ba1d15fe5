"""The lesson's four detections before and after non-maximum suppression, over the two true objects."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

# Left, top, right, bottom, in pixels of a picture 150 by 90, as in the lesson.
TRUE = ((0, 0, 40, 40), (60, 0, 100, 40))
DETECTED = (((0, 0, 40, 45), 0.9), ((10, 0, 50, 45), 0.8), ((110, 50, 140, 80), 0.7), ((60, 0, 100, 60), 0.6))
THRESHOLD = 0.5
SCALE = 0.06
WIDTH, HEIGHT = 150, 88


def draw() -> Figure:
    """The two states one above the other; each frame's score stands under its right corner."""
    figure, axes = style.diagram(10, 12.7)
    scores = [score for _, score in DETECTED]
    _scene(axes, 11.8, "before", scores)
    _scene(axes, 5.55, f"after suppression (IoU > {THRESHOLD})", _kept())
    return figure


def _kept() -> list[float]:
    """The scores of the boxes that suppression keeps; the boxes stand in order of confidence."""
    kept: list[tuple[tuple[int, int, int, int], float]] = []
    for box, score in DETECTED:
        if all(_iou(box, other) <= THRESHOLD for other, _ in kept):
            kept.append((box, score))
    return [score for _, score in kept]


def _iou(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    across, down = (max(0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    areas = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return across * down / (sum(areas) - across * down)


def _scene(axes: Axes, top: float, title: str, scores: list[float]) -> None:
    left = 0.5
    axes.text(5, top + 0.5, title, ha="center", va="center", fontsize=12)
    ground = (left - 0.2, top - HEIGHT * SCALE)
    axes.add_patch(Rectangle(ground, WIDTH * SCALE + 0.4, HEIGHT * SCALE + 0.2, facecolor=style.PANEL))
    for box in TRUE:
        corner, size = _place(left, top, box)
        axes.add_patch(Rectangle(corner, *size, facecolor=style.FAINT, zorder=2))
        centre = (corner[0] + size[0] / 2, corner[1] + size[1] / 2)
        axes.text(*centre, "true", zorder=5, ha="center", va="center", fontsize=11)
    for box, score in DETECTED:
        if score in scores:
            colour = style.ORANGE if score == 0.8 else style.BLUE
            _frame(axes, left, top, box, colour)
            at = (left + box[2] * SCALE, top - box[3] * SCALE - 0.12)
            axes.text(*at, str(score), ha="right", va="top", fontsize=12, color=colour)


def _frame(axes: Axes, left: float, top: float, box: tuple[int, int, int, int], colour: str) -> None:
    corner, size = _place(left, top, box)
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour, linewidth=2.6, zorder=4))


def _place(left: float, top: float, box: tuple[int, int, int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lower left corner, and width and height, of a box on the canvas; pixels count downwards."""
    corner = (left + box[0] * SCALE, top - box[3] * SCALE)
    return corner, ((box[2] - box[0]) * SCALE, (box[3] - box[1]) * SCALE)
