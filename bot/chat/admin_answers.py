"""The page of `/admin` on members' answers: what was accepted or reported, one after another, and the word list."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.chat.ask_group_pages import review_page
from bot.chat.cogs.admin import PanelButton, server_of
from bot.chat.forms import Written, take
from bot.chat.messages import embed
from bot.chat.rendering import Page
from bot.chat.standing import Standing, standing_view
from bot.groups.asked import MemberAnswer, NotKept, Review
from bot.groups.word_list import as_lines, phrases_in
from bot.servers.settings import LONGEST_WORD_LIST

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS = {"approve": "Approve", "refuse": "Refuse", "keep": "Keep", "remove": "Remove"}
WORDS_FORM = "gradus:admin-answers:words-form"
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it


async def answers_panel(interaction: Press, number: int = 0) -> tuple[Page, discord.ui.View]:
    """What waits for a moderator, from 0 on the oldest first, with what they can do about it."""
    desk = await interaction.client.gradus.member_answers.desk(server_of(interaction))
    waiting = len(desk.reviews)
    number = max(0, min(number, waiting - 1))
    review = desk.reviews[number] if desk.reviews else None
    items: list[discord.ui.Item[Any]] = [VerdictButton(act, review.post.id) for act in _acts(review)] if review else []
    items += [TurnButton(number - 1, "◀ Before")] if number > 0 else []
    items += [TurnButton(number + 1, "Next ▶")] if number + 1 < waiting else []
    page = review_page(review, number, waiting, desk.approved)
    return page, standing_view(*items, WordsButton(), PanelButton("home"))


def _acts(review: Review) -> tuple[str, ...]:
    waits = isinstance(review.post, MemberAnswer) and review.post.state == "accepted"
    return ("approve", "refuse", "remove") if waits else ("keep", "remove")


async def _turn(interaction: Press, number: int = 0) -> None:
    page, view = await answers_panel(interaction, number)
    await interaction.edit_original_response(embed=embed(page), view=view)


class VerdictButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:admin-answers:(?P<act>{'|'.join(LABELS)}):(?P<post>[0-9A-Za-z]{{1,32}})",
):
    """A moderator's word on an answer or a question."""

    def __init__(self, act: str, post: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.danger if act == "remove" else discord.ButtonStyle.primary,
                custom_id=f"gradus:admin-answers:{act}:{post}",
                row=0,
            )
        )
        self.act, self.post = act, post

    async def pressed(self, interaction: Press) -> None:
        """Keep it, show it where the answer stands, and go on to the next."""
        await interaction.response.defer()
        client, server = interaction.client, server_of(interaction)
        try:
            await client.gradus.member_answers.judge(self.post, server, self.act)
        except NotKept:  # another moderator was quicker, or its writer
            await _turn(interaction)
            raise
        await client.group_posts.refresh(self.post)
        if self.act == "approve":
            await client.gradus.member_answers.encode_new(client.gradus.clock())
        await _turn(interaction)


class TurnButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gradus:admin-answers:at:(?P<number>\d{1,5})",
):
    """Turns to another of what waits."""

    def __init__(self, number: int, label: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=label,
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:admin-answers:at:{number}",
                row=1,
            )
        )
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(int(match["number"]))

    async def pressed(self, interaction: Press) -> None:
        """Turn."""
        await interaction.response.defer()
        await _turn(interaction, self.number)


class WordsButton(
    Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"gradus:admin-answers:words"
):
    """Opens the server's word list."""

    def __init__(self) -> None:
        super().__init__(
            discord.ui.Button(
                label="Word list",
                style=discord.ButtonStyle.secondary,
                custom_id="gradus:admin-answers:words",
                row=2,
            )
        )

    async def pressed(self, interaction: Press) -> None:
        """Open the form: it must be the first answer to the press."""
        settings = await interaction.client.gradus.servers.settings(server_of(interaction))
        await interaction.response.send_modal(WordsForm(settings.word_list))


class WordsForm(discord.ui.Modal):
    """The word list as a whole, one phrase a line."""

    def __init__(self, phrases: frozenset[str]) -> None:
        super().__init__(title="Word list", custom_id=WORDS_FORM, timeout=OPEN_SECONDS)
        words: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id="words",
            default=as_lines(phrases) or None,
            placeholder="buy followers\nfree nitro",
            required=False,
            max_length=LONGEST_WORD_LIST,
        )
        told = "One word or phrase a line. I post nothing of members that has one of them as whole words."
        self.add_item(discord.ui.Label(text="Words and phrases", description=told, component=words))


async def take_words(interaction: Press) -> None:
    """Act on the form of the word list, if that is what was sent."""
    await take(interaction, WORDS_FORM, _keep_words)


async def _keep_words(interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    phrases = phrases_in(told.get("words", ""))
    servers = interaction.client.gradus.servers
    await servers.change(server_of(interaction), lambda one: replace(one, word_list=phrases))
    await _turn(interaction)
    count = f"{len(phrases)} phrase{'' if len(phrases) == 1 else 's'}"
    await interaction.followup.send(f"The word list has {count} now.", ephemeral=True)


ADMIN_ANSWERS_ITEMS = (VerdictButton, TurnButton, WordsButton)
