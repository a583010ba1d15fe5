"""What a learner has answered, and what it says of each concept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from quizzes.memory import MASTERED_FROM, Card, Confidence, Memory, Outcome, Rating
from quizzes.question import FACETS, Facet


@dataclass(frozen=True)
class Attempt:
    """One answer to one question; attempts are only ever added.

    Attributes:
        id: counts up.
        outcome, score: of the grade; score from 0 to 1.
        confidence: what the learner said of their answer, if asked.
        hints: opened before it.
        revealed: the solution was looked at instead.
        retrievability: predicted for that day before the answer; None for a concept without a card.
        rating: what the card was told; None where the answer did not rate.
        at: when, aware, UTC.
        study_date: the day it counts to.
        undone: it was taken back: it stays in the log and counts for nothing.
        aside: given in company, on a concept that the learner had not begun: it begins nothing, but may be missed.
    """

    id: int
    concept: str
    question: str
    seed: int
    facet: Facet
    outcome: Outcome
    score: float
    confidence: Confidence | None
    hints: int
    revealed: bool
    retrievability: float | None
    rating: Rating | None
    at: datetime
    study_date: date
    undone: bool = False
    aside: bool = False

    @property
    def fuzz_seed(self) -> str:
        """What spreads the due dates: the same attempt always moves a card to the same day."""
        return f"attempt {self.id}"


def counted(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Those that were not taken back."""
    return tuple(one for one in attempts if not one.undone)


def cards(attempts: Iterable[Attempt], memory: Memory) -> Mapping[str, Card]:
    """The cards that a log leads to, by concept: what the table of cards must hold."""
    found: dict[str, Card] = {}
    for one in counted(attempts):
        if one.rating is not None:
            found[one.concept] = memory.review(found.get(one.concept), one.rating, one.study_date, one.fuzz_seed)
    return found


def is_mastered(card: Card | None, attempts: Sequence[Attempt], memory: Memory, on: date) -> bool:
    """Whether a concept is remembered now, and was recalled, applied and analysed right on different days.

    Args:
        attempts: those on the concept.
    """
    if card is None or memory.retrievability(card, on) < MASTERED_FROM:
        return False
    days = {facet: _days(attempts, facet) for facet in FACETS}
    return _distinct([days[facet] for facet in FACETS])


def _days(attempts: Iterable[Attempt], facet: Facet) -> frozenset[date]:
    """The days on which a facet was answered right: not by a guess, nor at a second try of the same question."""
    days: set[date] = set()
    tried: set[tuple[str, date]] = set()
    for one in counted(attempts):
        first = (one.question, one.study_date) not in tried
        tried.add((one.question, one.study_date))
        if first and not one.aside and one.facet == facet and one.outcome == "correct" and one.confidence != "guessed":
            days.add(one.study_date)
    return frozenset(days)


def _distinct(choices: Sequence[frozenset[date]], taken: frozenset[date] = frozenset()) -> bool:
    """Whether a different day can be taken from each."""
    if not choices:
        return True
    return any(_distinct(choices[1:], taken | {day}) for day in choices[0] - taken)
