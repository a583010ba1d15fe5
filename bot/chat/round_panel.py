"""The buttons of live rounds, and what begins one.

All state is in the store: a button names its round and its question, so that a late press, a second one, or one after
a restart does no harm.
"""

import re
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord
from discord import app_commands

from bot.assembly import Gradus
from bot.chat.lesson_pages import label
from bot.chat.messages import Post, send_followup
from bot.chat.panels import Panel, send
from bot.chat.places import Where, is_public, pointer
from bot.chat.practice_panel import start_practice
from bot.chat.rendering import RELATED_COLOUR, Page
from bot.chat.round_pages import chosen_line, mine_page
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.groups.round import FEWEST_QUESTIONS, Round
from bot.groups.rounds import GROUP, MIX, MIX_TITLE, RoundView, RunningAlready
from foundation.errors import GradusError
from quizzes.posing import LETTERS
from quizzes.practice import Scope

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS = {
    "stop": "Stop",
    "missed": "My missed ones",
    "again": "Another round",
    "practise": "Practise them now",
}
ROUND = r"[0-9A-Za-z]{1,32}"

MOST_CHOICES, CHOICE_LIMIT = 25, 100  # choices in Discord's list, characters of each

NOT_HERE = "A live round needs company: use `/group round` in a channel of a server."
YOU_MAY_NOT = "You may not write in this channel, so you cannot begin a round in it."
CLOSED = "Discord does not let me write here. An admin can give me these permissions in this channel: {lacking}."


# -------------------------------------------------------------------- beginning


async def begin_round(interaction: Press, what: str, questions: int, seconds: int) -> None:
    """Fill a deferred, private response: a round begins in the channel, or what stands in the way."""
    await _refuse_where_none_may_be(interaction)
    gradus, where = interaction.client.gradus, Where.of(interaction)
    assert where.server is not None
    try:
        round = await gradus.rounds.begin(
            interaction.user.id, where.server, where.channel, what.strip(), questions, seconds, gradus.clock()
        )
    except RunningAlready as found:
        await _point_to(interaction, found.round)
        return
    await _open(interaction, round)


async def _refuse_where_none_may_be(interaction: Press) -> None:
    """Raises:
    GradusError: it is no channel of a server, rounds are not for it, or somebody lacks a permission there.
    """
    gradus, where, guild = interaction.client.gradus, Where.of(interaction), interaction.guild
    if where.server is None or guild is None:
        raise GradusError(NOT_HERE)
    write = "send_messages_in_threads" if where.thread else "send_messages"
    if not getattr(interaction.permissions, write):
        raise GradusError(YOU_MAY_NOT)
    lacking = [one for one in ("view_channel", write) if not getattr(interaction.app_permissions, one)]
    if lacking:
        raise GradusError(CLOSED.format(lacking=", ".join(one.replace("_", " ").title() for one in lacking)))
    own_place = await gradus.rounds.group_of(where.server, where.channel) is not None
    if not own_place and not await is_public(gradus, where):
        raise GradusError(await pointer(gradus, guild))


async def _open(interaction: Press, round: Round) -> None:
    if not await interaction.client.round_messages.open(round):
        raise GradusError(CLOSED.format(lacking="View Channel, Send Messages"))
    await interaction.followup.send("The round begins below. **Stop** under it ends it early.", ephemeral=True)


async def _point_to(interaction: Press, round: Round) -> None:
    """Say that a round runs there already, and where; with a way to stop it for who may."""
    link = f" https://discord.com/channels/{round.server}/{round.channel}/{round.message}" if round.message else ""
    text = (
        f"A round runs in this channel already: one at a time. Join it:{link}" if link else str(RunningAlready(round))
    )
    rounds, person = interaction.client.gradus.rounds, interaction.user.id
    may = interaction.permissions.manage_messages or await rounds.may_stop(person, round.id)
    view = standing_view(RoundButton("stop", round.id)) if may else standing_view()
    await interaction.followup.send(text, view=view, ephemeral=True)


