"""A pipeline of generators: requests run from the consumer back, items run forward.

The items that the arrows carry are pulled from a real chain of generators.
"""

from collections.abc import Iterator

from matplotlib.figure import Figure

from content.figures import style

PLACES = (1.15, 3.7, 6.25, 8.8)
NAMES = ("file", "parse", "batch", "train")
MIDDLE = 3.0


def draw() -> Figure:
    """Four boxes; dashed arrows backwards for ``next``, solid ones forward with what is handed on."""
    figure, axes = style.diagram(10, 5.6)
    for at, name in zip(PLACES, NAMES, strict=True):
        colour = style.GREEN if name == "train" else style.BLUE
        style.box(axes, (at, MIDDLE), name, width=1.7, height=1.0, colour=colour, size=13)
    for left, right, item in zip(PLACES, PLACES[1:], _items(), strict=False):
        style.arrow(axes, (right - 0.25, MIDDLE + 0.55), (left + 0.25, MIDDLE + 0.55), bend=0.35, dashed=True)
        axes.text((left + right) / 2, MIDDLE + 1.3, "next", ha="center", va="center", fontsize=12, color=style.MUTED)
        style.arrow(axes, (left + 0.25, MIDDLE - 0.55), (right - 0.25, MIDDLE - 0.55), colour=style.ORANGE, bend=0.35)
        axes.text((left + right) / 2, MIDDLE - 1.35, item, ha="center", va="center", fontsize=13, color=style.ORANGE)
    axes.text(5, 5.1, "dashed: the consumer asks", ha="center", va="center", fontsize=12, color=style.MUTED)
    axes.text(5, 0.5, "solid: one item comes back", ha="center", va="center", fontsize=12, color=style.ORANGE)
    return figure


def _items() -> tuple[str, str, str]:
    """What passes between the four stages first, as text."""
    return repr(next(_lines())), repr(next(_parse(_lines()))), repr(next(_batch(_parse(_lines()), 2)))


def _lines() -> Iterator[str]:
    yield from ("5\n", "6\n", "7\n")


def _parse(stream: Iterator[str]) -> Iterator[int]:
    for line in stream:
        yield int(line)


def _batch(stream: Iterator[int], size: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for item in stream:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
