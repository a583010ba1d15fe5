"""A generative adversarial network (Goodfellow et al. 2014): digits that nobody wrote.

A generator makes pictures from random numbers. A discriminator is shown real and made ones and learns to tell them
apart; the generator learns from it alone what still gives its pictures away. No picture is ever copied: the generator
sees none.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.data.digits import digits
from training.networks import health, optimiser
from training.run import Run
from training.specs import Gan

REPORTS = 60
SAMPLES = 1000
"""Pictures that are made to be measured."""
GRID, ZOOM = 10, 5
"""Pictures in a row of the grid that is left, and pixels for each of theirs."""


def generator(spec: Gan, pixels: int) -> nn.Sequential:
    """Noise (n, noise) to pictures (n, pixels) between -1 and 1."""
    # Batch norm keeps the pictures of a batch apart from one another: a generator that gives nearly the same for every
    # noise has that little difference blown up again, layer after layer.
    return nn.Sequential(
        nn.Linear(spec.noise, spec.units),
        nn.BatchNorm1d(spec.units),
        nn.ReLU(),
        nn.Linear(spec.units, spec.units),
        nn.BatchNorm1d(spec.units),
        nn.ReLU(),
        nn.Linear(spec.units, pixels),
        nn.Tanh(),
    )


def discriminator(spec: Gan, pixels: int) -> nn.Sequential:
    """Pictures (n, pixels) to a number each (n, 1): above 0 where it takes them for real."""
    # Leaky units let a gradient through even where they are negative: the generator lives on these gradients. Dropout
    # makes the discriminator less sure of the few pictures it knows by heart.
    return nn.Sequential(
        nn.Linear(pixels, spec.units),
        nn.LeakyReLU(0.2),
        nn.Dropout(spec.dropout),
        nn.Linear(spec.units, spec.units),
        nn.LeakyReLU(0.2),
        nn.Dropout(spec.dropout),
        nn.Linear(spec.units, 1),
    )


def eye(x: Tensor, y: Tensor) -> nn.Sequential:
    """A small network that knows digits, up to its last but one layer: pictures (n, pixels) to features (n, 32).

    Two sets of pictures are compared by what it sees in them. It is trained from a seed of its own, so that all runs
    on the same data are measured by the same eye.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        features = nn.Sequential(nn.Linear(x.shape[1], 64), nn.Tanh(), nn.Linear(64, 32), nn.Tanh()).to(x.device)
        last = nn.Linear(32, 10).to(x.device)
        rule = torch.optim.Adam([*features.parameters(), *last.parameters()], 0.003)
        for _ in range(300):
            chosen = torch.randint(len(y), (128,))
            loss = functional.cross_entropy(last(features(x[chosen])), y[chosen])
            rule.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            rule.step()
    return features.requires_grad_(False)


def frechet(a: Tensor, b: Tensor) -> float:
    """The Fréchet distance of the Gaussians that fit two sets of features (n, size): 0 for the same, larger is worse.

    |mean difference|² + trace(A + B - 2 (A B)^½), after Heusel et al. (2017), who take an Inception network's features.
    Pictures that are wrong move the mean; pictures that are all alike shrink the spread; both cost.
    """
    a, b = a.double(), b.double()
    spread_a, spread_b = a.T.cov(), b.T.cov()
    values, vectors = torch.linalg.eigh(spread_a)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    # (A B)^½ and (A^½ B A^½)^½ have the same trace, and the latter is symmetric.
    shared = torch.linalg.eigvalsh(root @ spread_b @ root).clamp(min=0).sqrt().sum()
    apart = (a.mean(0) - b.mean(0)).square().sum()
    return float(apart + spread_a.trace() + spread_b.trace() - 2 * shared)


def diversity(made: Tensor, real: Tensor) -> float:
    """The mean distance of two made pictures over that of two real ones: near 1 is good, near 0 has collapsed."""
    return (functional.pdist(made[:300]).mean() / functional.pdist(real[:300]).mean()).item()


def picture(made: Tensor, path: Path) -> None:
    """Pictures (n, side²) between -1 and 1, the first GRID² of them, as a grid."""
    from PIL import Image

    side = round(made.shape[1] ** 0.5)
    grey = ((made[: GRID * GRID].cpu() + 1) * 127.5).round().to(torch.uint8).numpy().reshape(GRID, GRID, side, side)
    framed = np.pad(grey, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=64)
    grid = framed.transpose(0, 2, 1, 3).reshape(GRID * (side + 1), GRID * (side + 1))
    Image.fromarray(grid.repeat(ZOOM, 0).repeat(ZOOM, 1)).save(path)


