"""Pictures changed a little, so that a network meets more of them than there are."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def flipped(x: "Tensor") -> "Tensor":
    """Half of the pictures (n, channels, height, width), chosen by torch's chance, seen in a mirror."""
    import torch

    chosen = torch.rand(len(x), device="cpu").to(x.device) < 0.5
    return torch.where(chosen[:, None, None, None], x.flip(3), x)


def recoloured(x: "Tensor") -> "Tensor":
    """Every picture with its three colour channels in an order drawn for it."""
    import torch

    orders = torch.rand(len(x), x.shape[1], device="cpu").argsort(1).to(x.device)
    return x[torch.arange(len(x), device=x.device)[:, None], orders]


def shifted(x: "Tensor", most: int) -> "Tensor":
    """Every picture moved by up to `most` pixels across and down; its edge is drawn out to fill what comes free."""
    import torch
    from torch.nn import functional

    count, _, height, width = x.shape
    wide = functional.pad(x, (most, most, most, most), mode="replicate")
    down, across = torch.randint(0, 2 * most + 1, (2, count, 1), device="cpu").to(x.device)
    rows = (torch.arange(height, device=x.device) + down)[:, :, None]
    columns = (torch.arange(width, device=x.device) + across)[:, None, :]
    each = torch.arange(count, device=x.device)[:, None, None]
    return wide.permute(0, 2, 3, 1)[each, rows, columns].permute(0, 3, 1, 2).contiguous()


def turned(x: "Tensor", most: float) -> "Tensor":
    """Every picture turned about its middle by up to `most` radians to either side."""
    import torch
    from torch.nn import functional

    angle = ((torch.rand(len(x), device="cpu") * 2 - 1) * most).to(x.device)
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    places = torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1)
    grid = functional.affine_grid(places, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="border", align_corners=False)
