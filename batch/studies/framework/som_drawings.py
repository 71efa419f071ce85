"""Drawings of a self-organising map: unit (row, col) is a square, row 0 at the top.

Pictures are (rows, cols), as `shared.core.som.maps` gives them; NaN is a unit without a value.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from batch.studies.framework.drawing import canvas, colors_of
from shared.core.arrays import Float64, Int64
from shared.core.som.grid import SomGrid
from shared.reporting.theme import Theme

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "h", "p")
"""Used with the colours of segments, which alone would leave some readers out."""

_JITTER = 0.34
_PANEL_INCHES = 3.7


def planes(pictures: Float64, labels: Sequence[str], theme: Theme, columns: int = 3) -> Drawing:
    """Draw one panel for each picture (d, rows, cols), each with a bar that says what the colours mean."""
    columns = min(columns, len(pictures))
    rows = ceil(len(pictures) / columns)
    figure = canvas(_PANEL_INCHES * columns, _PANEL_INCHES * 0.84 * rows)
    panels = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axes, picture, label in zip(panels, pictures, labels, strict=False):
        draw_picture(axes, picture, label, theme)
    for axes in panels[len(pictures) :]:
        axes.set_visible(False)
    return figure


def draw_picture(axes: Axes, picture: Float64, label: str, theme: Theme) -> None:
    """Draw one picture into axes; units without a value show a cross."""
    image = axes.imshow(picture, cmap=colors_of(theme.sequential), interpolation="nearest")
    empty_rows, empty_cols = np.nonzero(np.isnan(picture))
    axes.scatter(empty_cols, empty_rows, marker="x", s=14, c=theme.muted, linewidths=0.8)
    figure = axes.get_figure()
    if figure is not None:
        figure.colorbar(image, ax=axes, label=label, fraction=0.046)
    name_axes(axes, picture.shape)


def name_axes(axes: Axes, shape: tuple[int, ...]) -> None:
    """Name the axes of a map and give each unit the same room."""
    axes.set(xlabel="column of the map", ylabel="row of the map", aspect="equal")
    axes.set(xlim=(-0.5, shape[1] - 0.5), ylim=(shape[0] - 0.5, -0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False)


def jittered(units: Int64, grid: SomGrid, seed: int) -> Float64:
    """Return where each row is drawn, (n, 2) as (col, row): somewhere within its unit's square."""
    rows, cols = np.divmod(units, grid.cols)
    apart = np.random.default_rng(seed).uniform(-_JITTER, _JITTER, (len(units), 2))
    return np.column_stack([cols, rows]) + apart


def draw_members(axes: Axes, places: Float64, segments: Int64, theme: Theme) -> None:
    """Draw rows at their places (n, 2), each segment in a colour and a marker of its own."""
    size = float(np.clip(6_000 / max(len(places), 1), 4, 26))
    for number, segment in enumerate(np.unique(segments)):
        chosen = segments == segment
        axes.scatter(
            places[chosen, 0],
            places[chosen, 1],
            s=size,
            color=theme.series[number % len(theme.series)],
            marker=MARKERS[number % len(MARKERS)],
            edgecolors=theme.surface,
            linewidths=0.3,
            label=f"{segment}",
            rasterized=len(places) > 2_000,
        )


def draw_borders(axes: Axes, unit_segments: Int64, grid: SomGrid, theme: Theme) -> None:
    """Draw a line between neighbouring units of different segments."""
    picture = unit_segments.reshape(grid.rows, grid.cols)
    for row, col in np.argwhere(picture[:, 1:] != picture[:, :-1]):
        axes.plot([col + 0.5] * 2, [row - 0.5, row + 0.5], color=theme.ink, linewidth=1.2)
    for row, col in np.argwhere(picture[1:] != picture[:-1]):
        axes.plot([col - 0.5, col + 0.5], [row + 0.5] * 2, color=theme.ink, linewidth=1.2)
