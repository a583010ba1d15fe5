"""A server on this machine that speaks the OpenAI chat API, does as it is told, and can be told to misbehave."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

MODEL = "little-model"

Body = dict[str, Any]


@dataclass
class Loopback:
    """The server as a test sees it.

    Attributes:
        heard: the requests' bodies, in order.
        keys: the `Authorization` headers beside them.
        reply: what is done for a request; see `says`, `refuses` and `sends`.
        models_status: of the list of its models.
    """

    url: str = ""
    models_status: int = 200
    heard: list[Body] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    reply: "Callable[[Body], Reply]" = lambda body: says("Hello.")

    @property
    def prompt(self) -> str:
        """All that the latest request said."""
        return "\n".join(message["content"] for message in self.heard[-1]["messages"])

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.heard.append(body)
        self.keys.append(request.headers.get("Authorization"))
        return await self.reply(body)(request)

    async def _models(self, request: web.Request) -> web.StreamResponse:
        if self.models_status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.models_status)
        return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model"}]})


Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextmanager
def loopback() -> Iterator[Loopback]:
    """The server, in a thread of its own, so that nothing in a test can hold it up."""
    server, started, loop = Loopback(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", server._chat)
        app.router.add_get("/v1/models", server._models)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        started.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """A piece of an answer as it goes over the line."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "c1", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice], **more})


def event(data: Any) -> bytes:
    """Anything as an event of the stream."""
    return f"data: {json.dumps(data)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def pieces(text: str, size: int = 7) -> list[bytes]:
    """A text as a model writes it, a few letters at a time."""
    return [chunk(text[at : at + size]) for at in range(0, len(text), size)]


def usage(tokens: int) -> bytes:
    """How many tokens it took, as the last event tells."""
    return event({"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": tokens}})


def says(text: str, *, finish: str = "stop", tokens: int | None = None) -> Reply:
    """An answer as it should be."""
    told = [usage(tokens)] if tokens is not None else []
    return sends([*pieces(text), chunk(finish=finish), *told, DONE])


def sends(parts: Iterable[bytes | float], *, breaks_off: bool = False) -> Reply:
    """Any bytes, with pauses in seconds between them; `breaks_off` tears the connection in the end."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            if isinstance(part, float):
                await asyncio.sleep(part)
            else:
                await response.write(part)
        if breaks_off and request.transport is not None:
            request.transport.abort()
        return response

    return reply


def refuses(status: int, body: Any = None) -> Reply:
    """Another status than 200."""

    async def reply(request: web.Request) -> web.StreamResponse:
        return web.json_response(body or {"error": {"message": "no, and your key is sk-1"}}, status=status)

    return reply
