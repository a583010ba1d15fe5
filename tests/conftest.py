"""How tests are spread over processes: a file stays together, and so do those that share an index."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")  # no test fails for being slow: `make bench` measures

INDEX = Path(__file__).parent / "index"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group("index" if INDEX in item.path.parents else str(item.path)))
