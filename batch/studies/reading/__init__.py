"""A user's own CSV file as a table of typed columns, or one message with all that is wrong with it."""

from batch.studies.reading.columns import Column, CsvFile
from batch.studies.reading.dates import Dates, read_dates
from batch.studies.reading.table import checked_header, read_table

__all__ = ["Column", "CsvFile", "Dates", "checked_header", "read_dates", "read_table"]
