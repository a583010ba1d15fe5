"""Does a face wear a mask? Transfer learning: a hundred examples, and eyes that have already learnt to see elsewhere.

The trunk is a stack of convolutions that were trained on drawn shapes, in `training/trunk.py`; it has never met a
face. Only a head is new: one layer that says mask or no mask by what the trunk makes of a picture.
"""

import torch
from torch import nn
from torch.nn import functional

from training.data.masks import face_mask
from training.networks import health, judge, optimiser
from training.pictures import flipped, recoloured, shifted
from training.run import Run
from training.specs import FaceMask
from training.trunk import CHANNELS, SIDE, prepared, trunk

REPORTS = 60
MOST_VALIDATION = 200


def train(spec: FaceMask, run: Run) -> dict[str, float]:
    """The share of test faces judged right, as `accuracy`, and their mean loss."""
    # All chance below comes from this: which examples, their order, the first weights, dropout, the changes.
    torch.manual_seed(spec.seed)

    data = face_mask(run.data, spec.seed)
    run.dataset(data.name, data.version)

    # The trunk has to be shown pictures as it learnt to see them, so they are scaled by its numbers, not by their own.
    x = torch.from_numpy(prepared(data.x_train)).to(run.device)
    y = torch.tensor(data.y_train, device=run.device)

    # Some are held out, to see while training what the network makes of faces that it does not learn from.
    order = torch.randperm(len(y))
    held_out = min(len(y) // 4, MOST_VALIDATION)
    valid, train = order[:held_out], order[held_out : held_out + spec.examples]
    x_valid, y_valid, x, y = x[valid], y[valid], x[train], y[train]

    # `scratch` has the same layers with random weights: whatever it falls short is what the pretrained ones are worth.
    body = trunk(pretrained=spec.mode != "scratch")
    # What the trunk found is kept by place, in 3 × 3 fields: cloth over the nose is a mask, below the chin a scarf.
    fields = CHANNELS * (SIDE // 2) ** 2
    head = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(spec.dropout), nn.Linear(fields, 2))
    network = nn.Sequential(*body, *head).to(run.device)

    rule = optimiser(spec.optimiser, head, spec.learning_rate, spec.weight_decay)
    # Frozen, the trunk gets no gradients: a hundred faces then teach 2,306 numbers instead of 100,000. Else it learns
    # too, but what it already knows would be lost in large steps long before the new head knows what to ask for.
    pace = {"freeze": 0.0, "finetune": spec.pace, "scratch": 1.0}[spec.mode]
    body.requires_grad_(pace > 0)
    rule.add_param_group({"params": list(body.parameters())})

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
            inputs = shifted(flipped(inputs), 4)
        if spec.augment == "colour":
            inputs = recoloured(inputs)

        # Large steps find the way, small ones the spot: the learning rate falls evenly to nothing.
        for group, part in zip(rule.param_groups, (1.0, pace), strict=True):
            group["lr"] = spec.learning_rate * part * (1 - step / steps)

        # Batch normalisation learns without gradients too, from all that passes through; frozen, it must not.
        body.train(spec.mode != "freeze")
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
                train_loss=sum(losses) / len(losses),
                valid_loss=valid_loss,
                train_accuracy=sum(right) / len(right),
                valid_accuracy=valid_accuracy,
                **health(network, inputs),
            )
            losses, right = [], []

    x_test = torch.from_numpy(prepared(data.x_test)).to(run.device)
    test_loss, accuracy = judge(network, x_test, torch.tensor(data.y_test, device=run.device))
    run.keep("model", network.state_dict())
    return {"accuracy": accuracy, "loss": test_loss}
