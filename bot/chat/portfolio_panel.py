"""The panel of a portfolio: what stands in it, what its learner writes, and who sees it; and the message by which it is
shown to a server.

A share is kept, with its message. It ends by its learner's word, or with their data; the message then says so, by a
tick, and its button gives nothing any more, whether the message could be changed or not.
"""

import asyncio
import io
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import discord
from discord.ext import commands

from bot.assembly import Gradus
from bot.chat.forms import Written, sent_form, take
from bot.chat.messages import Post, embed
from bot.chat.panels import Panel, turn
from bot.chat.places import MOST_CHANNELS, Where, is_public
from bot.chat.portfolio_pages import ENDED, portfolio_page, shared_page
from bot.chat.projects_panel import (
    PROJECT,
    CareerStepButton,
    ProjectButton,
    ProjectSelect,
    StepSelect,
    WorksButton,
    take_step_form,
)
from bot.chat.rendering import shortened
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.portfolio_page import PAGE_FILE, archive, html_page
from bot.road.portfolio import INTRODUCTION, LINKS, NAME, PARAGRAPH, Desk
from bot.road.portfolio_store import Share
from bot.road.projects import ProjectStanding
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

Press: TypeAlias = "discord.Interaction[GradusClient]"

ACTS: Mapping[str, str] = {
    "look": "Look at it",
    "write": "Write",
    "take": "Take it along",
    "share": "Share here",
    "stop": "Stop sharing",
}
SHARE = r"[0-9A-Za-z]{1,32}"
ARCHIVE_FILE = "portfolio.zip"
HEAD_FORM = "gradus:works:head"
ABOUT_FORM = re.compile(rf"gradus:works:about:(?P<project>{PROJECT})")
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers a form; nothing hangs on it
OPTION = 100  # characters
MOST_OPTIONS = 25
LARGEST = 10_000_000  # bytes that Discord takes in one file

ONLY_IN_SERVERS = "Sharing shows it to the members of a server: press it there, with `/me`, Portfolio."
NO_WRITING = (
    "I may not write in this channel, so nothing is shared. Try another one, or ask an admin to let me send messages "
    "and embed links here."
)
NO_FILES = (
    "I may not send files in this channel. Press it in our direct messages, or ask an admin to let me attach files "
    "here."
)
NO_FILES_FOR_LOOKERS = "I may not send files in this channel, and the page is one. An admin can let me attach files."
TOO_LARGE = "It has become larger than the 10 MB that Discord takes. `/train mine` has each run's curve and script."


# -------------------------------------------------------------------- what the panel shows


async def portfolio_panel(gradus: Gradus, person: int) -> Panel:
    """The portfolio of whoever asks."""
    desk = await gradus.portfolios.desk(person, gradus.clock())
    acts = ["write"] if desk.is_empty else ["write", "look", "take", "share", *(["stop"] if desk.shares else [])]
    made = [one for one in desk.projects if one.best is not None]
    items: list[discord.ui.Item[Any]] = [AboutSelect(made)] if made else []
    items += map(PortfolioButton, acts)
    return Panel(portfolio_page(desk), (), standing_view(*items, WorksButton("projects", 4), WorksButton("steps", 4)))


class PortfolioButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:works:portfolio:(?P<act>{'|'.join(ACTS)})",
):
    """A button about the portfolio of who presses it, whoever that is."""

    def __init__(self, act: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=ACTS[act],
                style=discord.ButtonStyle.primary if act == "write" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:works:portfolio:{act}",
            )
        )
        self.act = act

    async def pressed(self, interaction: Press) -> None:
        """Do it; a form must be the first answer to a press, so that one defers nothing."""
        gradus, person = interaction.client.gradus, interaction.user.id
        if self.act == "write":
            desk = await gradus.portfolios.desk(person, gradus.clock())
            await interaction.response.send_modal(_head_form(desk))
        elif self.act in ("look", "take"):
            await interaction.response.defer(ephemeral=True, thinking=True)
            await (_send_page if self.act == "look" else _send_archive)(interaction)
        else:
            await interaction.response.defer()
            if self.act == "share":
                await _share(interaction)
            else:
                await gradus.portfolios.withdraw(person)
            await turn(interaction, await portfolio_panel(gradus, person))


async def _send_page(interaction: Press) -> None:
    gradus = interaction.client.gradus
    portfolio = await gradus.portfolios.of(interaction.user.id, gradus.clock())
    page = await asyncio.to_thread(html_page, portfolio)
    words = "Your page, as others would see it: open it in any browser. Only you see this."
    await _send_file(interaction, page.encode(), PAGE_FILE, words, NO_FILES)


