"""River's streaming clusterers: one row at a time, each row a dictionary."""

from collections import defaultdict
from typing import Any

import numpy as np
from river import cluster
from sklearn.cluster import KMeans

from benchmarks.models.history import ContestChampion, Day
from shared.core.arrays import Float64

Record = dict[int, float]


class RiverKMeans:
    """River's KMeans: the nearest center takes a constant step, which River calls halflife."""

    def __init__(self, champion: ContestChampion, step: float = 0.5) -> None:
        self._model: Any = cluster.KMeans(n_clusters=len(champion.centers), halflife=step, seed=0)
        self._model.centers = {
            label: defaultdict(float, enumerate(center))
            for label, center in enumerate(champion.centers.tolist())
        }

    def learn(self, day: Day) -> None:
        """Learn the day's rows in the order of their customers."""
        for record in records(day.rows[day.touched]):
            self._model.learn_one(record)

    def centers(self) -> Float64:
        """Return River's centers."""
        return as_matrix(list(self._model.centers.values()))


class RiverCluStream:
    """River's CluStream with its defaults, warmed by the champion's table in random order.

    River restarts its macro step from random centers every time and ignores the weight of
    micro-clusters, so the macro step is done here as its paper says: weighted k-means++.
    """

    def __init__(self, champion: ContestChampion, seed: int, own_macro_step: bool = False) -> None:
        self._k, self._seed, self._own = len(champion.centers), seed, own_macro_step
        self._model: Any = cluster.CluStream(n_macro_clusters=self._k, seed=seed)
        warm_up(self._model, champion, seed)

    def learn(self, day: Day) -> None:
        """Learn the touched rows."""
        for record in records(day.rows[day.touched]):
            self._model.learn_one(record)

    def centers(self) -> Float64:
        """Return the macro-clusters: River's, or a weighted k-means of the micro-clusters."""
        if self._own:
            return as_matrix(list(self._model.centers.values()))
        micro = list(self._model.micro_clusters.values())
        weights = [each.weight for each in micro]
        macro = KMeans(self._k, n_init=10, random_state=self._seed)
        macro.fit(as_matrix([each.center for each in micro]), sample_weight=weights)
        return np.asarray(macro.cluster_centers_, dtype=np.float64)


class RiverDbstream:
    """River's DBSTREAM; it finds its own number of clusters."""

    def __init__(self, champion: ContestChampion, seed: int, threshold: float = 1.0) -> None:
        self._model: Any = cluster.DBSTREAM(clustering_threshold=threshold)
        warm_up(self._model, champion, seed)

    def learn(self, day: Day) -> None:
        """Learn the touched rows."""
        for record in records(day.rows[day.touched]):
            self._model.learn_one(record)

    def centers(self) -> Float64:
        """Return the macro-clusters it sees now, possibly none."""
        return as_matrix(list(self._model.centers.values()))


def warm_up(model: Any, champion: ContestChampion, seed: int) -> None:
    """Show a model the champion's table once, in random order."""
    order = np.random.default_rng(seed).permutation(len(champion.table.rows))
    for record in records(champion.table.rows[order]):
        model.learn_one(record)


def records(rows: Float64) -> list[Record]:
    """Return each row as River wants it."""
    return [dict(enumerate(row)) for row in rows.tolist()]


def as_matrix(centers: list[Record]) -> Float64:
    """Return dictionaries of features as rows; (0, 0) for none."""
    if not centers:
        return np.empty((0, 0))
    width = 1 + max(map(max, centers))
    return np.array([[center[feature] for feature in range(width)] for center in centers])
