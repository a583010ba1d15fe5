"""Deep Q-learning on CartPole (Mnih et al. 2015; the cart of Barto, Sutton and Anderson 1983).

A pole stands on a cart. At each moment we push the cart to the left or to the right; every moment the pole stands is
worth 1. Nobody shows the network a right answer: it learns from the rewards that its own pushes brought.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.networks import health, optimiser
from training.run import Run
from training.specs import Dqn

GRAVITY = 9.8
CART = 1.0
"""Mass of the cart, kg."""
POLE = 0.1
"""Mass of the pole, kg."""
HALF = 0.5
"""Half the length of the pole, m."""
FORCE = 10.0
"""Of a push, N."""
MOMENT = 0.02
"""Between two pushes, s."""
EDGE = 2.4
"""The cart has left the track beyond this, m."""
FALLEN = math.radians(12)
"""The pole counts as fallen beyond this angle."""
LONGEST = 500
"""Moments after which an episode is stopped: who balances for so long can do it."""

REWARD = 0.02
"""Of a moment, as the network counts: the sums that it learns then stay near 1, where its steps have the right size."""
REPORTS = 100
CARTS = 16
"""Carts that are driven at once: one pass through the network for all of them costs hardly more than for one."""


def move(carts: Tensor, pushes: Tensor) -> Tensor:
    """The carts one moment later, by Euler's method.

    Args:
        carts: (n, 4): position, velocity, angle from upright, angular velocity, in metres, radians and seconds.
        pushes: (n,): 0 to the left, 1 to the right.
    """
    position, velocity, angle, turning = carts.unbind(dim=1)
    force = (pushes * 2 - 1) * FORCE
    sine, cosine = angle.sin(), angle.cos()
    pulled = (force + POLE * HALF * turning**2 * sine) / (CART + POLE)
    turning_changes = (GRAVITY * sine - cosine * pulled) / (HALF * (4 / 3 - POLE * cosine**2 / (CART + POLE)))
    velocity_changes = pulled - POLE * HALF * turning_changes * cosine / (CART + POLE)
    return torch.stack(
        (
            position + MOMENT * velocity,
            velocity + MOMENT * velocity_changes,
            angle + MOMENT * turning,
            turning + MOMENT * turning_changes,
        ),
        dim=1,
    )


def failed(carts: Tensor) -> Tensor:
    """(n,): whether the pole has fallen or the cart has left the track."""
    return (carts[:, 0].abs() > EDGE) | (carts[:, 2].abs() > FALLEN)


def start(count: int) -> Tensor:
    """(count, 4): carts nearly at rest, with poles nearly upright."""
    return torch.rand(count, 4) * 0.1 - 0.05


class Scaled(nn.Module):
    """The four numbers of a cart, each brought to about -1 to 1: an angle of 0.1 matters as much as a metre."""

    def forward(self, carts: Tensor) -> Tensor:
        return carts / torch.tensor((EDGE, 2.0, FALLEN, 2.0), device=carts.device)


def network(units: int) -> nn.Sequential:
    """From a cart (n, 4) to the value of each push (n, 2): the rewards still to come, later ones counting less."""
    return nn.Sequential(
        Scaled(), nn.Linear(4, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU(), nn.Linear(units, 2)
    )


@torch.no_grad()
def episodes(policy: Callable[[Tensor], Tensor], count: int, device: str) -> float:
    """The mean return of that many episodes with the pushes (n,) that a policy gives for carts (n, 4)."""
    carts = start(count).to(device)
    standing = torch.ones(count, dtype=torch.bool, device=device)
    rewards = torch.zeros(count, device=device)
    for _ in range(LONGEST):
        carts = move(carts, policy(carts))
        rewards += standing
        standing &= ~failed(carts)
        if not standing.any():
            break
    return rewards.mean().item()


class Memory:
    """The last transitions, in tensors of fixed length that are written round and round.

    Neighbouring moments resemble each other. A network that learned from them in their order would fit the last
    seconds and forget the rest, so it learns from moments drawn at random from a long memory.
    """

    def __init__(self, size: int) -> None:
        self.before, self.after = torch.zeros(size, 4), torch.zeros(size, 4)
        self.push = torch.zeros(size, dtype=torch.int64)
        self.over = torch.zeros(size)
        self.written = 0

    def write(self, before: Tensor, push: Tensor, after: Tensor, over: Tensor) -> None:
        place = torch.arange(self.written, self.written + len(before)) % len(self.over)
        self.before[place], self.push[place] = before, push
        self.after[place], self.over[place] = after, over
        self.written += len(before)

    def draw(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Before (count, 4), push (count,), after (count, 4), over (count,): 1 where the episode failed there."""
        at = torch.randint(min(self.written, len(self.over)), (count,))
        return self.before[at], self.push[at], self.after[at], self.over[at]

    def state(self) -> Mapping[str, Any]:
        return vars(self)

    def resume(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state)


