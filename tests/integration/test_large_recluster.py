"""The same shop through both engines: read with Spark from a real database, or in one process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, ensure
from shared.adapters.mongo.models import load_champion
from tests.support.still_shop import customers, live_model

Docs = Database[dict[str, Any]]
RESEGMENT = str(Path(sys.executable).with_name("resegment"))
DEADLINE_S = 300.0


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    shop = customers()
    mongo_database[CUSTOMERS].insert_many(shop)
    mongo_database[LIVE_MODEL].insert_one(live_model() | {"clusterable": len(shop)})
    return mongo_database


def recluster(database: Docs, mongo_uri: str, folder: Path, limit: int) -> dict[str, Any]:
    environment = os.environ | {"RESEG_MONGO__URI": mongo_uri, "RESEG_MONGO__DATABASE": database.name}
    flags = ["--set", f"model.in_process_customers={limit}", "--set", "model.k_max=4", "--json"]
    done = subprocess.run(
        [RESEGMENT, "recluster", "--once", *flags],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    served: dict[str, Any] = json.loads(done.stdout)
    return served


def test_both_engines_come_to_the_same_segments(database: Docs, mongo_uri: str, tmp_path: Path) -> None:
    recluster(database, mongo_uri, tmp_path, limit=1_000_000)
    in_process, _ = load_champion(database) or pytest.fail("no champion")
    recluster(database, mongo_uri, tmp_path, limit=1)
    by_spark, _ = load_champion(database) or pytest.fail("no champion")

    assert by_spark.version == in_process.version + 1
    assert by_spark.k == in_process.k
    assert by_spark.n_customers == in_process.n_customers
    assert by_spark.segment_ids.tolist() == in_process.segment_ids.tolist()
    assert [s.name for s in by_spark.segments] == [s.name for s in in_process.segments]
    assert by_spark.transform.means == pytest.approx(in_process.transform.means)
    assert by_spark.counts.tolist() == pytest.approx(in_process.counts.tolist(), abs=2)
    assert by_spark.quantization_error == pytest.approx(in_process.quantization_error, rel=0.01)
    assert by_spark.metrics["silhouette_everybody"] > 0.5
    assert by_spark.som.topographic_error < in_process.som.topographic_error + 0.05
