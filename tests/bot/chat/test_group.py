"""`/group` in a simulated Discord: making groups, finding them, living in them, and who may do what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.groups.group import Group, Member
from bot.groups.group_outline import Outline, Rules
from bot.road.profile import Profile
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW


@pytest.fixture
async def carol(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("carol"))


@pytest.fixture
async def mod(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    role = simcord_env.guild.create_role("moderator", permissions=discord.Permissions(manage_guild=True))
    return simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])


def title(message: ResponseMessage) -> str:
    return str(message.embeds[0].title)


def text(message: ResponseMessage) -> str:
    return str(message.embeds[0].description)


def field(message: ResponseMessage, name: str) -> str:
    return next((str(one.value) for one in message.embeds[0].fields if one.name == name), "")


def said(result: InteractionResult) -> str:
    return " ".join(str(one.content) for one in (result.response, *result.followups) if one is not None)


def select(message: ResponseMessage, id: str) -> dict[str, object]:
    rows = (one for row in message.components for one in row["components"])
    return next(dict(one) for one in rows if str(one.get("custom_id", "")).startswith(id))


def offered(message: ResponseMessage, id: str) -> list[str]:
    return [one["label"] for one in select(message, id)["options"]]  # type: ignore[attr-defined]


async def choose(who: MemberActor, message: ResponseMessage, id: str, *values: object) -> InteractionResult:
    return await who.select(message, values, custom_id=str(select(message, id)["custom_id"]))


async def make(who: MemberActor, channel: ChannelHandle, name: str = "Night owls", **typed: object) -> ResponseMessage:
    """A group, made at once; the panel that shows it."""
    options = {"learns": "Dropout, Regularisation", **typed}
    return shown(await who.slash(channel, "group create", name=name, **options))


async def mine(who: MemberActor, channel: ChannelHandle) -> ResponseMessage:
    return shown(await who.slash(channel, "group mine"))


async def found(who: MemberActor, channel: ChannelHandle, id: str) -> ResponseMessage:
    """The page of a group that was chosen among those found."""
    panel = shown(await who.slash(channel, "group find"))
    return shown(await choose(who, panel, "gradus:group:found", id))


async def join(who: MemberActor, channel: ChannelHandle, gradus: Gradus, says: str = "Join") -> ResponseMessage:
    return shown(await who.click(await found(who, channel, (await only(gradus, channel)).id), label=says))


async def only(gradus: Gradus, channel: ChannelHandle) -> Group:
    """The one group of the server."""
    assert channel.guild is not None
    ((group, _),) = await gradus.groups.of_server(channel.guild.id)
    return group


async def members(gradus: Gradus, group: Group) -> tuple[Member, ...]:
    return (await gradus.groups.view(group.id)).members


def in_thread(thread: ChannelHandle) -> set[int]:
    return set(thread._channel.thread_members)


def closed(thread: ChannelHandle) -> tuple[bool, bool]:
    """Whether a thread is archived, and locked."""
    state = thread._channel.thread_metadata
    assert state is not None
    return state.archived, state.locked


# --------------------------------------------------------------------------------------- making one


async def test_a_group_is_made_by_one_form_and_talks_in_a_private_thread(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.profiles.keep(ada.id, Profile(zone="Europe/Paris"), NOW)
    form = await ada.slash(channel, "group create")
    assert form.modal is not None
    assert "Europe/Paris" in str(form.modal)
    told = {"name": "Night *owls*", "about": "Core", "meeting": "tue 6 pm", "zone": "", "pace": ["3"]}
    panel = shown(await ada.submit_modal(form, told))
    assert title(panel) == "Night \\*owls\\*"
    assert text(panel).startswith("**Your group is made.**")
    assert field(panel, "What") == "Core (4 concepts)\n3 concepts a week"
    assert field(panel, "When").startswith("Tuesdays 18:00 (Europe/Paris), 60 minutes\nNext: <t:1772557200:F>")
    (thread,) = channel.threads
    assert thread.name == "Night *owls*"
    assert thread._channel.type == discord.ChannelType.private_thread.value
    assert ada.id in in_thread(thread)
    (intro,) = thread.history()
    assert intro.embeds[0].title == "Night \\*owls\\*"
    assert "say hello" in str(intro.embeds[0].description)
    group = await only(gradus, channel)
    assert (group.place.thread, group.place.message, group.trouble) == (thread.id, intro.id, "")


async def test_what_cannot_be_read_is_said_and_the_group_is_made_without_it(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await make(ada, channel, meets="teusday", zone="Pariss")
    assert "did you mean 'paris'" in text(panel)
    assert "can't read 'teusday' as a meeting" in text(panel)
    assert field(panel, "When") == "No fixed meeting"
    opened = await ada.click(panel, label="Edit")
    told = {"name": "Early birds", "about": "dropout", "meeting": "Tuesday 18:00", "zone": "Paris", "pace": ["2"]}
    panel = shown(await ada.submit_modal(opened, told))
    assert title(panel) == "Early birds"
    assert field(panel, "When").startswith("Tuesdays 18:00 (Europe/Paris)")
    (thread,) = channel.threads
    assert thread.name == "Early birds"
    assert thread.history()[0].embeds[0].title == "Early birds"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"learns": "dropuot"}, "did you mean 'dropout'"),
        ({"learns": " , "}, "Say what the group learns"),
        ({"name": "NIGHT owls", "learns": "Core"}, "has that name already"),
    ],
)
async def test_a_group_that_makes_no_sense_is_refused_in_a_line(
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    typed: dict[str, str],
    words: str,
) -> None:
    await make(ada, channel)
    result = await ada.slash(channel, "group create", **{"name": "Others", **typed})
    assert words in said(result)
    assert len(simcord_env.errors) == 1
    await only(gradus, channel)


async def test_the_study_channel_is_where_threads_are_opened(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    hall = simcord_env.guild.create_text_channel("study-hall")
    await gradus.servers.change(simcord_env.guild.id, lambda old: replace(old, study_channel=hall.id))
    await make(ada, channel)
    assert (len(channel.threads), len(hall.threads)) == (0, 1)


async def test_topics_zones_and_stages_are_offered_as_one_types(ada: MemberActor, channel: ChannelHandle) -> None:
    topics = await ada.autocomplete(channel, "group create", "learns", "")
    assert [one["value"] for one in topics][:2] == ["Core", "Multi-layer perceptrons"]
    more = await ada.autocomplete(channel, "group create", "learns", "Dropout, regu")
    assert [one["value"] for one in more] == ["Dropout, Regularisation"]
    zones = await ada.autocomplete(channel, "group create", "zone", "paris")
    assert zones[0]["value"] == "Europe/Paris"
    assert [one["value"] for one in await ada.autocomplete(channel, "group find", "stage", "co")] == ["intermediate"]


# ----------------------------------------------------------------------------------------- finding


async def test_somebody_finds_a_group_reads_why_it_fits_and_is_in_by_one_press(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.profiles.keep(bob.id, Profile(zone="Asia/Tokyo"), NOW)
    await make(ada, channel, meets="Tuesday 9:00", zone="London")
    panel = shown(await bob.slash(channel, "group find"))
    assert "meets Tuesday 18:00 your time" in text(panel)
    assert "2 concepts a week, like you" in text(panel)
    assert offered(panel, "gradus:group:found") == ["1. Night owls"]
    panel = await join(bob, channel, gradus)
    assert text(panel).startswith("**You are in.**")
    (thread,) = channel.threads
    assert in_thread(thread) >= {ada.id, bob.id}
    assert "2 of 8 people" in field(panel, "Who")
    assert "2 of 8 people" in str(thread.history()[0].embeds[0].to_dict())
    assert "There is no group to join yet" in text(shown(await bob.slash(channel, "group find")))


async def test_a_second_press_on_join_changes_nothing(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    group = await only(gradus, channel)
    page = await found(bob, channel, group.id)
    button = next(one for row in page.components for one in row["components"] if one.get("label") == "Join")
    await gradus.groups.join(bob.id, group.server, group.id, NOW)
    await bob.click(page, custom_id=button["custom_id"])
    assert len(await members(gradus, group)) == 2


async def test_two_who_want_the_last_seat_do_not_both_get_it(
    ada: MemberActor, bob: MemberActor, carol: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel, size=2)
    group = await only(gradus, channel)
    pages = {who: await found(who, channel, group.id) for who in (bob, carol)}
    await bob.click(pages[bob], label="Join")
    refused = await carol.click(pages[carol], label="Join")
    assert "This group is full" in said(refused)
    assert [one.person for one in await members(gradus, group)] == [ada.id, bob.id]


async def test_groups_are_filtered_by_stage(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    panel = shown(await bob.slash(channel, "group find", stage="Core"))
    assert title(panel) == "Study groups · Core"
    panel = shown(await choose(bob, panel, "gradus:group:stage", "all"))
    assert title(panel) == "Study groups"
    assert "There is no such stage" in said(await bob.slash(channel, "group find", stage="corre"))
    assert len(simcord_env.errors) == 1


async def test_who_is_blocked_neither_finds_nor_makes_nor_joins(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    group = await only(gradus, channel)
    page = await found(bob, channel, group.id)
    await gradus.servers.block(group.server, bob.id, NOW)
    for result in (
        await bob.slash(channel, "group find"),
        await bob.slash(channel, "group create", name="Mine", learns="Core"),
        await bob.slash(channel, "group create"),
        await bob.click(page, label="Join"),
    ):
        assert "switched me off for you" in said(result)
    assert len(simcord_env.errors) == 3
    assert len(await members(gradus, group)) == 1


# ---------------------------------------------------------------------------------------- approval


async def test_a_request_reaches_the_owner_who_alone_decides(
    ada: MemberActor, bob: MemberActor, carol: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel, entry="approval")
    panel = await join(bob, channel, gradus, "Ask to join")
    assert text(panel).startswith("You have asked")
    (thread,) = channel.threads
    asked = thread.history()[-1]
    assert asked.content == f"<@{ada.id}> <@{bob.id}> asks to join **Night owls**. Press **Let in** or **Decline**."
    group = await only(gradus, channel)
    await gradus.groups.join(carol.id, group.server, group.id, NOW)
    (request, _) = (await gradus.groups.view(group.id)).requests
    with pytest.raises(Exception, match="Only the group's owner or a moderator"):
        await gradus.groups.decide(bob.id, group.id, request.learner, True, NOW, moderator=False)
    assert "1 more wait" in field(await mine(ada, channel), "Somebody asks to join")
    await ada.click(asked, label="Let in")
    decided, waiting = thread.history()[-2:]
    assert decided.content == f"<@{bob.id}> is in **Night owls** now."
    assert f"<@{carol.id}> asks to join" in waiting.content
    assert in_thread(thread) >= {ada.id, bob.id}
    assert bob.user.dm_channel.history()[-1].content.startswith("You are in **Night owls** now.")


async def test_a_member_may_not_decide_a_moderator_may_and_a_press_too_late_says_so(
    ada: MemberActor,
    bob: MemberActor,
    carol: MemberActor,
    mod: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
) -> None:
    await make(ada, channel)
    await join(carol, channel, gradus)
    opened = await ada.click(await mine(ada, channel), label="Rules")
    await ada.submit_modal(opened, {"entry": ["approval"], "size": "8", "minutes": "60"})
    await join(bob, channel, gradus, "Ask to join")
    (thread,) = channel.threads
    asked = thread.history()[-1]
    refused = await carol.click(asked, label="Let in")
    assert "Only the group's owner or a moderator" in said(refused)
    simcord_env.backend.add_thread_member(thread.id, mod.id)
    group = await only(gradus, channel)
    (request,) = (await gradus.groups.view(group.id)).requests
    await mod.click(asked, label="Decline")
    assert thread.history()[-1].content == f"<@{bob.id}> was not taken in."
    decided = await gradus.groups.decide(ada.id, group.id, request.learner, True, NOW, moderator=False)
    assert decided.request is None
    assert {one.person for one in await members(gradus, group)} == {ada.id, carol.id}


async def test_what_was_typed_into_a_form_that_is_refused_is_shown_again(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    form = await ada.slash(channel, "group create")
    told = {"name": "Night *owls*", "about": "dropuot", "meeting": "Tuesday 18:00", "zone": "Paris", "pace": ["2"]}
    refused = said(await ada.submit_modal(form, told))
    assert "did you mean 'dropout'" in refused
    assert "You wrote: Night \\*owls\\* · dropuot · Tuesday 18\\:00 · Paris" in refused


async def test_on_the_panel_the_owner_declines_and_who_takes_no_messages_reads_it_later(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel, entry="approval")
    await join(bob, channel, gradus, "Ask to join")
    simcord_env.inject_error("POST", f"/channels/{bob.user.dm_channel.id}/messages", status=403, code=50007)
    panel = shown(await ada.click(await mine(ada, channel), label="Decline"))
    assert text(panel).startswith(f"<@{bob.id}> was not taken in.")
    assert channel.threads[0].history()[-1].content == f"<@{bob.id}> was not taken in."
    panel = await mine(bob, channel)
    assert text(panel).startswith("**Night owls** can't take you in just now.")
    assert "can't take you in" not in text(await mine(bob, channel))


async def test_a_request_can_be_taken_back_until_it_is_decided(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel, entry="approval")
    panel = await join(bob, channel, gradus, "Ask to join")
    panel = shown(await bob.click(panel, label="Take my request back"))
    assert "*you have asked*" not in text(panel)
    assert channel.threads[0].history()[-1].content == f"<@{bob.id}> has taken their request back."
    assert (await gradus.groups.view((await only(gradus, channel)).id)).requests == ()
    await join(bob, channel, gradus, "Ask to join")
    again = await found(bob, channel, (await only(gradus, channel)).id)
    assert labels(again) == ["Take my request back", "◀ All groups"]
    sent = [one.json for one in simcord_env.http_requests if "asks to join" in str(one.json)]
    assert [one["allowed_mentions"].get("users", []) for one in sent if one] == [[ada.id], []]  # pinged once a day


async def test_where_the_group_is_full_by_then_the_request_stays(
    ada: MemberActor, bob: MemberActor, carol: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel, entry="approval", size=2)
    group = await only(gradus, channel)
    for who in (bob, carol):
        await gradus.groups.join(who.id, group.server, group.id, NOW)
    await ada.click(await mine(ada, channel), label="Let in")
    refused = await ada.click(await mine(ada, channel), label="Let in")
    assert "The group is full. Make it larger" in said(refused)
    opened = await ada.click(await mine(ada, channel), label="Rules")
    panel = shown(await ada.submit_modal(opened, {"entry": ["approval"], "size": "3", "minutes": "90"}))
    assert "90 minutes" not in field(panel, "When")
    await ada.click(panel, label="Let in")
    assert len(await members(gradus, group)) == 3


async def test_who_was_blocked_meanwhile_is_not_let_in(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel, entry="approval")
    await join(bob, channel, gradus, "Ask to join")
    group = await only(gradus, channel)
    await gradus.servers.block(group.server, bob.id, NOW)
    refused = await ada.click(await mine(ada, channel), label="Let in")
    assert "moderators have blocked them" in said(refused)
    assert len(await members(gradus, group)) == 1


# ---------------------------------------------------------------------------------------- in a group


async def test_without_a_group_the_panel_says_what_to_do(ada: MemberActor, channel: ChannelHandle) -> None:
    panel = await mine(ada, channel)
    assert title(panel) == "You are in no study group here"
    assert labels(panel) == ["Find a group"]
    assert title(shown(await ada.click(panel, label="Find a group"))) == "Study groups"


async def test_owners_and_members_have_their_own_buttons_and_one_chooses_among_several(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await make(ada, channel)
    everyone = ["Let me in", "Plan", "Members", "Invite", "Leave"]
    wishes = ["Name me in digests: off", "Nudge me: off"]
    assert labels(panel) == [*everyone, "Edit", "Rules", "Hand over", "Archive", *wishes]
    panel = await join(bob, channel, gradus)
    assert labels(panel) == [*everyone, *wishes]
    await make(bob, channel, "Zebras")
    panel = await mine(bob, channel)
    assert offered(panel, "gradus:group:own") == ["Night owls", "Zebras"]
    zebras = (await gradus.groups.mine(bob.id, bob.guild.id))[1]
    assert title(shown(await choose(bob, panel, "gradus:group:own", zebras.id))) == "Zebras"


async def test_a_group_that_somebody_asks_to_join_is_shown_first(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel, "Early birds")
    await make(ada, channel, "Zebras", entry="approval")
    assert title(await mine(ada, channel)) == "Early birds"
    zebras = (await gradus.groups.mine(ada.id, ada.guild.id))[1]
    await gradus.groups.join(bob.id, zebras.server, zebras.id, NOW)
    assert title(await mine(ada, channel)) == "Zebras"


async def test_a_blocked_owner_changes_nothing_that_others_read_and_may_still_let_go(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await make(ada, channel)
    edit, rules = await ada.click(panel, label="Edit"), await ada.click(panel, label="Rules")
    group = await only(gradus, channel)
    await gradus.servers.block(group.server, ada.id, NOW)
    told = {"name": "Rude", "about": "Core", "pace": ["2"]}
    assert "switched me off" in said(await ada.submit_modal(edit, told))
    refused = await ada.submit_modal(rules, {"entry": ["open"], "size": "9", "minutes": "60"})
    assert "switched me off" in said(refused)
    assert await only(gradus, channel) == group
    await ada.click(shown(await ada.click(await mine(ada, channel), label="Leave")), label="Leave it")
    assert (await only(gradus, channel)).state == "archived"


async def test_wishes_are_kept_and_a_second_press_takes_them_back(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await make(ada, channel)
    panel = shown(await ada.click(panel, label="Nudge me: off"))
    panel = shown(await ada.click(panel, label="Name me in digests: off"))
    (member,) = await members(gradus, await only(gradus, channel))
    assert (member.wants_nudge, member.shares_name) == (True, True)
    await ada.click(panel, label="Nudge me: on")
    (member,) = await members(gradus, await only(gradus, channel))
    assert (member.wants_nudge, member.shares_name) == (False, True)


async def test_the_same_wish_from_two_panels_is_one_wish(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panels = await make(ada, channel), await mine(ada, channel)
    for panel in panels:
        await ada.click(panel, label="Name me in digests: off")
    (member,) = await members(gradus, await only(gradus, channel))
    assert member.shares_name


async def test_a_notice_waits_for_a_panel_that_shows_it(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    group = await only(gradus, channel)
    await gradus.groups.remove(ada.id, group.id, bob.id, NOW, moderator=False)
    assert "You are not in this group" in said(await bob.click(channel.threads[0].history()[0], label="My groups"))
    assert text(await mine(bob, channel)).startswith("You are no longer in **Night owls**.")


async def test_options_too_long_for_the_form_are_cut_not_refused(ada: MemberActor, channel: ChannelHandle) -> None:
    form = await ada.slash(channel, "group create", meets="every second Tuesday evening, perhaps at six", zone="z" * 61)
    assert form.modal is not None
    defaults = [one["component"].get("value") for one in form.modal["components"]]
    assert "every second Tuesday evening, perhaps at" in defaults


async def test_members_are_listed_without_a_ping(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    panel = shown(await bob.click(await mine(bob, channel), label="Members"))
    assert text(panel).splitlines()[0].startswith(f"<@{ada.id}> · owner")
    assert f"<@{bob.id}>" in text(panel)
    assert title(shown(await bob.click(panel, label="◀ Back"))) == "Night owls"


async def test_an_invitation_stands_in_the_channel_once_and_lets_anybody_in(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await make(ada, channel)
    invited = shown(await ada.click(panel, label="Invite"))
    assert text(invited).startswith("**The invitation stands in this channel.**")
    assert "a moment ago" in said(await ada.click(invited, label="Invite"))
    (invitation,) = [one for one in channel.history() if one.components]
    assert invitation.embeds[0].title == "Study with us: Night owls"
    panel = shown(await bob.click(invitation, label="Join"))
    assert text(panel).startswith("**You are in.**")
    assert len(await members(gradus, await only(gradus, channel))) == 2


async def test_leaving_is_asked_once_more_and_takes_one_out_of_the_thread(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    (thread,) = channel.threads
    asked = shown(await bob.click(thread.history()[0], label="Leave"))
    assert title(asked) == "Leave Night owls?"
    assert title(shown(await bob.click(asked, label="Stay"))) == "Night owls"
    asked = shown(await bob.click(thread.history()[0], label="Leave"))
    assert title(shown(await bob.click(asked, label="Leave it"))) == "You have left Night owls"
    assert bob.id not in in_thread(thread)
    assert [one.person for one in await members(gradus, await only(gradus, channel))] == [ada.id]


async def test_the_owner_who_leaves_gives_the_group_to_the_longest_member_and_the_last_archives_it(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    asked = shown(await ada.click(await mine(ada, channel), label="Leave"))
    assert f"<@{bob.id}>, in it for longest, owns it then." in text(asked)
    await ada.click(asked, label="Leave it")
    asked = shown(await bob.click(await mine(bob, channel), label="Leave"))
    assert "You are the last one" in text(asked)
    await bob.click(asked, label="Leave it")
    group = await only(gradus, channel)
    assert (group.state, group.owner, group.place.closed) == ("archived", None, True)
    (thread,) = channel.threads
    assert closed(thread) == (True, True)


async def test_a_group_is_handed_to_a_member_who_is_told_and_to_nobody_else(
    ada: MemberActor, bob: MemberActor, carol: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    assert "Nobody else is in the group" in said(await ada.click(await mine(ada, channel), label="Hand over"))
    await join(bob, channel, gradus)
    panel = shown(await ada.click(await mine(ada, channel), label="Hand over"))
    assert "only to one of its members" in said(await choose(ada, panel, "gradus:group:heir", carol))
    panel = shown(await choose(ada, panel, "gradus:group:heir", bob))
    assert f"<@{bob.id}> owns it now." in text(panel)
    assert "Archive" not in labels(panel)
    assert "handed over to you" in bob.user.dm_channel.history()[-1].content
    panel = await mine(bob, channel)
    assert "handed over to you" in text(panel)
    assert "Archive" in labels(panel)


async def test_a_group_is_archived_and_brought_back(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    panel = shown(await ada.click(await mine(ada, channel), label="Archive"))
    panel = shown(await ada.click(panel, label="Archive it"))
    assert labels(panel) == ["Bring back", "Edit", "Members", "Leave"]
    (thread,) = channel.threads
    assert closed(thread) == (True, True)
    assert labels(await mine(bob, channel)) == ["Members", "Leave"]
    assert "There is no group to join yet" in text(shown(await bob.slash(channel, "group find")))
    panel = shown(await ada.click(panel, label="Bring back"))
    assert text(panel).startswith("**It goes on.**")
    assert closed(thread) == (False, False)
    assert (await only(gradus, channel)).active


async def test_a_stranger_who_presses_the_buttons_of_a_group_is_told_how_to_get_in(
    ada: MemberActor, bob: MemberActor, carol: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    group = await only(gradus, channel)
    intro = channel.threads[0].history()[0]
    await bob.click(await mine(bob, channel), label="Leave")
    await gradus.groups.leave(bob.id, group.id, NOW)
    for name in ("My groups", "Leave"):
        assert "You are not in this group" in said(await bob.click(intro, label=name))
    with pytest.raises(Exception, match="Only the group's owner"):
        await gradus.groups.archive(carol.id, group.id, moderator=False)


async def test_the_panel_and_its_forms_go_on_after_a_restart(
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
) -> None:
    form = await ada.slash(channel, "group create", entry="approval", size=3)
    await simcord_env.restart_bot(new_client())
    panel = shown(await ada.submit_modal(form, {"name": "Night owls", "about": "Core", "pace": ["1"]}))
    assert "1 of 3 people. Its owner lets people in" in field(panel, "Who")
    await join(bob, channel, gradus, "Ask to join")
    asked = channel.threads[0].history()[-1]
    await simcord_env.restart_bot(new_client())
    await ada.click(asked, label="Let in")
    assert len(await members(gradus, await only(gradus, channel))) == 2
    assert len(channel.threads) == 1
    assert title(shown(await ada.click(panel, label="Members"))) == "Night owls: 2 of 3 people"


# --------------------------------------------------------------------------------------- moderators


async def test_moderators_see_the_groups_allow_things_and_archive_one(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    await join(bob, channel, gradus)
    group = await only(gradus, channel)
    panel = shown(await mod.slash(channel, "admin"))
    panel = shown(await mod.click(panel, label="Study groups"))
    assert text(panel).startswith("1 group with 2 members; 0 archived.")
    assert "Channels: not allowed" in field(panel, "What groups may have")
    panel = shown(await mod.click(panel, label="Allow channels"))
    assert "Channels: allowed" in field(panel, "What groups may have")
    assert (await gradus.servers.settings(group.server)).group_channels
    panel = shown(await choose(mod, panel, "gradus:admin-groups:which", group.id))
    assert f"<@{ada.id}> (owner), <@{bob.id}>" in text(panel)
    panel = shown(await choose(mod, panel, "gradus:admin-groups:out", bob))
    assert f"<@{bob.id}>" not in text(panel)
    assert bob.id not in in_thread(channel.threads[0])
    assert text(await mine(bob, channel)).startswith("You are no longer in **Night owls**.")
    panel = shown(await mod.click(panel, label="Archive"))
    assert title(panel) == "Night owls · archived"
    assert not (await only(gradus, channel)).active
    await mod.click(panel, label="Bring back")
    assert (await only(gradus, channel)).active


async def test_moderators_reach_every_group_of_many(
    ada: MemberActor, mod: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    assert channel.guild is not None
    for number in range(30):
        outline, owner = Outline(f"Group {number:02}", "Dropout"), 5000 + number
        await gradus.groups.create(owner, channel.guild.id, channel.id, outline, Rules(), NOW)
    panel = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Study groups"))
    which = "gradus:admin-groups:which"
    assert offered(panel, which)[-2:] == ["Group 23", "More groups …"]
    panel = shown(await choose(mod, panel, which, "from:24"))
    assert offered(panel, which) == [*(f"Group {number}" for number in range(24, 30)), "The first groups …"]
    panel = shown(await choose(mod, panel, which, "from:0"))
    assert offered(panel, which)[0] == "Group 00"


async def test_who_moderates_no_more_changes_nothing(
    ada: MemberActor, mod: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await make(ada, channel)
    group = await only(gradus, channel)
    panel = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Study groups"))
    moderated = shown(await choose(mod, panel, "gradus:admin-groups:which", group.id))
    simcord_env.guild.remove_member(mod)
    simcord_env.guild.add_member(mod.user)
    assert "for moderators" in said(await mod.click(moderated, label="Archive"))
    assert (await only(gradus, channel)).active


async def test_a_group_of_another_server_is_out_of_reach(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await make(ada, channel)
    group = await only(gradus, channel)
    with pytest.raises(Exception, match="another server"):
        await gradus.groups.join(ada.id, group.server + 1, group.id, NOW + timedelta(days=1))
    with pytest.raises(Exception, match="another server"):
        await gradus.groups.join(ada.id, None, group.id, NOW)
