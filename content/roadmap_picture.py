"""The map: a stage of the roadmap as pictures, its concepts as numbered boxes hung on what they build on.

A picture is 1,000 pixels wide, for a phone that shows it 360 wide, and not so high that a chat would shrink it:
a long stage is one drawing cut into several. A lesson that is there has a full disc and a solid frame, one that is
being written a hollow disc and a dashed frame: no colour is needed to tell them apart.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from content import pictures
from content.catalogue import Catalogue
from content.outline import Row, outline

PIXELS = 1000
MOST_ROWS = 11  # in one picture: higher than three quarters of its width, a chat shows it smaller
SIGNS = 70  # the height of the line that explains the signs
PITCH = 56  # from box to box
GAP = 14  # above a box that hangs on nothing
STEP = 44  # from column to column
MARGIN = 14
RADIUS = 21
HALF = 23  # half a box's height
LETTERS = 10.5  # points


@dataclass(frozen=True)
class _Box:
    """A row where it stands in the drawing of the whole stage, in pixels from the top."""

    row: Row
    title: str
    ready: bool
    x: float
    y: float


def stage_pictures(catalogue: Catalogue, stage: str, cache_dir: Path) -> tuple[Path, ...]:
    """The PNGs of a stage from the top, drawn where they are not in the cache yet.

    Raises:
        GradusError: the cache cannot be written.
    """
    boxes = _boxes(catalogue, stage)
    sources = (Path(__file__).read_bytes(), repr(boxes).encode())
    return tuple(
        pictures.cached("roadmap", f"{stage}-{number}", sources, cache_dir, partial(_draw, boxes, part))
        for number, part in enumerate(_parts(boxes), start=1)
    )


def stage_words(catalogue: Catalogue, stage: str) -> tuple[str, ...]:
    """What each of the pictures shows, in words."""
    return tuple("; ".join(map(_words, part)) + "." for part in _parts(_boxes(catalogue, stage)))


def _words(box: _Box) -> str:
    needs = [*((box.row.parent,) if box.row.parent else ()), *box.row.also]
    after = f" after {' and '.join(map(str, needs))}" if needs else ""
    return f"{box.row.number} {box.title}{after}{'' if box.ready else ' (being written)'}"


def _boxes(catalogue: Catalogue, stage: str) -> tuple[_Box, ...]:
    rows = outline(catalogue, stage)
    boxes: list[_Box] = []
    y = float(HALF - PITCH)
    for row in rows:
        y += PITCH + (GAP if row.parent is None and boxes else 0)
        x = float(MARGIN + RADIUS + STEP * row.column)
        boxes.append(_Box(row, _title(row, rows), row.concept.id in catalogue.lessons, x, y))
    return tuple(boxes)


def _title(row: Row, rows: Sequence[Row]) -> str:
    """A title that fits a line: without what stands behind its colon, where it is long and that names it still."""
    title = row.concept.title
    short = title.partition(":")[0]
    alone = sum(other.concept.title.partition(":")[0] == short for other in rows) == 1
    return short if alone and len(title) > 50 else title


def _parts(boxes: Sequence[_Box]) -> list[Sequence[_Box]]:
    """The boxes on as few pictures as `MOST_ROWS` allows, about equally many on each."""
    count = -(-len(boxes) // MOST_ROWS)
    cuts = [round(len(boxes) * part / count) for part in range(count + 1)] if count else []
    return [boxes[start:end] for start, end in itertools.pairwise(cuts)]


def _draw(boxes: Sequence[_Box], part: Sequence[_Box]) -> bytes:
    from content.figures import style

    above = SIGNS if part[0] is boxes[0] else GAP
    top, bottom = part[0].y - HALF - above, part[-1].y + HALF + MARGIN
    with style.look():
        figure, axes = style.diagram(PIXELS, bottom - top)
        axes.set_ylim(bottom, top)
        if part[0] is boxes[0]:
            _sign(axes, MARGIN + RADIUS, top + SIGNS / 2, "lesson ready", there=True)
            _sign(axes, 400, top + SIGNS / 2, "being written", there=False)
        for box in boxes:  # lines may come from one picture and go on in the next
            _line(axes, box, boxes)
        for box in part:
            _box(axes, box)
        return pictures.png(figure)


def _sign(axes: Any, x: float, y: float, text: str, *, there: bool) -> None:
    _disc(axes, x, y, "1" if there else "2", there)
    axes.text(x + 34, y, text, fontsize=10, va="center")


def _line(axes: Any, box: _Box, boxes: Sequence[_Box]) -> None:
    from content.figures import style

    if box.row.parent is not None:
        above = boxes[box.row.parent - 1]
        axes.plot([above.x, above.x, box.x], [above.y, box.y, box.y], color=style.MUTED, lw=2, ls="-", zorder=1)


def _box(axes: Any, box: _Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    from content.figures import style

    left = box.x + RADIUS + 8
    axes.add_patch(
        FancyBboxPatch(
            (left, box.y - HALF),
            PIXELS - MARGIN - left,
            2 * HALF,
            boxstyle="round,pad=0,rounding_size=10",
            facecolor=style.PANEL if box.ready else style.BACKGROUND,
            edgecolor=style.BLUE if box.ready else style.FAINT,
            linestyle="-" if box.ready else (0, (3, 3)),
            linewidth=1.8 if box.ready else 1.2,
            zorder=2,
        )
    )
    _disc(axes, box.x, box.y, str(box.row.number), box.ready)
    axes.text(left + 14, box.y, box.title, fontsize=LETTERS, va="center", zorder=4)
    if box.row.also:
        needs = f"needs {', '.join(map(str, box.row.also))} too"
        axes.text(PIXELS - MARGIN - 12, box.y, needs, fontsize=9.5, color=style.MUTED, ha="right", va="center")


def _disc(axes: Any, x: float, y: float, text: str, there: bool) -> None:
    from matplotlib.patches import Circle

    from content.figures import style

    axes.add_patch(
        Circle(
            (x, y),
            RADIUS,
            facecolor=style.BLUE if there else style.BACKGROUND,
            edgecolor=style.BLUE if there else style.MUTED,
            linewidth=1.6 if there else 1.0,
            zorder=3,
        )
    )
    colour = style.BACKGROUND if there else style.TEXT
    axes.text(x, y, text, fontsize=9, weight="bold", color=colour, ha="center", va="center_baseline", zorder=4)
