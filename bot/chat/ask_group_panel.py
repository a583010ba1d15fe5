"""The buttons of a question to a group: under Gradus's answer, under the question, and under members' answers."""

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.chat.ask_group_pages import offer_page
from bot.chat.forms import Written, sent_form, take
from bot.chat.messages import embed
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.groups.asked import (
    LONGEST_ANSWER,
    SHORTEST_ANSWER,
    GroupPost,
    MemberAnswer,
    Offer,
)

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

ID = r"[0-9A-Za-z]{1,32}"
NAMED, NAMELESS = "with", "without"
NAME_LABELS = {NAMELESS: "Ask without my name", NAMED: "Ask with my name"}
POST_LABELS = {
    "answer": "Answer",
    "show": "Show Gradus's answer",
    "accept": "Accept",
    "report": "Report",
    "remove": "Remove",
}

FORM_ID = re.compile(rf"gradus:group-answer-form:(?P<id>{ID})")
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it

THANKS = "Thank you: a moderator can see the report. After three, it is hidden until one has looked."
REPORTED_BEFORE = "You have reported that already: a moderator has looked at it, or will."


# ------------------------------------------------------------------- under an answer of Gradus's


class AskGroupButton(
    Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"gradus:ask-group:(?P<id>{ID})"
):
    """Under an answer: puts its question to the group of who asked it, after they have seen how."""

    def __init__(self, answer: str) -> None:
        super().__init__(
            discord.ui.Button(
                label="Ask the group",
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:ask-group:{answer}",
                row=1,
            )
        )
        self.answer = answer

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["id"])

    async def pressed(self, interaction: Press) -> None:
        """Show what would be asked where, to who pressed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        offer = await gradus.member_answers.offer(self.answer, interaction.user.id, interaction.guild_id)
        await interaction.followup.send(embed=embed(offer_page(offer)), view=_offer_view(offer))


def _offer_view(offer: Offer) -> discord.ui.View:
    items: list[discord.ui.Item[Any]] = [HomeSelect(offer.answer, offer)] if len(offer.homes) > 1 else []
    if offer.home is not None:
        items += [AskButton(offer.answer, offer.home.id, how) for how in NAME_LABELS]
    return standing_view(*items)


class HomeSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:ask-group-in:(?P<id>{ID})",
):
    """Chooses which of several groups is asked."""

    def __init__(self, answer: str, offer: Offer | None = None) -> None:
        options = [
            discord.SelectOption(
                label=one.name[:100],
                value=one.id,
                description="learns what your question is about" if one.fits else None,
                default=one == (offer and offer.home),
            )
            for one in (offer.homes if offer else ())[:25]
        ]
        super().__init__(
            discord.ui.Select(
                placeholder="Which group?", options=options, custom_id=f"gradus:ask-group-in:{answer}", row=0
            )
        )
        self.answer = answer

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used."""
        return cls(match["id"])

    async def pressed(self, interaction: Press) -> None:
        """Show the same for the group that was chosen."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        answers = interaction.client.gradus.member_answers
        offered = await answers.offer(self.answer, interaction.user.id, interaction.guild_id)
        offer = offered.at(self.item.values[0])
        await interaction.edit_original_response(embed=embed(offer_page(offer)), view=_offer_view(offer))


class AskButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:ask-group:(?P<id>{ID}):(?P<home>{ID}):(?P<how>{NAMED}|{NAMELESS})",
):
    """Puts the question to a group."""

    def __init__(self, answer: str, home: str, how: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=NAME_LABELS[how],
                style=discord.ButtonStyle.primary if how == NAMELESS else discord.ButtonStyle.secondary,
                custom_id=f"gradus:ask-group:{answer}:{home}:{how}",
                row=1,
            )
        )
        self.answer, self.home, self.how = answer, home, how

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["id"], match["home"], match["how"])

    async def pressed(self, interaction: Press) -> None:
        """Post it, and say where."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        client, person = interaction.client, interaction.user
        name = person.display_name if self.how == NAMED else None
        link = await client.group_posts.ask(self.answer, self.home, person.id, interaction.guild_id, name)
        done = f"Your group has your question: {link}"
        await interaction.edit_original_response(content=done, embed=None, view=None)