async def _send_archive(interaction: Press) -> None:
    gradus = interaction.client.gradus
    portfolio = await gradus.portfolios.of(interaction.user.id, gradus.clock())
    packed = await asyncio.to_thread(archive, portfolio, await gradus.portfolios.scripts(portfolio))
    words = (
        "Your portfolio to publish: the page, the same in Markdown, curves, scripts. Its README says how, in 4 steps."
    )
    await _send_file(interaction, packed, ARCHIVE_FILE, words, NO_FILES)


async def _send_file(interaction: Press, content: bytes, name: str, words: str, refused: str) -> None:
    if len(content) > LARGEST:
        raise GradusError(TOO_LARGE)
    if interaction.guild_id is not None and not interaction.app_permissions.attach_files:
        raise GradusError(refused)
    try:
        await interaction.followup.send(words, file=discord.File(io.BytesIO(content), name), ephemeral=True)
    except discord.Forbidden:
        raise GradusError(refused) from None


# -------------------------------------------------------------------- writing


class AboutSelect(
    Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:works:write-about"
):
    """Chooses a project to write about."""

    def __init__(self, projects: Sequence[ProjectStanding] = ()) -> None:
        options = [
            discord.SelectOption(label=shortened(one.project.title, OPTION), value=one.project.id)
            for one in projects[:MOST_OPTIONS]
        ]
        super().__init__(
            discord.ui.Select(
                placeholder="Write about a project", options=options, custom_id="gradus:works:write-about", row=0
            )
        )

    async def pressed(self, interaction: Press) -> None:
        """Open the form of that project."""
        gradus, project = interaction.client.gradus, self.item.values[0]
        desk = await gradus.portfolios.desk(interaction.user.id, gradus.clock())
        await interaction.response.send_modal(_about_form(desk, project))


def _head_form(desk: Desk) -> discord.ui.Modal:
    writings = desk.writings
    modal = discord.ui.Modal(title="Your portfolio", custom_id=HEAD_FORM, timeout=OPEN_SECONDS)
    fields = (
        ("name", "Name", "As you want to be shown. Empty: no name stands on it.", writings.name, NAME),
        ("introduction", "Introduction", "Lists, **bold**, *italic*, `code` and links work.", writings.introduction,
         INTRODUCTION),
        ("links", "Links", "One a line: GitHub https://github.com/you", writings.links, LINKS),
    )  # fmt: skip
    for id, label, hint, text, most in fields:
        modal.add_item(_field(id, label, hint, text, most, long=id != "name"))
    return modal


def _about_form(desk: Desk, project: str) -> discord.ui.Modal:
    title = next((one.project.title for one in desk.projects if one.project.id == project), "A project")
    modal = discord.ui.Modal(
        title=shortened(title, 45), custom_id=f"gradus:works:about:{project}", timeout=OPEN_SECONDS
    )
    hint = "What you tried, what surprised you, what you would do next. Empty removes it."
    modal.add_item(_field("text", "In your words", hint, desk.writings.about.get(project, ""), PARAGRAPH, long=True))
    return modal


def _field(id: str, label: str, hint: str, text: str, most: int, *, long: bool) -> discord.ui.Item[Any]:
    return discord.ui.Label(
        text=label,
        description=hint,
        component=discord.ui.TextInput[Any](
            custom_id=id,
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
            default=text or None,
            required=False,
            max_length=most,
        ),
    )


async def take_portfolio_form(interaction: Press) -> None:
    """Act on a form of the portfolio, if that is what was sent."""
    form = sent_form(interaction) or ""
    if form == HEAD_FORM:
        await take(interaction, form, _head_written)
    elif found := ABOUT_FORM.fullmatch(form):
        await take(interaction, form, partial(_about_written, found["project"]))


