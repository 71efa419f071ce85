"""What all studies share: the parts a study is told in, and the files it is written to."""

from batch.studies.framework.story import (
    Block,
    Chapter,
    DataTable,
    Fact,
    Figure,
    Interactive,
    Paragraph,
    StudyResult,
)
from batch.studies.framework.study import Context, Study, Subject

__all__ = [
    "Block",
    "Chapter",
    "Context",
    "DataTable",
    "Fact",
    "Figure",
    "Interactive",
    "Paragraph",
    "Study",
    "StudyResult",
    "Subject",
]
