"""How clearly each sampled customer belongs where it was put."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import plotly.graph_objects as go

from batch.reporting.run import Run, label
from shared.reporting.page import Chart, Note, Section
from shared.reporting.theme import LIGHT, fade
from shared.reporting.values import for_plotly

GAP = 12
"""Rows left free between two segments."""


@dataclass(frozen=True)
class SegmentSilhouette:
    """One segment. values : of its sampled customers, descending."""

    segment_id: int
    label: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Silhouettes:
    """All segments, in the order of labels. mean : of the sample; below_zero : share of it."""

    mean: float
    below_zero: float
    segments: tuple[SegmentSilhouette, ...]


def silhouettes(run: Run) -> Silhouettes:
    """Sort the sampled silhouettes of the challenger by segment."""
    sample = run.evidence.measured.silhouettes
    segments = tuple(
        SegmentSilhouette(
            segment.segment_id,
            label(segment),
            tuple(np.sort(sample.values[sample.labels == segment.label])[::-1].round(5).tolist()),
        )
        for segment in run.model.segments
    )
    return Silhouettes(float(sample.values.mean()), float((sample.values < 0).mean()), segments)


def draw(found: Silhouettes, colors: dict[int, str]) -> Any:
    """Draw the classical plot: one knife for each segment, and the mean of all."""
    figure, at = go.Figure(), 0
    ticks = []
    for one in found.segments:
        name, rows = for_plotly(one.label), [*range(at, at + len(one.values))]
        ticks.append((at + len(one.values) / 2, name))
        figure.add_scatter(
            x=[0.0, *one.values, 0.0] if one.values else [],
            y=[rows[0], *rows, rows[-1]] if rows else [],
            fill="toself",
            mode="lines",
            line={"color": colors[one.segment_id], "width": 1},
            fillcolor=fade(colors[one.segment_id], 0.55),
            name=name,
            hovertemplate="%{x:.3f}<extra>" + name + "</extra>",
        )
        at += len(one.values) + GAP
    figure.add_vline(x=found.mean, line={"color": LIGHT.ink, "dash": "dash", "width": 1})
    figure.add_annotation(
        x=found.mean, y=1, yref="paper", yanchor="bottom", text=f"mean {found.mean:.3f}", showarrow=False
    )
    figure.update_xaxes(title="silhouette, -1 to 1", zeroline=True)
    figure.update_yaxes(
        tickvals=[tick for tick, _ in ticks], ticktext=[name for _, name in ticks], showgrid=False
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(showlegend=False)
    return figure


def section(found: Silhouettes, colors: dict[int, str]) -> Section:
    """Show the plot."""
    if not isfinite(found.mean):
        return Section("Silhouettes", "", (Note("They take two segments at least."),))
    n = sum(len(one.values) for one in found.segments)
    chart = Chart(
        draw(found, colors),
        "Silhouette of each sampled customer by segment",
        f"{n:,} customers, compared with each other; {found.below_zero:.1%} of them lie below zero.",
        120 + 70 * len(found.segments),
    )
    text = (
        "1 is a customer right among its own, 0 one on the border, below 0 one that is nearer to another "
        "segment. Customers are a continuum, so values around 0.3 to 0.4 are usual."
    )
    return Section("Silhouettes", text, (chart,))
