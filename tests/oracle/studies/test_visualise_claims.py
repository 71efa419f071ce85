"""Every sentence about a bank's customers holds when it is counted again, whatever the bank."""

from collections.abc import Callable
from functools import cache
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

from batch.studies import stand_ins
from batch.studies.claims import text_of
from batch.studies.framework import Context, Fact, Figure, Interactive, StudyResult
from batch.studies.framework.drawing import drawn
from batch.studies.reading import DataFile, read_table
from batch.studies.visualise.clusters import COLUMNS, sums, thirds
from batch.studies.visualise.figures import LINEAR_BELOW, circled
from batch.studies.visualise.study import run
from tests.support import bank_tables
from tests.support.claims import assert_claims_hold

BANKS = {
    "shipped": lambda: stand_ins.make("customer360", 400),
    "in yen": bank_tables.in_yen,
    "alike": bank_tables.alike,
    "large": bank_tables.large,
}
YEN = {"income_k": "income {yen}", "savings_k": "savings (yen)"}
Tell = Callable[[str], StudyResult]


def _no_spark() -> NoReturn:
    raise AssertionError


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Tell:
    """Run the study on each bank once, and recount what it says."""

    def told(bank: str) -> StudyResult:
        names = YEN if bank == "in yen" else {}
        file = DataFile(tmp_path_factory.mktemp("bank") / "bank.csv", names)
        BANKS[bank]().rename(columns=names).to_csv(file.path, index=False)
        result = run(Context(file, False, file.path.parent, _no_spark))
        assert_claims_hold(result, read_table(file, COLUMNS))
        return result

    return cache(told)


@pytest.mark.parametrize("bank", BANKS)
def test_every_claim_about_any_bank_holds_when_it_is_counted_again(tell: Tell, bank: str) -> None:
    result = tell(bank)

    for figure in result.of(Figure):
        drawn(figure.draw)
    for turning in result.of(Interactive):
        turning.draw()


def test_names_are_those_of_the_file(tell: Tell) -> None:
    said = " ".join(map(text_of, tell("in yen").sentences()))

    assert "By age, years and income {yen} and savings (yen), customers" in said
    assert "products is 1 for everybody" in said
    assert "current account, k is below zero for" in said
    assert "income, k" not in said


def test_customers_who_are_all_alike_are_one_cluster(tell: Tell) -> None:
    result = tell("alike")
    numbers = {fact.key: fact.value for fact in result.of(Fact)}

    assert [numbers[f"clusters_{d}d"] for d in (2, 3, 12)] == [1, 1, 1]
    assert any("all customers are alike: there is 1 cluster" in text_of(s) for s in result.sentences())


def test_what_is_not_drawn_is_said(tell: Tell) -> None:
    said = [text_of(sentence) for sentence in tell("large").sentences()]

    assert sum("of 6,000 customers are drawn" in text for text in said) == 4
    assert any("values of" in text and "drawn there" in text for text in said)


def test_a_circle_holds_what_lies_within_two_deviations() -> None:
    rng = np.random.default_rng(0)
    logs = rng.multivariate_normal([40, 3], [[25, 2], [2, 0.5]], 4_000)
    around = circled(np.column_stack([logs[:, 0], np.sinh(logs[:, 1]) * LINEAR_BELOW]))
    border = np.column_stack([around[:, 0], np.arcsinh(around[:, 1] / LINEAR_BELOW)]) - logs.mean(axis=0)

    lengths = np.einsum("ij,jk,ik->i", border, np.linalg.inv(np.cov(logs.T)), border)
    np.testing.assert_allclose(np.sqrt(lengths), 2)


def test_thirds_are_of_equal_size_and_equal_values_stay_together() -> None:
    assert thirds(pd.Series(range(9))).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert thirds(pd.Series([0.0] * 6 + [5.0, 6.0, 7.0])).nunique() == 2


def test_sums_over_clusters_are_those_of_all_customers() -> None:
    customers = bank_tables.in_yen()
    found = sums(customers, np.arange(len(customers)) % 3 + 1)

    np.testing.assert_allclose(found.sum(), customers[list(found)].sum())
    assert found.loc[2, "income_k"] == sum(customers["income_k"][1::3])
