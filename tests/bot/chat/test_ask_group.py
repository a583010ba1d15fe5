"""Asking the group in a simulated Discord: the asker, members, strangers, moderators, and all that may go wrong."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage
from sqlite_utils import Database

from bot.assembly import Gradus
from bot.chat.ask_group_pages import FROM_MEMBERS, member_text
from bot.chat.ask_group_panel import REPORTED_BEFORE
from bot.chat.client import GradusClient
from bot.groups.asked import GROUP_TIME
from bot.groups.group import Group, Place
from bot.groups.group_store import GroupStore
from bot.groups.word_list import REFUSAL
from bot.servers.servers import BLOCKED
from foundation.store import LearnerStore
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import ANSWER, NOW, Prepared

QUESTION = "why does dropout help?"
TEXT = "Because no unit can lean on its neighbour, so each has to be useful alone."
FORBIDDEN: dict[str, Any] = {"status": 403, "code": 50013, "message": "Missing Permissions"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def room(simcord_env: simcord.Env, channel: ChannelHandle) -> ChannelHandle:
    return simcord_env.guild.create_text_channel("room-of-the-group")


@pytest.fixture
async def cy(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("cy"))


@pytest.fixture
async def dee(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    """Somebody who is in no group."""
    return simcord_env.guild.add_member(simcord_env.create_user("dee"))


@pytest.fixture
async def mod(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    may = discord.Permissions(manage_guild=True, manage_messages=True)
    role = simcord_env.guild.create_role("Moderator", permissions=may)
    return simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])


@pytest.fixture
async def group(gradus: Gradus, room: ChannelHandle, ada: MemberActor, bob: MemberActor, cy: MemberActor) -> Group:
    """ada's group, with bob and cy."""
    return await make_group(gradus, room, ada, bob, cy)


async def make_group(
    gradus: Gradus, room: ChannelHandle, *people: MemberActor, id: str = "g1", concept: str = "dropout"
) -> Group:
    assert room.guild is not None
    made = Group(
        id=id,
        server=room.guild.id,
        name=f"The {concept} people",
        owner=None,
        stage=None,
        concepts=(concept,),
        pace=1,
        meeting=None,
        zone="UTC",
        minutes=60,
        approval=False,
        size=8,
        created_at=NOW,
        home=1,  # a channel that is gone: its place is not what is tested here
        place=Place(thread=room.id),
    )

    def keep(database: Database) -> None:
        learners = [LearnerStore().learner_for(database, one.id, NOW).id for one in people]
        GroupStore().add(database, made, learners[0])
        for one in learners[1:]:
            GroupStore().join(database, id, one, NOW)
        GroupStore().settle(database, id, GroupStore().changes(database, id))

    await gradus.database.run(keep)
    return made


def said(result: InteractionResult) -> str:
    """What was said to who pressed, and to nobody else."""
    messages = [one for one in (result.response, *result.followups) if one is not None and one.ephemeral]
    return " ".join(str(one.content) for one in messages)


def title(message: discord.Message | ResponseMessage) -> str:
    return str(message.embeds[0].title)


def text(message: discord.Message | ResponseMessage) -> str:
    return str(message.embeds[0].description)


def names(message: discord.Message) -> list[str]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [str(one.label) for row in rows for one in row.children if isinstance(one, discord.Button)]


async def ask(
    who: MemberActor, channel: ChannelHandle, how: str = "without", question: str = QUESTION
) -> InteractionResult:
    """Ask Gradus, then the group; what the last press led to."""
    answer = shown(await who.slash(channel, "ask", question=question))
    offer = shown(await who.click(answer, label="Ask the group"))
    return await who.click(offer, label=f"Ask {how} my name")


async def reply(who: MemberActor, post: discord.Message, words: str = TEXT, name: str = "with") -> InteractionResult:
    form = await who.click(post, label="Answer")
    return await who.submit_modal(form, {"text": words, "name": [name]})


async def tick(env: simcord.Env, now: datetime) -> None:
    assert isinstance(env.bot, GradusClient)
    await env.bot.group_posts.tick(now)


def last(room: ChannelHandle) -> discord.Message:
    return room.history()[-1]


async def found_field(who: MemberActor, channel: ChannelHandle, question: str = QUESTION) -> str | None:
    """What members answered, as an answer of Gradus's shows it, below everything else; None: nothing."""
    message = shown(await who.slash(channel, "ask", question=question))
    fields = message.embeds[0].fields
    if FROM_MEMBERS not in [one.name for one in fields]:
        assert "Report the member's answer" not in labels(message)
        return None
    assert [one.name for one in fields][-1] == FROM_MEMBERS
    assert text(message) == ANSWER.answer  # the lesson's own words stand first, whole
    assert [one.name for one in fields][:-1] == ["Sources", "Where next"]
    assert labels(message)[-1] == "Report the member's answer"
    return str(fields[-1].value)


