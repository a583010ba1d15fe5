"""What an operator reads when Discord refuses or is not there: a loopback server stands for Discord's API."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import discord
import pytest
from aiohttp import web

from bot.assembly import Gradus, assemble
from bot.chat.service import serve
from bot.settings import load_settings
from foundation.errors import GradusError


@pytest.fixture
def gradus(tmp_path: Path) -> Iterator[Gradus]:
    made = assemble(load_settings({"GRADUS_HOME": str(tmp_path)}), say=lambda line: None)
    yield made
    made.close()


@pytest.fixture(params=[401])
async def refusing_api(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Discord's API as it refuses a login, by default as one with a wrong token; gives what it was asked."""
    asked: list[str] = []

    async def refuse(asking: web.Request) -> web.Response:
        asked.append(asking.path)
        return web.json_response({"message": "refused", "code": 0}, status=request.param)

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{listener.getsockname()[1]}/api/v10")
    yield asked
    await runner.cleanup()


async def test_a_wrong_token_is_one_clear_line_without_the_token(gradus: Gradus, refusing_api: list[str]) -> None:
    with pytest.raises(GradusError) as caught:
        await serve(gradus, "wr0ng-t0ken")
    assert str(caught.value).startswith("Discord refuses DISCORD_TOKEN; copy it anew from discord.com/developers")
    assert "wr0ng" not in str(caught.value)
    assert refusing_api == ["/api/v10/users/@me"]


async def test_no_network_is_one_clear_line(gradus: Gradus, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{port}/api/v10")
    with pytest.raises(GradusError, match=r"cannot reach Discord \(ClientConnectorError\); check the network"):
        await serve(gradus, "any")


@pytest.mark.parametrize("refusing_api", [403, 404], indirect=True)
async def test_any_other_refusal_is_one_clear_line(gradus: Gradus, refusing_api: list[str]) -> None:
    with pytest.raises(GradusError, match=r"Discord answers 40\d to the login; try again later"):
        await serve(gradus, "any")
    assert refusing_api


@pytest.mark.parametrize("token", ["two\nlines", "with spaces in it", "gr\u00fcn"])
async def test_what_can_be_no_token_is_refused_before_it_is_sent(gradus: Gradus, token: str) -> None:
    with pytest.raises(GradusError, match="Discord refuses DISCORD_TOKEN"):
        await serve(gradus, token)
