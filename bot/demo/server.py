"""`gradus demo`: the real bot in the simulated Discord, at one address of this machine."""

import asyncio
import contextlib
import errno
import json
import logging
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import discord
from aiohttp import web
from simcord.backend.errors import BackendError, SetupError

from bot.demo.clock import DemoClock
from bot.demo.preview import DemoServer, LivePreview, same_secret, whole_number
from bot.demo.simulation import SERVER, Simulation, Tick
from foundation.errors import GradusError

log = logging.getLogger(__name__)

Settle = Callable[[Simulation], Awaitable[None]]

SHELL = files("bot.demo") / "shell"
SHELL_TYPES = {"shell.css": "text/css", "view.css": "text/css", "shell.js": "text/javascript",
               "view.js": "text/javascript"}  # fmt: skip
JUMPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
# The page around the channel may frame this address, and nothing else may frame it.
SHELL_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def listen(port: int) -> socket.socket:
    """A socket that listens on this machine only, at `port`, or at any that is free where that is 0.

    Taken before the bot is made, it says at once that the port is taken.

    Raises:
        GradusError: the port is taken, or may not be used.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise GradusError(f"port {port} is taken: choose another with --port N") from error
        raise GradusError(f"port {port} cannot be used here: choose another with --port N") from error
    return listener


async def run_demo(
    make_client: Callable[[], discord.Client],
    *,
    listener: socket.socket,
    open_browser: bool,
    clock: DemoClock,
    say: Callable[[str], None],
    tick: Tick | None = None,
    settle: Settle | None = None,
) -> None:
    """Show the bot that `make_client` makes in the browser, until Ctrl-C.

    Args:
        make_client: makes the bot.
        listener: where to serve, from `listen`; it is closed at the end.
        open_browser: open the address in the visitor's browser.
        clock: the demo's time; give the bot the same one.
        say: prints a line for the person at the terminal: the address, once, and nothing else.
        tick: the bot's periodic work, called with the demo's time about once a second and at every step of
            a jump.
        settle: prepares the simulated Discord once the bot is in it.

    Raises:
        GradusError: the bot could not start.
    """
    stop = asyncio.Event()
    with _ended_by_signals(stop):
        async with open_demo(make_client, listener=listener, clock=clock, tick=tick, settle=settle) as address:
            say(address)
            if open_browser and _has_browser():
                await asyncio.to_thread(webbrowser.open, address)
            await stop.wait()


@contextlib.asynccontextmanager
async def open_demo(
    make_client: Callable[[], discord.Client],
    *,
    listener: socket.socket,
    clock: DemoClock,
    tick: Tick | None = None,
    settle: Settle | None = None,
) -> AsyncIterator[str]:
    """The demo as `run_demo` shows it, for as long as the context lasts; gives its address.

    Raises:
        GradusError: the bot could not start.
    """
    with listener:
        simulation = Simulation(make_client(), clock=clock, tick=tick)
        await simulation.start()
        try:
            if settle is not None:
                await settle(simulation)
            async with _served(simulation, listener) as address:
                living = asyncio.create_task(simulation.live())
                try:
                    yield address
                finally:
                    living.cancel()
                    await asyncio.gather(living, return_exceptions=True)
        finally:
            await simulation.stop()


@contextlib.asynccontextmanager
async def _served(simulation: Simulation, listener: socket.socket) -> AsyncIterator[str]:
    async def bind(runner: web.AppRunner) -> int:
        await web.SockSite(runner, listener).start()
        return int(listener.getsockname()[1])

    def extend(app: web.Application, server: DemoServer) -> None:
        app.add_routes(Shell(simulation, server).routes())

    async with LivePreview(simulation, lambda preview: DemoServer(preview, bind, extend)) as preview:
        yield f"http://127.0.0.1:{preview._server.port}/"


class Shell:
    """The page around the channel: places, people, time."""

    def __init__(self, simulation: Simulation, server: DemoServer) -> None:
        """A shell over `simulation`, for the pages of `server`."""
        self._simulation = simulation
        self._server = server

    def routes(self) -> list[web.RouteDef]:
        """What the shell answers, beside Preview's own routes."""
        return [
            web.get("/", self._page),
            web.get("/favicon.ico", self._no_icon),
            web.get("/demo/state", self._state),
            web.post("/demo/jump", self._jump),
            web.post("/demo/menu", self._menu),
            web.get("/demo/{name}", self._file),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        self._only_local(request)
        page = (SHELL / "index.html").read_text(encoding="utf-8")
        page = page.replace("{{secret}}", self._server.preview.capability)
        return web.Response(
            text=page,
            content_type="text/html",
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": SHELL_POLICY,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def _no_icon(self, request: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _file(self, request: web.Request) -> web.Response:
        self._only_local(request)
        name = request.match_info["name"]
        if name not in SHELL_TYPES:
            raise web.HTTPNotFound
        return web.Response(
            text=(SHELL / name).read_text(encoding="utf-8"),
            content_type=SHELL_TYPES[name],
            headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
        )

    async def _state(self, request: web.Request) -> web.Response:
        self._only_own_page(request)
        simulation = self._simulation
        person = whole_number(request.query.get("as") or str(simulation.people[0].id))
        if person not in {one.id for one in simulation.people}:
            raise web.HTTPNotFound(text="nobody here has that id")
        return web.json_response(
            {
                "server": SERVER,
                "now": simulation.clock().isoformat(),
                "ahead_seconds": simulation.clock.ahead.total_seconds(),
                "start_over": _start_over(simulation.clock),
                "person": str(person),
                "people": [{**asdict(one), "id": str(one.id)} for one in simulation.people],
                # Ids as text: they are larger than a browser's whole numbers.
                "places": [
                    {
                        **asdict(place),
                        "id": str(place.id),
                        "parent": None if place.parent is None else str(place.parent),
                        "last": str(place.last),
                    }
                    for place in simulation.places(person)
                ],
                "message_commands": list(simulation.message_commands),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def _jump(self, request: web.Request) -> web.Response:
        self._only_own_page(request)
        by = JUMPS.get(str((await _body(request)).get("by")))
        if by is None:
            raise web.HTTPBadRequest(text=f"by is one of {', '.join(JUMPS)}")
        await self._simulation.jump(by)
        return web.json_response({"now": self._simulation.clock().isoformat()})

    async def _menu(self, request: web.Request) -> web.Response:
        """A command of the menu of a message, which Preview's pages do not offer."""
        address = self._server.address(request)
        if address is None:
            raise web.HTTPUnauthorized
        asked = await _body(request)
        message, command = whole_number(asked.get("message")), asked.get("command")
        if message is None or not isinstance(command, str):
            raise web.HTTPBadRequest(text="a message's id, as text, and a command's name are expected")
        context = request.headers.get("X-Simcord-Context", "")
        try:
            address = self._server.live.address_of(context)
            result = await self._simulation.use_menu(address.person, address.channel, message, command)
            if result.modal is not None:
                self._server.live.show_modal(context, result)
        except GradusError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        except (BackendError, SetupError) as error:
            raise web.HTTPBadRequest(text="this page has expired: load it again") from error
        return web.json_response({"done": True})

    def _only_local(self, request: web.Request) -> None:
        if not self._server.local(request):
            raise web.HTTPForbidden

    def _only_own_page(self, request: web.Request) -> None:
        """Only the shell knows the secret, and no other site's page can send it."""
        self._only_local(request)
        supplied = request.headers.get("X-Demo-Secret", "")
        if not same_secret(supplied, self._server.preview.capability):
            raise web.HTTPUnauthorized


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        # Bytes, and never the charset that the request names: JSON has its own.
        value = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(text="JSON is expected") from error
    if not isinstance(value, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return value


def _start_over(clock: DemoClock) -> str:
    """How the visitor gets the real time and an empty store back, or nothing where nothing is kept."""
    if clock.memory is None:
        return ""
    kept = clock.memory.parent / "demo*"
    short = f"~/{kept.relative_to(Path.home())}" if kept.is_relative_to(Path.home()) else str(kept)
    return f"To start over, stop the demo and delete {short}"


def _has_browser() -> bool:
    """Whether a browser with a window can be opened: one that runs in the terminal would take it over."""
    graphical = sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(graphical)


@contextlib.contextmanager
def _ended_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Let Ctrl-C and a polite kill set `stop`, where the platform and the thread allow it."""
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
            caught.append(number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