async def subjects(gradus: Gradus, where: Where, typed: str) -> list[app_commands.Choice[str]]:
    """What a round may be about, as somebody types: the group's concepts in its place, a mix, stages, concepts."""
    group = await gradus.rounds.group_of(where.server, where.channel) if where.server is not None else None
    some = {GROUP: "What the group is learning"} if group else {}
    some |= {MIX: MIX_TITLE.capitalize()}
    some |= {f"stage:{one.id}": f"The stage {one.title}" for one in gradus.catalogue.stages.values()}
    wanted = typed.strip().casefold()
    found = {id: name for id, name in some.items() if wanted in name.casefold()}
    if wanted:
        near = gradus.learning.matches(typed, MOST_CHOICES)
        found |= {f"concept:{one.id}": one.title for one in near if gradus.rounds.can_ask(one.id)}
    choices = [app_commands.Choice(name=label(name, CHOICE_LIMIT), value=id) for id, name in found.items()]
    return choices[:MOST_CHOICES]


# -------------------------------------------------------------------- buttons


class AnswerChoice(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:round:pick:(?P<letter>[A-E]):(?P<round>{ROUND}):(?P<position>\d{{1,2}})",
):
    """A letter under a question of a round, for everybody who sees it."""

    def __init__(self, letter: str, round: str, position: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=letter,
                style=discord.ButtonStyle.primary,
                custom_id=f"gradus:round:pick:{letter}:{round}:{position}",
                row=0,
            )
        )
        self.letter, self.round, self.position = letter, round, position

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["letter"], match["round"], int(match["position"]))

    async def pressed(self, interaction: Press) -> None:
        """Keep the answer, then say so, to nobody else."""
        now = interaction.client.gradus.clock()
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        person, rounds = interaction.user.id, interaction.client.gradus.rounds
        words = await rounds.answer(person, self.round, self.position, self.letter, now)
        interaction.client.round_messages.remember(person, interaction.user.display_name)
        await interaction.edit_original_response(content=chosen_line(self.letter, words))


class RoundButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:round:(?P<act>{'|'.join(LABELS)}):(?P<round>{ROUND})",
):
    """What else can be done with a round."""

    def __init__(self, act: str, round: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.primary if act in ("missed", "practise") else discord.ButtonStyle.secondary,
                custom_id=f"gradus:round:{act}:{round}",
                row=1 if act == "stop" else 0,
            )
        )
        self.act, self.round = act, round

    async def pressed(self, interaction: Press) -> None:
        """Act, and answer who pressed alone."""
        if self.act == "practise":
            await refuse_blocked(interaction)
            await start_practice(interaction, Scope("missed"))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        acts = {"stop": self._stop, "missed": self._show_missed, "again": self._again}
        await acts[self.act](interaction)

    async def _stop(self, interaction: Press) -> None:
        gradus = interaction.client.gradus
        moderates = interaction.permissions.manage_messages
        await gradus.rounds.stop(interaction.user.id, self.round, gradus.clock(), moderates=moderates)
        page = Page("The round is stopped", "The scoreboard comes in a moment.", RELATED_COLOUR)
        await send(interaction, Panel(page, (), standing_view()))

    async def _show_missed(self, interaction: Press) -> None:
        mine = await interaction.client.gradus.rounds.mine(interaction.user.id, self.round)
        ways = (RoundButton("practise", self.round),) if mine.misses else ()
        await send_followup(interaction, Post(mine_page(mine), None, standing_view(*ways)))

    async def _again(self, interaction: Press) -> None:
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        await gradus.servers.admit(interaction.guild_id, interaction.user.id, gradus.clock())
        old = (await gradus.rounds.view(self.round)).round
        await begin_round(interaction, old.what, max(len(old.items), FEWEST_QUESTIONS), old.seconds)


ROUND_ITEMS = (AnswerChoice, RoundButton)
"""What the client must know of to answer presses on old messages."""


def buttons(view: RoundView) -> discord.ui.View:
    """What stands under a round's message, by its phase."""
    id, phase = view.round.id, view.round.phase
    if phase == "asking":
        assert view.posed is not None
        letters = LETTERS[: len(view.posed.choices)]
        return standing_view(
            *(AnswerChoice(letter, id, view.round.position) for letter in letters), RoundButton("stop", id)
        )
    if phase == "over":
        missed = (RoundButton("missed", id),) if view.standings else ()
        return standing_view(*missed, RoundButton("again", id))
    return standing_view(RoundButton("stop", id)) if phase == "lobby" else standing_view()
