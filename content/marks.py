"""The signs that say where somebody stands with a concept: each by its own shape and filling, so that no colour is
needed to tell them apart.

Mastered: a full disc with a check. Learning: a disc filled from below, as high as it is remembered. Known: a ring
with a dot. New: a hollow ring. Due: a small flag on any of them.
"""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

FLAG = 0.46  # of a sign's radius: half a flag's diagonal
LEAST = 0.15  # of a disc, filled for what is being learned


State = Literal["mastered", "learning", "known", "new"]


class Mark(Protocol):
    """Where somebody stands with a concept."""

    @property
    def state(self) -> State:
        """Which sign it has."""

    @property
    def strength(self) -> float | None:
        """The probability that it is remembered; None where nothing says."""

    @property
    def due(self) -> bool:
        """Whether it has a flag."""


@dataclass(frozen=True)
class _Sample:
    state: State
    strength: float | None = None
    due: bool = False


SAMPLES = (_Sample("mastered"), _Sample("learning", 0.5), _Sample("known"), _Sample("new"))
FLAG_MEANS = "to repeat"
SAMPLE_RADIUS, LETTER = 17, 1.62  # pixels; a letter's width in pixels for each point of its size


def draw_mark(axes: Any, x: float, y: float, radius: float, mark: Mark, letters: str = "", size: float = 10) -> None:
    """A sign around a point, in pixels whose y grows downwards; `letters` of `size` points stand in it where it has
    room for them.
    """
    from content.figures import style

    draw = {"mastered": _mastered, "learning": _learning, "known": _known, "new": _new}[mark.state]
    draw(axes, x, y, radius, mark)
    if letters and mark.state in ("learning", "new"):
        _letters(axes, x, y, letters, size)
    if mark.due:
        draw_flag(axes, x + 0.74 * radius, y - 0.74 * radius, FLAG * radius, style.YELLOW)


def draw_meanings(axes: Any, left: float, right: float, y: float, size: float) -> None:
    """A line that says what the signs mean, spread between two edges, in letters of `size` points."""
    from content.figures import style

    words = [*(one.state for one in SAMPLES), FLAG_MEANS]
    widths = [2 * SAMPLE_RADIUS + 10 + LETTER * size * len(word) for word in words]
    gap = (right - left - sum(widths)) / (len(words) - 1)
    x = left
    for number, (word, width) in enumerate(zip(words, widths, strict=True)):
        if number < len(SAMPLES):
            draw_mark(axes, x + SAMPLE_RADIUS, y, SAMPLE_RADIUS, SAMPLES[number])
        else:
            draw_flag(axes, x + SAMPLE_RADIUS, y, 0.7 * SAMPLE_RADIUS, style.YELLOW)
        axes.text(x + 2 * SAMPLE_RADIUS + 10, y, word, fontsize=size, va="center_baseline")
        x += width + gap


def draw_flag(axes: Any, x: float, y: float, half: float, colour: str) -> None:
    """A small diamond with a dark edge: something waits here."""
    from matplotlib.patches import Polygon

    from content.figures import style

    corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    axes.add_patch(Polygon(corners, facecolor=colour, edgecolor=style.BACKGROUND, linewidth=1.4, zorder=6))


def _mastered(axes: Any, x: float, y: float, radius: float, mark: Mark) -> None:
    from content.figures import style

    _ring(axes, x, y, radius, style.GREEN, filled=style.GREEN)
    check = ((-0.45, 0.05), (-0.12, 0.38), (0.46, -0.34))
    axes.plot(
        [x + radius * across for across, _ in check],
        [y + radius * down for _, down in check],
        color=style.BACKGROUND,
        lw=radius / 7.5,
        ls="-",
        solid_capstyle="round",
        solid_joinstyle="round",
        zorder=4,
    )


def _learning(axes: Any, x: float, y: float, radius: float, mark: Mark) -> None:
    """Filled from below up to its strength; neither empty nor whole, which are other signs."""
    from matplotlib.patches import Circle, Rectangle

    from content.figures import style

    part = min(0.9, max(LEAST, mark.strength or 0.0))
    _ring(axes, x, y, radius, style.BLUE)
    filling = Rectangle(
        (x - radius, y + radius - 2 * radius * part), 2 * radius, 2 * radius * part, color=style.BLUE, lw=0, zorder=3
    )
    axes.add_patch(filling)
    filling.set_clip_path(Circle((x, y), radius, transform=axes.transData))


def _known(axes: Any, x: float, y: float, radius: float, mark: Mark) -> None:
    from matplotlib.patches import Circle

    from content.figures import style

    _ring(axes, x, y, radius, style.PURPLE)
    axes.add_patch(Circle((x, y), 0.34 * radius, facecolor=style.PURPLE, linewidth=0, zorder=3))


def _new(axes: Any, x: float, y: float, radius: float, mark: Mark) -> None:
    from content.figures import style

    _ring(axes, x, y, radius, style.MUTED, width=1.0)


def _ring(
    axes: Any, x: float, y: float, radius: float, colour: str, *, filled: str | None = None, width: float = 2.0
) -> None:
    from matplotlib.patches import Circle

    from content.figures import style

    axes.add_patch(
        Circle(
            (x, y), radius, facecolor=filled or style.BACKGROUND, edgecolor=colour, linewidth=width, ls="-", zorder=2
        )
    )


def _letters(axes: Any, x: float, y: float, letters: str, size: float) -> None:
    """White with a dark rim: legible on the filled part and beside it."""
    from matplotlib.patheffects import withStroke

    from content.figures import style

    axes.text(
        x,
        y,
        letters,
        fontsize=size,
        weight="bold",
        color=style.TEXT,
        ha="center",
        va="center_baseline",
        zorder=5,
        path_effects=[withStroke(linewidth=2.4, foreground=style.BACKGROUND)],
    )
