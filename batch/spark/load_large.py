"""Step 1 at size: every customer as a row of Spark, as of one tick.

Spark's reader cannot share one snapshot among its tasks. The rows are kept once read, and the tick is
looked at before and after: had it moved meanwhile, some customers would be older than others. Purchases
of the same tick may still arrive between two tasks, as they may between two customers of one shop.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymongo.database import Database
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import LongType, StringType, StructField, StructType

from batch.load import CLUSTERABLE, COLUMNS, CustomerTable, settled_tick
from batch.spark.enlarge import enlarge
from batch.spark.spark_transform import fit_transform
from shared.adapters.mongo.collections import CUSTOMERS
from shared.core.customers.features import RfmColumns
from shared.core.model.artifact import ModelArtifact
from shared.core.model.transform import FeatureTransform
from shared.documents import Document
from shared.errors import ReclusteringError
from shared.settings import Settings

ATTEMPTS = 3
"""Readings before a run gives up: a tick moves once a day, and a reading takes minutes at most."""

_SCHEMA = StructType([StructField("_id", StringType()), *(StructField(name, LongType()) for name in COLUMNS)])


@dataclass(frozen=True, eq=False)
class LargeTable:
    """Customers with a purchase and net spend > 0, in Spark.

    rows : cached; `_id` and the columns of `RfmColumns`, all int64. sample : some of them in memory, with
    the tick and the reach of the data. n : number of rows.
    """

    rows: DataFrame
    sample: CustomerTable
    n: int

    @property
    def table(self) -> CustomerTable:
        """See `batch.customer_source.CustomerSource`."""
        return self.sample

    def fit_transform(self, features: Sequence[str], recency_clip_days: int | None) -> FeatureTransform:
        """See `batch.customer_source.CustomerSource`."""
        return fit_transform(self.rows, self.n, self.sample.as_of_ms, features, recency_clip_days)

    def enlarge(self, challenger: ModelArtifact) -> ModelArtifact:
        """See `batch.customer_source.CustomerSource`."""
        return enlarge(challenger, self.rows, self.n, self.sample.as_of_ms)


def load_large_table(
    spark: SparkSession, database: Database[Document], settings: Settings, *, wait_s: float
) -> LargeTable:
    """Read everybody, and take a sample of `model.sample_customers` that depends on the seed alone.

    Raises
    ------
    ReclusteringError : no settled tick within `wait_s`, one that keeps moving, or nobody to cluster.
    """
    for _ in range(ATTEMPTS):
        before = _live(database, settings, wait_s)
        rows = _read(spark, settings).cache()
        n = rows.count()
        if _live(database, settings, wait_s)["as_of"] == before["as_of"]:
            return LargeTable(rows, _sample(rows, n, settings, before), n)
        rows.unpersist()
    msg = (
        f"the tick of stream {settings.stream.id!r} should rest while everybody is read; it moved "
        f"{ATTEMPTS} times; wait until the stream has caught up, then try again"
    )
    raise ReclusteringError(msg)


def _live(database: Database[Document], settings: Settings, wait_s: float) -> Document:
    with settled_tick(database, settings.stream.id, wait_s=wait_s) as (_, live):
        return live


def _read(spark: SparkSession, settings: Settings) -> DataFrame:
    pipeline = [{"$match": CLUSTERABLE}, {"$project": {"_id": 1} | COLUMNS}]
    return (
        spark.read.format("mongodb")
        .option("connection.uri", settings.mongo.uri.get_secret_value())
        .option("database", settings.mongo.database)
        .option("collection", CUSTOMERS)
        .option("aggregation.pipeline", json.dumps(pipeline))
        .schema(_SCHEMA)
        .load()
    )


def _sample(rows: DataFrame, n: int, settings: Settings, live: Mapping[str, Any]) -> CustomerTable:
    """Take customers by a hash of their identity: the same ones however the rows are partitioned."""
    if not n:
        msg = "a re-clustering needs a customer with a purchase and net spend > 0; there is none yet"
        raise ReclusteringError(msg)
    limit = settings.model.sample_customers
    by_chance = rows.selectExpr("*", f"xxhash64(_id, {settings.model.seed}L) AS draw").orderBy("draw", "_id")
    table = by_chance.limit(limit).orderBy("_id").drop("draw", "_id").toPandas()
    columns = {name: np.ascontiguousarray(table[name].to_numpy(np.int64)) for name in COLUMNS}
    return CustomerTable(
        RfmColumns(**columns), live["as_of"], live["first_event_at"], live["newest_event_at"]
    )
