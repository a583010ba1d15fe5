"""How tests are spread over processes: a file stays together, and so do those that share an index."""

from pathlib import Path

import pytest

INDEX = Path(__file__).parent / "index"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group("index" if INDEX in item.path.parents else str(item.path)))
