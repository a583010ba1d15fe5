"""A lesson of the real bot, as somebody in front of the demo turns its pages."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.demo.clock import DemoClock
from bot.demo.server import listen, open_demo
from tests.bot.demo.driving import PHONE, Visitor, browser, chromium
from tests.bot.demo.real import real_bot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed: the page is not seen"),
]


async def test_a_newcomer_turns_pages_and_finds_the_map_on_a_phone(indexed_home: Path) -> None:
    clock = DemoClock()
    with real_bot(indexed_home, clock) as make_client:
        async with open_demo(make_client, listener=listen(0), clock=clock) as address, browser() as running:
            visitor = await Visitor.arrive(running, address, PHONE)
            await visitor.says("/learn dropout")
            await visitor.answered("Know first")
            await visitor.presses("Next ▶")
            await visitor.answered("Dropout › Intuition")
            await visitor.presses("Reading list")
            await visitor.answered("Dropout: reading list")
            await visitor.presses("Map")
            await visitor.answered("The road: Core deep learning")
            await expect(visitor.messages).to_have_count(1)
            await expect(visitor.messages.last.locator("img.embed-image")).to_have_count(3)
            assert visitor.complaints == []
