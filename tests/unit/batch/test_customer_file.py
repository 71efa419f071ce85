"""Any table of customers as typed columns, and the rules that judge them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from batch.studies.customer_table.choosing import choose
from batch.studies.customer_table.customer_file import MIN_ROWS, CustomerFile, read_customers
from batch.studies.customer_table.wishes import TableWishes
from batch.studies.reading import DataFile
from shared.errors import InvalidConfig
from tests.support.claims import assert_claim_holds

N = 40


def _read(folder: Path, **columns: list[str]) -> CustomerFile:
    path = folder / "customers.csv"
    pd.DataFrame(columns).to_csv(path, index=False, sep=";")
    return read_customers(DataFile(path))


@pytest.mark.parametrize(
    ("cells", "kind", "first"),
    [
        (["1.299,00 €", "-3,50 €"], "number", 1299.0),
        (["12 %", "7.5%"], "number", 12.0),
        (["(3.50)", "4.25"], "number", -3.5),
        (["7", "NA", "?", "8"], "number", 7.0),
        (["31.12.2020", "1.2.2021"], "date", pd.Timestamp("2020-12-31")),
        (["2020-12-31T10:00:00", "2021-01-01T00:00:00"], "date", pd.Timestamp("2020-12-31 10:00")),
        (["Graduation", "PhD", "none"], "text", "Graduation"),
        (["yes", "no"], "text", "yes"),
        (["C1001", "C1002"], "text", "C1001"),
        (["+44 20 1234", "030/1234-5"], "text", "+44 20 1234"),
    ],
)
def test_a_column_is_what_its_cells_are(cells: list[str], kind: str, first: object, tmp_path: Path) -> None:
    file = _read(tmp_path, told=(cells * N)[:N], beside=[str(row) for row in range(N)])

    assert file.kinds["told"] == kind
    assert file.table["told"].iloc[0] == first


def test_a_few_words_among_numbers_count_as_empty_and_are_counted(tmp_path: Path) -> None:
    file = _read(tmp_path, spend=["12.5"] * (N - 2) + ["soon", ""], beside=["1"] * N)

    assert file.table["spend"].isna().sum() == 2
    assert dict(file.unread) == {"spend": 1}
    assert file.examples["spend"] == (f"'soon' in line {N}",)


def test_a_decimal_sign_that_comes_late_is_seen(tmp_path: Path) -> None:
    cells = ["3"] * 25_000 + ["4,5"]
    file = _read(tmp_path, spend=cells, beside=cells)

    assert file.table["spend"].iloc[-1] == 4.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a;b\n" + "1;2\n" * (MIN_ROWS - 1), "needs at least 20"),
        ("a;b\n" + "1.234;2\n" * N, "can be read in two ways"),
        ("a;b\n" + "1;2\n" * N + "1;2;3\n", "cannot be cut into"),
        ("a;b\n" + "3 €;2\n4 $;2\n" * N, "several currencies"),
        ("a;b\n" + "01/02/2020;2\n03/04/2020;2\n" * N, "--time-format"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(content)

    with pytest.raises(InvalidConfig, match=message):
        read_customers(DataFile(path))


@pytest.mark.parametrize(
    ("name", "cells", "role"),
    [
        ("customer_id", np.arange(N)[::-1] * 17, "id"),
        ("CustomerID", np.repeat(np.arange(N / 2), 2), "id"),
        ("row", np.arange(N) + 1, "id"),
        ("spend", np.arange(N)[::-1] * 17, "clustered by"),
        ("NumStorePurchases", np.arange(N) % 14, "clustered by"),
        ("children", np.arange(N) % 5, "clustered by"),
        ("Region", np.arange(N) % 5, "tabulated"),
        ("AcceptedCmp", np.arange(N) % 2, "tabulated"),
        ("zip", 10_000 + np.arange(N) * 7 % 39, "left out"),
        ("score", np.where(np.arange(N) == 0, 1.5, 3.0), "left out"),
        ("rare", np.where(np.arange(N) % 2, np.nan, np.arange(N) / 3), "left out"),
        ("empty", np.full(N, np.nan), "left out"),
        ("city", np.array([f"town {row % 20}" for row in range(N)]), "left out"),
        ("gender", np.array(["f", "m"] * (N // 2)), "tabulated"),
        ("email", np.array([f"{row}@example.org" for row in range(N)]), "id"),
    ],
)
def test_columns_are_judged_by_contents_and_name(
    name: str, cells: np.ndarray, role: str, tmp_path: Path
) -> None:
    other = np.random.default_rng(0).normal(size=N)
    path = tmp_path / "customers.csv"
    pd.DataFrame({name: cells, "other": other.round(3)}).to_csv(path, index=False)
    table = read_customers(DataFile(path)).table

    verdicts = {verdict.name: verdict for verdict in choose(table, TableWishes())}
    assert verdicts[name].role == role
    assert_claim_holds(verdicts[name].why, table)
    assert verdicts["other"].role == "clustered by"


def test_a_misspelt_column_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidConfig, match="did you mean 'spend'"):
        choose(pd.DataFrame({"spend": [1.0, 2.5]}), TableWishes(use=("spent",)))


def test_a_table_without_amounts_says_why_nothing_is_left() -> None:
    table = pd.DataFrame({"plan": ["a", "b"] * N, "same": 1.0})

    with pytest.raises(InvalidConfig, match=r"plan \(groups.*same \(the same for everybody: 1\).*--use"):
        choose(table, TableWishes())
