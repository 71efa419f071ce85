"""What a study is, and what it is given to run."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from batch.studies.framework.story import StudyResult
from batch.studies.reading import DataFile, StudyColumn
from shared.intake.findings import Finding

if TYPE_CHECKING:
    from pymongo.database import Database
    from pyspark.sql import SparkSession


Training = Literal["batch", "online"]
"""By the batch rule, or row by row as MiniSom does."""

OpenStore = Callable[[Callable[[str], None]], AbstractContextManager["Database[dict[str, Any]]"]]
"""Opens the database of the studies; told how to say what it waits for."""


@dataclass(frozen=True)
class Context:
    """What one run of a study may use.

    Parameters
    ----------
    data : the file to read: the user's, or the study's own where none was given.
    is_own : the study's own data, so that the report may say what they are.
    folder : of this run's output; exists.
    spark : gives the session, which starts on the first call and serves every study of the run.
    say : told each step as it begins.
    open_store : for a study that stores something; None if it shall not.
    training : how a map learns, where the study lets one choose.
    """

    data: DataFile
    is_own: bool
    folder: Path
    spark: "Callable[[], SparkSession]"
    say: Callable[[str], None] = field(default=lambda _step: None)
    open_store: OpenStore | None = None
    training: Training = "batch"


class UnderstoodFile(Protocol):
    """A file whose columns were found: with its name of each, which they are, and what was guessed."""

    @property
    def file(self) -> DataFile:
        """With its name of each column."""

    @property
    def columns(self) -> Sequence[StudyColumn]:
        """Those that the study reads."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What was guessed."""


@dataclass(frozen=True)
class Subject:
    """What one analysis is about, whoever runs it.

    Parameters
    ----------
    name, title : its key in the catalogue, which is also its folder, and what lists call it.
    asked : what the analysis that this one follows set out to do, in our words.
    advice : what we would do instead where that is weak, one sentence each.
    notebook : module of `batch.studies.notebooks`, which tells the same story.
    """

    name: str
    title: str
    asked: str
    advice: tuple[str, ...]
    notebook: str

    @property
    def command(self) -> str:
        """What a person types to run it."""
        return f"resegment study {self.name}"


@dataclass(frozen=True)
class Study(Subject):
    """An analysis whose columns are known beforehand.

    Parameters
    ----------
    columns : of the file it reads; `--map` names them.
    understand : finds the columns of a file that may be any shop's; None where `columns` have to be there.
    own_data : writes or finds the data it runs on when the user gives none, and gives their file;
        takes the folder of the run's output.
    run : does the analysis.
    """

    columns: Sequence[StudyColumn]
    own_data: Callable[[Path], DataFile]
    run: Callable[[Context], StudyResult]
    understand: Callable[[DataFile], UnderstoodFile] | None = None
