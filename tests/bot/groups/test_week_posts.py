"""A group's week as it is said: once, over restarts; late only while it is of use; and never to who did not ask."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.groups.group import Group, Meeting, Place
from bot.groups.group_store import GroupStore
from bot.groups.group_weeks import GroupWeeks
from bot.groups.week import Occasion
from bot.groups.week_posts import Content, DigestPost, MeetingPost, NudgePost, PlanPost
from bot.groups.week_store import WeekStore
from bot.practising import Practising
from bot.prompting import Refused, Transient
from bot.road.standings import Standings
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.memory import Card, Rating
from quizzes.question import FACETS
from quizzes.store import PracticeStore
from tests.bot.test_progress import practised
from tests.quizzes.test_statistics import attempt

ADA, BOB, CAI, EVE = 11, 22, 33, 44
FIVE = (ADA, BOB, CAI, EVE, 55)
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)  # 08:00 in Berlin
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MADE = MONDAY - DAY

GROUP = Group(
    id="g1",
    server=1,
    name="Evening learners",
    owner=None,
    stage="intermediate",
    concepts=("multilayer-perceptron", "regularization", "dropout", "batch-normalization"),
    pace=1,
    meeting=Meeting(2, time(18, 30)),
    zone="Europe/Berlin",
    minutes=60,
    approval=False,
    size=8,
    created_at=MADE,
    home=5,
)


@dataclass
class Room:
    """A group's room: takes what is said, or refuses it."""

    said: list[tuple[Occasion, Content]] = field(default_factory=list)
    nudged: list[NudgePost] = field(default_factory=list)
    trouble: BaseException | None = None
    after: BaseException | None = None  # raised once it was taken
    unreadable: bool = False

    async def find(self, group: Group, occasion: Occasion) -> int | None:
        if self.unreadable:
            raise Refused("I may not read here")
        return next((number for number, (one, _) in enumerate(self.said, 1) if one.day == occasion.day), None)

    async def send(self, group: Group, occasion: Occasion, content: Content) -> int:
        if self.trouble is not None:
            raise self.trouble
        self.said.append((occasion, content))
        if self.after is not None:
            raise self.after
        return len(self.said)

    async def nudge(self, post: NudgePost) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.nudged.append(post)

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one, _ in self.said]

    @property
    def last(self) -> Any:
        return self.said[-1][1]


@pytest.fixture
def new_weeks(curriculum: Curriculum, database: DatabaseThread, practising: Practising) -> Callable[[], GroupWeeks]:
    return lambda: GroupWeeks(curriculum, database, practising, Standings(curriculum, database, practising))


@pytest.fixture
def weeks(new_weeks: Callable[[], GroupWeeks]) -> GroupWeeks:
    return new_weeks()


@pytest.fixture
def room() -> Room:
    return Room()


def make(database: DatabaseThread, *people: int, group: Group = GROUP, **wishes: bool) -> None:
    """A group of these people, the first its owner, in a room; each with these wishes."""

    def act(db: Database) -> None:
        store, learners = GroupStore(), LearnerStore()
        store.add(db, group, learners.learner_for(db, people[0], MADE).id)
        for person in people:
            learner = learners.learner_for(db, person, MADE).id
            store.join(db, group.id, learner, MADE)
            chosen = {"shares_name": False, "wants_nudge": False} | wishes
            store.set_wishes(db, group.id, learner, **chosen)
        store.set_place(db, group.id, Place(thread=77))

    database.call(act)


def change(database: DatabaseThread, **values: Any) -> None:
    def act(db: Database) -> None:
        group = GroupStore().find(db, GROUP.id)
        assert group is not None
        GroupStore().keep(db, replace(group, **values))

    database.call(act)


