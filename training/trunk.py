"""The trunk of transfer learning: convolutions that were trained once, on drawn shapes, and are used again elsewhere.

`python -m training.trunk` trains it anew (some five minutes on a core) and writes `training/data/trunk.safetensors`,
which is part of the project. It sees nothing of the tasks that use it: no faces, masks, hands or things.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foundation.files import write_whole
from training.architecture import parse
from training.data.shapes import QUESTIONS, shapes

if TYPE_CHECKING:
    from torch import nn

WEIGHTS = Path(__file__).parent / "data" / "trunk.safetensors"

CHANNELS, SIDE = 128, 6
"""Of what the trunk makes of a picture of 48 × 48."""

LAYERS = (
    "conv 16 3, batchnorm, relu, pool 2, conv 32 3, batchnorm, relu, pool 2, conv 64 3, batchnorm, relu, pool 2, "
    "conv 128 3, batchnorm, relu"
)
PICTURES = 30_000
EPOCHS = 12
BATCH = 64


def trunk(pretrained: bool) -> "nn.Sequential":
    """Convolutions that make (n, 128, 6, 6) of pictures (n, 3, 48, 48), as `prepared` gives them.

    Args:
        pretrained: with the weights learnt on shapes; else with ones drawn by torch's chance.
    """
    from safetensors.torch import load_file

    from training.networks import build

    # `parse` wants a classifier; its last layers are cut off again.
    layers = [
        layer for layer in parse(f"{LAYERS}, linear 2", (3, 48, 48), 2) if layer.kind not in ("flatten", "linear")
    ]
    network = build(layers)
    if pretrained:
        network.load_state_dict(load_file(WEIGHTS))
    return network


def prepared(pictures: np.ndarray) -> np.ndarray:
    """Pixels as the trunk learnt to see them: float32 around 0, -2 to 2, the same for whatever data."""
    return (pictures.astype(np.float32) / 255 - 0.5) / 0.25


def main() -> None:
    """Train the trunk, say how well it answers on shapes that it has not seen, and write its weights."""
    import torch
    from safetensors.torch import save
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(0)
    x, answers = shapes(PICTURES, np.random.default_rng(0))
    x_test, answers_test = shapes(1000, np.random.default_rng(1))
    asked = torch.tensor(answers)

    # One trunk, a head for each question: what it finds has to serve all of them, so it is of general use.
    body = trunk(pretrained=False)
    heads = nn.ModuleList(nn.Linear(CHANNELS * 9, most) for most in QUESTIONS.values())
    rule = torch.optim.AdamW([*body.parameters(), *heads.parameters()], 0.002, weight_decay=0.01)
    steps = EPOCHS * (PICTURES // BATCH)
    fall = torch.optim.lr_scheduler.OneCycleLR(rule, 0.004, total_steps=steps)

    def answered(pictures: np.ndarray) -> list[torch.Tensor]:
        seen = functional.max_pool2d(body(torch.from_numpy(prepared(pictures))), 2).flatten(1)
        return [head(seen) for head in heads]

    order = torch.empty(0)
    for step in range(steps):
        place = step % (PICTURES // BATCH)
        if place == 0:
            order = torch.randperm(PICTURES)
        chosen = order[place * BATCH : (place + 1) * BATCH]
        logits = answered(x[chosen.numpy()])
        loss = sum(
            functional.cross_entropy(one, asked[chosen, question], ignore_index=-1)
            for question, one in enumerate(logits)
        )
        assert isinstance(loss, torch.Tensor)
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()
        fall.step()
        if step % 100 == 0:
            print(f"step {step} of {steps}  loss {loss.item():.3f}", flush=True)

    body.eval()
    with torch.no_grad():
        found = [logits.argmax(1).numpy() for logits in answered(x_test)]
    for question, (name, answer) in enumerate(zip(QUESTIONS, found, strict=True)):
        there = answers_test[:, question] >= 0
        print(f"{name}: {(answer == answers_test[:, question])[there].mean():.3f} right on new shapes")
    write_whole(WEIGHTS, save(body.state_dict()))


if __name__ == "__main__":
    main()
