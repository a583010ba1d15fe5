"""The curves of training runs as pictures: one that is under way, or several side by side.

They are 1,000 pixels wide, for a phone that shows them 360 wide. Every line has a style and a mark of its own beside
its colour, and the words say the same. They are drawn anew each time and kept nowhere.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.records import Point

MARKS = ("o", "s", "^", "D", "v", "P")
WIDE_RANGE = 30  # times: from here on the axis of a loss is logarithmic
HIGHEST = 1000  # times where it began: a loss that goes beyond leaves the picture at its top
PANEL, HEAD, FOOT, SIDE, LEGEND_LINE = 1.35, 0.33, 0.47, 0.55, 0.225  # inches; Discord shows 400 pixels by 300
LONGEST_LABEL = 42  # characters

Curves = Mapping[str, tuple[list[int], list[float]]]
"""By name: steps, and the values there."""


@dataclass(frozen=True)
class Panel:
    """What is drawn together: a title, and by the name of a value what its line is called."""

    title: str
    lines: Mapping[str, str]


PANELS = (
    Panel("mean return of the last episodes", {"return": "return"}),
    Panel(
        "loss",
        {
            "train_loss": "training",
            "valid_loss": "held-out",
            "loss_generator": "generator",
            "loss_discriminator": "discriminator",
        },
    ),
    Panel("share right", {"train_accuracy": "training", "valid_accuracy": "held-out"}),
    Panel("diversity of the samples (data: 1)", {"diversity": "diversity"}),
)
MOST_PANELS = 2

COMPARED = ("valid_loss", "valid_accuracy", "train_loss", "return", "loss_generator", "diversity")
"""What runs are compared by: the first two that all of them have."""
COMPARED_TITLES: Mapping[str, str] = {
    "valid_loss": "loss on held-out data",
    "valid_accuracy": "share right of held-out data",
    "train_loss": "loss on training data",
    "return": "mean return of the last episodes",
    "loss_generator": "the generator's loss",
    "diversity": "diversity of the samples (data: 1)",
}


def drawable(points: Sequence[Point]) -> bool:
    """Whether there is a line to draw."""
    return any(len(steps) > 1 for panel in _panels(points) for steps, _ in _curves(points, panel.lines).values())


def curve_picture(points: Sequence[Point], *, over: bool) -> bytes:
    """The PNG of a run's curves; while it is not over, the axis of steps goes to where it will end."""
    from content import pictures
    from content.figures import style

    panels = _panels(points)
    end = points[-1].step if over else points[-1].steps
    with style.look():
        figure, all_axes = _stack(len(panels), 0)
        for axes, panel in zip(all_axes, panels, strict=True):
            curves = _curves(points, panel.lines)
            for number, (name, label) in enumerate(panel.lines.items()):
                if name in curves:
                    _line(axes, number, *curves[name], label)
            _scale(axes, panel.title, curves, end)
            if len(curves) > 1:
                _legend_above(axes)
        return pictures.png(figure)


def curve_words(points: Sequence[Point]) -> str:
    """What the picture shows, in words."""
    last = points[-1]
    parts = [f"Curves to step {last.step:,} of {last.steps:,}."]
    for panel in _panels(points):
        for name, (steps, values) in _curves(points, panel.lines).items():
            label = panel.lines[name]
            what = panel.title if label in panel.title else f"{panel.title}, {label}"
            parts.append(f"{_capital(what)}: {_course(steps, values)}.")
    return " ".join(parts)


def compared_picture(runs: Sequence[Sequence[Point]], labels: Sequence[str], along: str = "step") -> bytes:
    """The PNG of up to nine runs on the same axes, each known by its label; `along` is what their steps are."""
    from content import pictures
    from content.figures import style

    names = compared_by(runs)
    end = max((points[-1].step for points in runs if points), default=1)
    with style.look():
        figure, all_axes = _stack(len(names), len(runs))
        for axes, name in zip(all_axes, names, strict=True):
            shown: dict[str, tuple[list[int], list[float]]] = {}
            for number, (points, label) in enumerate(zip(runs, labels, strict=True)):
                curves = _curves(points, [name])
                shown |= {label: curves[name]} if curves else {}
                _line(axes, number, *curves.get(name, ([], [])), _cut(label))
            _scale(axes, COMPARED_TITLES[name], shown, end)
        all_axes[-1].set_xlabel(along, labelpad=2)
        handles, texts = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="lower left", handlelength=3.2, frameon=False)
        return pictures.png(figure)


