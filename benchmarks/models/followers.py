"""The product's way of learning, and the rules of scikit-learn and MLlib, on one footing.

Everybody starts from the champion. What a rule is fed decides as much as the rule: `touched` means
the vector of each customer who bought on that day, the usual way; `table` means every customer
every day, which costs what a restate costs.
"""

from typing import Literal, Protocol

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from benchmarks.models.history import ContestChampion, Day
from shared.core.arrays import Float64
from shared.core.fixed_point import to_fixed
from shared.core.kmeans.assignment import assign, restate
from shared.core.kmeans.reference_rules import Prototypes, mllib_update
from shared.estimators import StreamingKMeans

Feed = Literal["touched", "table"]


class Follower(Protocol):
    """Something that follows the customers day by day."""

    def learn(self, day: Day) -> None:
        """Take in what happened on a day."""

    def centers(self) -> Float64:
        """Return the centers (k, d) it would assign customers to now."""


def fed(day: Day, feed: Feed) -> Float64:
    """Return the rows of a day that a contender gets to see."""
    return day.rows[day.touched] if feed == "touched" else day.rows


class Frozen:
    """The champion, never touched: what most published pipelines do."""

    def __init__(self, champion: ContestChampion) -> None:
        self._centers = champion.centers

    def learn(self, day: Day) -> None:
        """Learn nothing."""

    def centers(self) -> Float64:
        """Return the champion's centers."""
        return self._centers


class Restating:
    """The stream's way: everybody is assigned and summed anew at each tick, from the last centers."""

    def __init__(self, champion: ContestChampion, every: int = 1) -> None:
        self._centers, self._every, self._n_days = champion.centers, every, 0

    def learn(self, day: Day) -> None:
        """Restate the table on every `every`-th day."""
        self._n_days += 1
        if self._n_days % self._every == 0:
            self._centers = restate(to_fixed(day.rows), self._centers).centers

    def centers(self) -> Float64:
        """Return S/N of the last restate."""
        return self._centers


class Retracting:
    """The estimator between two ticks: a touched customer is taken out as stored and put in anew."""

    def __init__(self, champion: ContestChampion) -> None:
        table = champion.table
        self._model = StreamingKMeans(len(champion.centers), init=champion.centers).fit(table.rows)
        self._stored = dict(
            zip(table.customers.tolist(), zip(table.rows, self._model.labels_, strict=True), strict=True)
        )

    def learn(self, day: Day) -> None:
        """Retract the touched customers and learn them again."""
        who = day.customers[day.touched].tolist()
        rows = day.rows[day.touched]
        known = [self._stored[customer] for customer in who if customer in self._stored]
        if known:
            before, labels = zip(*known, strict=True)
            self._model.forget(np.array(before), np.array(labels))
        if who:
            learnt = self._model.partial_fit(rows).labels_
            self._stored |= dict(zip(who, zip(rows, learnt, strict=True), strict=True))

    def centers(self) -> Float64:
        """Return the estimator's centers."""
        return self._model.cluster_centers_


class MiniBatch:
    """scikit-learn's own MiniBatchKMeans.partial_fit, warm from the champion's table."""

    def __init__(
        self, champion: ContestChampion, seed: int, ratio: float = 0.01, feed: Feed = "touched"
    ) -> None:
        self._feed: Feed = feed
        self._model = MiniBatchKMeans(
            len(champion.centers),
            init=champion.centers,
            n_init=1,
            reassignment_ratio=ratio,
            random_state=seed,
        ).partial_fit(champion.table.rows)

    def learn(self, day: Day) -> None:
        """Fold the day in as one batch."""
        rows = fed(day, self._feed)
        if len(rows):
            self._model.partial_fit(rows)

    def centers(self) -> Float64:
        """Return scikit-learn's centers."""
        return np.asarray(self._model.cluster_centers_, dtype=np.float64)


class MLlib:
    """The rule of Spark's StreamingKMeans, started with the champion's counts as weights."""

    def __init__(self, champion: ContestChampion, decay: float = 1.0, feed: Feed = "touched") -> None:
        labels = assign(champion.table.rows, champion.centers).labels
        weights = np.bincount(labels, minlength=len(champion.centers)).astype(np.float64)
        self._prototypes = Prototypes(champion.centers, weights)
        self._decay, self._feed = decay, feed

    def learn(self, day: Day) -> None:
        """Fold the day in as one batch."""
        self._prototypes = mllib_update(self._prototypes, fed(day, self._feed), decay_factor=self._decay)

    def centers(self) -> Float64:
        """Return the running means."""
        return self._prototypes.centers
