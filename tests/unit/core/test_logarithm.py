"""The product's own ln(1 + x): its bits, its accuracy, its order."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.core.logarithm import log1p
from tests.support.plain_log1p import plain_log1p

# Where the way of computing changes, and the neighbours on both sides.
_BORDERS = [
    math.sqrt(2.0) - 1.0,
    1.0,
    *(math.sqrt(2.0) * 2.0**k - 1.0 for k in range(1, 50)),
    2.0**52,
    2.0**53,
]
_SEAMS = [near for x in _BORDERS for near in (np.nextafter(x, 0.0), x, np.nextafter(x, np.inf))]


def _everywhere(n: int, seed: int) -> np.ndarray:
    """Draw from every magnitude from 1e-12 to 1e15, and amounts of money as they occur."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [10 ** rng.uniform(-12, 15, n), rng.uniform(0, 3, n), rng.integers(0, 10**7, n) / 100, _SEAMS, [0.0]]
    )


@given(st.floats(0, 1e15))
@example(0.0)
@example(5e-324)
def test_the_bits_are_those_of_plain_python(x: float) -> None:
    assert float(log1p(np.array([x]))[0]).hex() == plain_log1p(x).hex()


def test_the_bits_are_those_of_plain_python_at_every_magnitude() -> None:
    values = _everywhere(20_000, 0)
    assert log1p(values).tolist() == [plain_log1p(x) for x in values.tolist()]


def test_no_value_is_off_by_more_than_a_unit_in_the_last_place() -> None:
    values = _everywhere(2_000, 1)
    with localcontext() as context:
        context.prec = 60
        for x, found in zip(values.tolist(), log1p(values).tolist(), strict=True):
            error = abs(Decimal(found) - (1 + Decimal(x)).ln())
            assert error <= Decimal("0.8") * Decimal(math.ulp(found)), x


def test_a_larger_value_never_has_a_smaller_logarithm() -> None:
    values = _everywhere(300_000, 2)
    assert (log1p(np.nextafter(values, np.inf)) >= log1p(values)).all()
    assert (np.diff(log1p(np.sort(values))) >= 0).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_shape_and_layout_are_kept_and_the_input_with_them(order: str) -> None:
    values = np.asarray(np.arange(6.0).reshape(2, 3), order=order)  # type: ignore[call-overload]
    logs = log1p(values)
    assert logs.shape == (2, 3)
    np.testing.assert_allclose(logs, np.log1p(np.arange(6.0).reshape(2, 3)), rtol=1e-15)
    assert values[1].tolist() == [3.0, 4.0, 5.0]
    assert log1p(np.zeros((0, 3))).shape == (0, 3)
