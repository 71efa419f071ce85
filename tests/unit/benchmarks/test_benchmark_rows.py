import csv
import json
import math

import pytest

from benchmarks.measured_rows import COLUMNS, Bound, Row, as_json, table, verdict, write_csv


def row(value: float, target: Bound | None = None, *, section: str = "Speed") -> Row:
    return Row(section, "rows", "ours", "k=8", "ratio", value, target, "a note")


@pytest.mark.parametrize("sign", ["<=", ">=", "<"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_could_not_be_measured_meets_no_target(sign, value):
    assert row(value, Bound(sign, 1.0)).met == "no"


def test_a_target_holds_at_its_bound_unless_it_is_strict():
    assert [row(1.5, Bound(sign, 1.5)).met for sign in ("<=", ">=", "<")] == ["yes", "yes", "no"]
    assert [row(1.6, Bound(sign, 1.5)).met for sign in ("<=", ">=", "<")] == ["no", "yes", "no"]


def test_a_row_without_a_target_is_neither_met_nor_missed():
    assert row(1.0).met == ""
    assert verdict([row(1.0)]) == "targets met: 0 of 0"


def test_the_verdict_names_what_was_missed():
    said = verdict([row(1.0, Bound("<=", 1.5)), row(2.0, Bound("<=", 1.5))])

    assert said.splitlines() == ["targets met: 1 of 2", "  missed: rows, k=8: ratio 2, target <= 1.5"]


def test_the_table_has_a_line_for_each_row_and_a_head_for_each_section():
    lines = table([row(1.0), row(2.0), row(3.0, section="Ageing")]).splitlines()

    assert [line for line in lines if line.startswith("==")] == ["== Speed", "== Ageing"]
    assert sum("ratio" in line for line in lines) == 3


def test_the_csv_keeps_every_digit(tmp_path):
    path = tmp_path / "new" / "rows.csv"
    write_csv([row(1 / 3, Bound("<=", 1.5))], path)

    (kept,) = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert tuple(kept) == COLUMNS
    assert (float(kept["value"]), kept["target"], kept["met"]) == (1 / 3, "<= 1.5", "yes")


def test_the_document_is_json_even_without_a_figure():
    document = json.loads(as_json([row(math.nan, Bound("<=", 1.5))], {"mode": "quick"}))

    assert document["about"] == {"mode": "quick"}
    assert (document["rows"][0]["value"], document["rows"][0]["met"]) == (None, "no")
