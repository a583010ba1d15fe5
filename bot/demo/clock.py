"""The demo's time: the real clock, ahead by as much as the visitor has jumped."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from foundation.clock import Clock, utc_now
from foundation.files import write_json


class DemoClock:
    """A `Clock` that follows another one and can be sent ahead, never back.

    How far ahead it is outlives the demo where a file is given. The bot's store is full of moments (when to
    ask again, what was answered when), so starting again at the real time would run a learner's history
    backwards.
    """

    def __init__(self, real: Clock = utc_now, *, memory: Path | None = None) -> None:
        """Follow `real`; `memory` is the file that keeps how far ahead the clock is."""
        self._real = real
        self._memory = memory
        self._ahead = _remembered(memory)

    @property
    def memory(self) -> Path | None:
        """The file that keeps how far ahead the clock is."""
        return self._memory

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of the real one."""
        return self._ahead

    def __call__(self) -> datetime:
        """The demo's present moment, in UTC."""
        return self._real() + self._ahead

    def jump(self, by: timedelta) -> None:
        """Go ahead by `by`.

        Raises:
            ValueError: `by` is negative.
            GradusError: the file of the clock cannot be written.
        """
        if by < timedelta(0):
            raise ValueError("the demo's time cannot run backwards")
        self._ahead += by
        if self._memory is not None:
            write_json(self._memory, {"ahead_seconds": self._ahead.total_seconds()})


def _remembered(memory: Path | None) -> timedelta:
    """How far ahead the file says the clock was; a file that is missing or spoilt says nothing."""
    if memory is None:
        return timedelta(0)
    try:
        return max(timedelta(0), timedelta(seconds=float(json.loads(memory.read_bytes())["ahead_seconds"])))
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return timedelta(0)
