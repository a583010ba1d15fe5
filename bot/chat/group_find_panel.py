"""Study groups to be found: a list by how well each fits, and one of them with what joins it."""

from typing import Any

import discord

from bot.chat.group_buttons import GroupButton, Press, guild_of, join_button
from bot.chat.group_pages import MOST_MATCHES, find_page, found_page
from bot.chat.lesson_pages import label
from bot.chat.panels import Panel, turn
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.groups.groups import Match
from content.catalogue import Catalogue

MOST_LISTED = 25  # in Discord's list
ALL_STAGES = "all"


async def find_panel(interaction: Press, stage: str | None) -> Panel:
    """The groups that who asks may join, the best fit first."""
    gradus, guild = interaction.client.gradus, guild_of(interaction)
    matches = await gradus.groups.find(interaction.user.id, guild.id, stage, gradus.clock())
    zone = (await gradus.profiles.of(interaction.user.id)).zone
    page = find_page(matches, gradus.catalogue, stage, zoned=zone is not None)
    items: list[discord.ui.Item[Any]] = [StageChoice(gradus.catalogue, stage)]
    if matches:
        items.append(FoundGroups(stage, matches[:MOST_MATCHES]))
    return Panel(page, (), standing_view(*items))


class FindButton(Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"gradus:group:find"):
    """Opens the groups that one may join."""

    def __init__(self, label: str = "Find a group") -> None:
        super().__init__(
            discord.ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id="gradus:group:find")
        )

    async def pressed(self, interaction: Press) -> None:
        """Show them in the panel's place."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        await turn(interaction, await find_panel(interaction, None))


class StageChoice(Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:group:stage"):
    """Chooses the stage whose groups are shown."""

    def __init__(self, catalogue: Catalogue | None = None, shown: str | None = None) -> None:
        stages = {id: one.title for id, one in catalogue.stages.items()} if catalogue else {}
        options = [
            discord.SelectOption(label=label(words, 100), value=id, default=id == (shown or ALL_STAGES))
            for id, words in {ALL_STAGES: "Every stage", **stages}.items()
        ]
        super().__init__(discord.ui.Select(custom_id="gradus:group:stage", options=options[:MOST_LISTED], row=0))

    async def pressed(self, interaction: Press) -> None:
        """Show the groups of that stage."""
        await interaction.response.defer()
        chosen = self.item.values[0]
        await turn(interaction, await find_panel(interaction, None if chosen == ALL_STAGES else chosen))


class FoundGroups(Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:group:found"):
    """Chooses a group to look at."""

    def __init__(self, stage: str | None = None, matches: tuple[Match, ...] = ()) -> None:
        options = [
            discord.SelectOption(label=label(f"{number}. {one.group.name}", 100), value=one.group.id)
            for number, one in enumerate(matches, 1)
        ]
        super().__init__(
            discord.ui.Select(custom_id="gradus:group:found", placeholder="Look at a group", options=options, row=1)
        )

    async def pressed(self, interaction: Press) -> None:
        """Show it, with what joins it."""
        await interaction.response.defer()
        gradus, guild, id = interaction.client.gradus, guild_of(interaction), self.item.values[0]
        matches = await gradus.groups.find(interaction.user.id, guild.id, None, gradus.clock())
        match = next((one for one in matches if one.group.id == id), None)
        view = await gradus.groups.view(id, interaction.user.id)
        join = [GroupButton("withdraw", id)] if view.asked else [] if view.full else [join_button(view.group)]
        page = found_page(view, match, gradus.catalogue, gradus.clock())
        await turn(interaction, Panel(page, (), standing_view(*join, FindButton("◀ All groups"))))


FIND_ITEMS = (FindButton, StageChoice, FoundGroups)
"""What the client answers."""
