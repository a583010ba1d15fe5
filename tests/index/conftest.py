"""The real encoder, loaded once, a small index that it made, and one of the real lessons."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from content.catalogue import Catalogue, load
from index.answers import Encoding
from index.build import build_index
from index.elsewhere import encoded
from index.embedding import Encoder, load_encoder
from index.library import Library
from index.passages import Passage, lesson_passages
from index.search import Index
from tests.shared import index_of_everything, made_once

SMALL = (
    Passage("dropout", "Dropout", "Dropout switches units off at random during training. At test time all are on."),
    Passage("momentum", "Momentum", "Momentum keeps a running average of gradients. It damps the zigzag in valleys."),
    Passage("attention", "Attention", "Attention weighs values by how well a query fits their keys."),
    Passage("convolution", "Convolution", "A convolution slides a small kernel over an image. Its weights are shared."),
    Passage("adam", "Adam", "Adam divides each step by the root of a running mean of squared gradients."),
    Passage(
        "embedding", "", "Word vectors place words of like meaning near each other, as the Norwegian Möbius did not."
    ),
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


UNWRITTEN = {"gru", "diffusion-models", "eigenvalues", "pandas", "sgd", "object-detection"}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The curriculum as if some of its lessons were still being written."""
    whole = load()
    return replace(whole, lessons={id: one for id, one in whole.lessons.items() if id not in UNWRITTEN})


@pytest.fixture(scope="session")
def library(catalogue: Catalogue) -> Library:
    return Library(catalogue)


@pytest.fixture(scope="session")
def encoding(encoder: Encoder) -> Encoding:
    return Encoding(encoder.encode_query, encoded(encoder))


@pytest.fixture(scope="session")
def lessons_folder(catalogue: Catalogue, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of all lessons, made once for all processes that these tests are spread over."""

    def make(folder: Path) -> None:
        shutil.copytree(index_of_everything(tmp_path_factory), folder)  # what is not taught here goes out again
        build_index(lesson_passages(catalogue), folder, encoder)

    return made_once("lessons", tmp_path_factory, make)


@pytest.fixture(scope="session")
def lessons(lessons_folder: Path, encoder: Encoder) -> Index:
    return Index.open(lessons_folder, encoder.identity)
