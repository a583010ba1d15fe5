"""The map: a stage of the roadmap as pictures, its concepts as numbered boxes hung on what they build on.

A picture is 1,000 pixels wide, for a phone that shows it 360 wide, and not so high that a chat would shrink it:
a long stage is one drawing cut into several. A lesson that is there has a full disc and a solid frame, one that is
being written a hollow disc and a dashed frame: no colour is needed to tell them apart. Where somebody stands with each
concept takes the disc's place where it is known, with the number before the title.
"""

import itertools
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from content import pictures
from content.catalogue import Catalogue
from content.marks import Mark, draw_mark, draw_meanings
from content.outline import Row, outline

PIXELS = 1000
MOST_ROWS = 10  # in one picture: higher than three quarters of its width, a chat shows it smaller
SIGNS = 76  # the height of the line that explains the signs
LINE = 46  # the height of a line of letters in a box
GAP = 10  # above a box; above one that hangs on nothing, twice as much
STEP = 50  # from column to column
MARGIN = 14
RADIUS = 24
LETTERS, SMALL_LETTERS = 12.5, 11  # points
LETTER_WIDTH, SMALL_WIDTH = 19.5, 16.5  # pixels, of most of these letters


@dataclass(frozen=True)
class Box:
    """A row where it stands in the drawing of the whole stage, in pixels from the left and the top.

    Attributes:
        x, y: of the middle of its disc, and of its box's height.
        lines: of the title.
        needs: what else it requires, in words, or empty.
        mark: where somebody stands with it; None where the map is everybody's.
    """

    row: Row
    lines: tuple[str, ...]
    needs: str
    ready: bool
    x: float
    y: float
    mark: Mark | None = None

    @property
    def half(self) -> float:
        """Half the box's height."""
        return len(self.lines) * LINE / 2 + 3

    @property
    def left(self) -> float:
        """Where the box begins."""
        return self.x + RADIUS + 8


def stage_pictures(catalogue: Catalogue, stage: str, cache_dir: Path) -> tuple[Path, ...]:
    """The PNGs of a stage from the top, drawn where they are not in the cache yet.

    Raises:
        GradusError: the cache cannot be written.
    """
    boxes = boxes_of(catalogue, stage)
    sources = (Path(__file__).read_bytes(), repr(boxes).encode())
    return tuple(
        pictures.cached("roadmap", f"{stage}-{number}", sources, cache_dir, partial(_draw, boxes, part))
        for number, part in enumerate(_parts(boxes), start=1)
    )


def marked_pictures(catalogue: Catalogue, stage: str, marks: Mapping[str, Mark]) -> tuple[bytes, ...]:
    """The same with where somebody stands with each concept; drawn anew and kept nowhere, for it is about them."""
    boxes = boxes_of(catalogue, stage, marks)
    return tuple(_draw(boxes, part) for part in _parts(boxes))


def stage_words(catalogue: Catalogue, stage: str, marks: Mapping[str, Mark] | None = None) -> tuple[str, ...]:
    """What each of the pictures shows, in words."""
    return tuple("; ".join(map(_words, part)) + "." for part in _parts(boxes_of(catalogue, stage, marks)))


def _words(box: Box) -> str:
    needs = [*((box.row.parent,) if box.row.parent else ()), *box.row.also]
    after = f" after {' and '.join(map(str, needs))}" if needs else ""
    if box.mark is not None:  # its lines begin with its number
        written = "" if box.ready else ", being written"
        return f"{' '.join(box.lines)}: {box.mark.state}{', to repeat' if box.mark.due else ''}{written}"
    return f"{box.row.number} {' '.join(box.lines)}{after}{'' if box.ready else ' (being written)'}"


def boxes_of(catalogue: Catalogue, stage: str, marks: Mapping[str, Mark] | None = None) -> tuple[Box, ...]:
    """The boxes of a stage from the top; `marks` says of every concept of it where somebody stands."""
    rows = outline(catalogue, stage)
    boxes: list[Box] = []
    bottom = 0.0
    for row in rows:
        needs = f"needs {', '.join(map(str, row.also))} too" if row.also else ""
        ready = row.concept.id in catalogue.lessons
        mark = marks[row.concept.id] if marks is not None else None
        box = Box(row, (), needs, ready, float(MARGIN + RADIUS + STEP * row.column), 0.0, mark)
        box = replace(box, lines=_lines(box, rows))
        gap = GAP if row.parent is not None else 2 * GAP
        boxes.append(replace(box, y=bottom + gap + box.half))
        bottom = boxes[-1].y + box.half
    return tuple(boxes)


