from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.clock import DemoClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_clock_follows_the_real_one_and_stays_ahead_by_its_jumps() -> None:
    real = [NOON]
    clock = DemoClock(lambda: real[0])
    clock.jump(timedelta(hours=1))
    real[0] += timedelta(minutes=5)
    clock.jump(timedelta(days=1))
    assert clock() == NOON + timedelta(days=1, hours=1, minutes=5)


def test_the_next_demo_begins_no_earlier_than_the_last_one_ended(tmp_path: Path) -> None:
    memory = tmp_path / "made" / "demo-clock.json"
    DemoClock(lambda: NOON, memory=memory).jump(timedelta(days=2))
    assert DemoClock(lambda: NOON, memory=memory)() == NOON + timedelta(days=2)


@pytest.mark.parametrize(
    "spoilt",
    ["", "[]", "{}", '{"ahead_seconds": "soon"}', '{"ahead_seconds": -60}', '{"ahead_seconds": 1e300}',
     '{"ahead_seconds": NaN}', '{"ahead_seconds": null}'],
)  # fmt: skip
def test_a_spoilt_memory_counts_as_none(tmp_path: Path, spoilt: str) -> None:
    memory = tmp_path / "demo-clock.json"
    memory.write_text(spoilt)
    assert DemoClock(lambda: NOON, memory=memory)() == NOON


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        DemoClock(lambda: NOON).jump(-timedelta(seconds=1))
