"""Pictures changed a little."""

import math

import torch

from training.pictures import flipped, recoloured, shifted, turned


def pictures(count: int = 40) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(count, 3, 8, 6)


def test_about_half_are_mirrored_and_the_others_stay() -> None:
    x = pictures()
    mirrored = [torch.equal(new, old.flip(2)) for new, old in zip(flipped(x), x, strict=True)]
    same = [torch.equal(new, old) for new, old in zip(flipped(x), x, strict=True)]
    assert 10 < sum(mirrored) < 30
    assert 10 < sum(same) < 30


def test_a_shifted_picture_is_the_old_one_some_pixels_off() -> None:
    x = pictures()
    for new, old in zip(shifted(x, 2), x, strict=True):
        found = [
            (down, across)
            for down in range(-2, 3)
            for across in range(-2, 3)
            if torch.equal(new[:, 2:-2, 2:-2], old[:, 2 + down : 6 + down, 2 + across : 4 + across])
        ]
        assert len(found) == 1
    assert torch.equal(shifted(x, 0), x)


def test_a_turned_picture_keeps_its_middle_and_no_turn_changes_nothing() -> None:
    x = pictures()[:, :, :6]
    assert torch.allclose(turned(x, 0.0), x, atol=1e-5)
    torch.manual_seed(1)
    spot = torch.zeros(20, 1, 9, 9)
    spot[:, :, 4, 4] = 1
    assert (turned(spot, math.pi)[:, 0, 4, 4] > 0.99).all()
    spot = torch.zeros(20, 1, 9, 9)
    spot[:, :, 4, 8] = 1
    assert (turned(spot, math.pi)[:, 0, 4, 8] < 0.5).any()


def test_recoloured_pictures_have_the_same_channels_in_other_orders() -> None:
    x = pictures()
    new = recoloured(x)
    assert torch.equal(new.sort(1).values, x.sort(1).values)
    assert not torch.equal(new, x)
    assert torch.equal(new.mean((2, 3)).sort(1).values, x.mean((2, 3)).sort(1).values)