def _lines(box: Box, rows: Sequence[Row]) -> tuple[str, ...]:
    """The title on one line or two. A long one goes without what stands behind its colon, where that still names it."""
    title = box.row.concept.title
    short = title.partition(":")[0]
    alone = sum(other.concept.title.partition(":")[0] == short for other in rows) == 1
    room = PIXELS - MARGIN - box.left - 28
    number = f"{box.row.number} " if box.mark is not None else ""
    letters = int((room - SMALL_WIDTH * len(box.needs)) / LETTER_WIDTH)
    shown = short if alone and len(number) + len(title) > letters else title
    return tuple(textwrap.wrap(number + shown, letters))


def _parts(boxes: Sequence[Box]) -> list[Sequence[Box]]:
    """The boxes on as few pictures as `MOST_ROWS` allows, about equally many on each."""
    count = -(-len(boxes) // MOST_ROWS)
    cuts = [round(len(boxes) * part / count) for part in range(count + 1)] if count else []
    return [boxes[start:end] for start, end in itertools.pairwise(cuts)]


def _draw(boxes: Sequence[Box], part: Sequence[Box]) -> bytes:
    from content.figures import style

    above = SIGNS if part[0] is boxes[0] else GAP
    top, bottom = part[0].y - part[0].half - above, part[-1].y + part[-1].half + MARGIN
    with style.look():
        figure, axes = style.diagram(PIXELS, bottom - top)
        axes.set_ylim(bottom, top)
        if part[0] is boxes[0]:
            _signs(axes, top + SIGNS / 2, marked=part[0].mark is not None)
        for box in boxes:  # lines may come from one picture and go on in the next
            _line(axes, box, boxes)
        for box in part:
            _box(axes, box)
        return pictures.png(figure)


def _signs(axes: Any, y: float, *, marked: bool) -> None:
    if marked:
        draw_meanings(axes, MARGIN, PIXELS - MARGIN, y, SMALL_LETTERS)
        return
    _sign(axes, MARGIN + RADIUS, y, "lesson ready", there=True)
    _sign(axes, 420, y, "being written", there=False)


def _sign(axes: Any, x: float, y: float, text: str, *, there: bool) -> None:
    _disc(axes, x, y, "1" if there else "2", there)
    axes.text(x + 38, y, text, fontsize=SMALL_LETTERS, va="center")


def _line(axes: Any, box: Box, boxes: Sequence[Box]) -> None:
    from content.figures import style

    if box.row.parent is not None:
        above = boxes[box.row.parent - 1]
        axes.plot([above.x, above.x, box.x], [above.y, box.y, box.y], color=style.MUTED, lw=2, ls="-", zorder=1)


def _box(axes: Any, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    from content.figures import style

    axes.add_patch(
        FancyBboxPatch(
            (box.left, box.y - box.half),
            PIXELS - MARGIN - box.left,
            2 * box.half,
            boxstyle="round,pad=0,rounding_size=10",
            facecolor=style.PANEL if box.ready else style.BACKGROUND,
            edgecolor=style.BLUE if box.ready else style.FAINT,
            linestyle="-" if box.ready else (0, (3, 3)),
            linewidth=1.8 if box.ready else 1.2,
            zorder=2,
        )
    )
    if box.mark is not None:
        draw_mark(axes, box.x, box.y, RADIUS, box.mark)
    else:
        _disc(axes, box.x, box.y, str(box.row.number), box.ready)
    for number, line in enumerate(box.lines):
        y = box.y + LINE * (number - (len(box.lines) - 1) / 2)
        axes.text(box.left + 14, y, line, fontsize=LETTERS, va="center_baseline", zorder=4)
    if box.needs:
        right = PIXELS - MARGIN - 12
        axes.text(right, box.y, box.needs, fontsize=SMALL_LETTERS, color=style.MUTED, ha="right", va="center_baseline")


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
    axes.text(x, y, text, fontsize=10.5, weight="bold", color=colour, ha="center", va="center_baseline", zorder=4)
