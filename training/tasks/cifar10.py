"""Ten kinds of thing in small colour pictures: which one is it?

A convolutional network finds edges and colours, then parts made of them, then things made of parts: each block sees a
wider piece of the picture with less of its detail. Pictures are changed a little every time they are shown (data
augmentation), so that the network cannot learn them by heart.
"""

import torch
from torch.nn import functional

from training.architecture import parse
from training.data.cifar import cifar10
from training.networks import build, health, judge, optimiser
from training.pictures import flipped, recoloured, shifted
from training.run import Run
from training.specs import Cifar10

# A block is VGG's: a convolution looks, pooling halves the picture, so the next looks from further away. Batch
# normalisation keeps what every channel gives around 0 and of size 1, which lets steps be large from the start.
ARCHITECTURE = (
    "conv 16 3, batchnorm, relu, pool 2, conv 32 3, batchnorm, relu, pool 2, conv 64 3, batchnorm, relu, pool 2, "
    "dropout {dropout:.3f}, linear 64, batchnorm, relu, linear 10"
)
REPORTS = 60


def train(spec: Cifar10, run: Run) -> dict[str, float]:
    """The share of test pictures whose kind is named right, as `accuracy`, and their mean loss."""
    # All chance below comes from this: the order of the pictures, the first weights, dropout, the changes.
    torch.manual_seed(spec.seed)

    data = cifar10(run.data)
    run.dataset(data.name, data.version)

    # Each colour channel is brought around 0 and to size 1, by what the training pictures have; the test's get the
    # same numbers, for nothing may be learnt from them.
    x = torch.tensor(data.x_train, device=run.device).float() / 255
    y = torch.tensor(data.y_train, device=run.device)
    mean, spread = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
    x = (x - mean) / spread

    # A tenth is held out, to see while training what the network makes of pictures it does not learn from.
    order = torch.randperm(len(y))
    held_out = len(y) // 10
    valid, train = order[:held_out], order[held_out : held_out + spec.examples]
    x_valid, y_valid, x, y = x[valid], y[valid], x[train], y[train]

    text = spec.architecture or ARCHITECTURE.format(dropout=spec.dropout)
    network = build(parse(text, tuple(x.shape[1:]), len(data.classes))).to(run.device)
    rule = optimiser(spec.optimiser, network, spec.learning_rate, spec.weight_decay)

    batch = min(spec.batch_size, len(y))
    epoch = len(y) // batch  # in steps; the few examples too many for them come in another epoch
    steps = spec.epochs * epoch
    first = 0

    if state := run.resume():
        network.load_state_dict(state["network"])
        rule.load_state_dict(state["rule"])
        torch.set_rng_state(state["chance"])
        first, order = state["step"], state["order"]

    def state_now() -> dict[str, object]:
        return {
            "network": network.state_dict(),
            "rule": rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": step + 1,
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
        if spec.augment != "none":
            # A car in the mirror, or a little further left, is still a car: what must not matter is made to vary.
            inputs = shifted(flipped(inputs), 3)
        if spec.augment == "colour":
            inputs = recoloured(inputs)

        # Large steps find the way, small ones the spot: the learning rate falls evenly to nothing.
        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * (1 - step / steps)

        logits = network(inputs)
        loss = functional.cross_entropy(logits, labels)

        # Gradients add up in PyTorch until they are cleared; each step is to go by those of its own batch alone.
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()

        losses.append(loss.item())
        right.append(float((logits.argmax(1) == labels).float().mean()))

        if (step + 1) * REPORTS // steps > step * REPORTS // steps:
            valid_loss, valid_accuracy = judge(network, x_valid, y_valid)
            run.report(
                step + 1,
                steps,
                state_now,
                # Of the pictures as they were shown; augmented ones are harder, so this may lie below the held-out.
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
