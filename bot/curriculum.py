"""What is taught at the moment: changed whole, so that every answer sees one curriculum or the other."""

from dataclasses import dataclass

from bot.learning import Learning
from content.catalogue import Catalogue
from quizzes.bank import Bank

NO_QUESTIONS = Bank({})


@dataclass(frozen=True)
class _Taught:
    catalogue: Catalogue
    bank: Bank
    learning: Learning


class Curriculum:
    """The catalogue in use with the questions on it, and the use case of learning over it."""

    def __init__(self, catalogue: Catalogue, bank: Bank = NO_QUESTIONS) -> None:
        self.change(catalogue, bank)

    @property
    def catalogue(self) -> Catalogue:
        """All that is taught."""
        return self._taught.catalogue

    @property
    def bank(self) -> Bank:
        """The questions on it."""
        return self._taught.bank

    @property
    def learning(self) -> Learning:
        """Lessons, reading lists and the road over it."""
        return self._taught.learning

    def change(self, catalogue: Catalogue, bank: Bank) -> None:
        """Teach this from now on."""
        self._taught = _Taught(catalogue, bank, Learning(catalogue))
