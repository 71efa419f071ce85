"""What the clusters are made of."""

import pandas as pd

from batch.studies.retail_som_hierarchy.encoded_rows import CATEGORIES, FEATURES
from shared.core.arrays import Float64, Int64


def result_table(
    rows: pd.DataFrame,
    decoded: pd.DataFrame,
    units: Int64,
    clusters: Int64,
    cols: int,
) -> pd.DataFrame:
    """Return every kept row with its place on the map and its cluster, in the units of the file."""
    places = {"map_row": units // cols, "map_col": units % cols, "cluster": clusters}
    table = decoded.assign(**places)
    table.insert(0, "customer_id", rows["customer_id"].to_numpy())
    table.insert(1, "date", rows["date"].dt.strftime("%Y-%m-%d").to_numpy())
    return table


def profiles(result: pd.DataFrame) -> pd.DataFrame:
    """Return size, share, means of numbers and the most frequent word of each cluster."""
    grouped = result.groupby("cluster")
    numbers = [name for name in FEATURES if name not in (*CATEGORIES, "post_code")]
    table = grouped[numbers].mean()
    words = {name: grouped[name].agg(lambda words: words.mode().iloc[0]) for name in CATEGORIES}
    table = table.assign(**words)
    table.insert(0, "share", grouped.size() / len(result))
    table.insert(0, "customers", grouped["customer_id"].nunique())
    table.insert(0, "purchases", grouped.size())
    return table.reset_index()


def cluster_means(X: Float64, clusters: Int64) -> pd.DataFrame:
    """Return the mean of each scaled feature in each cluster, in deviations; clusters are rows."""
    return pd.DataFrame(X, columns=list(FEATURES)).groupby(clusters).mean().rename_axis("cluster")


def explained(X: Float64, clusters: Int64) -> pd.DataFrame:
    """Return which share of each feature's variance lies between the clusters (eta squared), most first.

    A constant feature has no variance to explain: NaN.
    """
    table = pd.DataFrame(X, columns=list(FEATURES))
    means = table.groupby(clusters).transform("mean")
    total = table.var(ddof=0)
    share = (means.var(ddof=0) / total.where(total > 0)).rename("explained_share")
    return share.sort_values(ascending=False).rename_axis("feature").reset_index()
