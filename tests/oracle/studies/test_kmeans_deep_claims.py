"""Every sentence of K-means in depth holds, whoever's invoice lines they are."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from batch.studies.claims import text_of
from batch.studies.framework import Context
from batch.studies.kmeans_deep import study
from batch.studies.kmeans_deep.starts import compare_starts
from batch.studies.online_retail.reading_lines import read_invoices
from batch.studies.reading import DataFile
from tests.support.claims import assert_claims_hold
from tests.support.invoice_tables import SHOPS, make


def no_spark() -> SparkSession:
    raise AssertionError


@pytest.mark.parametrize("kind", SHOPS)
def test_every_sentence_holds_for_any_shop(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        study, "compare_starts", lambda X, k, seed: compare_starts(X, k, n_seeds=3, seed=seed)
    )
    make(kind, tmp_path / "lines.csv")
    zone = "Europe/Lisbon" if kind == "one country, euros" else None
    data = DataFile(tmp_path / "lines.csv", zone=zone)

    result = study.run(Context(data, is_own=False, folder=tmp_path, spark=no_spark))

    assert_claims_hold(result, read_invoices(data).lines)
    words = " ".join(map(text_of, result.sentences()))
    assert not [word for word in ("GBP", "pound", "Every seventh", "wholesale") if word in words]
