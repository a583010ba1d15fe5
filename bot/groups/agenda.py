"""A meeting's agenda, drawn from what a group's members are weakest in together. It names concepts, and never says how
anybody stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.groups.week import MANY

Part = Literal["warm-up", "concept", "round"]

ROUND_TO = 5  # minutes
SHORT = 20  # minutes below which parts are not rounded

Strengths = Mapping[str, float | None]
"""How surely a member remembers each concept, from 0 to 1; None, or nothing, where they have not met it."""


@dataclass(frozen=True)
class Item:
    """A part of a meeting: what about (None: whatever the group has met), and its minutes."""

    part: Part
    concept: str | None
    minutes: int


@dataclass(frozen=True)
class Agenda:
    """A meeting's parts, in order.

    Attributes:
        together: whether the warm-up is what members are weakest in together; else it is only this week's.
    """

    items: tuple[Item, ...]
    together: bool


def agenda(members: Sequence[Strengths], week: Sequence[str], met: Sequence[str], minutes: int) -> Agenda:
    """The agenda of a meeting.

    Args:
        members: how each member stands.
        week: the concepts of the week.
        met: those of the plan so far, the week's included, in the road's order.
        minutes: of the whole meeting.
    """
    weakest = weakest_together(members, met)
    warm_up = weakest or next(iter(week or met[-1:]), None)
    rest = [id for id in week if id != warm_up] or [id for id in reversed(met) if id != warm_up]
    concept = next(iter(rest), warm_up)
    first, second, third = _shares(minutes)
    items = (Item("warm-up", warm_up, first), Item("concept", concept, second), Item("round", None, third))
    return Agenda(items, weakest is not None)


def weakest_together(members: Sequence[Strengths], concepts: Sequence[str]) -> str | None:
    """The concept with the lowest mean strength over all members, of those that no fewer than `MANY` have met; who
    has not met it counts as nothing. None where there is none.
    """
    known = [id for id in concepts if sum(one.get(id) is not None for one in members) >= MANY]
    return min(known, key=lambda id: sum(one.get(id) or 0.0 for one in members), default=None)


def _shares(minutes: int) -> tuple[int, int, int]:
    """A quarter for the warm-up, a quarter for the round, and what is left for the concept."""
    quarter = round(minutes / 4 / ROUND_TO) * ROUND_TO if minutes >= SHORT else minutes // 4
    return quarter, minutes - 2 * quarter, quarter
