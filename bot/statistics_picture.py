"""Statistics as a picture: effort by day, what falls due, what was remembered, and what is mastered.

It is 1,000 pixels wide, for a phone that shows it 360 wide. Every colour has its number beside it. It is drawn anew
each time and kept nowhere: it is about one learner, and must not outlive a deletion of their data.
"""

import itertools
import textwrap
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from content import pictures
from quizzes.statistics import Bin, Share, Statistics

PIXELS = 1000
MARGIN = 20
HEAD, FOOT, GAP = 58, 48, 16  # heights of a heading, of the line that explains the signs, and between charts
LETTERS, HEADING = 10, 12  # points
COLUMN, CELL = 68, 38  # of the heat map
BARS = 110  # the height of the highest bar
ROW = 42
TITLE_LETTERS = 35
MOST_IN_CELL = 99
SHADES = ((0.0, 0.0), (0.34, 0.35), (0.67, 0.8), (1.0, 1.0))
"""Of a cell: up to which part of the most questions a day it is how blue."""

Chart = tuple[int, Callable[[Any, Statistics, float], None]]
"""A chart's height, and what draws it on axes from an upper edge on."""


def statistics_picture(shown: Statistics) -> bytes:
    """The PNG; charts that would be empty are left out."""
    from content.figures import style

    charts = _charts(shown)
    height = sum(height for height, _ in charts) + GAP * (len(charts) - 1) + 2 * MARGIN
    with style.look():
        figure, axes = style.diagram(PIXELS, height)
        axes.set_ylim(height, 0)
        top = float(MARGIN)
        for chart, draw in charts:
            draw(axes, shown, top)
            top += chart + GAP
        return pictures.png(figure)


def statistics_words(shown: Statistics) -> str:
    """What the picture shows, in words."""
    weeks = [sum(count for _, count in days) for _, days in itertools.groupby(shown.effort.items(), _week)]
    parts = [f"Questions a week, oldest first: {', '.join(map(str, weeks))}."]
    if any(shown.forecast):
        parts.append(f"Concepts due a day, from today: {', '.join(map(str, shown.forecast))}.")
    if shown.retention.reviews:
        parts.append(f"Remembered in the last 30 days: {_share(shown.retention)}, target {percent(shown.target)} %.")
    for one in filled(shown.calibration):
        parts.append(f"Expected {percent(one.expected)} %, remembered {_share(one.actual)}.")
    stages = "; ".join(f"{one.title} {one.mastered}, {one.learning}, {one.untouched}" for one in shown.stages)
    parts.append(f"Concepts mastered, being learned, to come: {stages}.")
    return " ".join(parts)


def filled(bins: Sequence[Bin]) -> tuple[Bin, ...]:
    """The bins that hold reviews, the surest first."""
    return tuple(one for one in reversed(bins) if one.actual.reviews)


def percent(part: float) -> int:
    """A part of 1 in per cent."""
    return round(100 * part)


def _share(share: Share) -> str:
    return f"{percent(share.part)} % of {share.reviews}"


def _week(day: tuple[date, int]) -> date:
    """The Monday of a day's week."""
    return day[0] - timedelta(days=day[0].weekday())


def _charts(shown: Statistics) -> list[Chart]:
    charts: list[Chart] = []
    if any(shown.effort.values()):
        charts.append((HEAD + 36 + 7 * CELL, _effort))
    if any(shown.forecast):
        charts.append((HEAD + BARS + 110, _forecast))
    if rows := len(filled(shown.calibration)):
        charts.append((HEAD + (rows + 1) * ROW + 34 + FOOT, _memory))
    charts.append((HEAD + len(shown.stages) * ROW + FOOT, _mastery))
    return charts


def _text(axes: Any, x: float, y: float, text: str, **how: Any) -> None:
    axes.text(x, y, text, **{"fontsize": LETTERS, "va": "center_baseline", **how})


