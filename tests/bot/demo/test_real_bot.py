from datetime import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.assembly import Gradus, assemble
from bot.chat.client import make_client
from bot.demo.clock import DemoClock
from bot.demo.server import listen, open_demo
from bot.settings import Settings
from tests.bot.demo.driving import Visitor, browser, chromium
from tests.bot.demo.real import real_bot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed: the page is not seen"),
]


async def test_a_newcomer_asks_the_real_bot_and_gets_an_answer_with_its_sources(indexed_home: Path) -> None:
    clock = DemoClock()
    with real_bot(indexed_home, clock) as make_client:
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


async def test_a_visitor_follows_up_in_a_thread_and_somebody_else_joins_in(indexed_home: Path) -> None:
    clock = DemoClock()
    with real_bot(indexed_home, clock) as make_client:
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


async def test_a_newcomer_practises_and_is_asked_again_the_next_morning(tmp_path: Path) -> None:
    clock = DemoClock()
    gradus = assemble(Settings(home=tmp_path), say=lambda line: None, clock=clock, encoder_at_once=False)
    tick = gradus.ticks.run_due
    try:
        async with (
            open_demo(lambda: make_client(gradus), listener=listen(0), clock=clock, tick=tick) as address,
            browser() as running,
        ):
            visitor = await Visitor.arrive(running, address)
            await visitor.runs("quiz now")
            await visitor.sees("New: What is deep learning?")
            await visitor.presses("I know this")
            await visitor.sees("What is due today · 1 of 5")
            await visitor.presses("I don't know")
            await visitor.sees("comes back on")
            await visitor.says("/quiz daily 08:30")
            await visitor.sees("Tell me your time zone too")
            await gradus.prompting.set_daily(*await _somebody(gradus), "UTC", "dm", clock())
            await visitor.jumps("+1 day")
            await visitor.goes_to("Gradus")
            await visitor.sees("5 questions for today: What is deep learning?")
            await visitor.presses("Start")
            await visitor.sees("What is due today · 1 of 5")
    finally:
        gradus.close()


async def _somebody(gradus: Gradus) -> tuple[int, time]:
    """The Discord account of the one learner there is, and an hour."""
    row = await gradus.database.run(lambda database: next(iter(database.query("select discord_id from learners"))))
    return int(row["discord_id"]), time(8, 30)
