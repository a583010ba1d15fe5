"""Layers as text, `conv 32 3, relu, pool 2, linear 10`: read, checked and counted without torch."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from foundation.errors import GradusError, did_you_mean

Shape = tuple[int, ...]
"""Of one example: (channels, height, width) of a picture, or (features,) of a row of numbers."""

MOST_PARAMETERS = 5_000_000
MOST_VALUES = 2_000_000
"""Numbers that the layers give for one example: a batch of 64 of them, with gradients, is 1 GB."""
MOST_LAYERS = 60
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Layer:
    """A layer in its place.

    Attributes:
        kind: a word of `KINDS`.
        numbers: as written, e.g. 32 and 3 of `conv 32 3`.
        inputs, outputs: the shape of an example before and after it.
        parameters: numbers in it that are learnt.
    """

    kind: str
    numbers: tuple[float, ...]
    inputs: Shape
    outputs: Shape
    parameters: int

    def __str__(self) -> str:
        return " ".join([self.kind, *(f"{number:g}" for number in self.numbers)])


@dataclass(frozen=True)
class Number:
    """A number behind a layer's word: its name in messages and its bounds; `whole` ones have no fraction."""

    name: str
    least: float
    most: float
    whole: bool = True
    optional: bool = False


_SIDE = Number("size", 2, 32)

KINDS: Mapping[str, tuple[Number, ...]] = {
    "conv": (Number("channels", 1, 1024), Number("kernel", 1, 15), Number("stride", 1, 8, optional=True)),
    "pool": (_SIDE,),
    "avgpool": (_SIDE,),
    "globalpool": (),
    "flatten": (),
    "linear": (Number("units", 1, 100_000),),
    "relu": (),
    "leaky": (),
    "gelu": (),
    "tanh": (),
    "sigmoid": (),
    "batchnorm": (),
    "dropout": (Number("share", 0, 0.9, whole=False),),
}
"""The words of the language with the numbers that stand behind them."""

EXAMPLES: Mapping[str, str] = {"conv": "conv 32 3", "linear": "linear 64", "dropout": "dropout 0.25"}


def parse(text: str, inputs: Shape, outputs: int) -> tuple[Layer, ...]:
    """The layers that a text names, a `flatten` put in before `linear` where a picture comes in.

    Args:
        inputs: the shape of an example.
        outputs: the classes; the last layer has a unit for each.

    Raises:
        GradusError: names the layer that cannot stand there, and what to do.
    """
    if len(text) > LONGEST_TEXT:
        raise GradusError(f"the architecture has {len(text):,} characters; {LONGEST_TEXT:,} are the most")
    parts = re.split(r"[,;\n]", text)
    if len(parts) > MOST_LAYERS:
        raise GradusError(f"the architecture has {len(parts)} layers; {MOST_LAYERS} are the most")
    layers: list[Layer] = []
    shape = inputs
    for number, part in enumerate(parts, start=1):
        place = f"layer {number} '{_shown(part)}'"
        kind, numbers = _read(part, place)
        if kind == "linear" and len(shape) == 3:
            layers.append(Layer("flatten", (), shape, (math.prod(shape),), 0))
            shape = layers[-1].outputs
        layers.append(_placed(kind, numbers, shape, place))
        shape = layers[-1].outputs
    if layers[-1].kind != "linear" or shape != (outputs,):
        raise GradusError(f"the last layer must be 'linear {outputs}', a unit for each class; yours is '{layers[-1]}'")
    _check_size(layers)
    return tuple(layers)


def parameters(layers: tuple[Layer, ...]) -> int:
    """Numbers that are learnt, in all layers together."""
    return sum(layer.parameters for layer in layers)


def _read(part: str, place: str) -> tuple[str, tuple[float, ...]]:
    words = part.lower().split()
    if not words:
        raise GradusError(f"{place} is empty; take out a comma, or write a layer such as 'relu'")
    kind, *written = words
    if kind not in KINDS:
        raise GradusError(f"{place}: unknown layer{did_you_mean(kind[:40], KINDS)}; there are {', '.join(KINDS)}")
    wanted = KINDS[kind]
    least = sum(not number.optional for number in wanted)
    if not least <= len(written) <= len(wanted):
        raise GradusError(f"{place}: {_grammar(kind)}")
    return kind, tuple(_number(word, one, place) for word, one in zip(written, wanted, strict=False))


