"""Numbers as people and spreadsheets write them -> plain decimal text, exactly."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from shared.core.arrays import Int64
from shared.intake.cells import EXAMPLES, different, rewritten
from shared.intake.findings import Finding, Level
from shared.intake.numbers import currencies, digits
from shared.intake.numbers.digits import DECIMALS, SIGNS, Number

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a file are written.

    Parameters
    ----------
    decimal : the decimal sign, "." or ",".
    is_shown : whether it is told or some cell shows it. Otherwise all numbers seen are whole, and
        neither sign is read in any other cell.
    thousands : the signs between thousands that were seen. currencies : those that were seen.
    """

    decimal: str
    is_shown: bool = True
    thousands: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Say it for a person."""
        parts = [f"decimal {SIGNS[self.decimal]}" if self.is_shown else "whole numbers"]
        parts += [f"thousands {SIGNS[sign]}" for sign in self.thousands]
        parts += [f"currency {sign}" for sign in self.currencies]
        return ", ".join(parts)


class _Cell(NamedTuple):
    """A number where a column first has it, read with either decimal sign; None where it cannot be."""

    line: int
    column: str
    text: str
    number: Number
    values: Mapping[str, str | None]

    @property
    def is_ambiguous(self) -> bool:
        return None not in self.values.values() and len(set(self.values.values())) > 1

    def is_only(self, decimal: str) -> bool:
        return all((value is None) != (sign == decimal) for sign, value in self.values.items())


def find_number_format(
    columns: Mapping[str, pd.Series], lines: Int64, decimal: str | None = None
) -> tuple[NumberFormat, list[Finding]]:
    """Find how the numbers of a file are written, from all its columns of numbers at once.

    A cell tells the decimal sign where it can be read with one of them only: `12,5` and `1.299,00`
    with a comma. `3.000` can be read with both, and means different things. A format is found in any
    case, so that a look can go on; what must not be gone on with is a finding.

    Parameters
    ----------
    columns : name -> (n,) cells. lines : (n,) of the file.
    decimal : what the user says the decimal sign is.
    """
    cells = sorted(cell for name, column in columns.items() for cell in _cells(name, column, lines))
    points, commas = ([cell for cell in cells if cell.is_only(sign)] for sign in DECIMALS)
    ambiguous = [cell for cell in cells if cell.is_ambiguous]
    chosen = decimal or ("," if commas and not points else ".")
    kinds = currencies.distinct({sign for cell in cells for sign in cell.number.currencies})
    form = NumberFormat(
        chosen, bool(decimal or points or commas or ambiguous), _thousands(cells, chosen), kinds
    )
    findings = []
    against = {".": commas, ",": points}.get(decimal or "")
    if against:
        findings.append(_contradicting(chosen, against))
    elif decimal is None and points and commas:
        findings.append(_mixed(points, commas))
    elif decimal is None and ambiguous and not points and not commas:
        findings.append(_ambiguous(ambiguous))
    if len(kinds) > 1:
        findings.append(_several_currencies(kinds, cells))
    return form, findings


def plain_numbers(cells: pd.Series, form: NumberFormat) -> list[str]:
    """Write numbers as exact plain decimals, "-1299.00"; what is no number in this format stays as it is.

    Where no cell has shown the decimal sign, a cell of two meanings comes back with a question mark: `1.234`
    as it stands would be a number to whoever reads it next.
    """
    return rewritten(cells, lambda text: _plain(text, form))


def _plain(text: str, form: NumberFormat) -> str:
    if form.is_shown and form.decimal == "." and _PLAIN.fullmatch(text):
        return text
    number = digits.number(text)
    if number is None:
        return text
    if not form.is_shown and not set(DECIMALS).isdisjoint(number.digits):
        return (
            f"{text}?" if len({digits.value(number.digits, sign) for sign in DECIMALS} - {None}) > 1 else text
        )
    value = digits.value(number.digits, form.decimal)
    if value is None:
        return text
    return f"-{value}" if number.is_negative and value.strip("0.") else value


def _cells(name: str, column: pd.Series, lines: Int64) -> Iterator[_Cell]:
    texts, places = different(column)
    firsts = np.unique(places, return_index=True)[1]
    for text, line in zip(texts, lines[firsts].tolist(), strict=True):
        if number := digits.number(text):
            yield _Cell(
                line, name, text, number, {sign: digits.value(number.digits, sign) for sign in DECIMALS}
            )


def _thousands(cells: Sequence[_Cell], decimal: str) -> tuple[str, ...]:
    written = "".join(cell.number.digits for cell in cells if cell.values[decimal] is not None)
    return tuple(sign for sign in SIGNS if sign != decimal and sign in written)


def _ambiguous(cells: Sequence[_Cell]) -> Finding:
    first = cells[0]
    message = (
        f"numbers in {_columns(cells)} can be read in two ways: {first.text!r} in line {first.line} is "
        f"{first.values['.']} with a decimal point and {first.values[',']} with a decimal comma, "
        "and no other number tells which"
    )
    mend = "say which sign is the decimal one: --decimal . or --decimal ,"
    return Finding(Level.STOP, "ambiguous_numbers", message, mend, _shown(cells))


def _mixed(points: Sequence[_Cell], commas: Sequence[_Cell]) -> Finding:
    point, comma = points[0], commas[0]
    message = (
        f"some numbers have a decimal point, {point.text!r} in line {point.line} of column {point.column!r}, "
        f"and some a decimal comma, {comma.text!r} in line {comma.line} of column {comma.column!r}"
    )
    mend = "correct these cells, or say which sign is the decimal one: --decimal . or --decimal ,"
    return Finding(Level.STOP, "mixed_decimal_signs", message, mend, _shown([point, comma]))


def _contradicting(decimal: str, others: Sequence[_Cell]) -> Finding:
    message = (
        f"numbers in {_columns(others)} cannot be read with the decimal {SIGNS[decimal]} of --decimal, "
        f"the first in line {others[0].line}: they are left as they are"
    )
    mend = f"correct these cells, or use --decimal {',' if decimal == '.' else '.'}"
    return Finding(Level.WARN, "other_decimal_sign", message, mend, _shown(others))


def _several_currencies(kinds: Sequence[str], cells: Sequence[_Cell]) -> Finding:
    firsts = [next(cell for cell in cells if kind in cell.number.currencies) for kind in kinds]
    told = f"several currencies ({', '.join(kinds)}), which must not be added up"
    message = f"amounts in {_columns(firsts)} are in {told}"
    mend = "keep the rows of one currency; with --accept several_currencies the signs are ignored"
    return Finding(Level.STOP, "several_currencies", message, mend, _shown(firsts), is_acceptable=True)


def _columns(cells: Sequence[_Cell]) -> str:
    names = list(dict.fromkeys(cell.column for cell in cells))
    return f"column{'s' if len(names) > 1 else ''} {' and '.join(map(repr, names))}"


def _shown(cells: Sequence[_Cell]) -> tuple[str, ...]:
    return tuple(f"line {cell.line}: {cell.text!r}" for cell in cells[:EXAMPLES])
