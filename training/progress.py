"""What a run's process says, line by line, and how little of it is believed.

A line is a JSON object of one of four forms; all else ends the run. Names that nobody knows and points beyond what a
curve needs are left out. What this does not protect against: a process that makes up good figures.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from training.curves import NAMES
from training.records import Point

LONGEST_LINE = 8192
MOST_BYTES = 4_000_000
MOST_POINTS = 1000  # of a run; tasks report some hundred
MOST_METRICS = 40
MOST_STEPS = 10**9
LONGEST_WHY = 300

Ending = Literal["done", "failed", "out_of_memory", "handed_back"]
_ENDINGS: Mapping[str, Ending] = {
    "done": "done",
    "failed": "failed",
    "out_of_memory": "out_of_memory",
    "handed_back": "handed_back",
}
_ODD = "the run reported what no task reports"
_METRIC = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DATASET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Dataset:
    """Which data the run trains on."""

    name: str
    version: str


@dataclass(frozen=True)
class Resumed:
    """The run goes on after this step of an earlier attempt; 0 where it begins."""

    step: int


@dataclass(frozen=True)
class End:
    """How the task itself ended, in its own words."""

    ending: Ending
    metrics: Mapping[str, float] = field(default_factory=dict)
    why: str | None = None


Report = Point | Dataset | Resumed | End


class Unbelievable(Exception):
    """The process says what no task says; its text is one line."""


class Reader:
    """Takes the bytes of one process as they come, and gives what they report."""

    def __init__(self) -> None:
        self._rest = b""
        self._bytes = 0
        self._points = 0

    def feed(self, chunk: bytes) -> list[Report]:
        """What the whole lines so far report.

        Raises:
            Unbelievable: too much, or not in a form that is known; nothing more is to be read.
        """
        self._bytes += len(chunk)
        if self._bytes > MOST_BYTES:
            raise Unbelievable("the run reported more than any task does")
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in lines):
            raise Unbelievable("the run reported a line longer than any task's")
        return [report for report in map(self._wanted, lines) if report is not None]

    def _wanted(self, line: bytes) -> Report | None:
        report = read(line)
        if isinstance(report, Point):
            self._points += 1
            if self._points > MOST_POINTS or not report.values:
                return None
        return report


def read(line: bytes) -> Report:
    """What one line reports.

    Raises:
        Unbelievable: it is in no form that is known.
    """
    try:
        said = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unbelievable(_ODD) from None
    form = said.keys() if isinstance(said, dict) else set()
    if form == {"step", "steps", "values"}:
        step, steps = _step(said["step"]), _step(said["steps"])
        return Point(step, steps, _figures(said["values"], lambda name: name in NAMES))
    if form == {"dataset", "version"}:
        return Dataset(_name(said["dataset"]), _name(said["version"]))
    if form == {"resumed"}:
        return Resumed(_step(said["resumed"]))
    if form == {"end", "metrics", "why"} and isinstance(said["end"], str) and said["end"] in _ENDINGS:
        metrics = _figures(said["metrics"], lambda name: _METRIC.fullmatch(name) is not None)
        return End(_ENDINGS[said["end"]], dict(list(metrics.items())[:MOST_METRICS]), one_line(said["why"]))
    raise Unbelievable(_ODD)


def one_line(text: Any) -> str | None:
    """A text in one printable line of bounded length; None where it is none."""
    if not isinstance(text, str):
        return None
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * LONGEST_WHY])
    return " ".join(printable.split())[:LONGEST_WHY] or None


def _step(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_STEPS:
        raise Unbelievable(_ODD)
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _DATASET.fullmatch(value):
        raise Unbelievable(_ODD)
    return value


def _figures(values: Any, known: Callable[[str], bool]) -> dict[str, float]:
    figures = {name: value for name, value in values.items() if known(name)} if isinstance(values, dict) else None
    if figures is None or any(type(value) not in (int, float) for value in figures.values()):
        raise Unbelievable(_ODD)
    return {name: float(value) for name, value in figures.items() if _is_finite(value)}


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond all floats
        return False


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
