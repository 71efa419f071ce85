"""What all studies share: the parts a study is told in, and the files it is written to."""

from batch.studies.framework.story import (
    Block,
    Chapter,
    Figure,
    Interactive,
    Number,
    StudyResult,
    Table,
    Text,
)
from batch.studies.framework.study import Context, Study

__all__ = [
    "Block",
    "Chapter",
    "Context",
    "Figure",
    "Interactive",
    "Number",
    "Study",
    "StudyResult",
    "Table",
    "Text",
]
