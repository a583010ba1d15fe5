"""The buttons under an answer. Each carries the answer's id, so that it works after a restart."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.asking import Asking, Offers
from bot.chat.messages import prepare, send_followup
from bot.chat.rendering import Page, code_page, equations_page, sources_page

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

LABELS = {
    "mathematics": "Mathematics",
    "code": "Code",
    "sources": "Sources",
    "helpful": "Helpful",
    "unhelpful": "Not helpful",
}
VOTES = ("helpful", "unhelpful")


ID = re.compile(rf"gradus:answer:(?P<act>{'|'.join(LABELS)}):(?P<id>[0-9A-Za-z]{{1,32}})")


class AnswerButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=ID):
    """One button under an answer. Anyone may press it; what it opens is seen only by who pressed."""

    def __init__(self, act: str, id: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:answer:{act}:{id}",
                row=1 if act in VOTES else 0,
            )
        )
        self.act, self.answer = act, id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], match["id"])

    async def callback(self, interaction: discord.Interaction["GradusClient"]) -> Any:  # type: ignore[override]
        """Answer a press, for the eyes of who pressed."""
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await (self._vote if self.act in VOTES else self._open)(interaction)
        except Exception as error:  # discord.py only logs what an item raises
            await interaction.client.complaints.to_interaction(interaction, error)

    async def _vote(self, interaction: discord.Interaction["GradusClient"]) -> None:
        gradus = interaction.client.gradus
        helpful = self.act == "helpful"
        await gradus.asking.vote(self.answer, interaction.user.id, helpful, gradus.clock())
        thanks = "Thank you, noted as helpful." if helpful else "Thank you, noted: this answer did not help you."
        await interaction.followup.send(f"{thanks} You can change your mind by pressing the other button.")

    async def _open(self, interaction: discord.Interaction["GradusClient"]) -> None:
        gradus = interaction.client.gradus
        page = await PAGES[self.act](gradus.asking, self.answer)
        await send_followup(interaction, await prepare(page, gradus.settings.cache_path))


async def _mathematics(asking: Asking, id: str) -> Page:
    return equations_page(await asking.equations(id))


async def _code(asking: Asking, id: str) -> Page:
    return code_page(await asking.code(id))


async def _sources(asking: Asking, id: str) -> Page:
    return sources_page(await asking.sources(id))


PAGES: dict[str, Callable[[Asking, str], Awaitable[Page]]] = {
    "mathematics": _mathematics,
    "code": _code,
    "sources": _sources,
}


def answer_buttons(id: str, offers: Offers) -> discord.ui.View:
    """The row under the answer `id`: only what has something behind it, then the votes."""
    view = discord.ui.View(timeout=None)
    for act in LABELS:
        if act in VOTES or getattr(offers, act):
            view.add_item(AnswerButton(act, id))
    return view


def answer_behind(message: discord.Message) -> str | None:
    """The id of the answer that a message replies to, read from that answer's buttons; None where it is none."""
    replied = message.reference.resolved if message.reference else None
    if not isinstance(replied, discord.Message):
        return None
    rows = (row for row in replied.components if isinstance(row, discord.ActionRow))
    ids = (ID.fullmatch(getattr(item, "custom_id", None) or "") for row in rows for item in row.children)
    return next((found["id"] for found in ids if found), None)
