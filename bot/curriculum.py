"""What is taught at the moment: changed whole, so that every answer sees one curriculum or the other."""

from dataclasses import dataclass

from bot.learning import Learning
from content.catalogue import Catalogue


@dataclass(frozen=True)
class _Taught:
    catalogue: Catalogue
    learning: Learning


class Curriculum:
    """The catalogue in use, and the use case of learning over it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._taught = _Taught(catalogue, Learning(catalogue))

    @property
    def catalogue(self) -> Catalogue:
        """All that is taught."""
        return self._taught.catalogue

    @property
    def learning(self) -> Learning:
        """Lessons, reading lists and the road over it."""
        return self._taught.learning

    def change(self, catalogue: Catalogue) -> None:
        """Teach this from now on."""
        self._taught = _Taught(catalogue, Learning(catalogue))
