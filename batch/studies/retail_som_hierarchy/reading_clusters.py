"""What the clusters are made of."""

from collections.abc import Sequence

import pandas as pd

from batch.studies.retail_som_hierarchy.encoded_rows import Encoded, categories
from shared.core.arrays import Int64

KEYS = ("customer_id", "date")


def result_table(
    rows: pd.DataFrame,
    decoded: pd.DataFrame,
    units: Int64,
    clusters: Int64,
    cols: int,
) -> pd.DataFrame:
    """Return every kept row with its place on the map and its cluster, in the units of the file."""
    places = {"map_row": units // cols, "map_col": units % cols, "cluster": clusters}
    values = {name: (decoded if name in decoded else rows)[name].to_numpy() for name in rows}
    values["date"] = rows["date"].dt.strftime("%Y-%m-%d").to_numpy()
    return pd.DataFrame(values | places)


def profiles(result: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Return size, share, means of numbers and the most frequent word of each cluster."""
    grouped = result.groupby("cluster")
    words = categories(result, features)
    numbers = [name for name in features if name not in (*words, "post_code")]
    table = grouped[numbers].mean()
    table = table.assign(**{name: grouped[name].agg(lambda words: words.mode().iloc[0]) for name in words})
    table.insert(0, "share", grouped.size() / len(result))
    table.insert(0, "customers", grouped["customer_id"].nunique())
    table.insert(0, "purchases", grouped.size())
    return table.reset_index()


def cluster_means(encoded: Encoded, clusters: Int64) -> pd.DataFrame:
    """Return the mean of each scaled feature in each cluster, in deviations; clusters are rows."""
    table = pd.DataFrame(encoded.X, columns=list(encoded.features))
    return table.groupby(clusters).mean().rename_axis("cluster")


def explained(encoded: Encoded, clusters: Int64) -> pd.DataFrame:
    """Return which share of each feature's variance lies between the clusters (eta squared), most first.

    Features are in deviations, so that the variance of each is 1, or 0 where it is the same in every row.
    """
    table = pd.DataFrame(encoded.X, columns=list(encoded.features))
    means = table.groupby(clusters).transform("mean")
    share = means.var(ddof=0).rename("explained_share")
    return share.sort_values(ascending=False, kind="stable").rename_axis("feature").reset_index()


def in_several(result: pd.DataFrame) -> tuple[int, int]:
    """Return how many customers bought more than once, and how many of them are in several clusters."""
    grouped = result.groupby("customer_id")
    again = grouped.size() > 1
    return int(again.sum()), int((grouped["cluster"].nunique()[again] > 1).sum())
