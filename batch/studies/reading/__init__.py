"""A user's own file as a table of typed columns, or one message with all that is wrong with it.

How files are written is `shared.intake`'s to find; here is only what a study makes of it.
"""

from batch.studies.reading.columns import DataFile, StudyColumn
from batch.studies.reading.file_look import FileLook, look
from batch.studies.reading.study_table import read_table

__all__ = ["DataFile", "FileLook", "StudyColumn", "look", "read_table"]
