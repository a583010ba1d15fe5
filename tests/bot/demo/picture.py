"""The README's picture: `python -m tests.bot.demo.picture OUT.png` asks the demo a question and photographs it."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import discord

from bot.demo.clock import DemoClock
from bot.demo.server import listen, open_demo
from tests.bot.demo.driving import DESKTOP, Visitor, browser
from tests.bot.demo.real import real_bot

QUESTION = "why does dropout help?"


async def photograph(
    make_client: Callable[[], discord.Client],
    clock: DemoClock,
    file: Path,
    *,
    question: str = QUESTION,
    sees: str = "dropout",
    size: tuple[int, int] = DESKTOP,
) -> None:
    """Ask the bot that `make_client` makes, wait until an answer holds `sees`, and save the screen as `file`."""
    async with open_demo(make_client, listener=listen(0), clock=clock) as address, browser() as running:
        visitor = await Visitor.arrive(running, address, size)
        await visitor.asks(question)
        await visitor.answered(sees)
        await visitor.photographs(file)


def main() -> None:
    """Photograph the real bot over a data folder of its own."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.bot.demo.picture OUT.png")
    clock = DemoClock()
    with tempfile.TemporaryDirectory() as folder, real_bot(Path(folder), clock) as make_client:
        asyncio.run(photograph(make_client, clock, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
