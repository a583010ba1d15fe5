"""A group's week in a simulated Discord: what comes by itself, what its buttons do for whom, and what goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from icalendar import Calendar
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.chat.group_week_sender import MAY_NOT
from bot.groups.group import Group
from bot.groups.group_outline import Outline, Rules
from bot.groups.group_weeks import GroupWeeks
from bot.groups.groups import NOT_IN_CHARGE, NOT_IN_IT
from bot.road.standings import Standings
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW
from tests.bot.test_progress import practised

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)  # 08:00 in Berlin
MEETING = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 8, 17, tzinfo=UTC)


@dataclass
class World:
    """The clock, and everything that happens by itself."""

    env: simcord.Env
    gradus: Gradus
    now: datetime = NOW

    @property
    def client(self) -> GradusClient:
        assert isinstance(self.env.bot, GradusClient)
        return self.env.bot

    def new_process(self) -> None:
        """What remembers in memory what is under way forgets it."""
        gradus = self.gradus
        standings = Standings(gradus.curriculum, gradus.database, gradus.practising)
        weeks = GroupWeeks(gradus.curriculum, gradus.database, gradus.practising, standings)
        object.__setattr__(gradus, "group_weeks", weeks)

    async def at(self, now: datetime) -> None:
        """What happens by itself at a moment."""
        self.now = now
        await self.gradus.group_weeks.retime(now)
        await self.gradus.group_weeks.plan(now)
        await self.gradus.ticks.run_due(now)

    async def make(self, owner: MemberActor, *others: MemberActor, channel: ChannelHandle, **typed: Any) -> Group:
        """A group with these people, in its thread."""
        given = {"name": "Evening *learners*", "about": "Core", "meeting": "Wednesday 18:30", "zone": "Berlin"} | typed
        groups, server = self.gradus.groups, self.env.guild.id
        made = await groups.create(owner.id, server, channel.id, Outline(**given), Rules(), self.now)
        for one in others:
            await groups.join(one.id, server, made.group.id, self.now)
        await self.client.group_places.tick(self.now)
        return (await groups.view(made.group.id)).group


@pytest.fixture
async def world(simcord_env: simcord.Env, gradus: Gradus) -> World:
    made = World(simcord_env, gradus)
    object.__setattr__(gradus, "clock", lambda: made.now)
    return made


@pytest.fixture
async def eve(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("eve"))


@pytest.fixture
async def cai(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("cai"))


def titled(room: ChannelHandle, words: str) -> list[discord.Message]:
    """The messages of a room whose title holds these words."""
    return [one for one in room.history() if one.embeds and words in str(one.embeds[0].title)]


def words(message: discord.Message) -> str:
    return f"{message.embeds[0].title}\n{message.embeds[0].description}"


def under(message: discord.Message) -> list[str]:
    """What the buttons under a message say."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [str(item.label) for row in rows for item in row.children if isinstance(item, discord.Button)]


async def let_see(world: World, who: MemberActor, thread: ChannelHandle) -> None:
    """Let somebody into a group's thread who is not in the group."""
    real = await world.client.fetch_channel(thread.id)
    assert isinstance(real, discord.Thread)
    await real.add_user(discord.Object(who.id))


async def only_thread(world: World, ada: MemberActor, *others: MemberActor, channel: ChannelHandle) -> ChannelHandle:
    await world.make(ada, *others, channel=channel)
    (thread,) = channel.threads
    return thread


# -------------------------------------------------------------------- the week as it goes


