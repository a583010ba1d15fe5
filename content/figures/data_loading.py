"""The worked example as two timelines: loading and training in turns, and loading by four workers."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from content.figures import style

LOAD, STEP = 320, 100  # milliseconds for a batch of 64
END = 1400
WORKERS = 4
AHEAD = 2  # batches that each worker may have under way, PyTorch's prefetch_factor
Bars = list[tuple[int, int]]  # where each begins and how long it takes


def draw() -> Figure:
    """Blue bars load, orange ones train; the titles count the batches trained by the end."""
    figure = style.new_figure(4.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.9, WORKERS + 1))
    loads, steps = _in_turns()
    _rows(upper, {"load": loads, "train": steps})
    upper.set_title(f"no workers: {_done(steps)} batches in {END} ms", fontsize=11)
    workers, steps = _overlapped()
    rows = {f"worker {number + 1}": bars for number, bars in enumerate(workers)}
    _rows(lower, rows | {"train": steps})
    lower.set_title(f"{WORKERS} workers: {_done(steps)} batches in {END} ms", fontsize=11)
    lower.set_xlabel("time in ms")
    return figure


def _in_turns() -> tuple[Bars, Bars]:
    begins = range(0, END, LOAD + STEP)
    return [(at, LOAD) for at in begins], [(at + LOAD, STEP) for at in begins]


def _overlapped() -> tuple[list[Bars], Bars]:
    """Workers take batches by turns, AHEAD each; a step starts when its batch and the GPU are ready."""
    loads: Bars = []
    steps: Bars = []
    while len(loads) < WORKERS or loads[-WORKERS][0] < END:
        number = len(loads)
        own = loads[number - WORKERS][0] + LOAD if number >= WORKERS else 0
        ordered = steps[number - WORKERS * AHEAD][0] if number >= WORKERS * AHEAD else 0
        loads.append((max(own, ordered), LOAD))
        free = steps[-1][0] + STEP if steps else 0
        steps.append((max(loads[-1][0] + LOAD, free), STEP))
    return [loads[first::WORKERS] for first in range(WORKERS)], steps


def _done(steps: Bars) -> int:
    return sum(begin + length <= END for begin, length in steps)


def _rows(axes: Axes, rows: dict[str, Bars]) -> None:
    for number, (name, bars) in enumerate(rows.items()):
        colour = style.ORANGE if name == "train" else style.BLUE
        hatch = "//" if name == "train" else None
        drawn = axes.broken_barh(bars, (number - 0.36, 0.72), facecolor=colour, hatch=hatch)
        drawn.set(edgecolor=style.BACKGROUND, linewidth=2.5)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(xlim=(0, END), ylim=(len(rows) - 0.5, -0.5))
    axes.grid(visible=False)
