from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.demo.clock import DemoClock
from bot.demo.server import listen, open_demo
from tests.bot.demo.driving import DESKTOP, PHONE, Visitor, browser, chromium
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
    await expect(visitor.page.locator("#hint")).to_contain_text("@Gradus and your question")


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
        async with open_demo(SmallBot, listener=listen(free_port), clock=DemoClock()) as address:
            visitor = await Visitor.arrive(running, address)
            await visitor.becomes("Ada")
            await visitor.goes_to("study-hall")
        await expect(visitor.page.locator("#notice")).to_contain_text("The demo has stopped")
        async with open_demo(SmallBot, listener=listen(free_port), clock=DemoClock()):
            await expect(visitor.page.locator("#notice")).to_be_hidden()
            await visitor.settled()
            await visitor.says("still here")
            await visitor.sees("still here")
            await expect(visitor.messages.last).to_contain_text("Ada")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_what_a_press_brings_comes_into_view_from_its_beginning_every_time(
    demo: str, size: tuple[int, int]
) -> None:
    async with browser() as running:
        visitor = await Visitor.arrive(running, demo, size)
        await visitor.asks("why does dropout help?")
        await visitor.sees("You asked: why does dropout help?")
        for press in range(1, 4):
            await visitor.presses("Long")
            await visitor.sees(f"long answer {press}")
            top, bottom = await visitor.stands(f"long answer {press}")
            assert bottom - top > await visitor.view_height()
            assert 0 <= top < 50
            await expect(visitor.channel.locator("#new-messages")).to_be_hidden()
        await visitor.says("that helped")
        await visitor.sees("that helped")
        top, bottom = await visitor.stands("that helped")
        assert 0 <= top < bottom <= await visitor.view_height()


async def test_scrolling_by_hand_is_left_alone(visitor: Visitor) -> None:
    await visitor.asks("why?")
    await visitor.sees("You asked: why?")
    await visitor.presses("Long")
    await visitor.sees("long answer 1")
    before, _ = await visitor.stands("long answer 1")
    await visitor.messages.last.hover(position={"x": 200, "y": 200})
    await visitor.page.mouse.wheel(0, 300)
    await visitor.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1] - 60})
    after, _ = await visitor.stands("long answer 1")
    assert after == pytest.approx(before - 300, abs=2)


async def test_the_box_empties_at_once_and_every_line_is_sent_apart(visitor: Visitor) -> None:
    for question in ("first?", "second?", "third?"):
        await visitor.composer.fill(f"/ask {question}")
        await visitor.composer.press("Enter")
        assert await visitor.composer.input_value() == ""
    await visitor.composer.press_sequentially("still typing")
    for question in ("first?", "second?", "third?"):
        await visitor.sees(f"You asked: {question}")
    await expect(visitor.composer).to_have_value("still typing")
    await expect(visitor.messages).to_have_count(3)


async def test_a_line_that_does_not_arrive_comes_back_into_the_box(visitor: Visitor) -> None:
    await visitor.page.route("**/api/action", lambda route: route.abort())
    await visitor.says("are you there?")
    await expect(visitor.composer).to_have_value("are you there?")
    await expect(visitor.page.locator("#notice")).to_contain_text("in the box again")


async def test_a_word_without_end_does_not_widen_the_channel(visitor: Visitor) -> None:
    await visitor.asks("dropout" + "o" * 1500)
    await visitor.sees("You asked: dropoutooo")
    width, shown = await visitor.channel.locator("#channel-timeline").evaluate(
        "(one) => [one.scrollWidth, one.clientWidth]"
    )
    assert width == shown


async def test_an_empty_channel_says_what_is_kept_and_the_hint_what_can_be_done(visitor: Visitor) -> None:
    await expect(visitor.channel.locator("#channel-empty")).to_contain_text("The simulated chat starts empty each time")
    hint = visitor.page.locator("#hint")
    for told in ("/ask", "/learn", "/start", "@Gradus", "direct message", "Explain this", "Switch people"):
        await expect(hint).to_contain_text(told)


async def test_a_clock_that_is_ahead_says_how_to_start_over(tmp_path: Path) -> None:
    clock = DemoClock(memory=tmp_path / "demo-clock.json")
    clock.jump(timedelta(days=3))
    async with open_demo(SmallBot, listener=listen(0), clock=clock) as address, browser() as running:
        visitor = await Visitor.arrive(running, address)
        ahead = visitor.page.locator("#ahead")
        await expect(ahead).to_have_text("3 d ahead")
        told = f"To start over, stop the demo and delete {tmp_path / 'demo*'}"
        await expect(ahead).to_have_attribute("title", told)
        await ahead.click()
        await expect(visitor.page.locator("#notice")).to_have_text(told)
