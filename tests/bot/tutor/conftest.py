"""A language model's server on this machine, and an encoder that knows words alone."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np
import pytest

from index.answers import AnswerPassage
from index.embedding import Encoder, Floats, load_encoder, normalised
from tests.bot.conftest import ANSWER
from tests.bot.tutor.loopback import Loopback, loopback

Made = TypeVar("Made")

LAYERS = ("input", "hidden", "output", "embedding", "attention", "pooling", "recurrent", "encoder", "decoder", "dense")
HAS = "has weights that are drawn at random"
NEEDS = "needs gradients of its own loss"
LEARNS = "learns from every batch"
MANY = tuple(f"The {layer} layer {does}." for layer in LAYERS for does in (HAS, NEEDS, LEARNS))
"""Thirty sentences that say different things."""
OF_MANY = replace(ANSWER, passages=(AnswerPassage("regularization", "Layers", " ".join(MANY), 0.5),))
"""An answer from a passage that says all of them."""


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


class Words:
    """An encoder of words."""

    def encode_sentences(self, texts: Sequence[str]) -> Floats:
        """Rows that are near each other where texts share their words."""
        rows = np.zeros((len(texts), 512), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % 512] += 1
        return normalised(rows + 1e-6)


@dataclass
class Worker:
    """Who owns an encoder, in the thread of the test."""

    owned: Any
    ready: bool = True

    async def in_worker(self, work: Callable[[], Made]) -> Made:
        return work()

    def encoder(self) -> Encoder:
        return cast(Encoder, self.owned)


@pytest.fixture
def worker() -> Worker:
    return Worker(Words())


@pytest.fixture(scope="session")
def real_worker() -> Worker:
    return Worker(load_encoder())
