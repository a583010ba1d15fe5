"""Token vectors on disk: right, and never all in memory."""

import re
from pathlib import Path

import numpy as np
import pytest

from index.storage import TokenFile


def _resident(path: Path) -> int:
    """Bytes of the mapped file that count as this process's memory."""
    maps = Path("/proc/self/smaps").read_text()
    (block,) = re.findall(re.escape(str(path)) + r"\n(.*?)VmFlags", maps, re.DOTALL)
    (size,) = re.findall(r"^Rss:\s+(\d+) kB", block, re.MULTILINE)
    return 1024 * int(size)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="this system shows no /proc/self/smaps")
def test_reading_every_token_keeps_only_some_of_them_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.storage.KEPT", 2_000_000)
    values = np.random.default_rng(1).standard_normal((40_000, 384)).astype(np.float16)
    path = tmp_path / "tokens.f16"
    values.tofile(path)
    tokens = TokenFile(path, *values.shape)
    for _ in range(2):
        for start in range(0, len(values), 150):
            assert np.array_equal(tokens.rows(start, start + 150), values[start : start + 150])
            if not start % 3_000:
                assert _resident(path) < 6_000_000 < values.nbytes


def test_rows_taken_earlier_stay_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.storage.KEPT", 1)
    values = np.arange(12, dtype=np.float16).reshape(6, 2)
    values.tofile(tmp_path / "tokens.f16")
    tokens = TokenFile(tmp_path / "tokens.f16", 6, 2)
    first, second = tokens.rows(0, 3), tokens.rows(3, 6)
    assert np.array_equal(np.concatenate((first, second)), values)


def test_a_file_of_no_tokens_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "tokens.f16").touch()
    assert TokenFile(tmp_path / "tokens.f16", 0, 4).rows(0, 0).shape == (0, 4)
