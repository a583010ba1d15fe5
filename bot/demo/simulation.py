"""The simulated Discord: one server, its channels, three people, and the real bot attached to them.

Everything here lives in memory and is built anew at each start, in the same order and at the same simulated
moment, so that people, channels and the server keep their ids: the bot's store on disk knows them again.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord
from simcord.actors import MemberActor
from simcord.backend.access import can_access_channel, can_access_message
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel
from simcord.builders import ChannelHandle, UserHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.demo.clock import DemoClock
from bot.demo.faces import face
from foundation.errors import GradusError

log = logging.getLogger(__name__)

SERVER = "Study server"
SERVER_ID = 4_242_424_242_424_242
CHANNELS = {
    "ask": "Ask Gradus anything about deep learning",
    "daily-quiz": "A few questions every day",
    "training": "Small training runs and their results",
    "study-hall": "Study groups and live rounds",
}
BOT, BOT_COLOUR = "Gradus", "#5865f2"
PEOPLE = {"You": "#2f8f52", "Ada": "#c4572a", "Grace": "#a03c8a"}
FACE = "face"  # stands for the hash of an avatar
MESSAGE_COMMAND = 3  # Discord's application command type for the menu of a message

# A settled slice of work this long without a new event counts as the bot having had its say.
QUIET_SECONDS = 0.12
# The longest that one action waits for the bot; what it says later appears by itself.
PATIENCE_SECONDS = 1.0
# A step of a jump of days and of one of hours: coarse enough to be quick, fine enough for daily prompts.
DAY_STEP = timedelta(hours=1)
HOUR_STEP = timedelta(minutes=15)
TICK_PATIENCE_SECONDS = 5.0

Tick = Callable[[datetime], Awaitable[object]]


@dataclass(frozen=True)
class Person:
    """Somebody whom the visitor can act as, and the colour of their face."""

    id: int
    name: str
    colour: str


@dataclass(frozen=True)
class Place:
    """Somewhere messages are read and written.

    Attributes:
        kind: `channel`, `thread` or `direct`.
        parent: the channel that a thread belongs to, or None.
        last: the id of the newest message that the person can see, or 0.
    """

    id: int
    name: str
    kind: str
    topic: str
    parent: int | None
    last: int


class PatientEnv(Env):
    """An `Env` for people: it waits for the bot's answer, but never insists that the bot falls silent.

    simcord's tests want every action to end with the bot at rest and fail where it does not. Here the page
    is live, so an action is over as soon as the bot has had its say, or after `PATIENCE_SECONDS`.
    """

    async def _settle_internal(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - simcord's signature
        idle: float = 0.05,
        dispatch: str | None = None,
        _deadline: float | None = None,
    ) -> None:
        advancing = _deadline is not None
        loop = asyncio.get_running_loop()
        # Only an interaction is owed an answer: a message may be meant for somebody else.
        owed = dispatch in {None, "INTERACTION_CREATE"} and not advancing
        end = loop.time() + (PATIENCE_SECONDS if owed else 0.0)
        before = latest = len(self.backend.transcript)
        while True:
            try:
                await super()._settle_internal(
                    timeout=0.02 if advancing else QUIET_SECONDS, idle=idle, dispatch=dispatch
                )
                return
            except TimeoutError:
                now = len(self.backend.transcript)
                if loop.time() >= end or before != now == latest:
                    return
                latest = now


class Simulation:
    """The simulated server with the bot in it.

    One action runs at a time (`turn`): simcord refuses two at once.
    """

    def __init__(self, client: discord.Client, *, clock: DemoClock, tick: Tick | None = None) -> None:
        """Build the server around `client`, which `start` then attaches.

        `tick` is called about once a second, and at every step of a jump, with the demo's time.
        """
        self.clock = clock
        self.turn = asyncio.Lock()
        self.env = PatientEnv(client, check_errors=False)
        self._tick = tick
        self._ticking: asyncio.Task[object] | None = None
        self._jumping = asyncio.Lock()
        self.env.backend.edit_bot_profile(BOT)
        self.env.backend.bot_user.avatar = FACE
        # People before the server and the server before its channels: the order makes the ids.
        self._users = tuple(self.env.create_user(name.lower(), global_name=name, avatar=FACE) for name in PEOPLE)
        self.guild = self.env.create_guild(SERVER, id=SERVER_ID, owner=self._users[0])
        for user in self._users[1:]:
            self.guild.add_member(user)
        self.channels = tuple(self.guild.create_text_channel(name, topic=topic) for name, topic in CHANNELS.items())
        self._direct = {user.id: user.dm_channel.id for user in self._users}
        self._members = tuple(MemberActor(self.env, self.guild, user) for user in self._users)
        self.env.backend.clock.advance(max(0.0, (clock() - self.env.now()).total_seconds()))

    async def start(self) -> None:
        """Attach the bot and let it log in.

        Raises:
            GradusError: the bot could not start.
        """
        try:
            await self.env.start()
        except GradusError:
            raise
        except Exception as error:
            log.exception("the bot could not start in the simulated Discord")
            raise GradusError(f"the bot could not start: {error}") from error

    async def stop(self) -> None:
        """Detach the bot; what it was doing is cancelled."""
        try:
            await self.env.shutdown()
        except TimeoutError:
            # A thread of the bot's (the encoder being loaded, say) cannot be cancelled, only outlived.
            log.info("the bot was still at work when the demo ended")

    # ---------------------------------------------------------------- people and places

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom the visitor can act as, the visitor first."""
        return tuple(
            Person(user.id, name, colour) for user, (name, colour) in zip(self._users, PEOPLE.items(), strict=True)
        )

    @property
    def pictures(self) -> dict[str, tuple[str, bytes]]:
        """The faces, as Preview takes pictures that lie on the web: address to file name and content."""
        faces = {one.id: face(one.name, one.colour) for one in self.people}
        faces[self.env.backend.bot_user.id] = face(BOT, BOT_COLOUR)
        return {
            f"{CDN_BASE}/avatars/{person}/{FACE}.png": (f"{person}.png", picture) for person, picture in faces.items()
        }

    def with_mentions(self, content: str) -> str:
        """A message in which `@Gradus`, or `@` and a person's name, has become a mention of them."""
        ids = {BOT.lower(): self.env.backend.bot_user.id} | {one.name.lower(): one.id for one in self.people}
        return re.sub(
            rf"(?<![\w<])@({'|'.join(ids)})\b",
            lambda found: f"<@{ids[found[1].lower()]}>",
            content,
            flags=re.IGNORECASE,
        )

    def channel(self, channel_id: int) -> ChannelHandle:
        """The channel, thread or direct messages with that id.

        Raises:
            GradusError: there is none.
        """
        try:
            channel = self.env.backend.get_channel(channel_id)
        except BackendError as error:
            raise GradusError("that channel is gone: choose another on the left") from error
        return ChannelHandle(self.env, self.guild if channel.guild_id is not None else None, channel)

    def viewers(self, channel_id: int) -> tuple[MemberActor | UserHandle, ...]:
        """Who can look at a channel: every member, or the one person of direct messages."""
        channel = self.channel(channel_id)
        if channel.guild is not None:
            return self._members
        return tuple(user for user in self._users if self._direct[user.id] == channel_id)

    def places(self, person_id: int) -> tuple[Place, ...]:
        """What a person sees on the left: channels, each with its threads behind it, then direct messages.

        Raises:
            GradusError: nobody has that id.
        """
        member = self._member(person_id)
        found: list[Place] = []
        for handle in self.channels:
            found.append(self._place(handle.id, member))
            found.extend(self._place(thread.id, member) for thread in self._threads(handle.id, member))
        return (*found, self._place(self._direct[person_id], member))

    def _member(self, person_id: int) -> MemberActor:
        for member in self._members:
            if member.id == person_id:
                return member
        raise GradusError("nobody here has that id")

    def _threads(self, parent: int, member: MemberActor) -> Iterator[Channel]:
        for channel in list(self.env.backend.channels.values()):
            ours = channel.is_thread and channel.parent_id == parent
            if ours and can_access_channel(self.env, channel.id, member):
                yield channel

    def _place(self, channel_id: int, member: MemberActor) -> Place:
        channel = self.env.backend.get_channel(channel_id)
        direct = channel.guild_id is None
        return Place(
            id=channel.id,
            name=BOT if direct else channel.name or "thread",
            kind="direct" if direct else "thread" if channel.is_thread else "channel",
            topic=channel.topic or "",
            parent=channel.parent_id if channel.is_thread else None,
            last=max(
                (
                    message.id
                    for message in self.env.backend.messages.get(channel_id, {}).values()
                    if can_access_message(self.env, channel_id, message, member)
                ),
                default=0,
            ),
        )

    # ---------------------------------------------------------------- the menu of a message

    @property
    def message_commands(self) -> tuple[str, ...]:
        """The bot's commands in the menu of a message, by name."""
        return tuple(
            name
            for scope in (None, self.guild.id)
            for name, kind in self.env.backend.commands.get(scope, {})
            if kind == MESSAGE_COMMAND
        )

    async def use_menu(self, person_id: int, channel_id: int, message_id: int, command: str) -> InteractionResult:
        """Run a command of the menu of a message, as a person, in a channel of the server.

        Raises:
            GradusError: there is no such command, message or person, or the person may not use it here.
        """
        if command not in self.message_commands:
            raise GradusError("the bot has no such command in the menu of a message")
        channel, member = self.channel(channel_id), self._member(person_id)
        if channel.guild is None:
            raise GradusError("the menu of a message works in the server's channels, not in direct messages")
        async with self.turn:
            try:
                message = self.env.backend.get_message(channel_id, message_id)
                return await member.context_menu(channel, command, ResponseMessage(self.env, message))
            except (BackendError, ValueError, AssertionError) as error:
                log.info("%s on message %d was refused: %s", command, message_id, error)
                raise GradusError("Discord refuses that: the message is gone, or the command is not for it") from error

    async def invite(self, person_id: int, channel: ChannelHandle, group: str) -> None:
        """Have somebody open their study groups in a channel, and press *Invite* for one of them.

        Raises:
            BackendError, ValueError, AssertionError: they may not, or there is no such button.
        """
        member = self._member(person_id)
        async with self.turn:
            panel = (await member.slash(channel, "group mine")).response
            assert panel is not None, "the bot has not answered"
            await member.click(panel, custom_id=f"gradus:group:invite:{group}")

    # ---------------------------------------------------------------- time

    async def keep_time(self) -> None:
        """Bring the simulated Discord's clock up to the demo's; timers that are due fire."""
        async with self.turn:
            behind = (self.clock() - self.env.now()).total_seconds()
            if behind > 0:
                try:
                    await self.env.advance_time(behind)
                except TimeoutError:
                    # What is left of the way is made up at the next call.
                    log.debug("the simulated clock is behind: the bot is busy")

    async def jump(self, by: timedelta) -> None:
        """Send time ahead, in steps, with the bot's periodic work done at each as it would have been."""
        step = DAY_STEP if by >= timedelta(days=1) else HOUR_STEP
        async with self._jumping:
            while by > timedelta(0):
                self.clock.jump(min(step, by))
                by -= min(step, by)
                await self.keep_time()
                await self.tick()

    async def tick(self) -> None:
        """Run the bot's periodic work once, unless the last run is still at it."""
        if self._tick is None:
            return
        if self._ticking is None or self._ticking.done():
            # The work is the bot's own: its timers and errors belong to it, as on the real Discord.
            with self.env._bot_scope():
                self._ticking = asyncio.create_task(self._run_tick(self._tick))
        await asyncio.wait({self._ticking}, timeout=TICK_PATIENCE_SECONDS)

    async def _run_tick(self, tick: Tick) -> None:
        try:
            await tick(self.clock())
        except Exception:
            log.exception("a periodic task of the bot failed")

    async def live(self) -> None:
        """Keep time and run the bot's periodic work, until cancelled."""
        turns = 0
        while True:
            await asyncio.sleep(0.25)
            await self.keep_time()
            turns += 1
            if turns % 4 == 0:
                await self.tick()
