"""Published data sets, fetched from a server on this machine."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foundation.errors import GradusError
from training.data.download import ELSEWHERE, SETS, Published, download


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address under which its files are to be had."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def put(served: tuple[Path, str], name: str, content: bytes, members: tuple[str, ...] = ()) -> Published:
    folder, address = served
    (folder / name).write_bytes(content)
    return Published(f"{address}/{name}", len(content), hashlib.sha256(content).hexdigest(), members)


def test_a_set_comes_whole_with_its_progress(served: tuple[Path, str], tmp_path: Path) -> None:
    files = (put(served, "a.gz", b"x" * 700_000), put(served, "b.gz", b"yy"))
    told: list[tuple[int, int]] = []
    folder = download("few", tmp_path / "data", lambda done, total: told.append((done, total)), {"few": files})
    assert folder == tmp_path / "data" / "few"
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == {"a.gz": 700_000, "b.gz": 2}
    assert [path.name for path in folder.parent.iterdir()] == ["few"]
    assert told == sorted(told)
    assert told[-1] == (700_002, 700_002)


def test_an_archive_is_unpacked_in_its_place(served: tuple[Path, str], tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in (("in/one.bin", b"1"), ("in/two.bin", b"22"), ("../readme.html", b"no")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    file = put(served, "few.tar.gz", packed.getvalue(), ("in/one.bin", "in/two.bin"))
    folder = download("few", tmp_path / "data", lambda done, total: None, {"few": (file,)})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one.bin": b"1", "two.bin": b"22"}


@pytest.mark.parametrize("fault", ["changed", "short", "long", "gone", "no server", "no archive"])
def test_what_does_not_come_as_published_is_refused_in_a_line_and_leaves_nothing(
    served: tuple[Path, str], tmp_path: Path, fault: str
) -> None:
    good, file = put(served, "a.gz", b"fine"), put(served, "b.gz", b"0123456789")
    match fault:
        case "changed":
            (served[0] / "b.gz").write_bytes(b"012345678X")
        case "short":
            (served[0] / "b.gz").write_bytes(b"012345678")
        case "long":
            (served[0] / "b.gz").write_bytes(b"0123456789" * 1000)
        case "gone":
            (served[0] / "b.gz").unlink()
        case "no server":
            file = replace(file, url="http://127.0.0.1:9/b.gz")
        case _:
            file = replace(file, members=("in/one.bin",))
    with pytest.raises(GradusError) as caught:
        download("few", tmp_path / "data", lambda done, total: None, {"few": (good, file)})
    assert len(str(caught.value).splitlines()) == 1
    assert [*(tmp_path / "data").iterdir()] == []


def test_a_set_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    with pytest.raises(GradusError, match="mnist is there already"):
        download("mnist", tmp_path, lambda done, total: None)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_set_that_cannot_be_checked_is_said_to_be_elsewhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(GradusError, match=f"{name} is not fetched by itself: .*put it into"):
        download(name, tmp_path, lambda done, total: None)


def test_an_unknown_name_is_met_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(GradusError, match="did you mean 'mnist'"):
        download("minst", tmp_path, lambda done, total: None)


def test_every_file_has_a_secure_address_a_size_and_a_checksum() -> None:
    for file in (file for files in SETS.values() for file in files):
        assert file.url.startswith("https://")
        assert file.size > 4000
        assert len(bytes.fromhex(file.sha256)) == 32
