"""The customers of a mall as Spark reads them, and as pandas has them for drawing."""

from typing import TYPE_CHECKING

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from batch.studies.reading import Column, CsvFile, read_table
from batch.studies.reading.header import read_header
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression

COLUMNS = (
    Column("CustomerID", "text", "one for each customer"),
    Column("Gender", "text", "any words"),
    Column("Age", "number", "years"),
    Column("Annual Income (k$)", "number", "thousand dollars a year"),
    Column("Spending Score (1-100)", "number", "points, 1 to 100"),
)
NAMES = ("customer_id", "gender", "age_years", "income_k", "score")
"""What the columns are called from here on."""

FEATURES = ("age_years", "income_k", "score")
LABELS = {
    "age_years": "Age, years",
    "income_k": "Income, k$ a year",
    "score": "Spending score, 1-100",
}

MIN_ROWS = 10
"""Below this a correlation is noise and a map has nothing to order."""


def read_customers(spark: SparkSession, file: CsvFile) -> DataFrame:
    """Read the file in Spark, typed and renamed to `NAMES`.

    Raises
    ------
    InvalidConfig : see `read_table`, which looks at every cell first: Spark would make what it cannot
        read null and go on.
    """
    n_rows = len(read_table(file, COLUMNS, min_rows=MIN_ROWS))
    header = read_header(file, COLUMNS)
    spark.conf.set("spark.sql.legacy.javaCharsets", "true")  # else what Excel writes is refused
    raw = (
        spark.read.option("sep", header.separator)
        .option("encoding", file.encoding)
        .option("escape", '"')
        .option("multiLine", "true")
        .csv(str(file.path.resolve()), header=True)
    )
    customers = raw.select(
        *(
            _typed(column, header.found[column.name], name)
            for column, name in zip(COLUMNS, NAMES, strict=True)
        )
    ).cache()
    if customers.count() != n_rows:
        msg = (
            f"{file.path} has {n_rows:,} rows, Spark sees {customers.count():,}; write it anew as UTF-8 CSV, "
            "gzipped only if its name ends in .gz"
        )
        raise InvalidConfig(msg)
    return customers


def _typed(column: Column, header_name: str, name: str) -> "Expression":
    cell = F.trim(F.col(f"`{header_name.replace('`', '``')}`"))
    return (cell if column.kind == "text" else cell.cast("double")).alias(name)


def to_pandas(customers: DataFrame) -> pd.DataFrame:
    """Bring the customers to the driver, in the order of the file."""
    return customers.toPandas()
