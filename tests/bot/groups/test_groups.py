"""Study groups without Discord: whoever comes and goes, each has one owner, and nobody too many."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.assembly import STORES
from bot.curriculum import Curriculum
from bot.groups.group import Group, Notice, Place
from bot.groups.group_outline import Outline, Rules
from bot.groups.group_store import NAMELESS, GroupStore
from bot.groups.groups import MOST_OWNED, Groups
from bot.mine import Mine
from bot.practising import Practising
from bot.road.standings import Standings
from bot.servers.servers import Servers
from foundation.database import DatabaseThread, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from tests.bot.conftest import NOW

ADA, BOB, CAROL, SERVER = 101, 102, 103, 9
USUAL = Rules()


@pytest.fixture
def groups(curriculum: Curriculum, database: DatabaseThread, practising: Practising, ids: Callable[[], str]) -> Groups:
    return Groups(curriculum, database, Standings(curriculum, database, practising), ids)


async def make(groups: Groups, person: int = ADA, name: str = "Owls", rules: Rules = USUAL) -> Group:
    return (await groups.create(person, SERVER, 5, Outline(name, "Core"), rules, NOW)).group


async def test_however_many_want_the_last_seats_at_once_nobody_too_many_gets_in(groups: Groups) -> None:
    group = await make(groups, rules=Rules(size=4))
    wanting = [groups.join(person, SERVER, group.id, NOW) for person in range(200, 220)]
    results = await asyncio.gather(*wanting, return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in results) == 3
    assert all(isinstance(one, GradusError) for one in results if isinstance(one, Exception))
    assert len((await groups.view(group.id)).members) == 4


async def test_forgetting_an_owner_gives_the_group_to_the_longest_member_and_keeps_nothing_of_theirs(
    groups: Groups, database: DatabaseThread
) -> None:
    group = await make(groups)
    for number, person in enumerate((CAROL, BOB)):
        await groups.join(person, SERVER, group.id, NOW + timedelta(minutes=number))
    mine = Mine(database, STORES)
    packed = await mine.export(ADA, NOW)
    assert packed
    assert await mine.forget(ADA)
    view = await groups.view(group.id)
    assert [(one.person, one.owns) for one in view.members] == [(CAROL, True), (BOB, False)]
    assert [one.id for one in await groups.settling.unsettled()] == [group.id]
    assert await mine.count(ADA) == 0


async def test_forgetting_the_last_member_archives_the_group_and_requests_go_too(
    groups: Groups, database: DatabaseThread
) -> None:
    group = await make(groups, rules=Rules(approval=True))
    await groups.join(BOB, SERVER, group.id, NOW)
    mine = Mine(database, STORES)
    assert await mine.forget(BOB)
    assert (await groups.view(group.id)).requests == ()
    assert await mine.forget(ADA)
    left = (await groups.view(group.id)).group
    assert (left.state, left.name) == ("archived", NAMELESS)
    with pytest.raises(GradusError, match="Nobody is left"):
        await groups.revive(CAROL, group.id, moderator=True)


async def test_the_name_of_a_group_that_was_left_empty_is_forgotten_with_who_left_it(
    groups: Groups, database: DatabaseThread
) -> None:
    group, other = await make(groups), await make(groups, BOB, "Larks")
    await groups.leave(ADA, group.id, NOW)
    assert (await groups.view(group.id)).group.name == "Owls"
    assert await Mine(database, STORES).forget(ADA)
    assert [(await groups.view(one.id)).group.name for one in (group, other)] == [NAMELESS, "Larks"]


async def test_the_export_has_memberships_requests_and_owned_groups(groups: Groups, database: DatabaseThread) -> None:
    own = await make(groups)
    other = await make(groups, BOB, "Larks", Rules(approval=True))
    await groups.join(ADA, SERVER, other.id, NOW)

    def read(database: Database) -> dict[str, object]:
        learner = LearnerStore().find(database, ADA)
        assert learner is not None
        return dict(GroupStore().export(database, learner.id))

    data = json.loads(json.dumps(await database.run(read)))
    assert [row["group_id"] for row in data["group_members"]] == [own.id]
    assert [row["group_id"] for row in data["group_requests"]] == [other.id]
    assert [row["name"] for row in data["study_groups"]] == ["Owls"]


async def test_nobody_but_the_owner_changes_a_group(groups: Groups) -> None:
    group = await make(groups)
    await groups.join(BOB, SERVER, group.id, NOW)
    for act in (
        groups.describe(BOB, group.id, Outline("Mine", "Core")),
        groups.arrange(BOB, group.id, Rules()),
        groups.hand_over(BOB, group.id, BOB, NOW),
        groups.archive(BOB, group.id, moderator=False),
        groups.remove(BOB, group.id, ADA, NOW, moderator=False),
    ):
        with pytest.raises(GradusError, match="Only the group's owner"):
            await act
    assert (await groups.view(group.id)).group.name == "Owls"


async def test_news_is_told_once(groups: Groups) -> None:
    group = await make(groups)
    await groups.join(BOB, SERVER, group.id, NOW)
    await groups.hand_over(ADA, group.id, BOB, NOW)
    await groups.hand_over(BOB, group.id, BOB, NOW)
    await groups.remove(BOB, group.id, ADA, NOW, moderator=False)
    assert await groups.notices(BOB) == (Notice("Owls", "handed over"),)
    assert await groups.notices(BOB) == ()
    assert await groups.notices(ADA) == (Notice("Owls", "removed"),)


async def test_a_group_holds_no_fewer_than_it_has_and_bounds_are_said(groups: Groups) -> None:
    group = await make(groups)
    for person in (BOB, CAROL):
        await groups.join(person, SERVER, group.id, NOW)
    with pytest.raises(GradusError, match="3 people are in the group already"):
        await groups.arrange(ADA, group.id, Rules(size=2))
    with pytest.raises(GradusError, match="choose 2 to 25"):
        await groups.arrange(ADA, group.id, Rules(size=26))
    with pytest.raises(GradusError, match="choose 15 to 240"):
        await groups.arrange(ADA, group.id, Rules(minutes=5))


async def test_one_person_owns_few_groups_and_names_are_taken_only_among_those_that_go_on(groups: Groups) -> None:
    first = await make(groups)
    with pytest.raises(GradusError, match="has that name already"):
        await make(groups, BOB, "  oWLS ")
    await groups.archive(ADA, first.id, moderator=False)
    await make(groups, BOB, "owls")
    for number in range(MOST_OWNED):
        await make(groups, ADA, f"Group {number}")
    with pytest.raises(GradusError, match=f"{MOST_OWNED} groups are the most"):
        await make(groups, ADA, "One more")


async def test_an_archived_group_comes_back_only_where_there_is_room_and_its_name_is_free(groups: Groups) -> None:
    first = await make(groups)
    await groups.archive(ADA, first.id, moderator=False)
    await make(groups, BOB, "owls")
    with pytest.raises(GradusError, match="has this name by now"):
        await groups.revive(ADA, first.id, moderator=False)
    await groups.describe(ADA, first.id, Outline("Eagles", "Core"))
    assert (await groups.revive(ADA, first.id, moderator=False)).active
    assert (await groups.revive(ADA, first.id, moderator=False)).active  # a second press
    await groups.archive(ADA, first.id, moderator=False)
    for number in range(MOST_OWNED):
        await make(groups, ADA, f"Group {number}")
    with pytest.raises(GradusError, match=f"{MOST_OWNED} groups are the most"):
        await groups.revive(BOB, first.id, moderator=True)


async def test_the_heir_of_who_leaves_or_is_put_out_is_told(groups: Groups) -> None:
    group = await make(groups)
    await groups.join(BOB, SERVER, group.id, NOW)
    await groups.join(CAROL, SERVER, group.id, NOW + timedelta(minutes=1))
    await groups.leave(ADA, group.id, NOW)
    assert await groups.notices(BOB) == (Notice("Owls", "handed over"),)
    await groups.remove(CAROL, group.id, BOB, NOW, moderator=True)
    assert await groups.notices(CAROL) == (Notice("Owls", "handed over"),)
    assert await groups.notices(BOB) == (Notice("Owls", "removed"),)


async def test_a_name_passes_the_servers_word_list(groups: Groups, database: DatabaseThread) -> None:
    await Servers(database).change(SERVER, lambda old: replace(old, word_list=frozenset({"kazoo"})))
    with pytest.raises(GradusError, match="word list"):
        await make(groups, name="K4zoo players")


async def test_a_change_during_a_visit_is_not_taken_as_settled(groups: Groups) -> None:
    group = await make(groups)
    one = await groups.settling.to_settle(group.id)
    assert one is not None
    await groups.join(BOB, SERVER, group.id, NOW)
    await groups.settling.settled(one)
    assert [one.id for one in await groups.settling.unsettled()] == [group.id]
    again = await groups.settling.to_settle(group.id)
    assert again is not None
    await groups.settling.settled(again)
    assert await groups.settling.unsettled() == ()


async def test_its_place_leaves_its_event_alone(groups: Groups, database: DatabaseThread) -> None:
    group = await make(groups)
    await database.run(lambda db: GroupStore().set_event(db, group.id, 77))
    await groups.settling.keep_place(group.id, Place(thread=5))
    assert (await groups.view(group.id)).group.place == Place(thread=5, event=77)


PEOPLE = st.integers(0, 4)
ACTS = st.lists(st.tuples(st.sampled_from(["join", "leave", "hand", "forget"]), PEOPLE, PEOPLE), max_size=12)


@settings(max_examples=15, deadline=None)
@given(acts=ACTS)
def test_whoever_comes_and_goes_a_group_has_one_owner_or_nobody(
    acts: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = _fresh(tmp_path_factory)
    store, learners = GroupStore(), LearnerStore()
    try:
        database.call(lambda db: _play(db, store, learners, acts))
    finally:
        database.close()


def _fresh(folders: pytest.TempPathFactory) -> DatabaseThread:
    path = folders.mktemp("groups") / "gradus.sqlite3"
    migrate(path, [GroupStore.migrations, LearnerStore.migrations])
    return DatabaseThread(path)


def _play(database: Database, store: GroupStore, learners: LearnerStore, acts: list[tuple[str, int, int]]) -> None:
    group = Group("g", SERVER, "Owls", None, None, ("dropout",), 2, None, "UTC", 60, False, 8, NOW, 5)
    ids = [learners.learner_for(database, 100 + number, NOW).id for number in range(5)]
    store.add(database, group, ids[0])
    for number, (act, one, other) in enumerate(acts):
        at = NOW + timedelta(minutes=number)
        if act == "join":
            store.join(database, "g", ids[one], at)
        elif act == "leave":
            store.leave(database, "g", ids[one], at)
        elif act == "hand" and store.member(database, "g", ids[other]):
            store.hand_over(database, "g", ids[other])
        elif act == "forget":
            store.forget(database, ids[one])
        members = store.members(database, "g")
        found = store.find(database, "g")
        assert found is not None
        owners = [member.learner for member in members if member.owns]
        assert owners == ([found.owner] if members else [])
        assert members or found.state == "archived"
