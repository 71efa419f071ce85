"""Figures of three features that a reader can turn."""

from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from batch.studies.claims import drawn
from batch.studies.framework import Interactive
from batch.studies.visualise.clusters import FOURTH, THREE, Clusters, thirds
from batch.studies.visualise.figures import MAX_POINTS, Labels, some
from shared.reporting.theme import series_colors

LOWEST = 0.01
"""Thousand: what is drawn for nothing, which has no place on a log axis."""
_SYMBOLS = ("circle", "square", "diamond", "circle-open", "square-open", "diamond-open")
"""Without those that plotly draws as letters of a font, which may lack them."""


def turning_scatter(customers: pd.DataFrame, labels: Labels, found: Clusters) -> Interactive:
    """Show three features in a figure that can be turned."""
    caption = drawn(
        "Customers by three features. Drag to turn, scroll to zoom; a click in the legend hides a cluster.",
        len(customers),
        MAX_POINTS,
        len,
    )
    draw = partial(_turning, some(customers.assign(cluster=found.labels)), labels, found)
    return Interactive("scatter_3d", "Three features", caption, draw)


def turning_by_fourth(customers: pd.DataFrame, labels: Labels, found: Clusters) -> Interactive:
    """Show three features once for each third of a fourth."""
    caption = drawn(
        "Customers by three features, once for each third of the fourth: left the lowest, right the highest.",
        len(customers),
        MAX_POINTS,
        len,
    )
    draw = partial(_by_fourth, some(customers.assign(cluster=found.labels)), labels, found)
    return Interactive("scatter_3d_by_fourth", f"By thirds of {labels[FOURTH]}", caption, draw)


def _turning(customers: pd.DataFrame, labels: Labels, found: Clusters) -> go.Figure:
    legend = {"itemsizing": "constant"}
    layout = {"scene": _scene(labels), "legend": legend, "margin": {"l": 0, "t": 0, "b": 0}}
    return go.Figure(_traces(customers, labels, found), layout)


def _by_fourth(customers: pd.DataFrame, labels: Labels, found: Clusters) -> go.Figure:
    figure = make_subplots(cols=3, specs=[[{"type": "scene"}] * 3], horizontal_spacing=0.01)
    which = thirds(customers[FOURTH])
    for third in range(3):
        members = customers[which == third]
        for trace in _traces(members, labels, found):
            is_named = not any(other.name == trace.name for other in figure.data)
            figure.add_trace(trace.update(legendgroup=trace.name, showlegend=is_named), row=1, col=third + 1)
    figure.update_scenes(_scene(labels) | {"camera": {"eye": {"x": 2.6, "y": 2.6, "z": 1.2}}})
    return figure.update_layout(legend={"itemsizing": "constant"}, margin={"l": 0, "t": 0, "b": 0})


def _traces(customers: pd.DataFrame, labels: Labels, found: Clusters) -> list[go.Scatter3d]:
    x, y, z = THREE
    colors, clusters = series_colors(found.k), sorted(set(customers["cluster"].tolist()))
    return [
        go.Scatter3d(
            x=members[x],
            y=members[y].clip(lower=LOWEST),
            z=members[z].clip(lower=LOWEST),
            mode="markers",
            name=f"cluster {cluster}",
            legendrank=cluster,
            marker={
                "size": 3, "color": colors[cluster - 1], "symbol": _SYMBOLS[(cluster - 1) % len(_SYMBOLS)],
            },
            hovertemplate=f"{labels[x]}: %{{x}}<br>{labels[y]}: %{{y}}<br>{labels[z]}: %{{z}}",
        )
        for cluster, members in ((c, customers[customers["cluster"] == c]) for c in clusters)
    ]  # fmt: skip


def _scene(labels: Labels) -> dict[str, Any]:
    x, y, z = THREE
    powers = {"type": "log", "dtick": 1}
    return {
        "xaxis": {"title": {"text": labels[x]}},
        "yaxis": {"title": {"text": f"{labels[y]} (log)"}} | powers,
        "zaxis": {"title": {"text": f"{labels[z]} (log)"}} | powers,
        "camera": {"eye": {"x": 1.8, "y": 1.8, "z": 0.9}, "center": {"z": -0.2}},
    }
