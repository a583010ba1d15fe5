"""Digits invented by a generative adversarial network."""

from collections.abc import Callable

import pytest
import torch
from PIL import Image

from training.plain import PlainRun
from training.specs import Gan
from training.tasks.gan import diversity, frechet, train

TINY = Gan(units=32, steps=60, batch_size=16)


def test_the_frechet_distance_of_two_gaussians_is_the_known_one() -> None:
    chance = torch.Generator().manual_seed(0)
    a = torch.randn(20000, 3, generator=chance)
    scale, moved = torch.tensor([1.0, 2.0, 0.5]), torch.tensor([1.0, 0.0, -2.0])
    # Independent features: the squared distance of the means and that of the standard deviations.
    expected = moved.square().sum() + (1 - scale).square().sum()
    assert frechet(a, a * scale + moved) == pytest.approx(expected.item(), rel=0.03)
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)


def test_the_frechet_distance_of_correlated_features_does_not_depend_on_how_they_are_turned() -> None:
    chance = torch.Generator().manual_seed(0)
    a = torch.randn(500, 4, generator=chance) @ torch.randn(4, 4, generator=chance)
    b = torch.randn(500, 4, generator=chance) @ torch.randn(4, 4, generator=chance) + 1
    turn = torch.linalg.qr(torch.randn(4, 4, generator=chance))[0]
    assert frechet(a @ turn, b @ turn) == pytest.approx(frechet(a, b), rel=1e-4)


def test_pictures_all_alike_have_no_diversity() -> None:
    real = torch.randn(50, 9, generator=torch.Generator().manual_seed(0))
    assert diversity(real, real) == pytest.approx(1)
    assert diversity(real[:1].repeat(50, 1), real) < 0.01


def test_the_same_seed_gives_the_same_figures_also_when_broken_off(
    run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    whole = train(TINY, run)
    assert {"loss_generator", "loss_discriminator", "diversity"} <= {*run.points[0]}
    assert 40 <= len(run.points) <= 120
    assert whole["frechet_real"] < whole["frechet_pixels"] < whole["frechet"]
    with Image.open(run.folder / "samples.png") as picture:
        assert picture.size == (450, 450)
    assert in_two_parts(train, TINY) == whole
