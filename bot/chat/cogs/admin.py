"""`/admin`: one panel for a server's moderators. Every press asks anew whether who presses is one."""

import io
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.admin_pages import (
    COVERAGE_KINDS,
    MOST_REPORTS,
    ChannelState,
    blocks_page,
    channels_page,
    chosen_entries,
    coverage_file,
    coverage_page,
    home_page,
    pages_of,
    reports_page,
    training_page,
)
from bot.chat.forms import Written, take
from bot.chat.messages import embed
from bot.chat.rendering import MESSAGE_LIMIT, Page, shortened
from bot.chat.standing import Standing, standing_view
from bot.chat.train_pages import Switch, queue_page
from bot.servers.settings import (
    FEWEST_QUESTIONS,
    FEWEST_RUNS,
    MOST_QUESTIONS,
    MOST_RUNS,
    ServerSettings,
)
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press = discord.Interaction["GradusClient"]

SPOKEN_IN = (discord.ChannelType.text, discord.ChannelType.news)

NEEDED_IN_CHANNELS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
"""Permissions by Discord's own names for them."""

NOT_A_MODERATOR = "This panel is for moderators: it takes the permission Manage Server."
ONLY_IN_SERVERS = "This panel belongs to a server: use /admin in one."

LABELS = {
    "home": "Back",
    "channels": "Channels",
    "training": "Training",
    "queue": "Queue",
    "train-off": "Switch training off",
    "train-on": "Switch training on",
    "limits": "Limits",
    "blocks": "Block list",
    "coverage": "Coverage",
    "reports": "Reports",
    "groups": "Study groups",
    "answers": "Members' answers",
    "reindex": "Reindex",
    "download": "Download all",
}
HOME_ROW = ("channels", "training", "queue", "limits", "blocks", "coverage", "reports", "groups", "answers", "reindex")

CHANNEL_FIELDS = {
    "allowed_channels": "Answers: every channel",
    "quiz_channel": "Daily questions: not chosen",
    "training_channel": "Training: not chosen",
    "study_channel": "Study groups: not chosen",
}
"""What each select says while nothing is chosen."""

MOST_CHOSEN = 25

FORM = "gradus:admin:limits-form"
OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers the form; nothing hangs on it

READING_ANEW = "Reading the lessons anew. I answer from the old ones until the new index is whole …"


