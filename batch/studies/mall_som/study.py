"""The study: look at the columns, scale them, train the map, read it."""

from functools import partial

import pandas as pd
from pyspark.sql import DataFrame

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.framework import Chapter, Context, DataTable, Fact, Paragraph, Study, StudyResult
from batch.studies.mall_som import figures, map_figures
from batch.studies.mall_som.customers import COLUMNS, FEATURES, read_customers, to_pandas
from batch.studies.mall_som.segmentation import (
    GRID,
    ScaledCustomers,
    Segmentation,
    profiles,
    scale,
    segment,
    unit_means,
)
from batch.studies.mall_som.statistics import age_group, by_group, correlations, gender_counts, regress
from batch.studies.mall_som.words import readings

_MADE_UP = (
    "Made-up customers: 200 rows of the schema of a well-known mall set whose licence does not allow "
    "shipping it. The numbers show the method and say nothing about any mall."
)


def run(context: Context) -> StudyResult:
    """Run every step and tell it in four chapters."""
    context.say("reading customers in Spark")
    spark_customers = read_customers(context.spark(), context.data)
    customers = to_pandas(spark_customers)
    context.say("describing them")
    told = [columns_chapter(spark_customers, customers), groups_chapter(spark_customers, customers)]
    context.say("training the map")
    scaled = scale(spark_customers)
    found = segment(scaled.X)
    told += [map_chapter(scaled, found, customers), segments_chapter(found, customers)]
    source = _MADE_UP if context.is_own else f"{len(customers):,} customers of {context.data.path.name}"
    return StudyResult(source, tuple(told))


def columns_chapter(spark_customers: DataFrame, customers: pd.DataFrame) -> Chapter:
    """Tell how the features go together."""
    matrix = correlations(spark_customers)
    line = regress(customers["income_k"].to_numpy(), customers["score"].to_numpy())
    return Chapter(
        "What goes with what",
        (
            Fact("customers", "customers", len(customers)),
            Fact("slope_points_per_k", "slope, points per k$", line.slope, 3),
            Fact("slope_low", "95 % interval from", line.low, 3),
            Fact("slope_high", "to", line.high, 3),
            Fact("r_squared", "R²", line.r_squared, 3),
            Fact("slope_p", "p of no slope", line.p, 3),
            figures.correlation_heatmap(matrix),
            figures.spending_on_income(customers, line),
            Paragraph(
                f"The line explains {line.r_squared:.1%} of the variance of the spending score. A flat line "
                "does not mean that there is no structure: four corners and a middle have a correlation near "
                "zero too, and only the picture tells the two apart."
            ),
            DataTable(
                "correlations",
                "Correlations",
                matrix.rename_axis("feature").reset_index(),
                "Pearson's, computed by Spark.",
            ),
        ),
    )


def groups_chapter(spark_customers: DataFrame, customers: pd.DataFrame) -> Chapter:
    """Tell who the customers are, and who of them spends."""
    counts = gender_counts(spark_customers)
    by_gender = by_group(customers["score"], customers["gender"].astype(str), "gender")
    by_age = by_group(customers["score"], age_group(customers["age_years"]), "age_years")
    return Chapter(
        "Who spends",
        (
            figures.age_histogram(customers),
            figures.gender_bars(counts),
            figures.spending_by_gender(customers),
            figures.spending_by_age(customers),
            DataTable("spending_by_gender", "Spending score by gender", by_gender),
            DataTable("spending_by_age", "Spending score by age group", by_age),
        ),
    )


def map_chapter(scaled: ScaledCustomers, found: Segmentation, customers: pd.DataFrame) -> Chapter:
    """Tell how the map has ordered the customers."""
    weights = scaled.raw(found.som.weights)
    means = unit_means(customers[list(FEATURES)].to_numpy(), found.units)
    rows, cols = (found.units // GRID.cols, found.units % GRID.cols)
    placed = customers.assign(map_row=rows, map_col=cols, segment=found.segments)
    per_unit = pd.DataFrame(means, columns=list(FEATURES))
    per_unit.insert(0, "map_col", per_unit.index % GRID.cols)
    per_unit.insert(0, "map_row", per_unit.index // GRID.cols)
    return Chapter(
        "The map",
        (
            Paragraph(
                f"Features are scaled in a Spark pipeline, and a map of {GRID.rows} x {GRID.cols} units with "
                "a Gaussian neighbourhood learns them in 30 passes of the batch rule, its radius falling "
                "from 5 units to 1. Each customer then belongs to the nearest unit."
            ),
            Fact("quantization_error", "quantization error, deviations", found.som.quantization_error, 3),
            Fact("topographic_error", "topographic error, share", found.som.topographic_error, 3),
            Fact("units_won", "units with customers", int(pd.Series(found.units).nunique())),
            map_figures.weight_planes(weights),
            map_figures.unit_mean_planes(means),
            DataTable("customers", "Customers with their unit", placed, shown=10),
            DataTable("unit_means", "Mean customer of each unit", per_unit.dropna(), shown=10),
        ),
    )


def segments_chapter(found: Segmentation, customers: pd.DataFrame) -> Chapter:
    """Tell who stands where, segment by segment."""
    table = profiles(customers, found.segments)
    return Chapter(
        "The segments",
        (
            Paragraph(
                "A hundred units are too many for a marketer. Ward's tree of the units, each weighted by its "
                f"customers, is cut where the customers' silhouette is best: into {found.k} segments."
            ),
            Fact("segments", "segments", found.k),
            Fact("silhouette", "mean silhouette", found.silhouettes[found.k], 3),
            map_figures.customers_on_map(found),
            map_figures.silhouettes(found),
            DataTable("readings", "What each segment is like", readings(table, customers)),
            DataTable("segments", "Mean customer of each segment", table),
        ),
    )


STUDY = Study(
    name="mall-som",
    title=STUDIES["mall-som"].title,
    asked=(
        "Read a mall's customers with Spark; look at correlations, at spending against income, at ages, "
        "genders and age groups; scale the features in a pipeline; train a 10 x 10 self-organising map with "
        "a Gaussian neighbourhood; give each customer a unit; and see in the map who buys."
    ),
    advice=(
        "Do not read 100 units as 100 clusters: join them into a few segments, as the last chapter does. "
        "With a few hundred customers most units stand for two of them or for nobody.",
        "Size the map by the data: about 5 times the square root of the number of customers.",
        "Leave out of the map what is not to divide it: age spreads within every group of income and "
        "spending, and blurs them.",
        "Do not fit a line to income and spending and stop at its R²: plot them first.",
        "The spending score is the mall's own mixture. Where purchases are at hand, use recency, frequency "
        "and spend, as the rest of this product does.",
    ),
    columns=COLUMNS,
    own_data=partial(stand_ins.own_data, "mall"),
    run=run,
    notebook="mall_som",
)
