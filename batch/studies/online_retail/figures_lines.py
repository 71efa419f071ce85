"""Figures of the lines: what is missing, what prices look like, what is cancelled, who buys what."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from batch.studies.framework.drawing import canvas
from batch.studies.online_retail.capping import CappingEffect
from batch.studies.online_retail.counterparts import Counterparts
from batch.studies.online_retail.invoice_lines import with_unit
from batch.studies.online_retail.structure import Structure
from shared.reporting.theme import Theme


def missing_bars(structure: Structure, theme: Theme) -> Drawing:
    """Share of empty cells in each column."""
    figure = canvas(8, 4)
    axes = figure.subplots()
    columns = sorted(structure.columns, key=lambda column: column.missing_share)
    bars = axes.barh(
        [column.name for column in columns],
        [100 * column.missing_share for column in columns],
        color=theme.series[0],
    )
    axes.bar_label(
        bars, [f"{c.missing_share:.2%} ({c.n_missing:,})" for c in columns], padding=4, color=theme.ink
    )
    axes.set(xlabel="empty cells, % of lines", ylabel="column", xlim=(0, 115))
    axes.grid(visible=False, axis="y")
    return figure


def price_boxes(lines: pd.DataFrame, currency: str, theme: Theme) -> Drawing:
    """Prices above 0 of all lines, on a plain and on a log scale."""
    prices = lines.loc[lines["unit_price"] > 0, "unit_price"].to_numpy()
    figure = canvas(8, 4.6)
    for axes, scale in zip(figure.subplots(2, 1), ("linear", "log"), strict=True):
        axes.boxplot(
            prices,
            orientation="horizontal",
            widths=0.5,
            patch_artist=True,
            boxprops={"facecolor": theme.series[0], "edgecolor": theme.ink},
            medianprops={"color": theme.surface, "linewidth": 2},
            whiskerprops={"color": theme.ink},
            capprops={"color": theme.ink},
            flierprops={
                "marker": ".",
                "markersize": 3,
                "alpha": 0.3,
                "markerfacecolor": theme.series[1],
                "markeredgecolor": "none",
                "rasterized": True,
            },
        )
        axes.set(xscale=scale, yticks=[], xlabel=f"{with_unit('unit price', currency)} ({scale} scale)")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: f"{value:,.10g}"))
    return figure


def capping_bars(effect: CappingEffect, theme: Theme) -> Drawing:
    """Share of lines beyond the fences beside the share of revenue on them."""
    figure = canvas(8, 4.2)
    axes = figure.subplots()
    names = ("quantity", "unit price", "either")
    shares = np.array(
        [
            [effect.quantity.share, effect.quantity.touched_revenue_share],
            [effect.unit_price.share, effect.unit_price.touched_revenue_share],
            [effect.touched_share, effect.touched_revenue_share],
        ]
    )
    places = np.arange(len(names))
    for at, (label, color) in enumerate(zip(("lines", "revenue"), theme.series, strict=False)):
        bars = axes.bar(
            places + (at - 0.5) * 0.36, 100 * shares[:, at], 0.34, label=f"% of {label}", color=color
        )
        axes.bar_label(bars, fmt="%.1f", padding=2, color=theme.ink)
    axes.set_xticks(places, names)
    axes.set(xlabel="what would be capped", ylabel="changed by capping, %", ylim=(0, 110))
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left")
    return figure


def spend_scales(
    spend: "pd.Series[float]", capped: "pd.Series[float]", currency: str, theme: Theme
) -> Drawing:
    """Distribution of customers' spend: as it is, from capped lines, and on the log scale."""
    figure = canvas(10, 3.6)
    panels = (
        ("as it is", spend, with_unit("spend, thousands", currency), 1e3),
        ("from capped lines", capped, with_unit("spend, thousands", currency), 1e3),
        ("log(1 + spend)", np.log1p(spend), "log(1 + spend)", 1.0),
    )
    for axes, (title, values, label, unit) in zip(figure.subplots(1, 3), panels, strict=True):
        axes.hist(np.asarray(values) / unit, bins=60, color=theme.series[0])
        axes.set(title=title, xlabel=label, ylabel="customers")
    return figure


def counterpart_bars(found: Counterparts, theme: Theme) -> Drawing:
    """How many cancelled lines have each kind of counterpart."""
    figure = canvas(8, 3.8)
    axes = figure.subplots()
    rows = (
        ("the same quantity before, taken once", found.one_to_one_share),
        ("the same quantity before", found.earlier_share),
        ("the same quantity at any time", found.anywhere_share),
        ("at least as many before, over several purchases", found.covered_share),
    )
    bars = axes.barh([row[0] for row in rows], [100 * row[1] for row in rows], color=theme.series[0])
    axes.bar_label(bars, fmt="%.1f%%", padding=4, color=theme.ink)
    axes.set(xlabel="cancelled lines with such a purchase, %", xlim=(0, 100))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return figure


def country_bars(countries: pd.DataFrame, currency: str, theme: Theme, shown: int = 15) -> Drawing:
    """Draw customers of each country, and what one of them spends."""
    return _paired_bars(countries.head(shown), "country", currency, theme)


def description_bars(articles: pd.DataFrame, currency: str, theme: Theme, shown: int = 15) -> Drawing:
    """Draw customers of each article, and what one of them spends on it."""
    return _paired_bars(articles.head(shown), "description", currency, theme)


def month_bars(months: pd.DataFrame, currency: str, theme: Theme) -> Drawing:
    """Purchases and cancellations by month."""
    figure = canvas(9, 4)
    axes = figure.subplots()
    places = np.arange(len(months))
    axes.bar(places, months["purchases"] / 1e3, color=theme.series[0], label="purchases")
    axes.bar(places, -months["cancellations"] / 1e3, color=theme.series[1], label="cancellations")
    axes.axhline(0, color=theme.muted, linewidth=0.8)
    axes.set_xticks(places, months["month"], rotation=45, ha="right")
    axes.set(xlabel="month", ylabel=with_unit("value, thousands", currency))
    axes.legend(loc="upper left", ncols=2)
    axes.margins(y=0.15)
    axes.grid(visible=False, axis="x")
    return figure


def _paired_bars(table: pd.DataFrame, key: str, currency: str, theme: Theme) -> Drawing:
    """Draw customers on the left, revenue per customer on the right."""
    figure = canvas(10, 5.4)
    left, right = figure.subplots(1, 2, sharey=True)
    names = [_shortened(str(name)) for name in table[key]][::-1]
    bars = left.barh(names, table["customers"][::-1], color=theme.series[0])
    left.bar_label(bars, fmt="{:,.0f}", padding=3, color=theme.ink, fontsize=9)
    logarithmic = table["customers"].max() > 20 * table["customers"].min()
    left.set(xlabel="customers" + (" (log scale)" if logarithmic else ""), ylabel=key)
    if logarithmic:
        left.set_xscale("log")
        left.set_xlim(1, table["customers"].max() * 5)
        left.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: f"{value:,.0f}"))
    else:
        left.margins(x=0.15)
    bars = right.barh(names, table["revenue_per_customer"][::-1], color=theme.series[1])
    right.bar_label(bars, fmt="{:,.0f}", padding=3, color=theme.ink, fontsize=9)
    right.set(xlabel=with_unit("revenue per customer", currency))
    right.margins(x=0.15)
    right.xaxis.set_major_locator(MaxNLocator(5))
    right.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: f"{value:,.0f}"))
    for axes in (left, right):
        axes.grid(visible=False, axis="y")
    return figure


def _shortened(name: str, limit: int = 34) -> str:
    return name if len(name) <= limit else name[: limit - 1] + "…"
