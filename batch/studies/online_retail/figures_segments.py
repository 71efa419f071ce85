"""Figures of the segments: which k, who is where, and what each segment is like."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import EngFormatter, FuncFormatter

from batch.studies.framework.common_drawings import bars_of_customers_and_revenue
from batch.studies.framework.drawing import canvas
from batch.studies.online_retail.invoice_lines import with_unit
from batch.studies.online_retail.personas import PersonaSegment
from batch.studies.online_retail.spark_kmeans import KCurve
from shared.core.arrays import Int32
from shared.reporting.theme import Theme

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""Colour is never the only sign of a segment."""


def rfm_histograms(rfm: pd.DataFrame, currency: str, theme: Theme) -> Drawing:
    """Draw the three features, on the scale a person knows."""
    figure = canvas(10, 3.6)
    panels = (
        ("recency_days", "days since the last purchase", False),
        ("frequency", "purchases (log scale)", True),
        ("monetary", f"{with_unit('net spend', currency)} (log scale)", True),
    )
    for axes, (name, label, logarithmic) in zip(figure.subplots(1, 3), panels, strict=True):
        values = rfm[name].to_numpy()
        is_spread = logarithmic and values.min() < values.max()
        bins = np.geomspace(values.min(), values.max(), 40) if is_spread else 40
        axes.hist(values, bins=bins, color=theme.series[0])
        axes.set(xlabel=label, ylabel="customers", xscale="log" if logarithmic else "linear")
        if logarithmic:
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    return figure


def k_curves(raw: KCurve, log: KCurve, theme: Theme) -> Drawing:
    """Elbow and silhouettes for both scales."""
    figure = canvas(10, 4.2)
    elbow, silhouettes = figure.subplots(1, 2)
    for curve, name, marker, color in (
        (raw, "raw scale", "s", theme.series[1]),
        (log, "log scale", "o", theme.series[0]),
    ):
        ks = [fit.k for fit in curve.fits]
        largest = curve.fits[0].inertia
        elbow.plot(ks, [fit.inertia / largest for fit in curve.fits], marker=marker, color=color, label=name)
        if curve.elbow is not None:
            at = curve.of(curve.elbow)
            elbow.plot(at.k, at.inertia / largest, marker="o", ms=14, mfc="none", mec=color, ls="")
        silhouettes.plot(
            ks, [f.silhouette for f in curve.fits], marker=marker, color=color, label=f"{name}, Euclidean"
        )
        silhouettes.plot(
            ks,
            [f.silhouette_squared for f in curve.fits],
            marker=marker,
            mfc="none",
            ls="--",
            color=color,
            label=f"{name}, squared (Spark)",
        )
    k_axis = {"xlabel": "clusters k", "xticks": [fit.k for fit in log.fits]}
    elbow.set(**k_axis, ylabel="inertia, 1 at k = 2", title="elbow (ringed)", ylim=(0, 1.05))
    silhouettes.set(**k_axis, ylabel="mean silhouette", title="silhouette", ylim=(0, 1.15))
    elbow.legend()
    silhouettes.legend(loc="upper center", ncols=2, fontsize=9)
    return figure


def segment_scatter(
    rfm: pd.DataFrame, labels: Int32, segments: Sequence[PersonaSegment], currency: str, theme: Theme
) -> Drawing:
    """Every customer by recency and spend, coloured by segment."""
    figure = canvas(9, 5.4)
    axes = figure.subplots()
    for segment, color, marker in zip(segments, theme.series, MARKERS, strict=False):
        members = rfm[labels == segment.label]
        axes.scatter(
            members["recency_days"] + 1,
            members["monetary"],
            s=12,
            color=color,
            marker=marker,
            alpha=0.5,
            linewidths=0,
            label=f"{segment.persona} ({segment.n_customers:,})",
            rasterized=True,
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="days since the last purchase, + 1 (log scale)",
        ylabel=f"{with_unit('net spend', currency)} (log scale)",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_plain))
    legend = axes.legend(loc="upper right", markerscale=2, frameon=True)
    legend.get_frame().set(facecolor=theme.surface, edgecolor=theme.border, alpha=0.9)
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1)
    return figure


def segment_shares(segments: Sequence[PersonaSegment], theme: Theme) -> Drawing:
    """Share of customers and of revenue of each segment."""
    figure = canvas(8, 4)
    axes = figure.subplots()
    bars_of_customers_and_revenue(
        axes,
        [segment.persona for segment in segments],
        [segment.share for segment in segments],
        [segment.revenue_share for segment in segments],
        theme,
        digits=1,
    )
    axes.set(xlabel="segment", ylabel="share of all, %")
    return figure


def _plain(value: float, _at: int) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
