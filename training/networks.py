"""Networks from layers that `training.architecture` has read, and what trains and watches them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from training.architecture import Layer
from training.specs import Optimiser

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer


def build(layers: Sequence[Layer]) -> "nn.Sequential":
    """One module per layer, in order; weights as torch draws them from its global seed."""
    from torch import nn

    return nn.Sequential(*(_module(layer) for layer in layers))


def _module(layer: Layer) -> "nn.Module":
    from torch import nn

    whole = [int(number) for number in layer.numbers]
    match layer.kind:
        case "conv":
            channels, kernel, stride = (*whole, 1)[:3]
            return nn.Conv2d(layer.inputs[0], channels, kernel, stride=stride, padding=kernel // 2)
        case "pool":
            return nn.MaxPool2d(whole[0])
        case "avgpool":
            return nn.AvgPool2d(whole[0])
        case "globalpool":
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case "flatten":
            return nn.Flatten()
        case "linear":
            return nn.Linear(layer.inputs[0], whole[0])
        case "batchnorm":
            return (nn.BatchNorm2d if len(layer.inputs) == 3 else nn.BatchNorm1d)(layer.inputs[0])
        case "dropout":
            return nn.Dropout(layer.numbers[0])
        case "relu":
            return nn.ReLU()
        case "leaky":
            return nn.LeakyReLU()
        case "gelu":
            return nn.GELU()
        case "tanh":
            return nn.Tanh()
        case "sigmoid":
            return nn.Sigmoid()
    raise ValueError(f"no module for '{layer.kind}'")


def optimiser(name: Optimiser, network: "nn.Module", learning_rate: float, weight_decay: float) -> "Optimizer":
    """The rule of the steps by the name that a learner gives it; `adam` has its weight decay apart (AdamW)."""
    from torch import optim

    weights = list(network.parameters())
    match name:
        case "sgd":
            return optim.SGD(weights, learning_rate, weight_decay=weight_decay)
        case "momentum":
            return optim.SGD(weights, learning_rate, momentum=0.9, weight_decay=weight_decay)
        case "rmsprop":
            return optim.RMSprop(weights, learning_rate, weight_decay=weight_decay)
        case "adam":
            return optim.AdamW(weights, learning_rate, weight_decay=weight_decay)


def health(network: "nn.Sequential", x: "Tensor") -> dict[str, float]:
    """What the curves show of a network's inside, right after a backward pass.

    Args:
        x: a batch of inputs, (n, …), on the network's device.

    Returns:
        `grad_norm_first`, `grad_norm_last`: the norm of the first and last weight layer's gradient over that of its
        weights. `dead`: the share of ReLU units (in a picture: channels) that are 0 on all of `x`, where there are any.
    """
    import torch
    from torch import nn

    layers = [module for module in network.modules() if isinstance(module, nn.Linear | nn.Conv2d)]
    values = {
        f"grad_norm_{which}": float(layer.weight.grad.norm() / layer.weight.detach().norm())
        for which, layer in (("first", layers[0]), ("last", layers[-1]))
        if layer.weight.grad is not None
    }
    dead = units = 0
    training = network.training
    network.eval()
    with torch.no_grad():
        for module in network:
            x = module(x)
            if isinstance(module, nn.ReLU):
                highest = x.transpose(0, 1).flatten(1).amax(1)
                dead, units = dead + int((highest == 0).sum()), units + len(highest)
    network.train(training)
    return values | ({"dead": dead / units} if units else {})


def judge(network: "nn.Module", x: "Tensor", y: "Tensor") -> tuple[float, float]:
    """Mean cross-entropy and accuracy of a classifier, which is left in the mode it was in."""
    import torch
    from torch.nn import functional

    training = network.training
    network.eval()
    loss = right = 0.0
    with torch.no_grad():
        for inputs, labels in zip(torch.split(x, 500), torch.split(y, 500), strict=True):
            logits = network(inputs)
            loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
            right += int((logits.argmax(1) == labels).sum())
    network.train(training)
    return loss / len(y), right / len(y)
