"""Handwritten digits: the small ones that come with scikit-learn, and MNIST's files."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import GradusError
from training.data.digits import digits

MNIST = Path(__file__).parents[3] / "shared/datasets/mnist"
PICTURES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with four small files of MNIST's form, gzipped and not."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, count in (("train", 30), ("t10k", 10)):
        pictures = np.arange(count * 784).reshape(count, 28, 28).astype(np.uint8)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures), mtime=0))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx((np.arange(count) % 10).astype(np.uint8)))
    return tmp_path


def test_without_files_the_small_digits_come_with_a_fifth_of_them_for_the_test(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        data = digits(folder)
        assert (data.name, data.version) == ("sklearn-digits", "1")
        assert data.x_train.shape == (1438, 1, 8, 8)
        assert data.x_test.shape == (359, 1, 8, 8)
        assert data.x_train.dtype == np.uint8
        assert data.x_train.max() == 255
        assert {*data.y_train.tolist()} == {*data.y_test.tolist()} == {*range(10)}


def test_files_are_read_gzipped_or_not(published: Path) -> None:
    data = digits(published)
    assert data.name == "mnist"
    assert data.x_train.shape == (30, 1, 28, 28)
    assert data.x_test[1, 0, 0, :3].tolist() == [16, 17, 18]
    assert data.y_test.tolist() == [*range(10)]


def broken(folder: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (folder / "mnist" / name).unlink()
    else:
        (folder / "mnist" / name).write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (LABELS, None, f"mnist/{LABELS}.gz is missing"),
        (LABELS, b"", f"mnist/{LABELS}: not an IDX file of bytes with 1 axes"),
        (LABELS, idx(np.zeros(29, np.uint8)), "29 labels for 30 pictures"),
        (LABELS, idx(np.full(30, 10, np.uint8)), "label 10, but 0 to 9 are"),
        (LABELS, idx(np.zeros(30, np.uint8))[:-1], "30 bytes announced, 29 there"),
        (LABELS, idx(np.zeros((30, 1), np.uint8)), "not an IDX file of bytes with 1 axes"),
        (f"{PICTURES}.gz", b"no gzip", f"mnist/{PICTURES}.gz: cannot be read, or is damaged"),
        (f"{PICTURES}.gz", gzip.compress(idx(np.zeros((30, 28, 28), np.uint8)), mtime=0)[:-20], "is damaged"),
        (f"{PICTURES}.gz", gzip.compress(idx(np.zeros((30, 8, 8), np.uint8)), mtime=0), "the pictures are not 28 × 28"),
        (f"{PICTURES}.gz", gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12 + b"x", mtime=0), "bytes announced, 1 there"),
    ],
)
def test_a_broken_file_is_named_with_what_to_do(published: Path, name: str, content: bytes, expected: str) -> None:
    broken(published, name, content)
    with pytest.raises(GradusError) as caught:
        digits(published)
    assert expected in str(caught.value)
    assert "put the published file there" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert str(published) not in str(caught.value)


@pytest.mark.skipif(not MNIST.is_dir(), reason="MNIST's files are not here")
def test_the_published_files_are_read() -> None:
    data = digits(MNIST.parent)
    assert data.x_train.shape == (60000, 1, 28, 28)
    assert np.bincount(data.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
