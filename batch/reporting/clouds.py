"""The customers themselves: flattened to two dimensions, and in the three of RFM."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from batch.reporting.run import Run, label
from batch.reporting.segment_profiles import RFM, words
from shared.core.arrays import Float64, Int64
from shared.core.customers.features import feature_matrix
from shared.reporting.page import Chart, Section
from shared.reporting.theme import LIGHT
from shared.reporting.values import for_plotly

MARKS_3D = ("circle", "diamond", "square", "cross", "x", "circle-open", "diamond-open", "square-open")
FLOOR = 0.5
"""Lowest value on a log axis: a purchase of this morning must not stretch it by a thousand."""


@dataclass(frozen=True, eq=False)
class Clouds:
    """Sampled customers of the challenger.

    segment_ids : (s,). plane : (s, 2) principal components; centers : (k, 2); explained : (2,) share of the
    variance; loadings : (2, d). rfm : (s, 3) in business units.
    """

    names: dict[int, str]
    segment_ids: Int64
    plane: Float64
    centers: Float64
    explained: Float64
    features: tuple[str, ...]
    loadings: Float64
    rfm: Float64
    n_customers: int


def clouds(run: Run) -> Clouds:
    """Sample customers and project them."""
    evidence, rows = run.evidence, run.sample()
    X, mean = evidence.scaled.X, evidence.scaled.X.mean(axis=0)
    loadings, explained = principal_axes(X - mean)
    raw = feature_matrix(RFM, evidence.table.rfm, evidence.table.as_of_ms)
    return Clouds(
        {segment.segment_id: label(segment) for segment in run.model.segments},
        run.model.segment_ids[evidence.clustering.labels[rows]],
        (X[rows] - mean) @ loadings.T,
        (run.model.centers - mean) @ loadings.T,
        explained,
        run.model.features,
        loadings,
        raw[rows],
        evidence.table.n,
    )


def principal_axes(centered: Float64) -> tuple[Float64, Float64]:
    """Return the two directions (2, d) along which rows (n, d) vary most, and their shares (2,).

    Of a single feature, or of a single row, what is missing is zero. A sign is arbitrary: the loadings'
    sum is positive.
    """
    _, sizes, axes = np.linalg.svd(centered, full_matrices=False)
    loadings, explained = np.zeros((2, centered.shape[1])), np.zeros(2)
    loadings[: len(axes)] = axes[:2] * np.where(axes[:2].sum(axis=1, keepdims=True) < 0, -1, 1)
    explained[: len(sizes)] = sizes[:2] ** 2 / max(float((sizes**2).sum()), 1e-300)
    return loadings, explained


def draw_plane(found: Clouds, colors: dict[int, str]) -> Any:
    """Draw the two directions in which customers differ most."""
    figure = go.Figure()
    for segment_id, name in found.names.items():
        own = found.plane[found.segment_ids == segment_id]
        figure.add_scatter(
            x=own[:, 0].round(4).tolist(),
            y=own[:, 1].round(4).tolist(),
            mode="markers",
            name=for_plotly(name),
            marker={"size": 5, "color": colors[segment_id], "opacity": 0.6},
            hoverinfo="name",
        )
    figure.add_scatter(
        x=found.centers[:, 0].tolist(),
        y=found.centers[:, 1].tolist(),
        mode="markers",
        name="centers",
        marker={"size": 14, "symbol": "x", "color": LIGHT.ink, "line": {"color": LIGHT.surface, "width": 2}},
        hoverinfo="name",
    )
    first, second = (f"{share:.0%} of the variance" for share in found.explained)
    figure.update_xaxes(title=f"component 1 ({first})")
    figure.update_yaxes(title=f"component 2 ({second})")
    figure.update_layout(
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "itemsizing": "constant"}
    )
    return figure


def draw_rfm(found: Clouds, colors: dict[int, str], money: str) -> Any:
    """Draw recency, frequency and spend on log axes, to be turned by hand."""
    figure = go.Figure()
    for at, (segment_id, name) in enumerate(found.names.items()):
        own = np.maximum(found.rfm[found.segment_ids == segment_id], FLOOR)
        figure.add_scatter3d(
            **{axis: own[:, column].round(2).tolist() for column, axis in enumerate("xyz")},
            mode="markers",
            name=for_plotly(name),
            marker={
                "size": 3,
                "color": colors[segment_id],
                "symbol": MARKS_3D[at % len(MARKS_3D)],
                "opacity": 0.8,
            },
            hovertemplate="%{x:.0f} days, %{y} orders, %{z:,.0f}<extra>" + for_plotly(name) + "</extra>",
        )
    axes = {
        f"{axis}axis": {"type": "log", "dtick": 1, "title": {"text": " / ".join(words(name, money))}}
        for axis, name in zip("xyz", RFM, strict=True)
    }
    figure.update_layout(
        scene=axes
        | {
            "camera": {"eye": {"x": 1.45, "y": 1.45, "z": 0.6}, "center": {"x": 0, "y": 0, "z": -0.12}},
            "aspectmode": "cube",
        },
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "itemsizing": "constant"},
        margin={"l": 0, "r": 0, "t": 40, "b": 0},
    )
    return figure


def section(found: Clouds, colors: dict[int, str], money: str) -> Section:
    """Show both clouds."""
    n = len(found.segment_ids)
    which = (
        f"{n:,} of {found.n_customers:,} customers, drawn at random"
        if n < found.n_customers
        else f"all {n:,} customers"
    )
    words_of = [
        f"component {at}: "
        + ", ".join(
            f"{value:+.2f} {words(name, money)[0].lower()}"
            for name, value in zip(found.features, row, strict=True)
        )
        for at, row in enumerate(found.loadings.tolist(), start=1)
    ]
    flat = Chart(
        draw_plane(found, colors),
        "Customers on the first two principal components",
        f"Principal components of the scaled features. {'; '.join(words_of)}.",
        520,
    )
    deep = Chart(
        draw_rfm(found, colors, money),
        "Customers by recency, frequency and net spend, on log axes",
        "Drag to turn, scroll to come nearer, click a name to hide it. Values below 0.5 are drawn at 0.5.",
        560,
        460,
    )
    return Section("Customers", f"{which[:1].upper()}{which[1:]}.", (flat, deep))
