"""Running the bot: on Discord, or in the demo."""

import asyncio
import logging
import os
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.assembly import Gradus, assemble
from bot.backup import alone
from bot.settings import NO_TOKEN, Settings
from bot.terminal import say
from bot.working import Working
from foundation.errors import GradusError

CHATTY = ("apscheduler", "bm25s", "discord", "faiss", "httpx2", "matplotlib", "openai", "sentence_transformers")
"""Libraries whose every step is news to nobody."""


def run_on_discord(settings: Settings) -> None:
    """The bot on Discord, until it is interrupted.

    Raises:
        GradusError: there is no token, Discord refuses it, another bot runs on the database, or the core cannot be
            assembled.
    """
    from bot.chat.service import serve

    if settings.discord_token is None:
        raise GradusError(NO_TOKEN)
    _log_to_standard_error(settings)
    with alone(settings.database_path):
        gradus = assemble(settings, say=say)
        try:
            with _worker(gradus, settings.database_path):
                _until_interrupted(serve(gradus, settings.discord_token.get_secret_value()))
        finally:
            gradus.close()


def run_demo(settings: Settings, *, port: int, open_browser: bool) -> None:
    """The real bot in a simulated Discord at an address of this machine, until it is interrupted.

    Its database is its own, beside the bot's: the demo's clock can be sent ahead, and would make old what is new.

    Raises:
        GradusError: the extra `demo` is not installed, the port is taken, another demo runs on its database, or the
            core cannot be assembled.
    """
    try:
        from bot.chat.client import make_client
        from bot.demo.clock import DemoClock
        from bot.demo.neighbours import Neighbours
        from bot.demo.server import listen
        from bot.demo.server import run_demo as serve
    except ModuleNotFoundError as missing:
        raise GradusError(f"the demo needs {missing.name}; run `pip install 'gradus-tutor[demo]'`") from missing
    _log_to_standard_error(settings)
    clock = DemoClock(memory=settings.folder / "demo-clock.json")
    database = settings.folder / "demo.sqlite3"
    with listen(port) as listener, alone(database):  # first: assembling the core takes seconds
        gradus = assemble(settings, say=say, clock=clock, database_path=database)
        neighbours = Neighbours(gradus)
        gradus.ticks.add("neighbours play along", timedelta(seconds=0.5), neighbours.tick)
        try:
            with _worker(gradus, database):
                _until_interrupted(
                    serve(
                        lambda: make_client(gradus),
                        listener=listener,
                        open_browser=open_browser,
                        clock=clock,
                        say=_print,
                        tick=gradus.ticks.run_due,
                        settle=neighbours.settle,
                    )
                )
        finally:
            gradus.close()


@contextmanager
def _worker(gradus: Gradus, database: Path) -> Iterator[None]:
    """A training worker on that database while this lasts, unless the settings say otherwise."""
    if gradus.settings.worker == "off":
        yield
        return
    working = Working(gradus.settings, database, gradus.training.has_worker, os.environ)
    gradus.ticks.add("look after the training worker", timedelta(seconds=0.5), working.tick)
    try:
        yield
    finally:
        working.stop()


def _print(line: str) -> None:
    print(line, flush=True)


def _log_to_standard_error(settings: Settings) -> None:
    handler = logging.StreamHandler()
    handler.setLevel(settings.log_level)  # bm25s gives its own logger a level, so the root's is not enough
    logging.basicConfig(
        level=settings.log_level, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if settings.log_level != "DEBUG":
        for library in CHATTY:
            logging.getLogger(library).setLevel(logging.WARNING)


def _until_interrupted(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        say("stopped")
