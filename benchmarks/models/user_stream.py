"""userStream's logic: customers that move between fading micro-clusters.

Written anew from its published description: a customer's last contribution is faded, taken out of
its micro-cluster and put in again where it now belongs; micro-clusters absorb what keeps their
radius below a threshold, and a clean-up drops the light ones. Silent customers keep the recency of
their last purchase, since nothing tells the model that time has passed.

References
----------
Carnein and Trautmann (2019), Customer segmentation based on transactional data using stream
clustering, PAKDD.
"""

import numpy as np
from sklearn.cluster import KMeans

from benchmarks.models.history import ContestChampion, Day
from shared.core.arrays import Float64

RADIUS = 1.0
FADING = 0.01  # per day
CLEAN_UP_DAYS = 30
_NOTHING = 1e-9


class UserStream:
    """Micro-clusters of customers; the parameters are those of its authors' demonstration."""

    def __init__(self, champion: ContestChampion, seed: int) -> None:
        self._k, self._seed = len(champion.centers), seed
        d = champion.centers.shape[1]
        self._linear, self._square = np.zeros((2, 0, d))
        self._weights, self._ids = np.zeros(0), np.zeros(0, np.int64)
        self._next_id = 0
        self._day = self._cleaned = champion.table.day
        self._last: dict[int, tuple[Float64, int, int]] = {}
        for customer, row in zip(champion.table.customers.tolist(), champion.table.rows, strict=True):
            self._put_in(customer, row)

    def learn(self, day: Day) -> None:
        """Fade to the day, then move its customers one by one."""
        self._fade(day.day)
        moved = day.touched
        for customer, row in zip(day.customers[moved].tolist(), day.rows[moved], strict=True):
            self._take_out(customer)
            self._put_in(customer, row)
        if day.day - self._cleaned >= CLEAN_UP_DAYS:
            self._cleaned = day.day
            self._keep(self._weights > 2.0 ** (-FADING * CLEAN_UP_DAYS))

    def centers(self) -> Float64:
        """Return k macro-clusters: weighted k-means over the micro-clusters."""
        alive = self._weights > _NOTHING
        micro = self._linear[alive] / self._weights[alive, np.newaxis]
        k = min(self._k, len(micro))
        macro = KMeans(k, n_init=10, random_state=self._seed).fit(micro, sample_weight=self._weights[alive])
        return np.asarray(macro.cluster_centers_, dtype=np.float64)

    @property
    def total_weight(self) -> float:
        """Weight of everybody, faded to the present day."""
        return float(self._weights.sum())

    def _fade(self, day: int) -> None:
        factor = 2.0 ** (-FADING * (day - self._day))
        self._linear, self._square, self._weights = (
            sums * factor for sums in (self._linear, self._square, self._weights)
        )
        self._day = day

    def _take_out(self, customer: int) -> None:
        if customer not in self._last:
            return
        row, day, micro = self._last.pop(customer)
        where = np.flatnonzero(self._ids == micro)
        if len(where):
            weight = 2.0 ** (-FADING * (self._day - day))
            self._linear[where] -= weight * row
            self._square[where] -= weight * row**2
            self._weights[where] -= weight
            if self._weights[where[0]] <= _NOTHING:
                self._keep(self._ids != micro)

    def _put_in(self, customer: int, row: Float64) -> None:
        place = self._absorbing(row)
        if place is None:
            place = self._opened(len(row))
        self._linear[place] += row
        self._square[place] += row**2
        self._weights[place] += 1.0
        self._last[customer] = (row, self._day, int(self._ids[place]))

    def _absorbing(self, row: Float64) -> int | None:
        """Return the nearest micro-cluster, if its radius with the row stays below the threshold."""
        if not len(self._weights):
            return None
        apart = self._linear / self._weights[:, np.newaxis] - row
        place = int(np.einsum("ij,ij->i", apart, apart).argmin())
        weight = self._weights[place] + 1.0
        mean = (self._linear[place] + row) / weight
        variance = (self._square[place] + row**2) / weight - mean**2
        return place if variance.sum() <= RADIUS**2 else None

    def _opened(self, d: int) -> int:
        self._linear = np.vstack([self._linear, np.zeros(d)])
        self._square = np.vstack([self._square, np.zeros(d)])
        self._weights = np.append(self._weights, 0.0)
        self._ids = np.append(self._ids, self._next_id)
        self._next_id += 1
        return len(self._weights) - 1

    def _keep(self, kept: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
        self._linear, self._square = self._linear[kept], self._square[kept]
        self._weights, self._ids = self._weights[kept], self._ids[kept]
