from pathlib import Path

import pytest

from foundation.errors import GradusError
from training import artifacts
from training.records import Claim, Point

FIRST, SECOND = Claim("r1", 1, "w"), Claim("r1", 2, "w")


def publish(runs: Path, claim: Claim) -> None:
    artifacts.publish(runs, claim, spec={}, metrics={}, points=[Point(1, 2, {"dead": 0.5})], status={})


def test_a_folder_is_hidden_until_it_is_whole(tmp_path: Path) -> None:
    hidden = artifacts.workshop(tmp_path, FIRST)
    (hidden / "files").mkdir()
    (hidden / "model.safetensors").write_bytes(b"weights")
    assert artifacts.found(tmp_path, "r1", 1) == {}
    publish(tmp_path, FIRST)
    assert set(artifacts.found(tmp_path, "r1", 1)) == {"spec", "metrics", "curve", "status", "model"}
    assert not hidden.exists()


def test_what_a_task_left_is_found_by_its_name_and_links_are_not(tmp_path: Path) -> None:
    hidden = artifacts.workshop(tmp_path, FIRST)
    (hidden / "files").mkdir()
    (hidden / "files" / "samples.png").write_bytes(b"png")
    (hidden / "files" / "passwd").symlink_to("/etc/passwd")
    publish(tmp_path, FIRST)
    assert artifacts.found(tmp_path, "r1", 1)["samples.png"].read_bytes() == b"png"
    assert "passwd" not in artifacts.found(tmp_path, "r1", 1)


def test_a_long_log_keeps_its_end(tmp_path: Path) -> None:
    log = artifacts.workshop(tmp_path, FIRST) / artifacts.LOG
    log.write_text("x" * 2 * artifacts.LONGEST_LOG + "the end")
    publish(tmp_path, FIRST)
    kept = artifacts.found(tmp_path, "r1", 1)["log"].read_text()
    assert kept.startswith("… the beginning is cut off\n")
    assert kept.endswith("xxthe end")
    assert len(kept.encode()) < artifacts.LONGEST_LOG + 100


def test_an_attempt_goes_on_from_the_newest_before_it(tmp_path: Path) -> None:
    assert artifacts.last_checkpoint(tmp_path, SECOND) is None
    for attempt in (1, 2, 9, 10):
        file = artifacts.checkpoint(tmp_path, Claim("r1", attempt, "w"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert artifacts.last_checkpoint(tmp_path, SECOND) == artifacts.checkpoint(tmp_path, FIRST)
    newest = artifacts.last_checkpoint(tmp_path, Claim("r1", 11, "w"))
    assert newest is not None
    assert newest.name == "10.pt"


def test_tidying_discarding_and_removing(tmp_path: Path) -> None:
    for claim in (FIRST, SECOND):
        artifacts.workshop(tmp_path, claim)
        publish(tmp_path, claim)
    artifacts.workshop(tmp_path, FIRST)
    artifacts.tidy(tmp_path, "r1", 2)
    assert [one.name for one in (tmp_path / "r1").iterdir()] == ["2"]
    artifacts.discard(tmp_path, SECOND)
    assert list((tmp_path / "r1").iterdir()) == []
    assert artifacts.remove(tmp_path, ["r1", "never"]) == ["r1", "never"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", ["", "..", "a/b", "/etc"])
def test_no_id_leads_out_of_the_folder(tmp_path: Path, id: str) -> None:
    with pytest.raises(ValueError, match="no id of a run"):
        artifacts.remove(tmp_path, [id])


def test_a_place_that_can_t_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(GradusError, match="cannot write in"):
        artifacts.workshop(tmp_path / "runs", FIRST)
