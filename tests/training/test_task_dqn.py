"""Deep Q-learning on CartPole."""

import math
from collections.abc import Callable

import pytest
import torch

from training.plain import PlainRun
from training.specs import Dqn
from training.tasks.dqn import Memory, episodes, failed, move, train

TINY = Dqn(units=16, steps=200, batch_size=32, memory=500)


def by_hand(cart: list[float], force: float) -> list[float]:
    """One moment after Barto, Sutton and Anderson's equations without friction, in plain numbers."""
    position, velocity, angle, turning = cart
    mass, pole, half, gravity, moment = 1.1, 0.1, 0.5, 9.8, 0.02
    sine, cosine = math.sin(angle), math.cos(angle)
    inner = (-force - pole * half * turning**2 * sine) / mass
    turned = (gravity * sine + cosine * inner) / (half * (4 / 3 - pole * cosine**2 / mass))
    moved = (force + pole * half * (turning**2 * sine - turned * cosine)) / mass
    return [
        position + moment * velocity,
        velocity + moment * moved,
        angle + moment * turning,
        turning + moment * turned,
    ]


def test_carts_move_by_the_published_equations() -> None:
    chance = torch.Generator().manual_seed(0)
    carts = torch.rand(50, 4, generator=chance) - 0.5
    pushes = torch.randint(2, (50,), generator=chance)
    expected = [
        by_hand(cart, 10.0 if push else -10.0) for cart, push in zip(carts.tolist(), pushes.tolist(), strict=True)
    ]
    torch.testing.assert_close(move(carts, pushes), torch.tensor(expected))


def test_an_episode_ends_where_the_pole_falls_or_the_track_ends() -> None:
    carts = torch.tensor([[0.0, 9, 0, 9], [2.41, 0, 0, 0], [-2.41, 0, 0, 0], [0, 0, 0.21, 0], [0, 0, -0.21, 0]])
    assert failed(carts).tolist() == [False, True, True, True, True]


def test_pushing_to_where_the_pole_leans_and_turns_balances_long_and_one_side_alone_does_not() -> None:
    torch.manual_seed(0)
    assert episodes(lambda carts: (carts[:, 2] + 0.3 * carts[:, 3] > 0).long(), 20, "cpu") > 150
    assert 8 < episodes(lambda carts: torch.ones(len(carts)).long(), 20, "cpu") < 11


def test_a_full_memory_forgets_what_is_oldest() -> None:
    memory = Memory(5)
    for number in range(4):
        carts = torch.full((2, 4), float(number))
        memory.write(carts, torch.zeros(2).long(), carts, torch.zeros(2))
    assert {*memory.draw(200)[0][:, 0].tolist()} == {1.0, 2.0, 3.0}


@pytest.mark.parametrize("double", [False, True])
def test_the_same_seed_gives_the_same_figures_also_when_broken_off(
    double: bool, run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    spec = TINY.model_copy(update={"double": double})
    whole = train(spec, run)
    assert {"return", "epsilon", "train_loss", "dead"} <= {*run.points[-1]}
    assert 40 <= len(run.points) <= 120
    assert in_two_parts(train, spec) == whole