def train(spec: Dqn, run: Run) -> dict[str, float]:
    """The mean `return` of a hundred episodes after training, at most 500, and `random_return` of pushes by chance."""
    torch.manual_seed(spec.seed)
    run.dataset("cart-and-pole", "1983")

    model, target = network(spec.units).to(run.device), network(spec.units).to(run.device)
    target.load_state_dict(model.state_dict())
    rule = optimiser(spec.optimiser, model, spec.learning_rate, 0.0)
    memory = Memory(spec.memory)
    carts, ages = start(CARTS), torch.zeros(CARTS, dtype=torch.int64)
    returns: deque[int] = deque(maxlen=50)
    first = 0

    if earlier := run.resume():
        model.load_state_dict(earlier["model"])
        target.load_state_dict(earlier["target"])
        rule.load_state_dict(earlier["rule"])
        memory.resume(earlier["memory"])
        torch.set_rng_state(earlier["chance"])
        first, carts, ages = earlier["step"], earlier["carts"], earlier["ages"]
        returns.extend(earlier["returns"])

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {
            "model": model.state_dict(),
            "target": target.state_dict(),
            "rule": rule.state_dict(),
            "memory": memory.state(),
            "chance": torch.get_rng_state(),
            "step": done,
            "carts": carts,
            "ages": ages,
            "returns": list(returns),
        }

    losses: list[float] = []
    for step in range(first, spec.steps):
        # At first every push is left to chance, for the network knows nothing and somebody has to try things out.
        # Later most pushes are its own; the few others keep showing it what happens if one does something else.
        epsilon = max(spec.chance, 1 - (1 - spec.chance) * step / max(1, spec.explore * spec.steps))
        with torch.no_grad():
            best = model(carts.to(run.device)).argmax(dim=1).cpu()
        pushes = torch.where(torch.rand(CARTS) < epsilon, torch.randint(2, (CARTS,)), best)

        after = move(carts, pushes)
        over = failed(after)
        memory.write(carts, pushes, after, over.float())
        ages = ages + 1
        # An episode stopped for its length has not failed: the pole would have gone on standing, and the memory above
        # says so. Told otherwise, the network would learn that long balancing ends badly.
        ended = over | (ages >= LONGEST)
        returns.extend(ages[ended].tolist())
        carts = torch.where(ended[:, None], start(CARTS), after)
        ages = ages.masked_fill(ended, 0)

        before, push, after, over = (part.to(run.device) for part in memory.draw(spec.batch_size))
        with torch.no_grad():
            # What a push is worth: its own reward, and what the best push after it is worth. That second part is the
            # network's own guess. It comes from a copy that stands still for a while, or every step would move what
            # it aims at.
            later = target(after)
            # The largest of several unsure guesses is mostly one that is too high. Double learning lets one network
            # pick the push and the other say what it is worth: they seldom err upwards on the same one.
            picked = (model(after) if spec.double else later).argmax(dim=1, keepdim=True)
            worth = REWARD + spec.gamma * later.gather(1, picked)[:, 0] * (1 - over)
        # Huber's loss: square for small errors, straight for large ones, so that one surprise cannot upset everything.
        loss = functional.smooth_l1_loss(model(before).gather(1, push[:, None])[:, 0], worth)

        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * (1 - step / spec.steps)
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()
        losses.append(loss.item())

        done = step + 1
        if done % spec.target_every == 0:
            target.load_state_dict(model.state_dict())
        if done * REPORTS // spec.steps > step * REPORTS // spec.steps:
            values = {"return": sum(returns) / len(returns)} if returns else {}
            run.report(
                done,
                spec.steps,
                state,
                train_loss=sum(losses) / len(losses),
                epsilon=epsilon,
                **values,
                **health(model, before),
            )
            losses = []

    run.keep("model", model.state_dict())
    return {
        "return": episodes(lambda carts: model(carts).argmax(dim=1), 100, run.device),
        "random_return": episodes(lambda carts: torch.randint(2, (len(carts),)).to(carts.device), 100, run.device),
    }
