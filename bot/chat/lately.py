"""What was done a moment ago, and is not to be done again at once."""

from collections.abc import Hashable
from datetime import datetime, timedelta


class Lately:
    """Acts by what they are about, for a period. Kept in memory: a restart forgives."""

    def __init__(self, period: timedelta) -> None:
        self._period = period
        self._done: dict[Hashable, datetime] = {}

    def may(self, about: Hashable, now: datetime) -> bool:
        """Whether it may be done at `now`, at most once a period; from then on it was."""
        self._done = {one: at for one, at in self._done.items() if now - at < self._period}
        if about in self._done:
            return False
        self._done[about] = now
        return True
