"""Where a question is asked, and whether answers are public there."""

from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.asking import DIRECT
from bot.assembly import Gradus

MOST_CHANNELS = 3  # named where answers are not public


@dataclass(frozen=True)
class Where:
    """Where somebody asks; ids are Discord's.

    Attributes:
        server: None in direct messages.
        parent: the channel that a thread belongs to, or None.
        thread: whether it is a thread: there one question leads to the next.
    """

    server: int | None
    channel: int
    parent: int | None
    thread: bool

    @classmethod
    def of(cls, said: discord.Message | discord.Interaction[Any]) -> Self:
        """Where a message was written, a command typed or a button pressed."""
        channel = said.channel
        thread = isinstance(channel, discord.Thread)
        parent = channel.parent_id if isinstance(channel, discord.Thread) else None
        return cls(said.guild.id if said.guild else None, channel.id if channel else 0, parent, thread)

    @property
    def place(self) -> str:
        """The place as `bot.asking` knows it, where everyone sees the answer."""
        return DIRECT if self.server is None else f"{self.server}/{self.channel}"


async def is_public(gradus: Gradus, where: Where) -> bool:
    """Whether answers there are for everyone; if not, only who asks may see them."""
    if where.server is None:
        return True
    return (await gradus.servers.settings(where.server)).speaks_in(where.channel, where.parent)


async def pointer(gradus: Gradus, guild: discord.Guild) -> str:
    """What to say, instead of an answer that everyone would see, where answers are not public."""
    allowed = sorted((await gradus.servers.settings(guild.id)).allowed_channels)
    there = [channel for channel in map(guild.get_channel_or_thread, allowed) if channel is not None]
    if not there:
        return "I do not answer in public here. Use `/ask`: only you will see the answer."
    named = ", ".join(channel.mention for channel in there[:MOST_CHANNELS])
    return f"I answer in public in {named}. Here use `/ask`: only you will see the answer."
