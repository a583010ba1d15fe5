"""What is said to a study group in its week, drawn from its plan, and from its members only where three or more are
counted together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.groups.agenda import Agenda, Item, agenda
from bot.groups.digest import Digest, MemberWeek, digest
from bot.groups.group import WEEK, Group, Member
from bot.groups.group_store import GroupStore
from bot.groups.week import (
    DAY,
    MANY,
    Course,
    Week,
    first_monday,
    local_monday,
    mastered_by_most,
    monday_of,
    occasions,
    tells_on_nobody,
)
from bot.groups.week_store import RESTS, Nudge, Post, WeekStore
from bot.practising import Practising
from bot.road.standings import ConceptStanding, Standings
from foundation.database import DatabaseThread, writing
from foundation.store import LearnerStore
from quizzes.history import cards, counted, is_mastered


@dataclass(frozen=True)
class PlanPost:
    """A week's plan.

    Attributes:
        passed: what this week passes over, because most members have mastered it.
        meeting: when the group meets that week (UTC), if it does and that is still to come.
        through: whether the plan came to its end with the week before.
    """

    group: Group
    week: Week
    weeks: int
    passed: tuple[str, ...]
    meeting: datetime | None
    through: bool


@dataclass(frozen=True)
class MeetingPost:
    """A meeting's agenda; `opens` tells the meeting's beginning from the reminder before it."""

    group: Group
    agenda: Agenda
    at: datetime
    opens: bool


@dataclass(frozen=True)
class DigestPost:
    """A week looked back on, and the week to come; `next_meeting` in UTC."""

    group: Group
    week: Week
    digest: Digest
    ahead: Week
    next_meeting: datetime | None


Content = PlanPost | MeetingPost | DigestPost


@dataclass(frozen=True)
class NudgePost:
    """A word to one member who asked for it."""

    person: int
    group: Group
    concepts: tuple[str, ...]


class WeekPosts:
    """Draws what is said. Each member's practice is read in a turn of its own, so that nobody waits for the database
    for long.
    """

    def __init__(self, database: DatabaseThread, practising: Practising, standings: Standings) -> None:
        self._database = database
        self._practising = practising
        self._standings = standings
        self._store = WeekStore()
        self._groups = GroupStore()
        self._learners = LearnerStore()

    def course(self, database: Database, group: Group) -> Course:
        """A group's way through its concepts."""
        before = self._store.course(database, group)
        return replace(before, group=group) if before else Course(group, first_monday(group))

    async def content(self, post: Post, group: Group, now: datetime) -> Content | str:
        """What is said, or why nothing is."""
        members = await self._database.run(lambda database: self._groups.members(database, group.id))
        if await self._database.run(lambda database: self._rests(database, group, members, now)):
            return RESTS
        course = await self._database.run(lambda database: self.course(database, group))
        if post.occasion.kind == "plan":
            return await self._plan_post(post, course, members, now)
        if post.occasion.kind == "digest":
            return await self._digest_post(post, course, members, now)
        return await self._meeting_post(post, course, members, now)

    def _rests(self, database: Database, group: Group, members: Sequence[Member], now: datetime) -> bool:
        """Whether a group's posts rest still: nobody has done anything since they began to."""
        paused = self._store.paused_at(database, group.id)
        if paused is None:
            return False
        joined = any(one.joined_at > paused for one in members)
        if not joined and not self._store.practised_after(database, [one.learner for one in members], paused):
            return True
        self.wake(database, group, paused, now)
        return False

    def wake(self, database: Database, group: Group, paused: datetime, now: datetime) -> None:
        """Let a group go on where it stopped."""
        with writing(database):
            rested = monday_of(paused.astimezone(ZoneInfo(group.zone)).date()) + WEEK
            course = self.course(database, group).resumed(rested, local_monday(group, now))
            self._store.wake(database, group.id)
            self._store.time(database, course, now, now)

    async def _plan_post(self, post: Post, course: Course, members: Sequence[Member], now: datetime) -> PlanPost | str:
        group, monday = course.group, post.occasion.monday
        said = await self._database.run(lambda database: self._store.said(database, group.id, "plan", monday))
        if said is None:
            passed = await self._passed(course, monday, members, now)
            course = replace(course, without=course.without.union(passed))

            def keep(database: Database) -> None:
                with writing(database):
                    self._store.pass_over(database, course)
                    self._store.keep_said(database, post.id, {"passed": passed})

            await self._database.run(keep)
        else:
            passed = tuple(said["passed"])
        week = course.week(monday)
        through = not week.concepts
        if through and monday != course.since and not course.week(monday - WEEK).concepts:
            return "the plan is through"
        meeting = next((one.at for one in occasions(group, monday) if one.kind == "meeting" and one.at > now), None)
        last = max((one.number for one in course.weeks()), default=week.number)
        return PlanPost(group, week, last, passed, meeting, through)

    async def _passed(self, course: Course, monday: date, members: Sequence[Member], now: datetime) -> tuple[str, ...]:
        if not tells_on_nobody(MANY, len(members)):
            return ()
        standings = await self._read(members, now)
        mastered = [{id for id, one in of.items() if one.state == "mastered"} for of in standings]
        return course.passing_over(monday, mastered_by_most(mastered, course.group.concepts))

    async def _read(self, members: Sequence[Member], now: datetime) -> list[Mapping[str, ConceptStanding]]:
        def read(member: Member, database: Database) -> Mapping[str, ConceptStanding]:
            return self._standings.read(database, self._learners.find(database, member.person), now)

        return [await self._database.run(partial(read, one)) for one in members]

    async def _meeting_post(self, post: Post, course: Course, members: Sequence[Member], now: datetime) -> MeetingPost:
        """The agenda is drawn once: the meeting has that of its reminder, unless it became longer or shorter."""
        group, monday, opens = course.group, post.occasion.monday, post.occasion.kind == "meeting"
        said = await self._database.run(
            lambda database: (
                self._store.said(database, group.id, "meeting", monday)
                or self._store.said(database, group.id, "reminder", monday)
            )
        )
        items = tuple(Item(*one) for one in said["items"]) if said else ()
        if said and sum(one.minutes for one in items) == group.minutes:
            drawn = Agenda(items, said["together"])
        else:
            strengths = [{id: one.strength for id, one in of.items()} for of in await self._read(members, now)]
            drawn = agenda(strengths, course.week(monday).concepts, course.met(monday), group.minutes)
            kept = {"together": drawn.together, "items": [[one.part, one.concept, one.minutes] for one in drawn.items]}
            await self._database.run(lambda database: self._store.keep_said(database, post.id, kept))
        begins = next(one.at for one in occasions(group, monday) if one.kind == "meeting")
        return MeetingPost(group, drawn, begins, opens)

    async def _digest_post(self, post: Post, course: Course, members: Sequence[Member], now: datetime) -> DigestPost:
        group, week = course.group, course.week(post.occasion.monday)
        weeks = [await self._database.run(partial(self._member_week, one, week, now)) for one in members]

        def looked_back(database: Database) -> Digest:
            came = self._store.came(database, group.id, week.monday)
            before = self._store.silent_before(database, group.id, post.occasion.day)
            found = digest(weeks, group.concepts, came, before)
            # The evening of the Sunday before came too late for its own digest.
            learners = [one.learner for one in members]
            if not found.active and self._store.practised_after(database, learners, post.occasion.at - WEEK):
                found = replace(found, silent=0)
            self._store.set_silent(database, post.id, found.silent)
            return found

        found = await self._database.run(looked_back)
        return DigestPost(group, week, found, course.week(week.monday + WEEK), group.next_meeting(now))

    def _member_week(self, member: Member, week: Week, now: datetime, database: Database) -> MemberWeek:
        learner = self._learners.find(database, member.person)
        if learner is None:
            return MemberWeek(member.person, member.shares_name)
        standing = self._practising.standing_of(database, learner, now)
        memory, answers = standing.plan.memory, counted(standing.learned.attempts)
        before = [one for one in answers if one.study_date < week.monday]
        within = [one for one in answers if week.monday <= one.study_date <= week.sunday]

        def was_mastered(id: str) -> bool:
            own = [one for one in before if one.concept == id]
            return is_mastered(cards(own, memory).get(id), own, memory, week.monday)

        return MemberWeek(
            person=member.person,
            shares_name=member.shares_name,
            days=frozenset(one.study_date for one in within),
            questions=len(within),
            begun=frozenset(one.concept for one in standing.learned.begun),
            begun_before=frozenset(one.concept for one in before if not one.aside),
            mastered=frozenset(standing.mastered),
            mastered_before=frozenset(id for id in standing.mastered if was_mastered(id)),
        )

    def nudge(self, database: Database, nudge: Nudge, now: datetime) -> NudgePost | None:
        """What a nudge says; None where it is too late, not wanted any more, or not needed."""
        group, member = self._groups.find(database, nudge.group), None
        if group is not None and group.active and now < nudge.until:
            member = self._groups.member(database, group.id, nudge.learner)
        if group is None or member is None or not member.wants_nudge:
            return None
        monday = monday_of(nudge.day)
        resting = self._store.paused_at(database, group.id) is not None
        if resting or self._store.practised_within(database, member.learner, monday, monday + 6 * DAY):
            return None
        return NudgePost(member.person, group, self.course(database, group).week(monday).concepts)
