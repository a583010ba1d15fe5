"""The use case of study groups: making one, finding one, and everything that its people do with it.

Whoever presses is a `person` (their Discord id). What a change means for the group's place on Discord is done
afterwards, by whoever settles groups.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.groups.finding import Fit, Seeker, fit
from bot.groups.group import FASTEST, SLOWEST, USUAL_PACE, WEEK, Group, Member, Notice, Request
from bot.groups.group_outline import Outline, Rules, meant, name_of, when
from bot.groups.group_settling import Settling
from bot.groups.group_store import GroupStore
from bot.groups.word_list import check
from bot.road.plan_store import KeptPlan, PlanStore
from bot.road.standings import Standings
from bot.servers.store import ServerStore
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore

MOST_OWNED = 5  # groups that go on, for one person on one server
MOST_GROUPS = 100  # groups that go on, on one server

GONE = "There is no such group any more. `/group find` shows those that there are."
NOT_IN_IT = "You are not in this group. `/group find` shows how to get in."
NOT_THE_OWNER = "Only the group's owner can do that."
NOT_IN_CHARGE = "Only the group's owner or a moderator can do that."
ARCHIVED = "This group is archived. Its owner can bring it back with `/group mine`."
ELSEWHERE = "This group belongs to another server."
FULL = "This group is full. `/group find` shows others, or make your own with `/group create`."
NAME_TAKEN = "Another group here has this name by now. Its owner can give it another with **Edit** in `/group mine`."
FULL_FOR_ASKER = "The group is full. Make it larger with **Rules** in `/group mine`, or decline."


@dataclass(frozen=True)
class Made:
    """A group that was made or changed, and what could not be read, in lines that say what to do."""

    group: Group
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupView:
    """A group with its people.

    Attributes:
        own: who looks, as a member; None where they are none.
        asked: whether who looks has asked to join.
        requests: who asks to join, for the eyes of those who decide.
    """

    group: Group
    members: tuple[Member, ...]
    own: Member | None = None
    asked: bool = False
    requests: tuple[Request, ...] = ()

    @property
    def full(self) -> bool:
        """Whether nobody more gets in."""
        return len(self.members) >= self.group.size

    @property
    def owner(self) -> Member | None:
        """Whose it is."""
        return next((one for one in self.members if one.owns), None)


@dataclass(frozen=True)
class Match:
    """A group that somebody may join, with how well it fits them."""

    group: Group
    people: int
    fit: Fit
    asked: bool = False


@dataclass(frozen=True)
class Decided:
    """What became of a request; `request` is None where it was gone."""

    view: GroupView
    request: Request | None


class Groups:
    """Study groups. Who is a moderator the driver says: it knows who may manage the server.

    Attributes:
        settling: what groups are to have on Discord.
    """

    def __init__(
        self,
        curriculum: Curriculum,
        database: DatabaseThread,
        standings: Standings,
        id_source: Callable[[], str],
    ) -> None:
        """`id_source` names groups, by short letters and digits."""
        self._curriculum = curriculum
        self._database = database
        self._standings = standings
        self._id_source = id_source
        self._store = GroupStore()
        self._learners = LearnerStore()
        self._plans = PlanStore()
        self._servers = ServerStore()
        self.settling = Settling(database)

    # ------------------------------------------------------------------------------------ making one

    async def create(self, person: int, server: int, home: int, outline: Outline, rules: Rules, now: datetime) -> Made:
        """Make a group, whose owner the person is. What of the meeting or the zone can't be read is left out, and
        said; the person's own zone stands in for one that was not typed.

        Args:
            home: the channel under which its thread is to be opened.

        Raises:
            GradusError: the name is taken, nothing is to be learned, or something is out of bounds.
        """

        def act(database: Database) -> Made:
            with writing(database):
                owner = self._learners.learner_for(database, person, now)
                there = self._with_room(database, server, owner.id)
                check(outline.name, self._servers.settings(database, server).word_list)
                stage, concepts = meant(outline.about, self._curriculum.catalogue)
                zone, meeting, complaints = when(outline, owner.zone)
                group = Group(
                    id=self._id_source(),
                    server=server,
                    name=name_of(outline.name, there),
                    owner=owner.id,
                    stage=stage,
                    concepts=concepts,
                    pace=outline.pace,
                    meeting=meeting,
                    zone=zone,
                    minutes=rules.minutes,
                    approval=rules.approval,
                    size=rules.size,
                    created_at=now,
                    home=home,
                    wants_channel=rules.wants_channel,
                    wants_role=rules.wants_role,
                )
                self._store.add(database, group, owner.id)
                return Made(group, complaints)

        return await self._database.run(act)

    async def describe(self, person: int, id: str, outline: Outline) -> Made:
        """Change what a group is about and when it meets; its owner may.

        Raises:
            GradusError: they may not, or as in `create`.
        """

        def act(database: Database) -> Made:
            with writing(database):
                group = self._own(database, person, id)
                there = [one for one in self._store.of_server(database, group.server) if one.active and one.id != id]
                check(outline.name, self._servers.settings(database, group.server).word_list)
                stage, concepts = meant(outline.about, self._curriculum.catalogue)
                zone, meeting, complaints = when(outline, group.zone)
                changed = replace(
                    group,
                    name=name_of(outline.name, there),
                    stage=stage,
                    concepts=concepts,
                    pace=outline.pace,
                    meeting=meeting,
                    zone=zone,
                )
                self._store.keep(database, changed)
                return Made(changed, complaints)

        return await self._database.run(act)

    async def arrange(self, person: int, id: str, rules: Rules) -> Group:
        """Change who gets into a group and where it talks; its owner may.

        Raises:
            GradusError: they may not, it has more people than it is to hold, or something is out of bounds.
        """

        def act(database: Database) -> Group:
            with writing(database):
                group = self._own(database, person, id)
                people = len(self._store.members(database, id))
                changed = replace(
                    group,
                    approval=rules.approval,
                    size=rules.size,
                    minutes=rules.minutes,
                    wants_channel=rules.wants_channel,
                    wants_role=rules.wants_role,
                )
                if people > rules.size:
                    raise GradusError(f"{people} people are in the group already: it can't hold only {rules.size}.")
                self._store.keep(database, changed)
                return changed

        return await self._database.run(act)

    # --------------------------------------------------------------------------------------- looking

    async def view(self, id: str, person: int | None = None) -> GroupView:
        """A group with its people, as a person sees it.

        Raises:
            GradusError: there is none of that id.
        """
        return await self._database.run(lambda database: self._view(database, id, person))

    async def mine(self, person: int, server: int | None = None) -> tuple[Group, ...]:
        """The groups that a person is in, on a server or (None) on all: those first where they have to decide on
        somebody, then those that go on.
        """

        def read(database: Database) -> tuple[Group, ...]:
            learner = self._learners.find(database, person)
            if learner is None:
                return ()
            asked = self._store.asked_of(database, learner.id)
            groups = self._store.of_learner(database, learner.id, server)
            return tuple(sorted(groups, key=lambda one: not (one.active and one.id in asked)))

        return await self._database.run(read)

    async def of_server(self, server: int) -> tuple[tuple[Group, int], ...]:
        """Every group of a server with how many people it has, those that go on first."""

        def read(database: Database) -> tuple[tuple[Group, int], ...]:
            counts = self._store.counts(database, server)
            return tuple((one, counts.get(one.id, 0)) for one in self._store.of_server(database, server))

        return await self._database.run(read)

    async def asked(self, person: int) -> frozenset[str]:
        """The groups, by id, that a person asks to join."""

        def read(database: Database) -> frozenset[str]:
            learner = self._learners.find(database, person)
            return self._store.asked(database, learner.id) if learner else frozenset()

        return await self._database.run(read)

    async def notices(self, person: int) -> tuple[Notice, ...]:
        """What happened to a person's groups while they did not look; told once."""

        def act(database: Database) -> tuple[Notice, ...]:
            learner = self._learners.find(database, person)
            return self._store.take_notices(database, learner.id) if learner else ()

        return await self._database.run(act)

    async def find(self, person: int, server: int, stage: str | None, now: datetime) -> tuple[Match, ...]:
        """The groups of a server that a person may join or ask to, the best fit first.

        Args:
            stage: only those that learn something of it; None: all.
        """

        def read(database: Database) -> tuple[Match, ...]:
            seeker, asked, own = self._seeker(database, person, now)
            counts = self._store.counts(database, server)
            catalogue = self._curriculum.catalogue
            matches = []
            for group in self._store.of_server(database, server):
                taught = tuple(id for id in group.concepts if id in catalogue.concepts)
                stages_of = [catalogue.concepts[id].stage for id in taught]
                open = group.active and group.id not in own and counts.get(group.id, 0) < group.size
                if open and taught and stage in (None, *stages_of):
                    fits = fit(replace(group, concepts=taught), stages_of, [*catalogue.stages], seeker, now)
                    matches.append(Match(group, counts.get(group.id, 0), fits, group.id in asked))
            return tuple(sorted(matches, key=lambda one: -one.fit.score))

        return await self._database.run(read)

    def _seeker(self, database: Database, person: int, now: datetime) -> tuple[Seeker, frozenset[str], frozenset[str]]:
        """Who looks for a group, and the groups that they asked to join and are in."""
        catalogue = self._curriculum.catalogue
        learner = self._learners.find(database, person)
        standings = self._standings.read(database, learner, now)
        known = frozenset(id for id, one in standings.items() if one.state in ("mastered", "known"))
        ahead = (one.stage for id, one in catalogue.concepts.items() if id not in known)
        stage = next(ahead, [*catalogue.stages][-1])
        if learner is None:
            return Seeker(stage, known, None, USUAL_PACE), frozenset(), frozenset()
        plan = self._plans.find(database, learner.id)
        seeker = Seeker(stage, known, learner.zone, _pace(plan) if plan else USUAL_PACE)
        asked = self._store.asked(database, learner.id)
        return seeker, asked, frozenset(one.id for one in self._store.of_learner(database, learner.id))

    # ---------------------------------------------------------------------------------- going in and out

    async def join(self, person: int, server: int | None, id: str, now: datetime) -> GroupView:
        """Take a person into a group, or keep that they ask where its owner decides. Nothing happens where they are
        in it, or have asked, already.

        Raises:
            GradusError: it is archived, full, or of another server.
        """

        def act(database: Database) -> GroupView:
            with writing(database):
                group = self._group(database, id)
                if group.server != server:
                    raise GradusError(ELSEWHERE)
                if not group.active:
                    raise GradusError(ARCHIVED)
                learner = self._learners.learner_for(database, person, now)
                view = self._view(database, id, person)
                if view.own is None:
                    if view.full:
                        raise GradusError(FULL)
                    if group.approval:
                        self._store.ask(database, id, learner.id, now)
                    else:
                        self._store.join(database, id, learner.id, now)
                return self._view(database, id, person)

        return await self._database.run(act)

    async def decide(
        self, person: int, id: str, asker: int, accept: bool, now: datetime, *, moderator: bool
    ) -> Decided:
        """Let in, or turn away, a learner (`asker`) who asks to join.

        Raises:
            GradusError: the person is neither the owner nor a moderator, or the group is full or archived.
        """

        def act(database: Database) -> Decided:
            with writing(database):
                group = self._in_charge(database, person, id, moderator)
                view = self._view(database, id, person)
                request = next((one for one in self._store.requests(database, id) if one.learner == asker), None)
                if request is None:
                    return Decided(view, None)
                if accept:
                    if not group.active:
                        raise GradusError(ARCHIVED)
                    if view.full:
                        raise GradusError(FULL_FOR_ASKER)
                    self._store.join(database, id, asker, now)
                else:
                    self._store.withdraw(database, id, asker)
                return Decided(self._view(database, id, person), request)

        return await self._database.run(act)

    async def withdraw(self, person: int, id: str) -> Decided:
        """Take a person's own request to join away, where it waits still."""

        def act(database: Database) -> Decided:
            with writing(database):
                view = self._view(database, id, person)
                request = next((one for one in view.requests if one.person == person), None)
                if request is not None:
                    self._store.withdraw(database, id, request.learner)
                return Decided(self._view(database, id, person), request)

        return await self._database.run(act)

    async def leave(self, person: int, id: str, now: datetime) -> Group | None:
        """Take a person out; the longest member has the group then, and is told; one without people is archived. None
        where they were not in it.
        """

        def act(database: Database) -> Group | None:
            with writing(database):
                learner = self._learners.find(database, person)
                return self._out(database, id, learner.id, now) if learner else None

        return await self._database.run(act)

    async def remove(self, person: int, id: str, other: int, now: datetime, *, moderator: bool) -> Group:
        """Take another person out; the owner or a moderator may.

        Raises:
            GradusError: they may not, or the other is not in the group.
        """

        def act(database: Database) -> Group:
            with writing(database):
                group = self._in_charge(database, person, id, moderator)
                learner = self._learners.find(database, other)
                if learner is None or self._out(database, id, learner.id, now) is None:
                    raise GradusError("They are not in this group.")
                self._store.notify(database, learner.id, id, "removed", now)
                return group

        return await self._database.run(act)

    async def gone(self, id: str, learner: int, now: datetime) -> None:
        """Take a member out who has left the server."""
        await self._database.run(lambda database: self._out(database, id, learner, now))

    def _out(self, database: Database, id: str, learner: int, now: datetime) -> Group | None:
        return self._store.find(database, id) if self._store.leave(database, id, learner, now) else None

    async def hand_over(self, person: int, id: str, other: int, now: datetime) -> Group:
        """Make another member the owner, who is told.

        Raises:
            GradusError: the person is not the owner, or the other no member.
        """

        def act(database: Database) -> Group:
            with writing(database):
                group = self._own(database, person, id)
                learner = self._learners.find(database, other)
                if learner is None or self._store.member(database, id, learner.id) is None:
                    raise GradusError("A group can be handed only to one of its members.")
                if learner.id != group.owner:
                    self._store.hand_over(database, id, learner.id)
                    self._store.notify(database, learner.id, id, "handed over", now)
                return group

        return await self._database.run(act)

    async def archive(self, person: int, id: str, *, moderator: bool) -> Group:
        """Close a group; its owner or a moderator may.

        Raises:
            GradusError: they may not.
        """
        return await self._set_archived(person, id, True, moderator)

    async def revive(self, person: int, id: str, *, moderator: bool) -> Group:
        """Let an archived group go on; its owner or a moderator may.

        Raises:
            GradusError: they may not, nobody is left in it, its name is taken by now, or there are too many groups.
        """
        return await self._set_archived(person, id, False, moderator)

    async def _set_archived(self, person: int, id: str, archived: bool, moderator: bool) -> Group:
        def act(database: Database) -> Group:
            with writing(database):
                group = self._in_charge(database, person, id, moderator)
                if not archived and group.owner is None:
                    raise GradusError("Nobody is left in this group. Make a new one with `/group create`.")
                if group.owner is not None and not archived and not group.active:
                    there = self._with_room(database, group.server, group.owner)
                    if any(one.name.casefold() == group.name.casefold() for one in there):
                        raise GradusError(NAME_TAKEN)
                if group.active == archived:
                    self._store.set_state(database, id, "archived" if archived else "active")
                return self._group(database, id)

        return await self._database.run(act)

    async def wish(
        self, person: int, id: str, *, shares_name: bool | None = None, wants_nudge: bool | None = None
    ) -> None:
        """Keep whether digests may name a member, or whether they want to be reminded.

        Raises:
            GradusError: they are no member.
        """

        def act(database: Database) -> None:
            with writing(database):
                own = self._view(database, id, person).own
                if own is None:
                    raise GradusError(NOT_IN_IT)
                self._store.set_wishes(
                    database,
                    id,
                    own.learner,
                    shares_name=own.shares_name if shares_name is None else shares_name,
                    wants_nudge=own.wants_nudge if wants_nudge is None else wants_nudge,
                )

        await self._database.run(act)

    # ------------------------------------------------------------------------------------ who may what

    def _with_room(self, database: Database, server: int, owner: int) -> list[Group]:
        """The groups that go on on a server, where one more of this owner's has room beside them."""
        there = [one for one in self._store.of_server(database, server) if one.active]
        if len(there) >= MOST_GROUPS:
            raise GradusError("This server has as many groups as I keep. Find one with `/group find`.")
        if sum(one.owner == owner for one in there) >= MOST_OWNED:
            raise GradusError(
                f"{MOST_OWNED} groups are the most that one person owns. Archive one or hand it over first."
            )
        return there

    def _group(self, database: Database, id: str) -> Group:
        group = self._store.find(database, id)
        if group is None:
            raise GradusError(GONE)
        return group

    def _view(self, database: Database, id: str, person: int | None) -> GroupView:
        group = self._group(database, id)
        members, requests = self._store.members(database, id), self._store.requests(database, id)
        own = next((one for one in members if one.person == person), None)
        return GroupView(group, members, own, any(one.person == person for one in requests), requests)

    def _owns(self, database: Database, person: int, group: Group) -> bool:
        learner = self._learners.find(database, person)
        return learner is not None and learner.id == group.owner

    def _own(self, database: Database, person: int, id: str) -> Group:
        group = self._group(database, id)
        if not self._owns(database, person, group):
            raise GradusError(NOT_THE_OWNER)
        return group

    def _in_charge(self, database: Database, person: int, id: str, moderator: bool) -> Group:
        group = self._group(database, id)
        if not moderator and not self._owns(database, person, group):
            raise GradusError(NOT_IN_CHARGE)
        return group


def _pace(plan: KeptPlan) -> int:
    """How many concepts a week a plan has, within what groups do."""
    ends = [one.end for one in plan.items if one.item.kind == "concept" and one.end]
    if not ends:
        return USUAL_PACE
    weeks = max(1.0, (max(ends) - plan.begins) / WEEK)
    return min(FASTEST, max(SLOWEST, round(len(ends) / weeks)))
