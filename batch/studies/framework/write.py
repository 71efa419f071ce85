"""The files of a study: page, figures, tables and numbers."""

from pathlib import Path

import pandas as pd
from pandas.api import types

from batch.studies.claims import text_of
from batch.studies.framework.drawing import drawn_in_both
from batch.studies.framework.story import DataTable, Fact, Figure, StudyResult
from batch.studies.framework.study import Subject
from batch.studies.framework.study_page import Drawings, report
from shared.adapters.tables import neutralised
from shared.errors import InvalidConfig
from shared.plain import to_json


def write(study: Subject, result: StudyResult, folder: Path) -> None:
    """Write report.html, figures/, tables/ and numbers.json; files of an earlier run are replaced."""
    drawings: Drawings = {figure.name: drawn_in_both(figure.draw) for figure in result.of(Figure)}
    _write_figures(drawings, made_folder(folder / "figures", ("*.png", "*.svg")))
    tables = made_folder(folder / "tables", ("*.csv",))
    for table in result.of(DataTable):
        _safe(table.frame).to_csv(tables / f"{table.name}.csv", index=False, lineterminator="\n")
    (folder / "numbers.json").write_text(numbers_json(study, result), encoding="utf-8")
    (folder / "report.html").write_text(report(study, result, drawings), encoding="utf-8")


def made_folder(folder: Path, stale: tuple[str, ...] = ()) -> Path:
    """Make a folder and remove what an earlier run left in it.

    Raises
    ------
    InvalidConfig : it cannot be made there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot make the folder {folder}: {error.strerror}; give another one: --out DIR"
        raise InvalidConfig(msg) from error
    for pattern in stale:
        for path in folder.glob(pattern):
            path.unlink()
    return folder


def numbers_json(study: Subject, result: StudyResult) -> str:
    """Return every number of the study under its key; what is not finite is null."""
    numbers = {number.key: number.value for number in result.of(Fact)}
    document = {"study": study.name, "source": text_of(result.source), "numbers": numbers}
    return to_json(document) + "\n"


def _write_figures(drawings: Drawings, folder: Path) -> None:
    for name, both in drawings.items():
        for theme, ending in (("light", ""), ("dark", ".dark")):
            (folder / f"{name}{ending}.png").write_bytes(both[theme].png)
            (folder / f"{name}{ending}.svg").write_bytes(both[theme].svg)


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with texts that a spreadsheet would run as a formula made harmless."""
    texts = [name for name in frame if not types.is_numeric_dtype(frame[name])]
    safe = frame.copy(deep=False)
    for name in texts:
        safe[name] = frame[name].map(_harmless)
    return safe


def _harmless(value: object) -> object:
    return neutralised(value) if isinstance(value, str) else value
