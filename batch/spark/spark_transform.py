"""Step 3 at size: the scaling that everybody, not the sample, decides."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.sql import DataFrame

from shared.core.customers.features import RfmColumns, feature_matrix
from shared.core.fixed_point import to_fixed
from shared.core.model.transform import FeatureTransform, clipped_logs, standardise

RFM = ("frequency", "monetary_minor", "first_purchase_ms", "last_purchase_ms")


def fit_transform(
    rows: DataFrame, n: int, as_of_ms: int, features: Sequence[str], recency_clip_days: int | None
) -> FeatureTransform:
    """Learn means and deviations of log1p features over all rows, like the fit in memory."""
    names = tuple(features)

    def logs(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            raw = feature_matrix(names, rfm_of(batch), as_of_ms)
            values = clipped_logs(raw, names, recency_clip_days)
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in values.T], names=list(names))

    table = rows.mapInArrow(logs, ", ".join(f"{name} double" for name in names))
    vectors = VectorAssembler(inputCols=list(names), outputCol="logs").transform(table).select("logs")
    fitted = StandardScaler(inputCol="logs", outputCol="scaled", withMean=True, withStd=True).fit(vectors)
    # Spark divides by n - 1
    deviations = np.array(fitted.std.toArray()) * np.sqrt((n - 1) / n)
    return standardise(names, np.array(fitted.mean.toArray()), deviations, recency_clip_days)


def to_vectors(rows: DataFrame, as_of_ms: int, transform: FeatureTransform) -> DataFrame:
    """Return one column `x0..` of int64 fixed point for each feature: the numbers that the stream stores."""

    def vectors(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            raw = feature_matrix(transform.features, rfm_of(batch), as_of_ms)
            fixed = to_fixed(transform.apply(raw))
            names = [f"x{at}" for at in range(fixed.shape[1])]
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in fixed.T], names=names)

    return rows.mapInArrow(vectors, ", ".join(f"x{at} long" for at in range(len(transform.features))))


def rfm_of(batch: pa.RecordBatch) -> RfmColumns:
    """Return the RFM columns of an Arrow batch."""
    return RfmColumns(**{name: batch[name].to_numpy(zero_copy_only=False) for name in RFM})
