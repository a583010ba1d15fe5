"""Garments: which of ten kinds does a small grey picture show?

A convolutional network, and four things that keep it from learning its examples by heart: dropout, weight decay,
pictures that look a little different each time, and, of all the networks on the way, keeping the best.
"""

import copy
import math
from typing import Any

import torch
from torch.nn import functional

from training.architecture import parse
from training.data.fashion import fashion
from training.networks import build, health, judge, optimiser
from training.pictures import flipped, shifted
from training.run import Run
from training.specs import Fashion

# Small windows find edges, those after a pooling find what edges make: a sleeve, a heel. Each pooling forgets a little
# of where, and keeps what. Batch normalisation holds the values between layers in a range where training goes fast.
NETWORK = (
    "conv 16 3, batchnorm, relu, pool 2, conv 32 3, batchnorm, relu, pool 2, conv 64 3, batchnorm, relu, pool 2, "
    "dropout {dropout:.3f}, linear 64, relu, linear 10"
)
REPORTS = 40
MOST_VALIDATION = 1000
FURTHEST = 2
"""Pixels by which a picture is moved."""


def train(spec: Fashion, run: Run) -> dict[str, float]:
    """The share of test garments told right, as `accuracy`, and their mean loss."""
    # All chance below comes from this: order, first weights, what is left out, mirrored and moved.
    torch.manual_seed(spec.seed)

    data = fashion(run.data)
    run.dataset(data.name, data.version)

    # Pixels come as 0 to 255. Around 0 and about 1 in size, they leave the first layer's sums where its units react.
    x = torch.tensor(data.x_train, device=run.device).float() / 255
    y = torch.tensor(data.y_train, device=run.device)
    mean, spread = x.mean(), x.std()
    x = (x - mean) / spread

    # A tenth is held out. The network does not learn from it, but the best network is chosen by it: so what it says of
    # that network is a little too good, and only the test, looked at once, is fair.
    order = torch.randperm(len(y))
    held_out = min(len(y) // 10, MOST_VALIDATION)
    valid, train = order[:held_out], order[held_out : held_out + spec.examples]
    x_valid, y_valid, x, y = x[valid], y[valid], x[train], y[train]

    text = spec.architecture or NETWORK.format(dropout=spec.dropout)
    network = build(parse(text, tuple(x.shape[1:]), len(data.classes))).to(run.device)
    rule = optimiser(spec.optimiser, network, spec.learning_rate, spec.weight_decay)

    batch = min(spec.batch_size, len(y))
    epoch = len(y) // batch  # in steps; the few examples too many for them come in another epoch
    steps = spec.epochs * epoch
    first = 0
    best, lowest = copy.deepcopy(network.state_dict()), math.inf

    if earlier := run.resume():
        network.load_state_dict(earlier["network"])
        rule.load_state_dict(earlier["rule"])
        torch.set_rng_state(earlier["chance"])
        first, order, best, lowest = earlier["step"], earlier["order"], earlier["best"], earlier["lowest"]

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {
            "network": network.state_dict(),
            "rule": rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": done,
            "order": order,
            "best": best,
            "lowest": lowest,
        }

    losses: list[float] = []
    right: list[float] = []
    for step in range(first, steps):
        place = step % epoch
        if place == 0:
            order = torch.randperm(len(y))
        chosen = order[place * batch : (place + 1) * batch]
        inputs, labels = x[chosen], y[chosen]
        # As they might have been photographed as well: a shoe may point either way, and lie a little further off.
        if spec.augment:
            inputs = shifted(flipped(inputs), FURTHEST)

        # Small steps while the weights are still random and their gradients wild, large ones to get far, and small
        # ones again to settle: a tenth of the way up, the rest down along a cosine.
        way = step / steps
        height = way / 0.1 if way < 0.1 else (1 + math.cos(math.pi * (way - 0.1) / 0.9)) / 2
        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * height

        logits = network(inputs)
        loss = functional.cross_entropy(logits, labels)
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()

        losses.append(loss.item())
        right.append(float((logits.argmax(1) == labels).float().mean()))

        done = step + 1
        if done * REPORTS // steps > step * REPORTS // steps:
            valid_loss, valid_accuracy = judge(network, x_valid, y_valid)
            if valid_loss < lowest:
                best, lowest = copy.deepcopy(network.state_dict()), valid_loss
            run.report(
                done,
                steps,
                state,
                # Of pictures varied and with units left out: harder than validation, so it may well be the higher loss.
                train_loss=sum(losses) / len(losses),
                valid_loss=valid_loss,
                train_accuracy=sum(right) / len(right),
                valid_accuracy=valid_accuracy,
                **health(network, inputs),
            )
            losses, right = [], []

    network.load_state_dict(best)
    x_test = (torch.tensor(data.x_test, device=run.device).float() / 255 - mean) / spread
    test_loss, accuracy = judge(network, x_test, torch.tensor(data.y_test, device=run.device))
    run.keep("model", network.state_dict())
    return {"accuracy": accuracy, "loss": test_loss}
