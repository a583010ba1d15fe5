"""Photographs that others made."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foundation.errors import GradusError
from training.data.photographs import LARGEST_FILE, decode, held_out, within


def jpeg(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "JPEG")
    return file.getvalue()


def bomb(side: int) -> bytes:
    """A PNG that announces `side` × `side` pixels and holds none of them."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_photograph_becomes_a_square_with_channels_first() -> None:
    picture = decode(jpeg((200, 30, 90)), "a.jpg", 16)
    assert picture.shape == (3, 16, 16)
    assert np.abs(picture.reshape(3, -1).mean(1) - (200, 30, 90)).max() < 4


def test_a_camera_s_turn_is_undone() -> None:
    image = Image.new("RGB", (40, 40), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 3
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    picture = decode(file.getvalue(), "a.jpg", 8)
    assert picture[0, 0].mean() < 20
    assert picture[0, -1].mean() > 235


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (bomb(7_000), "7000 × 7000 pixels, more than 40,000,000"),
        (bomb(12_000), "12000 × 12000 pixels, more than 40,000,000"),
        (bomb(60_000), "not a photograph, or a damaged or enormous one"),
        (jpeg((1, 2, 3))[:-300], "not a photograph, or a damaged"),
        (b"GIF89a" + bytes(100), "not a photograph"),
        (b"", "not a photograph"),
        (bytes(LARGEST_FILE + 1), "larger than 10,000,000 bytes"),
    ],
    ids=["large", "larger", "bomb", "cut short", "another format", "empty", "long"],
)
def test_what_is_no_photograph_is_refused_by_name(content: bytes, expected: str) -> None:
    with pytest.raises(GradusError) as caught:
        decode(content, "face-mask/a/b.jpg", 16)
    assert str(caught.value).startswith(f"face-mask/a/b.jpg: {expected}")


def test_only_photographs_of_a_folder_count(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", ".hidden.jpg", "notes.txt", "c.jpeg"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    assert [path.name for path in within(tmp_path)] == ["a.png", "b.JPG", "c.jpeg"]


def test_a_fifth_of_every_class_is_held_out_and_the_seed_chooses() -> None:
    labels = np.repeat([0, 1, 2], [50, 10, 205])
    test = held_out(labels, 0.2, seed=0)
    assert np.bincount(labels[test]).tolist() == [10, 2, 41]
    assert (test == held_out(labels, 0.2, seed=0)).all()
    assert (test != held_out(labels, 0.2, seed=1)).any()
