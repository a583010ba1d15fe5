"""Curves as pictures: what is drawn of which run, and what its words say."""

import io

import pytest
from PIL import Image

from bot.run_picture import compared_by, compared_picture, compared_words, curve_picture, curve_words, drawable
from training.records import Point


def points(**curves: list[float]) -> tuple[Point, ...]:
    """A run of so many points, by the names of their values."""
    return tuple(
        Point(10 * step, 100, dict(zip(curves, values, strict=True)))
        for step, values in enumerate(zip(*curves.values(), strict=True), start=1)
    )


FALLING = points(train_loss=[2, 1, 0.02], valid_loss=[2, 1, 1.5], valid_accuracy=[0.1, 0.5, 0.6])
EXPLODED = points(train_loss=[2, 1e4, 1e30])
GAN = points(loss_generator=[1, 2, 3], loss_discriminator=[1, 0.5, 0.1], diversity=[0.9, 0.5, 0.1])
DQN = points(**{"return": [10.0, 50.0, 190.0]}, train_loss=[0.0, -1.0, 2.0])


@pytest.mark.parametrize("run", [FALLING, EXPLODED, GAN, DQN])
def test_a_run_is_drawn_for_a_phone(run: tuple[Point, ...]) -> None:
    for over in (True, False):
        picture = Image.open(io.BytesIO(curve_picture(run, over=over)))
        assert picture.width == 1000
        assert picture.height < 800


def test_one_point_is_no_line() -> None:
    assert not drawable(())
    assert not drawable(FALLING[:1])
    assert drawable(FALLING[:2])
    assert not drawable(points(epsilon=[1, 0.5, 0.1]))


def test_the_words_say_where_a_curve_was_lowest() -> None:
    assert curve_words(FALLING) == (
        "Curves to step 30 of 100. Loss, training: from 2 to 0.02. Loss, held-out: from 2 to 1.5, least 1 at step 20. "
        "Share right, held-out: from 0.1 to 0.6."
    )


def test_runs_are_compared_by_what_most_of_them_have() -> None:
    assert compared_by([FALLING, EXPLODED]) == ("train_loss", "valid_loss")
    assert compared_by([FALLING, FALLING]) == ("valid_loss", "valid_accuracy")
    assert compared_by([GAN, GAN]) == ("loss_generator", "diversity")


def test_six_runs_stand_in_one_picture_each_with_its_label() -> None:
    labels = [f"{letter}: learning_rate {number}" for number, letter in enumerate("ABCDEF")]
    runs = [FALLING, EXPLODED, FALLING, (), FALLING, FALLING]
    assert Image.open(io.BytesIO(compared_picture(runs, labels))).width == 1000
    words = compared_words(runs, labels)
    assert "Loss on training data, B: learning_rate 1: from 2 to 1e+30." in words
    assert "D:" not in words
