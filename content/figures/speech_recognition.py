"""How CTC reads its frames: merge equal neighbours, then drop the blanks."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

FRAMES = "hee–ll–loo"
BLANK = "–"
LEFT, STEP = 2.85, 0.86
TOP, MIDDLE, BOTTOM = 5.1, 2.95, 0.8


def draw() -> Figure:
    """Three rows from the top: the best symbol of each frame, merged, without blanks."""
    figure, axes = style.diagram(11.3, 6.7)
    axes.text(LEFT - 0.4, 6.2, "ten frames, – is the blank", ha="left", va="center", fontsize=10, color=style.MUTED)
    for height, name in ((TOP, "best\nsymbol"), (MIDDLE, "merge\nequal"), (BOTTOM, "drop\nblanks")):
        axes.text(0.25, height, name, ha="left", va="center", fontsize=11, color=style.TEXT)
    for place, symbol in enumerate(FRAMES):
        _cell(axes, _x(place), TOP, symbol)
    for first, last in _runs(FRAMES):
        x = (_x(first) + _x(last)) / 2
        _cell(axes, x, MIDDLE, FRAMES[first])
        for place in sorted({first, last}):
            style.arrow(axes, (_x(place), TOP - 0.45), (x, MIDDLE + 0.49))
        if FRAMES[first] != BLANK:
            _cell(axes, x, BOTTOM, FRAMES[first], style.GREEN)
            style.arrow(axes, (x, MIDDLE - 0.45), (x, BOTTOM + 0.49))
    return figure


def _runs(symbols: str) -> list[tuple[int, int]]:
    """The first and last place of each stretch of equal symbols."""
    starts = [place for place, symbol in enumerate(symbols) if place == 0 or symbols[place - 1] != symbol]
    return list(zip(starts, [start - 1 for start in starts[1:]] + [len(symbols) - 1], strict=True))


def _x(place: int) -> float:
    return LEFT + place * STEP


def _cell(axes: Axes, x: float, height: float, symbol: str, colour: str = style.BLUE) -> None:
    edge = style.FAINT if symbol == BLANK else colour
    style.box(axes, (x, height), symbol, width=0.7, height=0.9, colour=edge, size=14)
