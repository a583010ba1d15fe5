from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from bot.demo.clock import DemoClock
from bot.demo.server import open_demo
from tests.bot.demo.driving import PHONE, Visitor, browser, chromium
from tests.bot.demo.small_bot import SmallBot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed: the page is not seen"),
]


@pytest.fixture
async def visitor(demo: str) -> AsyncIterator[Visitor]:
    async with browser() as running:
        yield await Visitor.arrive(running, demo)


async def test_a_visitor_asks_presses_becomes_somebody_else_and_moves_time(visitor: Visitor, bot: SmallBot) -> None:
    await expect(visitor.page.locator("#hint")).to_contain_text("/ask")
    await visitor.asks("why does dropout help?")
    await visitor.sees("You asked: why does dropout help?", within=1)
    await expect(visitor.messages.last.locator("img.embed-image")).to_be_visible()
    await visitor.presses("Code")
    await visitor.sees("nn.Dropout(0.5)", within=1)
    await visitor.becomes("Ada")
    await visitor.sees("You asked: why does dropout help?")
    await expect(visitor.messages.filter(has_text="nn.Dropout")).to_have_count(0)
    await visitor.goes_to("Gradus")
    await visitor.says("what is a gradient?")
    await visitor.sees("Ada asked by message", within=1)
    bot.ticks.clear()
    await visitor.jumps("+1 day")
    await expect(visitor.page.locator("#ahead")).to_have_text("1 d ahead")
    assert len(bot.ticks) >= 24
    await visitor.goes_to("daily-quiz")
    await visitor.sees("the quiz of")
    assert visitor.complaints == []


async def test_a_command_is_picked_and_a_form_is_filled_in(visitor: Visitor) -> None:
    await visitor.picks("ask", "what is dropout?")
    await visitor.sees("You asked: what is dropout?")
    await visitor.presses("More")
    await visitor.fills_in("and at inference?")
    await visitor.sees("asked in a form: and at inference?")
    assert visitor.complaints == []


async def test_the_menu_of_a_message_is_offered(visitor: Visitor) -> None:
    await visitor.says("weights decay")
    await visitor.sees("weights decay")
    await visitor.uses_menu("Explain this")
    await visitor.sees("explained You")


async def test_news_elsewhere_are_marked_and_a_new_thread_appears(visitor: Visitor) -> None:
    await visitor.asks("why?")
    await visitor.sees("You asked: why?")
    await visitor.goes_to("training")
    await visitor.becomes("Grace")
    await visitor.goes_to("ask")
    await visitor.presses("Thread")
    thread = visitor.page.locator(".place.thread", has_text="more on dropout")
    await expect(thread).to_be_visible()
    await visitor.goes_to("more on dropout")
    await visitor.sees("let us go on here")
    await expect(visitor.page.locator("#hint")).to_contain_text("Reply")


async def test_a_reload_comes_back_to_the_same_place_and_person(visitor: Visitor) -> None:
    await visitor.becomes("Grace")
    await visitor.goes_to("study-hall")
    await visitor.page.reload()
    await visitor.settled()
    await expect(visitor.page.get_by_role("button", name="Grace", exact=True)).to_have_attribute("aria-pressed", "true")
    await visitor.says("back again")
    await visitor.sees("back again")


async def test_a_phone_shows_the_channel_and_reaches_everything(demo: str) -> None:
    async with browser() as running:
        visitor = await Visitor.arrive(running, demo, PHONE)
        await visitor.asks("why does dropout help?")
        await visitor.sees("You asked: why does dropout help?")
        await visitor.goes_to("daily-quiz")
        await visitor.becomes("Ada")
        await visitor.goes_to("Gradus")
        await visitor.jumps("+1 hour")
        width = await visitor.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE[0]
        assert visitor.complaints == []


async def test_lines_sent_in_quick_succession_all_arrive(visitor: Visitor) -> None:
    for number in range(5):
        await visitor.says(f"line {number}")
        await expect(visitor.composer).to_have_value("")
    for number in range(5):
        await visitor.sees(f"line {number}")
    await expect(visitor.messages).to_have_count(5)


async def test_a_page_left_open_finds_the_demo_that_is_started_again(free_port: int) -> None:
    async with browser() as running:
        async with open_demo(SmallBot, port=free_port, clock=DemoClock()) as address:
            visitor = await Visitor.arrive(running, address)
            await visitor.becomes("Ada")
            await visitor.goes_to("study-hall")
        await expect(visitor.page.locator("#notice")).to_contain_text("The demo has stopped")
        async with open_demo(SmallBot, port=free_port, clock=DemoClock()):
            await expect(visitor.page.locator("#notice")).to_be_hidden()
            await visitor.settled()
            await visitor.says("still here")
            await visitor.sees("still here")
            await expect(visitor.messages.last).to_contain_text("Ada")
