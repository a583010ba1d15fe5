"""A learner's attempts as a table that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC

from quizzes.history import Attempt

COLUMNS = (
    "when",
    "study date",
    "concept",
    "question",
    "seed",
    "facet",
    "outcome",
    "score",
    "confidence",
    "hints",
    "revealed",
    "predicted",
    "rating",
    "taken back",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def attempts_csv(attempts: Iterable[Attempt]) -> bytes:
    """The log as CSV (RFC 4180, UTF-8), a line for each attempt below the line of `COLUMNS`.

    Times are UTC; scores and predictions go from 0 to 1; ratings are again, hard, good and easy; what is unknown is
    empty. There is no byte order mark: all that is written is ASCII, and the mark would become part of "when".
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    writer.writerows(map(_safe, _row(one)) for one in attempts)
    return table.getvalue().encode()


def _row(attempt: Attempt) -> tuple[object, ...]:
    return (
        attempt.at.astimezone(UTC).isoformat(timespec="seconds"),
        attempt.study_date.isoformat(),
        attempt.concept,
        attempt.question,
        attempt.seed,
        attempt.facet,
        attempt.outcome,
        round(attempt.score, 4),
        attempt.confidence or "",
        attempt.hints,
        "yes" if attempt.revealed else "no",
        "" if attempt.retrievability is None else round(attempt.retrievability, 4),
        attempt.rating.name.lower() if attempt.rating else "",
        "yes" if attempt.undone else "no",
    )


def _safe(cell: object) -> object:
    """A text that a spreadsheet would run as a formula stands behind an apostrophe, which makes it a text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
