"""The same task learned by a straight boundary and by a network, from few examples to many."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from content.figures import style

if TYPE_CHECKING:
    from torch import Tensor, nn

SIZES = (20, 60, 200, 600, 2000)
STEPS = 150
RATE = 0.3


def draw() -> Figure:
    """Accuracy on unseen examples against the number of training examples, for both models."""
    linear, deep = _accuracies()
    figure, axes = style.plot(x="training examples", y="unseen ones right (%)", height=3.3)
    axes.plot(SIZES, deep, marker="o", color=style.BLUE)
    axes.plot(SIZES, linear, marker="s", color=style.ORANGE)
    axes.text(2000, deep[-1] + 1.5, "network", color=style.BLUE, ha="right", va="bottom", fontsize=12)
    axes.text(2000, linear[-1] - 3, "linear model", color=style.ORANGE, ha="right", va="top", fontsize=12)
    axes.set_xscale("log")
    axes.set_ylim(48, 104)
    axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
    axes.minorticks_off()
    return figure


def _accuracies() -> tuple[list[float], list[float]]:
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        linear, deep = [], []
        for size in SIZES:
            torch.manual_seed(0)
            linear.append(_trained(nn.Linear(10, 1), size))
            deep.append(_trained(nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1)), size))
    return linear, deep


def _trained(net: "nn.Module", size: int) -> float:
    """The percentage of unseen examples that a network gets right after training on ``size``."""
    import torch
    from torch import nn

    x, y = _examples(size, seed=1)
    unseen, truth = _examples(2000, seed=2)
    weights = list(net.parameters())
    speeds = [torch.zeros_like(weight) for weight in weights]
    # Momentum by hand: the first use of torch.optim costs a second of imports.
    for _ in range(STEPS):
        loss = nn.functional.binary_cross_entropy_with_logits(net(x).flatten(), y)
        slopes = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, speed, slope in zip(weights, speeds, slopes, strict=True):
                weight.sub_(RATE * speed.mul_(0.9).add_(slope))
    with torch.no_grad():
        right = (net(unseen).flatten() > 0) == (truth > 0)
    return 100 * float(right.float().mean())


def _examples(count: int, seed: int) -> "tuple[Tensor, Tensor]":
    """Ten random inputs an example; the class depends on two of them and on the product of two more."""
    import torch

    x = torch.randn(count, 10, generator=torch.Generator().manual_seed(seed))
    return x, (x[:, 0] + x[:, 1] + 2 * x[:, 2] * x[:, 3] > 0).float()
