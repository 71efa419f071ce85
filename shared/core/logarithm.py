"""ln(1 + x) from + - x / alone, so that every machine gets the same bits.

A library's own may take another way where the processor has wider instructions, and then differs in
the last bit: rarely enough to pass every test, often enough that two executors disagree about a customer.
Divided down to a number m near one, ln(m) is 2 artanh(s) with s = (m - 1) / (m + 1), whose series converges
by a factor of 34 a term.
"""

import math

import numpy as np

from shared.core.arrays import Float64
from shared.core.compiled import compiled, operand

_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
"""The first 32 bits of ln 2: times an exponent it is exact."""
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_ROOT_HALF = math.sqrt(0.5)
_ROOT_2_LESS_1 = math.sqrt(2.0) - 1.0
_C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11 = (2.0 / (2 * n + 1) for n in range(1, 12))


def log1p(values: Float64) -> Float64:
    """Return ln(1 + x) of finite values >= 0, of any shape, within 0.8 units in the last place."""
    logs = np.empty(values.shape)
    _fill(operand(values, np.float64).reshape(-1), logs.reshape(-1))
    return logs


@compiled
def _log1p(x: float) -> float:
    k, tail, f = 0, 0.0, x
    if x >= _ROOT_2_LESS_1:
        whole = 1.0 + x
        # What the sum has rounded off, to first order.
        tail = (x - (whole - 1.0) if x < 1.0 else 1.0 - (whole - x)) / whole
        m, k = math.frexp(whole)
        if m < _ROOT_HALF:
            m, k = 2.0 * m, k - 1
        f = m - 1.0
    half, s = 0.5 * f * f, f / (2.0 + f)
    z = s * s
    high = _C5 + z * (_C6 + z * (_C7 + z * (_C8 + z * (_C9 + z * (_C10 + z * _C11)))))
    series = z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * high))))
    # f is exact and leads; of 2 s = f - f * s only the small rest is rounded.
    return k * _LN2_HIGH - ((half - (s * (half + series) + (k * _LN2_LOW + tail))) - f)


@compiled
def _fill(values: Float64, logs: Float64) -> None:
    for at in range(values.size):
        logs[at] = _log1p(values[at])