async def approve(mod: MemberActor, channel: ChannelHandle) -> ResponseMessage:
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    return shown(await mod.click(desk, label="Approve"))


async def approved(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle
) -> discord.Message:
    """An answer of bob's to ada's question, accepted and approved; its message."""
    await ask(ada, channel)
    await reply(bob, last(room))
    post = last(room)
    await ada.click(post, label="Accept")
    await approve(mod, channel)
    return post


# -------------------------------------------------------------------- asking


async def test_the_question_is_posted_without_a_name_and_the_group_has_its_time(
    ada: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    offered = await ada.click(answer, label="Ask the group")
    assert offered.ephemeral
    assert QUESTION in text(shown(offered)).replace("\\", "")
    assert "nothing else you asked me, in **The dropout people**: its members read it" in text(shown(offered))
    assert room.last_message is None  # nothing is posted before they have seen what
    done = await ada.click(shown(offered), label="Ask without my name")
    post = last(room)
    assert f"/{room.id}/{post.id}" in shown(done).content
    assert title(post) == "A question for the group"
    up = int((NOW + GROUP_TIME).timestamp())
    assert f"I hold my own answer back until <t:{up}:t> (<t:{up}:R>)" in text(post)
    assert [(one.name, one.value) for one in post.embeds[0].fields] == [("About", "Dropout")]
    assert "ada" not in str(post.embeds[0].to_dict())
    assert names(post) == ["Answer", "Show Gradus's answer", "Report", "Remove"]


async def test_with_a_name_it_is_the_asker_s_in_plain_letters(
    simcord_env: simcord.Env, channel: ChannelHandle, room: ChannelHandle, gradus: Gradus
) -> None:
    eve = simcord_env.guild.add_member(simcord_env.create_user("**eve** @everyone"))
    await make_group(gradus, room, eve)
    await ask(eve, channel, "with")
    fields = {one.name: one.value for one in last(room).embeds[0].fields}
    assert fields["Asked by"] == "\\*\\*eve\\*\\* @\u200beveryone"


async def test_two_presses_post_it_once(
    ada: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    offers = [shown(await ada.click(answer, label="Ask the group")) for _ in range(2)]
    first, second = [await ada.click(one, label="Ask without my name") for one in offers]
    assert len(room.history()) == 1
    assert shown(first).content == shown(second).content


async def test_who_is_in_no_group_hears_how_to_find_one(dee: MemberActor, channel: ChannelHandle) -> None:
    answer = shown(await dee.slash(channel, "ask", question=QUESTION))
    assert "/group find" in said(await dee.click(answer, label="Ask the group"))


async def test_without_a_group_the_study_channel_is_asked_and_there_anybody_answers(
    dee: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, gradus: Gradus
) -> None:
    assert channel.guild is not None
    await gradus.servers.change(channel.guild.id, lambda one: replace(one, study_channel=room.id))
    answer = shown(await dee.slash(channel, "ask", question=QUESTION))
    offer = shown(await dee.click(answer, label="Ask the group"))
    assert "in **the study channel**: everybody who sees that channel reads it" in text(offer)
    await dee.click(offer, label="Ask without my name")
    await reply(mod, last(room))
    assert title(last(room)) == "An answer from a member"


async def test_a_group_whose_thread_is_lost_is_told_from_no_group(
    ada: MemberActor, channel: ChannelHandle, group: Group, gradus: Gradus
) -> None:
    await gradus.database.run(lambda database: GroupStore().set_place(database, group.id, Place()))
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    refused = said(await ada.click(answer, label="Ask the group"))
    assert "no place on Discord" in refused
    assert "/group mine" in refused


async def test_of_several_groups_the_one_that_learns_it_is_proposed_and_another_can_be_chosen(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    room: ChannelHandle,
    group: Group,
    gradus: Gradus,
) -> None:
    other = simcord_env.guild.create_text_channel("other")
    await make_group(gradus, other, ada, id="g2", concept="regularization")
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    offer = shown(await ada.click(answer, label="Ask the group"))
    assert "The dropout people" in text(offer)
    offer = shown(await ada.select(offer, ["g2"], custom_id="gradus:ask-group-in:a1"))
    assert "The regularization people" in text(offer)
    await ada.click(offer, label="Ask without my name")
    assert title(last(other)) == "A question for the group"
    assert room.last_message is None


async def test_where_several_fit_the_asker_chooses(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, group: Group, gradus: Gradus
) -> None:
    other = simcord_env.guild.create_text_channel("other")
    await make_group(gradus, other, ada, id="g2")
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    offer = shown(await ada.click(answer, label="Ask the group"))
    assert labels(offer) == []
    offer = shown(await ada.select(offer, ["g2"], custom_id="gradus:ask-group-in:a1"))
    assert labels(offer) == ["Ask without my name", "Ask with my name"]


async def test_only_who_asked_puts_it_to_a_group_and_nothing_off_topic(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, group: Group, answerer: Prepared
) -> None:
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert "Only who asked" in said(await bob.click(answer, label="Ask the group"))
    answerer.reply = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
    assert "Ask the group" not in labels(shown(await ada.slash(channel, "ask", question="who won?")))


async def test_a_direct_message_can_be_put_to_the_group_too(
    ada: MemberActor, room: ChannelHandle, group: Group
) -> None:
    await ada.send_dm(QUESTION)
    assert ada.user.dm_channel is not None
    message = ada.user.dm_channel.history()[-1]
    offer = shown(await ada.user.click(message, label="Ask the group"))
    await ada.user.click(offer, label="Ask without my name")
    assert title(last(room)) == "A question for the group"


async def test_who_is_blocked_in_the_server_does_not_get_around_it_by_direct_message(
    simcord_env: simcord.Env, ada: MemberActor, room: ChannelHandle, group: Group, gradus: Gradus
) -> None:
    await ada.send_dm(QUESTION)
    assert ada.user.dm_channel is not None
    offer = shown(await ada.user.click(ada.user.dm_channel.history()[-1], label="Ask the group"))
    await gradus.servers.block(simcord_env.guild.id, ada.id, NOW)
    assert said(await ada.user.click(offer, label="Ask without my name")).strip() == BLOCKED
    assert room.last_message is None


async def test_five_questions_a_day(
    ada: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    for number in range(5):
        await ask(ada, channel, question=f"why does dropout help {number}?")
    assert "5 questions within a day" in said(await ask(ada, channel, question="and again?"))
    assert len(room.history()) == 5


# -------------------------------------------------------------------- answering, accepting


async def test_members_answer_by_a_form_with_or_without_their_name(
    ada: MemberActor, bob: MemberActor, cy: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    post = last(room)
    done = await reply(bob, post)
    assert str(last(room).id) in said(done)
    assert text(last(room)) == member_text(TEXT)
    assert [(one.name, one.value) for one in last(room).embeds[0].fields] == [("By", "bob")]
    assert last(room).reference is not None
    assert last(room).reference.message_id == post.id  # type: ignore[union-attr]
    await reply(cy, post, "It is like training many networks at once.", "without")
    assert "cy" not in str(last(room).embeds[0].to_dict())
    assert names(last(room)) == ["Accept", "Report", "Remove"]


async def test_a_stranger_to_the_group_does_not_answer(
    ada: MemberActor, dee: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    refused = await dee.click(last(room), label="Answer")
    assert refused.modal is None
    assert "Only members of this study group" in said(refused)


async def test_three_answers_a_person_and_a_form_that_was_open_does_not_get_around_it(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    post = last(room)
    open_form = await bob.click(post, label="Answer")
    for _ in range(3):
        await reply(bob, post)
    assert "3 answers" in said(await bob.submit_modal(open_form, {"text": TEXT, "name": ["with"]}))
    assert (await bob.click(post, label="Answer")).modal is None
    assert len(room.history()) == 4


async def test_only_the_asker_accepts_and_twice_is_once(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group, gradus: Gradus
) -> None:
    await ask(ada, channel)
    await reply(bob, last(room))
    post = last(room)
    assert "Only who asked" in said(await bob.click(post, label="Accept"))
    before = shown(await ada.click(post, label="Accept"))
    assert "A moderator looks at it" in before.content
    assert title(last(room)) == "✓ Accepted: an answer from a member"
    assert names(last(room)) == ["Report", "Remove"]
    await gradus.member_answers.accept("a3", ada.id)
    assert channel.guild is not None
    assert len((await gradus.member_answers.desk(channel.guild.id)).reviews) == 1


async def test_nobody_who_is_blocked_takes_part_but_their_own_stays_theirs_to_remove(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group, gradus: Gradus
) -> None:
    await ask(ada, channel)
    await reply(bob, last(room))
    asked, answered = room.history()[-2:]
    assert channel.guild is not None
    await gradus.servers.block(channel.guild.id, bob.id, NOW)
    for message, label in ((asked, "Answer"), (asked, "Report"), (asked, "Show Gradus's answer")):
        assert said(await bob.click(message, label=label)).strip() == BLOCKED
    assert "Removed" in said(await bob.click(answered, label="Remove"))
    assert title(last(room)) == "Removed"


# -------------------------------------------------------------------- Gradus's own answer


async def test_before_the_time_only_the_asker_has_it_shown(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    post = last(room)
    assert "the group's turn first" in said(await bob.click(post, label="Show Gradus's answer"))
    assert len(room.history()) == 1
    await ada.click(post, label="Show Gradus's answer")
    own = last(room)
    assert text(own) == ANSWER.answer
    assert QUESTION not in str(own.embeds[0].to_dict())  # it can be removed above
    assert "Sources" in [one.name for one in own.embeds[0].fields]
    assert names(own)[:5] == ["Mathematics", "Code", "Sources", "Lesson", "Reply"]
    assert "Ask the group" not in names(own)
    assert "What the lessons say stands below" in text(room.history()[0])
    assert names(room.history()[0]) == ["Answer", "Report", "Remove"]


async def test_when_the_time_is_up_it_is_offered_once_and_shown_once_also_after_a_restart(
    simcord_env: simcord.Env,
    new_client: Callable[[], GradusClient],
    ada: MemberActor,
    bob: MemberActor,
    cy: MemberActor,
    channel: ChannelHandle,
    room: ChannelHandle,
    group: Group,
    gradus: Gradus,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def edits() -> int:
        return sum(one.method == "PATCH" and f"/channels/{room.id}/" in one.path for one in simcord_env.http_requests)

    await ask(ada, channel)
    await tick(simcord_env, NOW + 29 * MINUTE)
    assert edits() == 0
    await simcord_env.restart_bot(new_client())
    await tick(simcord_env, NOW + 30 * MINUTE)
    assert edits() == 1
    assert "The group's time is up" in text(last(room))
    await simcord_env.restart_bot(new_client())
    await tick(simcord_env, NOW + 31 * MINUTE)
    assert edits() == 1
    await bob.click(last(room), label="Show Gradus's answer")
    assert [title(one) for one in room.history()] == ["A question for the group", "Dropout"]
    assert not (await gradus.member_answers.reveal("a2", cy.id, NOW)).first  # who pressed at the same moment


async def test_where_its_answer_cannot_be_posted_it_is_not_taken_for_shown_and_the_time_goes_on(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle,
    group: Group,
) -> None:  # fmt: skip
    await ask(ada, channel)
    simcord_env.inject_error("POST", f"/channels/{room.id}/messages", times=None, **FORBIDDEN)
    assert "A moderator can give me" in said(await ada.click(last(room), label="Show Gradus's answer"))
    assert "Show Gradus's answer" in names(last(room))
    await tick(simcord_env, NOW + MINUTE)
    assert "The group's time first" in text(last(room))
    assert "the group's turn first" in said(await bob.click(last(room), label="Show Gradus's answer"))
    await tick(simcord_env, NOW + GROUP_TIME)
    assert "The group's time is up" in text(last(room))


# -------------------------------------------------------------------- from one end to the other


async def test_in_a_group_that_was_made_and_joined_by_its_own_panels_a_question_goes_the_whole_way(
    simcord_env: simcord.Env, new_client: Callable[[], GradusClient], ada: MemberActor, bob: MemberActor,
    cy: MemberActor, dee: MemberActor, mod: MemberActor, channel: ChannelHandle, gradus: Gradus,
) -> None:  # fmt: skip
    await ada.slash(channel, "group create", name="Night owls", learns="Dropout, Regularisation")
    for who in (bob, cy):
        panel = shown(await who.slash(channel, "group find"))
        chosen = shown(await who.select(panel, [options(panel)[0]], custom_id=select_id(panel)))
        await who.click(chosen, label="Join")
    (thread,) = channel.threads
    introduced = len(thread.history())

    await ask(ada, channel)
    asked = last(thread)
    assert title(asked) == "A question for the group"
    with pytest.raises(simcord.SetupError, match="not visible"):  # Discord itself keeps the thread from strangers
        await dee.click(asked, label="Answer")
    await reply(cy, asked, "It makes the network train faster, I think.", "without")
    await reply(bob, asked)
    post = last(thread)
    await ada.click(post, label="Accept")
    await simcord_env.restart_bot(new_client())
    assert len(thread.history()) == introduced + 3  # the start posts nothing anew
    assert await found_field(dee, channel) is None
    await approve(mod, channel)

    found = await found_field(dee, channel)
    assert found is not None
    assert "by bob" in found
    assert "faster" not in found
    answer = last(channel)
    await dee.click(answer, label="Report the member's answer")
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    assert title(desk) == "Members' answers · answer reported once"
    assert "Nothing waits for you" in text(shown(await mod.click(desk, label="Remove")))
    assert title(last(thread)) == "Removed"
    taken_out = next(one for one in channel.history() if one.id == answer.id)
    assert FROM_MEMBERS not in [one.name for one in taken_out.embeds[0].fields]
    assert await found_field(dee, channel) is None


def select_id(message: ResponseMessage) -> str:
    """The id of the select whose options are groups that were found."""
    rows = (one for row in message.components for one in row["components"])
    return next(id for one in rows if (id := str(one.get("custom_id", ""))).startswith("gradus:group:found"))


def options(message: ResponseMessage) -> list[str]:
    rows = (one for row in message.components for one in row["components"])
    return [one["value"] for one in next(one for one in rows if one.get("custom_id") == select_id(message))["options"]]


# -------------------------------------------------------------------- found again


async def test_an_approved_answer_is_found_again_below_the_lesson_s(
    ada: MemberActor, bob: MemberActor, dee: MemberActor, mod: MemberActor, channel: ChannelHandle,
    room: ChannelHandle, group: Group, gradus: Gradus,
) -> None:  # fmt: skip
    await ask(ada, channel)
    await reply(bob, last(room))
    post = last(room)
    assert await found_field(dee, channel) is None
    await ada.click(post, label="Accept")
    assert await found_field(dee, channel) is None
    desk = await approve(mod, channel)
    assert "1 approved answer can be found again" in str(desk.embeds[0].footer.text)
    assert "approved by a moderator" in text(last(room))
    found = await found_field(dee, channel, "why does dropout help us?")
    assert found is not None
    label, words = found.split("\n")
    assert "A member's answer by bob to “why does dropout help?”, 1 March 2026" in label
    assert "Approved by a moderator, not a lesson." in label
    assert words == member_text(TEXT)
    assert await found_field(dee, channel, "which rate is the best?") is None


async def test_it_is_found_in_no_other_server_and_in_no_direct_message_and_not_for_another_concept(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle,
    room: ChannelHandle, group: Group, answerer: Prepared,
) -> None:  # fmt: skip
    await approved(ada, bob, mod, channel, room)
    elsewhere = simcord_env.create_guild("Elsewhere")
    there = elsewhere.create_text_channel("ask")
    assert await found_field(elsewhere.add_member(ada.user), there) is None
    await ada.send_dm(QUESTION)
    assert ada.user.dm_channel is not None
    assert FROM_MEMBERS not in str(ada.user.dm_channel.history()[-1].embeds[0].to_dict())
    answerer.reply = replace(ANSWER, concept="regularization")
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert FROM_MEMBERS not in str(message.embeds[0].to_dict())
    answerer.reply = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
    message = shown(await ada.slash(channel, "ask", question=QUESTION))
    assert FROM_MEMBERS not in str(message.embeds[0].to_dict())


async def test_what_a_moderator_refuses_is_never_found_again(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    await reply(bob, last(room))
    await ada.click(last(room), label="Accept")
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    assert title(desk) == "Members' answers · accepted, waits for you"
    fields = {one.name: str(one.value) for one in desk.embeds[0].fields}
    assert text(desk) == f"> {QUESTION}\n\n{member_text(TEXT)}"
    assert fields["By"] == f"<@{bob.id}>, as bob"
    desk = shown(await mod.click(desk, label="Refuse"))
    assert "Nothing waits for you" in text(desk)
    assert await found_field(ada, channel) is None


async def test_where_another_moderator_was_quicker_the_panel_goes_on(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    await reply(bob, last(room))
    await ada.click(last(room), label="Accept")
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    await mod.click(last(room), label="Remove")
    late = await mod.click(desk, label="Approve")
    assert "I no longer keep that" in said(late)
    assert "Nothing waits for you" in text(shown(late))


# -------------------------------------------------------------------- reported, removed, forgotten


async def test_three_people_hide_it_until_a_moderator_has_looked(
    ada: MemberActor, bob: MemberActor, cy: MemberActor, dee: MemberActor, mod: MemberActor,
    channel: ChannelHandle, room: ChannelHandle, group: Group,
) -> None:  # fmt: skip
    post = await approved(ada, bob, mod, channel, room)
    answer = shown(await dee.slash(channel, "ask", question=QUESTION))
    await ada.click(post, label="Report")
    assert said(await ada.click(post, label="Report")) == REPORTED_BEFORE
    await dee.click(answer, label="Report the member's answer")
    assert text(last(room)) != ""
    assert await found_field(dee, channel) is not None
    await cy.click(post, label="Report")
    assert title(last(room)) == "Hidden for now"
    assert TEXT[:20] not in str(last(room).embeds[0].to_dict())
    assert await found_field(dee, channel) is None
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    assert title(desk) == "Members' answers · answer reported 3 times, hidden"
    desk = shown(await mod.click(desk, label="Keep"))
    assert "Nothing waits for you" in text(desk)
    assert text(last(room)).startswith(member_text(TEXT))
    assert await found_field(dee, channel) is not None
    await cy.click(post, label="Report")  # who reported before does not hide it again
    assert title(last(room)) != "Hidden for now"


async def test_it_is_taken_out_of_the_answers_in_which_it_was_shown_too(
    ada: MemberActor, bob: MemberActor, dee: MemberActor, mod: MemberActor, channel: ChannelHandle,
    room: ChannelHandle, group: Group, simcord_env: simcord.Env, gradus: Gradus,
) -> None:  # fmt: skip
    post = await approved(ada, bob, mod, channel, room)
    assert await found_field(dee, channel) is not None
    before = last(channel)
    await bob.click(post, label="Remove")
    after = last(channel)
    assert after.id == before.id
    assert [one.name for one in after.embeds[0].fields] == ["Sources", "Where next"]
    assert text(after) == text(before)
    assert names(after) == names(before)[:-1]
    assert len(after.attachments) == len(before.attachments)
    await dee.click(after, label="Helpful")  # its buttons work as before
    assert b"voted_at" in gradus_file(await gradus.mine.export(dee.id, NOW))
    await gradus.member_answers.appeared("gone", channel.id, 12345)
    await tick(simcord_env, NOW)
    assert await gradus.member_answers.stale_appearances() == ()


async def test_it_is_taken_out_of_an_archived_thread_too_and_what_discord_refuses_is_let_go(
    ada: MemberActor, bob: MemberActor, dee: MemberActor, mod: MemberActor, channel: ChannelHandle,
    room: ChannelHandle, group: Group, simcord_env: simcord.Env, gradus: Gradus,
) -> None:  # fmt: skip
    post = await approved(ada, bob, mod, channel, room)
    parent = simcord_env.bot.get_channel(channel.id)
    assert isinstance(parent, discord.TextChannel)
    made = await parent.create_thread(name="Aside", type=discord.ChannelType.public_thread)
    thread = next(one for one in channel.threads if one.id == made.id)
    assert await found_field(dee, thread) is not None
    assert await found_field(dee, channel) is not None
    await made.edit(archived=True)
    await simcord_env.settle()
    path = f"/channels/{thread.id}/messages/*"
    simcord_env.inject_error("PATCH", path, times=1, status=400, code=50083, message="Thread is archived")
    simcord_env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", times=None, status=400, code=50035)
    await bob.click(post, label="Remove")
    assert FROM_MEMBERS not in [one.name for one in thread.history()[-1].embeds[0].fields]
    assert await gradus.member_answers.stale_appearances() == ()  # nor is it tried for ever


async def test_while_discord_has_trouble_it_is_taken_out_later(
    ada: MemberActor, bob: MemberActor, dee: MemberActor, mod: MemberActor, channel: ChannelHandle,
    room: ChannelHandle, group: Group, simcord_env: simcord.Env,
) -> None:  # fmt: skip
    post = await approved(ada, bob, mod, channel, room)
    assert await found_field(dee, channel) is not None
    simcord_env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", times=1, status=500)
    assert "Removed" in said(await bob.click(post, label="Remove"))
    assert FROM_MEMBERS in [one.name for one in last(channel).embeds[0].fields]
    await tick(simcord_env, NOW)
    assert FROM_MEMBERS not in [one.name for one in last(channel).embeds[0].fields]


def gradus_file(packed: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read("gradus-data.json")


@pytest.mark.parametrize("who", ["author", "moderator", "by Discord's menu"])
async def test_what_is_removed_is_gone_from_its_message_and_from_every_answer(
    ada: MemberActor, bob: MemberActor, cy: MemberActor, mod: MemberActor, channel: ChannelHandle,
    room: ChannelHandle, group: Group, gradus: Gradus, who: str,
) -> None:  # fmt: skip
    post = await approved(ada, bob, mod, channel, room)
    assert "Only its writer or a moderator" in said(await cy.click(post, label="Remove"))
    if who == "by Discord's menu":
        await mod.delete(post)
    else:
        await (bob if who == "author" else mod).click(post, label="Remove")
        assert title(last(room)) == "Removed"
        assert names(last(room)) == []
    assert await found_field(ada, channel) is None
    export = gradus_file(await gradus.mine.export(bob.id, NOW))
    assert b"member_answers" in export
    assert TEXT.encode() not in export


async def test_a_question_that_its_asker_removes_takes_no_answers_any_more(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await approved(ada, bob, mod, channel, room)
    asked = room.history()[0]
    form = await bob.click(asked, label="Answer")
    await ada.click(asked, label="Remove")
    assert title(room.history()[0]) == "Removed"
    assert "no longer keep" in said(await bob.submit_modal(form, {"text": TEXT, "name": ["with"]}))
    assert await found_field(ada, channel) is None


@pytest.mark.parametrize("who", ["asker", "author"])
async def test_who_has_their_data_deleted_takes_everything_of_theirs_along(
    simcord_env: simcord.Env, new_client: Callable[[], GradusClient], ada: MemberActor, bob: MemberActor,
    dee: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group, gradus: Gradus,
    who: str,
) -> None:  # fmt: skip
    await approved(ada, bob, mod, channel, room)
    person = ada if who == "asker" else bob
    tables = await gradus.mine.count(person.id)
    assert tables > 0
    assert await gradus.mine.forget(person.id)
    assert await found_field(dee, channel) is None
    await simcord_env.restart_bot(new_client())
    await tick(simcord_env, NOW + MINUTE)
    asked, answer = [title(one) for one in room.history()[:2]]
    assert answer == "Removed"
    assert asked == ("Removed" if who == "asker" else "A question for the group")
    for message in room.history()[: 2 if who == "asker" else 0]:
        assert names(message) == []
    left = await gradus.database.run(lambda database: database.execute("select * from group_messages").fetchall())
    assert len(left) == (0 if who == "asker" else 1)


async def test_who_forgets_their_conversations_takes_down_what_they_wrote_in_groups_and_stays_a_member(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle,
    group: Group, gradus: Gradus,
) -> None:  # fmt: skip
    await ask(ada, channel)
    await reply(bob, last(room))
    panel = shown(await ada.slash(channel, "me"))
    warning = shown(await ada.click(panel, label="Forget conversations"))
    assert "others' answers to your questions" in str(warning.embeds[0].description)
    assert "taken down" in said(await ada.click(warning, label="Forget them"))
    await tick(simcord_env, NOW + MINUTE)
    assert [title(one) for one in room.history()] == ["Removed", "Removed"]
    assert QUESTION not in str([one.embeds[0].to_dict() for one in room.history()])
    assert len((await gradus.groups.view(group.id)).members) == 3


# -------------------------------------------------------------------- the word list


async def test_the_word_list_is_the_moderators_and_keeps_words_out(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    await ask(ada, channel)
    post = last(room)
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    form = await mod.click(desk, label="Word list")
    done = await mod.submit_modal(form, {"words": "cunt\n  free   nitro \n\n"})
    assert "2 phrases" in said(done)
    for words in ("what a c\u200bünt this is", "get FREE-nitro here now"):
        refused = said(await reply(bob, post, words))
        assert refused.strip() == REFUSAL
    assert len(room.history()) == 1
    await reply(bob, post, "people of Scunthorpe train networks too")
    assert len(room.history()) == 2
    assert said(await ask(ada, channel, question="why free nitro?")).strip() == REFUSAL
    again = await mod.click(desk, label="Word list")
    assert "free nitro" in str(again.modal)


async def test_a_word_that_comes_onto_the_list_later_keeps_an_approved_answer_back(
    ada: MemberActor, bob: MemberActor, mod: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group,
    gradus: Gradus,
) -> None:  # fmt: skip
    await approved(ada, bob, mod, channel, room)
    assert channel.guild is not None
    await gradus.servers.change(channel.guild.id, lambda one: replace(one, word_list=frozenset({"neighbour"})))
    assert await found_field(ada, channel) is None
    await gradus.servers.change(channel.guild.id, lambda one: replace(one, word_list=frozenset({"dropout help"})))
    assert await found_field(ada, channel, "why does drop out aid?".replace("drop out aid", "dropout help")) is None
    await gradus.servers.change(channel.guild.id, lambda one: replace(one, word_list=frozenset()))
    assert await found_field(ada, channel) is not None


async def test_who_is_no_moderator_any_more_says_nothing_about_answers(
    simcord_env: simcord.Env,
    ada: MemberActor,
    bob: MemberActor,
    mod: MemberActor,
    channel: ChannelHandle,
    room: ChannelHandle,
    group: Group,
) -> None:
    await ask(ada, channel)
    await reply(bob, last(room))
    await ada.click(last(room), label="Accept")
    desk = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Members' answers"))
    simcord_env.guild.remove_member(mod)
    simcord_env.guild.add_member(mod.user)
    for label in ("Approve", "Word list"):
        refused = await mod.click(desk, label=label)
        assert refused.modal is None
        assert "Manage Server" in said(refused)
    assert await found_field(ada, channel) is None


# -------------------------------------------------------------------- what people type


@pytest.mark.parametrize(
    "typed",
    [
        "@everyone @here <@&5> <@1> look at this",
        "[click](https://evil.example/x) and https://evil.example",
        "# Heading\n> quote\n**bold** ||spoiler|| `code`",
        "```\n@everyone [a](https://evil.example)\n``` and *more*",
        "``` never closed @everyone",
    ],
)
async def test_nothing_typed_pings_links_or_marks_up(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group, typed: str
) -> None:
    await ask(ada, channel)
    await reply(bob, last(room), typed)
    post = last(room)
    assert post.mentions == []
    assert not post.mention_everyone
    outside = text(post).split("```")[::2]
    for part in outside:
        assert "https://" not in part
        assert "@everyone" not in part
        assert "**" not in part.replace("\\*", "")
        assert not part.startswith(("# ", "> "))


async def test_two_thousand_letters_are_refused_in_a_line_and_fifteen_hundred_fit(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle,
    group: Group, gradus: Gradus, mod: MemberActor,
) -> None:  # fmt: skip
    await ask(ada, channel, question="# *" * 600)
    assert len(last(room).embeds[0]) <= 6000
    from bot.groups.asked import clean_answer
    from foundation.errors import GradusError

    with pytest.raises(GradusError, match="1,500"):
        clean_answer("x" * 2000)
    await reply(bob, last(room), "*_" * 750)
    assert len(text(last(room))) <= 4096
    await ada.click(last(room), label="Accept")
    await approve(mod, channel)
    assert await found_field(ada, channel, "# *" * 600) is not None


# -------------------------------------------------------------------- what Discord takes away


async def test_in_a_thread_that_discord_archived_meanwhile_the_question_is_still_kept_up_to_date(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    parent = simcord_env.bot.get_channel(channel.id)
    assert isinstance(parent, discord.TextChannel)
    thread = await parent.create_thread(name="Us", type=discord.ChannelType.public_thread)
    room = next(one for one in channel.threads if one.id == thread.id)
    await make_group(gradus, room, ada, bob)
    await ask(ada, channel)
    await reply(bob, last(room))
    await thread.edit(archived=True)
    await simcord_env.settle()
    simcord_env.inject_error(
        "PATCH", f"/channels/{room.id}/messages/*", times=1, status=400, code=50083, message="Thread is archived"
    )
    await tick(simcord_env, NOW + GROUP_TIME)
    assert "The group's time is up" in text(next(one for one in room.history() if one.embeds))
    assert not (await simcord_env.bot.fetch_channel(room.id)).archived  # type: ignore[union-attr]


async def test_where_embeds_are_not_allowed_it_is_said_in_plain_text(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, room: ChannelHandle,
    group: Group,
) -> None:  # fmt: skip
    simcord_env.inject_error("POST", f"/channels/{room.id}/messages", times=2, **FORBIDDEN)
    await ask(ada, channel)
    assert last(room).embeds == []
    assert QUESTION in last(room).content.replace("\\", "")
    assert names(last(room)) == ["Answer", "Show Gradus's answer", "Report", "Remove"]
    simcord_env.inject_error("PATCH", f"/channels/{room.id}/messages/*", times=1, **FORBIDDEN)
    await tick(simcord_env, NOW + GROUP_TIME)
    assert "The group's time is up" in last(room).content


async def test_where_the_bot_may_not_write_nothing_is_kept_and_the_way_is_told(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group,
    gradus: Gradus,
) -> None:  # fmt: skip
    simcord_env.inject_error("POST", f"/channels/{room.id}/messages", times=None, **FORBIDDEN)
    assert "A moderator can give me" in said(await ask(ada, channel))
    assert await gradus.member_answers.unsent() == ()
    export = gradus_file(await gradus.mine.export(ada.id, NOW))
    assert b"due_at" not in export


async def test_where_discord_has_trouble_one_can_press_again(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group
) -> None:
    answer = shown(await ada.slash(channel, "ask", question=QUESTION))
    offer = shown(await ada.click(answer, label="Ask the group"))
    path = f"/channels/{room.id}/messages"
    simcord_env.inject_error("POST", path, status=500)
    assert "`e7707`" in said(await ada.click(offer, label="Ask without my name"))
    assert room.last_message is None
    again = await ada.click(offer, label="Ask without my name")
    assert str(last(room).id) in shown(again).content


async def test_sending_that_was_cut_short_is_taken_up_at_the_next_start(
    simcord_env: simcord.Env, new_client: Callable[[], GradusClient], ada: MemberActor, bob: MemberActor,
    channel: ChannelHandle, room: ChannelHandle, group: Group, gradus: Gradus,
) -> None:  # fmt: skip
    await ask(ada, channel)
    await reply(bob, last(room))
    await gradus.database.run(lambda database: database.execute("update group_messages set message = null"))
    await gradus.database.run(
        lambda database: database.execute("insert into group_messages (post, channel) values ('never', ?)", [room.id])
    )
    await simcord_env.restart_bot(new_client())
    assert await gradus.member_answers.unsent() == ()
    await tick(simcord_env, NOW + GROUP_TIME)
    assert "The group's time is up" in text(room.history()[0])
    await ada.click(last(room), label="Accept")
    assert title(last(room)).startswith("✓ Accepted")


async def test_an_edit_that_discord_does_not_take_is_tried_again(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, room: ChannelHandle, group: Group,
    gradus: Gradus,
) -> None:  # fmt: skip
    await ask(ada, channel)
    simcord_env.inject_error("PATCH", f"/channels/{room.id}/messages/*", times=2, **FORBIDDEN)
    await tick(simcord_env, NOW + GROUP_TIME)
    assert "time first" in text(last(room))
    await tick(simcord_env, NOW + GROUP_TIME + 5 * MINUTE)
    assert "The group's time is up" in text(last(room))


async def test_a_question_whose_message_was_deleted_is_let_go(
    simcord_env: simcord.Env,
    ada: MemberActor,
    mod: MemberActor,
    channel: ChannelHandle,
    room: ChannelHandle,
    group: Group,
    gradus: Gradus,
) -> None:
    await ask(ada, channel)
    await mod.delete(last(room))
    await tick(simcord_env, NOW + GROUP_TIME)
    left = await gradus.database.run(lambda database: database.execute("select * from group_messages").fetchall())
    assert left == []
    again = await ask(ada, channel)
    assert str(last(room).id) in shown(again).content
