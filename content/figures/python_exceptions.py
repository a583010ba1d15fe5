"""A traceback and the order in which to read it: from the bottom up.

The traceback is that of the lesson's little program, which is really run here.
"""

import sys
import traceback

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

PROGRAM = """def mean(losses):
    return sum(losses) / len(losses)

def evaluate(batches):
    losses = [b for b in batches]
    return mean(losses)

evaluate([])
"""
TOP, STEP = 6.55, 0.72


def draw() -> Figure:
    """Eight lines of a traceback; on the right three marks in reading order."""
    figure, axes = style.diagram(10, 7.3)
    lines = _traceback()
    heights = [TOP - number * STEP for number in range(len(lines))]
    for height, line in zip(heights, lines, strict=True):
        last = line == lines[-1]
        axes.text(
            0.25,
            height,
            line,
            ha="left",
            va="center",
            fontsize=10,
            fontweight="bold" if last else "normal",
            family="DejaVu Sans Mono",
            color=style.ORANGE if last else style.TEXT,
        )
    _mark(axes, heights[-1], heights[-1], "1 what")
    _mark(axes, heights[-2], heights[-3], "2 where")
    _mark(axes, heights[-4], heights[1], "3 who\ncalled")
    axes.annotate(
        "",
        (9.55, heights[1]),
        (9.55, heights[-1] - 0.2),
        arrowprops={"arrowstyle": "-|>", "color": style.GREEN, "linewidth": 2.6},
    )
    axes.text(5, 0.5, "read it from the bottom up", ha="center", va="center", fontsize=13, color=style.GREEN)
    return figure


def _mark(axes: Axes, low: float, high: float, words: str) -> None:
    axes.plot([7.5, 7.5], [low - 0.22, high + 0.22], color=style.GREEN, linestyle="-", linewidth=2.4)
    axes.text(7.7, (low + high) / 2, words, ha="left", va="center", fontsize=12, color=style.GREEN)


def _traceback() -> list[str]:
    """The lines of the traceback that running the program as ``train.py`` gives."""
    source = PROGRAM.split("\n")
    try:
        exec(compile(PROGRAM, "train.py", "exec"), {})
    except ZeroDivisionError as error:
        frames = [one for one in traceback.extract_tb(sys.exc_info()[2]) if one.filename == "train.py"]
        lines = ["Traceback (most recent call last):"]
        for one in frames:
            row = source[(one.lineno or 1) - 1].strip()
            lines += [f'  File "train.py", line {one.lineno}, in {one.name}', f"    {row}"]
        return [*lines, f"ZeroDivisionError: {error}"]
    raise RuntimeError("the program of the figure should fail")
