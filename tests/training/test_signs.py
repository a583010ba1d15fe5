"""Hands that show digits: the photographs' folder and archive, the drawn hands and the task."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foundation.errors import GradusError
from tests.training.interrupted import assert_fell, assert_going_on_changes_nothing
from training.data.hands import LEANING, UPRIGHT, hands
from training.data.signs import sign_digits
from training.specs import SignDigits
from training.tasks.sign_digits import train

SHARED = Path(__file__).parents[2] / "../shared/datasets"


def photographs(folder: Path, of_each: int) -> Path:
    """Drawn hands as the published set unpacks: `Dataset/<digit>/*.JPG`."""
    x, y = hands(10 * of_each, UPRIGHT, np.random.default_rng(0))
    for number, (picture, digit) in enumerate(zip(x, y, strict=True)):
        place = folder / f"sign-digits/Dataset/{digit}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.transpose(1, 2, 0)).save(place / f"IMG_{number:04}.JPG", "JPEG", quality=95)
    return folder / "sign-digits"


def packed(folder: Path) -> Path:
    """`Dataset.tar` in place of the folder, in another order and with members that do not belong there."""
    with tarfile.open(folder / "Dataset.tar", "w") as archive:
        for path in sorted((folder / "Dataset").rglob("*.JPG"), reverse=True):
            archive.add(path, path.relative_to(folder))
            path.unlink()
        for name in ("../0/evil.JPG", "Dataset/0/.DS_Store", "Dataset/10/x.JPG", "Dataset/readme.txt"):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        link = tarfile.TarInfo("Dataset/0/passwd.JPG")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    for place in (folder / "Dataset").iterdir():
        place.rmdir()
    (folder / "Dataset").rmdir()
    return folder


def test_the_archive_gives_what_its_folder_gives_and_nothing_else_of_it(tmp_path: Path) -> None:
    folder = photographs(tmp_path, 10)
    unpacked = sign_digits(tmp_path, seed=4)
    packed(folder)
    archived = sign_digits(tmp_path, seed=4)
    assert (unpacked.x_train == archived.x_train).all()
    assert (unpacked.y_test == archived.y_test).all()
    assert np.bincount(archived.y_test).tolist() == [2] * 10
    assert archived.name == "sign-digits"


def test_a_photograph_that_is_broken_is_named(tmp_path: Path) -> None:
    folder = photographs(tmp_path, 5)
    (folder / "Dataset/3/a.jpg").write_bytes(b"no picture")
    with pytest.raises(GradusError, match=r"^sign-digits/3/a\.jpg: not a photograph"):
        sign_digits(tmp_path)


def test_a_digit_with_too_few_photographs_is_named(tmp_path: Path) -> None:
    folder = photographs(tmp_path, 5)
    next((folder / "Dataset/7").iterdir()).unlink()
    with pytest.raises(GradusError, match="4 photographs of 7; five are the least"):
        sign_digits(tmp_path)


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "sign-digits").mkdir()
    (tmp_path / "sign-digits/Dataset.tar").write_bytes(b"not a tar" * 100)
    with pytest.raises(GradusError, match=r"sign-digits/Dataset.tar: damaged"):
        sign_digits(tmp_path)


def test_the_published_photographs_are_all_read() -> None:
    if not (SHARED / "sign-digits/Dataset.tar").is_file():
        pytest.skip("the published photographs are not on this machine")
    data = sign_digits(SHARED)
    assert len(data.y_train) + len(data.y_test) == 2062
    assert np.bincount(data.y_test).tolist() == [41, 41, 41, 41, 41, 41, 41, 41, 42, 41]


def test_drawn_hands_are_the_same_every_time_and_the_test_s_lean_further() -> None:
    x, y = hands(40, UPRIGHT, np.random.default_rng(1))
    again, _ = hands(40, UPRIGHT, np.random.default_rng(1))
    assert (x == again).all()
    assert np.bincount(y).tolist() == [4] * 10
    assert UPRIGHT[1] <= LEANING[0]


def test_it_learns_and_goes_on_where_it_was(tmp_path: Path) -> None:
    photographs(tmp_path, 16)
    spec = SignDigits(epochs=10, batch_size=8, turn=0.1, dropout=0.1, learning_rate=0.004)
    run = assert_going_on_changes_nothing(lambda run: train(spec, run), tmp_path, tmp_path)
    assert len(run.points) >= 40
    assert_fell(run, "train_loss")
    assert (tmp_path / "model.safetensors").is_file()
