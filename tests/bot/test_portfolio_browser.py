"""A portfolio's page in a real Chromium: at the width of a phone and of a desk, light, dark and on paper."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from bot.portfolio_page import html_page
from bot.road.portfolio_store import Writings
from tests.bot.demo.driving import browser, chromium
from tests.bot.portfolios import full

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
]

PHONE, DESK = 360, 1280
ENOUGH_CONTRAST = 4.5  # WCAG's AA for letters of this size

CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => channels(colour).slice(0, 3)
    .map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim()) continue;
    const pair = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((a, b) => b - a);
    found.push([(pair[0] + 0.05) / (pair[1] + 0.05), walker.currentNode.textContent.trim().slice(0, 40)]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
}"""
"""The weakest contrast of any letters with what they stand on, and the letters."""

LONG = Writings(
    "W" * 60,
    f"{'unbreakable' * 60} https://example.org/{'long' * 60}\n\n- {'x' * 200}\n\nمرحبا بالعالم 👩‍🔬",
    f"GitHub https://example.org/{'y' * 300}",
    {"digits": "z" * 1500, "gan": f"`{'code' * 100}`"},
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("portfolio") / "index.html"
    made.write_text(html_page(full()), encoding="utf-8")
    return made


@pytest.fixture
async def running() -> AsyncIterator[Browser]:
    async with browser() as opened:
        yield opened


async def show(running: Browser, file: Path, width: int, complaints: list[str], **how: Any) -> Page:
    """The page in a window of that width; what it asks for, and what the browser says of it, is a complaint."""
    page = await running.new_page(viewport={"width": width, "height": 900}, **how)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("data:", "file:")) else complaints.append(asked.url))
    await page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_it_is_whole_at_any_width_and_in_both_themes(running: Browser, file: Path, width: int) -> None:
    complaints: list[str] = []
    for theme in ("light", "dark"):
        page = await show(running, file, width, complaints, color_scheme=theme)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate("[...document.images].every((one) => one.naturalWidth === 1000)")
        contrast, letters = await page.evaluate(CONTRASTS)
        assert contrast >= ENOUGH_CONTRAST, letters
        assert await page.locator("article").count() == 12
        sizes = "[...document.querySelectorAll('body *')].map((one) => parseFloat(getComputedStyle(one).fontSize))"
        smallest = await page.evaluate(f"Math.min(...{sizes})")
        assert smallest >= 12
        await page.close()
    assert complaints == []


async def test_long_words_push_nothing_out_of_a_phone(running: Browser, tmp_path: Path) -> None:
    file, complaints = tmp_path / "long.html", list[str]()
    file.write_text(html_page(full(LONG, drawn=False)), encoding="utf-8")
    page = await show(running, file, PHONE, complaints)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE
    out = "[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)"
    assert await page.evaluate(f"{out}.map((one) => one.className || one.tagName)") == []
    assert complaints == []


async def test_what_somebody_writes_runs_no_script(running: Browser, tmp_path: Path) -> None:
    file, complaints = tmp_path / "evil.html", list[str]()
    text = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>[x](javascript:window.ran=1)'
    file.write_text(html_page(full(Writings(text, text, text, {"digits": text}), drawn=False)), encoding="utf-8")
    page = await show(running, file, DESK, complaints)
    assert await page.evaluate("window.ran") is None
    assert await page.evaluate("document.scripts.length") == 0
    assert complaints == []


async def test_it_can_be_printed_in_black_on_white(running: Browser, file: Path) -> None:
    page = await show(running, file, DESK, [], color_scheme="dark")
    await page.emulate_media(media="print")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    contrast, letters = await page.evaluate(CONTRASTS)
    assert contrast >= ENOUGH_CONTRAST, letters
    printed = await page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 5 <= printed.count(b"/Type /Page\n") <= 16
