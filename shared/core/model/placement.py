"""Where customers stand under a model: segment, place on the map, nearest champion center.

A placement is stored with the customer and taken out of the statistics exactly as stored when
the customer changes, so nothing here may depend on who else is placed at the same time.
"""

from dataclasses import dataclass, fields
from typing import cast

import numpy as np

from shared.core.arrays import Bool, Float64, Int8, Int32, Int64
from shared.core.customers.features import RfmColumns, feature_matrix
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.assignment import assign
from shared.core.model.artifact import ModelArtifact
from shared.core.som.grid import SomGrid, Topology
from shared.core.som.units import best_two_units

CLUSTERED, UNASSIGNED, NO_PURCHASE, NO_NET_SPEND = range(4)
STATUS_NAMES = ("clustered", "unassigned", "no_purchase", "no_net_spend")
NOBODY = -1
"""Label of a customer who has none."""


@dataclass(frozen=True, eq=False)
class LiveModel:
    """The champion and where learning has taken it since.

    champion : frozen transform, reference centers and segments. centers (k, d) and unit_weights
    (m, d) : the learnt prototypes. as_of_ms : what recency is measured against.
    """

    champion: ModelArtifact
    centers: Float64
    unit_weights: Float64
    as_of_ms: int

    @property
    def grid(self) -> SomGrid:
        """Grid of the champion's map."""
        return grid_of(self.champion)


@dataclass(frozen=True, eq=False)
class Placements:
    """Placement of n customers; labels are `NOBODY` and distances NaN where `status` is not CLUSTERED.

    status (n,) int8; vectors (n, d) int64 fixed point; labels, runner_up, units, reference_labels (n,) int32;
    distances to live centers, margins by which the runner-up is further, unit_distances to the best
    unit, reference_distances to the nearest champion center, all (n,) in scaled units;
    is_unit_adjacent : whether the second best unit touches the best.
    """

    status: Int8
    vectors: Int64
    labels: Int32
    distances: Float64
    runner_up: Int32
    margins: Float64
    units: Int32
    is_unit_adjacent: Bool
    unit_distances: Float64
    reference_labels: Int32
    reference_distances: Float64

    def __len__(self) -> int:
        return self.status.size

    def take(self, index: Int64 | Bool) -> "Placements":
        """Return the customers at `index`, a mask or positions, in that order."""
        return Placements(*(getattr(self, field.name)[index] for field in fields(self)))


def grid_of(champion: ModelArtifact) -> SomGrid:
    """Return the grid of a champion's map."""
    som = champion.som
    return SomGrid(som.rows, som.cols, cast("Topology", som.topology), som.toroidal)


def nowhere(status: Int8, d: int) -> Placements:
    """Placements of customers that have none, whatever their status says about why."""
    n = status.size
    nobody, unknown = np.full(n, NOBODY, np.int32), np.full(n, np.nan)
    return Placements(
        status=status,
        vectors=np.zeros((n, d), np.int64),
        labels=nobody,
        distances=unknown,
        runner_up=nobody,
        margins=unknown,
        units=nobody,
        is_unit_adjacent=np.zeros(n, np.bool_),
        unit_distances=unknown,
        reference_labels=nobody,
        reference_distances=unknown,
    )


def cluster_status(rfm: RfmColumns, *, has_model: bool) -> Int8:
    """Who can be clustered: net-refunded customers would otherwise take a center for themselves."""
    conditions = [rfm.frequency == 0, rfm.monetary_minor <= 0]
    reason = np.select(conditions, [NO_PURCHASE, NO_NET_SPEND], CLUSTERED if has_model else UNASSIGNED)
    return reason.astype(np.int8)


def vectors_of(rfm: RfmColumns, champion: ModelArtifact, as_of_ms: int) -> Int64:
    """Scaled features of customers that can be clustered, in fixed point; (n, d) int64."""
    return to_fixed(champion.transform.apply(feature_matrix(champion.features, rfm, as_of_ms)))


def place(rfm: RfmColumns, model: LiveModel | None) -> Placements:
    """Place customers under `model`; without one everybody is unassigned."""
    status = cluster_status(rfm, has_model=model is not None)
    if model is None:
        return nowhere(status, 0)
    inside = np.flatnonzero(status == CLUSTERED)
    subset = rfm.take(inside)
    vectors = vectors_of(subset, model.champion, model.as_of_ms)
    return scatter(place_vectors(vectors, model), inside, status)


def place_vectors(vectors: Int64, model: LiveModel) -> Placements:
    """Place customers by their stored vectors, (n, d) int64; all of them are CLUSTERED."""
    rows = from_fixed(vectors)
    live, reference = assign(rows, model.centers), assign(rows, model.champion.centers)
    units = best_two_units(rows, model.unit_weights)
    return Placements(
        status=np.full(len(rows), CLUSTERED, np.int8),
        vectors=vectors,
        labels=live.labels,
        distances=live.distances,
        runner_up=live.runner_up,
        margins=live.runner_up_distances - live.distances,
        units=units.first.astype(np.int32),
        is_unit_adjacent=model.grid.adjacency()[units.first, units.second],
        unit_distances=units.first_distances,
        reference_labels=reference.labels,
        reference_distances=reference.distances,
    )


def scatter(placed: Placements, positions: Int64, status: Int8) -> Placements:
    """Spread `placed` over all customers of `status`; the others are nowhere."""
    everybody = nowhere(status, placed.vectors.shape[1])
    columns = {field.name: getattr(everybody, field.name).copy() for field in fields(Placements)}
    for name, column in columns.items():
        if name != "status":
            column[positions] = getattr(placed, name)
    return Placements(**columns)
