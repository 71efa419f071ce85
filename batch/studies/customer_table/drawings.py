"""The figures of the groups."""

from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing

from batch.studies.claims import Claim
from batch.studies.customer_table.column_values import as_numbers
from batch.studies.customer_table.recounts import plane_again
from batch.studies.customer_table.segmented import Segmented
from batch.studies.customer_table.wishes import SEED
from batch.studies.framework import Figure, som_drawings
from batch.studies.framework.drawing import canvas, colors_of
from shared.core.arrays import Float64, Int64
from shared.reporting.theme import Theme

MAX_POINTS = 2_500
"""Customers drawn one by one; more would hide each other."""
MAX_COLUMNS = 16
"""Columns of a heatmap whose names can be read."""


def effect_heatmap(found: Segmented) -> Figure:
    """Show every group by its effect sizes."""
    strongest = found.sizes.abs().max().sort_values(ascending=False).index[:MAX_COLUMNS]
    sizes = found.sizes[[name for name in found.sizes if name in set(strongest)]]
    caption = (
        "How far each group's mean lies from that of all others, in deviations within groups (Cohen's d), of "
        "the columns with the largest differences. Read along a row for who they are, down a column for who "
        "has most of it."
    )
    return Figure("effects", "What sets the groups apart", caption, partial(_draw_effects, sizes))


def plane(found: Segmented) -> Figure:
    """Show the customers in the plane that holds most of their variance."""
    X = found.prepared.X
    centered = X - X.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(X, rowvar=False))
    axes = directions[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(2)])  # the same way up every time
    share = float(variances[::-1][:2].sum() / variances.sum())
    caption = Claim(
        "Customers in the plane that holds most of their variance, {share:.0%} of it: groups that overlap "
        "here may be apart in the rest.",
        {"share": share},
        plane_again(X),
    )
    rows = drawn_rows(len(X))
    draw = partial(_draw_points, centered[rows] @ axes, found.groups.labels[rows], _PLANE)
    return Figure("plane", "The groups in a plane", caption, draw)


def two_columns(found: Segmented) -> Figure:
    """Show the two columns in which the groups differ most, in the file's units."""
    first, second = found.sizes.pow(2).mean().sort_values(ascending=False, kind="stable").index[:2]
    rows = drawn_rows(len(found.clustered))
    points = np.column_stack([as_numbers(found.clustered[name]).to_numpy()[rows] for name in (first, second)])
    logs = {feature.column for feature in found.prepared.features if feature.is_log}
    caption = (
        "The two columns in which the groups differ most, in the file's units; where a logarithm was "
        "clustered by, the axis is one of powers."
    )
    names = ((str(first), first in logs), (str(second), second in logs))
    draw = partial(_draw_points, points, found.groups.labels[rows], names)
    return Figure("two_columns", "The two most telling columns", caption, draw)


def customers_on_map(found: Segmented) -> Figure:
    """Show where the customers are on the map, and the borders of the groups."""
    caption = (
        "Each customer at the nearest unit, moved a little within its square so that all can be seen; lines "
        "part the groups. Very many customers are drawn from a sample."
    )
    return Figure("map", "Customers on the map", caption, partial(_draw_map, found))


def drawn_rows(n: int) -> Int64:
    """Return which of n customers are drawn, always the same ones."""
    return np.sort(np.random.default_rng(SEED).permutation(n)[:MAX_POINTS])


_PLANE = (("first direction, deviations", False), ("second direction, deviations", False))


def _draw_effects(sizes: pd.DataFrame, theme: Theme) -> Drawing:
    figure = canvas(11.0, 2.4 + 0.5 * len(sizes))
    axes = figure.subplots()
    limit = max(1.0, float(np.nanmax(np.abs(sizes.to_numpy()))))
    sns.heatmap(
        sizes, ax=axes, vmin=-limit, vmax=limit, annot=True, fmt=".1f", cmap=colors_of(theme.diverging),
        linewidths=1, linecolor=theme.surface, cbar_kws={"label": "effect size", "pad": 0.02},
    )  # fmt: skip
    axes.set_xticklabels([_shortened(str(name)) for name in sizes], rotation=35, ha="right", fontsize=9)
    axes.set(ylabel="group", xlabel="")
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="y", rotation=0)
    return figure


def _shortened(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def _draw_points(
    points: Float64, labels: Int64, names: tuple[tuple[str, bool], tuple[str, bool]], theme: Theme
) -> Drawing:
    figure = canvas(9.6, 5.6)
    axes = figure.subplots()
    som_drawings.draw_members(axes, points, labels, theme)
    for (name, is_log), axis in zip(names, ("x", "y"), strict=True):
        axes.set(**{f"{axis}label": _shortened(name) + (" (powers)" if is_log else "")})
        if is_log:
            (axes.set_xscale if axis == "x" else axes.set_yscale)("symlog", linthresh=1)
    axes.legend(title="group", loc="upper left", bbox_to_anchor=(1.0, 1.0), markerscale=1.8)
    return figure


def _draw_map(found: Segmented, theme: Theme) -> Drawing:
    figure = canvas(7.6, 6.4)
    axes = figure.subplots()
    if found.groups.map is None:
        msg = "only a map can be drawn as one"
        raise ValueError(msg)
    grid, rows = found.groups.map.grid, drawn_rows(len(found.clustered))
    places = som_drawings.jittered(found.groups.map.units[rows], grid, SEED)
    som_drawings.draw_borders(axes, found.groups.map.unit_groups, grid, theme)
    som_drawings.draw_members(axes, places, found.groups.labels[rows], theme)
    som_drawings.name_axes(axes, (grid.rows, grid.cols))
    axes.legend(title="group", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
