"""A table that has not changed, re-clustered with other seeds: nothing may change for anybody.

`python -m benchmarks.reclustering` does it with 50 seeds, more tables and every k.
"""

import numpy as np
import pytest

from batch.load import CustomerTable
from benchmarks.reclustering.refits import changed_by_cold_fit, first_champion, refits
from benchmarks.reclustering.retail_customers import LAST_DAY, tables

FEW_K = {"k_max": 6}


@pytest.fixture(scope="module", params=[212, LAST_DAY], ids=["July", "December"])
def table(request: pytest.FixtureRequest) -> CustomerTable:
    """Online Retail's customers; in July another k leads now and then."""
    return tables([request.param])[0]


def test_no_promotion_no_other_identity_and_nobody_relabelled(table: CustomerTable) -> None:
    champion = first_champion(table, 0, **FEW_K)

    found = list(refits(table, champion, range(1, 11), **FEW_K))

    assert [refit.reason for refit in found if refit.promoted] == []
    assert all(refit.has_same_ids for refit in found)
    assert max(refit.changed for refit in found) < 0.001


@pytest.mark.parametrize("k", [3, 6])
def test_a_champion_of_another_k_stays(table: CustomerTable, k: int) -> None:
    champion = first_champion(table, 0, k_min=k, k_max=k)

    assert not [refit for refit in refits(table, champion, range(3), **FEW_K) if refit.promoted]


def test_cold_fits_of_the_same_k_relabel_somebody(table: CustomerTable) -> None:
    champion = first_champion(table, 0, k_min=6, k_max=6)

    changed = [changed_by_cold_fit(table, champion, seed, n_starts=1) for seed in range(20)]

    assert np.mean(changed) > 0.01
