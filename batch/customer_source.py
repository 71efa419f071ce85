"""Step 1: whom to cluster: everybody in memory or, beyond a size, a sample with everybody in Spark."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from pymongo.database import Database

from batch.load import CustomerTable, count_clusterable, load_customers
from shared.core.customers.features import feature_matrix
from shared.core.model.artifact import ModelArtifact
from shared.core.model.transform import FeatureTransform, fit_transform
from shared.documents import Document
from shared.settings import Settings


class CustomerSource(Protocol):
    """All customers of one tick, wherever they are held."""

    @property
    def table(self) -> CustomerTable:
        """Those in memory, on whom k, candidates, identities and names are decided."""

    def fit_transform(self, features: Sequence[str], recency_clip_days: int | None) -> FeatureTransform:
        """Learn the scaling on everybody."""

    def enlarge(self, challenger: ModelArtifact) -> ModelArtifact:
        """Bring a challenger of `table` to rest on everybody, and measure it there."""


@dataclass(frozen=True, eq=False)
class InMemory:
    """Everybody is in the table."""

    table: CustomerTable

    def fit_transform(self, features: Sequence[str], recency_clip_days: int | None) -> FeatureTransform:
        """See `CustomerSource`."""
        raw = feature_matrix(features, self.table.rfm, self.table.as_of_ms)
        return fit_transform(raw, features, recency_clip_days=recency_clip_days)

    def enlarge(self, challenger: ModelArtifact) -> ModelArtifact:
        """Return the challenger: it has seen everybody already."""
        return challenger


@contextmanager
def open_source(
    database: Database[Document], settings: Settings, *, wait_s: float
) -> Iterator[CustomerSource]:
    """Read everybody at a settled tick, by the engine that their number asks for.

    Raises
    ------
    ReclusteringError : no settled tick within `wait_s`, or nobody to cluster.
    """
    if count_clusterable(database, settings.stream.id) <= settings.model.in_process_customers:
        yield InMemory(load_customers(database, settings.stream.id, wait_s=wait_s))
        return
    # Spark takes seconds to import and to start; most shops never need it here
    from batch.spark.load_large import load_large_table  # noqa: PLC0415
    from batch.spark.session import spark_session  # noqa: PLC0415

    with spark_session(settings) as spark:
        yield load_large_table(spark, database, settings, wait_s=wait_s)
