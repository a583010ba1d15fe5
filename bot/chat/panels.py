"""Panels: what stands in one message and turns in place, with pictures and buttons."""

import io
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.chat.messages import WORDS_LIMIT, Picture, embed
from bot.chat.rendering import Page, shortened


@dataclass(frozen=True)
class Panel:
    """A page with its pictures, each in an embed of its own below the first, further pages, and its buttons."""

    page: Page
    pictures: tuple[Picture, ...]
    buttons: discord.ui.View
    below: tuple[Page, ...] = ()

    def embeds(self) -> list[discord.Embed]:
        """The page, what only holds a picture, and the pages below."""
        shown = [embed(self.page), *(discord.Embed(colour=self.page.colour) for _ in self.pictures[1:])]
        for number in range(len(self.pictures)):
            shown[number].set_image(url=f"attachment://{_file_name(number)}")
        return [*shown, *map(embed, self.below)]

    def files(self) -> list[discord.File]:
        """The pictures as fresh attachments: one can be sent only once."""
        return [
            discord.File(io.BytesIO(picture.png), _file_name(number), description=shortened(picture.words, WORDS_LIMIT))
            for number, picture in enumerate(self.pictures)
        ]

    def in_words(self) -> "Panel":
        """The panel without its pictures, and with what they show below the text."""
        words = " ".join(picture.words for picture in self.pictures)
        return replace(self, page=worded(self.page, words), pictures=()) if words else self


def _file_name(number: int) -> str:
    return f"picture-{number + 1}.png"


def worded(page: Page, words: str) -> Page:
    """The page with what its picture shows below its text."""
    return page.with_text_below(words if page.formulas else f"*Picture: {words}*")


async def send(interaction: discord.Interaction[Any], panel: Panel) -> None:
    """Fill a deferred response; where files may not be attached, the pictures are put into words."""
    panel = panel if _may_attach(interaction) else panel.in_words()
    try:
        await interaction.followup.send(embeds=panel.embeds(), files=panel.files(), view=panel.buttons)
    except discord.Forbidden:
        await interaction.followup.send(embeds=panel.in_words().embeds(), view=panel.buttons)


async def turn(interaction: discord.Interaction[Any], panel: Panel) -> None:
    """Put the panel in the place of the one that was pressed."""
    panel = panel if _may_attach(interaction) else panel.in_words()
    try:
        await interaction.edit_original_response(
            content=None, embeds=panel.embeds(), attachments=panel.files(), view=panel.buttons
        )
    except discord.Forbidden:
        embeds = panel.in_words().embeds()
        await interaction.edit_original_response(content=None, embeds=embeds, attachments=[], view=panel.buttons)


def _may_attach(interaction: discord.Interaction[Any]) -> bool:
    return interaction.guild_id is None or interaction.app_permissions.attach_files
