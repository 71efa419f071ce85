"""The study: look at the columns, scale them, train the map, read it."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
from pyspark.sql import DataFrame

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.claims import Claim
from batch.studies.framework import Chapter, Context, DataTable, Fact, Paragraph, Study, StudyResult
from batch.studies.framework.story import Block
from batch.studies.mall_som import column_claims, figures, map_claims, map_figures, recounts, words
from batch.studies.mall_som.customers import COLUMNS, Mall, read_mall, to_spark
from batch.studies.mall_som.segmentation import (
    GRID,
    ScaledCustomers,
    Segmentation,
    best_parted,
    feature_sets,
    profiles,
    scale,
    segment,
    unit_means,
)
from batch.studies.mall_som.statistics import age_group, by_group, correlations, gender_counts, regress


def run(context: Context) -> StudyResult:
    """Run every step and tell it in four chapters."""
    context.say("reading customers")
    mall, _ = read_mall(context.data)
    context.say("describing them in Spark")
    customers = to_spark(context.spark(), mall)
    told = [columns_chapter(customers, mall), groups_chapter(customers, mall)]
    context.say("training maps")
    scaled = scale(customers, mall.varying or ("income",))
    found = [
        segment(scaled.of(features), training)
        for features in feature_sets(scaled.features)
        for training in ("batch", "online")
    ]
    taken = best_parted(found, context.training)
    told += [map_chapter(scaled.of(taken.features), taken, mall, found), segments_chapter(taken, mall, found)]
    return StudyResult(_source(context, mall), tuple(told))


def _source(context: Context, mall: Mall) -> Claim:
    wording = "{n:,} customers of {file}."
    if context.is_own:
        wording = (
            "Made-up customers: {n:,} rows of the schema of a well-known mall set whose licence does not "
            "allow shipping it. The numbers show the method and say nothing about any mall."
        )
    file = context.data.path.name
    return Claim(
        wording,
        {"n": mall.n_read, "file": file},
        lambda read: {"n": recounts.rows(read)["n_read"], "file": file},
    )


def columns_chapter(customers: DataFrame, mall: Mall) -> Chapter:
    """Tell how the features go together."""
    line = regress(mall.table["income"].to_numpy(), mall.table["score"].to_numpy())
    blocks: list[Block] = [Paragraph(claim) for claim in column_claims.of_the_file(mall)]
    blocks += [
        Fact("customers", "customers", len(mall.table)),
        Fact("slope_points_per_income", "slope, points per unit of income", line.slope, 3),
        Fact("slope_low", "interval from", line.low, 3),
        Fact("slope_high", "to", line.high, 3),
        Fact("r_squared", "R\N{SUPERSCRIPT TWO}", line.r_squared, 3),
        Fact("slope_p", "p of no slope", line.p, 3),
    ]
    if len(mall.varying) > 1:
        blocks.append(figures.correlation_heatmap(mall, correlations(customers, mall.varying)))
    if line.is_defined:
        blocks.append(figures.spending_on_income(mall, line))
    blocks += [Paragraph(claim) for claim in column_claims.of_the_line(line)]
    blocks.append(
        Paragraph(
            "A flat line does not mean that there is no structure: groups in the four corners of a picture "
            "have a correlation near zero too. Look at the points before the number."
        )
    )
    return Chapter("What goes with what", tuple(blocks))


def groups_chapter(customers: DataFrame, mall: Mall) -> Chapter:
    """Tell who the customers are, and who of them spends."""
    score, blocks = mall.table["score"], list[Block]()
    if "age_years" in mall.table:
        ages = age_group(mall.table["age_years"])
        blocks += [figures.age_histogram(mall), figures.spending_by_age(mall)]
        blocks += [Paragraph(claim) for claim in column_claims.of_groups(mall, "age_years")]
        blocks.append(
            DataTable(
                "spending_by_age",
                "Spending score by age group",
                by_group(score, ages, "age_years"),
                decimals=1,
            )
        )
    if "gender" in mall.table:
        genders = by_group(score, mall.table["gender"].astype(str), "gender")
        blocks += [figures.gender_bars(gender_counts(customers)), figures.spending_by_gender(mall)]
        blocks += [Paragraph(claim) for claim in column_claims.of_groups(mall, "gender")]
        blocks.append(DataTable("spending_by_gender", "Spending score by gender", genders, decimals=1))
    if not blocks:
        blocks.append(Paragraph("The file has neither ages nor genders."))
    return Chapter("Who spends", tuple(blocks))


def map_chapter(
    scaled: ScaledCustomers, taken: Segmentation, mall: Mall, found: Sequence[Segmentation]
) -> Chapter:
    """Tell how the map has ordered the customers."""
    means = unit_means(mall.table[list(mall.features)].to_numpy(), taken.units)
    rows, cols = (taken.units // GRID.cols, taken.units % GRID.cols)
    placed = mall.table.assign(map_row=rows, map_col=cols, segment=taken.segments)
    per_unit = pd.DataFrame(means, columns=list(mall.features))
    per_unit.insert(0, "map_col", per_unit.index % GRID.cols)
    per_unit.insert(0, "map_row", per_unit.index // GRID.cols)
    return Chapter(
        "The map",
        (
            Paragraph(map_claims.of_method(taken.training)),
            Paragraph(map_claims.of_choice(mall, taken, found)),
            DataTable("maps", "Maps that were compared", compared(mall, found), decimals=3),
            Fact("quantization_error", "quantization error, deviations", taken.quantization_error, 3),
            Fact("topographic_error", "topographic error, share", taken.topographic_error, 3),
            Fact("units_won", "units with customers", int(pd.Series(taken.units).nunique())),
            map_figures.weight_planes(mall, taken, scaled.raw(taken.weights)),
            map_figures.unit_mean_planes(mall, means),
            DataTable("customers", "Customers with their unit", placed, shown=10, decimals=1),
            DataTable("unit_means", "Mean customer of each unit", per_unit.dropna(), shown=10),
        ),
    )


def compared(mall: Mall, found: Sequence[Segmentation]) -> pd.DataFrame:
    """Return features, training, segments and errors of every map that was trained."""
    return pd.DataFrame(
        {
            "features": " and ".join(mall.labels[name] for name in one.features),
            "training": one.training,
            "segments": one.k,
            "sizes": map_claims.of_sizes(one.segments),
            "silhouette": one.silhouette,
            "quantization_error": one.quantization_error,
            "topographic_error": one.topographic_error,
        }
        for one in found
    )


def segments_chapter(taken: Segmentation, mall: Mall, found: Sequence[Segmentation]) -> Chapter:
    """Tell who stands where, segment by segment."""
    other = next(one for one in found if one.features == taken.features and one.training != taken.training)
    return Chapter(
        "The segments",
        (
            Paragraph(map_claims.of_cut(taken)),
            Fact("segments", "segments", taken.k),
            Fact("silhouette", "mean silhouette", taken.silhouette, 3),
            map_figures.segments_by_money(mall, taken),
            words.readings(mall, taken),
            *(Paragraph(claim) for claim in map_claims.of_age(mall, taken)),
            map_figures.customers_on_map(taken),
            map_figures.silhouettes(taken),
            Paragraph(map_claims.of_training(taken, other)),
            DataTable(
                "segments",
                "Mean customer of each segment",
                profiles(mall.table, mall.features, taken.segments),
                decimals=1,
            ),
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
        "Do not read 100 units as 100 clusters: join them into a few segments, as the last chapter does.",
        "Size the map by the data: about 5 times the square root of the number of customers.",
        "Leave out of the map what is not to divide it, and compare: maps with and without age stand side by "
        "side above.",
        "Do not fit a line to income and spending and stop at its R\N{SUPERSCRIPT TWO}: plot them first.",
        "A spending score is somebody's own mixture. Where purchases are at hand, use recency, frequency "
        "and spend, as the rest of this product does.",
    ),
    columns=COLUMNS,
    own_data=partial(stand_ins.own_data, "mall"),
    run=run,
    notebook="mall_som",
)
