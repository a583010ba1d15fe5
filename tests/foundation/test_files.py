import os
from pathlib import Path

import pytest

from foundation.errors import GradusError
from foundation.files import write_json, write_whole

as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GradusError, match="No space left on device"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_has_the_mode_that_the_umask_allows(tmp_path: Path, umask: int, mode: int) -> None:
    path = tmp_path / "file"
    before = os.umask(umask)
    try:
        write_whole(path, b"new")
        write_whole(path, b"newer")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == mode


def test_json_keeps_every_letter(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"é": [1, "∂"]})
    assert "∂" in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_a_path_through_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(GradusError, match=r"cannot write in .*: (File exists|Not a directory)"):
        write_whole(tmp_path / "file" / "below", b"x")


@as_root
def test_a_read_only_folder_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(GradusError, match="Permission denied; check its owner"):
        write_whole(tmp_path / "file", b"x")
