"""What the segments are like, before and after, in units of the business."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from batch.reporting.run import Run, label, short_number
from shared.core.arrays import Float64, Int32
from shared.core.customers.features import FEATURES, feature_matrix
from shared.core.model.artifact import ModelArtifact
from shared.reporting.page import Chart, Section, Side, TableBlock, TableColumn
from shared.reporting.theme import LIGHT, color_scale, fade
from shared.reporting.values import for_plotly

RFM = ("recency_days", "frequency", "monetary")
WORDS = {
    "recency_days": ("Recency", "days"),
    "frequency": ("Frequency", "orders"),
    "monetary": ("Net spend", "{money}"),
    "average_order_value": ("Order value", "{money}"),
    "tenure_days": ("Tenure", "days"),
    "purchase_interval_days": ("Interval", "days"),
}
WIDEST = 2.0
"""Standard deviations at which a colour is full."""


@dataclass(frozen=True)
class ReportedSegment:
    """One segment.

    typical : mean on the log scale, by feature; deviation : from everybody, in standard deviations on that
    scale. share, revenue_share : of customers and of net spend.
    """

    segment_id: int
    label: str
    action: str
    customers: int
    share: float
    revenue_share: float
    typical: tuple[float, ...]
    deviation: tuple[float, ...]


@dataclass(frozen=True)
class Profiles:
    """Segments of the challenger and of the champion, both of the same customers at the same tick."""

    features: tuple[str, ...]
    units: tuple[str, ...]
    new: tuple[ReportedSegment, ...]
    old: tuple[ReportedSegment, ...] | None


def words(feature: str, money: str) -> tuple[str, str]:
    """Return name and unit of a feature."""
    name, unit = WORDS.get(feature, (feature.replace("_", " "), ""))
    return name, unit.format(money=money)


def profiles(run: Run) -> Profiles:
    """Measure the segments of both models on today's customers."""
    evidence, table = run.evidence, run.evidence.table
    features = tuple(name for name in FEATURES if name in RFM or name in run.model.features)
    logs = np.log1p(np.maximum(feature_matrix(features, table.rfm, table.as_of_ms), 0))
    new = _profiles(run.model, evidence.clustering.labels, logs, table.spend)
    old = evidence.champion
    return Profiles(
        features,
        tuple(words(name, run.money)[1] for name in features),
        new,
        None if old is None else _profiles(old.model, old.labels, logs, table.spend),
    )


def _profiles(
    model: ModelArtifact, labels: Int32, logs: Float64, spend: Float64
) -> tuple[ReportedSegment, ...]:
    center, spread = logs.mean(axis=0), logs.std(axis=0)
    found = []
    for segment in model.segments:
        members = labels == segment.label
        n = int(members.sum())
        mean = logs[members].mean(axis=0) if n else np.full(len(center), np.nan)
        found.append(
            ReportedSegment(
                segment.segment_id,
                label(segment),
                segment.action,
                n,
                n / len(labels),
                float(spend[members].sum() / spend.sum()),
                tuple(np.expm1(mean).tolist()),
                tuple(((mean - center) / np.where(spread > 0, spread, 1)).tolist()),
            )
        )
    return tuple(found)


def draw_heatmap(found: Profiles, side: tuple[ReportedSegment, ...], money: str) -> Any:
    """Draw typical values, coloured by how far they are from everybody's."""
    z = [one.deviation for one in side]
    text = [[short_number(value) if value == value else "" for value in one.typical] for one in side]  # noqa: PLR0124 - NaN
    titles = [words(name, money) for name in found.features]
    figure = go.Figure(
        go.Heatmap(
            z=z,
            x=[f"{name}<br>{for_plotly(unit)}" for name, unit in titles],
            y=[for_plotly(one.label) for one in side],
            text=text,
            texttemplate="%{text}",
            textfont={"size": 15, "color": LIGHT.ink},
            colorscale=color_scale(LIGHT.diverging),
            zmid=0,
            zmin=-WIDEST,
            zmax=WIDEST,
            xgap=2,
            ygap=2,
            hovertemplate="%{y}<br>%{x}: %{text}<br>%{z:+.2f} SD from everybody<extra></extra>",
            colorbar={"thickness": 12},
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(side="top", showgrid=False, tickangle=0, tickfont={"size": 12})
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def draw_shares(found: Profiles) -> Any:
    """Draw the share of customers and of net spend of every segment, new above old."""
    figure = go.Figure()
    groups = [("challenger", found.new, 1.0), ("champion", found.old or (), 0.4)]
    for title, part, color in (
        ("customers", "share", LIGHT.series[0]),
        ("net spend", "revenue_share", LIGHT.series[4]),
    ):
        for model, side, opacity in groups:
            if side:
                figure.add_bar(
                    y=[for_plotly(one.label) for one in side],
                    x=[getattr(one, part) for one in side],
                    name=f"{title}, {model}",
                    orientation="h",
                    marker={"color": fade(color, opacity)},
                    hovertemplate="%{y}: %{x:.1%}<extra>%{fullData.name}</extra>",
                )
    figure.update_xaxes(title="share of all", tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    return figure


def section(found: Profiles, money: str) -> Section:
    """Show both models side by side, and the new segments as a table."""
    everybody = (*found.new, *(found.old or ()))
    height = 110 + 46 * max(len(found.new), len(found.old or ()))
    sides = [(found.new, "**Challenger**: the new segments.")]
    if found.old is not None:
        sides.insert(0, (found.old, "**Champion**: its segments, with today's customers."))
    charts = [
        Chart(
            draw_heatmap(found, side, money),
            caption.replace("*", "") + " Typical values",
            caption,
            height,
            340,
        )
        for side, caption in sides
    ]
    rows = len({one.label for one in everybody})
    shares = Chart(
        draw_shares(found),
        "Share of customers and of net spend of each segment",
        height=110 + rows * (14 + 28 * len(sides)),
    )
    return Section(
        "Segments",
        "A typical customer is the mean on the log scale, so a few very large ones do not stand for all. "
        "Colours say how many standard deviations it lies from everybody's.",
        (Side(charts, 420), shares, _table(found, money)),
    )


def _table(found: Profiles, money: str) -> TableBlock:
    columns = [
        TableColumn("Segment"),
        TableColumn("Customers", "number"),
        TableColumn("Share", "share", "of customers", 1),
        TableColumn("Revenue", "share", "of net spend", 1),
        *(
            TableColumn(words(name, money)[0], "number", unit, 0 if unit == money else 1)
            for name, unit in zip(found.features, found.units, strict=True)
        ),
        TableColumn("Action"),
    ]
    rows = [
        (one.label, one.customers, one.share, one.revenue_share, *one.typical, one.action)
        for one in found.new
    ]
    return TableBlock(
        columns, rows, "The new segments; recency, frequency and spend of their typical customer"
    )
