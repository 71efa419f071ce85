"""Every test here needs the real broker and the real mongod."""

from pathlib import Path

import pytest

from tests.support.shop_fixtures import *  # noqa: F403 - the fixtures of the streamed shop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder, so that `-m integration` and the path agree."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.integration)
