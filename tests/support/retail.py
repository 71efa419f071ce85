"""The dirty retail set as its study gets it."""

import tempfile
from pathlib import Path

import pandas as pd

from batch.studies.reading import DataFile, read_table
from batch.studies.retail_som_hierarchy.columns import COLUMNS


def as_read(table: pd.DataFrame) -> pd.DataFrame:
    """Write a table as CSV, and read it as the study does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "retail.csv"
        table.to_csv(path, index=False)
        return read_table(DataFile(path), COLUMNS)
