"""The customers of a mall: read, typed, and under the names and units that the file gives them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from batch.studies.reading import DataFile, StudyColumn, read_table
from shared.errors import InvalidConfig

COLUMNS = (
    StudyColumn("CustomerID", "id", "one for each customer", is_dirty=True, is_optional=True),
    StudyColumn("Gender", "text", "any words", is_dirty=True, is_optional=True),
    StudyColumn("Age", "number", "years", is_dirty=True, is_optional=True),
    StudyColumn("Annual Income (k$)", "number", "of a year, in any currency", is_dirty=True),
    StudyColumn("Spending Score (1-100)", "number", "points", is_dirty=True),
)
NAMES = dict(
    zip((c.name for c in COLUMNS), ("customer_id", "gender", "age_years", "income", "score"), strict=True)
)
"""What the columns are called from here on."""

FEATURES = ("age_years", "income", "score")
NOT_SAID = "not said"
MAX_AGE_YEARS = 110

MIN_ROWS = 10
"""Below this a correlation is noise and a map has nothing to order."""

MAX_MEDIAN_THOUSANDS = 1_000.0
"""Half of a mall's customers do not earn a million dollars a year: above this they are no thousands."""

_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")
_RANGE = re.compile(r"(\d+)\s*(?:-|\N{EN DASH}|to)\s*(\d+)")
_THOUSANDS = re.compile(
    r"[$€£]?\s*(k|thousands?)\s*[$€£]?|.*\bthousands?\b.*\b(dollars|euros|pounds)\b.*", re.IGNORECASE
)
"""In currencies of which a thousand is much; a thousand rupees a year is not an income."""


@dataclass(frozen=True, eq=False)
class Mall:
    """Customers with every number.

    Parameters
    ----------
    table : those of `NAMES` that the file has. n_read : rows of the file. labels : by name, the file's.
    """

    table: pd.DataFrame
    n_read: int
    labels: Mapping[str, str]

    @property
    def features(self) -> tuple[str, ...]:
        """Those that the file has."""
        return tuple(name for name in FEATURES if name in self.table)

    @property
    def varying(self) -> tuple[str, ...]:
        """Features that are not the same for everybody."""
        return tuple(name for name in self.features if self.table[name].nunique() > 1)

    def unit(self, name: str) -> str:
        """Return the unit that the file's name of a column says, '' where none is said or it cannot be."""
        unit = bracketed(self.labels[name])
        return "" if stated_range(unit) or self.is_no_thousands(name) else unit

    def is_no_thousands(self, name: str) -> bool:
        """Tell whether a column that says thousands holds whole units."""
        says_thousands = bool(_THOUSANDS.fullmatch(bracketed(self.labels[name])))
        return says_thousands and float(self.table[name].median()) > MAX_MEDIAN_THOUSANDS


def bracketed(label: str) -> str:
    """Return what stands in brackets at the end of a column's name."""
    found = _IN_BRACKETS.search(label)
    return found.group(1).strip() if found else ""


def stated_range(label: str) -> tuple[float, float] | None:
    """Return the lowest and the highest value that a column's name states, such as `1-100`."""
    found = _RANGE.search(label)
    return (float(found.group(1)), float(found.group(2))) if found else None


def read_mall(file: DataFile) -> tuple[Mall, pd.DataFrame]:
    """Read the file; give the customers and the table as it was read, which claims are recounted from.

    Raises
    ------
    InvalidConfig : see `read_table`; or too few customers have every number.
    """
    read = read_table(file, COLUMNS, min_rows=MIN_ROWS)
    labels = {NAMES[column.name]: file.name_of(column) for column in COLUMNS}
    mall = Mall(_complete(_typed(read)), len(read), labels)
    if len(mall.table) < MIN_ROWS:
        said = ", ".join(repr(labels[name]) for name in mall.features)
        msg = (
            f"{file.path}: {len(mall.table)} of {len(read):,} customers have a number in each of {said} "
            f"(an age is 0 to {MAX_AGE_YEARS}), at least {MIN_ROWS} are needed\n"
            "correct the file, or --map other columns"
        )
        raise InvalidConfig(msg)
    return mall, read


def to_spark(spark: SparkSession, mall: Mall) -> DataFrame:
    """Give the customers to Spark."""
    return spark.createDataFrame(pa.Table.from_pandas(mall.table, preserve_index=False)).cache()


def _typed(read: pd.DataFrame) -> pd.DataFrame:
    table = read.rename(columns=NAMES)
    for name in (name for name in FEATURES if name in table):
        numbers = pd.to_numeric(table[name].astype(object), errors="coerce").astype(np.float64)
        table[name] = numbers.where(np.isfinite(numbers))
    if "gender" in table:
        table["gender"] = table["gender"].astype(object).fillna(NOT_SAID)
    return table


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out customers who lack a number; what is no age counts as none."""
    if "age_years" in table:
        table = table[table["age_years"].between(0, MAX_AGE_YEARS)]
    return table.dropna(subset=[name for name in FEATURES if name in table]).reset_index(drop=True)