def _head(axes: Any, top: float, text: str) -> None:
    _text(axes, MARGIN, top + HEAD / 2 - 6, text, fontsize=HEADING, weight="bold")


# -------------------------------------------------------------------- effort


def _effort(axes: Any, shown: Statistics, top: float) -> None:
    """Weeks as columns from the left, Mondays on top, a number in each day's cell."""
    from content.figures import style

    _head(axes, top, "Questions a day, twelve weeks")
    top += HEAD + 36
    for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        _text(axes, MARGIN, top + (number + 0.5) * CELL, name, color=style.MUTED)
    days = list(shown.effort)
    first = _week((days[0], 0))
    most = max(shown.effort.values())
    for day, count in shown.effort.items():
        x = PIXELS - MARGIN - COLUMN * (13 - (day - first).days // 7)
        y = top + day.weekday() * CELL
        _cell(axes, x, y, count, most, today=day == shown.on)
        if day.day == 1 or (day == days[0] and day.day < 15):
            _text(axes, x + 4, top - 20, f"{day:%b}", color=style.MUTED)


def _cell(axes: Any, x: float, y: float, count: int, most: int, *, today: bool) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    from content.figures import style

    shade = next((shade for part, shade in SHADES if count <= part * most), 1.0)
    low, high = to_rgb(style.PANEL), to_rgb(style.BLUE)
    colour = tuple(a + (b - a) * shade for a, b in zip(low, high, strict=True))
    edge = style.TEXT if today else style.BACKGROUND
    axes.add_patch(
        Rectangle(
            (x + 3, y + 3), COLUMN - 6, CELL - 6, facecolor=colour, edgecolor=edge, linewidth=1.5 if today else 0.0
        )
    )
    if count:
        text = str(count) if count <= MOST_IN_CELL else f"{MOST_IN_CELL}+"
        letters = style.BACKGROUND if shade > 0.5 else style.TEXT
        _text(axes, x + COLUMN / 2, y + CELL / 2, text, color=letters, ha="center")


# -------------------------------------------------------------------- what falls due


def _forecast(axes: Any, shown: Statistics, top: float) -> None:
    """A bar a day from today, its number on it."""
    from matplotlib.patches import Rectangle

    from content.figures import style

    _head(axes, top, "Due: the coming two weeks, from today")
    base = top + HEAD + 34 + BARS
    width = (PIXELS - 2 * MARGIN) / len(shown.forecast)
    most = max(shown.forecast)
    for number, count in enumerate(shown.forecast):
        day = shown.on + timedelta(days=number)
        x = MARGIN + number * width
        colour = style.ORANGE if number == 0 else style.BLUE
        height = BARS * count / most
        axes.add_patch(Rectangle((x + 6, base - height), width - 12, height, facecolor=colour, linewidth=0))
        middle = x + width / 2
        _text(axes, middle, base - height - 18, str(count), ha="center", color=style.TEXT if count else style.MUTED)
        _text(axes, middle, base + 22, f"{day:%a}"[:2], ha="center", color=style.MUTED)
        _text(axes, middle, base + 56, str(day.day), ha="center", weight="bold" if number == 0 else "normal")
    axes.plot([MARGIN, PIXELS - MARGIN], [base, base], color=style.FAINT, lw=1, ls="-")


# -------------------------------------------------------------------- what was remembered


def _memory(axes: Any, shown: Statistics, top: float) -> None:
    """What was remembered beside what was aimed at or expected: the last 30 days, then all reviews by expectation."""
    from content.figures import style

    _head(axes, top, "Remembered, in %")
    top += HEAD
    rows = filled(shown.calibration)
    bottom = top + (len(rows) + 1) * ROW
    for mark in (0, 25, 50, 75, 100):
        x = _along(mark / 100)
        axes.plot([x, x], [top, bottom], color=style.FAINT, lw=0.8, ls="-", zorder=0)
        _text(axes, x, bottom + 20, str(mark), color=style.MUTED, ha="center")
    middle = top + ROW / 2
    _text(axes, MARGIN, middle, "last 30 days", weight="bold")
    if shown.retention.reviews:
        low, high = shown.retention.interval
        axes.plot([_along(low), _along(high)], [middle, middle], color=style.GREEN, lw=3, ls="-", zorder=2)
        _marks(axes, middle, shown.target, shown.retention)
    else:
        _text(axes, PIXELS - MARGIN, middle, "no reviews", ha="right", color=style.MUTED)
    for number, one in enumerate(rows, start=1):
        y = top + (number + 0.5) * ROW
        name = f"below {percent(one.high)}" if one.low == 0 else f"{percent(one.low)} to {percent(one.high)}"
        _text(axes, MARGIN, y, f"expected {name}")
        _marks(axes, y, one.expected, one.actual)
    y = bottom + 34 + FOOT / 2
    _hollow(axes, MARGIN + 14, y)
    _text(axes, MARGIN + 36, y, "target, expected")
    _disc(axes, 380, y)
    _text(axes, 402, y, "remembered")
    axes.plot([640, 690], [y, y], color=style.GREEN, lw=3, ls="-")
    _text(axes, 704, y, "95 % interval")


def _along(part: float) -> float:
    return 340 + 390 * part


def _marks(axes: Any, y: float, expected: float, share: Share) -> None:
    _disc(axes, _along(share.part), y)
    _hollow(axes, _along(expected), y)
    _text(axes, PIXELS - MARGIN, y, _share(share), ha="right")


def _disc(axes: Any, x: float, y: float) -> None:
    from content.figures import style

    axes.plot([x], [y], marker="o", markersize=7, color=style.GREEN, ls="", zorder=3)


def _hollow(axes: Any, x: float, y: float) -> None:
    from content.figures import style

    axes.plot(
        [x],
        [y],
        marker="D",
        markersize=7.5,
        markerfacecolor="none",
        markeredgecolor=style.TEXT,
        mew=1.4,
        ls="",
        zorder=4,
    )


# -------------------------------------------------------------------- what is mastered


def _mastery(axes: Any, shown: Statistics, top: float) -> None:
    """A bar a stage in three parts, and their numbers in the same order."""
    from content.figures import style

    _head(axes, top, "Concepts by stage")
    looks = (_solid(style.GREEN), _hatched(style.ORANGE), _outlined(style.FAINT))
    columns = (860, 915, PIXELS - MARGIN)
    for x, look in zip(columns, looks, strict=True):
        _patch(axes, x - 28, top + HEAD / 2 - 20, 28, look)
    for number, one in enumerate(shown.stages):
        y = top + HEAD + (number + 0.5) * ROW
        _text(axes, MARGIN, y, textwrap.shorten(one.title, TITLE_LETTERS, placeholder="…"))
        left = 600.0
        for count, x, look in zip((one.mastered, one.learning, one.untouched), columns, looks, strict=True):
            width = 205 * count / max(1, one.concepts)
            if count:
                _patch(axes, left, y - 14, width, look)
            left += width
            _text(axes, x, y, str(count), ha="right", color=style.TEXT if count else style.MUTED)
    y = top + HEAD + len(shown.stages) * ROW + FOOT / 2 + 4
    for x, name, look in zip((MARGIN, 250, 540), ("mastered", "being learned", "to come"), looks, strict=True):
        _patch(axes, x, y - 14, 28, look)
        _text(axes, x + 42, y, name)


def _solid(colour: str) -> dict[str, Any]:
    return {"facecolor": colour, "linewidth": 0}


def _hatched(colour: str) -> dict[str, Any]:
    return {"facecolor": colour, "hatch": "////", "linewidth": 0}


def _outlined(colour: str) -> dict[str, Any]:
    return {"facecolor": "none", "edgecolor": colour, "linewidth": 1.2}


def _patch(axes: Any, x: float, y: float, width: float, look: dict[str, Any]) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x, y), width, 28, **look))
