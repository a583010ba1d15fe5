"""The form behind Reply. What it sends is known by its id alone, so that a form that is open outlives a restart."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.questions import LONGEST_QUESTION

FORM_ID = re.compile(r"gradus:reply:send:(?P<id>[0-9A-Za-z]{1,32})")
FIELD = "question"
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it


class ReplyForm(discord.ui.Modal):
    """One paragraph: the question that follows the answer `id`."""

    def __init__(self, id: str, why: str = "") -> None:
        """`why`, at most 100 characters, says why there is a form and no thread."""
        super().__init__(title="Go on", custom_id=f"gradus:reply:send:{id}", timeout=OPEN_SECONDS)
        question: discord.ui.TextInput[ReplyForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id=FIELD,
            placeholder="For example: and how do I do that in PyTorch?",
            max_length=LONGEST_QUESTION,
        )
        self.add_item(discord.ui.Label(text="Your question", description=why or None, component=question))


def replied_to(interaction: discord.Interaction[Any]) -> str | None:
    """The id of the answer that a submitted form follows; None where it is no form of ours."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    found = FORM_ID.fullmatch(str(_data(interaction).get("custom_id")))
    return found["id"] if found else None


def words_in(interaction: discord.Interaction[Any]) -> str:
    """What was written into a form."""
    return "".join(str(one.get("value") or "") for one in _inputs(_data(interaction)) if one["custom_id"] == FIELD)


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    return dict(interaction.data) if interaction.data else {}


def _inputs(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The fields of a form, whatever they are wrapped in."""
    if "custom_id" in node and "value" in node:
        yield node
    children = [*node.get("components", ()), *([node["component"]] if "component" in node else ())]
    for child in children:
        yield from _inputs(child)
