"""Servers' own settings, block lists and rates."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.assembly import STORES
from bot.servers.servers import DIRECT_PER_HOUR, Servers
from bot.servers.settings import Rates, ServerSettings
from bot.servers.store import ServerStore
from foundation.database import DatabaseThread, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from tests.bot.conftest import NOW

HERE, ELSEWHERE = 10, 20
ADA, BOB = 1, 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gradus.sqlite3"
    migrate(path, [store.migrations for store in STORES])
    return path


@pytest.fixture
def thread(path: Path) -> Iterator[DatabaseThread]:
    thread = DatabaseThread(path)
    yield thread
    thread.close()


@pytest.fixture
def servers(thread: DatabaseThread) -> Servers:
    return Servers(thread)


def test_without_a_list_every_channel_is_allowed() -> None:
    assert ServerSettings().speaks_in(5)


def test_a_thread_goes_by_its_channel() -> None:
    settings = ServerSettings(allowed_channels=frozenset({5}))
    assert settings.speaks_in(5)
    assert settings.speaks_in(6, parent=5)
    assert not settings.speaks_in(6)
    assert not settings.speaks_in(6, parent=7)


def test_roles_that_may_train() -> None:
    assert ServerSettings().may_train(())
    chosen = ServerSettings(training_roles=frozenset({7, 8}))
    assert chosen.may_train([8, 9])
    assert not chosen.may_train([9])


@pytest.mark.parametrize("most", [0, -3, 601])
def test_a_rate_out_of_bounds_is_refused_with_its_bounds(most: int) -> None:
    with pytest.raises(GradusError, match="choose 1 to 600"):
        ServerSettings(questions_per_hour=most)


def test_within_any_hour_no_more_than_the_limit_come() -> None:
    rates = Rates()
    assert rates.wait(HERE, ADA, 2, NOW) is None
    assert rates.wait(HERE, ADA, 2, NOW + timedelta(minutes=10)) is None
    assert rates.wait(HERE, ADA, 2, NOW + timedelta(minutes=20)) == timedelta(minutes=40)
    assert rates.wait(HERE, BOB, 2, NOW + timedelta(minutes=20)) is None
    assert rates.wait(ELSEWHERE, ADA, 2, NOW + timedelta(minutes=20)) is None
    assert rates.wait(HERE, ADA, 2, NOW + timedelta(minutes=60)) is None


def test_a_refused_coming_does_not_count() -> None:
    rates = Rates()
    rates.wait(HERE, ADA, 1, NOW)
    for minute in range(1, 60):
        assert rates.wait(HERE, ADA, 1, NOW + timedelta(minutes=minute)) == timedelta(minutes=60 - minute)
    assert rates.wait(HERE, ADA, 1, NOW + timedelta(minutes=60)) is None


def test_a_lowered_limit_holds_at_once() -> None:
    rates = Rates()
    for minute in range(3):
        rates.wait(HERE, ADA, 5, NOW + timedelta(minutes=minute))
    assert rates.wait(HERE, ADA, 1, NOW + timedelta(minutes=3)) == timedelta(minutes=59)


def test_idle_people_are_let_go() -> None:
    rates = Rates()
    rates.wait(HERE, ADA, 5, NOW)
    rates.wait(HERE, BOB, 1, NOW + timedelta(minutes=30))
    rates.forget_idle(NOW + timedelta(minutes=70))
    assert len(rates._came) == 1
    assert rates.wait(HERE, BOB, 1, NOW + timedelta(minutes=70)) == timedelta(minutes=20)


async def test_each_server_keeps_its_own_settings(servers: Servers, path: Path) -> None:
    changed = await servers.change(HERE, lambda one: replace(one, allowed_channels=frozenset({2, 1}), quiz_channel=3))
    assert changed.quiz_channel == 3
    assert await servers.settings(ELSEWHERE) == ServerSettings()
    again = DatabaseThread(path)  # as after a restart
    assert await Servers(again).settings(HERE) == changed
    again.close()


async def test_changes_at_the_same_time_are_all_kept(servers: Servers) -> None:
    def adding(channel: int) -> Callable[[ServerSettings], ServerSettings]:
        return lambda one: replace(one, allowed_channels=one.allowed_channels | {channel})

    await asyncio.gather(*(servers.change(HERE, adding(channel)) for channel in range(1, 21)))
    assert (await servers.settings(HERE)).allowed_channels == frozenset(range(1, 21))


async def test_a_change_out_of_bounds_leaves_everything_as_it_was(servers: Servers) -> None:
    before = await servers.change(HERE, lambda one: replace(one, questions_per_hour=7))
    with pytest.raises(GradusError):
        await servers.change(HERE, lambda one: replace(one, questions_per_hour=0))
    assert await servers.settings(HERE) == before


async def test_somebody_blocked_is_refused_there_and_nowhere_else(servers: Servers) -> None:
    await servers.block(HERE, ADA, NOW)
    await servers.block(HERE, ADA, NOW)
    with pytest.raises(GradusError, match="moderators"):
        await servers.admit(HERE, ADA, NOW)
    await servers.admit(ELSEWHERE, ADA, NOW)
    await servers.admit(None, ADA, NOW)
    await servers.admit(HERE, BOB, NOW)
    assert await servers.blocked(HERE) == (ADA,)
    await servers.unblock(HERE, ADA)
    await servers.admit(HERE, ADA, NOW)


async def test_who_asks_too_often_is_told_when_to_come_back(servers: Servers) -> None:
    await servers.change(HERE, lambda one: replace(one, questions_per_hour=2))
    await servers.admit(HERE, ADA, NOW)
    await servers.admit(HERE, ADA, NOW + timedelta(minutes=58, seconds=30))
    with pytest.raises(GradusError, match=r"2 questions within an hour.*in 1 minute\."):
        await servers.admit(HERE, ADA, NOW + timedelta(minutes=59, seconds=30))
    await servers.admit(HERE, ADA, NOW + timedelta(minutes=60))


async def test_direct_messages_have_a_limit_too(servers: Servers) -> None:
    for _ in range(DIRECT_PER_HOUR):
        await servers.admit(None, ADA, NOW)
    with pytest.raises(GradusError, match="direct messages"):
        await servers.admit(None, ADA, NOW)


def test_a_block_is_in_the_export_and_outlives_a_deletion(thread: DatabaseThread) -> None:
    store = ServerStore()

    def act(database: Database) -> None:
        learner = LearnerStore().learner_for(database, ADA, NOW)
        store.block(database, HERE, ADA, NOW)
        assert store.export(database, learner.id)["blocks"][0]["server"] == str(HERE)
        store.forget(database, learner.id)
        assert store.is_blocked(database, HERE, ADA)

    thread.call(act)
