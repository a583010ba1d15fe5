"""A stage as an outline: its concepts as a tree in which everything to know first stands above."""

from dataclasses import dataclass

from content.catalogue import Catalogue, Concept


@dataclass(frozen=True)
class Row:
    """One concept's place in a stage's outline.

    Attributes:
        number: from 1, counted from the top.
        column: how far it is set in; the last that builds on a concept stays in that concept's column.
        parent: the number of the concept it hangs on: of those it requires in this stage, the lowest; or None.
        also: the numbers of what else it requires in this stage, without what the parent itself builds on.
    """

    number: int
    concept: Concept
    column: int
    parent: int | None
    also: tuple[int, ...]


def outline(catalogue: Catalogue, stage: str) -> tuple[Row, ...]:
    """The rows of a stage from the top. What a concept requires in its stage stands above it; other stages' are
    left out.
    """
    concepts = {id: concept for id, concept in catalogue.concepts.items() if concept.stage == stage}
    order, parents = _tree(concepts)
    columns = _columns(order, parents)
    numbers = {id: number for number, id in enumerate(order, start=1)}
    rows = []
    for id in order:
        parent = parents[id]
        above = _ancestors(parent, concepts)
        also = (numbers[one] for one in concepts[id].requires if one in concepts and one not in above)
        rows.append(
            Row(numbers[id], concepts[id], columns[id], numbers[parent] if parent else None, tuple(sorted(also)))
        )
    return tuple(rows)


def _tree(concepts: dict[str, Concept]) -> tuple[list[str], dict[str, str | None]]:
    """The order from the top, and what each hangs on.

    Each goes below all that hangs on its parent already, so what stands keeps its order; hanging on the lowest of
    what it requires, it stands below everything that it requires.
    """
    order: list[str] = []
    parents: dict[str, str | None] = {}
    for id, concept in concepts.items():
        inside = [one for one in concept.requires if one in parents]
        parent = max(inside, key=order.index, default=None)
        order.insert(_end_of(parent, order, parents) if parent else len(order), id)
        parents[id] = parent
    return order, parents


def _end_of(top: str, order: list[str], parents: dict[str, str | None]) -> int:
    """The place behind a concept and all that hangs on it."""
    below = {top}
    at = order.index(top) + 1
    while at < len(order) and parents[order[at]] in below:
        below.add(order[at])
        at += 1
    return at


def _columns(order: list[str], parents: dict[str, str | None]) -> dict[str, int]:
    last = {parent: id for id in order if (parent := parents[id]) is not None}
    columns: dict[str, int] = {}
    for id in order:
        parent = parents[id]
        columns[id] = 0 if parent is None else columns[parent] + (last[parent] != id)
    return columns


def _ancestors(id: str | None, concepts: dict[str, Concept]) -> set[str]:
    """A concept and all that it builds on, near and far."""
    found: set[str] = set()
    waiting = [id] if id else []
    while waiting:
        one = waiting.pop()
        if one in concepts and one not in found:
            found.add(one)
            waiting += concepts[one].requires
    return found
