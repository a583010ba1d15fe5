"""A plan as a picture: a timeline from the top, a row a week, or several weeks where the plan is long.

Concepts are discs and projects squares; what is done is full, with a check, what is left is hollow, and what is open
from before has a flag: no colour is needed to tell them apart. It is 1,000 pixels wide, for a phone that shows it 360
wide, and no higher than three quarters of that. It is drawn anew each time and kept nowhere: it is about one learner.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.road.planned import Planned, Ticked
from content import pictures
from content.catalogue import Catalogue
from content.marks import draw_flag
from content.plan import PlanItem

PIXELS = 1000
MARGIN = 16
ROW, FOOT = 82, 58  # heights of a row, and of the line that explains the signs
MOST_ROWS = 8
SPANS = (1, 2, 3, 4, 6, 8, 13, 26, 52)  # weeks of a row
DATES = 168  # the width of the column of dates
LETTERS = 10  # points
NAME_LETTERS = 46  # of a row's names
RADIUS, STEP = 16, 42
MOST_SIGNS = 18  # in a row
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Span:
    """A row: the days from `first` to `last`, and what ends on them."""

    first: date
    last: date
    items: tuple[Ticked, ...]


def spans(plan: Planned, on: date) -> tuple[Span, ...]:
    """The rows of a plan from last week on, or from its first; what is open from before stands in the first."""
    ends = [one.end for one in plan.items if one.end is not None]
    if not ends:
        return ()
    earliest = min(plan.begins, min(ends))
    first = monday(max(earliest, on - WEEK))
    last = max(*ends, on)
    weeks = (monday(last) - first).days // 7 + 1
    width = next((one for one in SPANS if weeks <= one * MOST_ROWS), -(-weeks // MOST_ROWS))
    rows = []
    for number in range(-(-weeks // width)):
        start = first + number * width * WEEK
        end = start + width * WEEK - timedelta(days=1)
        before = tuple(one for one in plan.overdue(on) if one.end is not None and one.end < first) if not number else ()
        rows.append(Span(start, end, (*before, *plan.between(start, end))))
    return tuple(rows)


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def title_of(item: PlanItem, catalogue: Catalogue) -> str:
    """A concept's or project's name without what stands behind a colon."""
    if item.kind == "project":
        return catalogue.projects[item.id].title.partition(":")[0]
    title = catalogue.concepts[item.id].title
    short = title.partition(":")[0]
    alone = sum(one.title.partition(":")[0] == short for one in catalogue.concepts.values()) == 1
    return short if alone else title


def plan_picture(rows: Sequence[Span], plan: Planned, catalogue: Catalogue, on: date) -> bytes:
    """The PNG of at least one row."""
    from content.figures import style

    height = ROW * len(rows) + FOOT + 2 * MARGIN
    with style.look():
        figure, axes = style.diagram(PIXELS, height)
        axes.set_ylim(height, 0)
        for number, row in enumerate(rows):
            _row(axes, row, MARGIN + ROW * number, plan, catalogue, on)
        _meanings(axes, height - MARGIN - FOOT / 2 + 6)
        return pictures.png(figure)


def plan_words(rows: Sequence[Span], catalogue: Catalogue, on: date) -> str:
    """What the picture shows, in words."""
    parts = []
    for row in rows:
        done = sum(one.done for one in row.items)
        names = listed(_names(row, catalogue), 110) or "nothing"
        ticked = f" ({done} of {len(row.items)} done)" if done else ""
        parts.append(f"{'Now, from' if row.first <= on <= row.last else 'From'} {_day(row.first)}: {names}{ticked}.")
    return " ".join(parts)


def listed(names: Sequence[str], letters: int) -> str:
    """As many names as there is room for, and how many more there are."""
    for count in range(len(names), 0, -1):
        more = f" +{len(names) - count}" if count < len(names) else ""
        text = ", ".join(names[:count]) + more
        if len(text) <= letters:
            return text
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return textwrap.shorten(names[0], letters - len(more), placeholder=" …") + more if names else ""


def _names(row: Span, catalogue: Catalogue) -> list[str]:
    """Projects first, then what is left, then what is done."""
    ordered = sorted(row.items, key=lambda one: (one.done, one.item.kind != "project"))
    return [title_of(one.item, catalogue) for one in ordered]


def _row(axes: Any, row: Span, top: float, plan: Planned, catalogue: Catalogue, on: date) -> None:
    from content.figures import style

    now = row.first <= on <= row.last
    axes.plot([MARGIN, PIXELS - MARGIN], [top, top], color=style.FAINT, lw=0.8, ls="-", zorder=0)
    weight, colour = ("bold", style.TEXT) if now else ("normal", style.MUTED)
    upper, lower = top + ROW * 0.28, top + ROW * 0.72
    _text(axes, MARGIN, upper, _day(row.first), weight=weight, color=colour)
    if now:
        _text(axes, MARGIN, lower, "▸ now", weight="bold")
    shown = row.items[:MOST_SIGNS]
    overdue = plan.overdue(on)
    for number, one in enumerate(shown):
        _sign(axes, DATES + RADIUS + STEP * number, upper, one, overdue=one in overdue)
    if len(row.items) > len(shown):
        _text(axes, DATES + STEP * len(shown) + 4, upper, f"+{len(row.items) - len(shown)}")
    names = listed(_names(row, catalogue), NAME_LETTERS)
    quiet = "pause" if plan.paused is not None and on <= row.last < plan.paused else "–"
    _text(axes, DATES, lower, names or quiet, color=style.MUTED)


def _sign(axes: Any, x: float, y: float, one: Ticked, *, overdue: bool) -> None:
    from matplotlib.patches import Circle, Rectangle

    from content.figures import style

    project = one.item.kind == "project"
    colour = style.GREEN if one.done else style.ORANGE if project else style.BLUE
    look: dict[str, Any] = {
        "facecolor": colour if one.done else style.BACKGROUND,
        "edgecolor": colour,
        "linewidth": 1.8,
        "ls": "-",
        "zorder": 2,
    }
    side = 1.75 * RADIUS
    shape = Rectangle((x - side / 2, y - side / 2), side, side, **look) if project else Circle((x, y), RADIUS, **look)
    axes.add_patch(shape)
    if one.done:
        check = ((-0.45, 0.05), (-0.12, 0.38), (0.46, -0.34))
        across, down = [x + RADIUS * a for a, _ in check], [y + RADIUS * b for _, b in check]
        axes.plot(across, down, color=style.BACKGROUND, lw=2.2, ls="-", zorder=3)
    if overdue:
        draw_flag(axes, x + 0.8 * RADIUS, y - 0.8 * RADIUS, 0.6 * RADIUS, style.YELLOW)


def _meanings(axes: Any, y: float) -> None:
    left = Ticked(PlanItem("concept", "", 0), None, None, done=False)
    samples = (
        (90, Ticked(PlanItem("concept", "", 0), None, None, done=True), False, "done"),
        (90, left, False, "to do"),
        (120, Ticked(PlanItem("project", "", 0), None, None, done=False), False, "project"),
        (0, left, True, "open from before"),
    )
    x = float(MARGIN + RADIUS)
    for room, sample, overdue, word in samples:
        _sign(axes, x, y, sample, overdue=overdue)
        _text(axes, x + RADIUS + 12, y, word)
        x += 4 * RADIUS + 30 + room


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _text(axes: Any, x: float, y: float, text: str, **how: Any) -> None:
    axes.text(x, y, text, **{"fontsize": LETTERS, "va": "center_baseline", **how})
