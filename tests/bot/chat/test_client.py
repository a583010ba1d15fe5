"""How the client starts: its commands, its intents, what it may ping."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import discord
import pytest
import simcord
from discord import app_commands

from bot.assembly import Gradus
from bot.chat.client import NEEDED, GradusClient, commands_digest, intents, invite_link, make_client
from bot.chat.group_places import CHANNEL_NEEDS, EVENT_NEEDS, ROLE_NEEDS
from bot.settings import Settings


def commands(client: GradusClient) -> list[app_commands.Command | app_commands.Group | app_commands.ContextMenu]:  # type: ignore[type-arg]
    return list(client.tree.get_commands())


def told(env: simcord.Env) -> int:
    """How often Discord was told the commands."""
    return sum(request.method == "PUT" and request.path.endswith("/commands") for request in env.http_requests)


@pytest.mark.parametrize("name", ["members", "presences", "message_content"])
def test_no_privileged_intent_is_asked_for(name: str, tmp_path: Path) -> None:
    assert not getattr(intents(Settings(home=tmp_path)), name)


def test_the_invite_link_asks_for_what_is_needed_and_no_more() -> None:
    link = urlparse(invite_link(42))
    query = parse_qs(link.query)
    asked = int(query["permissions"][0])
    assert asked == discord.Permissions(**dict.fromkeys(NEEDED, True)).value
    assert (query["client_id"], query["scope"]) == (["42"], ["bot applications.commands"])


def test_the_readme_gives_the_same_link_and_explains_every_permission() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    asked = parse_qs(urlparse(invite_link(42)).query)["permissions"][0]
    assert f"scope=bot+applications.commands&permissions={asked}\n" in readme
    rows = readme.casefold().replace("view channels", "view channel")
    assert [name for name in NEEDED if f"| {name.replace('_', ' ')} |" not in rows] == []
    optional = {*CHANNEL_NEEDS.values(), *ROLE_NEEDS.values(), *EVENT_NEEDS.values(), "Manage Threads"}
    assert [words for words in optional if words not in readme.partition("| optional |")[2]] == []


async def test_a_bot_in_no_server_tells_its_operator_how_to_invite_it(
    new_client: Callable[[], GradusClient], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        async with simcord.run(new_client()):
            assert "invite it to a server: https://discord.com/oauth2/authorize?client_id=" in caplog.text


def test_message_content_is_asked_for_only_where_the_operator_switched_it_on(tmp_path: Path) -> None:
    assert intents(Settings(home=tmp_path, message_content=True)).message_content


def test_nothing_that_the_client_sends_may_ping(new_client: Callable[[], GradusClient]) -> None:
    allowed = new_client().allowed_mentions
    assert allowed is not None
    assert (allowed.everyone, allowed.users, allowed.roles, allowed.replied_user) == (False, False, False, False)


async def test_every_command_has_a_name_of_its_own_and_texts_that_discord_takes(simcord_env: simcord.Env) -> None:
    client = simcord_env.bot
    assert isinstance(client, GradusClient)
    found = commands(client)
    kinds = [(type(command).__name__, command.name) for command in found]
    assert len(set(kinds)) == len(kinds)
    assert {("Command", "ask"), ("ContextMenu", "Explain this")} <= set(kinds)
    for command in found:
        assert 1 <= len(command.name) <= 32
        if isinstance(command, app_commands.Command):
            assert 1 <= len(command.description) <= 100
            assert all(1 <= len(parameter.description) <= 100 for parameter in command.parameters)
            assert all(parameter.description != "…" for parameter in command.parameters)
            assert len(command.parameters) <= 25


async def test_commands_are_told_once_and_again_only_when_they_change(
    simcord_env: simcord.Env, new_client: Callable[[], GradusClient], gradus: Gradus
) -> None:
    assert told(simcord_env) == 1
    await simcord_env.restart_bot(new_client())
    assert told(simcord_env) == 1

    @app_commands.command(name="new", description="A new command")
    async def new(interaction: discord.Interaction) -> None: ...

    changed = new_client()
    changed.tree.add_command(new)
    await simcord_env.restart_bot(changed)
    assert told(simcord_env) == 2


async def test_commands_are_told_to_a_discord_that_does_not_have_them(
    new_client: Callable[[], GradusClient],
) -> None:
    for _ in range(2):  # each a Discord of its own, over the same data folder
        async with simcord.run(new_client()) as env:
            assert told(env) == 1


async def test_commands_are_told_again_when_only_their_words_change(
    simcord_env: simcord.Env, new_client: Callable[[], GradusClient], gradus: Gradus
) -> None:
    (written,) = gradus.settings.cache_path.glob("commands-*")
    client = simcord_env.bot
    assert isinstance(client, GradusClient)
    assert written.read_text() == commands_digest(client.tree)
    written.write_text("another digest")
    await simcord_env.restart_bot(new_client())
    assert told(simcord_env) == 2


async def test_what_was_in_flight_is_taken_up_once_at_the_first_ready(gradus: Gradus) -> None:
    seen: list[str] = []

    async def step() -> None:
        seen.append("taken up")

    client = make_client(gradus)
    client.boot_steps.append(step)
    async with simcord.run(client):
        assert seen == ["taken up"]
        client.dispatch("ready")
    assert seen == ["taken up"]


async def test_a_feature_that_does_not_load_stops_the_start(gradus: Gradus, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr("bot.chat.cogs.ask.Ask.cog_load", broken)
    with pytest.raises(Exception, match="no such thing"):
        async with simcord.run(make_client(gradus)):
            raise AssertionError("it started all the same")


async def test_every_interaction_is_answered_without_pings(simcord_env: simcord.Env) -> None:
    channel = simcord_env.create_guild().create_text_channel("ask")
    ada = simcord_env.guild.add_member(simcord_env.create_user("ada"))
    await ada.slash(channel, "ask", question="@everyone why does dropout help?")
    sent = [request for request in simcord_env.http_requests if "/webhooks/" in request.path]
    assert sent
    assert all(
        request.json is None or request.json.get("allowed_mentions", {}).get("parse") == [] for request in sent
    ), json.dumps([request.json for request in sent], default=str)
