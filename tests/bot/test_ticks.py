import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.ticks import TickRegistry, drive
from foundation.errors import GradusError

START = datetime(2026, 3, 1, tzinfo=UTC)


def after(**parts: float) -> datetime:
    return START + timedelta(**parts)


def recorder() -> tuple[TickRegistry, list[datetime]]:
    registry, seen = TickRegistry(), []

    async def act(now: datetime) -> None:
        seen.append(now)

    registry.add("record", timedelta(hours=1), act)
    return registry, seen


async def test_a_tick_runs_at_once_and_then_when_due() -> None:
    registry, seen = recorder()
    for minutes in (0, 30, 59, 60, 61, 120):
        await registry.run_due(after(minutes=minutes))
    assert seen == [after(minutes=0), after(minutes=60), after(minutes=120)]


async def test_a_tick_missed_for_a_week_runs_once() -> None:
    registry, seen = recorder()
    await registry.run_due(START)
    await registry.run_due(after(days=7))
    await registry.run_due(after(days=7, minutes=1))
    assert seen == [START, after(days=7)]


async def test_a_tick_that_fails_is_logged_and_hinders_nobody(caplog: pytest.LogCaptureFixture) -> None:
    registry = TickRegistry()
    seen: list[str] = []

    async def fail(now: datetime) -> None:
        raise ValueError("boom")

    async def act(now: datetime) -> None:
        seen.append("ran")

    registry.add("fails", timedelta(hours=1), fail)
    registry.add("works", timedelta(hours=1), act)
    await registry.run_due(START)
    await registry.run_due(after(hours=1))
    assert seen == ["ran", "ran"]
    assert [record.message for record in caplog.records] == ["tick 'fails' failed"] * 2


async def test_a_tick_that_failed_is_tried_again_soon_and_a_plain_reason_is_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    registry = TickRegistry()
    moments: list[datetime] = []

    async def act(now: datetime) -> None:
        moments.append(now)
        if len(moments) == 1:
            raise GradusError("the database is locked")

    registry.add("daily", timedelta(days=1), act)
    for minutes in (0, 0.5, 1, 2):
        await registry.run_due(after(minutes=minutes))
    assert moments == [after(minutes=0), after(minutes=1)]
    assert [(record.message, record.exc_info) for record in caplog.records] == [
        ("tick 'daily' failed: the database is locked", None)
    ]


async def test_a_tick_still_running_is_not_started_again() -> None:
    registry = TickRegistry()
    gate, started = asyncio.Event(), []

    async def slow(now: datetime) -> None:
        started.append(now)
        await gate.wait()

    registry.add("slow", timedelta(seconds=1), slow)
    first = asyncio.create_task(registry.run_due(START))
    await asyncio.sleep(0)
    await registry.run_due(after(hours=1))
    assert started == [START]
    gate.set()
    await first
    await registry.run_due(after(hours=2))
    assert started == [START, after(hours=2)]


def test_a_name_is_given_once_and_a_period_is_positive() -> None:
    registry, _ = recorder()

    async def act(now: datetime) -> None: ...

    with pytest.raises(ValueError, match="two ticks are called 'record'"):
        registry.add("record", timedelta(hours=1), act)
    with pytest.raises(ValueError, match="no period"):
        registry.add("other", timedelta(0), act)


async def test_the_scheduler_drives_the_registry_by_the_clock() -> None:
    registry, seen = recorder()
    scheduler = drive(registry, lambda: START)
    job = scheduler.get_jobs()[0]
    assert (job.misfire_grace_time, job.coalesce) == (None, True)
    scheduler.start()
    await asyncio.sleep(1.3)
    scheduler.shutdown(wait=False)
    assert seen == [START]
