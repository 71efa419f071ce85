"""Faults on purpose: a short seeded form by default, the long one with RESEG_FAULTS=long."""

import os
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from shared.adapters.failpoints import POINTS
from tests.support.shop_fixtures import *  # noqa: F403 - the fixtures of the streamed shop
from tests.support.shop_fixtures import SiteFactory
from tests.support.snapshot import Snapshot, take
from tests.support.streams import Site, reclustering, run_stream

IS_LONG = os.environ.get("RESEG_FAULTS") == "long"
SMALL_BATCHES = {"stream__max_offsets_per_trigger": "2000", "drift__hourly": "true"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder; a chain of crashes takes longer than other tests may."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.timeout(3_600 if IS_LONG else 900))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test its rounds: `chain` of points to crash at, `kills` in a row."""
    if "chain" in metafunc.fixturenames:
        alone = [(f"{point}:{times}",) for point in POINTS for times in (1, 2, 4)] if IS_LONG else []
        metafunc.parametrize("chain", [POINTS, *alone], ids=lambda chain: "-".join(chain)[:40])
    if "kills" in metafunc.fixturenames:
        metafunc.parametrize("kills", [10 if IS_LONG else 2])


@pytest.fixture
def crash_site(new_site: SiteFactory, shop_topic: str) -> Site:
    """Return a site of one's own, with enough micro-batches to crash in."""
    return new_site(shop_topic).with_settings(**SMALL_BATCHES)


@pytest.fixture(scope="session")
def undisturbed(
    new_site: SiteFactory, shop_topic: str, mongo_client: MongoClient[dict[str, Any]]
) -> Snapshot:
    """What the same topic comes to when nothing goes wrong."""
    where = new_site(shop_topic).with_settings(**SMALL_BATCHES)
    with reclustering(where):
        run_stream(where)
    return take(mongo_client[where.settings.mongo.database])
