"""The whole roadmap as one picture: a block a stage, a sign a concept, in the order and with the numbers of the maps.

It is 1,000 pixels wide, for a phone that shows it 360 wide, and no higher than three quarters of that, beyond which
a chat would shrink it. What each sign means is said in it; no colour is needed. It is drawn anew each time and kept
nowhere: it is about one learner, and must not outlive a deletion of their data.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, get_args

from bot.road.standings import ConceptStanding, State
from content import pictures
from content.catalogue import Catalogue
from content.marks import draw_mark, draw_meanings
from content.outline import outline

PIXELS = 1000
MARGIN = 16
HEAD, ROW, FOOT = 46, 60, 64  # heights of a stage's name, of a row of signs, and of the line that explains them
RADIUS, SMALL_RADIUS = 25, 15
IN_A_ROW = 16
LETTERS, NAME_LETTERS = 11, 12  # points
TITLE_LETTERS = 37
MASTERED = ConceptStanding("", "mastered")


@dataclass(frozen=True)
class StageStanding:
    """A stage and where a learner stands with each of its concepts, in the order of its map; `position` is from 1."""

    id: str
    title: str
    position: int
    concepts: tuple[ConceptStanding, ...]

    def count(self, *states: str) -> int:
        """How many of its concepts are in one of some states."""
        return sum(one.state in states for one in self.concepts)

    @property
    def due(self) -> int:
        """How many are to be repeated today."""
        return sum(one.due for one in self.concepts)


def by_stage(standings: Mapping[str, ConceptStanding], catalogue: Catalogue) -> tuple[StageStanding, ...]:
    """Standings stage by stage, numbered as the maps number them."""
    return tuple(
        StageStanding(
            id,
            stage.title,
            position,
            tuple(
                standings.get(row.concept.id, ConceptStanding(row.concept.id, "new")) for row in outline(catalogue, id)
            ),
        )
        for position, (id, stage) in enumerate(catalogue.stages.items(), start=1)
    )


def road_picture(stages: Sequence[StageStanding]) -> bytes:
    """The PNG."""
    from content.figures import style

    shown = [one for one in stages if one.concepts]
    height = sum(HEAD + ROW * _rows(one) for one in shown) + FOOT + MARGIN
    with style.look():
        figure, axes = style.diagram(PIXELS, height)
        axes.set_ylim(height, 0)
        top = MARGIN / 2
        for stage in shown:
            _stage(axes, stage, top)
            top += HEAD + ROW * _rows(stage)
        draw_meanings(axes, MARGIN, PIXELS - MARGIN, top + FOOT / 2 + 4, LETTERS)
        return pictures.png(figure)


def road_words(stages: Sequence[StageStanding]) -> str:
    """What the picture shows, in words: every concept by its number."""
    return " ".join(f"{one.title}: {_stage_words(one)}." for one in stages if one.concepts)


def _stage_words(stage: StageStanding) -> str:
    counts = Counter(one.state for one in stage.concepts)
    parts = [
        f"all {counts[state]} {state}"
        if counts[state] == len(stage.concepts)
        else f"{counts[state]} {state} ({_numbers(one.state == state for one in stage.concepts)})"
        for state in get_args(State)
        if counts[state]
    ]
    due = f"; to repeat {_numbers(one.due for one in stage.concepts)}" if stage.due else ""
    return ", ".join(parts) + due


def _numbers(chosen: Iterable[bool]) -> str:
    """The numbers, from 1, of those that are chosen: `1 to 4, 7`."""
    numbers = [number for number, is_one in enumerate(chosen, start=1) if is_one]
    runs = [[one for _, one in run] for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0])]
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _rows(stage: StageStanding) -> int:
    return -(-len(stage.concepts) // IN_A_ROW)


def _stage(axes: Any, stage: StageStanding, top: float) -> None:
    """Its name, how many are mastered, and a sign for each concept, numbered where it is still to be learned."""
    from content.figures import style

    name = textwrap.shorten(f"{stage.position} {stage.title}", TITLE_LETTERS, placeholder="…")
    axes.text(MARGIN, top + HEAD / 2, name, fontsize=NAME_LETTERS, weight="bold", va="center_baseline")
    draw_mark(axes, PIXELS - MARGIN - SMALL_RADIUS, top + HEAD / 2, SMALL_RADIUS, MASTERED)
    axes.text(
        PIXELS - MARGIN - 2 * SMALL_RADIUS - 10,
        top + HEAD / 2,
        f"{stage.count('mastered')} of {len(stage.concepts)}",
        fontsize=NAME_LETTERS,
        color=style.MUTED,
        ha="right",
        va="center_baseline",
    )
    step = (PIXELS - 2 * MARGIN) / IN_A_ROW
    for place, one in enumerate(stage.concepts):
        row, column = divmod(place, IN_A_ROW)
        x, y = MARGIN + step * (column + 0.5), top + HEAD + ROW * (row + 0.5)
        draw_mark(axes, x, y, RADIUS, one, str(place + 1), LETTERS)
