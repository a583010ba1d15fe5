"""The one registry of everything that happens by itself.

The bot owns no timers: each periodic act is an `async act(now)` in here. `gradus run` drives the registry
by APScheduler and the machine's clock; tests and the demo by their own.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from foundation.clock import Clock
from foundation.errors import GradusError

log = logging.getLogger(__name__)

Act = Callable[[datetime], Awaitable[None]]

BEAT = timedelta(seconds=1)
RETRY = timedelta(minutes=1)


@dataclass(frozen=True)
class Tick:
    """A periodic act: what it is called, how often it is due, and what it does at a moment (UTC)."""

    name: str
    every: timedelta
    act: Act


class TickRegistry:
    """Ticks by name, each with the moment it is next due. A tick missed for long runs once, late."""

    def __init__(self) -> None:
        self._ticks: dict[str, Tick] = {}
        self._due: dict[str, datetime] = {}
        self._running: set[str] = set()

    def add(self, name: str, every: timedelta, act: Act) -> None:
        """Register an act; it is due at once, then every `every` after it last began.

        Raises:
            ValueError: the name is taken, or `every` is not positive.
        """
        if name in self._ticks:
            raise ValueError(f"two ticks are called '{name}'")
        if every <= timedelta(0):
            raise ValueError(f"tick '{name}': every {every} is no period")
        self._ticks[name] = Tick(name, every, act)

    def put(self, name: str, every: timedelta, act: Act) -> None:
        """Register an act in place of the one of that name, if there is one."""
        self._ticks.pop(name, None)
        self._due.pop(name, None)
        self.add(name, every, act)

    @property
    def names(self) -> tuple[str, ...]:
        """What is registered, in order."""
        return tuple(self._ticks)

    async def run_due(self, now: datetime) -> None:
        """Run what is due at `now`, one after another; what fails is logged and hinders nobody else.

        A tick that is still running from an earlier call is left alone.
        """
        for tick in list(self._ticks.values()):
            if tick.name in self._running or now < self._due.get(tick.name, now):
                continue
            self._due[tick.name] = now + tick.every
            self._running.add(tick.name)
            try:
                await tick.act(now)
            except GradusError as error:
                self._try_again(tick, now)
                log.error("tick '%s' failed: %s", tick.name, error)
            except Exception:
                self._try_again(tick, now)
                log.exception("tick '%s' failed", tick.name)
            finally:
                self._running.discard(tick.name)

    def _try_again(self, tick: Tick, now: datetime) -> None:
        """Sooner than a tick that went well: what failed may be owed to somebody."""
        self._due[tick.name] = now + min(tick.every, RETRY)


def drive(registry: TickRegistry, clock: Clock) -> AsyncIOScheduler:
    """A scheduler, not yet started, that runs what is due once a second.

    APScheduler's defaults drop a job that is a second late; here a late beat is run, once.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def beat() -> None:
        await registry.run_due(clock())

    scheduler.add_job(
        beat,
        "interval",
        seconds=BEAT.total_seconds(),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=2,
    )
    return scheduler
