"""The worker beside the bot: when it is started, what it is told, and how it ends."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.assembly import STORES
from bot.settings import Settings
from bot.working import MOST_DEATHS, Working, worker_environment
from foundation.database import migrate
from tests.bot.conftest import NOW

SECOND = timedelta(seconds=1)
SECRETS = {"DISCORD_TOKEN": "t", "GRADUS_LLM_KEY": "k", "AWS_SECRET_ACCESS_KEY": "a", "PATH": os.environ["PATH"]}


async def nobody() -> bool:
    return False


async def somebody() -> bool:
    return True


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "gradus.sqlite3"
    migrate(path, [store.migrations for store in STORES])
    return path


@pytest.fixture
def working(tmp_path: Path, database: Path) -> Iterator[Working]:
    made = Working(Settings(home=tmp_path), database, nobody, SECRETS, device="cpu")
    yield made
    made.stop()


def test_a_worker_is_told_its_settings_and_no_secret(tmp_path: Path) -> None:
    told = worker_environment(Settings(home=tmp_path, data_dir=tmp_path, worker_memory=1234), SECRETS)
    assert set(told) <= {"PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH"} | {one for one in told if "GRADUS_" in one}
    assert not {"DISCORD_TOKEN", "GRADUS_LLM_KEY", "AWS_SECRET_ACCESS_KEY"} & set(told)
    assert (told["GRADUS_HOME"], told["GRADUS_DATA_DIR"]) == (str(tmp_path), str(tmp_path))
    assert (told["GRADUS_WORKER_MEMORY"], told["GRADUS_TRAIN_LEARNER_SECONDS"]) == ("1234", "3600")


async def test_a_worker_runs_at_low_priority_without_the_bots_secrets_and_ends_with_it(working: Working) -> None:
    await working.tick(NOW)
    pid = working.pid
    assert pid is not None
    await working.tick(NOW + SECOND)
    assert working.pid == pid
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 10
    assert "GRADUS_HOME" in _of(pid, "environ")
    assert "DISCORD_TOKEN" not in _of(pid, "environ")
    working.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_where_somebodys_worker_is_there_none_is_started(tmp_path: Path, database: Path) -> None:
    working = Working(Settings(home=tmp_path), database, somebody, SECRETS, device="cpu")
    await working.tick(NOW)
    assert working.pid is None


async def test_a_worker_that_dies_is_started_again_after_a_pause_that_grows(working: Working) -> None:
    now, pids = NOW, set()
    for deaths in range(1, 3):
        await working.tick(now)
        assert working.pid is not None
        pids.add(working.pid)
        _kill(working)
        await working.tick(now)
        pause = SECOND * (1 << deaths - 1)
        await working.tick(now + pause / 2)
        assert working.pid is None
        now += pause
    assert len(pids) == 2


async def test_a_worker_that_keeps_dying_is_left_alone(working: Working, caplog: pytest.LogCaptureFixture) -> None:
    now = NOW
    for _ in range(MOST_DEATHS):
        await working.tick(now)
        _kill(working)
        await working.tick(now)
        now += 30 * SECOND
    for _ in range(3):
        now += 600 * SECOND
        await working.tick(now)
        assert working.pid is None
    assert sum("left alone" in one.message for one in caplog.records) == 1


async def test_a_gpu_that_pytorch_does_not_see_leaves_the_cpu(tmp_path: Path, database: Path) -> None:
    working = Working(Settings(home=tmp_path), database, nobody, SECRETS, device="cuda:no")  # refused at once
    await working.tick(NOW)
    _wait_for_its_end(working)
    await working.tick(NOW)
    await working.tick(NOW + SECOND)
    try:
        assert working.pid is not None
        assert "\0cpu\0" in _of(working.pid, "cmdline")
    finally:
        working.stop()


def _of(pid: int, what: str) -> str:
    """What the kernel says of a process; while that is being started, nothing."""
    end = time.monotonic() + 10
    while not (said := Path(f"/proc/{pid}/{what}").read_text()) and time.monotonic() < end:
        time.sleep(0.01)
    return said


def _kill(working: Working) -> None:
    assert working.pid is not None
    os.kill(working.pid, signal.SIGKILL)
    _wait_for_its_end(working)


def _wait_for_its_end(working: Working) -> None:
    end = time.monotonic() + 30
    while working.pid is not None and time.monotonic() < end:
        time.sleep(0.01)
