"""The use case of a study group's week: its plan on Monday, its meetings, its digest on Sunday, and nudges.

As with daily prompts, planning and sending are apart. `plan` puts what is due into an outbox, at most once for a group,
a kind and a local date; `sending` takes one after another from it.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.calendars import CalendarEntry, calendar_file
from bot.curriculum import Curriculum
from bot.groups.group import Group, Member
from bot.groups.group_store import GroupStore
from bot.groups.groups import GONE, NOT_IN_CHARGE, NOT_IN_IT
from bot.groups.week import DAY, DIGEST_AT, Course, Occasion, Week, due, first_monday, local_monday, monday_of, next_at
from bot.groups.week_posts import WeekPosts
from bot.groups.week_sending import WeekSending
from bot.groups.week_store import Nudge, WeekStore
from bot.practising import Practising
from bot.road.standings import Standings
from bot.road.store import ProfileStore
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.days import prompt_at

BATCH = 200
"""Groups planned in one transaction."""

LATE_COMERS = timedelta(hours=12)
"""How long after a meeting somebody may still say that they came."""

EVENT_CHECK = timedelta(hours=6)
"""How often a scheduled event is looked at, in case somebody deleted it."""

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class CourseView:
    """A group's whole plan, for one of its members.

    Attributes:
        weeks: those with concepts, since the plan was last changed.
        passed: concepts without a week in it, though the group chose them: had before, or passed over.
        now: the Monday of the current week, or of the first; `begun` tells which.
        meeting: the next (UTC), or None.
        trouble: what stands in the way of scheduled events, in words.
        resting: whether its posts rest.
        in_charge: whether who looks owns the group.
    """

    group: Group
    weeks: tuple[Week, ...]
    passed: tuple[str, ...]
    now: date
    begun: bool
    meeting: datetime | None
    trouble: str
    resting: bool
    in_charge: bool


@dataclass(frozen=True)
class WantedEvent:
    """What a group's scheduled event should be; `begins` None: there should be none."""

    group: Group
    begins: datetime | None


