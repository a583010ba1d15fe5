"""A server's settings, and how many questions a person may ask in an hour: plain values and rules."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from foundation.errors import GradusError

HOUR = timedelta(hours=1)

FEWEST_QUESTIONS, MOST_QUESTIONS = 1, 600
FEWEST_RUNS, MOST_RUNS = 0, 100
LONGEST_WORD_LIST = 4000  # characters, a line for each phrase: what one form of Discord's holds


@dataclass(frozen=True)
class ServerSettings:
    """What the moderators of one server set; ids are Discord's.

    Attributes:
        allowed_channels: where answers are public; empty: everywhere. Elsewhere only who asks sees them.
        quiz_channel, training_channel, study_channel: where those features speak; None: not chosen.
        trains: whether anybody may train here.
        training_roles: who may train; empty: everyone.
        questions_per_hour: for each person.
        runs_per_day: training runs for each person.
        group_channels, group_roles, group_events: whether study groups may have a channel or a role of their own,
            and their meetings stand among the server's events.
        word_list: phrases that keep what members write for others from being posted. It is the moderators' own, and
            empty until they fill it: which words hurt is theirs to say, in their own language.
    """

    allowed_channels: frozenset[int] = frozenset()
    quiz_channel: int | None = None
    training_channel: int | None = None
    study_channel: int | None = None
    trains: bool = True
    training_roles: frozenset[int] = frozenset()
    questions_per_hour: int = 30
    runs_per_day: int = 10
    group_channels: bool = False
    group_roles: bool = False
    group_events: bool = False
    word_list: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raises:
        GradusError: a rate is out of its bounds, or the word list is too long.
        """
        _within("Questions an hour", self.questions_per_hour, FEWEST_QUESTIONS, MOST_QUESTIONS)
        _within("Training runs a day", self.runs_per_day, FEWEST_RUNS, MOST_RUNS)
        if sum(len(phrase) + 1 for phrase in self.word_list) > LONGEST_WORD_LIST:
            raise GradusError(f"The word list holds at most {LONGEST_WORD_LIST:,} characters.")

    def speaks_in(self, channel: int, parent: int | None = None) -> bool:
        """Whether answers are public in a channel; a thread goes by the channel it belongs to (`parent`)."""
        return not self.allowed_channels or bool({channel, parent} & self.allowed_channels)

    def may_train(self, roles: Collection[int]) -> bool:
        """Whether somebody with these roles may train."""
        return not self.training_roles or not self.training_roles.isdisjoint(roles)


def _within(what: str, value: int, fewest: int, most: int) -> None:
    if not fewest <= value <= most:
        raise GradusError(f"{what}: {value} is out of bounds; choose {fewest} to {most}.")


@dataclass
class Rates:
    """How often each person came within the last hour. Kept in memory: a restart forgives everyone."""

    _came: dict[tuple[int | None, int], deque[datetime]] = field(default_factory=dict)

    def wait(self, server: int | None, person: int, most: int, now: datetime) -> timedelta | None:
        """Count a coming at `now`; where it would be more than `most` within an hour, how long to wait instead."""
        came = self._came.setdefault((server, person), deque())
        while came and came[0] <= now - HOUR:
            came.popleft()
        if len(came) >= most:
            return came[-most] + HOUR - now
        came.append(now)
        return None

    def forget_idle(self, now: datetime) -> None:
        """Let go of everyone who has not come within the last hour."""
        idle = [who for who, came in self._came.items() if not came or came[-1] <= now - HOUR]
        for who in idle:
            del self._came[who]