def remembered(database: DatabaseThread, person: int, concept: str, on: date, stability: float = 5.0) -> None:
    """A card and an answer of somebody's."""

    def act(db: Database) -> None:
        store, learner = PracticeStore(), LearnerStore().learner_for(db, person, MADE).id
        one = replace(attempt(0, Rating.GOOD), id=store.next_attempt(db), concept=concept, study_date=on)
        one = replace(one, at=datetime.combine(on, time(12), UTC))
        store.record(db, learner, one, Card(stability, 5.0, on + 5 * DAY, on, 1, 0))

    database.call(act)


def mastered(database: DatabaseThread, person: int, concept: str, until: date) -> None:
    """Three answers right, on three days, of three facets."""

    def act(db: Database) -> None:
        store, learner = PracticeStore(), LearnerStore().learner_for(db, person, MADE).id
        for days, facet in enumerate(FACETS):
            on = until - days * DAY
            one = replace(attempt(0, Rating.EASY), id=store.next_attempt(db), concept=concept, study_date=on)
            one = replace(one, facet=facet, outcome="correct", question=f"q{days}")
            store.record(
                db, learner, replace(one, at=datetime.combine(on, time(12), UTC)), Card(60.0, 5.0, until, until, 3, 0)
            )

    database.call(act)


async def tick(weeks: GroupWeeks, room: Room, now: datetime) -> None:
    await weeks.retime(now)
    await weeks.plan(now)
    await weeks.sending.send_due(room, now)


async def live(weeks: GroupWeeks, room: Room, start: datetime, end: datetime, step: timedelta = HOUR) -> None:
    now = start
    while now <= end:
        await tick(weeks, room, now)
        now += step


def states(database: DatabaseThread) -> list[tuple[Any, ...]]:
    query = "select kind, local_date, state, why from group_posts order by due_at"
    return database.call(lambda db: db.execute(query).fetchall())


# -------------------------------------------------------------------- a week as it goes


async def test_a_week_is_said_in_its_order_each_thing_once(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB)
    await live(weeks, room, MADE, MONDAY + WEEK - HOUR)
    assert room.kinds == ["plan", "reminder", "meeting", "digest"]
    (plan, reminder, meeting, digest) = (content for _, content in room.said)
    assert isinstance(plan, PlanPost)
    assert (plan.week.number, plan.weeks, plan.week.concepts) == (1, 4, ("multilayer-perceptron",))
    assert plan.meeting == datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
    assert isinstance(reminder, MeetingPost)
    assert isinstance(meeting, MeetingPost)
    assert (reminder.opens, meeting.opens, meeting.at) == (False, True, plan.meeting)
    assert isinstance(digest, DigestPost)
    assert digest.ahead.concepts == ("regularization",)


async def test_the_hours_stay_when_summer_time_begins(weeks: GroupWeeks, room: Room, database: DatabaseThread) -> None:
    make(database, ADA)
    await live(weeks, room, datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC), HOUR / 2)
    sent = {(one.kind, one.day.day): one.at for one, _ in room.said}
    assert sent["digest", 29] == datetime(2026, 3, 29, 16, tzinfo=UTC)
    assert sent["plan", 30] == datetime(2026, 3, 30, 6, tzinfo=UTC)
    assert sent["meeting", 1] == datetime(2026, 4, 1, 16, 30, tzinfo=UTC)


