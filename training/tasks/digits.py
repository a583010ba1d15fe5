"""Handwritten digits: which of 0 to 9 does a small grey picture show?

A multilayer perceptron or a convolutional network reads the pixels and gives ten numbers, one for each digit; the
largest is its answer. It starts from random weights and is moved, batch by batch, to where its answers are less wrong.
"""

from typing import Any

import torch
from torch.nn import functional

from training.architecture import parse
from training.data.digits import digits
from training.networks import build, health, judge, optimiser
from training.run import Run
from training.specs import Digits

# The perceptron sees a row of pixels and has to learn for each place anew what a stroke is. The convolutional network
# slides the same small windows over the whole picture, so a stroke learnt in one place is known in all.
MODELS = {
    "mlp": "linear 128, relu, dropout {dropout:.3f}, linear 64, relu, dropout {dropout:.3f}, linear 10",
    "cnn": "conv 16 3, relu, pool 2, conv 32 3, relu, pool 2, dropout {dropout:.3f}, linear 64, relu, linear 10",
}
REPORTS = 100
MOST_VALIDATION = 2000


def train(spec: Digits, run: Run) -> dict[str, float]:
    """The share of test digits read right, as `accuracy`, and their mean loss."""
    # All chance below comes from this: the order of the examples, the first weights, what dropout leaves out.
    torch.manual_seed(spec.seed)

    data = digits(run.data)
    run.dataset(data.name, data.version)

    # Pixels come as 0 to 255. Around 0 and about 1 in size, they leave the first layer's sums where its units react.
    x = torch.tensor(data.x_train, device=run.device).float() / 255
    y = torch.tensor(data.y_train, device=run.device)
    mean, spread = x.mean(), x.std()
    x = (x - mean) / spread

    # A tenth is held out: not learnt from, only looked at while training, to see what the network makes of digits it
    # does not know. The test pictures are not even looked at before the end.
    order = torch.randperm(len(y))
    held_out = min(len(y) // 10, MOST_VALIDATION)
    valid, train = order[:held_out], order[held_out : held_out + spec.examples]
    x_valid, y_valid, x, y = x[valid], y[valid], x[train], y[train]

    text = spec.architecture or MODELS[spec.model].format(dropout=spec.dropout)
    network = build(parse(text, tuple(x.shape[1:]), len(data.classes))).to(run.device)
    rule = optimiser(spec.optimiser, network, spec.learning_rate, spec.weight_decay)

    batch = min(spec.batch_size, len(y))
    epoch = len(y) // batch  # in steps; the few examples too many for them come in another epoch
    steps = spec.epochs * epoch
    first = 0

    if earlier := run.resume():
        network.load_state_dict(earlier["network"])
        rule.load_state_dict(earlier["rule"])
        torch.set_rng_state(earlier["chance"])
        first, order = earlier["step"], earlier["order"]

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {
            "network": network.state_dict(),
            "rule": rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": done,
            "order": order,
        }

    losses: list[float] = []
    right: list[float] = []
    for step in range(first, steps):
        place = step % epoch
        if place == 0:
            # A new order in every epoch, so that no two batches are ever the same.
            order = torch.randperm(len(y))
        chosen = order[place * batch : (place + 1) * batch]
        inputs, labels = x[chosen], y[chosen]

        # Large steps come quickly to where it is good, but are too coarse for the best place there: so they shrink.
        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * (1 - step / steps)

        # The ten numbers are logits; cross-entropy makes probabilities of them and asks for the right one's logarithm.
        logits = network(inputs)
        loss = functional.cross_entropy(logits, labels)

        # Gradients add up in PyTorch until they are cleared; each step is to go by those of its own batch alone.
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()

        losses.append(loss.item())
        right.append(float((logits.argmax(1) == labels).float().mean()))

        done = step + 1
        if done * REPORTS // steps > step * REPORTS // steps:
            valid_loss, valid_accuracy = judge(network, x_valid, y_valid)
            run.report(
                done,
                steps,
                state,
                # A single batch says little; the mean of those since the last report makes a calmer curve.
                train_loss=sum(losses) / len(losses),
                valid_loss=valid_loss,
                train_accuracy=sum(right) / len(right),
                valid_accuracy=valid_accuracy,
                **health(network, inputs),
            )
            losses, right = [], []

    x_test = (torch.tensor(data.x_test, device=run.device).float() / 255 - mean) / spread
    test_loss, accuracy = judge(network, x_test, torch.tensor(data.y_test, device=run.device))
    run.keep("model", network.state_dict())
    return {"accuracy": accuracy, "loss": test_loss}
