"""Decimals of four places as whole numbers: quantities, prices and amounts. No digit is left to a float.

A shop has few prices and fewer quantities: each that occurs is read once. As nearly everybody writes them,
below 10^11 and with four places, they are read by column: the double next to such a number, times 10,000,
misses the whole one by less than a quarter. Whatever else there is, is read one by one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import IntEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.core.arrays import Int8, Int64
from shared.core.customers.features import MINOR_PER_UNIT
from streaming.task.contract import LARGEST

_USUAL = r"^-?[0-9]{1,11}(\.[0-9]{1,4}0{0,14})?$"
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", re.ASCII)
_NOT_FINITE = re.compile(r"\s*[+-]?(nan|inf(inity)?)\s*", re.ASCII | re.IGNORECASE)
_NOISE = Decimal(2) ** 51
"""A number may miss a multiple of 1/10,000 by one part in so many: what binary arithmetic leaves behind."""
_EXACT = Context(prec=250)


class Fault(IntEnum):
    """What is wrong with a number."""

    NONE = 0
    NON_FINITE = 1
    NO_DECIMAL = 2
    TOO_LARGE = 3
    TOO_FINE = 4


@dataclass(frozen=True)
class Decimals:
    """minor : (n,) int64, in 1/10,000, 0 where there is a fault. faults : (n,) of `Fault`."""

    minor: Int64
    faults: Int8


def read_decimals(values: Sequence[str | float]) -> Decimals:
    """Read numbers, and texts of numbers."""
    number = {value: i for i, value in enumerate(dict.fromkeys(values))}
    which = np.fromiter(map(number.__getitem__, values), np.int64, len(values))
    minor, faults = _read([value if isinstance(value, str) else repr(value) for value in number])
    return Decimals(minor[which], faults[which])


def _read(texts: list[str]) -> tuple[Int64, Int8]:
    column = pa.array(texts, pa.string())
    usual = pc.match_substring_regex(column, _USUAL)
    is_usual = usual.to_numpy(zero_copy_only=False)
    minor, faults = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int8)
    number = column.filter(usual).cast(pa.float64()).to_numpy(zero_copy_only=False)
    minor[is_usual] = np.rint(number * MINOR_PER_UNIT)
    for at in np.flatnonzero(~is_usual).tolist():
        minor[at], faults[at] = _read_exactly(texts[at])
    return minor, faults


def _read_exactly(text: str) -> tuple[int, Fault]:
    if _NOT_FINITE.fullmatch(text):
        return 0, Fault.NON_FINITE
    if _DECIMAL.fullmatch(text) is None:
        return 0, Fault.NO_DECIMAL
    return _rounded(_EXACT.multiply(Decimal(text), MINOR_PER_UNIT))


def _rounded(exact: Decimal) -> tuple[int, Fault]:
    whole = exact.to_integral_value()
    if abs(whole) > LARGEST * MINOR_PER_UNIT:
        return 0, Fault.TOO_LARGE
    miss = _EXACT.multiply(_EXACT.subtract(exact, whole), _NOISE)
    return (int(whole), Fault.NONE) if abs(miss) <= max(Decimal(1), abs(whole)) else (0, Fault.TOO_FINE)
