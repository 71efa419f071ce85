"""What Spark reads, counts, correlates and scales for the mall study is what pandas and numpy give."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from batch.studies import stand_ins
from batch.studies.claims import text_of
from batch.studies.framework import Context, Figure, StudyResult
from batch.studies.framework.drawing import drawn
from batch.studies.framework.study import Training
from batch.studies.mall_som.customers import COLUMNS, FEATURES, read_mall, to_spark
from batch.studies.mall_som.segmentation import scale
from batch.studies.mall_som.statistics import correlations, gender_counts
from batch.studies.mall_som.study import run
from batch.studies.reading import DataFile, read_table
from shared.errors import InvalidConfig
from tests.support import mall_tables
from tests.support.claims import assert_claims_hold

pytestmark = pytest.mark.filterwarnings("ignore:vert:DeprecationWarning")  # of seaborn's, to matplotlib


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> DataFile:
    return stand_ins.own_data("mall", tmp_path_factory.mktemp("mall"))


@pytest.fixture(scope="module")
def customers(spark: SparkSession, file: DataFile) -> DataFrame:
    return to_spark(spark, read_mall(file)[0])


@pytest.fixture(scope="module")
def expected(file: DataFile) -> pd.DataFrame:
    return pd.read_csv(file.path)


def test_every_customer_is_read_in_order(customers: DataFrame, expected: pd.DataFrame) -> None:
    table = customers.toPandas()

    assert table.columns.tolist() == ["customer_id", "gender", *FEATURES]
    np.testing.assert_array_equal(table[list(FEATURES)], expected.iloc[:, 2:])
    assert table["gender"].tolist() == expected["Gender"].tolist()


def test_correlations_are_numpys(customers: DataFrame, expected: pd.DataFrame) -> None:
    np.testing.assert_allclose(
        correlations(customers, FEATURES), np.corrcoef(expected.iloc[:, 2:].T), atol=1e-12
    )


def test_genders_are_counted(customers: DataFrame, expected: pd.DataFrame) -> None:
    counts = gender_counts(customers).set_index("gender")["customers"]

    assert counts.to_dict() == expected["Gender"].value_counts().to_dict()


def test_the_pipeline_standardises_and_leads_back(customers: DataFrame, expected: pd.DataFrame) -> None:
    raw = expected.iloc[:, 2:].to_numpy(float)
    scaled = scale(customers, FEATURES)

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
    read = to_spark(spark, read_mall(file)[0]).toPandas()

    assert read["gender"].tolist() == table["Genre"].tolist()
    assert read["age_years"].tolist() == table["`age`"].tolist()


def test_a_customer_without_a_number_is_left_out_and_not_made_null(
    spark: SparkSession, tmp_path: Path
) -> None:
    table = stand_ins.make("mall", 20).astype({"Age": "object"})
    table.loc[3, "Age"] = "forty"
    table.to_csv(tmp_path / "mall.csv", index=False)
    read = to_spark(spark, read_mall(DataFile(tmp_path / "mall.csv"))[0]).toPandas()

    assert read["customer_id"].tolist() == [str(number) for number in range(1, 21) if number != 4]
    assert not read.isna().any(axis=None)


def test_a_file_in_which_nobody_has_an_age_is_refused_with_the_rule(tmp_path: Path) -> None:
    table = stand_ins.make("mall", 20).assign(Age=1_985)
    table.to_csv(tmp_path / "mall.csv", index=False)

    with pytest.raises(InvalidConfig, match=r"0 of 20 customers.*an age is 0 to 110[^-]*--map"):
        read_mall(DataFile(tmp_path / "mall.csv"))


MALLS: dict[str, tuple[pd.DataFrame, dict[str, str]]] = {
    "shipped": (stand_ins.make("mall"), {}),
    "in rupees": (mall_tables.in_rupees(), dict(mall_tables.RUPEES_NAMES)),
    "with gaps": (mall_tables.with_gaps(), {}),
    "without income": (mall_tables.without_income(), {}),
}


def _told(spark: SparkSession, folder: Path, mall: str, training: Training = "batch") -> StudyResult:
    table, names = MALLS[mall]
    table.to_csv(folder / "mine.csv", index=False)
    file = DataFile(folder / "mine.csv", names)
    result = run(Context(file, False, folder, lambda: spark, training=training))
    assert_claims_hold(result, read_table(file, COLUMNS))
    for figure in result.of(Figure):
        drawn(figure.draw)
    return result


Tell = Callable[[str], StudyResult]


@pytest.fixture(scope="module")
def tell(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Tell:
    """Run the study on each mall once."""
    return cache(lambda mall: _told(spark, tmp_path_factory.mktemp("told"), mall))


@pytest.mark.parametrize("mall", MALLS)
def test_every_claim_about_any_mall_holds_when_it_is_counted_again(tell: Tell, mall: str) -> None:
    tell(mall)


def test_claims_hold_for_minisoms_own_training_as_well(spark: SparkSession, tmp_path: Path) -> None:
    result = _told(spark, tmp_path, "shipped", "online")

    assert any("one by one" in text_of(sentence) for sentence in result.sentences())


def test_what_is_said_follows_the_data(tell: Tell) -> None:
    said = {mall: " ".join(map(text_of, tell(mall).sentences())) for mall in MALLS}

    assert "Spending rises with income" in said["in rupees"]
    assert "Everybody is in one group: male" in said["in rupees"]
    assert "of 40 customers, 4 lack a number" in said["with gaps"].replace("Of", "of")
    assert "says thousands" in said["with gaps"]
    assert "which its name states" in said["with gaps"]
    assert "33 for everybody" in said["with gaps"]
    assert "40 for everybody" in said["without income"]
    assert "income" not in said["without income"].split("The map is made of")[1].split(":")[0].casefold()
    assert "k$" not in said["in rupees"]
