"""A user's own file as a table of typed columns, or one message with all that is wrong with it.

How files are written is `shared.intake`'s to find; here is only what a study makes of it.
"""

from batch.studies.reading.columns import Column, DataFile
from batch.studies.reading.looking import Look, look
from batch.studies.reading.table import read_table

__all__ = ["Column", "DataFile", "Look", "look", "read_table"]