class GroupWeeks:
    """Groups' weeks. A `person` is a Discord account.

    Attributes:
        sending: what carries them out.
    """

    def __init__(
        self, curriculum: Curriculum, database: DatabaseThread, practising: Practising, standings: Standings
    ) -> None:
        self._curriculum = curriculum
        self._database = database
        self._standings = standings
        self._posts = WeekPosts(database, practising, standings)
        self.sending = WeekSending(database, self._posts)
        self._store = WeekStore()
        self._groups = GroupStore()
        self._learners = LearnerStore()
        self._profiles = ProfileStore()

    # -------------------------------------------------------------------------------------- planning

    async def retime(self, now: datetime) -> None:
        """The tick that follows what owners change: new groups, other concepts, times, names and ends."""
        while await self._database.run(lambda database: self._retime(database, now)) == BATCH:
            pass

    def _retime(self, database: Database, now: datetime) -> int:
        with writing(database):
            changed = self._store.changed(database, BATCH)
            for id in changed:
                group = self._groups.find(database, id)
                if group is not None:
                    course = self._followed(database, group, now)
                    self._store.time(database, course, now if group.active else None, now)
            return len(changed)

    def _followed(self, database: Database, group: Group, now: datetime) -> Course:
        """A group's course after a change, to what it learns or to anything else."""
        before = self._store.course(database, group)
        monday = local_monday(group, now)
        if before is None:
            return Course(group, first_monday(group))
        if not self._store.is_timed(database, group.id) and group.active:  # out of the archive
            before = before.resumed(before.since, monday)
        same = (before.group.concepts, before.group.pace) == (group.concepts, group.pace)
        return replace(before, group=group) if same and group.active else before.changed(group, monday)

    async def plan(self, now: datetime) -> None:
        """The tick that puts what is due into the outbox."""
        while await self._database.run(lambda database: self._plan(database, now)) == BATCH:
            pass

    def _plan(self, database: Database, now: datetime) -> int:
        with writing(database):
            some = self._store.due(database, now, BATCH)
            for id in some:
                group = self._groups.find(database, id)
                if group is None or not group.active:
                    self._store.step(database, id, None)
                    continue
                found = due(group, now)
                self._store.plan(database, id, [one for one in found if one.kind != "nudge"])
                for one in found:
                    if one.kind == "nudge":
                        self._plan_nudges(database, group, one, now)
                self._store.step(database, id, next_at(group, now))
            return len(some)

    def _plan_nudges(self, database: Database, group: Group, occasion: Occasion, now: datetime) -> None:
        """Plan a nudge for everybody who asked for one, at their own hour."""
        for member in self._groups.members(database, group.id):
            if not member.wants_nudge:
                continue
            zone = member.zone or group.zone
            kept = self._profiles.find(database, member.learner).get("hour")
            at = prompt_at(occasion.day, time.fromisoformat(kept) if kept else DIGEST_AT, zone)
            until = prompt_at(occasion.day + DAY, time(0), zone)
            if until > now:
                self._store.plan_nudge(database, Nudge(member.learner, group.id, occasion.day, until), at)

    async def forget_old(self, now: datetime) -> None:
        """The tick that removes what was said long ago."""
        await self._database.run(lambda database: self._store.forget_before(database, now - KEPT))

    # ---------------------------------------------------------------------------------------- events

    async def events_due(self, now: datetime, most: int) -> tuple[WantedEvent, ...]:
        """The groups whose scheduled event is due for a look, and what each should be."""

        def read(database: Database) -> tuple[WantedEvent, ...]:
            found = [self._groups.find(database, id) for id in self._store.events_due(database, now, most)]
            return tuple(self._wanted_event(database, one, now) for one in found if one is not None)

        return await self._database.run(read)

    def _wanted_event(self, database: Database, group: Group, now: datetime) -> WantedEvent:
        rests = not group.active or self._store.paused_at(database, group.id) is not None
        return WantedEvent(group, None if rests else group.next_meeting(now))

    async def keep_event(self, wanted: WantedEvent, event: int | None, trouble: str, now: datetime) -> None:
        """Keep a group's scheduled event, and what an admin can do where there should be one and is none."""
        soon = now + EVENT_CHECK
        ends = wanted.begins + timedelta(minutes=wanted.group.minutes) if wanted.begins else None
        again = min(soon, ends) if ends else None

        def keep(database: Database) -> None:
            with writing(database):
                if event != wanted.group.place.event:
                    self._groups.set_event(database, wanted.group.id, event)
                self._store.event_seen(database, wanted.group.id, again, trouble)

        await self._database.run(keep)

    async def look_at_events(self, now: datetime) -> None:
        """Have every scheduled event looked at: for the start."""
        await self._database.run(lambda database: self._store.look_at_events(database, now))

    # --------------------------------------------------------------------------------------- members

    async def view(self, person: int, id: str, now: datetime) -> CourseView:
        """A group's plan.

        Raises:
            GradusError: there is no such group, or the person is not in it.
        """

        def read(database: Database) -> CourseView:
            group, member = self._member(database, person, id)
            course = self._posts.course(database, group)
            weeks = tuple(course.weeks())
            shown = {one for week in weeks for one in week.concepts}
            monday = local_monday(group, now)
            return CourseView(
                group=group,
                weeks=weeks,
                passed=tuple(one for one in group.concepts if one not in shown),
                now=monday,
                begun=monday <= now.astimezone(ZoneInfo(group.zone)).date(),
                meeting=group.next_meeting(now) if group.active else None,
                trouble=self._store.event_trouble(database, id),
                resting=self._store.paused_at(database, id) is not None,
                in_charge=member.owns,
            )

        return await self._database.run(read)

    async def next_concept(self, person: int, id: str, day: date | None, now: datetime) -> str:
        """The concept of a week that a member is best asked about next: the first that they have not met, else the
        weakest.

        Args:
            day: one of the week; None: of the current one.

        Raises:
            GradusError: they are no member, or there is nothing to ask about.
        """

        def read(database: Database) -> str:
            group, _ = self._member(database, person, id)
            course = self._posts.course(database, group)
            monday = monday_of(day) if day else local_monday(group, now)
            some = course.week(monday).concepts or course.met(monday)
            asked = [one for one in some if self._curriculum.bank.of(one)]
            if not asked:
                raise GradusError("There are no questions on this week's concepts yet. `/quiz now` has others.")
            standings = self._standings.read(database, self._learners.find(database, person), now)
            return min(asked, key=lambda one: standings[one].strength or 0.0)

        return await self._database.run(read)

    async def come(self, person: int, id: str, day: date, now: datetime) -> bool:
        """Keep that a member came to the meeting of a local date; False where that is known.

        Raises:
            GradusError: they are no member, or the meeting was too long ago.
        """

        def act(database: Database) -> bool:
            with writing(database):
                _, member = self._member(database, person, id)
                meeting = self._store.occasion(database, id, "meeting", day)
                if meeting is None or now >= meeting.until + LATE_COMERS:
                    raise GradusError("This meeting is over. The next one has a button of its own.")
                return self._store.come(database, id, day, member.learner, now)

        return await self._database.run(act)

    async def go_on(self, person: int, id: str, now: datetime, *, moderator: bool) -> None:
        """Let a group's posts come again; its owner or a moderator may.

        Raises:
            GradusError: they may not.
        """

        def act(database: Database) -> None:
            with writing(database):
                group = self._groups.find(database, id)
                if group is None:
                    raise GradusError(GONE)
                learner = self._learners.find(database, person)
                if not moderator and (learner is None or learner.id != group.owner):
                    raise GradusError(NOT_IN_CHARGE)
                paused = self._store.paused_at(database, id)
                if paused is not None:
                    self._posts.wake(database, group, paused, now)

        await self._database.run(act)

    async def calendar(self, person: int, id: str, now: datetime) -> bytes:
        """A group's meetings and plan, from the current week on, as a calendar file.

        Raises:
            GradusError: they are no member, or nothing is to come.
        """

        def read(database: Database) -> tuple[Group, tuple[Week, ...]]:
            group, _ = self._member(database, person, id)
            monday = local_monday(group, now)
            return group, tuple(week for week in self._posts.course(database, group).weeks() if week.monday >= monday)

        group, weeks = await self._database.run(read)
        entries = [*self._meetings(group, now), *(self._planned(group, week) for week in weeks)]
        if not entries:
            raise GradusError(
                "The plan is through, and there is no fixed meeting: `/group mine` lets the owner set one."
            )
        return await asyncio.to_thread(calendar_file, group.name, entries, now)

    def _meetings(self, group: Group, now: datetime) -> list[CalendarEntry]:
        begins = group.next_meeting(now)
        if begins is None or group.meeting is None:
            return []
        zone = ZoneInfo(group.zone)
        day = begins.astimezone(zone).date()
        words = "The agenda comes the day before, in the group's room on Discord."
        start = datetime.combine(day, group.meeting.at, zone)
        uid = f"meetings@{group.id}.gradus"
        return [CalendarEntry(uid, f"{group.name}: meeting", words, start, group.minutes, weekly=True)]

    def _planned(self, group: Group, week: Week) -> CalendarEntry:
        titles = ", ".join(self._title(id) for id in week.concepts)
        words = "\n".join(f"/learn {self._title(id)}" for id in week.concepts)
        title = f"{group.name}, week {week.number}: {titles}"
        return CalendarEntry(f"week-{week.number}@{group.id}.gradus", title, words, week.monday, days=7)

    def _title(self, id: str) -> str:
        concept = self._curriculum.catalogue.concepts.get(id)
        return concept.title if concept else id

    def _member(self, database: Database, person: int, id: str) -> tuple[Group, Member]:
        group = self._groups.find(database, id)
        if group is None:
            raise GradusError(GONE)
        learner = self._learners.find(database, person)
        member = self._groups.member(database, id, learner.id) if learner else None
        if member is None:
            raise GradusError(NOT_IN_IT)
        return group, member
