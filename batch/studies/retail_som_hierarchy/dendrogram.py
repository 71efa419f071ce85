"""The tree of the units: cut short, its joins annotated, with the line that cuts it into clusters."""

from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from scipy.cluster import hierarchy

from batch.studies.framework import Figure
from batch.studies.framework.drawing import canvas
from shared.core.arrays import Float64
from shared.reporting.theme import Theme

SHOWN_BRANCHES = 20
ANNOTATED_JOINS = 9
"""The highest ones; more would stand on each other."""


def tree(linkage: Float64, max_d: float) -> Figure:
    """Show the last joins (s - 1, 4), as scipy writes them, and the cut at distance `max_d`."""
    caption = (
        "The last branches of the tree. In brackets: units below a branch that is cut short. Dots: the "
        "distance at which two branches join. The dashed line cuts it into clusters."
    )
    return Figure("dendrogram", "The tree of the units", caption, partial(_draw_tree, linkage, max_d))


def _draw_tree(linkage: Float64, max_d: float, theme: Theme) -> Drawing:
    figure = canvas(9.2, 5.6)
    axes = figure.subplots()
    heights = dict(enumerate(linkage[:, 2], start=len(linkage) + 1))
    found = hierarchy.dendrogram(
        linkage,
        truncate_mode="lastp",
        p=SHOWN_BRANCHES,
        ax=axes,
        leaf_rotation=0,
        leaf_font_size=9,
        link_color_func=lambda node: theme.series[0] if heights[node] <= max_d else theme.muted,
    )
    axes.axhline(max_d, color=theme.series[1], linestyle="--", linewidth=1.5, label=f"max_d = {max_d:.2f}")
    _annotate(axes, found["icoord"], found["dcoord"], theme)
    axes.set(xlabel="unit, or number of units in brackets", ylabel="distance of the join, deviations")
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper right")
    return figure


def _annotate(axes: Axes, across: list[list[float]], up: list[list[float]], theme: Theme) -> None:
    joins = sorted(((ys[1], (xs[1] + xs[2]) / 2) for xs, ys in zip(across, up, strict=True)), reverse=True)
    for height, place in joins[:ANNOTATED_JOINS]:
        axes.plot(place, height, "o", color=theme.ink, markersize=4)
        axes.annotate(
            f"{height:.2f}",
            (place, height),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
            color=theme.ink,
            bbox={"facecolor": theme.surface, "edgecolor": "none", "pad": 1},
        )
