"""The map: its ridges, where customers are, what each region is like, and the tree of its units."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from batch.reporting.run import Run, short_number
from batch.reporting.segment_profiles import words
from shared.core.arrays import Float64, Int64
from shared.core.som.grid import SomGrid, Topology
from shared.core.som.maps import component_planes, u_matrix
from shared.reporting.page import Chart, KeyFigure, KeyFigures, Section, Side
from shared.reporting.theme import LIGHT, color_scale, series_colors
from shared.reporting.values import for_plotly

BAR = {
    "orientation": "h",
    "thickness": 10,
    "len": 0.9,
    "y": -0.22,
    "yanchor": "top",
    "tickfont": {"size": 12},
}
WIDTH, BESIDE = 300, 130
"""Of a picture, and the height that its axis and its scale take, px."""


@dataclass(frozen=True, eq=False)
class Maps:
    """Pictures of the map, all (rows, cols).

    u_matrix : mean distance of a unit to those it touches, over the largest. hits : customers of each unit.
    macro : group of each unit after the cut of the tree, from 1. planes : (d, rows, cols) in business units.
    """

    rows: int
    cols: int
    topology: str
    toroidal: bool
    quantization_error: float
    topographic_error: float
    unit_use: float
    u_matrix: Float64
    hits: Int64
    macro: Int64
    features: tuple[str, ...]
    units: tuple[str, ...]
    planes: Float64


def maps(run: Run) -> Maps:
    """Draw the pictures from the challenger's map."""
    som, tree, shape = run.model.som, run.evidence.tree, (run.model.som.rows, run.model.som.cols)
    topology: Topology = "hexagonal" if som.topology == "hexagonal" else "rectangular"
    grid = SomGrid(som.rows, som.cols, topology, som.toroidal)
    named = [words(name, run.money) for name in run.model.features]
    return Maps(
        som.rows,
        som.cols,
        som.topology,
        som.toroidal,
        som.quantization_error,
        som.topographic_error,
        som.unit_use,
        u_matrix(som.weights, grid),
        tree.hits.reshape(shape),
        tree.macro.labels.reshape(shape) + 1,
        tuple(name for name, _ in named),
        tuple(unit for _, unit in named),
        np.maximum(component_planes(run.model.transform.invert(som.weights), grid), 0),
    )


def draw_u_matrix(found: Maps) -> Any:
    """Draw the ridges between regions of like customers."""
    return _picture(found.u_matrix, LIGHT.sequential, "height", "%{z:.2f} of the highest")


def draw_hits(found: Maps) -> Any:
    """Draw how many customers each unit has."""
    return _picture(found.hits, LIGHT.sequential, "customers", "%{z:,} customers")


def draw_macro(found: Maps) -> Any:
    """Draw the groups of units that the cut of the tree makes."""
    k = int(found.macro.max())
    steps = [[edge, color] for at, color in enumerate(series_colors(k)) for edge in (at / k, (at + 1) / k)]
    figure = _picture(found.macro, LIGHT.sequential, "", "group %{z}")
    figure.update_traces(colorscale=steps, zmin=0.5, zmax=k + 0.5, texttemplate="%{z}", textfont={"size": 12})
    figure.update_traces(colorbar={"tickvals": [*range(1, k + 1)]})
    return figure


def draw_plane(found: Maps, at: int) -> Any:
    """Draw one feature over the map, coloured on the log scale that the model sees."""
    plane, unit = found.planes[at], for_plotly(found.units[at])
    logs = np.log1p(plane)
    ticks = np.linspace(logs.min(), logs.max(), 5)
    figure = _picture(logs, LIGHT.sequential, unit, "%{customdata} " + unit)
    lying = plane.T if plane.shape[0] > plane.shape[1] else plane
    shown = [[short_number(value) for value in row] for row in lying.tolist()]
    figure.update_traces(customdata=shown)
    figure.update_traces(
        colorbar={"tickvals": ticks, "ticktext": [short_number(v) for v in np.expm1(ticks).tolist()]}
    )
    return figure


def _picture(values: NDArray[Any], colors: tuple[str, ...], unit: str, hover: str) -> Any:
    """Draw a picture lying down, whichever side is longer: then it fills its place."""
    is_tall = values.shape[0] > values.shape[1]
    across, down = ("row", "column") if is_tall else ("column", "row")
    figure = go.Figure(
        go.Heatmap(
            z=(values.T if is_tall else values).tolist(),
            colorscale=color_scale(colors),
            xgap=1,
            ygap=1,
            colorbar=BAR | {"title": {"text": unit, "side": "bottom", "font": {"size": 12}}},
            hovertemplate=f"{down} %{{y}}, {across} %{{x}}<br>{hover}<extra></extra>",
        )
    )
    figure.update_xaxes(
        title={"text": across, "standoff": 2}, showgrid=False, constrain="domain", zeroline=False
    )
    figure.update_yaxes(title=down, showgrid=False, constrain="domain", zeroline=False)
    figure.update_yaxes(autorange="reversed", scaleanchor="x")
    figure.update_layout(margin={"l": 8, "r": 8, "t": 12, "b": 8})
    return figure


def section(found: Maps, tree: Chart) -> Section:
    """Show all pictures and the tree."""
    figures = (
        KeyFigure(
            "Units", f"{found.rows} x {found.cols}", found.topology + (", toroidal" if found.toroidal else "")
        ),
        KeyFigure("Quantization error", f"{found.quantization_error:.3f}", "mean distance to the best unit"),
        KeyFigure("Topographic error", f"{found.topographic_error:.1%}", "best two units do not touch"),
        KeyFigure("Units in use", f"{found.unit_use:.0%}", "are somebody's best"),
    )
    short, long = sorted((found.rows, found.cols))
    height = BESIDE + WIDTH * short // long
    pictures = [
        Chart(draw_u_matrix(found), "U-matrix", "**U-matrix**: high ridges part unlike customers.", height),
        Chart(draw_hits(found), "Hit map", "**Hit map**: customers of each unit.", height),
        *(
            Chart(
                draw_plane(found, at),
                f"Component plane of {name}",
                f"**{name}** in {found.units[at]}, log scale.",
                height,
            )
            for at, name in enumerate(found.features)
        ),
        Chart(draw_macro(found), "Groups of units", "**Groups** of units where the tree is cut.", height),
    ]
    text = (
        "Neighbouring units stand for similar customers; the map learns from the same ones as the segments."
    )
    return Section("Map", text, (KeyFigures(figures), Side(pictures, 340), tree))
