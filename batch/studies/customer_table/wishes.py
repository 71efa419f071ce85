"""What a person says of how a table is clustered; what is left out is decided by the data."""

from dataclasses import dataclass
from typing import Literal

Filling = Literal["median", "knn", "leave-out"]
Method = Literal["kmeans", "som"]

SEED = 20_111_209


@dataclass(frozen=True)
class TableWishes:
    """How to cluster.

    Parameters
    ----------
    use : columns to cluster by, these and no others; empty lets the rules choose.
    leave_out : columns that the rules shall not choose.
    filling : of empty cells: the column's median, the mean of the nearest customers, or no customer with
        an empty cell is clustered.
    method : K-means, or a self-organising map whose units Ward's rule joins.
    k : groups; None lets the report of all k choose.
    """

    use: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    filling: Filling = "median"
    method: Method = "kmeans"
    k: int | None = None