def train(spec: Gan, run: Run) -> dict[str, float]:
    """`frechet` between made pictures and real ones that no network has seen, and `diversity`; leaves `samples.png`.

    To read it by: `frechet_real`, that of the real pictures learnt from, and `frechet_pixels`, that of pictures whose
    every pixel is drawn from the same place of some real picture.
    """
    torch.manual_seed(spec.seed)

    # The small digits, whatever else is at hand: 64 pixels are what a CPU can learn to draw in half a minute.
    data = digits(None)
    run.dataset(data.name, data.version)
    x, x_test = (
        torch.tensor(pictures, device=run.device).float().flatten(1) / 127.5 - 1
        for pictures in (data.x_train, data.x_test)
    )
    features = eye(x, torch.tensor(data.y_train, device=run.device))
    real = x[: spec.examples]

    make, judge = generator(spec, x.shape[1]).to(run.device), discriminator(spec, x.shape[1]).to(run.device)
    make_rule = optimiser(spec.optimiser, make, spec.learning_rate, 0.0)
    judge_rule = optimiser(spec.optimiser, judge, spec.judge_rate, 0.0)
    if spec.optimiser == "adam":
        # Each network aims at what the other was a moment ago. Old momentum drives both past each other, in circles.
        for group in (*make_rule.param_groups, *judge_rule.param_groups):
            group["betas"] = (spec.momentum, 0.999)
    # The same noise each time, so that curves and pictures show the generator's change and not another draw.
    watched = torch.randn(SAMPLES, spec.noise).to(run.device)
    first = 0

    if earlier := run.resume():
        make.load_state_dict(earlier["make"])
        judge.load_state_dict(earlier["judge"])
        make_rule.load_state_dict(earlier["make_rule"])
        judge_rule.load_state_dict(earlier["judge_rule"])
        torch.set_rng_state(earlier["chance"])
        first = earlier["step"]

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {
            "make": make.state_dict(),
            "judge": judge.state_dict(),
            "make_rule": make_rule.state_dict(),
            "judge_rule": judge_rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": done,
        }

    @torch.no_grad()
    def made() -> Tensor:
        make.eval()
        pictures: Tensor = make(watched)
        make.train()
        return pictures

    def called(logits: Tensor, real: float) -> Tensor:
        """How far the discriminator's words are from calling all these pictures real, or made with 0."""
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, real))

    make_losses: list[float] = []
    judge_losses: list[float] = []
    for step in range(first, spec.steps):
        # Two players that learn at the same pace for ever go on circling; slower and slower steps let them settle.
        left = 1 - step / spec.steps
        for rule, rate in ((make_rule, spec.learning_rate), (judge_rule, spec.judge_rate)):
            for group in rule.param_groups:
                group["lr"] = rate * left

        # First the discriminator: real pictures it is to call real, though never quite surely, and made ones made.
        # Too sure, it would be flat wherever the generator stands, and have nothing more to teach.
        chosen = torch.randint(len(real), (spec.batch_size,))
        fakes = make(torch.randn(spec.batch_size, spec.noise).to(run.device))
        judge_loss = called(judge(real[chosen]), 1 - spec.smooth) + called(judge(fakes.detach()), 0.0)
        judge_rule.zero_grad()
        judge_loss.backward()  # type: ignore[no-untyped-call]
        judge_rule.step()

        # Then the generator: its pictures are to be called real. The gradient comes through the discriminator, whose
        # own weights stay where they are.
        make_loss = called(judge(fakes), 1.0)
        make_rule.zero_grad()
        make_loss.backward()  # type: ignore[no-untyped-call]
        make_rule.step()

        make_losses.append(make_loss.item())
        judge_losses.append(judge_loss.item())
        done = step + 1
        if done * REPORTS // spec.steps > step * REPORTS // spec.steps:
            run.report(
                done,
                spec.steps,
                state,
                loss_generator=sum(make_losses) / len(make_losses),
                loss_discriminator=sum(judge_losses) / len(judge_losses),
                diversity=diversity(made(), x),
                **health(make, watched[: spec.batch_size]),
            )
            make_losses, judge_losses = [], []

    run.keep("model", make.state_dict())
    pictures = made()
    picture(pictures, run.folder / "samples.png")
    places = torch.arange(x.shape[1])
    mixed = x[torch.randint(len(x), (SAMPLES, x.shape[1])), places]
    seen = features(x_test)
    return {
        "frechet": frechet(features(pictures), seen),
        "frechet_real": frechet(features(x), seen),
        "frechet_pixels": frechet(features(mixed), seen),
        "diversity": diversity(pictures, x),
    }
