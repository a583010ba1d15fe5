"""Layers as text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import GradusError
from training.architecture import KINDS, LONGEST_TEXT, Number, parameters, parse

PICTURE = (1, 28, 28)


def test_the_example_of_the_handbook_has_the_shapes_and_parameters_counted_by_hand() -> None:
    layers = parse("conv 32 3, relu, pool 2, dropout 0.25, linear 10", PICTURE, 10)
    assert [str(layer) for layer in layers] == ["conv 32 3", "relu", "pool 2", "dropout 0.25", "flatten", "linear 10"]
    assert [layer.outputs for layer in layers] == [(32, 28, 28)] * 2 + [(32, 14, 14)] * 2 + [(6272,), (10,)]
    assert parameters(layers) == (32 * 9 + 32) + (6272 * 10 + 10)


def test_a_stride_makes_the_picture_smaller_and_rounds_up() -> None:
    assert parse("conv 4 3 2, linear 10", (1, 9, 8), 10)[0].outputs == (4, 5, 4)


def test_letters_may_be_large_and_lines_may_stand_for_commas() -> None:
    assert parse("Linear 32\nReLU\nlinear 10", (64,), 10) == parse("linear 32, relu, linear 10", (64,), 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "layer 1 '' is empty"),
        ("relu,, linear 10", "layer 2 '' is empty"),
        ("conv 8 3, rleu, linear 10", "layer 2 'rleu': unknown layer (did you mean 'relu'?)"),
        ("conv 8, linear 10", "layer 1 'conv 8': conv takes channels, kernel, perhaps stride, as in 'conv 32 3'"),
        ("relu 3, linear 10", "layer 1 'relu 3': relu takes no number"),
        ("conv 8 4, linear 10", "layer 1 'conv 8 4': a kernel has a middle, so take 3 or 5, not 4"),
        ("conv 0 3, linear 10", "layer 1 'conv 0 3': channels is a whole number from 1 to 1024"),
        ("conv 8 -3, linear 10", "layer 1 'conv 8 -3': kernel is a whole number from 1 to 15"),
        ("conv ٣ 3, linear 10", "layer 1 'conv ٣ 3': channels is a whole number from 1 to 1024"),
        ("dropout 25, linear 10", "layer 1 'dropout 25': share is a number from 0 to 0.9"),
        ("pool 9, pool 5, linear 10", "layer 2 'pool 5': the picture is 3 × 3 there, too small to pool by 5"),
        ("linear 64, conv 8 3, linear 10", "layer 2 'conv 8 3': conv needs a picture, but a row of 64 numbers"),
        ("linear 64, relu", "the last layer must be 'linear 10', a unit for each class; yours is 'relu'"),
        ("linear 9", "the last layer must be 'linear 10', a unit for each class; yours is 'linear 9'"),
        ("linear 9000, linear 10", "7,155,010 parameters; 5,000,000 are the most. 'linear 9000' has 7,065,000"),
        ("conv 1024 3, conv 1024 1, relu, globalpool, linear 10", "the layers give 2,409,"),
        ("relu, " * 100, "101 layers; 60 are the most"),
        ("x" * 5000, "5,000 characters; 2,000 are the most"),
    ],
)
def test_what_cannot_be_built_is_refused_in_a_line_that_says_where_and_why(text: str, expected: str) -> None:
    with pytest.raises(GradusError) as caught:
        parse(text, PICTURE, 10)
    assert expected in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


WORDS = st.sampled_from([*KINDS, "rleu", "3", "0.5", "-1", "1e9", "nan", ",", "\n", "×", "999999999"])


@given(st.one_of(st.text(max_size=LONGEST_TEXT + 9), st.lists(WORDS, max_size=40).map(" ".join)))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_in_one_line_and_at_once(text: str) -> None:
    began = time.process_time()
    try:
        said = str(parameters(parse(text, PICTURE, 10)))
    except GradusError as refused:
        said = str(refused)
    assert len(said.splitlines()) == 1
    assert len(said) < 300
    assert time.process_time() - began < 0.5


def _within(number: Number) -> st.SearchStrategy[str]:
    if not number.whole:
        return st.sampled_from(["0", "0.25", ".5", "0.9"])
    values = {"channels": [1, 3, 8], "kernel": [1, 3, 5], "stride": [1, 2, 3], "units": [1, 7, 20], "size": [2, 3]}
    return st.sampled_from(values[number.name]).map(str)


def _layer(kind: str) -> st.SearchStrategy[str]:
    least = sum(not number.optional for number in KINDS[kind])
    return st.integers(least, len(KINDS[kind])).flatmap(
        lambda count: st.tuples(st.just(kind), *map(_within, KINDS[kind][:count])).map(" ".join)
    )


TEXTS = st.lists(st.sampled_from(list(KINDS)).flatmap(_layer), max_size=7).map(
    lambda made: ", ".join([*made, "linear 5"])
)


@given(TEXTS, st.sampled_from([(1, 8, 8), (3, 13, 10), (6,)]))
@settings(max_examples=150, deadline=None)
def test_what_is_read_builds_and_torch_finds_the_same_shapes_and_parameters(text: str, inputs: tuple[int, ...]) -> None:
    import torch

    from training.networks import build

    try:
        layers = parse(text, inputs, 5)
    except GradusError:
        return
    x = torch.zeros(2, *inputs)
    for layer, module in zip(layers, build(layers), strict=True):
        assert tuple(x.shape[1:]) == layer.inputs
        x = module(x)
        assert tuple(x.shape[1:]) == layer.outputs
        assert sum(weight.numel() for weight in module.parameters()) == layer.parameters
