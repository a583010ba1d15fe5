"""Ten kinds of thing: the published form, the drawn things and the task."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import GradusError
from tests.training.interrupted import assert_fell, assert_going_on_changes_nothing
from training.data.cifar import cifar10, read_batch
from training.data.objects import KINDS, SEEN, UNSEEN, objects
from training.plain import PlainRun
from training.run import Stopped
from training.specs import TASKS, Cifar10
from training.tasks.cifar10 import train

SHARED = Path(__file__).parents[2] / "../shared/datasets"


def published(folder: Path, train: int, test: int) -> Path:
    """Drawn things in the form in which CIFAR-10 is published."""
    place = folder / "cifar10"
    place.mkdir()
    for name, count, hues in (("data_batch_1.bin", train, SEEN), ("test_batch.bin.gz", test, UNSEEN)):
        x, y = objects(count, hues, np.random.default_rng(count))
        content = np.concatenate([y[:, None].astype(np.uint8), x.reshape(count, -1)], axis=1).tobytes()
        (place / name).write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    return folder


def test_records_are_a_label_and_red_green_and_blue_row_by_row(tmp_path: Path) -> None:
    planes = np.arange(3 * 32 * 32, dtype=np.uint32).astype(np.uint8)
    (tmp_path / "data_batch_1.bin").write_bytes(b"\x07" + planes.tobytes() + b"\x02" + planes[::-1].tobytes())
    x, y = read_batch(tmp_path / "data_batch_1.bin")
    assert y.tolist() == [7, 2]
    assert x.shape == (2, 3, 32, 32)
    assert x[0, 1, 2, 3] == planes[1024 + 2 * 32 + 3]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("data_batch_1.bin", bytes(3072), "3,072 bytes are not 1 to 50,000 records"),
        ("data_batch_1.bin", b"", "0 bytes are not"),
        ("data_batch_1.bin", b"\x0a" + bytes(3072), "label 10, but 0 to 9 are"),
        ("data_batch_1.bin.gz", gzip.compress(bytes(3073), mtime=0)[:-20], "cannot be read, or is damaged"),
        ("data_batch_1.bin.gz", bytes(3073), "cannot be read, or is damaged"),
    ],
)
def test_a_broken_batch_is_named_with_what_to_do(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    folder = published(tmp_path, 10, 10) / "cifar10"
    (folder / "data_batch_1.bin").unlink()
    (folder / name).write_bytes(content)
    with pytest.raises(GradusError) as caught:
        cifar10(tmp_path)
    assert f"cifar10/{name}: {expected}" in str(caught.value)
    assert "put the published file there" in str(caught.value)


def test_half_of_the_files_are_not_passed_over_for_the_drawn_things(tmp_path: Path) -> None:
    (published(tmp_path, 10, 10) / "cifar10/test_batch.bin.gz").unlink()
    with pytest.raises(GradusError, match=r"cifar10/test_batch.bin is missing"):
        cifar10(tmp_path)


def test_the_part_of_the_published_set_says_how_much_it_is() -> None:
    if not (SHARED / "cifar10").is_dir():
        pytest.skip("the published pictures are not on this machine")
    data = cifar10(SHARED)
    assert (data.name, data.version) == ("cifar10", "2009, 3000 + 600 of it")
    assert np.bincount(data.y_train).tolist() == [300] * 10
    assert data.classes[9] == "truck"


def test_drawn_things_are_the_same_every_time_and_the_palettes_of_the_test_are_new() -> None:
    x, y = objects(60, SEEN, np.random.default_rng(3))
    again, _ = objects(60, SEEN, np.random.default_rng(3))
    assert (x == again).all()
    assert np.bincount(y).tolist() == [6] * len(KINDS)
    other, _ = objects(60, UNSEEN, np.random.default_rng(3))
    # Reds to cyans have more green than blue in them, the other half of the circle has less.
    assert x[:, 1].mean() > x[:, 2].mean() + 10
    assert other[:, 1].mean() < other[:, 2].mean() - 10


def test_it_learns_and_goes_on_where_it_was(tmp_path: Path) -> None:
    published(tmp_path, 220, 40)
    spec = Cifar10(epochs=4, batch_size=16, augment="colour")
    run = assert_going_on_changes_nothing(lambda run: train(spec, run), tmp_path, tmp_path)
    assert len(run.points) >= 40
    assert_fell(run, "train_loss")
    assert (tmp_path / "model.safetensors").is_file()


def test_diverge_ends_with_a_loss_that_is_no_number(tmp_path: Path) -> None:
    published(tmp_path, 400, 20)
    with pytest.raises(Stopped, match="diverged"):
        train(Cifar10.model_validate(TASKS["cifar10"].presets["diverge"]), PlainRun(tmp_path, data=tmp_path))


def test_layers_of_ones_own_take_the_network_s_place(tmp_path: Path) -> None:
    published(tmp_path, 60, 20)
    assert "accuracy" in train(Cifar10(epochs=1, architecture="pool 4, linear 10"), PlainRun(tmp_path, data=tmp_path))
