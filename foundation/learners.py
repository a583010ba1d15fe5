"""Who learns: an opaque number that everything else refers to, and what a learner set for themself."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlite_utils import Database, Migrations

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Learner:
    """A learner as the other packages know one.

    Attributes:
        id: given by us and never used again; says nothing about the person.
        zone: an IANA time zone such as `Europe/Paris`, or None where it was not told.
        locale: a language tag such as `en-GB`, or None.
        opt_outs: the kinds of message this learner does not want.
    """

    id: int
    zone: str | None = None
    locale: str | None = None
    opt_outs: frozenset[str] = frozenset()


class KnowsLearners(Protocol):
    """What every store that keeps something on learners offers."""

    migrations: Migrations

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""

    def forget(self, database: Database, learner: int) -> None:
        """Remove all that is kept on the learner."""