# ------------------------------------------------------------------- under what was posted


def post_view(post: GroupPost | None) -> discord.ui.View:
    """What can be done with a question or an answer that stands in a group."""
    return standing_view(*(PostButton(act, post.id) for act in _acts(post)) if post else ())


def _acts(post: GroupPost) -> tuple[str, ...]:
    if post.state == "removed":
        return ()
    if post.hidden:
        return ("remove",)
    if isinstance(post, MemberAnswer):
        return ("report", "remove") if post.accepted else ("accept", "report", "remove")
    return ("answer", "report", "remove") if post.state == "shown" else ("answer", "show", "report", "remove")


class PostButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:group-post:(?P<act>{'|'.join(POST_LABELS)}):(?P<id>{ID})",
):
    """A button of a question or an answer that stands in a group, for whoever sees it."""

    def __init__(self, act: str, post: str, label: str = "", row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=label or POST_LABELS[act],
                style=discord.ButtonStyle.primary if act == "answer" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:group-post:{act}:{post}",
                row=row,
            )
        )
        self.act, self.post = act, post

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], match["id"])

    async def pressed(self, interaction: Press) -> None:
        """A form must be the first answer to a press; everything else is acknowledged first."""
        if self.act == "answer":
            await refuse_blocked(interaction)
            await interaction.client.gradus.member_answers.may_answer(self.post, interaction.user.id)
            await interaction.response.send_modal(AnswerForm(self.post))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self.act != "remove":  # what is their own stays within the reach of those who are blocked
            await refuse_blocked(interaction)
        await interaction.followup.send(await self._act(interaction))

    async def _act(self, interaction: Press) -> str:
        client, person = interaction.client, interaction.user.id
        answers, now = client.gradus.member_answers, client.gradus.clock()
        if self.act == "show":
            return await client.group_posts.reveal(interaction, self.post)
        if self.act == "report":
            news = await answers.report(self.post, person, now)
            await client.group_posts.refresh(self.post)
            return THANKS if news else REPORTED_BEFORE
        if self.act == "remove":
            await answers.remove(self.post, person, moderates=_moderates(interaction))
            await client.group_posts.refresh(self.post)
            return "Removed, here and wherever I showed it again."
        await answers.accept(self.post, person)
        await client.group_posts.refresh(self.post)
        return "Accepted. A moderator looks at it before I show it to others with a similar question."


def _moderates(interaction: discord.Interaction[Any]) -> bool:
    return interaction.guild_id is not None and interaction.permissions.manage_messages


class AnswerForm(discord.ui.Modal):
    """What a member answers, and whether their name stands with it."""

    def __init__(self, question: str) -> None:
        super().__init__(title="Your answer", custom_id=f"gradus:group-answer-form:{question}", timeout=OPEN_SECONDS)
        text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id="text",
            placeholder="In your own words. Code goes between ``` and ```.",
            min_length=SHORTEST_ANSWER,
            max_length=LONGEST_ANSWER,
        )
        options = [
            discord.SelectOption(label="With my name", value=NAMED, default=True),
            discord.SelectOption(label="Without my name", value=NAMELESS),
        ]
        name: discord.ui.Select[Any] = discord.ui.Select(custom_id="name", options=options)
        self.add_item(
            discord.ui.Label(
                text="Answer",
                description="If it is accepted and approved, others here with a similar question see it. No links.",
                component=text,
            )
        )
        self.add_item(
            discord.ui.Label(text="Your name", description="Moderators can see who wrote what.", component=name)
        )


async def take_group_answer(interaction: Press) -> None:
    """Act on the form of an answer, if that is what was sent."""
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    if found is not None:
        await take(interaction, found[0], partial(_answered, found["id"]))


async def _answered(question: str, interaction: Press, told: Written) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await refuse_blocked(interaction)
    person = interaction.user
    name = None if told.get("name") == NAMELESS else person.display_name
    link = await interaction.client.group_posts.answer(question, person.id, told.get("text", ""), name)
    await interaction.followup.send(f"Posted: {link}")


ASK_GROUP_ITEMS = (AskGroupButton, HomeSelect, AskButton, PostButton)
