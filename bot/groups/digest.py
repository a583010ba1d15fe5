"""A group's week, looked back on: effort before score, and nothing that would be one member's own figure.

A number that adds up several people is said only where nobody can take what they know away from it and be left with
one other person's: at least `MANY` must be hidden in it. That `MANY` did something is said only where nobody can tell
from it who. Who shares their name has their days of effort said, and what they mastered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.groups.week import MANY, tells_on_nobody

QUIET_WEEKS = 3
"""Silent weeks in a row from which on the digest asks whether to pause."""


@dataclass(frozen=True)
class MemberWeek:
    """What one member did in a week.

    Attributes:
        person: their Discord account.
        shares_name: whether a digest may name them.
        days: study dates with effort.
        questions: answered.
        begun, mastered: concepts of the plan, to date.
        begun_before, mastered_before: the same as the week began.
    """

    person: int
    shares_name: bool
    days: frozenset[date] = frozenset()
    questions: int = 0
    begun: frozenset[str] = frozenset()
    begun_before: frozenset[str] = frozenset()
    mastered: frozenset[str] = frozenset()
    mastered_before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Named:
    """Somebody who shares their name: on how many days they practised, and what they mastered."""

    person: int
    days: int
    mastered: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    """A week as the group is told of it.

    Attributes:
        active: whether anybody practised, or came to the meeting.
        days: of the week on which somebody practised; None where that would say too much.
        questions: answered in all; None where that would say too much.
        begun, mastered: concepts that came to be so, this week, for `MANY` members or more; none in groups so small
            that this would say for whom.
        named: those who share their name and practised, the longest member first.
        came: how many came to the meeting; None where there was none.
        silent: weeks in a row, this one included, in which nobody did anything.
    """

    active: bool
    days: int | None = None
    questions: int | None = None
    begun: tuple[str, ...] = ()
    mastered: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    came: int | None = None
    silent: int = 0

    @property
    def asks_to_pause(self) -> bool:
        """Whether it asks the owner how the group goes on."""
        return self.silent >= QUIET_WEEKS


def digest(
    members: Sequence[MemberWeek],
    concepts: Sequence[str],
    came: int | None,
    silent_before: int,
) -> Digest:
    """A week's digest.

    Args:
        members: the longest member first.
        concepts: those of the plan, in the road's order.
        came: to the meeting; None where there was none.
        silent_before: silent weeks in a row before this one.
    """
    active = any(one.days for one in members) or bool(came)
    if not active:
        return Digest(active=False, came=came, silent=silent_before + 1)
    days = frozenset[date]().union(*(one.days for one in members))
    hidden = sum(not one.shares_name for one in members)
    idle_by_name = sum(one.shares_name and not one.days for one in members)  # answered nothing, as everyone can see
    return Digest(
        active=True,
        days=len(days) if not days or hidden == 0 or hidden >= MANY else None,
        questions=sum(one.questions for one in members) if len(members) - idle_by_name >= MANY else None,
        begun=_together(members, concepts, lambda one: (one.begun_before, one.begun)),
        mastered=_together(members, concepts, lambda one: (one.mastered_before, one.mastered)),
        named=tuple(
            Named(one.person, len(one.days), tuple(id for id in concepts if id in one.mastered - one.mastered_before))
            for one in members
            if one.shares_name and one.days
        ),
        came=came,
    )


def _together(
    members: Sequence[MemberWeek],
    concepts: Sequence[str],
    of: Callable[[MemberWeek], tuple[frozenset[str], frozenset[str]]],
) -> tuple[str, ...]:
    """The concepts that `MANY` members have now and had not before; none where that would say who."""
    if not tells_on_nobody(MANY, len(members)):
        return ()
    found = [of(one) for one in members]
    return tuple(
        id for id in concepts if sum(id in before for before, _ in found) < MANY <= sum(id in now for _, now in found)
    )
