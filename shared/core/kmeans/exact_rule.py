"""Streaming K-means by sums that rows can be taken out of again; each center is S/N.

It measures in a power of two of the data's unit: such scaling loses nothing, and fixed point then
fits data of any scale. While it is young the sums may be counted anew; see `youth`.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64
from shared.core.checks import checked_labels
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.assignment import assign
from shared.core.kmeans.half_life import HalfLife
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.kmeans.youth import Labels, Seeding, Tickets, WeightedRows, Youth
from shared.core.row_ledger import Keys, RowLedger, row_keys

# The largest value of the rows it is started with lies below 2^5 fixed-point units: 1.5e-11 of it is
# resolved, and there is room for 60 million such rows.
HEADROOM_BITS = 5
# Later rows weigh at most 2^16 before the landmark moves.
LANDMARK_HALF_LIVES = 16


def exponent_of(X: Float64) -> int:
    """Return e such that every value x 2^-e is below 2^HEADROOM_BITS."""
    largest = float(np.abs(X).max(initial=0.0))
    return int(np.frexp(largest)[1]) - HEADROOM_BITS if largest else 0


@dataclass(frozen=True, eq=False)
class ExactRule:
    """Sums, and the rows in them.

    Parameters
    ----------
    centers : (k, d) in units of 2^exponent. fading : None leaves every row at its own weight.
    youth : None once the model is grown up. tickets : of the rows learnt in youth, as `youth.rows`; later
        of those among them that are counted under another label than they were told.
    ledger : of all other rows.
    """

    centers: Float64
    exponent: int
    statistics: PrototypeSums
    fading: HalfLife | None
    youth: Youth | None = None
    tickets: Tickets = field(default_factory=Tickets.none)
    ledger: RowLedger = field(default_factory=RowLedger)

    @classmethod
    def at(cls, centers: Float64, batch: WeightedRows, half_life: float | None) -> Self:
        """Return a grown-up rule at `centers` (k, d), in the data's unit, with nothing learnt."""
        exponent = exponent_of(batch.X)
        fading = None if half_life is None else HalfLife(half_life, float(batch.times.max()))
        return cls(np.ldexp(centers, -exponent), exponent, PrototypeSums.empty(*centers.shape), fading)

    @classmethod
    def young(cls, k: int, d: int, half_life: float | None, seeding: Seeding) -> Self:
        """Return a rule that places its k centers when it learns."""
        fading = None if half_life is None else HalfLife(half_life, 0.0)
        nothing = PrototypeSums.empty(k, d)
        return cls(np.zeros((k, d)), 0, nothing, fading, Youth.begun(d, seeding))

    @property
    def weights(self) -> Float64:
        """Weight behind each center, (k,)."""
        return from_fixed(self.statistics.weights)

    def learn(self, batch: WeightedRows) -> tuple[Labels, Self]:
        """Add rows to their nearest centers, then move those. Returns labels and the new rule.

        Raises
        ------
        ValueError : no weight to place centers by, or a row far beyond those the rule was started with.
        """
        if self.youth is None:
            labels, rule = self.added(batch)
            return labels, replace(rule, ledger=self.ledger.add(self._keys(batch, labels)))
        youth = self.youth.grown(batch)
        if youth.is_seeding_due or exponent_of(batch.X) > self.exponent or self._has_room_for(batch):
            counted, rule = self._seeded(youth)
        else:
            labels, rule = self.added(batch)
            counted = np.concatenate([self.tickets.counted, labels])
            rule = replace(rule, youth=youth)
        labels = counted[len(self.tickets.counted) :]
        keys = np.concatenate([self.tickets.keys, self._keys(batch, labels)])
        rule = replace(rule, tickets=Tickets(keys, counted))
        return labels, rule.settled() if youth.is_over else rule

    def forget(self, batch: WeightedRows, labels: ArrayLike) -> Self:
        """Take rows out; `labels` are those that `learn` returned, wherever the rows are counted now.

        Raises
        ------
        ValueError : a row was not learnt so, or is forgotten already; a label is none of the model's.
        """
        told = checked_labels(labels, len(batch.X), len(self.centers)).astype(np.int32)
        keys = self._keys(batch, told)
        is_in_ledger = self.ledger.holds(keys)
        places = self.tickets.find(keys[~is_in_ledger])
        if (places < 0).any():
            self._refuse(int(np.flatnonzero(~is_in_ledger)[places < 0][0]), told)
        counted = told.copy()
        counted[~is_in_ledger] = self.tickets.counted[places]
        rest = self.statistics.subtract(self.sum_of(batch, counted)).without_residue()
        return replace(
            self.moved_by(rest),
            ledger=self.ledger.remove(keys[is_in_ledger]),
            tickets=self.tickets.without(places),
            youth=self.youth and self.youth.without(places),
        )

    def settled(self) -> Self:
        """Return the rule grown up: centers are never placed anew, and labels keep their meaning."""
        if self.youth is None:
            return self
        is_as_told = self.tickets.keys == self._keys(self.youth.rows, self.tickets.counted)
        return replace(
            self,
            youth=None,
            ledger=self.ledger.add(self.tickets.keys[is_as_told]),
            tickets=self.tickets.without(np.flatnonzero(is_as_told)),
        )

    def _has_room_for(self, batch: WeightedRows) -> bool:
        """Whether a center without rows could serve a row that has none of its own."""
        if (self.statistics.counts > 0).all():
            return False
        return bool(assign(np.ldexp(batch.X, -self.exponent), self.centers).distances.any())

    def _seeded(self, youth: Youth) -> tuple[Labels, Self]:
        """Place the centers anew and count the rows of youth under them. Returns their labels."""
        rows, exponent = youth.rows, exponent_of(youth.rows.X)
        fading = self.fading and self.fading.moved_to(float(rows.times.max()))
        weights = rows.weights if fading is None else rows.weights * fading.weights(rows.times)
        before = np.ldexp(self.centers, self.exponent - exponent) if youth.n_seeded else None
        fit = youth.seeding.fit(np.ldexp(rows.X, -exponent), weights, len(self.centers), before)
        rule = replace(
            self,
            centers=fit.centers,
            exponent=exponent,
            statistics=PrototypeSums.empty(*fit.centers.shape),
            fading=fading,
            youth=replace(youth, n_seeded=youth.n_learnt),
        )
        return rule.added(rows)

    def added(self, batch: WeightedRows) -> tuple[Labels, Self]:
        """Label rows and add them to the sums. Returns labels and the new rule."""
        rule = self._with_landmark_near(batch.times)
        vectors = to_fixed(np.ldexp(batch.X, -rule.exponent))
        labels = assign(from_fixed(vectors), rule.centers).labels
        return labels, rule.moved_by(rule.statistics.merge(rule.sum_of(batch, labels)))

    def sum_of(self, batch: WeightedRows, labels: Labels) -> PrototypeSums:
        """Return what rows under `labels` contribute, faded to the landmark."""
        fading = 1.0 if self.fading is None else self.fading.weights(batch.times)
        vectors = to_fixed(np.ldexp(batch.X, -self.exponent))
        return PrototypeSums.of(vectors, labels, len(self.centers), batch.weights * fading)

    def moved_by(self, statistics: PrototypeSums) -> Self:
        """Return the rule with these sums and its centers at S/N."""
        return replace(self, statistics=statistics, centers=statistics.means(self.centers))

    def _with_landmark_near(self, times: Float64) -> Self:
        newest = float(times.max(initial=-np.inf))
        if self.fading is None or newest < self.fading.landmark + LANDMARK_HALF_LIVES * self.fading.half_life:
            return self
        statistics = self.fading.rescaled(self.statistics, newest)
        return replace(self, statistics=statistics, fading=self.fading.moved_to(newest))

    def _keys(self, batch: WeightedRows, labels: Labels) -> Keys:
        # Without fading, a row is the same whenever it was learnt.
        times = [] if self.fading is None else [batch.times]
        return row_keys([*batch.X.T, batch.weights, *times, labels.astype(np.float64)])

    def _refuse(self, row: int, labels: Labels) -> None:
        what = "weight" if self.fading is None else "weight and time"
        msg = (
            f"row {row} is not among those learnt under label {labels[row]}, or is forgotten already; "
            f"give rows once, each with the {what} and the label (see `labels_`) of its learning"
        )
        raise ValueError(msg)
