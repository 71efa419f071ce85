"""Dates written in one of the usual ways."""

from dataclasses import dataclass

import pandas as pd

FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
)


@dataclass(frozen=True, eq=False)
class Dates:
    """Dates of one column, NaT where a cell is empty or not of `format`."""

    values: "pd.Series[pd.Timestamp]"
    format: str


def read_dates(texts: "pd.Series[str]") -> Dates:
    """Read a column in the one format that fits most of its cells.

    One format a column: choosing anew for each cell would read 03/04 as March here and as April
    there. Of two formats that fit equally well, the first of `FORMATS` wins.
    """
    plain = texts.str.strip()
    best = Dates(_read(plain, FORMATS[0]), FORMATS[0])
    for form in FORMATS[1:]:
        if best.values.notna().sum() == plain.notna().sum():
            break
        other = Dates(_read(plain, form), form)
        if other.values.notna().sum() > best.values.notna().sum():
            best = other
    return best


def _read(texts: "pd.Series[str]", form: str) -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(texts, format=form, errors="coerce")
