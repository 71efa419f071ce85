"""Features in business units, and their scaling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.core.customers.features import FEATURES, MS_PER_DAY, RfmColumns, feature_matrix
from shared.core.model.transform import fit_transform

AS_OF = 15_000 * MS_PER_DAY
NAMES = ("recency_days", "frequency", "monetary")
_raw = arrays(np.float64, (5, 3), elements=st.floats(0, 1e7))


def _customers(**changes: list[int]) -> RfmColumns:
    columns = {
        "frequency": [4, 1],
        "monetary_minor": [1_000_000, 25_000],
        "first_purchase_ms": [AS_OF - 31 * MS_PER_DAY, AS_OF - MS_PER_DAY // 2],
        "last_purchase_ms": [AS_OF - MS_PER_DAY, AS_OF - MS_PER_DAY // 2],
    }
    return RfmColumns(**{name: np.array(values) for name, values in (columns | changes).items()})


def test_every_feature_has_its_unit() -> None:
    raw = feature_matrix(tuple(FEATURES), _customers(), AS_OF)
    assert raw.tolist() == [[1.0, 4.0, 100.0, 25.0, 31.0, 10.0], [0.5, 1.0, 2.5, 2.5, 0.5, 0.0]]


def test_columns_come_in_the_order_they_are_asked_for() -> None:
    assert feature_matrix(("monetary", "recency_days"), _customers(), AS_OF)[0].tolist() == [100.0, 1.0]
    assert feature_matrix((), _customers(), AS_OF).shape == (2, 0)


def test_a_purchase_after_the_tick_is_recent_not_negative() -> None:
    later = _customers(last_purchase_ms=[AS_OF + 1, AS_OF], first_purchase_ms=[AS_OF + 1, AS_OF])
    assert feature_matrix(("recency_days", "tenure_days"), later, AS_OF).tolist() == [[0, 0], [0, 0]]


def test_an_unknown_feature_is_an_error() -> None:
    with pytest.raises(KeyError):
        feature_matrix(("colour",), _customers(), AS_OF)


@given(_raw)
def test_scaled_features_have_mean_zero_and_deviation_one_or_are_constant(raw: np.ndarray) -> None:
    scaled = fit_transform(raw, NAMES).apply(raw)
    assert np.isfinite(scaled).all()
    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-6)
    is_constant = np.log1p(raw).std(axis=0) < 1e-6
    assert np.allclose(scaled.std(axis=0)[~is_constant], 1)


@given(_raw)
def test_inverting_gives_back_business_units(raw: np.ndarray) -> None:
    transform = fit_transform(raw, NAMES)
    assert np.allclose(transform.invert(transform.apply(raw)), raw, rtol=1e-6, atol=1e-6)


def test_recency_is_clipped_at_its_horizon_and_nothing_else_is() -> None:
    raw = np.array([[10.0, 400.0, 400.0], [400.0, 1.0, 1.0], [900.0, 2.0, 2.0]])
    transform = fit_transform(raw, NAMES, recency_clip_days=365)
    scaled = transform.apply(raw)
    assert scaled[1, 0] == scaled[2, 0]
    assert scaled[0, 1] > scaled[2, 1] > scaled[1, 1]
    assert transform.invert(scaled)[2, 0] == pytest.approx(365)


def test_without_recency_there_is_nothing_to_clip() -> None:
    raw = np.array([[900.0], [1.0]])
    clipped, free = (fit_transform(raw, ("frequency",), recency_clip_days=clip) for clip in (365, None))
    assert np.array_equal(clipped.apply(raw), free.apply(raw))


def test_what_lies_below_zero_counts_as_zero_and_the_input_is_left_alone() -> None:
    raw = np.array([[-5.0, 1.0, 1.0], [0.0, 2.0, 2.0]])
    before = raw.copy()
    scaled = fit_transform(raw, NAMES, recency_clip_days=1).apply(raw)
    assert scaled[0, 0] == scaled[1, 0]
    assert np.array_equal(raw, before)


def test_a_fitted_scaling_cannot_be_changed() -> None:
    transform = fit_transform(np.ones((2, 3)), NAMES)
    with pytest.raises(ValueError, match="read-only"):
        transform.means[0] = 1