async def _head_written(interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    gradus, person = interaction.client.gradus, interaction.user.id
    words = (told.get("name", ""), told.get("introduction", ""), told.get("links", ""))
    await gradus.portfolios.write(person, *words, gradus.clock())
    await turn(interaction, await portfolio_panel(gradus, person))


async def _about_written(project: str, interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    gradus, person = interaction.client.gradus, interaction.user.id
    await gradus.portfolios.write_about(person, project, told.get("text", ""), gradus.clock())
    await turn(interaction, await portfolio_panel(gradus, person))


# -------------------------------------------------------------------- sharing


async def _share(interaction: Press) -> None:
    """Post the message by which the portfolio is shown here."""
    if interaction.guild_id is None or interaction.channel_id is None:
        raise GradusError(ONLY_IN_SERVERS)
    await refuse_blocked(interaction)
    gradus, person = interaction.client.gradus, interaction.user.id
    if not await is_public(gradus, Where.of(interaction)):
        raise GradusError(await _elsewhere(gradus, interaction.guild_id))
    share = await gradus.portfolios.share(person, interaction.guild_id, interaction.channel_id, gradus.clock())
    if share is None:  # a second press
        return
    desk = await gradus.portfolios.desk(person, gradus.clock())
    post = Post(shared_page(desk, person), None, standing_view(LookButton(share.id)))
    message = await _posted(interaction.client, share, post)
    if message is None:
        await gradus.portfolios.not_sent(share)
        raise GradusError(NO_WRITING)
    await gradus.portfolios.sent(share, message)


async def _elsewhere(gradus: Gradus, server: int) -> str:
    """Where the moderators let portfolios be shown."""
    allowed = sorted((await gradus.servers.settings(server)).allowed_channels)[:MOST_CHANNELS]
    named = ", ".join(f"<#{one}>" for one in allowed)
    return f"This server's moderators let me post for everybody only in {named}. Press it there."


async def _posted(client: "GradusClient", share: Share, post: Post) -> int | None:
    """The message's id; None where the channel takes none."""
    channel = client.get_partial_messageable(share.channel)
    for shape in (Post.without_picture, Post.plain):
        try:
            return (await channel.send(**shape(post))).id
        except discord.HTTPException as refusal:
            log.info("a portfolio is refused in channel %d: %s", share.channel, refusal)
    return None


class LookButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:works:shared:(?P<share>{SHARE})",
):
    """Under the message by which a portfolio is shown: gives the page to who presses, as long as it is shared."""

    def __init__(self, share: str) -> None:
        super().__init__(
            discord.ui.Button(label="Look", style=discord.ButtonStyle.primary, custom_id=f"gradus:works:shared:{share}")
        )
        self.share = share

    async def pressed(self, interaction: Press) -> None:
        """Send the page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        portfolio = await gradus.portfolios.shared(self.share, interaction.guild_id or 0, gradus.clock())
        page = await asyncio.to_thread(html_page, portfolio)
        words = "A page to open in your browser. It loads nothing from elsewhere."
        await _send_file(interaction, page.encode(), PAGE_FILE, words, NO_FILES_FOR_LOOKERS)


class SharedMessages(commands.Cog):
    """Says in the messages of what is shared no more that it is not; one that is deleted shares nothing more."""

    def __init__(self, client: "GradusClient") -> None:
        self._client = client

    @commands.Cog.listener()
    async def on_raw_message_delete(self, gone: discord.RawMessageDeleteEvent) -> None:
        """End what it showed."""
        await self._client.gradus.portfolios.message_deleted((gone.channel_id, gone.message_id))

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, gone: discord.RawBulkMessageDeleteEvent) -> None:
        """End what they showed, where a moderator clears a channel."""
        for message in gone.message_ids:
            await self._client.gradus.portfolios.message_deleted((gone.channel_id, message))

    async def tick(self, now: datetime) -> None:
        """Change what has ended; what cannot be changed for now stays for the next time."""
        if not self._client.is_ready():
            return
        portfolios = self._client.gradus.portfolios
        for channel, message in await portfolios.ended():
            found = self._client.get_partial_messageable(channel).get_partial_message(message)
            try:
                await found.edit(content=None, embed=embed(ENDED), view=None)
            except (discord.NotFound, discord.Forbidden) as refusal:
                log.info("message %d cannot be changed any more: %s", message, refusal)
            except discord.HTTPException as trouble:
                log.warning("message %d cannot be changed just now: %s", message, trouble)
                continue
            await portfolios.told((channel, message))


async def take_works_form(interaction: Press) -> None:
    """Act on a form of the portfolio or of a step, if that is what was sent."""
    await take_step_form(interaction)
    await take_portfolio_form(interaction)


PORTFOLIO_ITEMS = (
    WorksButton,
    ProjectSelect,
    ProjectButton,
    StepSelect,
    CareerStepButton,
    PortfolioButton,
    AboutSelect,
    LookButton,
)
"""What the client must know of to answer presses on old messages."""
