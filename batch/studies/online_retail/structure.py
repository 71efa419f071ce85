"""What the file holds: size, reach, and one profile a column."""

from dataclasses import dataclass

import pandas as pd

from batch.studies.online_retail.invoice_lines import COLUMNS, KINDS, amounts


@dataclass(frozen=True)
class ColumnProfile:
    """kind : categorical, numerical or temporal. dtype : as typed for the analysis."""

    name: str
    kind: str
    dtype: str
    n_missing: int
    missing_share: float
    n_distinct: int


@dataclass(frozen=True)
class NumberSummary:
    """Moments and quartiles of one numerical column, all lines."""

    name: str
    mean: float
    deviation: float
    smallest: float
    quartile_1: float
    median: float
    quartile_3: float
    largest: float
    skewness: float


@dataclass(frozen=True)
class Structure:
    """first_at, last_at : local times without a zone, as the file writes them. revenue : net."""

    n_lines: int
    n_columns: int
    first_at: str
    last_at: str
    n_days: int
    quantity: int
    revenue: float
    columns: tuple[ColumnProfile, ...]
    numbers: tuple[NumberSummary, ...]


def describe(lines: pd.DataFrame) -> Structure:
    """Describe the lines as they were read."""
    times = lines["invoiced_at"]
    return Structure(
        n_lines=len(lines),
        n_columns=len(COLUMNS),
        first_at=times.min().isoformat(),
        last_at=times.max().isoformat(),
        n_days=int(times.dt.normalize().nunique()),
        quantity=int(lines["quantity"].sum()),
        revenue=round(float(amounts(lines).sum()), 3),
        columns=tuple(_profile(lines, name) for name in COLUMNS),
        numbers=tuple(summarise(lines[name]) for name in ("quantity", "unit_price")),
    )


def summarise(column: "pd.Series[float]") -> NumberSummary:
    """Summarise one numerical column."""
    low, middle, high = column.quantile([0.25, 0.5, 0.75]).tolist()
    return NumberSummary(
        name=str(column.name),
        mean=float(column.mean()),
        deviation=float(column.std()),
        smallest=float(column.min()),
        quartile_1=low,
        median=middle,
        quartile_3=high,
        largest=float(column.max()),
        skewness=float(column.skew()),  # type: ignore[arg-type]
    )


def _profile(lines: pd.DataFrame, name: str) -> ColumnProfile:
    column = lines[name]
    missing = int(column.isna().sum())
    return ColumnProfile(
        name, KINDS[name], str(column.dtype), missing, missing / max(len(lines), 1), column.nunique()
    )
