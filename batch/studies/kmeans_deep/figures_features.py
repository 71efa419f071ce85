"""Figures of features, outliers, labels, and of the year."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure as Drawing

from batch.studies.framework.common_drawings import bars_of_customers_and_revenue
from batch.studies.framework.drawing import canvas
from batch.studies.framework.wording import in_words
from batch.studies.kmeans_deep.components import Components
from batch.studies.kmeans_deep.daily import Year
from batch.studies.kmeans_deep.labels import Labelled
from batch.studies.kmeans_deep.unusual import Unusual
from shared.core.arrays import Float64, Int32
from shared.reporting.theme import Theme


def correlations(alike: Float64, names: Sequence[str], theme: Theme) -> Drawing:
    """Draw rank correlations, -1 to 1."""
    figure = canvas(8.4, 6.2)
    _annotated(figure, alike, names, names, theme, limit=1.0, label="rank correlation")
    return figure


def loadings(found: Components, names: Sequence[str], theme: Theme) -> Drawing:
    """Draw what each component is made of, and how much of the variance it holds."""
    figure = canvas(9.6, 5.6)
    columns = [f"{at + 1}\n{share:.0%}" for at, share in enumerate(found.shares[: found.n_kept])]
    _annotated(figure, found.loadings[:, : found.n_kept], names, columns, theme, limit=1.0, label="loading")
    figure.axes[0].set_xlabel("component, and its share of the variance")
    return figure


def profiles(
    segments: Sequence[Labelled], X: Float64, labels: Int32, names: Sequence[str], theme: Theme
) -> Drawing:
    """Draw how far each segment's mean lies from everybody's, in standard deviations."""
    figure = canvas(9.6, 5.2)
    means = np.array([X[labels == segment.label].mean(axis=0) for segment in segments])
    columns = [f"{segment.word}\n({segment.n_customers:,})" for segment in segments]
    limit = float(np.abs(means).max())
    _annotated(figure, means.T, names, columns, theme, limit=limit, label="standard deviations from the mean")
    return figure


def _annotated(
    figure: Drawing,
    table: Float64,
    rows: Sequence[str],
    columns: Sequence[str],
    theme: Theme,
    *,
    limit: float,
    label: str,
) -> None:
    """Draw a heat map around 0 with its numbers written in."""
    axes = figure.subplots()
    colors = LinearSegmentedColormap.from_list("around", theme.diverging)
    image = axes.imshow(table, cmap=colors, vmin=-limit, vmax=limit, aspect="auto")
    axes.set_yticks(range(len(rows)), [in_words(name) for name in rows])
    is_long = max(len(line) for name in columns for line in name.split("\n")) > 17
    axes.set_xticks(
        range(len(columns)),
        [in_words(name) for name in columns],
        rotation=35 if is_long else 0,
        ha="right" if is_long else "center",
    )
    axes.grid(visible=False)
    for (row, column), value in np.ndenumerate(table):
        color = _readable_on(colors((value / limit + 1) / 2), theme)
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=9, color=color)
    figure.colorbar(image, ax=axes, label=label)


def _readable_on(background: Sequence[float], theme: Theme) -> str:
    """Give the colour of text, ink or surface, that stands out more."""
    brightness = _brightness(background)
    return max((theme.ink, theme.surface), key=lambda color: abs(_brightness(to_rgb(color)) - brightness))


def _brightness(color: Sequence[float]) -> float:
    """Perceived brightness, 0 to 1, of red, green and blue."""
    red, green, blue = color[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def outlier_bars(found: Sequence[Unusual], theme: Theme) -> Drawing:
    """Draw customers and revenue that each rule sets aside."""
    figure = canvas(9, 4.2)
    axes = figure.subplots()
    words = {"iqr": "IQR", "zscore": "Z-score", "isolation_forest": "isolation forest"}
    bars_of_customers_and_revenue(
        axes,
        [f"{words[u.rule]}\n{u.scale} scale" for u in found],
        [u.share for u in found],
        [u.revenue_share for u in found],
        theme,
    )
    axes.set(ylabel="outliers, %", xlabel="rule and scale")
    return figure


def year_curves(year: Year, theme: Theme) -> Drawing:
    """Draw fit and agreement of tended and of frozen centers over the year."""
    figure = canvas(10, 6.4)
    days = np.array([look.day for look in year.looks], dtype="datetime64[D]")
    upper, lower, moved = figure.subplots(3, 1, sharex=True, height_ratios=(2, 2, 1))
    for axes, names, label in (
        (upper, ("restated", "frozen"), "inertia / from scratch"),
        (lower, ("restated_ari", "frozen_ari"), "agreement (ARI)"),
    ):
        for name, words, marker, color in zip(
            names,
            ("tended daily", "never touched"),
            ("o", "s"),
            theme.series,
            strict=False,
        ):
            values = [getattr(look, name) for look in year.looks]
            axes.plot(days, values, marker=marker, ms=4, color=color, label=words)
        axes.set_ylabel(label)
    upper.legend(loc="upper left")
    lower.set_ylim(0, 1.05)
    moved.bar(days, [100 * look.moved_share for look in year.looks], width=4, color=theme.series[2])
    moved.set(ylabel="moved that\nday, %", xlabel="day (year-month)")
    return figure
