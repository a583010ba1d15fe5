from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.demo.clock import DemoClock
from bot.demo.server import listen, open_demo
from tests.bot.demo.driving import Visitor, browser, chromium
from tests.bot.demo.real import real_bot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed: the page is not seen"),
]


async def test_a_newcomer_asks_the_real_bot_and_gets_an_answer_with_its_sources(tmp_path: Path) -> None:
    clock = DemoClock()
    with real_bot(tmp_path, clock) as make_client:
        async with open_demo(make_client, listener=listen(0), clock=clock) as address, browser() as running:
            visitor = await Visitor.arrive(running, address)
            await visitor.asks("why does dropout help?")
            await visitor.answered("Dropout")
            await visitor.presses("Sources")
            await visitor.sees("A Simple Way to Prevent Neural Networks from Overfitting")
            await expect(visitor.messages.last).to_contain_text("Only you can see this")
            await visitor.becomes("Ada")
            await visitor.goes_to("Gradus")
            await visitor.says("what is dropout?")
            await visitor.answered("Dropout")
            await visitor.jumps("+1 day")
            assert visitor.complaints == []