def compared_words(runs: Sequence[Sequence[Point]], labels: Sequence[str]) -> str:
    """What that picture shows, in words."""
    parts = []
    for name in compared_by(runs):
        for points, label in zip(runs, labels, strict=True):
            curves = _curves(points, [name])
            if name in curves:
                parts.append(f"{_capital(COMPARED_TITLES[name])}, {label}: {_course(*curves[name])}.")
    return " ".join(parts)


def compared_by(runs: Sequence[Sequence[Point]]) -> tuple[str, ...]:
    """The values that runs are compared by: at most two, and those first that all of them have."""
    having = {name: sum(name in _curves(points, [name]) for points in runs) for name in COMPARED}
    found = sorted((name for name in COMPARED if having[name]), key=lambda name: -having[name])
    return tuple(found[:MOST_PANELS])


def _stack(count: int, legend: int) -> tuple[Any, list[Any]]:
    """A figure with axes one above the other on the same steps, and room below for a legend of so many lines.

    Placed by hand: matplotlib's own layout draws everything twice, and a picture is drawn every few seconds.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from content.figures import style

    below = FOOT + LEGEND_LINE * legend
    height = below + (HEAD + PANEL) * count
    figure = Figure(figsize=(style.WIDTH, height), dpi=style.DPI, facecolor=style.BACKGROUND)
    left, wide = SIDE / style.WIDTH, 1 - (SIDE + 0.15) / style.WIDTH
    all_axes = []
    for number in range(count):
        bottom = (below + (HEAD + PANEL) * (count - 1 - number)) / height
        all_axes.append(figure.add_axes((left, bottom, wide, PANEL / height)))
    for axes in all_axes[:-1]:
        axes.tick_params(labelbottom=False)
    all_axes[-1].set_xlabel("step", labelpad=2)
    all_axes[-1].xaxis.set_major_locator(MaxNLocator(7, integer=True))
    return figure, all_axes


def _panels(points: Sequence[Point]) -> list[Panel]:
    return [panel for panel in PANELS if _curves(points, panel.lines)][:MOST_PANELS]


def _curves(points: Sequence[Point], names: Iterable[str]) -> dict[str, tuple[list[int], list[float]]]:
    found = {}
    for name in names:
        some = [(one.step, one.values[name]) for one in points if name in one.values]
        if some:
            found[name] = ([step for step, _ in some], [value for _, value in some])
    return found


def _legend_above(axes: Any) -> None:
    """A legend beside the title, where no line is."""
    place = {"loc": "lower right", "bbox_to_anchor": (1.0, 0.99), "borderaxespad": 0.0}
    axes.legend(**place, ncols=2, frameon=False, handlelength=2.6, columnspacing=1.2)


def _line(axes: Any, number: int, steps: Sequence[int], values: Sequence[float], label: str) -> None:
    """A line with a mark at some of its points and at its end."""
    from content.figures import style

    again, kind = divmod(number, len(MARKS))  # from the seventh line on a colour has another style and mark
    style_of, mark_of = (kind + again) % len(MARKS), (kind + 2 * again) % len(MARKS)
    every = max(1, len(steps) // 6)
    marked = sorted({*range(number % every, len(steps), every), len(steps) - 1} if steps else ())
    axes.plot(
        steps,
        values,
        color=style.PALETTE[kind],
        linestyle=style.LINE_STYLES[style_of],
        marker=MARKS[mark_of],
        markevery=marked,
        markersize=5,
        linewidth=2,
        label=label,
    )


def _scale(axes: Any, title: str, curves: Curves, end: int) -> None:
    values = [value for _, some in curves.values() for value in some]
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlim(0, max(1, end))
    if "loss" in title and min(values) > 0 and max(values) > WIDE_RANGE * min(values):
        from matplotlib.ticker import NullLocator

        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        top = HIGHEST * max(some[0] for _, some in curves.values())
        if max(values) > top > 0:
            axes.set_ylim(top=top)
    if title.startswith("share right"):
        low = min(values)
        axes.set_ylim(max(0.0, low - 0.05), 1.02)


def _course(steps: Sequence[int], values: Sequence[float]) -> str:
    """How a line goes: from where, to where, and its least value on the way if it is far from the end."""
    least = min(range(len(values)), key=values.__getitem__)
    course = f"from {_figure(values[0])} to {_figure(values[-1])}"
    if least not in (0, len(values) - 1) and values[least] < 0.9 * values[-1]:
        course += f", least {_figure(values[least])} at step {steps[least]:,}"
    return course


def _figure(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "beyond bounds"


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
