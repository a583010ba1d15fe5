"""The real encoder, loaded once, and a small index that it made."""

from pathlib import Path

import pytest

from index.build import build_index
from index.embedding import Encoder, load_encoder
from index.passages import Passage
from index.search import Index

SMALL = (
    Passage("dropout", "Dropout", "Dropout switches units off at random during training. At test time all are on."),
    Passage("momentum", "Momentum", "Momentum keeps a running average of gradients. It damps the zigzag in valleys."),
    Passage("attention", "Attention", "Attention weighs values by how well a query fits their keys."),
    Passage("convolution", "Convolution", "A convolution slides a small kernel over an image. Its weights are shared."),
    Passage("adam", "Adam", "Adam divides each step by the root of a running mean of squared gradients."),
    Passage("embedding", "", "Word vectors place words of like meaning near each other, as the Norwegian Möbius did not."),
)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="session")
def small_folder(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    build_index(SMALL, folder, encoder)
    return folder


@pytest.fixture(scope="session")
def small(small_folder: Path, encoder: Encoder) -> Index:
    return Index.open(small_folder, encoder.identity)
