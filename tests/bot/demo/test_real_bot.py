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


async def test_a_visitor_follows_up_in_a_thread_and_somebody_else_joins_in(tmp_path: Path) -> None:
    clock = DemoClock()
    with real_bot(tmp_path, clock) as make_client:
        async with open_demo(make_client, listener=listen(0), clock=clock) as address, browser() as running:
            visitor = await Visitor.arrive(running, address)
            await visitor.asks("why does dropout help?")
            await visitor.answered("Dropout")
            await visitor.presses("Follow up")
            await visitor.sees("We go on in")
            await visitor.page.locator(".place.thread", has_text="why does dropout help?").click()
            await visitor.settled()
            await visitor.sees("Go on with the Reply button")
            await expect(visitor.page.locator("#hint")).to_contain_text("Press Reply under an answer")
            await visitor.presses("Reply")
            await visitor.fills_in("and how do I do that in PyTorch?")
            await visitor.answered("nn.Dropout")
            await visitor.becomes("Ada")
            await visitor.says("@Gradus and what rate should I take?")
            await visitor.answered("of 0.5 on wide fully connected layers")
            await visitor.presses("Remove")
            await visitor.sees("Removed, and I no longer keep it.")
            assert visitor.complaints == []
