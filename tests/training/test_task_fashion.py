"""Garments by a convolutional network."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import GradusError
from training.data.fashion import KINDS, SEEN, UNSEEN, draw, fashion, garments
from training.plain import PlainRun
from training.run import Stopped
from training.specs import TASKS, Fashion
from training.tasks.fashion import train


def test_the_drawn_garments_are_the_same_each_time_and_their_test_is_of_other_cloth() -> None:
    data = fashion(None)
    assert data.name == "synthetic-fashion"
    assert data.x_train.shape == (6000, 1, 28, 28)
    assert data.x_test.shape == (2000, 1, 28, 28)
    assert np.bincount(data.y_train).tolist() == [600] * 10
    assert np.array_equal(
        garments(20, SEEN, np.random.default_rng(4))[0], garments(20, SEEN, np.random.default_rng(4))[0]
    )
    assert not {*SEEN} & {*UNSEEN}


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=KINDS)
def test_a_garment_fills_a_part_of_its_picture_in_every_cloth(kind: int) -> None:
    for texture in (*SEEN, *UNSEEN):
        picture = draw(kind, texture, np.random.default_rng(kind))
        assert 0.05 < (picture > 60).mean() < 0.7


def test_files_of_fashion_mnist_are_asked_for_whole(tmp_path: Path) -> None:
    (tmp_path / "fashion").mkdir()
    (tmp_path / "fashion" / "train-labels-idx1-ubyte").write_bytes(b"")
    with pytest.raises(GradusError, match=r"fashion/train-images-idx3-ubyte\.gz is missing"):
        fashion(tmp_path)


def test_a_short_run_learns_and_reports(run: PlainRun) -> None:
    metrics = train(
        Fashion(epochs=4, examples=1500, architecture="conv 8 3 2, relu, conv 16 3 2, relu, linear 10"), run
    )
    assert metrics["accuracy"] > 0.4
    assert 40 <= len(run.points) <= 120
    assert run.points[-1]["valid_loss"] < run.points[0]["valid_loss"]
    assert {"train_accuracy", "valid_accuracy", "grad_norm_first", "grad_norm_last", "dead"} <= {*run.points[-1]}
    assert (run.folder / "model.safetensors").is_file()


def test_the_same_seed_gives_the_same_figures_also_when_broken_off(
    run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    spec = Fashion(epochs=2, examples=160, architecture="conv 4 3 2, batchnorm, relu, dropout 0.2, pool 2, linear 10")
    whole = train(spec, run)
    assert in_two_parts(train, spec) == whole


def test_diverge_ends_with_a_loss_that_is_no_number(run: PlainRun) -> None:
    with pytest.raises(Stopped, match="diverged"):
        train(Fashion(**TASKS["fashion"].presets["diverge"]), run)
