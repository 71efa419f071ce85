"""Colours, fonts and figure templates of every report, light and dark.

Figures are drawn with the colours of `LIGHT`; a page swaps each for its counterpart in `DARK`, so a figure
is built once and reads on both. Nothing but these colours should be given to a figure.
"""

from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Literal

import plotly.graph_objects as go

Name = Literal["light", "dark"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
FONT_SIZE = 14


@dataclass(frozen=True)
class Theme:
    """One set of colours, '#rrggbb'.

    page, surface, raised : backgrounds. ink, muted : text. grid, border : lines. link : links and focus.
    good, warning, bad : verdicts, never the only sign of one. series : categories, in order of use.
    sequential : low to high; low is near the surface. diverging : below, at and above a reference; ink
    can be read on all of them.
    """

    name: Name
    page: str
    surface: str
    raised: str
    ink: str
    muted: str
    grid: str
    border: str
    link: str
    good: str
    warning: str
    bad: str
    series: tuple[str, ...]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]


# Series: Okabe and Ito (2008), Color universal design, darkened for white and lightened for black until each
# has 3:1 against its surface (WCAG 1.4.11) and the first six differ by 14 (CIELAB) for a protanope and a
# deuteranope too; then six more for the rare plot of many segments.
LIGHT = Theme(
    name="light",
    page="#f4f6f8",
    surface="#ffffff",
    raised="#eef1f5",
    ink="#1b1f24",
    muted="#545d68",
    grid="#dfe4ea",
    border="#cdd4dc",
    link="#0a5c9c",
    good="#0b7a58",
    warning="#8f5b00",
    bad="#b3361b",
    series=(
        "#00609c", "#ad3f00", "#009e73", "#c0609a", "#c28500", "#3f9bd6",
        "#6b6f76", "#7a4fb5", "#8a7a00", "#8c4a2f", "#00838f", "#a8324a",
    ),
    sequential=("#f2f7fb", "#c6dcee", "#8dbbdc", "#4d93c3", "#1e6aa3", "#0b4474", "#072a4a"),
    diverging=("#dd7c33", "#eaa870", "#f7dcc2", "#f5f6f7", "#c6deef", "#85bbe0", "#4f99cc"),
)  # fmt: skip
DARK = Theme(
    name="dark",
    page="#0e1116",
    surface="#161a21",
    raised="#1f252e",
    ink="#e8ebef",
    muted="#a3adb9",
    grid="#2b323c",
    border="#3a434f",
    link="#7cc0f5",
    good="#3fcf9f",
    warning="#f0b84a",
    bad="#ff8a70",
    series=(
        "#4fa8e0", "#f2803f", "#2fc79b", "#e39cc4", "#f0b429", "#8fd0f7",
        "#b3b8c0", "#b79bea", "#e0d343", "#cf9277", "#4dd0dc", "#f07f95",
    ),
    sequential=("#1a222c", "#1f3b54", "#22577f", "#2d78ad", "#549fd2", "#8ec5ea", "#d3ebfb"),
    diverging=("#a4531c", "#7f4822", "#543c2d", "#2a2f37", "#264359", "#215a80", "#1b69a0"),
)  # fmt: skip
SINGLE = ("page", "surface", "raised", "ink", "muted", "grid", "border", "link", "good", "warning", "bad")
"""Fields of a theme that hold one colour each."""

THEMES: dict[Name, Theme] = {"light": LIGHT, "dark": DARK}


def series_colors(n: int) -> tuple[str, ...]:
    """Return n colours for categories; they repeat after twelve, so use another sign too."""
    return tuple(islice(cycle(LIGHT.series), n))


def fade(color: str, alpha: float) -> str:
    """Return a colour of a theme, '#rrggbb', as 'rgba(...)'; its dark counterpart is found all the same."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def color_scale(colors: tuple[str, ...]) -> list[list[Any]]:
    """Return colours as a plotly scale from 0 to 1."""
    last = len(colors) - 1
    return [[at / last, color] for at, color in enumerate(colors)]


def counterparts() -> dict[str, str]:
    """Return the dark colour of every light one."""
    pairs = {getattr(LIGHT, name): getattr(DARK, name) for name in SINGLE}
    for name in ("series", "sequential", "diverging"):
        pairs |= dict(zip(getattr(LIGHT, name), getattr(DARK, name), strict=True))
    return pairs


def plotly_template(theme: Theme) -> dict[str, Any]:
    """Return the look of a figure as a plotly template."""
    axis = {
        "gridcolor": theme.grid,
        "linecolor": theme.border,
        "zerolinecolor": theme.border,
        "automargin": True,
        "title": {"standoff": 10},
    }
    side = axis | {"backgroundcolor": theme.surface, "showbackground": True}
    side.pop("automargin")
    side.pop("title")
    layout = go.Layout(
        paper_bgcolor=theme.surface,
        plot_bgcolor=theme.surface,
        font={"family": FONT, "size": FONT_SIZE, "color": theme.ink},
        title={"font": {"size": FONT_SIZE + 2}, "x": 0, "xanchor": "left"},
        colorway=list(theme.series),
        colorscale={
            "sequential": color_scale(theme.sequential),
            "diverging": color_scale(theme.diverging),
        },
        hoverlabel={"bgcolor": theme.raised, "bordercolor": theme.border, "font": {"color": theme.ink}},
        legend={"bgcolor": "rgba(0,0,0,0)"},
        margin={"l": 16, "r": 16, "t": 40, "b": 16},
        xaxis=axis,
        yaxis=axis,
        scene={"xaxis": side, "yaxis": side, "zaxis": side},
    )
    template: dict[str, Any] = go.layout.Template(layout=layout).to_plotly_json()
    return template


def matplotlib_style(theme: Theme) -> dict[str, Any]:
    """Return the same look for matplotlib and seaborn: use it as `with matplotlib.rc_context(style)`.

    Draw once with `LIGHT` and once with `DARK`, and give both to `shared.reporting.blocks.Picture`.
    """
    colors = ", ".join(repr(color) for color in theme.series)
    text = dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor"), theme.ink)
    ticks = dict.fromkeys(("xtick.color", "ytick.color"), theme.muted)
    faces = dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), theme.surface)
    return text | ticks | faces | {
        "axes.prop_cycle": f"cycler('color', [{colors}])",
        "axes.edgecolor": theme.border,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.titlelocation": "left",
        "grid.color": theme.grid,
        "patch.edgecolor": theme.surface,
        "legend.frameon": False,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 11,
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "savefig.dpi": 150,
        "svg.fonttype": "path",
        "svg.hashsalt": "resegment",  # the same figure gives the same file
    }  # fmt: skip
