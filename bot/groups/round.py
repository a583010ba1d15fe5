"""A live round as a state machine: what stands in the channel, when it moves on, what counts, and who is in front.

Nothing here knows Discord, the database or the time of day. A round goes from the lobby through its questions, each
asked and then told, until it is over. A phase has no end (`until`) before its message stands in the channel, so that
nobody loses time to a slow network or to a restart.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from quizzes.question import Kind, Question

Phase = Literal["lobby", "asking", "telling", "over"]
Ending = Literal["played", "ignored", "stopped", "stale", "changed"]

KINDS: tuple[Kind, ...] = ("single_choice", "find_bug")
"""The kinds of question that are answered by one press."""

FEWEST_QUESTIONS, MOST_QUESTIONS, USUAL_QUESTIONS = 3, 10, 5
SHORTEST, LONGEST, USUAL_SECONDS = 10, 60, 20
"""Seconds that a question is open."""

LOBBY = timedelta(seconds=20)
READING = timedelta(seconds=12)
"""How long an answer stands before the next question comes."""

WRITING = timedelta(seconds=1)
"""How long after the end a question stays open for answers that were pressed in time and are still being written."""

CHANGING = timedelta(seconds=3)
"""How long the last answer of all may still be changed, where a question ends early."""

LEFT_AT_LEAST = timedelta(seconds=10)
"""What a question has left after a restart."""

STALE = timedelta(minutes=10)
MOST_SILENT = 2
"""Questions in a row without any answer, after which a round ends by itself."""


@dataclass(frozen=True)
class Asked:
    """A question of a round, in the form that all players see, and the letter that is right."""

    question: str
    seed: int
    right: str


@dataclass(frozen=True)
class Round:
    """A live round.

    Attributes:
        server, channel: Discord's ids.
        what: what it was asked to be about, as the command takes it; `title` says it to people.
        seconds: that each question is open.
        position: the index of the question that is or was last shown; when all were told, their number.
        until: when the phase ends; None while its message is not in the channel yet.
        opened_at: when the open question appeared.
        moved_at: when the round last moved.
        message: the round's latest message in the channel, or None.
        silent: questions in a row that nobody answered.
        ending: why it is over; None before.
    """

    id: str
    server: int
    channel: int
    what: str
    title: str
    items: tuple[Asked, ...]
    seconds: int
    moved_at: datetime
    phase: Phase = "lobby"
    position: int = 0
    until: datetime | None = None
    opened_at: datetime | None = None
    message: int | None = None
    silent: int = 0
    ending: Ending | None = None

    @property
    def told(self) -> int:
        """How many questions have been told; only these count."""
        return self.position + (self.phase == "telling")

    @property
    def asked(self) -> Asked | None:
        """The question that is open or just told."""
        return self.items[self.position] if self.phase in ("asking", "telling") else None

    def takes(self, position: int, now: datetime) -> bool:
        """Whether an answer pressed now to the question of that index is in time."""
        open_now = self.phase == "asking" and self.position == position
        return open_now and (self.until is None or now <= self.until)

    def is_stale(self, now: datetime) -> bool:
        """Whether nothing has moved for so long that going on would surprise people."""
        return now - self.moved_at > STALE


@dataclass(frozen=True)
class Answer:
    """What somebody answered last to a question.

    Attributes:
        learner, person: who, by our id and by their Discord account.
        at: when they pressed; `took`: seconds since the question appeared.
    """

    learner: int
    person: int
    position: int
    letter: str
    at: datetime
    took: float


@dataclass(frozen=True)
class Standing:
    """Somebody's place: equals share it. `seconds` is the sum over their right answers."""

    place: int
    learner: int
    person: int
    points: int
    seconds: float


# -------------------------------------------------------------------- how it moves


def shown(round: Round, message: int, now: datetime) -> Round:
    """The phase's message stands in the channel from now on: its time runs."""
    spans = {"lobby": LOBBY, "asking": timedelta(seconds=round.seconds), "telling": READING, "over": timedelta(0)}
    opened = now if round.phase == "asking" else round.opened_at
    return replace(round, message=message, until=now + spans[round.phase], opened_at=opened, moved_at=now)