class Admin(commands.Cog):
    """The door for moderators."""

    def __init__(self, client: "GradusClient") -> None:
        self.client = client

    @app_commands.command(name="admin", description="Set Gradus up in this server: channels, roles, limits, coverage")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def admin(self, interaction: Press) -> None:
        """The panel, for the eyes of who asked."""
        await interaction.response.defer(ephemeral=True)
        page, view = await _home(interaction)
        await interaction.followup.send(embed=embed(page), view=view)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Take the form of the limits, whenever it was opened."""
        await take(interaction, FORM, _limit)


def server_of(interaction: discord.Interaction[Any]) -> int:
    """The server whose settings somebody may change.

    Raises:
        GradusError: they may not (any more), or this is no server.
    """
    if interaction.guild_id is None:
        raise GradusError(ONLY_IN_SERVERS)
    if not interaction.permissions.manage_guild:
        raise GradusError(NOT_A_MODERATOR)
    return interaction.guild_id


Shown = tuple[Page, discord.ui.View]


async def _home(interaction: Press) -> Shown:
    server = server_of(interaction)
    gradus = interaction.client.gradus
    settings = await gradus.servers.settings(server)
    blocked = await gradus.servers.blocked(server)
    uncovered = await gradus.asking.coverage(server, gradus.clock())
    waiting = len((await gradus.member_answers.desk(server)).reviews)
    page = home_page(settings, len(blocked), len(uncovered), _states(interaction.guild, settings), waiting)
    return page, standing_view(*map(PanelButton, HOME_ROW))


def _states(guild: discord.Guild | None, settings: ServerSettings) -> dict[int, ChannelState]:
    chosen = {*settings.allowed_channels, settings.quiz_channel, settings.training_channel, settings.study_channel}
    return {id: _state(guild, id) for id in sorted(id for id in chosen if id is not None)} if guild else {}


def _state(guild: discord.Guild, id: int) -> ChannelState:
    channel = guild.get_channel(id)
    if channel is None:
        return ChannelState(gone=True)
    have = channel.permissions_for(guild.me)
    return ChannelState(lacking=tuple(words for name, words in NEEDED_IN_CHANNELS.items() if not getattr(have, name)))


async def _channels(interaction: Press) -> Shown:
    settings = await interaction.client.gradus.servers.settings(server_of(interaction))
    selects = [ChannelChoice(name, settings) for name in CHANNEL_FIELDS]
    return channels_page(settings), standing_view(*selects, PanelButton("home"))


async def _training(interaction: Press) -> Shown:
    settings = await interaction.client.gradus.servers.settings(server_of(interaction))
    return training_page(settings), standing_view(RoleChoice(settings), PanelButton("home"))


async def _queue(interaction: Press) -> Shown:
    server, gradus = server_of(interaction), interaction.client.gradus
    settings = await gradus.servers.settings(server)
    page = queue_page(await gradus.training.queue(server), Switch(settings.trains, settings.runs_per_day))
    switch = PanelButton("train-off" if settings.trains else "train-on")
    return page, standing_view(switch, PanelButton("queue", "Refresh"), PanelButton("home"))


async def _switch(interaction: Press, *, on: bool) -> Shown:
    """Let training begin on this server, or no more; runs that are queued stay so."""
    await interaction.client.gradus.servers.change(server_of(interaction), lambda one: replace(one, trains=on))
    return await _queue(interaction)


async def _blocks(interaction: Press) -> Shown:
    blocked = await interaction.client.gradus.servers.blocked(server_of(interaction))
    return blocks_page(blocked), standing_view(PersonChoice("block"), PersonChoice("unblock"), PanelButton("home"))


async def _coverage(interaction: Press, kind: str = "all", number: int = 0) -> Shown:
    gradus = interaction.client.gradus
    entries = await gradus.asking.coverage(server_of(interaction), gradus.clock())
    last = pages_of(chosen_entries(entries, kind)) - 1
    number = min(number, last)
    items: list[discord.ui.Item[Any]] = [CoverageKind(kind)]
    if number > 0:
        items.append(CoveragePage(kind, number - 1, "Newer"))
    if number < last:
        items.append(CoveragePage(kind, number + 1, "Older"))
    items += [PanelButton("download")] if entries else []
    return coverage_page(entries, kind, number, gradus.catalogue), standing_view(*items, PanelButton("home"))


async def _reports(interaction: Press) -> Shown:
    server_of(interaction)
    reports = await interaction.client.gradus.practising.reports(MOST_REPORTS)
    return reports_page(reports), standing_view(PanelButton("home"))


async def _groups(interaction: Press) -> Shown:
    from bot.chat.admin_groups import admin_groups_panel  # its buttons lead back here

    return await admin_groups_panel(interaction)


async def _answers(interaction: Press) -> Shown:
    from bot.chat.admin_answers import answers_panel  # its buttons lead back here

    return await answers_panel(interaction)


PANELS: dict[str, Callable[[Press], Awaitable[Shown]]] = {
    "home": _home,
    "channels": _channels,
    "training": _training,
    "queue": _queue,
    "train-off": partial(_switch, on=False),
    "train-on": partial(_switch, on=True),
    "blocks": _blocks,
    "coverage": _coverage,
    "reports": _reports,
    "groups": _groups,
    "answers": _answers,
}


async def _turn(interaction: Press, panel: Awaitable[Shown]) -> None:
    """Show another page of the panel in its place; the press is acknowledged already."""
    page, view = await panel
    await interaction.edit_original_response(embed=embed(page), view=view)


class PanelButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:admin:(?P<act>{'|'.join(LABELS)})",
):
    """Opens a page of the panel, the form of the limits, or the file of the coverage report."""

    def __init__(self, act: str, text: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=text or LABELS[act], style=discord.ButtonStyle.secondary, custom_id=f"gradus:admin:{act}"
            )
        )
        self.act = act

    async def pressed(self, interaction: Press) -> None:
        """A form must be the first answer to a press; everything else is acknowledged first."""
        if self.act == "limits":
            settings = await interaction.client.gradus.servers.settings(server_of(interaction))
            await interaction.response.send_modal(LimitsForm(settings))
        elif self.act == "download":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await _download(interaction)
        elif self.act == "reindex":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await _reindex(interaction)
        else:
            await interaction.response.defer()
            await _turn(interaction, PANELS[self.act](interaction))


async def _download(interaction: Press) -> None:
    gradus = interaction.client.gradus
    entries = await gradus.asking.coverage(server_of(interaction), gradus.clock())
    table = discord.File(io.BytesIO(coverage_file(entries)), filename="coverage.csv")
    await interaction.followup.send(f"{len(entries)} questions of the last 90 days, without names.", file=table)


async def _reindex(interaction: Press) -> None:
    server_of(interaction)
    await interaction.followup.send(READING_ANEW)
    try:
        done = await interaction.client.gradus.reindexing.run()
    except GradusError as refusal:
        done = str(refusal)
    await interaction.edit_original_response(content=shortened(done, MESSAGE_LIMIT))


def _defaults(ids: Iterable[int | None], kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    present = sorted(id for id in ids if id is not None)[:MOST_CHOSEN]
    return [discord.SelectDefaultValue(id=id, type=kind) for id in present]


class ChannelChoice(
    Standing,
    discord.ui.DynamicItem[discord.ui.ChannelSelect[discord.ui.View]],
    template=rf"gradus:admin:set:(?P<name>{'|'.join(CHANNEL_FIELDS)})",
):
    """Chooses a channel for one thing, or several for answers."""

    def __init__(self, name: str, settings: ServerSettings) -> None:
        several = name == "allowed_channels"
        chosen = getattr(settings, name)
        super().__init__(
            discord.ui.ChannelSelect(
                custom_id=f"gradus:admin:set:{name}",
                channel_types=[*SPOKEN_IN],
                placeholder=CHANNEL_FIELDS[name],
                min_values=0,
                max_values=MOST_CHOSEN if several else 1,
                default_values=_defaults(chosen if several else [chosen], discord.SelectDefaultValueType.channel),
            )
        )
        self.name = name

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """The select that was used."""
        return cls(match["name"], ServerSettings())

    async def pressed(self, interaction: Press) -> None:
        """Keep the choice and show it."""
        await interaction.response.defer()
        ids = [channel.id for channel in self.item.values]
        value = frozenset(ids) if self.name == "allowed_channels" else next(iter(ids), None)
        changed: dict[str, Any] = {self.name: value}
        await interaction.client.gradus.servers.change(server_of(interaction), lambda one: replace(one, **changed))
        await _turn(interaction, _channels(interaction))


class RoleChoice(
    Standing,
    discord.ui.DynamicItem[discord.ui.RoleSelect[discord.ui.View]],
    template=r"gradus:admin:roles",
):
    """Chooses the roles that may train."""

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__(
            discord.ui.RoleSelect(
                custom_id="gradus:admin:roles",
                placeholder="Everyone may train",
                min_values=0,
                max_values=MOST_CHOSEN,
                default_values=_defaults(settings.training_roles, discord.SelectDefaultValueType.role),
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """The select that was used."""
        return cls(ServerSettings())

    async def pressed(self, interaction: Press) -> None:
        """Keep the choice and show it."""
        await interaction.response.defer()
        roles = frozenset(role.id for role in self.item.values)
        servers = interaction.client.gradus.servers
        await servers.change(server_of(interaction), lambda one: replace(one, training_roles=roles))
        await _turn(interaction, _training(interaction))


class PersonChoice(
    Standing,
    discord.ui.DynamicItem[discord.ui.UserSelect[discord.ui.View]],
    template=r"gradus:admin:people:(?P<act>block|unblock)",
):
    """Puts people on the block list, or takes them off it."""

    def __init__(self, act: str) -> None:
        super().__init__(
            discord.ui.UserSelect(
                custom_id=f"gradus:admin:people:{act}",
                placeholder="Block people …" if act == "block" else "Unblock people …",
                min_values=1,
                max_values=MOST_CHOSEN,
            )
        )
        self.act = act

    async def pressed(self, interaction: Press) -> None:
        """Change the list and show it. Oneself and bots are left out."""
        await interaction.response.defer()
        server, gradus = server_of(interaction), interaction.client.gradus
        for person in self.item.values:
            if self.act == "unblock":
                await gradus.servers.unblock(server, person.id)
            elif person.id != interaction.user.id and not person.bot:
                await gradus.servers.block(server, person.id, gradus.clock())
        await _turn(interaction, _blocks(interaction))


class CoverageKind(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"gradus:admin:coverage-kind",
):
    """Chooses which questions the coverage report shows."""

    def __init__(self, kind: str) -> None:
        options = [
            discord.SelectOption(label=label, value=id, default=id == kind) for id, label in COVERAGE_KINDS.items()
        ]
        shown = COVERAGE_KINDS[kind]
        super().__init__(discord.ui.Select(custom_id="gradus:admin:coverage-kind", placeholder=shown, options=options))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """The select that was used."""
        return cls("all")

    async def pressed(self, interaction: Press) -> None:
        """Show the first page of that kind."""
        await interaction.response.defer()
        await _turn(interaction, _coverage(interaction, self.item.values[0]))


class CoveragePage(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:admin:coverage:(?P<kind>{'|'.join(COVERAGE_KINDS)}):(?P<number>\d{{1,4}})",
):
    """Turns to another page of the coverage report."""

    def __init__(self, kind: str, number: int, label: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=label, style=discord.ButtonStyle.secondary, custom_id=f"gradus:admin:coverage:{kind}:{number}"
            )
        )
        self.kind, self.number = kind, number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["kind"], int(match["number"]))

    async def pressed(self, interaction: Press) -> None:
        """Turn the page."""
        await interaction.response.defer()
        await _turn(interaction, _coverage(interaction, self.kind, self.number))


class LimitsForm(discord.ui.Modal):
    """How much each person may ask and train."""

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__(title="Limits per person", custom_id=FORM, timeout=OPEN_SECONDS)
        self.questions = _number("questions", settings.questions_per_hour)
        self.runs = _number("runs", settings.runs_per_day)
        self.add_item(
            discord.ui.Label(
                text="Questions an hour",
                description=f"{FEWEST_QUESTIONS} to {MOST_QUESTIONS}",
                component=self.questions,
            )
        )
        self.add_item(
            discord.ui.Label(
                text="Training runs a day", description=f"{FEWEST_RUNS} to {MOST_RUNS}", component=self.runs
            )
        )


async def _limit(interaction: Press, wanted: Written) -> None:
    """Keep both limits, or neither where one is out of bounds."""
    await interaction.response.defer()
    questions = _whole("Questions an hour", wanted.get("questions", ""))
    runs = _whole("Training runs a day", wanted.get("runs", ""))
    await interaction.client.gradus.servers.change(
        server_of(interaction), lambda one: replace(one, questions_per_hour=questions, runs_per_day=runs)
    )
    await _turn(interaction, _home(interaction))


def _number(name: str, value: int) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(custom_id=name, default=str(value), max_length=5)


def _whole(what: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise GradusError(f"{what}: write a whole number, such as 30.") from error


ADMIN_ITEMS = (PanelButton, ChannelChoice, RoleChoice, PersonChoice, CoverageKind, CoveragePage)
