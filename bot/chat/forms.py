"""Forms that were sent. Each is known by its id and by what stands in it, and by no object kept in memory.

discord.py remembers one modal for each id: whoever opened it last. With its own callbacks a second person who has
the same form open is not heard, and nobody is after a restart.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Written = Mapping[str, str]
"""What was written into a form or chosen in it, by field; what stayed empty is an empty text or missing."""


async def take(
    interaction: discord.Interaction["GradusClient"],
    form: str,
    act: Callable[[discord.Interaction["GradusClient"], Written], Awaitable[None]],
) -> None:
    """Act on the form of that id, if it is what was sent; what `act` raises is told to who sent it."""
    if sent_form(interaction) != form:
        return
    try:
        await act(interaction, written(interaction))
    except Exception as error:  # no command and no item of discord.py's: nothing else would tell
        await interaction.client.complaints.to_interaction(interaction, error)


def sent_form(interaction: discord.Interaction[Any]) -> str | None:
    """The id of the form that was sent; None where the interaction is something else."""
    sent = interaction.type is discord.InteractionType.modal_submit
    return str(_data(interaction).get("custom_id")) if sent else None


def written(interaction: discord.Interaction[Any]) -> Written:
    """What stands in the form that was sent."""
    return {str(one["custom_id"]): _value(one) for one in _fields(_data(interaction)) if "custom_id" in one}


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    return dict(interaction.data) if interaction.data else {}


def _fields(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The fields of a form, whatever they are wrapped in."""
    if "value" in node or "values" in node:
        yield node
    children = [*node.get("components", ()), *([node["component"]] if "component" in node else ())]
    for child in children:
        yield from _fields(child)


def _value(field: Mapping[str, Any]) -> str:
    chosen = field.get("values") or ()
    return str(field.get("value") or next(iter(chosen), ""))
