"""A browser's tab as the server sees it: the requests that the demo's pages send, without a browser."""

import asyncio
import re
import time
from typing import Any, Self

import aiohttp


class Tab:
    """The demo in one tab, looking at a channel as a person."""

    def __init__(self, session: aiohttp.ClientSession, address: str, secret: str) -> None:
        self._session = session
        self._address = address.rstrip("/")
        self.secret = secret
        self._headers: dict[str, str] = {}
        self._sequence = 0
        self._page: dict[str, Any] = {}

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, address: str, channel: str = "ask", person: str = "You"
    ) -> Self:
        """Open the demo at a channel, or at `Gradus` for the direct messages."""
        async with session.get(address) as answer:
            found = re.search(r'data-secret="([^"]+)"', await answer.text())
        if found is None:
            raise AssertionError("the page tells its tab no secret")
        tab = cls(session, address, found[1])
        await tab.look_at(channel, person)
        return tab

    @property
    def headers(self) -> dict[str, str]:
        """What the channel's page sends with every request."""
        return dict(self._headers)

    async def shell(self, person: str = "") -> dict[str, Any]:
        """What the page around the channel shows to a person, by id."""
        async with self._session.get(
            f"{self._address}/demo/state", params={"as": person}, headers={"X-Demo-Secret": self.secret}
        ) as answer:
            answer.raise_for_status()
            state: dict[str, Any] = await answer.json()
            return state

    async def look_at(self, channel: str, person: str) -> None:
        """Go to a channel as a person."""
        shell = await self.shell()
        who = next(one["id"] for one in shell["people"] if one["name"] == person)
        where = next(one["id"] for one in (await self.shell(who))["places"] if one["name"] == channel)
        self._headers = {"X-Simcord-Capability": f"{self.secret}~{where}~{who}~Europe/Berlin"}
        self._page = await self._ask("POST", "/api/pages", {})
        self._headers["X-Simcord-Context"] = self._page["context"]["id"]
        self._sequence = 0

    async def state(self) -> dict[str, Any]:
        """What the channel shows by now."""
        self._page = await self._ask("GET", "/api/state")
        return self._page

    async def texts(self) -> list[str]:
        """The messages of the channel as plain text, embeds included, oldest first."""
        page = await self.state()
        return [_text(page["messages"][message]) for message in page["timeline"]]

    async def sees(self, text: str, within: float = 5.0) -> float:
        """Wait until a message holds the text; gives the seconds that it took."""
        begun = time.perf_counter()
        while not any(text in one for one in await self.texts()):
            if time.perf_counter() - begun > within:
                raise AssertionError(f"no message holds {text!r}: {await self.texts()}")
            await asyncio.sleep(0.02)
        return time.perf_counter() - begun

    async def act(self, kind: str, **body: Any) -> dict[str, Any]:
        """Do something on the page, as it was when the tab last looked."""
        self._sequence += 1
        return await self._ask(
            "POST",
            "/api/action",
            {
                "protocol_version": 3,
                "sequence": self._sequence,
                "request_id": f"request-{self._sequence}",
                "generation": self._page["context"]["generation"],
                "bot_generation": self._page["botGeneration"],
                "published_revision": self._page["publishedRevision"],
                "kind": kind,
                **body,
            },
        )

    async def says(self, content: str) -> dict[str, Any]:
        """Send a message."""
        return await self.act("send_message", content=content, target_id=None, reply_to_id=None)

    async def presses(self, label: str) -> dict[str, Any]:
        """Press the newest button of that name."""
        page = await self.state()
        for message in reversed(page["timeline"]):
            for row in page["messages"][message]["components"]:
                for component in row.get("components", []):
                    if component.get("label") == label:
                        return await self.act("click", target_id=message, control_key=component["control_key"])
        raise AssertionError(f"no button is called {label!r}")

    async def form(self, within: float = 5.0) -> dict[str, Any]:
        """Wait until a form is open; gives it."""
        end = time.perf_counter() + within
        while time.perf_counter() < end:
            if (modal := (await self.state())["modal"]) is not None:
                form: dict[str, Any] = modal
                return form
            await asyncio.sleep(0.05)
        raise AssertionError("no form opened")

    async def uses_menu(self, command: str, message: str) -> int:
        """Use a command of the menu of a message; gives the status of the answer."""
        async with self._session.post(
            f"{self._address}/demo/menu", json={"command": command, "message": message}, headers=self._headers
        ) as answer:
            return answer.status

    async def jumps(self, by: str) -> None:
        """Press `+1 hour` or `+1 day`."""
        async with self._session.post(
            f"{self._address}/demo/jump", json={"by": by}, headers={"X-Demo-Secret": self.secret}
        ) as answer:
            answer.raise_for_status()

    async def close(self) -> None:
        """Close the tab."""
        await self._ask("DELETE", f"/api/pages/{self._headers['X-Simcord-Context']}")

    async def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        async with self._session.request(method, self._address + path, json=body, headers=self._headers) as answer:
            if answer.status >= 400:
                raise AssertionError(f"{answer.status} to {method} {path}: {await answer.text()}")
            value: dict[str, Any] = await answer.json()
            return value


def _text(message: dict[str, Any]) -> str:
    embeds = message.get("embeds") or []
    return "\n".join([message.get("content") or "", *(one.get("description") or "" for one in embeds)])
