"""Daily prompts on Discord: by direct message, or in a thread of one's own in a server's quiz channel."""

import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import discord

from bot.chat.standing import Standing, standing_view
from bot.prompting import Prompting, Refused, Sent, Transient
from foundation.errors import GradusError
from quizzes.prompts import DM, Prompt

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

StartSession = Callable[[discord.Interaction["GradusClient"]], Awaitable[None]]
"""Begins the session of who pressed; it answers the press itself."""

THREAD_NAME = "Daily questions"
IN_PUBLIC = "Your questions for today are ready."
"""What a prompt says where everyone can read it: not how many, nor what about."""

NOT_YOURS = "This prompt is somebody else's. Begin your own questions with `/quiz now`."

LOOK_BACK = 50
"""Messages of a channel among which a prompt is looked for: one a day comes from us."""

TRY_LATER = (429, 40003, 20026)
"""The status of too many requests, and Discord's codes for opening direct messages too fast and for a bot held up."""

SERVER_ERROR = 500  # from this status on it is Discord's own trouble

ID = re.compile(r"gradus:prompt:(?P<nonce>[0-9A-Za-z]{1,25}):(?P<person>\d+)")


class StartButton(Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=ID):
    """The button under a prompt, for whom it is meant. `nonce` makes its message known again."""

    def __init__(self, nonce: str, person: int) -> None:
        super().__init__(
            discord.ui.Button(
                label="Start",
                style=discord.ButtonStyle.primary,
                custom_id=f"gradus:prompt:{nonce}:{person}",
            )
        )
        self.person = person

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["nonce"], int(match["person"]))

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Begin, if it is theirs."""
        if interaction.user.id != self.person:
            raise GradusError(NOT_YOURS)
        await self.begin(interaction)

    @abstractmethod
    async def begin(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Begin a session, and answer the press with it."""


def start_button(start_session: StartSession) -> type[StartButton]:
    """The button that begins a session by `start_session`."""

    class Wired(StartButton, template=ID):
        async def begin(self, interaction: discord.Interaction["GradusClient"]) -> None:
            await start_session(interaction)

    return Wired


