"""Faces with masks and without: folders of photographs, the drawn faces and the task."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from foundation.errors import GradusError
from tests.training.interrupted import assert_fell, assert_going_on_changes_nothing
from training.data.faces import SEEN, UNSEEN, faces
from training.data.masks import face_mask
from training.plain import PlainRun
from training.specs import FaceMask
from training.tasks.face_mask import train
from training.trunk import WEIGHTS

NAMES = ("without_mask", "with_mask")


def photographs(folder: Path, of_each: int) -> Path:
    """Drawn faces as a folder of two folders of photographs."""
    x, y = faces(2 * of_each, SEEN, np.random.default_rng(0))
    for number, (picture, masked) in enumerate(zip(x, y, strict=True)):
        place = folder / "face-mask" / NAMES[masked]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.transpose(1, 2, 0)).save(place / f"{number:03}.png")
    return folder / "face-mask"


def test_each_folder_is_a_class_and_a_fifth_of_it_is_for_the_test(tmp_path: Path) -> None:
    photographs(tmp_path, 20)
    data = face_mask(tmp_path)
    assert data.classes == ("with_mask", "without_mask")
    assert np.bincount(data.y_train).tolist() == [16, 16]
    assert np.bincount(data.y_test).tolist() == [4, 4]
    assert data.version == "40 photographs"


def test_three_folders_are_no_two_classes(tmp_path: Path) -> None:
    (photographs(tmp_path, 10) / "mask_weared_incorrect").mkdir()
    with pytest.raises(GradusError, match="3 folders; two are needed"):
        face_mask(tmp_path)


def test_a_folder_with_too_few_photographs_is_named(tmp_path: Path) -> None:
    photographs(tmp_path, 9)
    with pytest.raises(GradusError, match="face-mask/with_mask: 9 photographs; ten are the least"):
        face_mask(tmp_path)


def test_a_photograph_that_is_broken_is_named(tmp_path: Path) -> None:
    (photographs(tmp_path, 10) / "with_mask/x.png").write_bytes(b"")
    with pytest.raises(GradusError, match=r"face-mask/with_mask/x\.png: not a photograph"):
        face_mask(tmp_path)


def test_drawn_faces_are_the_same_every_time_and_half_wear_a_mask() -> None:
    x, y = faces(40, UNSEEN, np.random.default_rng(2))
    again, _ = faces(40, UNSEEN, np.random.default_rng(2))
    assert (x == again).all()
    assert np.bincount(y).tolist() == [20, 20]
    assert SEEN.cloth[1] <= UNSEEN.cloth[0]


def test_it_learns_and_goes_on_where_it_was(tmp_path: Path) -> None:
    photographs(tmp_path, 20)
    spec = FaceMask(epochs=14, batch_size=8)
    run = assert_going_on_changes_nothing(lambda run: train(spec, run), tmp_path, tmp_path)
    assert len(run.points) >= 40
    assert_fell(run, "train_loss")


def test_frozen_layers_stay_as_they_were_pretrained(tmp_path: Path) -> None:
    photographs(tmp_path, 20)
    pretrained = load_file(WEIGHTS)
    for mode, unchanged in (("freeze", True), ("finetune", False), ("scratch", False)):
        train(
            FaceMask.model_validate({"mode": mode, "epochs": 2, "learning_rate": 0.01}),
            PlainRun(tmp_path, data=tmp_path),
        )
        kept = load_file(tmp_path / "model.safetensors")
        assert all(torch.equal(kept[name], weight) for name, weight in pretrained.items()) == unchanged