async def test_after_an_outage_only_the_current_week_is_said_once(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    await tick(weeks, room, MONDAY)
    thursday = MONDAY + 2 * WEEK + 3 * DAY
    await live(weeks, room, thursday, thursday + 5 * HOUR)
    assert room.kinds == ["plan", "plan"]
    assert room.last.week.concepts == ("dropout",)


async def test_an_archived_group_is_told_nothing_and_goes_on_where_it_stopped(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    await tick(weeks, room, MONDAY)
    database.call(lambda db: GroupStore().set_state(db, GROUP.id, "archived"))
    await live(weeks, room, MONDAY + DAY, MONDAY + 3 * WEEK, 6 * HOUR)
    assert room.kinds == ["plan"]
    database.call(lambda db: GroupStore().set_state(db, GROUP.id, "active"))
    await tick(weeks, room, MONDAY + 3 * WEEK + DAY)
    assert room.kinds == ["plan", "plan"]
    assert room.last.week.concepts == ("multilayer-perceptron",)  # its week was cut short


async def test_a_moved_meeting_is_told_at_its_new_time(weeks: GroupWeeks, room: Room, database: DatabaseThread) -> None:
    make(database, ADA)
    await live(weeks, room, MONDAY, MONDAY + DAY)
    change(database, meeting=Meeting(4, time(20)))
    await live(weeks, room, MONDAY + DAY + HOUR, MONDAY + 5 * DAY)
    told = {one.kind: one.at for one, _ in room.said}
    assert told["meeting"] == datetime(2026, 3, 6, 19, tzinfo=UTC)
    assert room.kinds == ["plan", "reminder", "meeting"]


async def test_other_concepts_are_taken_up_from_the_next_plan_on(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, group=replace(GROUP, meeting=None))
    await tick(weeks, room, MONDAY)
    await weeks.retime(MONDAY + WEEK - DAY)
    change(database, pace=2)
    await tick(weeks, room, MONDAY + WEEK)
    assert room.last.week.concepts == ("regularization", "dropout")


async def test_the_end_of_the_plan_is_said_once(weeks: GroupWeeks, room: Room, database: DatabaseThread) -> None:
    make(database, ADA, group=replace(GROUP, meeting=None, pace=4))
    for number in range(3):
        await practised_on(weeks, database, MONDAY + number * WEEK)
        await live(weeks, room, MONDAY + number * WEEK, MONDAY + number * WEEK + DAY, 12 * HOUR)
    plans = [content for _, content in room.said if isinstance(content, PlanPost)]
    assert [one.through for one in plans] == [False, True]


async def practised_on(weeks: GroupWeeks, database: DatabaseThread, at: datetime) -> None:
    remembered(database, ADA, "dropout", at.date())


# -------------------------------------------------------------------- once, whatever happens


async def test_what_was_sent_and_not_marked_is_found_and_not_sent_again(
    weeks: GroupWeeks, new_weeks: Callable[[], GroupWeeks], room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    room.after = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await tick(weeks, room, MONDAY)
    assert [row[2] for row in states(database)] == ["sending"]
    room.after = None
    await live(new_weeks(), room, MONDAY + HOUR / 60, MONDAY + HOUR)
    assert room.kinds == ["plan"]
    assert [row[2] for row in states(database)] == ["sent"]


async def test_what_was_claimed_and_not_sent_is_sent_after_the_restart(
    weeks: GroupWeeks, new_weeks: Callable[[], GroupWeeks], room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    room.trouble = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await tick(weeks, room, MONDAY)
    room.trouble = None
    await live(new_weeks(), room, MONDAY + HOUR / 60, MONDAY + HOUR)
    assert room.kinds == ["plan"]


async def test_where_nobody_can_see_whether_it_arrived_it_is_not_sent_again(
    weeks: GroupWeeks, new_weeks: Callable[[], GroupWeeks], room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    room.after, room.unreadable = KeyboardInterrupt(), True
    with pytest.raises(KeyboardInterrupt):
        await tick(weeks, room, MONDAY)
    room.after = None
    await live(new_weeks(), room, MONDAY + HOUR / 60, MONDAY + HOUR)
    assert room.kinds == ["plan"]
    assert states(database)[0][2:] == ("failed", "I may not read here")


@pytest.mark.parametrize("trouble", [Refused("the room is gone"), Transient("Discord answers 500")])
async def test_a_room_that_comes_back_is_told_what_still_is_of_use(
    weeks: GroupWeeks, room: Room, database: DatabaseThread, trouble: Exception
) -> None:
    make(database, ADA)
    room.trouble, room.unreadable = trouble, isinstance(trouble, Refused)
    await live(weeks, room, MONDAY, MONDAY + 5 * HOUR)
    assert room.said == []
    room.trouble = None
    await live(weeks, room, MONDAY + 6 * HOUR, MONDAY + 8 * HOUR)
    assert room.kinds == ["plan"]


async def test_a_room_that_stays_away_is_told_nothing_old(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    room.trouble = Refused("the room is gone")
    await live(weeks, room, MONDAY, MONDAY + WEEK + HOUR)
    room.trouble = None
    await live(weeks, room, MONDAY + WEEK + HOUR, MONDAY + WEEK + 3 * HOUR)
    assert sorted(room.kinds) == ["digest", "plan"]
    assert {row[2:] for row in states(database)} == {("skipped", "too late"), ("sent", "")}


async def test_a_refusal_has_the_group_s_place_looked_at(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    database.call(lambda db: GroupStore().settle(db, GROUP.id, GroupStore().changes(db, GROUP.id)))
    room.trouble = Refused("the room is gone")
    await tick(weeks, room, MONDAY)
    assert [one.id for one in database.call(GroupStore().unsettled)] == [GROUP.id]


async def test_a_group_without_a_room_waits_for_it(weeks: GroupWeeks, room: Room, database: DatabaseThread) -> None:
    make(database, ADA)
    database.call(lambda db: GroupStore().set_place(db, GROUP.id, Place()))
    await tick(weeks, room, MONDAY)
    assert room.said == []
    database.call(lambda db: GroupStore().set_place(db, GROUP.id, Place(thread=77)))
    await tick(weeks, room, MONDAY + HOUR)
    assert room.kinds == ["plan"]


# -------------------------------------------------------------------- what members know


async def test_a_week_passes_over_what_three_or_more_have_mastered(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, *FIVE)
    for person in (ADA, BOB, CAI):
        mastered(database, person, "multilayer-perceptron", MADE.date())
    await tick(weeks, room, MONDAY)
    assert (room.last.passed, room.last.week.concepts) == (("multilayer-perceptron",), ("regularization",))
    await tick(weeks, room, MONDAY + WEEK)
    plans = [content for _, content in room.said if isinstance(content, PlanPost)]
    assert (plans[-1].passed, plans[-1].week.concepts) == ((), ("dropout",))


@pytest.mark.parametrize(("people", "able"), [(FIVE, 2), (FIVE[:3], 3), (FIVE[:4], 4)])
async def test_what_fewer_or_all_of_a_few_have_mastered_keeps_its_week(
    weeks: GroupWeeks, room: Room, database: DatabaseThread, people: tuple[int, ...], able: int
) -> None:
    make(database, *people)
    for person in people[:able]:
        mastered(database, person, "multilayer-perceptron", MADE.date())
    await tick(weeks, room, MONDAY)
    assert (room.last.passed, room.last.week.concepts) == ((), ("multilayer-perceptron",))


async def test_a_plan_that_is_tried_again_says_the_same(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, *FIVE)
    for person in (ADA, BOB, CAI):
        mastered(database, person, "multilayer-perceptron", MADE.date())
    room.trouble = Refused("not just now")
    await tick(weeks, room, MONDAY)
    room.trouble = None
    await tick(weeks, room, MONDAY + HOUR)
    assert room.last.passed == ("multilayer-perceptron",)


async def test_the_meeting_has_the_agenda_of_its_reminder(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    change_of_mind = date(2026, 3, 4)
    make(database, ADA, BOB, CAI, group=replace(GROUP, pace=3))
    for person in (ADA, BOB, CAI):
        remembered(database, person, "regularization", date(2026, 3, 1), stability=1.0)
        remembered(database, person, "dropout", date(2026, 3, 1), stability=90.0)
    await live(weeks, room, MONDAY, MONDAY + 2 * DAY)
    reminder = room.last
    assert isinstance(reminder, MeetingPost)
    assert reminder.agenda.together
    assert reminder.agenda.items[0].concept == "regularization"
    for person in (ADA, BOB, CAI):
        remembered(database, person, "regularization", change_of_mind, stability=200.0)
    await live(weeks, room, MONDAY + 2 * DAY, MONDAY + 3 * DAY)
    assert room.last.opens
    assert room.last.agenda == reminder.agenda


async def test_a_meeting_that_became_longer_has_an_agenda_of_its_length(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    await live(weeks, room, MONDAY, MONDAY + 2 * DAY)
    change(database, minutes=90)
    await live(weeks, room, MONDAY + 2 * DAY + HOUR, MONDAY + 3 * DAY)
    assert room.last.opens
    assert sum(one.minutes for one in room.last.agenda.items) == 90


async def test_with_two_members_the_agenda_is_the_weeks(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB)
    for person in (ADA, BOB):
        remembered(database, person, "multilayer-perceptron", date(2026, 3, 1), stability=1.0)
    await live(weeks, room, MONDAY, MONDAY + 2 * DAY)
    assert not room.last.agenda.together


# -------------------------------------------------------------------- looking back


async def test_the_digest_counts_effort_and_names_only_who_chose_it(
    weeks: GroupWeeks, room: Room, database: DatabaseThread, practising: Practising
) -> None:
    make(database, ADA, BOB, CAI)
    database.call(lambda db: share(db, ADA))
    for person, days in ((ADA, 2), (BOB, 1), (CAI, 3)):
        for number in range(days):
            await practised(practising, person, MONDAY + number * DAY)
    await live(weeks, room, MONDAY, MONDAY + 3 * DAY)
    assert await weeks.come(BOB, GROUP.id, date(2026, 3, 4), MONDAY + 3 * DAY - 12 * HOUR)
    await live(weeks, room, MONDAY + 3 * DAY, MONDAY + WEEK - HOUR)
    found = room.last.digest
    assert (found.active, found.questions, found.came) == (True, 6, 1)
    assert found.days is None  # one of two hidden members could be worked out
    assert [(one.person, one.days) for one in found.named] == [(ADA, 2)]
    assert found.begun == ()  # it would say that all three did


def share(db: Database, person: int) -> None:
    learner = LearnerStore().learner_for(db, person, MADE).id
    GroupStore().set_wishes(db, GROUP.id, learner, shares_name=True, wants_nudge=False)


async def test_after_two_silent_weeks_the_third_digest_asks_and_posts_rest_until_somebody_does_something(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB)
    await live(weeks, room, MONDAY, MONDAY + 6 * WEEK, 3 * HOUR)
    digests = [content.digest for _, content in room.said if isinstance(content, DigestPost)]
    assert [one.asks_to_pause for one in digests] == [False, False, True]
    assert room.kinds[-1] == "digest"
    said, now = len(room.said), MONDAY + 6 * WEEK + HOUR
    remembered(database, BOB, "dropout", now.date())
    await live(weeks, room, now, now + 6 * HOUR)
    await live(weeks, room, now + 6 * HOUR, now + 2 * DAY, 3 * HOUR)
    assert room.kinds[said:] == ["reminder", "plan"]
    assert room.last.week.concepts == ("batch-normalization",)  # the fourth: nothing was lost while it rested


async def test_go_on_is_its_owner_s_and_brings_this_weeks_plan(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB)
    await live(weeks, room, MONDAY, MONDAY + 4 * WEEK, 3 * HOUR)
    now = MONDAY + 4 * WEEK + DAY
    assert (await weeks.view(ADA, GROUP.id, now)).resting
    with pytest.raises(GradusError, match="owner"):
        await weeks.go_on(BOB, GROUP.id, now, moderator=False)
    await weeks.go_on(ADA, GROUP.id, now, moderator=False)
    await weeks.go_on(ADA, GROUP.id, now, moderator=False)
    await live(weeks, room, now, now + HOUR)
    assert room.kinds[-1] == "plan"
    assert not (await weeks.view(ADA, GROUP.id, now)).resting


async def test_a_sunday_evening_after_the_digest_is_not_silence(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, group=replace(GROUP, meeting=None))
    for number in range(1, 4):
        remembered(database, ADA, "dropout", (MONDAY + number * WEEK - DAY).date())
    late = "update attempts set at = replace(at, 'T12:00', 'T21:00')"
    database.call(lambda db: db.execute(late))
    await live(weeks, room, MONDAY + WEEK, MONDAY + 4 * WEEK, 6 * HOUR)
    digests = [content.digest for _, content in room.said if isinstance(content, DigestPost)]
    assert not any(one.asks_to_pause for one in digests)


# -------------------------------------------------------------------- nudges


async def test_a_nudge_comes_on_thursday_at_the_learners_own_hour_once(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB, wants_nudge=True)
    make(database, ADA, BOB, group=replace(GROUP, id="g2", name="Another"), wants_nudge=True)

    def settle(db: Database) -> None:
        LearnerStore().set_zone(db, LearnerStore().learner_for(db, ADA, MADE).id, "Asia/Tokyo")
        learner = LearnerStore().learner_for(db, ADA, MADE).id
        db.execute("insert into profiles (learner, hour) values (?, '07:15')", [learner])
        db.conn.commit()

    database.call(settle)
    tokyo = datetime(2026, 3, 4, 22, 15, tzinfo=UTC)
    await live(weeks, room, MONDAY, tokyo - HOUR / 4, HOUR / 4)
    assert room.nudged == []
    await live(weeks, room, tokyo, tokyo + HOUR)
    assert [one.person for one in room.nudged] == [ADA]
    await live(weeks, room, tokyo + HOUR, MONDAY + 6 * DAY)
    assert [one.person for one in room.nudged] == [ADA, BOB]
    assert room.nudged[0].concepts == ("multilayer-perceptron",)


async def test_nobody_is_nudged_who_practised_or_did_not_ask_or_stopped_asking(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB, CAI, wants_nudge=True)
    thursday = MONDAY + 3 * DAY
    await live(weeks, room, MONDAY, thursday)
    remembered(database, ADA, "dropout", MONDAY.date())

    def stop(db: Database) -> None:
        learners = [LearnerStore().learner_for(db, person, MADE).id for person in (BOB, CAI)]
        GroupStore().set_wishes(db, GROUP.id, learners[0], shares_name=False, wants_nudge=False)
        GroupStore().leave(db, GROUP.id, learners[1], MADE)

    database.call(stop)
    await live(weeks, room, thursday, thursday + 2 * DAY)
    assert room.nudged == []


async def test_closed_direct_messages_and_an_old_thursday_are_let_be(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, group=replace(GROUP, meeting=None), wants_nudge=True)
    await live(weeks, room, MONDAY, MONDAY + 3 * DAY)
    room.trouble = Refused("direct messages are closed")
    await live(weeks, room, MONDAY + 3 * DAY, MONDAY + 4 * DAY)
    room.trouble = None
    await live(weeks, room, MONDAY + 4 * DAY, MONDAY + WEEK + 2 * DAY + 5 * HOUR, 3 * HOUR)
    await tick(weeks, room, MONDAY + WEEK + 4 * DAY)
    assert room.nudged == []
    state = database.call(lambda db: [row[0] for row in db.execute("select state from group_nudges order by due_at")])
    assert state == ["failed", "skipped"]


# -------------------------------------------------------------------- members and strangers


async def test_only_members_see_a_plan_take_its_calendar_or_say_that_they_came(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    await live(weeks, room, MONDAY, MONDAY + 3 * DAY)
    now, day = MONDAY + 3 * DAY, date(2026, 3, 4)
    for act in (
        weeks.view(EVE, GROUP.id, now),
        weeks.calendar(EVE, GROUP.id, now),
        weeks.next_concept(EVE, GROUP.id, None, now),
        weeks.come(EVE, GROUP.id, day, now),
    ):
        with pytest.raises(GradusError, match="not in this group"):
            await act
    with pytest.raises(GradusError, match="no such group"):
        await weeks.view(ADA, "nothing", now)


async def test_who_came_is_kept_once_and_not_long_after(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA)
    await live(weeks, room, MONDAY, MONDAY + 2 * DAY + 11 * HOUR)
    day, now = date(2026, 3, 4), MONDAY + 2 * DAY + 11 * HOUR
    assert await weeks.come(ADA, GROUP.id, day, now)
    assert not await weeks.come(ADA, GROUP.id, day, now)
    for when, at in ((day, now + DAY), (day + WEEK, now)):
        with pytest.raises(GradusError, match="This meeting is over"):
            await weeks.come(ADA, GROUP.id, when, at)


async def test_questions_are_on_the_concept_of_the_week_that_a_member_needs_most(
    weeks: GroupWeeks, database: DatabaseThread, practising: Practising
) -> None:
    make(database, ADA, group=replace(GROUP, pace=4))
    await weeks.retime(MONDAY)
    assert await weeks.next_concept(ADA, GROUP.id, None, MONDAY) == "dropout"  # the first with questions
    remembered(database, ADA, "dropout", MONDAY.date())
    assert await weeks.next_concept(ADA, GROUP.id, MONDAY.date(), MONDAY) == "batch-normalization"


async def test_the_calendar_has_the_meetings_at_their_hour_and_the_weeks_to_come(
    weeks: GroupWeeks, database: DatabaseThread
) -> None:
    make(database, ADA)
    await weeks.retime(MONDAY)
    calendar: Any = Calendar.from_ical(await weeks.calendar(ADA, GROUP.id, MONDAY + WEEK))
    meeting, *planned = calendar.walk("VEVENT")
    assert meeting["dtstart"].to_ical() == b"20260311T183000"
    assert meeting["dtstart"].params["TZID"] == "Europe/Berlin"
    assert meeting["rrule"]["FREQ"] == ["WEEKLY"]
    assert [one["dtstart"].dt for one in planned] == [date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)]
    assert planned[1]["summary"] == "Evening learners, week 3: Dropout"


async def test_a_calendar_with_nothing_to_come_says_so(weeks: GroupWeeks, database: DatabaseThread) -> None:
    make(database, ADA, group=replace(GROUP, meeting=None))
    await weeks.retime(MONDAY)
    with pytest.raises(GradusError, match="The plan is through"):
        await weeks.calendar(ADA, GROUP.id, MONDAY + 20 * WEEK)


async def test_what_is_kept_on_a_learner_is_handed_over_and_forgotten(
    weeks: GroupWeeks, room: Room, database: DatabaseThread
) -> None:
    make(database, ADA, BOB, wants_nudge=True)
    await live(weeks, room, MONDAY, MONDAY + 4 * DAY)
    await weeks.come(ADA, GROUP.id, date(2026, 3, 4), MONDAY + 2 * DAY + 12 * HOUR)
    learner = database.call(lambda db: LearnerStore().learner_for(db, ADA, MADE).id)
    store = WeekStore()
    kept = database.call(lambda db: store.export(db, learner))
    assert {table: len(rows) for table, rows in kept.items()} == {"group_attendance": 1, "group_nudges": 1}
    database.call(lambda db: store.forget(db, learner))
    assert not any(database.call(lambda db: store.export(db, learner)).values())


async def test_what_was_said_long_ago_is_forgotten(weeks: GroupWeeks, room: Room, database: DatabaseThread) -> None:
    make(database, ADA)
    await live(weeks, room, MONDAY, MONDAY + 3 * DAY)
    await weeks.forget_old(MONDAY + 30 * DAY)
    assert states(database)
    await weeks.forget_old(MONDAY + 120 * DAY)
    assert states(database) == []


async def test_a_thousand_groups_are_planned_at_once(
    weeks: GroupWeeks, room: Room, database: DatabaseThread, tmp_path: Path
) -> None:
    def act(db: Database) -> None:
        learner = LearnerStore().learner_for(db, ADA, MADE).id
        for number in range(1000):
            GroupStore().add(db, replace(GROUP, id=f"g{number}"), learner)

    database.call(act)
    await weeks.retime(MONDAY)
    await weeks.plan(MONDAY)
    assert len(states(database)) == 1000
