"""Driving the demo's page in a real Chromium, for the tests and for the README's picture."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, FrameLocator, Locator, Page, async_playwright, expect

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 800)
PHONE = (390, 844)
PATIENCE_MILLISECONDS = 15_000
LOOK_MILLISECONDS = 250
ALL_DRAWN = "(message) => [...message.querySelectorAll('img')].every((one) => one.naturalWidth > 0)"
STILL_MILLISECONDS = 500
STILL_LOOKS = 10


def chromium() -> str | None:
    """Where a Chromium is installed, or None."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium.

    Raises:
        RuntimeError: none is installed.
    """
    path = chromium()
    if path is None:
        raise RuntimeError(f"no Chromium is installed: looked for {', '.join(CHROMIUM_NAMES)}")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, headless=True, args=CHROMIUM_ARGUMENTS)
        try:
            yield running
        finally:
            await running.close()


class Visitor:
    """Somebody in front of the demo: what they see, type and press."""

    def __init__(self, page: Page) -> None:
        """A visitor at an open browser page."""
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "response",
            lambda answer: self.complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )

    @classmethod
    async def arrive(cls, browser: Browser, address: str, size: tuple[int, int] = DESKTOP) -> "Visitor":
        """Open the demo in a window of that size and wait until the channel stands there."""
        width, height = size
        page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark")
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        visitor = cls(page)
        await page.goto(address)
        await visitor.settled()
        return visitor

    @property
    def channel(self) -> FrameLocator:
        """The frame that shows the channel."""
        return self.page.frame_locator("#view")

    @property
    def messages(self) -> Locator:
        """The messages of the channel, oldest first."""
        return self.channel.locator(".channel-message")

    @property
    def composer(self) -> Locator:
        """Where the visitor types."""
        return self.channel.locator("#channel-composer [data-control-key], #channel-composer-input").first

    async def settled(self) -> None:
        """Wait until the channel can be typed in."""
        await expect(self.channel.locator("#channel-composer")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        await expect(self.channel.locator("#preview-app")).to_have_attribute("aria-busy", "false")

    async def says(self, text: str) -> None:
        """Type a message and send it."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def asks(self, question: str) -> None:
        """Type `/ask` and a question, as the hint says, and send it."""
        await self.says(f"/ask {question}")

    async def runs(self, command: str) -> None:
        """Type a command that needs nothing more, pick it by Enter, and send it by another."""
        await self.says(f"/{command}")
        await expect(self.channel.locator(".command-chip")).to_be_focused()
        await self.page.keyboard.press("Enter")

    async def picks(self, command: str, value: str) -> None:
        """Begin to type a command, pick it from the list that opens, and fill in its first option."""
        await self.composer.click()
        await self.page.keyboard.type(f"/{command}")
        await expect(self.channel.locator(".command-entry").first).to_be_visible()
        await self.page.keyboard.press("Tab")
        await self.channel.locator(".command-option-input").first.wait_for()
        await self.page.keyboard.type(value)
        await self.page.keyboard.press("Enter")

    async def presses(self, label: str) -> None:
        """Press the newest button of that name under a message."""
        await expect(self.channel.locator("#preview-app")).to_have_attribute("aria-busy", "false")
        await self._drawn(self.messages.last)  # a picture that arrives draws its message, buttons and all, anew
        buttons = self.channel.locator(".component-button")
        await buttons.and_(self.channel.get_by_role("button", name=label, exact=True)).last.click()

    async def sees(self, text: str, *, within: float = PATIENCE_MILLISECONDS / 1000) -> None:
        """Wait until some message of the channel holds the text, `within` so many seconds."""
        await expect(self.messages.filter(has_text=text).last).to_be_visible(timeout=within * 1000)

    async def stands(self, text: str) -> tuple[float, float]:
        """Where the newest message that holds the text begins and ends, in pixels below the channel's top edge.

        Waits until the message stands still for half a second: what loads late must not move it.
        """
        message = self.messages.filter(has_text=text).last
        place, still = (0.0, 0.0), 0
        while still < STILL_LOOKS:
            await self.page.wait_for_timeout(STILL_MILLISECONDS / STILL_LOOKS)
            top, height = await message.evaluate(
                "(one) => [one.getBoundingClientRect().top"
                " - document.getElementById('channel-timeline').getBoundingClientRect().top, one.offsetHeight]"
            )
            still = still + 1 if (top, top + height) == place else 0
            place = (top, top + height)
        return place

    async def view_height(self) -> float:
        """How many pixels of the channel are in view."""
        height: float = await self.channel.locator("#channel-timeline").evaluate("(one) => one.clientHeight")
        return height

    async def answered(self, text: str) -> None:
        """Wait until the bot's answer holds the text, whatever its case, and its pictures are drawn."""
        answer = self.messages.filter(has=self.channel.locator(".component-button")).filter(has_text=text)
        await expect(answer.last).to_be_visible(timeout=2 * PATIENCE_MILLISECONDS)
        await self._drawn(answer.last)

    async def _drawn(self, message: Locator) -> None:
        """Wait until the pictures of a message are there, also where it is drawn anew meanwhile."""
        for _ in range(PATIENCE_MILLISECONDS // LOOK_MILLISECONDS):
            if await message.evaluate(ALL_DRAWN):
                return
            await self.page.wait_for_timeout(LOOK_MILLISECONDS)
        raise AssertionError("a picture of the message does not come")

    async def fills_in(self, text: str) -> None:
        """Fill in the one line of the form that is open, and submit it."""
        form = self.channel.locator("#modal-root")
        field = form.locator("input, textarea").first
        for _ in range(PATIENCE_MILLISECONDS // LOOK_MILLISECONDS):  # a form just opened may be drawn once more
            await field.fill(text)
            await self.page.wait_for_timeout(LOOK_MILLISECONDS)
            if await field.input_value() == text:
                break
        await expect(field).to_have_value(text)
        submit = form.get_by_role("button", name="Submit")
        await submit.click()
        await expect(submit).to_be_hidden()

    async def uses_menu(self, command: str) -> None:
        """Use a command of the menu of the newest message."""
        await self.messages.last.hover()
        await self.messages.last.get_by_role("button", name=command, exact=True).click()

    async def goes_to(self, name: str) -> None:
        """Choose a channel, a thread, or `Gradus` for the direct messages."""
        await self._with_places()
        await self.page.locator(".place", has_text=name).first.click()
        await self.settled()

    async def becomes(self, name: str) -> None:
        """Act as somebody else."""
        await self._with_places()
        person = self.page.get_by_role("button", name=name, exact=True)
        await person.click()
        await expect(person).to_have_attribute("aria-pressed", "true")
        await self.settled()

    async def jumps(self, by: str) -> None:
        """Press `+1 hour` or `+1 day` and wait until time is there."""
        await self._with_places()
        button = self.page.get_by_role("button", name=by, exact=True)
        await button.click()
        await expect(button).to_be_enabled()

    async def photographs(self, file: Path) -> None:
        """Save what is on the screen as a picture."""
        await self.page.evaluate("document.fonts.ready")
        await self.page.screenshot(path=str(file))

    async def _with_places(self) -> None:
        menu = self.page.locator("#menu")
        if await menu.is_visible() and await menu.get_attribute("aria-expanded") == "false":
            await menu.click()
