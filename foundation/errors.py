"""The one family of exceptions whose text is safe to show a learner."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class GradusError(Exception):
    """Something a person can act on: its text is one line that says what was wrong and what to do.

    Only text written for people goes in: no paths of the host, no secrets, no text of another exception
    that might hold them.
    """


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file that a person wrote.

    Attributes:
        path: where, as the person would type it.
        line: from 1; 0 where the file as a whole is meant.
        message: what was wrong and, where possible, what to do.
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class ProblemsFound(GradusError):
    """Every problem of a set of files at once, so that they can all be mended in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggest(word: str, options: Iterable[str]) -> str | None:
    """The option that was most likely meant by `word`, or None where nothing is near."""
    near = difflib.get_close_matches(word, list(options), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, to stand behind an error message, or an empty string."""
    near = suggest(word, options)
    return f" (did you mean '{near}'?)" if near else ""
