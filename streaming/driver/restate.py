"""Model steps over the whole customer table, and its recount.

`restate` brings everybody to a new tick or a new champion; `recount` only adds up what is
stored. Both read in order of id and hold numbers, not documents, in memory.
"""

from collections.abc import Iterator

import numpy as np
from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo import customer_codec as codec
from shared.adapters.mongo import customer_store as store
from shared.adapters.mongo import transitions
from shared.core.arrays import Float64, Int64
from shared.core.customers.features import RfmColumns
from shared.core.fixed_point import from_fixed
from shared.core.kmeans import assignment
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import (
    CLUSTERED,
    LiveModel,
    Placements,
    cluster_status,
    grid_of,
    place_vectors,
    scatter,
    vectors_of,
)
from shared.core.model.population import PopulationStatistics, population_of
from shared.core.model.reference_bins import ReferenceBins
from shared.core.som.reopening import needs_reopening, reopen, settle
from shared.documents import Document
from shared.errors import LeaseHeld
from streaming.driver.customer_columns import CustomerColumns
from streaming.driver.live import LiveState
from streaming.driver.standing import Target

_WRITE_CHUNK = 10_000


def recount(
    database: Database[Document], state: LiveState, champion: ModelArtifact | None
) -> PopulationStatistics:
    """Sum stored vectors by stored labels; publish again the transitions that a crash may have cut off."""
    model = state.model(champion)
    shape = (len(state.centers), len(state.unit_weights), state.centers.shape[1])
    cols = champion.som.cols if model and champion else 0
    reference_bins = ReferenceBins.of(champion if model else None)
    as_of_ms = model.as_of_ms if model else 0
    total = PopulationStatistics.empty(*shape)
    for documents in store.scan(store.customers_of(database)):
        everybody = np.ones(len(documents), np.bool_)
        placed = codec.placements_of(documents, shape[2], cols)
        total = total.merge(
            population_of(codec.states_of(documents), placed, shape, reference_bins, everybody, as_of_ms)
        )
        ahead = [document for document in documents if _is_ahead(document["last_transition"], state)]
        transitions.publish(database, ahead)
    return total


def restate(
    database: Database[Document],
    table: CustomerColumns,
    state: LiveState,
    target: Target,
    champion: ModelArtifact,
    start: LiveModel,
) -> tuple[LiveModel, PopulationStatistics]:
    """Bring every customer of `table` to `target`, learning from `start`; write those not there yet.

    Running it again after a crash gives the same model: it depends on the customers' RFM state and
    on `start`, neither of which it changes.

    Raises
    ------
    LeaseHeld : a customer was written by somebody else meanwhile.
    """
    model, placed = _relearn(table.states.rfm, champion, start)
    _write(database, table, placed, model, state, target)
    shape = (len(model.centers), len(model.unit_weights), model.centers.shape[1])
    everybody = np.ones(len(table.ids), np.bool_)
    return model, population_of(
        table.states, placed, shape, ReferenceBins.of(champion), everybody, model.as_of_ms
    )


def _relearn(rfm: RfmColumns, champion: ModelArtifact, start: LiveModel) -> tuple[LiveModel, Placements]:
    status = cluster_status(rfm, has_model=True)
    inside = np.flatnonzero(status == CLUSTERED)
    subset = rfm.take(inside)
    vectors = vectors_of(subset, champion, start.as_of_ms)
    centers, weights = start.centers, start.unit_weights
    if inside.size:
        centers = assignment.restate(vectors, centers).centers
        weights = _resettled(from_fixed(vectors), weights, champion)
    model = LiveModel(champion, centers, weights, start.as_of_ms)
    return model, scatter(place_vectors(vectors, model), inside, status)


def _resettled(rows: Float64, weights: Float64, champion: ModelArtifact) -> Float64:
    grid = grid_of(champion)
    settled = settle(rows, weights, grid)
    if needs_reopening(settled.topographic_error, champion.som.topographic_error):
        return reopen(rows, settled.weights, grid).weights
    return settled.weights


def _write(
    database: Database[Document],
    table: CustomerColumns,
    placed: Placements,
    model: LiveModel,
    state: LiveState,
    target: Target,
) -> None:
    customers = store.customers_of(database)
    before = state.standing
    cause = "ageing" if target.epoch == before.epoch else "model"
    is_new_day = target.as_of_ms != before.as_of_ms or before.model is None
    under = codec.model_keys(model, target.version, target.epoch)
    for rows in _chunks(np.flatnonzero(~table.is_at_target)):
        states = table.states.take(rows)
        keys = codec.placement_keys(states, placed.take(rows), model)
        ticks = codec.tick_keys(states)
        for row, key, tick in zip(rows.tolist(), keys, ticks, strict=True):
            key.update(under, rev=table.revs[row] + 1)
            if is_new_day:
                key["at_tick"] = tick
            if key["segment_id"] != table.segments[row][0]:
                key["last_transition"] = _transition(table.segments[row], key, cause)
        ids = [table.ids[row] for row in rows.tolist()]
        written = store.set_keys(customers, ids, [table.revs[row] for row in rows.tolist()], keys)
        if written != len(ids):
            msg = f"{len(ids) - written} customers changed during a restate; stop the other stream"
            raise LeaseHeld(msg)
        failpoint("documents_rewritten")
    _publish(database, model, target)


def _publish(database: Database[Document], model: LiveModel, target: Target) -> None:
    """Publish what this step has moved, whichever run of it wrote the documents."""
    moved = {"last_transition.model_epoch": target.epoch, "last_transition.offset": None}
    moved |= {"last_transition.as_of": codec.model_keys(model, None, None)["as_of"]}
    for documents in store.scan(store.customers_of(database), moved):
        transitions.publish(database, documents)


def _transition(before: tuple[int | None, str | None], key: Document, cause: str) -> Document:
    moved = {
        "from": before[0],
        "from_name": before[1],
        "to": key["segment_id"],
        "to_name": key["segment_name"],
    }
    nowhere = {"fence_epoch": None, "partition": None, "offset": None}
    return {**moved, **nowhere, "cause": cause, "as_of": key["as_of"], "model_epoch": key["model_epoch"]}


def _is_ahead(transition: Document | None, state: LiveState) -> bool:
    """Whether a purchase that the live model has not seen caused it; not one of an earlier topic."""
    if transition is None or transition["fence_epoch"] != state.fence_epoch:
        return False
    return bool(transition["offset"] >= state.offsets.get(transition["partition"], 0))


def _chunks(rows: Int64) -> Iterator[Int64]:
    for start in range(0, rows.size, _WRITE_CHUNK):
        yield rows[start : start + _WRITE_CHUNK]
