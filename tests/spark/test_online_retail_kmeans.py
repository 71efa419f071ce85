"""K-means of the Online Retail study: Spark's figures against scikit-learn's."""

import numpy as np
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import silhouette_score

from batch.studies.online_retail.cleaning import clean
from batch.studies.online_retail.customer_rfm import Customers, to_customers
from batch.studies.online_retail.personas import describe_segments
from batch.studies.online_retail.reading_lines import SHIPPED, read_invoices
from batch.studies.online_retail.spark_kmeans import fit_curve
from batch.studies.reading import DataFile


@pytest.fixture(scope="module")
def customers() -> Customers:
    """Give the customers of the shipped year."""
    return to_customers(clean(read_invoices(DataFile(SHIPPED)).lines).lines)


def test_the_silhouette_of_every_k_is_scikit_learns(spark: SparkSession, customers: Customers) -> None:
    for fit in fit_curve(spark, customers.log, ks=(2, 3, 4)).fits:
        assert fit.silhouette == pytest.approx(silhouette_score(customers.log, fit.labels), abs=1e-9)
        squared = silhouette_score(customers.log, fit.labels, metric="sqeuclidean")
        assert fit.silhouette_squared == pytest.approx(
            squared, abs=2e-4
        )  # Spark counts a row as its own neighbour
        assert sum(fit.sizes) == len(customers.rfm)
        assert fit.inertia_by_best < 1.2


def test_four_clusters_on_the_log_scale_are_the_four_kinds(spark: SparkSession, customers: Customers) -> None:
    labels = fit_curve(spark, customers.log, ks=(4,)).of(4).labels
    found = describe_segments(customers.rfm, labels)
    assert sorted(segment.persona for segment in found) == ["Churned", "New", "Potential", "VIP"]
    assert found[0].persona == "VIP"
    assert found[0].revenue_share > 0.5


def test_on_the_raw_scale_a_handful_of_wholesalers_is_a_cluster(
    spark: SparkSession, customers: Customers
) -> None:
    sizes = fit_curve(spark, customers.raw, ks=(4,)).of(4).sizes
    assert sizes[-1] < 30
    assert sizes[0] > len(customers.rfm) / 2
    assert np.all(np.diff(sizes) <= 0)
