"""One's own study groups as a panel, and what the buttons and forms of groups do."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import discord

from bot.chat.forms import Written, sent_form, take
from bot.chat.group_buttons import GROUP, GroupButton, Press, RequestButton, guild_of, join_button, request_buttons
from bot.chat.group_find_panel import FindButton, find_panel
from bot.chat.group_forms import (
    CREATE_FORM,
    EDIT_FORM,
    RULES_FORM,
    edit_form,
    outline_in,
    rules_form,
    rules_in,
    rules_of_new,
    typed_again,
)
from bot.chat.group_pages import (
    archive_page,
    found_page,
    hand_over_page,
    invitation,
    leave_page,
    members_page,
    no_group_page,
    panel_page,
    told,
)
from bot.chat.group_places import GroupPlaces, takes_private_threads
from bot.chat.group_week_panel import GroupPlanButton
from bot.chat.lesson_pages import label
from bot.chat.messages import Post
from bot.chat.panels import Panel, send, turn
from bot.chat.places import Where, is_public
from bot.chat.rendering import quoted
from bot.chat.standing import Standing, moderates, refuse_blocked, standing_view
from bot.groups.group import Group
from bot.groups.group_outline import Outline, Rules
from bot.groups.groups import NOT_IN_IT, NOT_THE_OWNER, GroupView
from foundation.errors import GradusError

MOST_LISTED = 25  # in Discord's list
INVITED_AGAIN = timedelta(minutes=1)


def places_of(interaction: Press) -> GroupPlaces:
    """Who settles groups' places."""
    return interaction.client.group_places


# ------------------------------------------------------------------------------------------ making one


async def create(interaction: Press, outline: Outline, rules: Rules) -> None:
    """Make a group and show it, where the press is deferred already."""
    gradus, guild = interaction.client.gradus, guild_of(interaction)
    channel = interaction.channel
    here = channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id
    study = guild.get_channel((await gradus.servers.settings(guild.id)).study_channel or 0)
    home = study.id if takes_private_threads(study) else here or 0
    made = await gradus.groups.create(interaction.user.id, guild.id, home, outline, rules, gradus.clock())
    await places_of(interaction).settle(made.group.id, gradus.clock())
    said = ("**Your group is made.**", *made.complaints, *(["**Edit** mends that."] if made.complaints else ()))
    await send(interaction, await _panel(interaction, made.group.id, said))


async def take_group_form(interaction: Press) -> None:
    """Act on the form that was sent, if it is one of groups'."""
    id = sent_form(interaction) or ""
    for pattern, act in FORMS.items():
        found = pattern.fullmatch(id)
        if found is not None:
            await take(interaction, id, partial(act, found))


async def _take_new(about: re.Match[str], interaction: Press, told: Written) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await refuse_blocked(interaction)
    with typed_again(told):
        await create(interaction, outline_in(told, int(about["pace"])), rules_of_new(about))


