"""Pictures squeezed into a few numbers and made again from them: how much of them is lost?

The network's middle is narrow. What does not pass there cannot come out again, so training, which asks for nothing but
the same picture, finds numbers that say most about it. Principal component analysis does the same with sums alone.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from training.data.digits import digits
from training.data.fashion import fashion
from training.networks import health, optimiser
from training.run import Run
from training.specs import Autoencoder

REPORTS = 60
MOST_VALIDATION = 2000
SHOWN = 12


def train(spec: Autoencoder, run: Run) -> dict[str, float]:
    """The mean squared error of test pixels (0 to 1), as `error`; `pca_error` by as many principal components."""
    # All chance below comes from this: the order of the pictures and the first weights.
    torch.manual_seed(spec.seed)

    data = {"digits": digits, "fashion": fashion}[spec.pictures](run.data)
    run.dataset(data.name, data.version)

    # Rows of pixels from 0 to 1, as the sigmoid at the end gives them back.
    x = (torch.tensor(data.x_train, device=run.device).float() / 255).flatten(1)
    x_test = (torch.tensor(data.x_test, device=run.device).float() / 255).flatten(1)

    # A tenth is held out, to see while training whether new pictures survive as well as those that are learnt from.
    order = torch.randperm(len(x))
    held_out = min(len(x) // 10, MOST_VALIDATION)
    valid, train = order[:held_out], order[held_out : held_out + spec.examples]
    x_valid, x = x[valid], x[train]

    # Down to the code and up again. The code itself has no activation: its numbers may be any.
    pixels, hidden, half = x.shape[1], spec.hidden, spec.hidden // 2
    network = nn.Sequential(
        *(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, half), nn.ReLU(), nn.Linear(half, spec.code)),
        *(nn.Linear(spec.code, half), nn.ReLU(), nn.Linear(half, hidden), nn.ReLU(), nn.Linear(hidden, pixels)),
        nn.Sigmoid(),
    ).to(run.device)
    rule = optimiser(spec.optimiser, network, spec.learning_rate, spec.weight_decay)

    first = 0

    if state := run.resume():
        network.load_state_dict(state["network"])
        rule.load_state_dict(state["rule"])
        torch.set_rng_state(state["chance"])
        first = state["step"]

    def state_now() -> dict[str, object]:
        return {
            "network": network.state_dict(),
            "rule": rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": step + 1,
        }

    losses: list[float] = []
    for step in range(first, spec.steps):
        # Drawn anew in every step, not epoch by epoch: so the work is the same for 1,797 small digits and 70,000 large.
        inputs = x[torch.randint(len(x), (spec.batch_size,))]

        # Large steps find the way, small ones the spot: the learning rate falls evenly to nothing.
        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * (1 - step / spec.steps)

        # The picture is its own label: nobody had to write anything beside it.
        loss = functional.mse_loss(network(inputs), inputs)

        # Gradients add up in PyTorch until they are cleared; each step is to go by those of its own batch alone.
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()

        losses.append(loss.item())
        if (step + 1) * REPORTS // spec.steps > step * REPORTS // spec.steps:
            run.report(
                step + 1,
                spec.steps,
                state_now,
                train_loss=sum(losses) / len(losses),
                valid_loss=_error(_remade(network, x_valid), x_valid),
                **health(network, inputs),
            )
            losses = []

    by_network = _remade(network, x_test)
    by_components = principal(x, spec.code, x_test)
    rows = [one[:SHOWN].reshape(-1, *data.x_test.shape[2:]) for one in (x_test, by_network, by_components)]
    picture([row.cpu().numpy() for row in rows], run.folder / "reconstructions.png")
    run.keep("model", network.state_dict())
    return {"error": _error(by_network, x_test), "pca_error": _error(by_components, x_test)}


def principal(x: Tensor, components: int, x_test: Tensor) -> Tensor:
    """`x_test` (m, pixels) as the nearest point in the span of the most telling directions of `x` (n, pixels)."""
    mean = x.mean(0)
    # Their eigenvectors are the directions; the matrix is small even where the pictures are many.
    _, directions = torch.linalg.eigh((x - mean).T @ (x - mean))
    kept = directions[:, -components:]
    projected: Tensor = mean + (x_test - mean) @ kept @ kept.T
    return projected


def picture(rows: list[np.ndarray], path: Path) -> None:
    """A PNG of rows of grey pictures (n, height, width), 0 to 1: the originals, the network's, the components'."""
    whole = np.concatenate([np.concatenate(list(np.pad(row, ((0, 0), (1, 1), (1, 1)))), axis=1) for row in rows])
    grey = Image.fromarray((whole.clip(0, 1) * 255).astype(np.uint8))
    times = max(1, 960 // grey.width)
    grey.resize((grey.width * times, grey.height * times), Image.Resampling.NEAREST).save(path)


def _remade(network: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.cat([network(part) for part in torch.split(x, 1000)])


def _error(made: Tensor, x: Tensor) -> float:
    return float(functional.mse_loss(made, x))
