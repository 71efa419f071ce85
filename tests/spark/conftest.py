"""One JVM for the whole tier, set up as the stream sets it up."""

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from shared.adapters.jars.sets import spark_connector_jars
from shared.settings import Settings, StreamSettings
from streaming.driver.kafka_source import start_spark

LEFT_OPEN = "ignore:unclosed <socket:ResourceWarning"
"""pyspark leaves its sockets to the garbage collector."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder, so that `-m spark` and the path agree."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.spark)
            item.add_marker(pytest.mark.filterwarnings(LEFT_OPEN))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Return the stream's own session."""
    settings = Settings(stream=StreamSettings(driver_memory="1g"))
    checkpoint = tmp_path_factory.mktemp("checkpoint")
    session = start_spark(settings, spark_connector_jars(lambda _line: None), checkpoint)
    yield session
    session.stop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
