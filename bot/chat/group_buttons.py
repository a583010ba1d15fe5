"""The buttons of study groups, under messages and panels alike. What they open, `bot.chat.group_panel` makes."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.chat.standing import Standing
from bot.groups.group import Group
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

ONLY_HERE = "Study groups belong to a server: use this command in one."

GROUP = r"[0-9A-Za-z]{1,32}"

ACTS: Mapping[str, str] = {
    "mine": "My groups",
    "look": "◀ Back",
    "room": "Let me in",
    "members": "Members",
    "invite": "Invite",
    "join": "Join",
    "withdraw": "Take my request back",
    "leave": "Leave",
    "left": "Leave it",
    "edit": "Edit",
    "rules": "Rules",
    "hand": "Hand over",
    "archive": "Archive",
    "archived": "Archive it",
    "revive": "Bring back",
    "place": "Make its place",
    "name": "Name me in digests: off",
    "unname": "Name me in digests: on",
    "nudge": "Nudge me: off",
    "unnudge": "Nudge me: on",
}
"""What can be done with a group, or in it. A switch says how it stands, and does the other: a second press of the same
changes nothing.
"""

DANGER, PRIMARY = ("left", "archived"), ("join", "revive", "place")


class GroupButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:group:(?P<act>{'|'.join(ACTS)}):(?P<group>{GROUP})",
):
    """Does something with a group."""

    def __init__(self, act: str, group: str, row: int | None = None, label: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=label or ACTS[act],
                style=discord.ButtonStyle.danger
                if act in DANGER
                else discord.ButtonStyle.primary
                if act in PRIMARY
                else discord.ButtonStyle.secondary,
                custom_id=f"gradus:group:{act}:{group}",
                row=row,
            )
        )
        self.act, self.group = act, group

    async def pressed(self, interaction: Press) -> None:
        """Do it."""
        from bot.chat.group_panel import act_on_group  # it makes panels with these buttons in them

        await act_on_group(interaction, self.act, self.group)


class RequestButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:group-request:(?P<act>accept|decline):(?P<group>{GROUP}):(?P<learner>\d+)",
):
    """Decides on who asks to join, a learner by the number that Gradus gave them."""

    def __init__(self, act: str, group: str, learner: int, row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label="Let in" if act == "accept" else "Decline",
                style=discord.ButtonStyle.success if act == "accept" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:group-request:{act}:{group}:{learner}",
                row=row,
            )
        )
        self.act, self.group, self.learner = act, group, learner

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], match["group"], int(match["learner"]))

    async def pressed(self, interaction: Press) -> None:
        """Decide."""
        from bot.chat.group_panel import decide

        await decide(interaction, self.group, self.learner, accept=self.act == "accept")


def request_buttons(group: str, learner: int, row: int | None = None) -> tuple[RequestButton, RequestButton]:
    """What the owner decides with."""
    return RequestButton("accept", group, learner, row), RequestButton("decline", group, learner, row)


def join_button(group: Group) -> GroupButton:
    """What whoever presses gets into a group by."""
    return GroupButton("join", group.id, label="Ask to join" if group.approval else "Join")


def guild_of(interaction: Press) -> discord.Guild:
    """The server where somebody presses.

    Raises:
        GradusError: there is none.
    """
    if interaction.guild is None:
        raise GradusError(ONLY_HERE)
    return interaction.guild
