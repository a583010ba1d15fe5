"""The values and best actions of a small grid world, by value iteration."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from content.figures import style

Cell = tuple[int, int]  # column and row, from the lower left

COLUMNS, ROWS = 4, 3
WALL: Cell = (1, 1)
ENDS: dict[Cell, float] = {(3, 2): 1.0, (3, 1): -1.0}
MOVES: tuple[Cell, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))
GAMMA = 0.9
SHADES = LinearSegmentedColormap.from_list("values", (style.PANEL, "#2f6f94"))


def draw() -> Figure:
    """The grid: each cell's value, and an arrow that shows the best action."""
    figure, axes = style.diagram(8.6, 6.6)
    values = _values()
    for column in range(COLUMNS):
        for row in range(ROWS):
            _cell(axes, (column, row), values)
    return figure


def _values() -> dict[Cell, float]:
    """The best discounted return from every cell; entering an end pays its reward."""
    cells = [(column, row) for column in range(COLUMNS) for row in range(ROWS)]
    values = {cell: 0.0 for cell in cells if cell != WALL and cell not in ENDS}
    for _ in range(50):
        values = {cell: max(_worth(cell, move, values) for move in MOVES) for cell in values}
    return values


def _worth(cell: Cell, move: Cell, values: dict[Cell, float]) -> float:
    """The return of one move: an end's reward, or the discounted value of where it leads."""
    there = (cell[0] + move[0], cell[1] + move[1])
    if there in ENDS:
        return ENDS[there]
    return GAMMA * values.get(there, values[cell])


def _cell(axes: Axes, cell: Cell, values: dict[Cell, float]) -> None:
    x, y = 0.3 + 2 * cell[0], 0.3 + 2 * cell[1]
    middle = x + 0.96
    colour = SHADES(max(0.0, values.get(cell, 0.0)))
    hatch = "//" if cell == WALL else None
    edge = {1.0: style.GREEN, -1.0: style.RED}.get(ENDS.get(cell, 0.0), style.BACKGROUND)
    axes.add_patch(Rectangle((x, y), 1.92, 1.92, facecolor=colour, hatch=hatch, edgecolor=edge, linewidth=2.5))
    if cell in ENDS:
        name = "goal" if ENDS[cell] > 0 else "pit"
        text = f"{name}\n{'+' if ENDS[cell] > 0 else '−'}1"
        axes.text(middle, y + 0.96, text, ha="center", va="center", fontsize=14, color=style.TEXT)
    elif cell == WALL:
        axes.text(middle, y + 0.96, "wall", ha="center", va="center", fontsize=14, color=style.TEXT)
    else:
        axes.text(middle, y + 1.45, f"{values[cell]:.2f}", ha="center", va="center", fontsize=14, color=style.TEXT)
        move = np.array(max(MOVES, key=lambda one: _worth(cell, one, values))) * 0.42
        style.arrow(
            axes,
            (middle - move[0], y + 0.62 - move[1]),
            (middle + move[0], y + 0.62 + move[1]),
            colour=style.YELLOW,
        )
