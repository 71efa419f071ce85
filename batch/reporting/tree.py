"""The tree that joins the map's units, and where it is cut."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from scipy.cluster.hierarchy import dendrogram

from batch.reporting.run import Run
from shared.core.arrays import Bool, Float64, Int64
from shared.reporting.page import Chart
from shared.reporting.theme import LIGHT, series_colors


@dataclass(frozen=True, eq=False)
class Tree:
    """Ward's tree of the units that have customers.

    linkage : (s - 1, 4) as scipy writes it. leaves : (s,) units in the order of the drawing; hits : (s,)
    their customers; groups : (s,) their group after the cut, from 1. x, y : (s - 1, 4) corners of each join.
    cut : height between the last join made and the first one left out.
    """

    linkage: Float64
    leaves: Int64
    hits: Int64
    groups: Int64
    x: Float64
    y: Float64
    cut: float


def tree(run: Run) -> Tree:
    """Lay the tree of a run out."""
    found = run.evidence.tree
    linkage, macro = found.macro.linkage, found.macro
    if len(linkage) == 0:
        nothing = np.empty((0, 4))
        return Tree(
            linkage,
            macro.supported,
            found.hits[macro.supported],
            np.ones(len(macro.supported), np.int64),
            nothing,
            nothing,
            0.0,
        )
    laid = dendrogram(linkage, no_plot=True)
    leaves = macro.supported[np.array(laid["leaves"], np.int64)]
    n_groups = len(np.unique(macro.labels))
    made = len(linkage) + 1 - n_groups
    low = linkage[made - 1, 2] if made else 0.0
    high = linkage[made, 2] if made < len(linkage) else linkage[-1, 2] * 1.1
    return Tree(
        linkage,
        leaves,
        found.hits[leaves],
        macro.labels[leaves] + 1,
        np.array(laid["icoord"]) / 10 - 0.5,
        np.array(laid["dcoord"]),
        float((low + high) / 2),
    )


def draw(found: Tree) -> Any:
    """Draw the joins; those below the cut have the colour of their group on the map."""
    figure = go.Figure()
    colors = series_colors(int(found.groups.max(initial=1)))
    heights = found.y.max(axis=1, initial=0.0)
    below = heights <= found.cut
    group = (
        found.groups[np.clip(found.x[:, 0].astype(int), 0, len(found.groups) - 1)]
        if len(found.x)
        else np.empty(0)
    )
    _add_lines(figure, found, ~below, LIGHT.muted, "above the cut")
    for at, color in enumerate(colors, start=1):
        _add_lines(figure, found, below & (group == at), color, f"group {at}")
    if len(found.x):
        figure.add_hline(y=found.cut, line={"color": LIGHT.ink, "dash": "dash", "width": 1})
        figure.add_annotation(
            x=1, xref="paper", xanchor="right", y=found.cut, yanchor="bottom", showarrow=False,
            text=f"cut at {found.cut:.2f}: {found.groups.max()} groups",
        )  # fmt: skip
    figure.add_scatter(
        x=[*range(len(found.leaves))],
        y=[0.0] * len(found.leaves),
        mode="markers",
        marker={"size": 5, "color": [colors[one - 1] for one in found.groups.tolist()]},
        customdata=np.column_stack([found.leaves, found.hits]).tolist(),
        hovertemplate="unit %{customdata[0]}: %{customdata[1]:,} customers<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(
        title="units of the map that have customers", showticklabels=False, showgrid=False, zeroline=False
    )
    figure.update_yaxes(title="height of the join (Ward)", rangemode="tozero")
    figure.update_layout(legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0})
    return figure


def _add_lines(figure: Any, found: Tree, which: Bool, color: str, name: str) -> None:
    if not which.any():
        return
    gap = np.full((int(which.sum()), 1), np.nan)
    x, y = np.hstack([found.x[which], gap]), np.hstack([found.y[which], gap])
    figure.add_scatter(
        x=x.ravel().tolist(),
        y=y.ravel().tolist(),
        mode="lines",
        line={"color": color, "width": 1.5},
        name=name,
        hoverinfo="skip",
    )


def chart(found: Tree) -> Chart:
    """Return the tree as a block."""
    return Chart(
        draw(found),
        "Dendrogram of the map's units with the cut",
        "**Dendrogram**: Ward's rule on the units, each with the weight of its customers. The cut makes as "
        "many groups as there are segments: those on the map above.",
        400,
        480,
    )
