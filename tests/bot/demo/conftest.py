import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.demo.clock import DemoClock
from bot.demo.server import listen, open_demo
from tests.bot.demo.small_bot import SmallBot


@pytest.fixture
async def bot() -> SmallBot:
    return SmallBot()


@pytest.fixture
async def demo(bot: SmallBot) -> AsyncIterator[str]:
    """The address of a running demo of the small bot."""
    async with open_demo(lambda: bot, listener=listen(0), clock=DemoClock(), tick=bot.tick) as address:
        yield address


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
