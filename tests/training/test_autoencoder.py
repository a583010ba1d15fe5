"""Pictures squeezed into a few numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.interrupted import assert_going_on_changes_nothing
from training.plain import PlainRun
from training.specs import Autoencoder
from training.tasks.autoencoder import principal, train


def test_principal_components_lose_what_the_singular_values_say() -> None:
    torch.manual_seed(0)
    x = torch.randn(50, 7) @ torch.randn(7, 7) + 3
    singular = torch.linalg.svdvals(x - x.mean(0))
    lost = (principal(x, 4, x) - x).square().sum()
    assert lost.item() == pytest.approx(singular[4:].square().sum().item(), rel=1e-4)


def test_as_many_components_as_pixels_lose_nothing() -> None:
    x = torch.rand(20, 6)
    assert torch.allclose(principal(x, 6, x), x, atol=1e-5)


def test_it_learns_and_goes_on_where_it_was(tmp_path: Path) -> None:
    spec = Autoencoder(steps=120, hidden=32)
    run = assert_going_on_changes_nothing(lambda run: train(spec, run), tmp_path)
    assert len(run.points) >= 40
    assert run.points[-1]["valid_loss"] < 0.8 * run.points[0]["valid_loss"]


def test_more_numbers_lose_less_and_the_picture_shows_originals_above_two_ways_of_making_them_again(
    tmp_path: Path,
) -> None:
    metrics = {code: train(Autoencoder(steps=300, code=code), PlainRun(tmp_path)) for code in (1, 16)}
    assert metrics[16]["error"] < metrics[1]["error"]
    assert metrics[16]["pca_error"] < metrics[1]["pca_error"]
    with Image.open(tmp_path / "reconstructions.png") as image:
        shown = np.asarray(image)
    originals, network, components = np.split(shown.astype(float), 3)
    assert originals.shape[1] == 4 * originals.shape[0] * 3
    for made in (network, components):
        # Nearer to its own original than to its neighbour.
        assert 1 < np.abs(made - originals).mean() < 0.7 * np.abs(made - np.roll(originals, 80, axis=1)).mean()
