"""A story becomes a page, figures for both themes, tables, numbers and a notebook script."""

import json
from pathlib import Path

import jupytext
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing

from batch.studies.catalogue import STUDIES, load
from batch.studies.framework import (
    Chapter,
    DataTable,
    Fact,
    Figure,
    Paragraph,
    StudyResult,
    Subject,
    notebook,
    run_study,
)
from batch.studies.framework.drawing import canvas
from batch.studies.framework.study_page import in_words
from batch.studies.framework.write import write
from batch.studies.reading import DataFile
from shared.errors import InvalidConfig
from shared.reporting.theme import DARK, LIGHT, Theme

STUDY = Subject("tiny", "A <tiny> study", "Whether it works.", ("Do more.",), "tiny")
FRAME = pd.DataFrame(
    {"who": ["=cmd()", "<b>"], "n": [1, 2], "share": [0.25, np.nan], "post_code": [560001, 2]}
)


def _bar(theme: Theme) -> Drawing:
    figure = canvas(2, 2)
    figure.subplots().bar(["a"], [1], color=theme.series[0])
    return figure


def _result() -> StudyResult:
    blocks = (
        Paragraph("Some words."),
        Fact("n_rows", "rows", 1_234),
        Fact("gap", "gap", float("nan")),
        Figure("bar", "A bar", "One bar.", _bar),
        DataTable("rows", "Rows", FRAME, shown=1),
    )
    return StudyResult("Made up.", (Chapter("First", blocks),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    (folder / "tables").mkdir()
    (folder / "tables" / "old.csv").write_text("stale")
    (folder / "tables" / "mine.txt").write_text("the user's own")
    write(STUDY, _result(), folder)
    return folder


def test_every_file_is_there_and_nothing_stale(folder: Path) -> None:
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    figures = {f"figures/bar{theme}.{kind}" for theme in ("", ".dark") for kind in ("png", "svg")}
    assert files == {"report.html", "numbers.json", "tables/rows.csv", "tables/mine.txt"} | figures


def test_the_page_is_one_file_and_escapes_what_it_shows(folder: Path) -> None:
    html = (folder / "report.html").read_text()

    assert "A &lt;tiny&gt; study" in html
    assert "First 1 of 2 rows" in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert 'src="figures' not in html


def test_tables_have_every_row_and_no_formula(folder: Path) -> None:
    lines = (folder / "tables" / "rows.csv").read_text().splitlines()

    assert lines == ["who,n,share,post_code", "'=cmd(),1,0.25,560001", "<b>,2,,2"]


def test_numbers_are_json_and_unknown_ones_null(folder: Path) -> None:
    document = json.loads((folder / "numbers.json").read_text())

    assert document == {"study": "tiny", "source": "Made up.", "numbers": {"n_rows": 1234, "gap": None}}


def test_a_figure_is_drawn_in_the_colours_of_each_theme(folder: Path) -> None:
    light, dark = ((folder / "figures" / f"bar{end}.svg").read_text() for end in ("", ".dark"))

    assert LIGHT.series[0] in light
    assert DARK.series[0] in dark
    assert LIGHT.series[0] not in dark


def test_the_same_story_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    write(STUDY, _result(), tmp_path)

    for name in ("report.html", "figures/bar.svg"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures").write_text("a file where a folder should be")

    with pytest.raises(InvalidConfig, match="--out DIR"):
        write(STUDY, _result(), tmp_path)


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="got n twice"):
        StudyResult("", (Chapter("", (Fact("n", "a", 1), Fact("n", "b", 2))),))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1234, "1,234"),
        (-0.5, "\N{MINUS SIGN}0.50"),
        (0.0, "0.00"),
        (4e-12, "4e\N{MINUS SIGN}12"),
        (None, "\N{EN DASH}"),
        ("k-means", "k-means"),
    ],
)
def test_a_number_is_put_into_words(value: float | str | None, words: str) -> None:
    assert in_words(Fact("n", "n", value)) == words


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_a_notebook_with_a_place_for_its_data(name: str) -> None:
    script = jupytext.reads(notebook.script(load(name).notebook), fmt="py:percent")

    assert [cell for cell in script.cells if "parameters" in cell.metadata.get("tags", ())]
    assert script.cells[0].cell_type == "markdown"


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_advice_and_columns(name: str) -> None:
    study = load(name)

    assert study.name == name
    assert study.advice
    assert study.columns


def test_the_data_are_named_from_the_notebooks_folder(tmp_path: Path) -> None:
    script = jupytext.reads(notebook.script("visualise"), fmt="py:percent")
    data = DataFile(tmp_path / "data" / "own.csv", {"age_years": "it's age"}, "cp1252", ";")
    notebook._fill_in(script, data, tmp_path, {"K": 4})
    filled = next(cell.source for cell in script.cells if cell.source.startswith("DATA"))
    names: dict[str, object] = {"DataFile": DataFile, "Path": Path}
    exec(filled, names)  # noqa: S102 - it is the cell's own text

    assert names["DATA"] == DataFile(Path("data/own.csv"), data.columns, "cp1252", ";")
    assert names["K"] == 4


def test_a_study_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidConfig, match="did you mean 'mall-som'"):
        load("mall-sum")


def test_missing_extras_are_named_with_the_way_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_study, "NEEDED", ("matplotlib", "no_such_library"))

    with pytest.raises(InvalidConfig, match=r"no_such_library.*make studies.*resegment\[studies\]"):
        run_study.require_extras()
