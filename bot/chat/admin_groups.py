"""The page of `/admin` on study groups: what they may have, which there are, and what a moderator may do with one."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.chat.cogs.admin import PanelButton, server_of
from bot.chat.group_buttons import GROUP
from bot.chat.group_pages import groups_page, moderated_page
from bot.chat.group_places import CHANNEL_NEEDS, EVENT_NEEDS, ROLE_NEEDS, THREAD_NEEDS, lacking, takes_private_threads
from bot.chat.lesson_pages import label
from bot.chat.messages import embed
from bot.chat.rendering import Page
from bot.chat.standing import Standing, standing_view
from bot.groups.group import Group
from bot.servers.settings import ServerSettings
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"
Shown: TypeAlias = tuple[Page, discord.ui.View]

MOST_LISTED = 24  # in Discord's list of 25, whose last line leads on


@dataclass(frozen=True)
class Switch:
    """Something that groups may have where it is switched on, by its field of the server's settings."""

    field: str
    words: str
    needs: dict[str, str]

    def on(self, settings: ServerSettings) -> bool:
        """Whether groups may have it."""
        return bool(getattr(settings, self.field))


SWITCHES = {
    "channels": Switch("group_channels", "Channels", CHANNEL_NEEDS),
    "roles": Switch("group_roles", "Roles", ROLE_NEEDS),
    "events": Switch("group_events", "Events", EVENT_NEEDS),
}

MORE = "from:"  # no id of a group has a colon

ACTS = {"archive": "Archive", "revive": "Bring back", "look": "Refresh"}


async def admin_groups_panel(interaction: Press, first: int = 0) -> Shown:
    """The server's groups, with the switches and a list to choose from, which begins with the group number `first`."""
    server, gradus = server_of(interaction), interaction.client.gradus
    settings, groups = await gradus.servers.settings(server), await gradus.groups.of_server(server)
    lines = [f"{one.words}: {'allowed' if one.on(settings) else 'not allowed'}" for one in SWITCHES.values()]
    room = f"Private threads: in <#{settings.study_channel}>" if settings.study_channel else None
    lines.insert(0, room or "Private threads: in the channel where `/group create` is typed; **Channels** chooses one")
    items: list[discord.ui.Item[Any]] = [SwitchButton(name, on=one.on(settings)) for name, one in SWITCHES.items()]
    if groups:
        items.append(ServerGroups(tuple(group for group, _ in groups), first))
    page = groups_page(groups, lines, _to_mend(interaction.guild, settings))
    return page, standing_view(*items, PanelButton("home"))


def _to_mend(guild: discord.Guild | None, settings: ServerSettings) -> list[str]:
    """What the bot lacks for what is allowed, a line each."""
    if guild is None:
        return []
    lines = []
    channel = guild.get_channel(settings.study_channel or 0)
    if channel is not None and not takes_private_threads(channel):
        lines.append(f"{channel.mention} takes no private threads: choose a text channel under **Channels**.")
    elif channel is not None:
        missing = lacking(channel.permissions_for(guild.me), THREAD_NEEDS)
        lines += [f"For private threads in {channel.mention} I lack: {missing}"] if missing else []
    elif settings.study_channel is not None:
        lines.append("The channel for study groups is gone or hidden from me: choose another under **Channels**.")
    for one in SWITCHES.values():
        missing = lacking(guild.me.guild_permissions, one.needs) if one.on(settings) else ""
        lines += [f"For {one.words.lower()} I lack: {missing}"] if missing else []
    return lines


async def _moderated(interaction: Press, group: str) -> Shown:
    server, gradus = server_of(interaction), interaction.client.gradus
    view = await gradus.groups.view(group)
    if view.group.server != server:
        raise GradusError("That group belongs to another server.")
    act = "archive" if view.group.active else "revive"
    remove = [MemberOut(group)] if view.members else []
    may = [ModerateButton(act, group)] if view.members or view.group.active else []
    page = moderated_page(view, gradus.catalogue, gradus.clock())
    return page, standing_view(*remove, *may, ModerateButton("look", group), PanelButton("groups", "All groups"))


async def _turn(interaction: Press, shown: Shown) -> None:
    page, view = shown
    await interaction.edit_original_response(embed=embed(page), view=view)


class SwitchButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:admin-groups:(?P<name>{'|'.join(SWITCHES)}):(?P<to>on|off)",
):
    """Allows groups something, or no more. It says what it does, so that a second press changes nothing."""

    def __init__(self, name: str, *, on: bool) -> None:
        """`on`: whether it is allowed now."""
        to = "off" if on else "on"
        super().__init__(
            discord.ui.Button(
                label=f"{'Forbid' if on else 'Allow'} {SWITCHES[name].words.lower()}",
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:admin-groups:{name}:{to}",
                row=0,
            )
        )
        self.name, self.to = name, to

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["name"], on=match["to"] == "off")

    async def pressed(self, interaction: Press) -> None:
        """Keep it, and show what is lacking for it."""
        await interaction.response.defer()
        changed: dict[str, Any] = {SWITCHES[self.name].field: self.to == "on"}
        servers = interaction.client.gradus.servers
        await servers.change(server_of(interaction), lambda one: replace(one, **changed))
        await _turn(interaction, await admin_groups_panel(interaction))


class ServerGroups(
    Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:admin-groups:which"
):
    """Chooses a group to look at, or more groups to choose from."""

    def __init__(self, groups: tuple[Group, ...] = (), first: int = 0) -> None:
        options = [
            discord.SelectOption(
                label=label(one.name, 100), value=one.id, description=None if one.active else "archived"
            )
            for one in groups[first : first + MOST_LISTED]
        ]
        after = first + MOST_LISTED
        if len(groups) > MOST_LISTED:
            more = (f"{MORE}{after}", "More groups …") if after < len(groups) else (f"{MORE}0", "The first groups …")
            options.append(discord.SelectOption(label=more[1], value=more[0]))
        super().__init__(
            discord.ui.Select(
                custom_id="gradus:admin-groups:which", placeholder="Look at a group", options=options, row=1
            )
        )

    async def pressed(self, interaction: Press) -> None:
        """Show it, or the others."""
        await interaction.response.defer()
        chosen = self.item.values[0]
        if chosen.startswith(MORE):
            await _turn(interaction, await admin_groups_panel(interaction, int(chosen.removeprefix(MORE))))
        else:
            await _turn(interaction, await _moderated(interaction, chosen))


class ModerateButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:admin-groups:(?P<act>{'|'.join(ACTS)}):(?P<group>{GROUP})",
):
    """Archives a group, brings it back, or looks at it again."""

    def __init__(self, act: str, group: str) -> None:
        style = discord.ButtonStyle.danger if act == "archive" else discord.ButtonStyle.secondary
        super().__init__(
            discord.ui.Button(label=ACTS[act], style=style, custom_id=f"gradus:admin-groups:{act}:{group}", row=1)
        )
        self.act, self.group = act, group

    async def pressed(self, interaction: Press) -> None:
        """Do it, and show the group."""
        await interaction.response.defer()
        await _moderated(interaction, self.group)  # refuses who may not, and groups of other servers
        client, person = interaction.client, interaction.user.id
        if self.act == "archive":
            await client.gradus.groups.archive(person, self.group, moderator=True)
        elif self.act == "revive":
            await client.gradus.groups.revive(person, self.group, moderator=True)
        await client.group_places.settle(self.group, client.gradus.clock())
        await _turn(interaction, await _moderated(interaction, self.group))


class MemberOut(
    Standing,
    discord.ui.DynamicItem[discord.ui.UserSelect[discord.ui.View]],
    template=rf"gradus:admin-groups:out:(?P<group>{GROUP})",
):
    """Takes a member out of a group."""

    def __init__(self, group: str) -> None:
        super().__init__(
            discord.ui.UserSelect(
                custom_id=f"gradus:admin-groups:out:{group}", placeholder="Take somebody out …", row=0
            )
        )
        self.group = group

    async def pressed(self, interaction: Press) -> None:
        """Take them out of the group and of its place; they read it in `/group mine`."""
        await interaction.response.defer()
        await _moderated(interaction, self.group)
        client, now = interaction.client, interaction.client.gradus.clock()
        for one in self.item.values:
            await client.gradus.groups.remove(interaction.user.id, self.group, one.id, now, moderator=True)
        await client.group_places.settle(self.group, now)
        await _turn(interaction, await _moderated(interaction, self.group))


ADMIN_GROUPS_ITEMS = (SwitchButton, ServerGroups, ModerateButton, MemberOut)
"""What the client answers."""
