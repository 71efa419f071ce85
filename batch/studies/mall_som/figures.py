"""The figures of the columns, each as a block that a page or a notebook shows."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing

from batch.studies.framework import Figure
from batch.studies.framework.drawing import canvas, colors_of
from batch.studies.mall_som import column_claims
from batch.studies.mall_som.customers import Mall
from batch.studies.mall_som.statistics import AGE_GROUPS, Regression, age_group, strongest
from shared.reporting.theme import Theme

MAX_POINTS = 5_000
"""Customers drawn one by one; more would hide each other."""
MAX_SHAPED = 50_000
"""Customers whose distribution is drawn; more would not change its shape."""

_SEED = 20_111_209


def correlation_heatmap(mall: Mall, matrix: pd.DataFrame) -> Figure:
    """Show the correlation of each pair of features that vary, (d, d) of at least two."""
    caption = column_claims.of_correlations(mall, strongest(matrix))
    draw = partial(_draw_correlations, matrix.rename(index=mall.labels, columns=mall.labels))
    return Figure("correlations", "Correlations", caption, draw)


def spending_on_income(mall: Mall, line: Regression) -> Figure:
    """Show the regression with the band of its line."""
    caption = "Each point is a customer. The line is that of least squares, with the band of its uncertainty."
    draw = partial(_draw_regression, mall, line)
    return Figure("spending_on_income", "Spending on income", caption, draw)


def age_histogram(mall: Mall) -> Figure:
    """Show how many customers have each age."""
    caption = "Customers by age, five years a bar."
    return Figure("ages", "Ages", caption, partial(_draw_ages, mall))


def gender_bars(counts: pd.DataFrame) -> Figure:
    """Show the number of customers of each gender."""
    caption = "Customers of each gender, as the file writes it."
    return Figure("genders", "Genders", caption, partial(_draw_genders, counts))


def spending_by_gender(mall: Mall) -> Figure:
    """Show the spread of spending for each gender."""
    caption = (
        "Spending score by gender: the box holds the middle half, the line in it is the median, the "
        "whiskers end at the last customer within one and a half boxes."
    )
    draw = partial(_draw_boxes, _some(mall.table, MAX_SHAPED), mall.labels["score"])
    return Figure("spending_by_gender", "Spending by gender", caption, draw)


def spending_by_age(mall: Mall) -> Figure:
    """Show the distribution of spending in the age groups that have customers."""
    caption = (
        "Spending score by age group: the wider a shape, the more customers have that score; the lines are "
        "quartiles. Shapes end at the lowest and the highest score."
    )
    draw = partial(_draw_violins, _some(mall.table, MAX_SHAPED), mall.labels["score"])
    return Figure("spending_by_age", "Spending by age group", caption, draw)


def _draw_correlations(matrix: pd.DataFrame, theme: Theme) -> Drawing:
    figure = canvas(6.4, 4.8)
    axes = figure.subplots()
    names = [str(name).replace(" (", "\n(") for name in matrix]
    sns.heatmap(
        matrix.to_numpy(),
        ax=axes,
        vmin=-1,
        vmax=1,
        annot=True,
        fmt=".2f",
        cmap=colors_of(theme.diverging),
        xticklabels=names,
        yticklabels=names,
        linewidths=1,
        linecolor=theme.surface,
        cbar_kws={"label": "Pearson's correlation"},
    )
    axes.tick_params(axis="both", rotation=0, length=0)
    return figure


def _draw_regression(mall: Mall, line: Regression, theme: Theme) -> Drawing:
    figure = canvas(8.4)
    axes = figure.subplots()
    shown = _some(mall.table, MAX_POINTS)
    points: dict[str, Any] = {"s": 22, "color": theme.series[0], "alpha": 0.75, "label": "customer"}
    axes.scatter(shown["income"], shown["score"], rasterized=len(shown) > 2_000, **points)
    x = np.linspace(mall.table["income"].min(), mall.table["income"].max(), 100)
    middle, half = line.at(x), line.half_width(x)
    axes.plot(x, middle, color=theme.series[1], linewidth=2, label="least squares")
    band: dict[str, Any] = {
        "color": theme.series[1],
        "alpha": 0.22,
        "linewidth": 0,
        "label": "95 % of the line",
    }
    axes.fill_between(x, middle - half, middle + half, **band)
    axes.set(xlabel=mall.labels["income"], ylabel=mall.labels["score"])
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _draw_ages(mall: Mall, theme: Theme) -> Drawing:
    figure = canvas()
    axes = figure.subplots()
    ages = mall.table["age_years"]
    first, last = 5 * np.floor(ages.min() / 5), 5 * np.floor(ages.max() / 5) + 5
    axes.hist(ages, bins=np.arange(first, last + 1, 5).tolist(), color=theme.series[0])
    axes.set(xlabel=mall.labels["age_years"], ylabel="customers")
    axes.grid(visible=False, axis="x")
    return figure


def _draw_genders(counts: pd.DataFrame, theme: Theme) -> Drawing:
    figure = canvas(6.4, 4.2)
    axes = figure.subplots()
    bars = axes.bar(counts["gender"].astype(str), counts["customers"], width=0.6, color=theme.series[0])
    axes.bar_label(bars, labels=[f"{count:,}" for count in counts["customers"]], padding=3)
    axes.set(xlabel="gender", ylabel="customers")
    axes.grid(visible=False, axis="x")
    return figure


def _draw_boxes(customers: pd.DataFrame, score: str, theme: Theme) -> Drawing:
    figure = canvas(6.4, 4.8)
    axes = figure.subplots()
    table = customers.assign(gender=customers["gender"].astype(str))
    lines = {"color": theme.ink, "linewidth": 1.2}
    parts = ("boxprops", "medianprops", "whiskerprops", "capprops")
    looks: dict[str, Any] = dict.fromkeys(parts, lines) | {"boxprops": {"edgecolor": theme.ink}}
    sns.boxplot(
        table, x="gender", y="score", ax=axes, order=sorted(table["gender"].unique()), width=0.5,
        color=theme.series[5], flierprops={"markeredgecolor": theme.ink}, **looks,
    )  # fmt: skip
    axes.set(xlabel="gender", ylabel=score)
    return figure


def _draw_violins(customers: pd.DataFrame, score: str, theme: Theme) -> Drawing:
    figure = canvas(8.4)
    axes = figure.subplots()
    table = pd.DataFrame({"group": age_group(customers["age_years"]), "score": customers["score"]})
    sizes = table["group"].value_counts()
    groups = [group for group in AGE_GROUPS if sizes[group]]
    sns.violinplot(
        table, x="group", y="score", ax=axes, order=groups, cut=0, inner="quart",
        density_norm="width", color=theme.series[5], linecolor=theme.ink, linewidth=1.1,
    )  # fmt: skip
    axes.set_xticks(range(len(groups)), [f"{group}\nn = {sizes[group]:,}" for group in groups])
    axes.set(xlabel="age, years", ylabel=score)
    return figure


def _some(customers: pd.DataFrame, n: int) -> pd.DataFrame:
    """Give at most n customers, always the same ones."""
    return customers if len(customers) <= n else customers.sample(n, random_state=_SEED)