async def _take_edit(about: re.Match[str], interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    await refuse_blocked(interaction)
    gradus, group = interaction.client.gradus, about["group"]
    before = (await gradus.groups.view(group)).group
    with typed_again(told):
        made = await gradus.groups.describe(interaction.user.id, group, outline_in(told, before.pace))
    if made.group.name != before.name:
        await places_of(interaction).rename(made.group)
    await places_of(interaction).settle(group, gradus.clock())
    await turn(interaction, await _panel(interaction, group, ("**Changed.**", *made.complaints)))


async def _take_rules(about: re.Match[str], interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    await refuse_blocked(interaction)
    gradus, group = interaction.client.gradus, about["group"]
    before = (await gradus.groups.view(group)).group
    await gradus.groups.arrange(interaction.user.id, group, rules_in(told, before))
    await places_of(interaction).settle(group, gradus.clock())
    await turn(interaction, await _panel(interaction, group, ("**Changed.**",)))


TakeForm = Callable[[re.Match[str], Press, Written], Awaitable[None]]

FORMS: Mapping[re.Pattern[str], TakeForm] = {
    CREATE_FORM: _take_new,
    EDIT_FORM: _take_edit,
    RULES_FORM: _take_rules,
}


# ------------------------------------------------------------------------------------------- one's own


async def mine_panel(interaction: Press) -> Panel:
    """The groups of who asks: the first of them, and a list of the others."""
    gradus, guild = interaction.client.gradus, guild_of(interaction)
    groups = await gradus.groups.mine(interaction.user.id, guild.id)
    if not groups:
        notices = await gradus.groups.notices(interaction.user.id)
        return Panel(no_group_page(notices), (), standing_view(FindButton()))
    return await _panel(interaction, groups[0].id)


async def _panel(interaction: Press, id: str, said: tuple[str, ...] = ()) -> Panel:
    """A group as who presses sees it: a member, or a stranger who is told how to get in."""
    gradus, guild = interaction.client.gradus, guild_of(interaction)
    view = await gradus.groups.view(id, interaction.user.id)
    if view.own is None:
        raise GradusError(NOT_IN_IT)
    notices = told(await gradus.groups.notices(interaction.user.id))
    groups = await gradus.groups.mine(interaction.user.id, guild.id)
    page = panel_page(view, gradus.catalogue, gradus.clock(), (*filter(None, (notices,)), *said))
    return Panel(page, (), standing_view(*_buttons(view, groups)))


def _buttons(view: GroupView, groups: tuple[Group, ...]) -> list[discord.ui.Item[Any]]:
    group, own = view.group, view.own
    assert own is not None
    several = [OwnGroups(groups[:MOST_LISTED], group.id)] if len(groups) > 1 else []
    if not group.active:
        owner = [GroupButton(act, group.id, 1) for act in ("revive", "edit") if own.owns]
        return [*several, *owner, GroupButton("members", group.id, 1), GroupButton("leave", group.id, 1)]
    requests = request_buttons(group.id, view.requests[0].learner, 4) if own.owns and view.requests else ()
    lacks = bool(group.trouble)
    return [
        *several,
        *([GroupButton("room", group.id, 1)] if group.place.room else []),
        GroupPlanButton(group.id, 1),
        GroupButton("members", group.id, 1),
        GroupButton("invite", group.id, 1),
        GroupButton("leave", group.id, 1),
        *(GroupButton(act, group.id, 2) for act in ("edit", "rules", "hand", "archive") if own.owns),
        GroupButton("unname" if own.shares_name else "name", group.id, 3),
        GroupButton("unnudge" if own.wants_nudge else "nudge", group.id, 3),
        *([GroupButton("place", group.id, 3)] if lacks else []),
        *requests,
    ]


class OwnGroups(Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:group:own"):
    """Chooses which of one's groups the panel shows."""

    def __init__(self, groups: tuple[Group, ...] = (), shown: str = "") -> None:
        options = [
            discord.SelectOption(
                label=label(one.name, 100),
                value=one.id,
                default=one.id == shown,
                description=None if one.active else "archived",
            )
            for one in groups
        ]
        super().__init__(
            discord.ui.Select(custom_id="gradus:group:own", placeholder="Your groups", options=options, row=0)
        )

    async def pressed(self, interaction: Press) -> None:
        """Show the group that was chosen."""
        await interaction.response.defer()
        await turn(interaction, await _panel(interaction, self.item.values[0]))


class NewOwner(
    Standing,
    discord.ui.DynamicItem[discord.ui.UserSelect[discord.ui.View]],
    template=rf"gradus:group:heir:(?P<group>{GROUP})",
):
    """Chooses the member who owns the group from now on."""

    def __init__(self, group: str) -> None:
        super().__init__(
            discord.ui.UserSelect(custom_id=f"gradus:group:heir:{group}", placeholder="The new owner", row=0)
        )
        self.group = group

    async def pressed(self, interaction: Press) -> None:
        """Hand the group over, and tell who has it now."""
        await interaction.response.defer()
        gradus, heir = interaction.client.gradus, self.item.values[0]
        group = await gradus.groups.hand_over(interaction.user.id, self.group, heir.id, gradus.clock())
        await places_of(interaction).settle(self.group, gradus.clock())
        text = f"**{quoted(group.name)}** was handed over to you: you own it now. `/group mine` shows it."
        if heir.id != interaction.user.id:
            await _direct(interaction, heir.id, text)
        await turn(interaction, await _panel(interaction, self.group, (f"**<@{heir.id}> owns it now.**",)))


async def _direct(interaction: Press, person: int, text: str) -> bool:
    """Tell somebody by direct message; False where they take none."""
    try:
        await (await interaction.client.create_dm(discord.Object(person))).send(text)
    except discord.HTTPException:
        return False
    return True


# --------------------------------------------------------------------------------------------- buttons


Show = Callable[[Press, Panel], Awaitable[None]]


async def _opened(interaction: Press) -> Show:
    """Defer a press, and how its panel is shown: in place of the panel that was pressed, or below a message that
    everyone sees, for the eyes of who pressed.
    """
    if interaction.message is not None and interaction.message.flags.ephemeral:
        await interaction.response.defer()
        return turn
    await interaction.response.defer(ephemeral=True, thinking=True)
    return send


async def act_on_group(interaction: Press, act: str, group: str) -> None:
    """What a button under a group's message or panel does."""
    await ACTS[act](interaction, group)


async def _mine(interaction: Press, group: str) -> None:
    show = await _opened(interaction)
    await show(interaction, await _panel(interaction, group))


async def _look(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    await turn(interaction, await _panel(interaction, group))


async def _let_me_in(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    view = await _member_view(interaction, group)
    if await places_of(interaction).let_in(view, interaction.user):
        said = f"You are in: <#{view.group.place.room}>."
    else:
        said = "I can't let you in just now; **Make its place** looks after it."
        await interaction.client.gradus.groups.settling.unsettle(group)
    await turn(interaction, await _panel(interaction, group, (said,)))


async def _member_view(interaction: Press, group: str) -> GroupView:
    view = await interaction.client.gradus.groups.view(group, interaction.user.id)
    if view.own is None:
        raise GradusError(NOT_IN_IT)
    return view


async def _owner_view(interaction: Press, group: str) -> GroupView:
    view = await _member_view(interaction, group)
    if view.own is None or not view.own.owns:
        raise GradusError(NOT_THE_OWNER)
    return view


async def _members(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    view = await _member_view(interaction, group)
    await turn(interaction, Panel(members_page(view), (), standing_view(GroupButton("look", group))))


async def _invite(interaction: Press, group: str) -> None:
    """Post the group in the channel, for everyone there."""
    await interaction.response.defer()
    await refuse_blocked(interaction)
    gradus, view = interaction.client.gradus, await _member_view(interaction, group)
    channel = interaction.channel
    if view.full:
        raise GradusError("The group is full. Its owner can make it larger with **Rules**.")
    where = Where.of(interaction)
    study = (await gradus.servers.settings(view.group.server)).study_channel
    if study not in (where.channel, where.parent) and not await is_public(gradus, where):
        raise GradusError(f"I speak in public only where the moderators let me{f': try <#{study}>' if study else ''}.")
    if not isinstance(channel, discord.abc.Messageable) or not _may_post(interaction):
        raise GradusError("You or I may not write in this channel. Invite from one where both of us may.")
    if not interaction.client.group_invitations.may((group, channel.id), gradus.clock()):
        raise GradusError("This group was invited to here a moment ago: the message is above.")
    post = Post(invitation(view, gradus.catalogue, gradus.clock()), None, standing_view(join_button(view.group)))
    shape = post.without_picture() if interaction.app_permissions.embed_links else post.plain()
    await channel.send(**shape)
    await turn(interaction, await _panel(interaction, group, ("**The invitation stands in this channel.**",)))


def _may_post(interaction: Press) -> bool:
    name = "send_messages_in_threads" if isinstance(interaction.channel, discord.Thread) else "send_messages"
    return all(getattr(one, name) for one in (interaction.permissions, interaction.app_permissions))


async def _join(interaction: Press, group: str) -> None:
    """Take whoever presses in, or ask the owner."""
    show = await _opened(interaction)
    await refuse_blocked(interaction)
    gradus, now = interaction.client.gradus, interaction.client.gradus.clock()
    view = await gradus.groups.join(interaction.user.id, interaction.guild_id, group, now)
    await places_of(interaction).settle(group, now)
    if view.own is not None:
        await show(interaction, await _panel(interaction, group, ("**You are in.**",)))
        return
    page = found_page(view, None, gradus.catalogue, now)
    buttons = standing_view(GroupButton("withdraw", group), FindButton("◀ All groups"))
    await show(interaction, Panel(page, (), buttons))


async def _withdraw(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    withdrawn = await interaction.client.gradus.groups.withdraw(interaction.user.id, group)
    if withdrawn.request is not None:
        text = f"<@{withdrawn.request.person}> has taken their request back."
        await places_of(interaction).answered(withdrawn.view.group, withdrawn.request, text)
    await turn(interaction, await find_panel(interaction, None))


async def decide(interaction: Press, group: str, learner: int, *, accept: bool) -> None:
    """Let in, or turn away, who asks to join; on the panel of the owner, or under the message that asked."""
    await interaction.response.defer()
    gradus, now = interaction.client.gradus, interaction.client.gradus.clock()
    if accept:
        await _refuse_blocked_asker(interaction, group, learner)
    decided = await gradus.groups.decide(
        interaction.user.id, group, learner, accept, now, moderator=moderates(interaction)
    )
    request, shown = decided.request, decided.view.group
    on_panel = interaction.message is not None and interaction.message.flags.ephemeral
    if request is None:
        text = "This is settled already, or they asked no more."
    elif accept:
        text = f"<@{request.person}> is in **{quoted(shown.name)}** now."
        await places_of(interaction).settle(group, now)
        room = f" You find it in <#{shown.place.room}>." if shown.place.room else ""
        said = f"You are in **{quoted(shown.name)}** now.{room} `/group mine` shows it."
        if not await _direct(interaction, request.person, said):
            await gradus.groups.settling.tell(group, learner, "let in", now)
    else:
        text = f"<@{request.person}> was not taken in."
        said = f"**{quoted(shown.name)}** can't take you in just now. `/group find` shows others."
        if not await _direct(interaction, request.person, said):
            await gradus.groups.settling.tell(group, learner, "declined", now)
    if on_panel:
        if request is not None:
            await places_of(interaction).answered(shown, request, text)
        await turn(interaction, await _panel(interaction, group, (text,)))
    else:
        await interaction.edit_original_response(content=text, view=None)


async def _refuse_blocked_asker(interaction: Press, group: str, learner: int) -> None:
    gradus = interaction.client.gradus
    view = await gradus.groups.view(group)
    asker = next((one.person for one in view.requests if one.learner == learner), None)
    if asker in await gradus.servers.blocked(view.group.server):
        raise GradusError("This server's moderators have blocked them. **Decline** takes their request away.")


async def _leave(interaction: Press, group: str) -> None:
    """Ask once more."""
    show = await _opened(interaction)
    view = await _member_view(interaction, group)
    buttons = standing_view(GroupButton("left", group), GroupButton("look", group, label="Stay"))
    await show(interaction, Panel(leave_page(view), (), buttons))


async def _left(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    gradus = interaction.client.gradus
    left = await gradus.groups.leave(interaction.user.id, group, gradus.clock())
    await places_of(interaction).settle(group, gradus.clock())
    name = quoted(left.name) if left else "the group"
    page = no_group_page((), f"You have left {name}")
    await turn(interaction, Panel(page, (), standing_view(FindButton())))


async def _edit(interaction: Press, group: str) -> None:
    """A form must be the first answer to a press."""
    view = await _owner_view(interaction, group)
    await interaction.response.send_modal(edit_form(view.group, interaction.client.gradus.catalogue))


async def _rules(interaction: Press, group: str) -> None:
    view = await _owner_view(interaction, group)
    settings = await interaction.client.gradus.servers.settings(view.group.server)
    await interaction.response.send_modal(rules_form(view.group, settings))


async def _hand(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    view = await _owner_view(interaction, group)
    if len(view.members) == 1:
        raise GradusError("Nobody else is in the group yet. **Invite** somebody first, or **Leave** it.")
    buttons = standing_view(NewOwner(group), GroupButton("look", group))
    await turn(interaction, Panel(hand_over_page(view), (), buttons))


async def _archive(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    view = await _owner_view(interaction, group)
    buttons = standing_view(GroupButton("archived", group), GroupButton("look", group))
    await turn(interaction, Panel(archive_page(view), (), buttons))


async def _archived(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    gradus = interaction.client.gradus
    await gradus.groups.archive(interaction.user.id, group, moderator=moderates(interaction))
    await places_of(interaction).settle(group, gradus.clock())
    await turn(interaction, await _panel(interaction, group))


async def _revive(interaction: Press, group: str) -> None:
    await interaction.response.defer()
    await refuse_blocked(interaction)
    gradus = interaction.client.gradus
    await gradus.groups.revive(interaction.user.id, group, moderator=moderates(interaction))
    await places_of(interaction).settle(group, gradus.clock())
    await places_of(interaction).rename((await gradus.groups.view(group)).group)  # what is archived keeps its old name
    await turn(interaction, await _panel(interaction, group, ("**It goes on.**",)))


async def _place(interaction: Press, group: str) -> None:
    """Try once more what could not be made."""
    await interaction.response.defer()
    await refuse_blocked(interaction)
    await _member_view(interaction, group)
    await places_of(interaction).settle(group, interaction.client.gradus.clock())
    await turn(interaction, await _panel(interaction, group))


async def _wish(interaction: Press, group: str, **wished: bool) -> None:
    await interaction.response.defer()
    await interaction.client.gradus.groups.wish(interaction.user.id, group, **wished)
    await turn(interaction, await _panel(interaction, group))


ACTS: Mapping[str, Callable[[Press, str], Awaitable[None]]] = {
    "mine": _mine,
    "look": _look,
    "room": _let_me_in,
    "members": _members,
    "invite": _invite,
    "join": _join,
    "withdraw": _withdraw,
    "leave": _leave,
    "left": _left,
    "edit": _edit,
    "rules": _rules,
    "hand": _hand,
    "archive": _archive,
    "archived": _archived,
    "revive": _revive,
    "place": _place,
    "name": partial(_wish, shares_name=True),
    "unname": partial(_wish, shares_name=False),
    "nudge": partial(_wish, wants_nudge=True),
    "unnudge": partial(_wish, wants_nudge=False),
}


GROUP_ITEMS = (GroupButton, RequestButton, OwnGroups, NewOwner)
"""What the client answers."""
