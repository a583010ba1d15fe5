"""A training of a moment: as a task of a worker, and as a script that imports torch and nothing else.

python tests/benchmarks/tiny_training.py
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch

STEPS = 60


def prepare() -> None:
    """What a warm process does once."""
    torch.set_num_threads(1)
    train(0)


def trainer(id: str, options: Mapping[str, Any]) -> Callable[[Any], Mapping[str, float]]:
    """As `training.trainers` offers tasks."""
    return lambda run: {"loss": train(options["seed"], run.report)}


def train(seed: int, report: Callable[..., None] | None = None) -> float:
    """A perceptron with one hidden layer on 128 points; its loss at the end."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = torch.nn.Sequential(torch.nn.Linear(20, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    x = torch.randn(128, 20)
    y = (x[:, 0] > 0).long()
    for step in range(1, STEPS + 1):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if report is not None:
            report(step, STEPS, train_loss=loss.item())
    return loss.item()


if __name__ == "__main__":
    print(train(0))
