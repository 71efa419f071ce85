"""JSON: numbers keep their digits, records their lines."""

from pathlib import Path

import pytest

from shared.errors import InvalidConfig
from shared.intake.findings import Level
from tests.support.intake_files import read_bytes, small_blocks


@pytest.mark.parametrize(
    ("text", "kind", "lines"),
    [
        ('{"a":1.50,"b":"x"}\n\n{"a":2,"b":null}\n', "JSON lines", [1, 3]),
        ('{"a":1.50,"b":"x"}\r\n{"a":2,"b":null}', "JSON lines", [1, 2]),
        ('[{"a":1.50,"b":"x"},\n {"a":2}]', "JSON array", [1, 2]),
        ('\n[\n{"a":1.50,\n"b":"x"},{"a":2}\n]\n', "JSON array", [3, 4]),
        ('{"count":2,"data":{"orders":[{"a":1.50,"b":"x"},\n{"a":2}]}}', "JSON array", [1, 2]),
        ('{\n"a":1.50,\n"b":"x"\n}\n{\n"a":2\n}\n', "JSON array", [1, 5]),
    ],
)
def test_records_are_rows_with_the_line_in_which_they_begin(
    tmp_path: Path, text: str, kind: str, lines: list[int]
) -> None:
    found = read_bytes(tmp_path, text)

    assert (found.layout.kind, found.layout.names) == (kind, ("a", "b"))
    assert found.cells == [["1.50", "x"], ["2", ""]]
    assert found.lines == lines


def test_values_are_the_text_of_the_file(tmp_path: Path) -> None:
    text = '{"n":12345678901234567890.10,"e":1E3,"t":true,"s":"\\u00e9\\n","z":null,"l":[1.0,{"k":"v"}]}'

    assert read_bytes(tmp_path, text).cells == [
        ["12345678901234567890.10", "1E3", "true", "é\n", "", '[1.0,{"k":"v"}]']
    ]


def test_records_within_records_are_columns_of_their_own(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, '{"id":1,"customer":{"id":7,"tags":["x"]}}\n{"id":2}')

    assert found.layout.names == ("id", "customer.id", "customer.tags")
    assert found.cells == [["1", "7", '["x"]'], ["2", "", ""]]
    assert "'customer.tags'" in found.finding("nested_columns").message


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"a":1}\n{"a":\n{"a":2}', 2, "no JSON"),
        ('{"a":1}\n[1]\n{"a":2}', 2, "no JSON object"),
        ('{"a":1}\n{"a":"\\ud800"}\n{"a":2}', 2, "no text"),
        ('[{"a":1},\n7,\n{"a":2}]', 2, "no JSON object"),
        ('[{"a":1},\n{"a":2},\n{"a":', 3, "no JSON from here on"),
        ('[{"a":1},\n{"a":2},\n', 3, "cut short"),
    ],
)
def test_what_is_no_record_is_damage_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    found = read_bytes(tmp_path, text)

    assert found.cells == [["1"], ["2"]]
    assert [row.line for row in found.damaged] == [line]
    assert reason in found.damaged[0].reason
    assert found.codes(Level.STOP) == {"damaged_rows"}
    assert sorted([*found.rows, found.damaged[0].row]) == [1, 2, 3]


def test_lines_are_read_block_by_block(tmp_path: Path) -> None:
    text = "".join(f'{{"order":{number},"who":"ann {number}"}}\r\n' for number in range(50))

    with small_blocks(33):
        found = read_bytes(tmp_path, text, rows=7)

    assert found.cells == [[str(number), f"ann {number}"] for number in range(50)]
    assert found.lines == list(range(1, 51))
    assert [len(table.cells) for table in found.tables] == [7] * 7 + [1]


def test_several_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidConfig, match=r"2 lists of records: orders, refunds; give one of them: jq \.orders"
    ):
        read_bytes(tmp_path, '{"orders":[{"a":1}],"refunds":[{"a":2}]}')


def test_json_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="JSON without records"):
        read_bytes(tmp_path, "[]")


def test_a_header_in_brackets_is_no_json(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "[order],[when]\nR1,2024-01-02\n").layout.kind == "CSV"