class PromptSender:
    """Carries prompts to learners (`bot.prompting.Deliver`)."""

    def __init__(self, client: "GradusClient", prompting: Prompting, start_session: StartSession) -> None:
        """The client answers presses of the button from now on."""
        self._client = client
        self._prompting = prompting
        self._button = start_button(start_session)
        client.add_dynamic_items(self._button)

    async def tick(self, now: datetime) -> None:
        """Send what is due, while there is a connection."""
        if self._client.is_ready():
            await self._prompting.send_due(self, now)

    async def find(self, prompt: Prompt) -> Sent | None:
        """The message whose button has the prompt's nonce, in any place where it may have been sent."""
        with trouble_told_apart():
            if prompt.place == DM:
                found = await _with_nonce(await self._client.create_dm(discord.Object(prompt.person)), prompt.nonce)
                if found is not None:
                    return Sent(DM, str(found.id))
            thread = await self._thread(prompt.thread) if prompt.thread else None
            found = await _with_nonce(thread, prompt.nonce) if thread else None
            return Sent(str(thread.guild.id), str(found.id)) if thread and found else None

    async def send(self, prompt: Prompt, text: str) -> Sent:
        """Send it by direct message, or in its thread where that was chosen or direct messages are closed.

        Raises:
            Refused: neither is open.
            Transient: Discord has trouble.
        """
        with trouble_told_apart():
            if prompt.place != DM:
                return await self._send_in(int(prompt.place), prompt, text)
            try:
                channel = await self._client.create_dm(discord.Object(prompt.person))
                message = await channel.send(text, **self._marks(prompt))
            except (discord.Forbidden, discord.NotFound) as closed:
                if passes(closed):
                    raise
                if prompt.server is None:
                    raise Refused("direct messages are closed, and no server is known") from closed
                return await self._send_in(prompt.server, prompt, text)
            return Sent(DM, str(message.id))

    def _marks(self, prompt: Prompt) -> dict[str, Any]:
        """What makes it known again: for a few minutes Discord itself sends no second one of the same nonce."""
        return {"nonce": prompt.nonce, "view": standing_view(self._button(prompt.nonce, prompt.person))}

    # ------------------------------------------------------------------------------------ in a server

    async def _send_in(self, server: int, prompt: Prompt, text: str) -> Sent:
        channel = await self._quiz_channel(server, prompt.person)
        try:
            thread = await self._own_thread(channel, prompt)
            said = text if thread.is_private() else IN_PUBLIC
            message = await thread.send(
                f"<@{prompt.person}> {said}",
                allowed_mentions=discord.AllowedMentions(users=[discord.Object(prompt.person)]),
                **self._marks(prompt),
            )
        except discord.Forbidden as closed:
            if passes(closed):
                raise
            raise Refused("the server does not let me write in a thread of its quiz channel") from closed
        return Sent(str(server), str(message.id))

    async def _quiz_channel(self, server: int, person: int) -> discord.TextChannel:
        """Where prompts of a server go, if the person is there and not blocked."""
        guild = self._client.get_guild(server)
        if guild is None:
            raise Refused("I am not in that server any more")
        servers = self._client.gradus.servers
        channel = guild.get_channel((await servers.settings(server)).quiz_channel or 0)
        if not isinstance(channel, discord.TextChannel):
            raise Refused("the server has no quiz channel")
        try:
            await servers.refuse_blocked(server, person)
            await guild.fetch_member(person)
        except GradusError as blocked:
            raise Refused("the server's moderators have blocked the learner") from blocked
        except discord.NotFound as gone:
            raise Refused("the learner is not in that server any more") from gone
        return channel

    async def _own_thread(self, channel: discord.TextChannel, prompt: Prompt) -> discord.Thread:
        """The learner's thread in a channel: private where the bot may open such, else one that says little."""
        kept = await self._thread(prompt.thread) if prompt.thread else None
        if kept is not None and kept.parent_id == channel.id and not kept.locked:
            return kept
        private = channel.permissions_for(channel.guild.me).create_private_threads
        kind = discord.ChannelType.private_thread if private else discord.ChannelType.public_thread
        made = await channel.create_thread(name=THREAD_NAME, type=kind)
        await self._prompting.keep_thread(prompt.person, made.id)  # first: it is looked in if this is cut short
        await made.add_user(discord.Object(prompt.person))
        return made

    async def _thread(self, id: int) -> discord.Thread | None:
        """A thread, archived or not; None where it was deleted or is closed to the bot."""
        try:
            found = await self._client.fetch_channel(id)
        except (discord.NotFound, discord.Forbidden):
            return None
        return found if isinstance(found, discord.Thread) else None


async def _with_nonce(channel: discord.abc.Messageable, nonce: str) -> discord.Message | None:
    """The latest message with a prompt's button, or None where there is none to be seen."""
    try:
        async for message in channel.history(limit=LOOK_BACK):
            if nonce in _nonces(message):
                return message
    except (discord.NotFound, discord.Forbidden):
        return None
    return None


def _nonces(message: discord.Message) -> list[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    ids = (ID.fullmatch(getattr(item, "custom_id", None) or "") for row in rows for item in row.children)
    return [found["nonce"] for found in ids if found]


def passes(error: discord.HTTPException) -> bool:
    """Whether a later try may go better."""
    return error.status >= SERVER_ERROR or error.status in TRY_LATER or error.code in TRY_LATER


@contextmanager
def trouble_told_apart() -> Iterator[None]:
    """Discord's own trouble and the network's, as `Transient`; anything else stays what it is."""
    try:
        yield
    except discord.HTTPException as error:
        if passes(error):
            raise Transient(f"Discord answers {error.status}") from error
        raise
    except (discord.RateLimited, aiohttp.ClientError, OSError) as error:
        raise Transient(type(error).__name__) from error
