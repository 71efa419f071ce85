"""What Spark reads, counts, correlates and scales for the mall study is what pandas and numpy give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from batch.studies import stand_ins
from batch.studies.mall_som.customers import FEATURES, read_customers, to_pandas
from batch.studies.mall_som.segmentation import scale
from batch.studies.mall_som.statistics import correlations, gender_counts
from batch.studies.reading import DataFile
from shared.errors import InvalidConfig


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> DataFile:
    return stand_ins.own_data("mall", tmp_path_factory.mktemp("mall"))


@pytest.fixture(scope="module")
def customers(spark: SparkSession, file: DataFile) -> DataFrame:
    return read_customers(spark, file)


@pytest.fixture(scope="module")
def expected(file: DataFile) -> pd.DataFrame:
    return pd.read_csv(file.path)


def test_every_customer_is_read_in_order(customers: DataFrame, expected: pd.DataFrame) -> None:
    table = to_pandas(customers)

    assert table.columns.tolist() == ["customer_id", "gender", *FEATURES]
    np.testing.assert_array_equal(table[list(FEATURES)], expected.iloc[:, 2:])
    assert table["gender"].tolist() == expected["Gender"].tolist()


def test_correlations_are_numpys(customers: DataFrame, expected: pd.DataFrame) -> None:
    np.testing.assert_allclose(correlations(customers), np.corrcoef(expected.iloc[:, 2:].T), atol=1e-12)


def test_genders_are_counted(customers: DataFrame, expected: pd.DataFrame) -> None:
    counts = gender_counts(customers).set_index("gender")["customers"]

    assert counts.to_dict() == expected["Gender"].value_counts().to_dict()


def test_the_pipeline_standardises_and_leads_back(customers: DataFrame, expected: pd.DataFrame) -> None:
    raw = expected.iloc[:, 2:].to_numpy(float)
    scaled = scale(customers)

    np.testing.assert_allclose(scaled.X, (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1), atol=1e-12)
    np.testing.assert_allclose(scaled.raw(scaled.X), raw, atol=1e-9)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_another_separator_names_and_encoding_are_read(
    spark: SparkSession, tmp_path: Path, encoding: str
) -> None:
    table = stand_ins.make("mall", 20).rename(columns={"Gender": "Genre", "Age": "`age`"})
    table["Genre"] = table["Genre"].replace({"Male": "Mâle"})
    table.to_csv(tmp_path / "mall.csv", sep=";", index=False, encoding=encoding)
    names = {"Gender": "Genre", "Age": "`age`"}
    file = DataFile(tmp_path / "mall.csv", names, encoding.removesuffix("-sig"))
    read = to_pandas(read_customers(spark, file))

    assert read["gender"].tolist() == table["Genre"].tolist()
    assert read["age_years"].tolist() == table["`age`"].tolist()


def test_what_spark_would_make_null_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    table = stand_ins.make("mall", 20).astype({"Age": "object"})
    table.loc[3, "Age"] = "forty"
    table.to_csv(tmp_path / "mall.csv", index=False)

    with pytest.raises(InvalidConfig, match="'forty' in line 5"):
        read_customers(spark, DataFile(tmp_path / "mall.csv"))