def is_due(round: Round, now: datetime, answers: Collection[Answer]) -> bool:
    """Whether the phase is at its end.

    A question ends with its time; or earlier, when everybody who answered the one before has answered this one too and
    nobody has changed an answer for some seconds. Who has only come to watch is not waited for, and the first question
    always has its whole time: nobody knows yet who plays.
    """
    if round.until is None or round.phase == "over":
        return False
    if round.phase != "asking":
        return now >= round.until
    if now >= round.until + WRITING:
        return True
    given = [one for one in answers if one.position == round.position]
    players = {one.learner for one in answers if one.position == round.position - 1}
    everybody = bool(players) and players <= {one.learner for one in given}
    return everybody and now >= max(one.at for one in given) + CHANGING


def moved_on(round: Round, now: datetime, answered: bool) -> Round:
    """The round in its next phase, whose message is still to be shown.

    Args:
        answered: whether anybody answered the question that was open.
    """
    after = replace(round, until=None, moved_at=now)
    if round.phase == "lobby":
        return replace(after, phase="asking")
    if round.phase == "asking":
        return replace(after, phase="telling", silent=0 if answered else round.silent + 1)
    after = replace(after, position=round.position + 1)
    if round.silent >= MOST_SILENT:
        return replace(after, phase="over", ending="ignored")
    if after.position == len(round.items):
        return replace(after, phase="over", ending="played")
    return replace(after, phase="asking")


def ended(round: Round, now: datetime, why: Ending) -> Round:
    """The round over at once; a question that is still open counts for nobody."""
    if round.phase == "over":
        return round
    return replace(round, position=round.told, phase="over", until=None, moved_at=now, ending=why)


def resumed(round: Round, now: datetime) -> Round:
    """The round after a restart: an open question has some time left, and what has stood still for long is over."""
    if round.is_stale(now):
        return ended(round, now, "stale")
    if round.until is None or round.phase == "over":
        return round
    return replace(round, until=max(round.until, now + LEFT_AT_LEAST), moved_at=now)


# -------------------------------------------------------------------- what counts


def standings(round: Round, answers: Iterable[Answer]) -> tuple[Standing, ...]:
    """Everybody who answered a question that was told, the first first.

    A right answer is a point. Of equals those are in front whose right answers took less time, to a tenth of a second;
    who is still equal shares the place.
    """
    counted = [one for one in answers if one.position < round.told]
    people = {one.learner: one.person for one in counted}
    points: Counter[int] = Counter()
    seconds: dict[int, float] = defaultdict(float)
    for one in counted:
        if one.letter == round.items[one.position].right:
            points[one.learner] += 1
            seconds[one.learner] += one.took
    scores = {who: (points[who], _tenths(seconds[who])) for who in people}
    ranked = sorted(people, key=lambda who: (-scores[who][0], scores[who][1], who))
    places: dict[tuple[int, float], int] = {}
    for place, who in enumerate(ranked, start=1):
        places.setdefault(scores[who], place)
    return tuple(Standing(places[scores[who]], who, people[who], *scores[who]) for who in ranked)


def _tenths(seconds: float) -> float:
    return round(seconds, 1)


def spread(round: Round, answers: Iterable[Answer]) -> Counter[str]:
    """How many chose each letter of the question that is open or just told."""
    return Counter(one.letter for one in answers if one.position == round.position)


# -------------------------------------------------------------------- what is asked


def drawn(
    questions: Sequence[Question], count: int, source: random.Random, asked_before: Collection[str] = ()
) -> tuple[Question, ...]:
    """At most `count` of the questions: concepts in turn, what was asked before last, and as far as that can be neither
    the same concept nor the same kind twice in a row.
    """
    left = list(questions)
    source.shuffle(left)
    chosen: list[Question] = []
    uses: Counter[str] = Counter()
    while left and len(chosen) < count:
        last = chosen[-1] if chosen else None

        def worse(one: Question, last: Question | None = last) -> tuple[bool, int, bool, bool]:
            same_concept, same_kind = last is not None and one.concept == last.concept, last and one.kind == last.kind
            return one.id in asked_before, uses[one.concept], same_concept, bool(same_kind)

        best = min(left, key=worse)
        left.remove(best)
        chosen.append(best)
        uses[best.concept] += 1
    return tuple(chosen)