def _grammar(kind: str) -> str:
    if not KINDS[kind]:
        return f"{kind} takes no number"
    names = [f"perhaps {number.name}" if number.optional else number.name for number in KINDS[kind]]
    return f"{kind} takes {', '.join(names)}, as in '{EXAMPLES.get(kind, f'{kind} 2')}'"


def _number(word: str, number: Number, place: str) -> float:
    form = r"[0-9]{1,9}" if number.whole else r"[0-9]{0,9}\.?[0-9]{1,9}"
    bounds = f"{number.name} is a {'whole ' if number.whole else ''}number from {number.least:g} to {number.most:g}"
    if not re.fullmatch(form, word) or not number.least <= float(word) <= number.most:
        raise GradusError(f"{place}: {bounds}")
    return int(word) if number.whole else float(word)


def _placed(kind: str, numbers: tuple[float, ...], shape: Shape, place: str) -> Layer:
    """The layer where an example of that shape comes in."""
    if kind in ("conv", "pool", "avgpool", "globalpool") and len(shape) != 3:
        raise GradusError(
            f"{place}: {kind} needs a picture, but a row of {shape[0]:,} numbers comes in; put it earlier"
        )
    whole = tuple(int(number) for number in numbers)
    match kind:
        case "conv":
            channels, kernel, stride = (*whole, 1)[:3]
            if kernel % 2 == 0:
                raise GradusError(f"{place}: a kernel has a middle, so take {kernel - 1} or {kernel + 1}, not {kernel}")
            # "Same" padding: kernel // 2 zeros on every side, so only the stride makes the picture smaller.
            side = [(length - 1) // stride + 1 for length in shape[1:]]
            return Layer(kind, numbers, shape, (channels, *side), channels * (shape[0] * kernel**2 + 1))
        case "pool" | "avgpool":
            if whole[0] > min(shape[1:]):
                raise GradusError(
                    f"{place}: the picture is {shape[1]} × {shape[2]} there, too small to pool by {whole[0]}; "
                    "take out a pool or a stride before it"
                )
            return Layer(kind, numbers, shape, (shape[0], shape[1] // whole[0], shape[2] // whole[0]), 0)
        case "globalpool":
            return Layer(kind, numbers, shape, shape[:1], 0)
        case "flatten":
            return Layer(kind, numbers, shape, (math.prod(shape),), 0)
        case "linear":
            return Layer(kind, numbers, shape, (whole[0],), whole[0] * (shape[0] + 1))
        case "batchnorm":
            return Layer(kind, numbers, shape, shape, 2 * shape[0])
        case _:
            return Layer(kind, numbers, shape, shape, 0)


def _check_size(layers: list[Layer]) -> None:
    total = sum(layer.parameters for layer in layers)
    if total > MOST_PARAMETERS:
        largest = max(layers, key=lambda layer: layer.parameters)
        raise GradusError(
            f"{total:,} parameters; {MOST_PARAMETERS:,} are the most. '{largest}' has {largest.parameters:,} of them: "
            "take a smaller one, or a smaller layer or a 'pool 2' before it"
        )
    values = sum(math.prod(layer.outputs) for layer in layers)
    if values > MOST_VALUES:
        widest = max(layers, key=lambda layer: math.prod(layer.outputs))
        raise GradusError(
            f"the layers give {values:,} numbers for one example; {MOST_VALUES:,} are the most. '{widest}' gives "
            f"{math.prod(widest.outputs):,} of them: take fewer channels, or pool before it"
        )


def _shown(part: str) -> str:
    """What a learner wrote, in one printable line of at most 40 characters."""
    line = "".join(char if char.isprintable() else "?" for char in " ".join(part.split()))
    return line if len(line) <= 40 else f"{line[:39]}…"