async def test_monday_brings_the_plan_into_the_thread_once(
    world: World, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    thread = await only_thread(world, ada, bob, channel=channel)
    await world.at(MONDAY - HOUR)
    assert titled(thread, "Week") == []
    for minutes in range(3):
        await world.at(MONDAY + minutes * timedelta(minutes=1))
    (plan,) = titled(thread, "Week")
    assert plan.embeds[0].title == "Week 1 of 2: Multi-layer perceptrons, Regularisation"
    assert "**Multi-layer perceptrons**\n**Regularisation**" in words(plan)
    assert "opens the way to Dropout" in words(plan)
    assert f"<t:{int(MEETING.timestamp())}:F>" in words(plan)
    assert under(plan) == ["Quiz me on these", "Plan", "Calendar"]


async def test_the_whole_week_comes_in_order_and_every_press_after_a_restart_still_works(
    world: World,
    ada: MemberActor,
    bob: MemberActor,
    eve: MemberActor,
    channel: ChannelHandle,
    new_client: Callable[[], GradusClient],
) -> None:
    thread = await only_thread(world, ada, bob, channel=channel)
    await world.at(MONDAY)
    await world.at(MEETING - DAY)
    (reminder,) = titled(thread, "Next meeting of Evening")
    assert "It takes three." in words(reminder)
    assert "`/group round`" in words(reminder)
    await world.env.restart_bot(new_client())
    await world.at(MEETING)
    (opening,) = titled(thread, "The meeting begins")
    assert under(opening) == ["I'm here", "Quiz me on these", "Plan", "Calendar"]
    first, again = [shown(await bob.click(opening, label="I'm here")) for _ in range(2)]
    assert first.ephemeral
    assert ("Good to have you" in first.content, "already" in again.content) == (True, True)
    await let_see(world, eve, thread)
    assert NOT_IN_IT in shown(await eve.click(opening, label="I'm here")).content
    await practised(world.gradus.practising, ada.id, MEETING)
    await world.env.restart_bot(new_client())
    await world.at(SUNDAY)
    (digest,) = titled(thread, "Week 1: what you did")
    assert "**Meeting:** 1 member came." in words(digest)
    assert "ada" not in words(digest)
    assert "**Next week:** Dropout, Batch normalisation" in words(digest)
    world.now = SUNDAY + DAY
    assert "over" in shown(await ada.click(opening, label="I'm here")).content


async def test_who_deletes_their_data_in_the_middle_of_a_meeting_was_never_there(
    world: World, ada: MemberActor, bob: MemberActor, cai: MemberActor, channel: ChannelHandle
) -> None:
    group = await world.make(ada, bob, cai, channel=channel)
    await world.gradus.groups.wish(ada.id, group.id, shares_name=True, wants_nudge=True)
    (thread,) = channel.threads
    await world.at(MONDAY)
    await world.at(MEETING)
    (opening,) = titled(thread, "The meeting begins")
    for who in (ada, bob):
        await practised(world.gradus.practising, who.id, MEETING)
        await who.click(opening, label="I'm here")
    asked = await ada.click(shown(await ada.slash(channel, "me")), label="Delete my data")
    await ada.click(shown(asked), label="Delete everything")
    await let_see(world, ada, thread)
    assert NOT_IN_IT in shown(await ada.click(opening, label="I'm here")).content
    for day in range(5):
        await world.at(MEETING + day * DAY)
    (digest,) = titled(thread, "Week 1: what you did")
    assert "**Meeting:** 1 member came." in words(digest)
    assert "• ada" not in words(digest)
    assert ada.user.dm_channel is None or ada.user.dm_channel.history() == []


async def test_who_shares_their_name_is_named_by_their_effort_and_nobody_else(
    world: World, ada: MemberActor, bob: MemberActor, cai: MemberActor, channel: ChannelHandle
) -> None:
    people = [ada, bob, cai, *(world.env.guild.add_member(world.env.create_user(name)) for name in ("dan", "fay"))]
    group = await world.make(*people, channel=channel)
    await world.gradus.groups.wish(bob.id, group.id, shares_name=True)
    for who in people:
        await practised(world.gradus.practising, who.id, MEETING)
    await world.at(SUNDAY)
    (digest,) = titled(channel.threads[0], "Week 1: what you did")
    assert "• bob: 1 day with effort" in words(digest)
    assert "answered 5 questions" in words(digest)
    assert "**Begun together:** Dropout" in words(digest)
    assert not any(who.name in words(digest) for who in people if who is not bob)


async def test_questions_plan_and_calendar_are_for_members(
    world: World, ada: MemberActor, eve: MemberActor, channel: ChannelHandle
) -> None:
    thread = await only_thread(world, ada, channel=channel)
    await world.at(MONDAY + WEEK)
    (post,) = titled(thread, "Week 2")
    await let_see(world, eve, thread)
    for label in under(post):
        refused = await eve.click(post, label=label)
        assert refused.ephemeral
        assert NOT_IN_IT in shown(refused).content
    quiz = await ada.click(post, label="Quiz me on these")
    assert quiz.ephemeral
    assert "Dropout" in str(shown(quiz).embeds[0].to_dict())
    plan = await ada.click(post, label="Plan")
    assert plan.ephemeral
    panel = shown(plan)
    assert panel.embeds[0].title == "Plan of Evening \\*learners\\*"
    assert "▶ **Week 2, from Monday 9 March (now):** Dropout, Batch normalisation" in str(panel.embeds[0].description)
    assert labels(panel) == ["Quiz me on these", "Calendar"]
    given = await ada.click(panel, label="Calendar")
    assert given.ephemeral
    (file,) = shown(given).attachments
    calendar: Any = Calendar.from_ical(await file.read())
    summaries = [str(one["summary"]) for one in calendar.walk("VEVENT")]
    assert summaries == [
        "Evening *learners*: meeting",
        "Evening *learners*, week 2: Dropout, Batch normalisation",
    ]


async def test_three_silent_weeks_ask_the_owner_who_alone_may_answer(
    world: World, ada: MemberActor, bob: MemberActor, eve: MemberActor, channel: ChannelHandle
) -> None:
    await world.make(ada, bob, channel=channel, pace=1)
    (thread,) = channel.threads
    for week in range(3):
        await world.at(SUNDAY + week * WEEK)
    assert [str(one.embeds[0].title) for one in titled(thread, "Week")] == [
        "Week 1: a quiet one",
        "Week 2: a quiet one",
    ]
    (asks,) = titled(thread, "A quiet time")
    assert under(asks) == ["Go on", "Archive"]
    await world.at(MONDAY + 3 * WEEK)
    assert titled(thread, "Week 4") == []
    await let_see(world, eve, thread)
    for label in under(asks):
        for who in (bob, eve):
            assert NOT_IN_CHARGE in shown(await who.click(asks, label=label)).content
    assert "On we go" in shown(await ada.click(asks, label="Go on")).content
    await world.at(MONDAY + 3 * WEEK + HOUR)
    assert len(titled(thread, "Week 4")) == 1
    assert "archived" in shown(await ada.click(asks, label="Archive")).content
    await world.at(MONDAY + 4 * WEEK)
    assert titled(thread, "Week 5") == []


async def test_who_asked_is_nudged_by_direct_message_and_can_stop_it_there(
    world: World, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    group = await world.make(ada, bob, channel=channel)
    await world.gradus.groups.wish(ada.id, group.id, wants_nudge=True)
    thursday = datetime(2026, 3, 5, 17, tzinfo=UTC)
    await world.at(thursday - DAY)
    await world.at(thursday)
    await world.at(thursday + HOUR)
    (nudge,) = ada.user.dm_channel.history()
    assert "Your group **Evening \\*learners\\*** is on Multi-layer perceptrons" in nudge.content
    assert bob.user.dm_channel.history() == []
    stopped = await ada.user.click(nudge, label="No more nudges")
    assert "no more nudges" in shown(stopped).content
    await world.at(thursday + WEEK - DAY)
    await world.at(thursday + WEEK)
    assert len(ada.user.dm_channel.history()) == 1


async def test_a_lesson_of_the_week_opens_by_one_choice_for_whoever_sees_the_post(
    world: World, ada: MemberActor, eve: MemberActor, channel: ChannelHandle
) -> None:
    thread = await only_thread(world, ada, channel=channel)
    await world.at(MONDAY + WEEK)
    (post,) = titled(thread, "Week 2")
    await let_see(world, eve, thread)
    for who in (ada, eve):
        lesson = await who.select(post, ["dropout"])
        assert lesson.ephemeral
        assert "Dropout" in str(shown(lesson).embeds[0].title)


async def test_a_moderator_may_let_a_silent_group_go_on(world: World, ada: MemberActor, channel: ChannelHandle) -> None:
    role = world.env.guild.create_role(
        "moderator", permissions=discord.Permissions(manage_guild=True, manage_threads=True)
    )
    mod = world.env.guild.add_member(world.env.create_user("mod"), roles=[role])
    thread = await only_thread(world, ada, channel=channel)
    for week in range(3):
        await world.at(SUNDAY + week * WEEK)
    (asks,) = titled(thread, "A quiet time")
    assert "On we go" in shown(await mod.click(asks, label="Go on")).content
    assert not (await world.gradus.group_weeks.view(ada.id, (await only(world)).id, world.now)).resting


async def only(world: World) -> Group:
    ((group, _),) = await world.gradus.groups.of_server(world.env.guild.id)
    return group


async def test_who_is_blocked_there_can_neither_come_nor_be_asked(
    world: World, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    thread = await only_thread(world, ada, bob, channel=channel)
    await world.at(MEETING)
    (opening,) = titled(thread, "The meeting begins")
    await world.gradus.servers.block(world.env.guild.id, bob.id, world.now)
    for label in ("I'm here", "Quiz me on these"):
        assert "switched me off for you" in shown(await bob.click(opening, label=label)).content


# -------------------------------------------------------------------- what goes wrong


async def test_a_deleted_thread_is_mended_and_the_plan_comes_into_the_new_one(
    world: World, ada: MemberActor, channel: ChannelHandle
) -> None:
    old = await only_thread(world, ada, channel=channel)
    real = world.env.bot.get_channel(old.id)
    assert isinstance(real, discord.Thread)
    await real.delete()
    await world.at(MONDAY)
    await world.at(MONDAY + 2 * timedelta(minutes=1))
    (thread,) = channel.threads
    assert thread.id != old.id
    await world.at(MONDAY + HOUR)
    assert len(titled(thread, "Week 1")) == 1


async def test_without_embeds_the_plan_comes_as_text(world: World, ada: MemberActor, channel: ChannelHandle) -> None:
    thread = await only_thread(world, ada, channel=channel)
    path = f"/channels/{thread.id}/messages"
    world.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=1)
    await world.at(MONDAY)
    (plan,) = [one for one in thread.history() if one.content.startswith("**Week 1 of 2")]
    assert under(plan) == ["Quiz me on these", "Plan", "Calendar"]


async def test_a_room_that_is_closed_is_tried_again(world: World, ada: MemberActor, channel: ChannelHandle) -> None:
    thread = await only_thread(world, ada, channel=channel)
    path = f"/channels/{thread.id}/messages"
    world.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions", times=2)
    await world.at(MONDAY)
    assert titled(thread, "Week 1") == []
    await world.at(MONDAY + HOUR)
    assert len(titled(thread, "Week 1")) == 1


async def test_a_restart_between_sending_and_marking_sends_nothing_twice(
    world: World, ada: MemberActor, channel: ChannelHandle, new_client: Callable[[], GradusClient]
) -> None:
    thread = await only_thread(world, ada, channel=channel)
    await world.at(MONDAY)
    await world.gradus.database.run(
        lambda db: db.execute("update group_posts set state = 'sending', message = null, next_try_at = due_at")
    )
    await world.env.restart_bot(new_client())
    world.new_process()
    await world.at(MONDAY + HOUR)
    assert len(titled(thread, "Week 1")) == 1
    row = await world.gradus.database.run(lambda db: db.execute("select state, message from group_posts").fetchone())
    assert row == ("sent", str(titled(thread, "Week 1")[0].id))


async def test_discord_s_own_trouble_ends_the_round_and_the_next_goes_well(
    world: World, ada: MemberActor, channel: ChannelHandle
) -> None:
    thread = await only_thread(world, ada, channel=channel)
    path = f"/channels/{thread.id}/messages"
    world.env.inject_error("POST", path, status=429, code=40003, message="slowly", times=1)
    await world.at(MONDAY)
    await world.at(MONDAY + HOUR)
    assert len(titled(thread, "Week 1")) == 1


async def test_closed_direct_messages_are_let_be(world: World, ada: MemberActor, channel: ChannelHandle) -> None:
    group = await world.make(ada, channel=channel)
    await world.gradus.groups.wish(ada.id, group.id, wants_nudge=True)
    path = f"/channels/{ada.user.dm_channel.id}/messages"
    world.env.inject_error("POST", path, status=403, code=50007, message="Cannot send messages", times=None)
    for hours in range(0, 48, 6):
        await world.at(MEETING + hours * HOUR)
    rows = await world.gradus.database.run(lambda db: db.execute("select state from group_nudges").fetchall())
    assert rows == [("failed",)]


# -------------------------------------------------------------------- scheduled events


async def allow_events(world: World) -> None:
    await world.gradus.servers.change(world.env.guild.id, lambda old: replace(old, group_events=True))


async def events(world: World) -> list[discord.ScheduledEvent]:
    guild = world.client.get_guild(world.env.guild.id)
    assert guild is not None
    return await guild.fetch_scheduled_events(with_counts=False)


async def test_without_the_admins_word_there_is_no_event(
    world: World, ada: MemberActor, channel: ChannelHandle
) -> None:
    await world.make(ada, channel=channel)
    await world.at(MONDAY)
    assert await events(world) == []


async def test_the_next_meeting_stands_among_the_servers_events_and_moves_with_it(
    world: World, ada: MemberActor, channel: ChannelHandle, new_client: Callable[[], GradusClient]
) -> None:
    await allow_events(world)
    group = await world.make(ada, channel=channel)
    await world.at(MONDAY)
    (event,) = await events(world)
    assert (event.name, event.start_time, event.end_time) == ("Evening *learners*: meeting", MEETING, MEETING + HOUR)
    assert event.entity_type is discord.EntityType.external
    await world.env.restart_bot(new_client())
    await world.at(MONDAY + HOUR)
    outline = Outline("Evening *learners*", "Core", "Friday 20:00", "Berlin")
    await world.gradus.groups.describe(ada.id, group.id, outline)
    await world.at(MONDAY + 2 * HOUR)
    (moved,) = await events(world)
    assert (moved.id, moved.start_time) == (event.id, datetime(2026, 3, 6, 19, tzinfo=UTC))
    await world.gradus.groups.archive(ada.id, group.id, moderator=False)
    await world.at(MONDAY + 3 * HOUR)
    assert await events(world) == []


async def test_an_event_says_the_groups_own_channel_and_goes_when_the_admin_says_so(
    world: World, ada: MemberActor, channel: ChannelHandle
) -> None:
    await allow_events(world)
    await world.gradus.servers.change(world.env.guild.id, lambda old: replace(old, group_channels=True))
    outline = Outline("Early birds", "Core", "Wednesday 18:30", "Berlin")
    made = await world.gradus.groups.create(
        ada.id, world.env.guild.id, channel.id, outline, Rules(wants_channel=True), world.now
    )
    await world.at(MONDAY)
    (event,) = await events(world)
    assert (event.location or "").startswith("#")
    assert (await only(world)).place.channel is not None
    await world.gradus.servers.change(world.env.guild.id, lambda old: replace(old, group_events=False))
    await world.at(MONDAY + 7 * HOUR)
    assert await events(world) == []
    assert (await only(world)).id == made.group.id


async def test_a_group_that_rests_has_no_event_until_it_goes_on(
    world: World, ada: MemberActor, channel: ChannelHandle
) -> None:
    await allow_events(world)
    group = await world.make(ada, channel=channel)
    await world.at(SUNDAY)
    await world.at(SUNDAY + WEEK)
    assert len(await events(world)) == 1
    await world.at(SUNDAY + 2 * WEEK)
    assert await events(world) == []
    await world.gradus.group_weeks.go_on(ada.id, group.id, world.now, moderator=False)
    await world.at(SUNDAY + 2 * WEEK + HOUR)
    assert len(await events(world)) == 1


async def test_a_deleted_event_is_made_again_and_one_that_was_not_kept_is_not_doubled(
    world: World, ada: MemberActor, channel: ChannelHandle, new_client: Callable[[], GradusClient]
) -> None:
    await allow_events(world)
    group = await world.make(ada, channel=channel)
    await world.at(MONDAY)
    (event,) = await events(world)
    await event.delete()
    await world.at(MONDAY + 7 * HOUR)
    (again,) = await events(world)
    assert again.id != event.id
    await world.gradus.database.run(lambda db: db.execute("update study_groups set event = null"))
    await world.env.restart_bot(new_client())
    await world.at(MONDAY + 8 * HOUR)
    assert [one.id for one in await events(world)] == [again.id]
    assert (await world.gradus.groups.view(group.id)).group.place.event == again.id


async def test_without_the_permission_the_owner_reads_what_an_admin_can_do(
    world: World, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    await allow_events(world)
    group = await world.make(ada, bob, channel=channel)
    world.env.inject_error("POST", "/guilds/*/scheduled-events", status=403, code=50013, message="no", times=None)
    await world.at(MONDAY)
    assert await events(world) == []
    (post,) = titled(channel.threads[0], "Week 1")
    assert group.place.event is None
    assert MAY_NOT in str(shown(await ada.click(post, label="Plan")).embeds[0].description)
    assert MAY_NOT not in str(shown(await bob.click(post, label="Plan")).embeds[0].description)
