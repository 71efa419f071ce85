"""A report as a browser shows it: nothing is fetched, nothing fails, and both themes reach the figures."""

from pathlib import Path

import plotly.graph_objects as go
import pytest

from shared.reporting.page import Chart, Note, Page, Section, TableBlock, TableColumn, render
from shared.reporting.theme import DARK, LIGHT
from tests.support.browser import open_page

EVIL = "</script><img src=x onerror=window.hit=1><b>VIP</b>"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    line = go.Figure(go.Scatter(x=[1, 2], y=[1, 3], name=EVIL, line={"color": LIGHT.series[0]}))
    cloud = go.Figure(go.Scatter3d(x=[1, 2], y=[2, 1], z=[1, 2], mode="markers"))
    table = TableBlock([TableColumn("Segment"), TableColumn("Customers", "number")], [[EVIL, 5]], EVIL)
    blocks = [Chart(line, EVIL), Chart(cloud, "points"), table, Note(EVIL)]
    path = tmp_path / "report.html"
    path.write_text(render(Page(EVIL, EVIL, [Section(EVIL, EVIL, blocks)])), encoding="utf-8")
    return path


def test_a_page_opens_offline_without_an_error_and_runs_nothing_from_data(report: Path) -> None:
    log = open_page(report, evaluate="window.hit ?? 'untouched'", as_pdf=True)

    assert log.console_errors == ()
    assert log.requests == ()
    assert log.value == "untouched"
    assert log.pdf.startswith(b"%PDF")


def test_the_figures_follow_the_preferred_theme_and_the_toggle(report: Path) -> None:
    seen = "[document.documentElement.dataset.theme, document.querySelector('.plot')._fullData[0].line.color]"
    click = "document.getElementById('theme').click()"
    light, dark = ["light", LIGHT.series[0]], ["dark", DARK.series[0]]

    assert open_page(report, evaluate=f"[{seen}, {click}, {seen}]").value == [light, None, dark]
    assert open_page(report, prefers="dark", evaluate=seen).value == dark
    assert open_page(f"{report.as_uri()}#theme=light", prefers="dark", evaluate=seen).value == light


def test_a_phone_needs_no_sideways_scrolling(report: Path) -> None:
    log = open_page(report, width=360, height=700, evaluate="document.documentElement.scrollWidth")

    assert log.value == 360
