"""Agreement from a table of counts, against scikit-learn on the labels it stands for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from shared.core.choice.agreement import adjusted_mutual_information_of, adjusted_rand_of

_tables = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(
        st.integers(0, 12), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
    ).map(lambda cells: np.array(cells, np.int64).reshape(shape))
)


@given(_tables.filter(lambda table: table.sum() > 0))
@settings(max_examples=60)
def test_agreement_is_scikit_learns(table: np.ndarray) -> None:
    old, new = (axis.ravel() for axis in np.indices(table.shape))
    labels = np.repeat(old, table.ravel()), np.repeat(new, table.ravel())
    assert adjusted_rand_of(table) == pytest.approx(adjusted_rand_score(*labels), abs=1e-10)
    assert adjusted_mutual_information_of(table) == pytest.approx(
        adjusted_mutual_info_score(*labels), abs=1e-10
    )


def test_renamed_segments_agree_and_millions_do_not_overflow() -> None:
    swapped = np.array([[0, 3_000_000], [2_000_000, 0]])
    assert adjusted_rand_of(swapped) == pytest.approx(1.0)
    unrelated = np.array([[3_000_000_000, 1_000_000_000], [6_000_000_000, 2_000_000_000]])
    assert adjusted_rand_of(unrelated) == pytest.approx(0.0, abs=1e-9)
