"""Building: what is reused, what a crash leaves, and what damage says."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import GradusError
from index.build import build_index, unchanged
from index.passages import Passage
from index.search import Index
from index.storage import CURRENT, MANIFEST, PASSAGES, SENTENCES, TOKENS
from tests.index.stand_in import StandIn, labelled

ROOT = Path(__file__).resolve().parents[2]


def _folders(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if path.is_dir())


def test_only_what_changed_is_encoded_again(tmp_path: Path) -> None:
    before = labelled("old", 6)
    build_index(before, tmp_path, StandIn())
    changed = Passage("p3", "old", "Another text.")
    after = (Passage("new", "", "A new passage."), *before[:3], changed, *before[4:])
    encoder = StandIn()
    report = build_index(after, tmp_path, encoder)
    assert sorted(encoder.encoded) == ["A new passage.", "old. Another text."]
    assert (report.passages, report.embedded, report.reused, report.removed) == (7, 2, 5, 1)


def test_reused_vectors_are_those_of_a_fresh_build(tmp_path: Path) -> None:
    build_index(labelled("old", 6), tmp_path / "a", StandIn())
    mixed = (*labelled("new", 3), *(Passage(f"q{n}", one.title, one.text) for n, one in enumerate(labelled("old", 6))))
    build_index(mixed, tmp_path / "a", StandIn())
    build_index(mixed, tmp_path / "b", StandIn())
    one, other = Index.open(tmp_path / "a"), Index.open(tmp_path / "b")
    assert one.manifest == other.manifest  # with the hashes of all files
    assert [one.passages, len(one)] == [mixed, 9]


def test_an_unchanged_index_is_not_written_again(tmp_path: Path) -> None:
    build_index(labelled("same"), tmp_path, StandIn())
    encoder = StandIn()
    report = build_index(labelled("same"), tmp_path, encoder)
    assert (report.changed, report.embedded, encoder.encoded) == (False, 0, [])
    assert _folders(tmp_path) == ["generation-000001"]


def test_whether_anything_changed_is_known_without_an_encoder(tmp_path: Path) -> None:
    identity = StandIn().identity
    assert unchanged(labelled("same"), tmp_path / "index", identity) is None
    assert not (tmp_path / "index").exists()
    built = build_index(labelled("same"), tmp_path / "index", StandIn())
    report = unchanged(labelled("same"), tmp_path / "index", identity)
    assert report == replace(built, embedded=0, reused=len(labelled("same")), changed=False)
    assert unchanged(labelled("other"), tmp_path / "index", identity) is None
    assert unchanged(labelled("same"), tmp_path / "index", StandIn("another").identity) is None
    (tmp_path / "index" / "generation-000001" / TOKENS).unlink()
    assert unchanged(labelled("same"), tmp_path / "index", identity) is None


def test_a_new_id_or_section_is_written_without_encoding(tmp_path: Path) -> None:
    build_index([Passage("a", "T", "Text.")], tmp_path, StandIn())
    encoder = StandIn()
    report = build_index([Passage("a", "T", "Text.", concept="dropout")], tmp_path, encoder)
    assert (report.changed, encoder.encoded) == (True, [])
    assert Index.open(tmp_path).passages[0].concept == "dropout"


def test_another_model_encodes_everything_and_the_old_one_is_refused(tmp_path: Path) -> None:
    build_index(labelled("x", 5), tmp_path, StandIn("first"))
    second = StandIn("second")
    with pytest.raises(GradusError, match="built by the encoder 'first', not by 'second'"):
        Index.open(tmp_path, second.identity)
    assert build_index(labelled("x", 5), tmp_path, second).embedded == 5
    assert Index.open(tmp_path, second.identity).identity == second.identity


def test_progress_counts_what_is_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.build.BLOCK", 4)
    build_index(labelled("x", 3), tmp_path, StandIn())
    seen: list[tuple[int, int]] = []
    build_index((*labelled("x", 3), *labelled("y", 12)[3:]), tmp_path, StandIn(), lambda *step: seen.append(step))
    assert seen == [(0, 9), (1, 9), (5, 9), (9, 9)]


def test_two_generations_stay_and_open_readers_keep_theirs(tmp_path: Path) -> None:
    build_index(labelled("one"), tmp_path, StandIn())
    reader = Index.open(tmp_path)
    query = StandIn().encode_query("one")
    before = reader.search("one", 5, query)
    for label in ("two", "three", "four"):
        build_index(labelled(label), tmp_path, StandIn())
    assert _folders(tmp_path) == ["generation-000003", "generation-000004"]
    assert reader.search("one", 5, query) == before


@pytest.mark.parametrize("passages", [[], [Passage("a", "", "x"), Passage("a", "", "y")]])
def test_no_passages_or_a_doubled_id_is_refused(tmp_path: Path, passages: list[Passage]) -> None:
    with pytest.raises(GradusError):
        build_index(passages, tmp_path, StandIn())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(GradusError, match="cannot write"):
        build_index(labelled("x"), tmp_path / "file" / "index", StandIn())


class _FailingError(Exception):
    pass


class _Failing(StandIn):
    def encode_tokens(self, texts: object) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float16]]]:
        raise _FailingError


def test_a_build_that_fails_leaves_the_old_index_and_nothing_else(tmp_path: Path) -> None:
    build_index(labelled("old"), tmp_path, StandIn())
    with pytest.raises(_FailingError):
        build_index(labelled("new"), tmp_path, _Failing())
    assert Index.open(tmp_path).passages == labelled("old")
    assert _folders(tmp_path) == ["generation-000001"]


def _start(out: Path, label: str, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.index.stand_in", str(out), label, str(seconds)]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_a_builder_killed_at_any_moment_leaves_a_whole_index(tmp_path: Path) -> None:
    build_index(labelled("first"), tmp_path, StandIn())
    rng = random.Random(7)
    known = [labelled("first")]
    for n in range(6):
        known.append(labelled(f"kill {n}"))
        builder = _start(tmp_path, f"kill {n}", 0.005)
        time.sleep(rng.uniform(0.0, 0.6))
        builder.send_signal(signal.SIGKILL)
        builder.communicate()
        assert Index.open(tmp_path, whole=True).passages in known
    report = build_index(labelled("last"), tmp_path, StandIn())
    assert report.changed
    assert Index.open(tmp_path, whole=True).passages == labelled("last")
    assert not [name for name in _folders(tmp_path) if name.startswith("building")]


def test_a_builder_killed_while_encoding_leaves_the_old_index_in_use(tmp_path: Path) -> None:
    build_index(labelled("old"), tmp_path, StandIn())
    builder = _start(tmp_path, "new", 10)
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob("building-*/" + TOKENS)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    builder.send_signal(signal.SIGKILL)
    builder.communicate()
    assert Index.open(tmp_path).passages == labelled("old")


def test_two_builders_at_once_both_finish(tmp_path: Path) -> None:
    builders = [_start(tmp_path, label, 0.002) for label in ("left", "right")]
    assert all("built" in builder.communicate(timeout=60)[0] for builder in builders)
    assert Index.open(tmp_path, whole=True).passages in (labelled("left"), labelled("right"))
    assert _folders(tmp_path) == ["generation-000001", "generation-000002"]


def test_readers_open_while_a_builder_swaps(tmp_path: Path) -> None:
    build_index(labelled("0", 3), tmp_path, StandIn())

    def rebuild() -> None:
        for n in range(1, 12):
            build_index(labelled(str(n), 3), tmp_path, StandIn())

    builder = threading.Thread(target=rebuild)
    builder.start()
    opened = 0
    while builder.is_alive():
        assert len(Index.open(tmp_path)) == 3
        opened += 1
    builder.join()
    assert opened


def _cut(name: str) -> Callable[[Path], None]:
    return lambda generation: os.truncate(generation / name, (generation / name).stat().st_size - 7)


def _flip(name: str) -> Callable[[Path], None]:
    def flip(generation: Path) -> None:
        content = bytearray((generation / name).read_bytes())
        content[len(content) // 2] ^= 0xFF
        (generation / name).write_bytes(content)

    return flip


@pytest.mark.parametrize(
    "damage",
    [
        *(_cut(name) for name in (TOKENS, SENTENCES, PASSAGES, MANIFEST, "words.json")),
        *(_flip(name) for name in (TOKENS, SENTENCES, PASSAGES, "bm25-rows.npy")),
        lambda generation: (generation / TOKENS).unlink(),
        lambda generation: (generation / MANIFEST).write_text("[]"),
        lambda generation: (generation / MANIFEST).write_text('{"format": 0}'),
        lambda generation: (generation / MANIFEST).write_text('{"format": 1, "files": {}, "model": {}}'),
        lambda generation: (generation.parent / CURRENT).write_text("generation-000009\n"),
        lambda generation: (generation.parent / CURRENT).write_text("../../etc\n"),
        lambda generation: (generation.parent / CURRENT).write_bytes(b"\xff\xfe"),
    ],
)
def test_a_damaged_index_says_so_in_one_line_and_is_built_anew(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    build_index(labelled("x", 5), tmp_path, StandIn())
    damage(tmp_path / "generation-000001")
    with pytest.raises(GradusError) as caught:
        Index.open(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "is damaged" in str(caught.value)
    assert "gradus index build" in str(caught.value)
    assert "gradus index corpus" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert build_index(labelled("x", 5), tmp_path, StandIn()).embedded == 5
    assert Index.open(tmp_path, whole=True).passages == labelled("x", 5)


def test_what_killed_builds_left_goes_even_where_nothing_changes(tmp_path: Path) -> None:
    build_index(labelled("x", 5), tmp_path, StandIn())
    whole = sorted(tmp_path.iterdir())
    (tmp_path / "building-000002").mkdir()
    (tmp_path / "building-000002" / PASSAGES).write_text("half")
    (tmp_path / f".{CURRENT}.0f0f").write_text("generation-")
    assert not build_index(labelled("x", 5), tmp_path, StandIn()).changed
    assert sorted(tmp_path.iterdir()) == whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_every_file_of_an_index_has_one_mode(tmp_path: Path) -> None:
    build_index(labelled("x", 5), tmp_path, StandIn())
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"]
    assert len({path.stat().st_mode for path in files}) == 1


def test_a_folder_without_an_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GradusError, match=r"there is no index at .*run `gradus index build`"):
        Index.open(tmp_path / "absent")


def test_nothing_in_an_index_is_a_pickle(small_folder: Path) -> None:
    for path in small_folder.glob("generation-*/*"):
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)
        else:
            assert path.suffix in {".json", ".jsonl", ".faiss", ".f16"}


def test_token_vectors_stay_on_disk(small: Index, small_folder: Path) -> None:
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("this system shows no /proc/self/maps")
    assert len(small)
    mapped = maps.read_text()
    for name in (TOKENS, SENTENCES):
        assert str(next(small_folder.glob(f"generation-*/{name}"))) in mapped
