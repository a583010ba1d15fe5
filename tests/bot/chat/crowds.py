"""Many people who press at the same moment: simcord's own actors wait for each other."""

from collections.abc import Mapping

import discord
import simcord
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.interactions import base_payload


def press_at_once(env: simcord.Env, message: discord.Message, ids: Mapping[MemberActor, str]) -> list[int]:
    """Let everybody press the button of an id under a message, before the bot does anything; the interactions' ids."""
    payloads = []
    for who, id in ids.items():
        record, payload = base_payload(
            env.backend,
            type=discord.InteractionType.component.value,
            channel_id=message.channel.id,
            guild_id=who.guild.id,
            user_id=who.id,
            data={"custom_id": id, "component_type": discord.ComponentType.button.value},
        )
        stored = env.backend.get_message(message.channel.id, message.id)
        record.source_message_id = message.id
        payloads.append((record.id, payload | {"message": dict(serializers.message_payload(env.backend, stored))}))
    for _, payload in payloads:
        env.backend.emit("INTERACTION_CREATE", payload)
    return [id for id, _ in payloads]
