"""The real bot, for the demo's tests and the README's picture."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import discord

from bot.assembly import assemble
from bot.chat.client import make_client
from bot.demo.clock import DemoClock
from bot.settings import Settings


@contextlib.contextmanager
def real_bot(folder: Path, clock: DemoClock) -> Iterator[Callable[[], discord.Client]]:
    """What makes the real bot over a data folder; its threads end with the context."""
    gradus = assemble(Settings(home=folder), say=lambda line: None, clock=clock)
    try:
        yield lambda: make_client(gradus)
    finally:
        gradus.close()
