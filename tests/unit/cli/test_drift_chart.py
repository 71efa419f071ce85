"""Scores against limits on a terminal."""

from cli.drift_chart import HEIGHT, bars, chart, ratios


def test_a_ratio_needs_a_score_and_a_limit() -> None:
    rows = [{"value": -3.0, "warn": 4.0}, {"value": None, "warn": 4.0}, {"value": 1.0, "warn": None}]
    assert ratios(rows) == [0.75, None, None]


def test_bars_within_the_limit_are_low_and_those_beyond_are_high() -> None:
    assert bars([0.0, 0.99, 1.05, 9.0, None]) == "▁▅▅█ "


def test_a_chart_has_the_limit_across_and_columns_up_to_their_ratio() -> None:
    drawn = chart([0.0, 0.5, 1.5, None])
    assert len(drawn) == HEIGHT
    assert [line[8:] for line in drawn] == ["  █ ", "┈┈█┈", "  █ ", "  █ ", " ██ ", " ██ "]
    assert sum("limit" in line for line in drawn) == 1
