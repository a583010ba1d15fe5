"""Networks from layers."""

import torch

from training.architecture import KINDS, parse
from training.networks import build

EVERY = "conv 4 3, batchnorm, relu, pool 2, conv 4 3 2, leaky, avgpool 2, gelu, globalpool, linear 8, batchnorm, "
EVERY += "tanh, sigmoid, dropout 0.5, linear 10"


def test_every_kind_of_layer_is_built_and_learns() -> None:
    layers = parse(EVERY, (1, 28, 28), 10)
    assert {layer.kind for layer in layers} == set(KINDS) - {"flatten"}
    network = build(layers)
    loss = torch.nn.functional.cross_entropy(network(torch.randn(4, 1, 28, 28)), torch.arange(4))
    loss.backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is not None for weight in network.parameters())


def test_the_same_seed_draws_the_same_weights() -> None:
    layers = parse("linear 8, relu, linear 3", (5,), 3)
    first, second = (build(layers) for _ in range(2) if torch.manual_seed(7))
    assert torch.equal(first[0].weight, second[0].weight)  # type: ignore[arg-type]
