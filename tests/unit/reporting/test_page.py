"""The page is one file, carries everything, and shows data as text."""

import json
import re
import tomllib
from base64 import b64encode
from fnmatch import fnmatch
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pytest

import shared.reporting
from shared.reporting.page import (
    Bullets,
    Chart,
    Code,
    Fold,
    KeyFigure,
    KeyFigures,
    Note,
    Page,
    Picture,
    Section,
    Side,
    TableBlock,
    TableColumn,
    TextBlock,
    render,
)
from shared.reporting.theme import LIGHT

EVIL = '</script><img src=x onerror="alert(1)"><b>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


class Elements(HTMLParser):
    """Tags with their attributes, and the text within each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        self._within = tag

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(*blocks: object, title: str = "Report") -> str:
    return render(Page(title, "Subtitle", [Section("Part", "", blocks)], footer="seed 1"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def evil_page() -> str:
    figure = go.Figure(go.Scatter(x=[1, float("nan")], y=[2, 3], name=EVIL))
    blocks = [
        Side([Chart(figure, EVIL, EVIL), Picture(SVG, EVIL, SVG, EVIL)]),
        TableBlock([TableColumn(EVIL, unit=EVIL), TableColumn("n", "number")], [[EVIL, 1]], EVIL),
        KeyFigures([KeyFigure(EVIL, EVIL, EVIL)]),
        Note(EVIL, title=EVIL),
        TextBlock(EVIL),
        Bullets([EVIL]),
        Code(EVIL, EVIL),
        Fold(EVIL, [TextBlock(EVIL)]),
    ]
    return render(Page(EVIL, EVIL, [Section(EVIL, EVIL, blocks)], [Note(EVIL)], EVIL))


def test_no_text_from_data_becomes_an_element(evil_page: str) -> None:
    found = Elements(evil_page)

    assert found.all("b") == []
    assert [image["src"] for image in found.all("img") if image["src"] == "x"] == []
    assert all("onerror" not in attributes for _, attributes in found.tags)
    assert EVIL not in evil_page


def test_nothing_is_fetched_from_anywhere(evil_page: str) -> None:
    for tag, attributes in Elements(evil_page).tags:
        for name in ("src", "href", "srcset", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, value)
    assert "@import" not in evil_page.split("</style>", maxsplit=1)[0]


def test_the_policy_names_every_script_that_may_run(evil_page: str) -> None:
    found = Elements(evil_page)
    (policy,) = [m["content"] or "" for m in found.all("meta") if m.get("http-equiv")]
    kinds = [script.get("type") for script in found.all("script")]
    running = [text for kind, text in zip(kinds, found.scripts, strict=True) if kind is None]

    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in running]

    assert len(hashes) == 2
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_the_library_is_carried_once_and_only_where_there_is_a_figure() -> None:
    figure = go.Figure(go.Scatter(x=[1], y=[1]))

    assert page_of(Chart(figure, "a"), Chart(figure, "b")).count("plotly.js v") == 1
    assert len(page_of(TextBlock("words"))) < 50_000


def test_a_figure_is_given_as_valid_json_without_a_template_of_its_own() -> None:
    figure = go.Figure(go.Scatter(x=[1.0, float("nan")], y=[1, 2]))

    scripts = Elements(page_of(Chart(figure, "a", height=333))).scripts

    data = json.loads(scripts[1], parse_constant=pytest.fail)
    assert data["data"][0]["x"] == [1.0, None]
    assert data["layout"] == {"autosize": True, "height": 333}


def test_the_same_page_gives_the_same_text() -> None:
    table = TableBlock([TableColumn("a")], [["x"]], "caption")

    assert page_of(table) == page_of(table)


def test_a_table_has_headers_units_and_aligned_numbers() -> None:
    columns = [
        TableColumn("Segment"),
        TableColumn("Spend", "number", "GBP", 2),
        TableColumn("Gate", "verdict"),
    ]

    text = page_of(
        TableBlock(columns, [["VIP", 1234.5, True], ["New", float("nan"), False]], "Spend by segment")
    )

    assert "<caption>Spend by segment</caption>" in text
    assert '<th scope="col" class="number">Spend<span class="unit">GBP</span></th>' in text
    assert '<th scope="row" class="text">VIP</th><td class="number">1,234.50</td>' in text
    assert '<td class="number">\N{EN DASH}</td><td class="verdict bad">✗ failed</td>' in text


def test_dates_stay_whole_in_narrow_places_and_zero_has_no_sign() -> None:
    rows = [["2011-12-09 to <2011-12>", -1e-17], ["1234-5678", 1.0]]
    table = TableBlock([TableColumn("Days"), TableColumn("Mean", "number", digits=2)], rows, "days")

    text = page_of(table, KeyFigures([KeyFigure("data", "2010-12-01")]))

    assert '<th scope="row" class="text">1234-5678</th>' in text
    whole = '<span class="whole">2011-12-09</span> to &lt;<span class="whole">2011-12</span>&gt;'
    assert f'{whole}</th><td class="number">0.00</td>' in text
    assert '<dd><span class="whole">2010-12-01</span></dd>' in text


def test_sections_are_landmarks_with_anchors_of_their_own() -> None:
    text = render(Page("Report", "", [Section("K curves!"), Section("K curves?"), Section("***")]))

    anchors = [attributes["href"] for attributes in Elements(text).all("a")]
    assert anchors[1:4] == ["#k-curves", "#k-curves-2", "#section"]
    for name in ("header", "nav", "main", "footer"):
        assert len(Elements(text).all(name)) == 1


def test_a_picture_comes_for_both_themes() -> None:
    png = b"\x89PNG\r\n\x1a\n"

    light, dark = Elements(page_of(Picture(png, "a map", SVG))).all("img")

    assert (light["src"] or "").startswith("data:image/png;base64,")
    assert (dark["src"] or "").startswith("data:image/svg+xml;base64,")
    assert light["alt"] == dark["alt"] == "a map"


def test_code_and_strong_are_marked_and_the_rest_is_text() -> None:
    text = page_of(TextBlock("Run `a < b` **now**, 2 * 3 * 4.\n\nNext"))

    assert "<p>Run <code>a &lt; b</code> <strong>now</strong>, 2 * 3 * 4.</p><p>Next</p>" in text


def test_a_block_inside_a_chart_of_the_lead_is_counted_like_any_other() -> None:
    figure = go.Figure(go.Bar(x=["a"], y=[1], marker={"color": LIGHT.series[0]}))

    text = render(Page("Report", "", [], [Side([Chart(figure, "bars")])]))

    assert text.count('class="plot"') == text.count('class="chart-data"') == 1


def test_an_installed_package_has_what_a_page_is_made_of() -> None:
    root = Path(shared.reporting.__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]

    assets = [path.name for path in (root / "shared" / "reporting" / "assets").iterdir()]

    assert len(assets) == 3
    assert all(any(fnmatch(name, pattern) for pattern in patterns) for name in assets)
