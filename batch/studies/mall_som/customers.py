"""The customers of a mall as Spark reads them, and as pandas has them for drawing."""

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from batch.studies.reading import DataFile, StudyColumn, read_table

COLUMNS = (
    StudyColumn("CustomerID", "id", "one for each customer"),
    StudyColumn("Gender", "text", "any words"),
    StudyColumn("Age", "number", "years"),
    StudyColumn("Annual Income (k$)", "number", "thousand dollars a year"),
    StudyColumn("Spending Score (1-100)", "number", "points, 1 to 100"),
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


def read_customers(spark: SparkSession, file: DataFile) -> DataFrame:
    """Read the file and give it to Spark, typed and renamed to `NAMES`.

    Raises
    ------
    InvalidConfig : see `read_table`; Spark would make what it cannot read null and go on.
    """
    table = read_table(file, COLUMNS, min_rows=MIN_ROWS).set_axis(NAMES, axis="columns")
    return spark.createDataFrame(pa.Table.from_pandas(table, preserve_index=False)).cache()


def to_pandas(customers: DataFrame) -> pd.DataFrame:
    """Bring the customers to the driver, in the order of the file."""
    return customers.toPandas()
