"""The form behind Reply. What it sends is known by its id alone, so that a form that is open outlives a restart."""

import re
from typing import Any

import discord

from bot.chat.forms import sent_form, written
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
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    return found["id"] if found else None


def words_in(interaction: discord.Interaction[Any]) -> str:
    """What was written into a form."""
    return written(interaction).get(FIELD, "")
