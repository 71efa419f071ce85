"""One self-contained HTML file: it opens from a disk, without a network, and prints.

Everything that is shown may come from data, so everything is escaped, and the page forbids itself to load
or run anything that it does not carry: scripts are named by their hashes.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from shared.reporting.blocks import (
    Block,
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
)
from shared.reporting.theme import (
    DARK,
    FONT,
    LIGHT,
    MONO,
    SINGLE,
    THEMES,
    Theme,
    counterparts,
    plotly_template,
)
from shared.reporting.values import cell, dates_whole, marked_up, paragraphs, slug

__all__ = [
    "Block",
    "Bullets",
    "Chart",
    "Code",
    "Fold",
    "KeyFigure",
    "KeyFigures",
    "Note",
    "Page",
    "Picture",
    "Section",
    "Side",
    "TableBlock",
    "TableColumn",
    "TextBlock",
    "render",
]  # fmt: skip

_ASSETS = Path(__file__).parent / "assets"
_PNG = b"\x89PNG"


def render(page: Page) -> str:
    """Return a page as HTML; the same page gives the same text."""
    charts = [figure_data(chart) for chart in _charts(page)]
    library = get_plotlyjs() if charts else ""
    scripts = [library, (_ASSETS / "page.js").read_text(encoding="utf-8")]
    taken: set[str] = {"top"}
    return _template().render(
        page=page,
        anchors=[slug(section.title, taken) for section in page.sections],
        style=Markup(_style()),  # noqa: S704 - our own files and numbers, as are the scripts
        library=Markup(library),  # noqa: S704
        script=Markup(scripts[1]),  # noqa: S704
        policy=_policy([script for script in scripts if script]),
        charts=[Markup(_script_safe(chart)) for chart in charts],  # noqa: S704
        look=Markup(_script_safe(_look())),  # noqa: S704
    )


def figure_data(chart: Chart) -> dict[str, Any]:
    """Return traces and layout of a chart as plain values; the page gives it its template."""
    plain: dict[str, Any] = json.loads(chart.figure.to_json())
    layout = plain["layout"] | {"height": chart.height, "autosize": True}
    layout.pop("template", None)
    return {"data": plain["data"], "layout": layout}


def _charts(page: Page) -> Iterator[Chart]:
    yield from _charts_in(page.lead)
    for section in page.sections:
        yield from _charts_in(section.blocks)


def _charts_in(blocks: Sequence[Block]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Chart):
            yield block
        elif isinstance(block, Side | Fold):
            yield from _charts_in(block.blocks)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (cell, dates_whole, marked_up, paragraphs)
    environment.filters |= {one.__name__: one for one in filters} | {"uri": _data_uri}
    environment.tests |= {"kind": lambda block, name: type(block).__name__ == name}
    return environment.get_template("page.html.jinja")


def _style() -> str:
    def variables(theme: Theme) -> str:
        return "".join(f"--{name}:{getattr(theme, name)};" for name in SINGLE)

    fonts = f"--font:{FONT};--mono:{MONO};"
    themes = (
        f":root{{{fonts}color-scheme:light;{variables(LIGHT)}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{variables(DARK)}}}"
        # print is light, whatever the screen is
        f"@media print{{:root,:root[data-theme=dark]{{color-scheme:light;{variables(LIGHT)}}}}}"
    )
    return themes + (_ASSETS / "page.css").read_text(encoding="utf-8")


def _look() -> dict[str, Any]:
    templates = {name: plotly_template(theme) for name, theme in THEMES.items()}
    return {"templates": templates, "dark": counterparts()}


def _script_safe(value: Any) -> str:
    """Return JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _policy(scripts: Sequence[str]) -> str:
    hashes = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    sources = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _data_uri(image: bytes) -> str:
    kind = "image/png" if image.startswith(_PNG) else "image/svg+xml"
    return f"data:{kind};base64,{b64encode(image).decode()}"
