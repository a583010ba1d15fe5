"""What takes long to make, made once for all processes that tests are spread over."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from content.catalogue import load
from foundation.files import file_lock


def made_once(name: str, factory: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    """A folder of that name, filled by the first process that needs it; nobody may change what is in it."""
    own = factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made = root / name, root / f"{name}.made"
    with file_lock(root / f"{name}.lock"):
        if not made.exists():
            make(folder)
            made.touch()
    return folder


def index_of_everything(factory: pytest.TempPathFactory) -> Path:
    """The index of all lessons as the bot makes it."""

    def make(folder: Path) -> None:
        from index.build import build_index
        from index.embedding import load_encoder
        from index.passages import lesson_passages

        build_index(lesson_passages(load()), folder, load_encoder())

    return made_once("everything", factory, make)
