"""Run a study: analyse, write, execute the notebook."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from batch.studies.catalogue import load
from batch.studies.framework.study import Context, OpenStore, Training
from batch.studies.reading import DataFile
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NEEDED = ("matplotlib", "seaborn", "jupytext", "nbclient", "ipykernel")


@dataclass(frozen=True)
class StudyRequest:
    """One study to run.

    Parameters
    ----------
    data : the user's file, None for the study's own.
    out : the study makes a folder of its name in it.
    open_store, training : see `Context`.
    """

    name: str
    out: Path
    data: DataFile | None = None
    with_notebook: bool = True
    open_store: OpenStore | None = None
    training: Training = "batch"


def require_extras() -> None:
    """Refuse to start without what figures and notebooks need.

    Raises
    ------
    InvalidConfig : naming what is missing and how to install it.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        msg = (
            f"studies need {', '.join(missing)}, which is not installed; "
            "run `make studies`, or pip install 'resegment[studies]'"
        )
        raise InvalidConfig(msg)


def run(
    request: StudyRequest,
    spark: "Callable[[], SparkSession]",
    say: Callable[[str], None] = lambda _step: None,
) -> Path:
    """Run one study and give the folder with its files.

    Raises
    ------
    InvalidConfig : unknown study, unusable file or folder; see `batch.studies.reading.read_table`.
    NotebookFailed : a cell of the notebook raised; everything else is written.
    """
    # drawing and notebooks cost seconds to import: after the study's name has been checked
    study = load(request.name)
    from batch.studies.framework.notebook import write_notebook  # noqa: PLC0415
    from batch.studies.framework.write import made_folder, write  # noqa: PLC0415

    folder = made_folder(request.out / study.name)
    data = request.data or study.own_data(folder)
    is_own = request.data is None
    result = study.run(Context(data, is_own, folder, spark, say, request.open_store, request.training))
    say("writing the report")
    write(study, result, folder)
    if request.with_notebook:
        say("executing the notebook")
        write_notebook(study.notebook, data, folder)
    return folder
