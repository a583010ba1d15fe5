"""FSRS weights of a learner's own, where the learner's own log shows that they predict better than the published ones.

The optimiser needs torch and takes seconds, so it has a process of its own: `python -m quizzes.weights` reads reviews
as JSON lines and writes one JSON value, the weights or null.
"""

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import fsrs

from foundation.errors import GradusError
from quizzes.history import Attempt, counted
from quizzes.memory import Card, Memory, Rating

FEWEST = 512
"""Reviews of what was reviewed before; from fewer py-fsrs's optimiser returns the published weights."""

HELD_OUT = 0.2
"""The share of a log, its latest part, that the weights are judged by and not fitted to."""

MARGIN = 0.01
"""Nats a held-out review by which own weights must predict better: less may be luck."""

LIMIT = 300.0
"""Seconds that the fitting may take."""


@dataclass(frozen=True)
class Review:
    """What a card was told: `day` as `date.toordinal` counts, `rating` as FSRS does."""

    concept: str
    day: int
    rating: int


def own_weights(attempts: Iterable[Attempt], limit: float = LIMIT) -> tuple[float, ...] | None:
    """A learner's own 21 weights for `Memory`, or None where the published ones do as well or the log is too short.

    Args:
        attempts: one learner's log.
        limit: seconds.

    Raises:
        GradusError: the fitting failed, or took longer than `limit`.
    """
    reviews = _rated(attempts)
    fitted, _ = _parted(reviews)
    if len(fitted) - len({one.concept for one in fitted}) < FEWEST:
        return None
    root = Path(__file__).parents[1]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "quizzes.weights"],
            input="".join(json.dumps(asdict(one)) + "\n" for one in reviews),
            stdout=subprocess.PIPE,  # what it has to complain of goes to the log of whoever runs this
            text=True,
            encoding="utf-8",
            timeout=limit,
            check=True,
            cwd=root,
            env={**kept, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise GradusError(f"Fitting a learner's memory took longer than {limit:.0f} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise GradusError("Fitting a learner's memory failed; the log says why.") from error
    weights = json.loads(done.stdout)
    return tuple(weights) if weights else None


def adopted(reviews: Sequence[Review], weights: Sequence[float]) -> tuple[float, ...] | None:
    """The weights, if they predict the later part of a log better than the published ones do, by `MARGIN`."""
    latest = len(_parted(reviews)[1])
    gain = log_loss(reviews, latest, Memory()) - log_loss(reviews, latest, Memory(weights=weights))
    return tuple(weights) if gain > MARGIN else None


def log_loss(reviews: Sequence[Review], latest: int, memory: Memory) -> float:
    """The mean in nats over the latest reviews, each predicted from all before it; a concept's first can't be."""
    cards: dict[str, Card] = {}
    losses = []
    for place, one in enumerate(reviews):
        on, card = date.fromordinal(one.day), cards.get(one.concept)
        if card is not None and place >= len(reviews) - latest:
            chance = min(max(memory.retrievability(card, on), 1e-6), 1 - 1e-6)
            losses.append(-math.log(chance if one.rating != Rating.AGAIN else 1 - chance))
        cards[one.concept] = memory.review(card, Rating(one.rating), on)
    return sum(losses) / len(losses) if losses else 0.0


def _rated(attempts: Iterable[Attempt]) -> list[Review]:
    some = (one for one in counted(attempts) if one.rating is not None)
    reviews = [Review(one.concept, one.study_date.toordinal(), int(one.rating or 0)) for one in some]
    return sorted(reviews, key=lambda one: one.day)


def _parted(reviews: Sequence[Review]) -> tuple[Sequence[Review], Sequence[Review]]:
    place = len(reviews) - round(HELD_OUT * len(reviews))
    return reviews[:place], reviews[place:]


def _optimised(reviews: Sequence[Review]) -> tuple[float, ...]:
    numbers = {concept: number for number, concept in enumerate(dict.fromkeys(one.concept for one in reviews))}
    logs = [
        fsrs.ReviewLog(
            card_id=numbers[one.concept],
            rating=fsrs.Rating(one.rating),
            review_datetime=datetime.combine(date.fromordinal(one.day), time(12), UTC),
            review_duration=None,
        )
        for one in reviews
    ]
    return tuple(fsrs.Optimizer(logs).compute_optimal_parameters())


def main() -> None:
    """Fit weights to the earlier part of what standard input holds; write them if adopted, or null."""
    reviews = [Review(**json.loads(line)) for line in sys.stdin]
    print(json.dumps(adopted(reviews, _optimised(_parted(reviews)[0]))))


if __name__ == "__main__":
    main()
