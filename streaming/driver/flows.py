"""Daily flows in the database: measured before a tick rewrites what they are measured from.

A flow is written once, under the identity of its tick, before any customer is brought to that tick. A
pass that a crash has cut off finds it there and need not measure again, which it no longer could.
"""

from collections.abc import Sequence
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np
from bson.datetime_ms import DatetimeMS
from pymongo import ASCENDING
from pymongo.database import Database

from shared.adapters.mongo.collections import FLOWS
from shared.core.customers.features import MINOR_PER_UNIT
from shared.core.customers.local_days import EPOCH, day_ended_by
from shared.core.drift.day_flows import GROUPS, DayFlow, day_flow
from shared.core.drift.migration import ModelMove, model_move
from shared.core.drift.season import season_days
from shared.core.drift.series import oldest_needed
from shared.core.fixed_point import from_fixed
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from streaming.driver.customer_columns import CustomerColumns
from streaming.driver.live import LiveState
from streaming.driver.standing import Target


def day_number(as_of_ms: int, zone: ZoneInfo) -> int:
    """Return the number of the local day that ends at a tick."""
    return day_ended_by(as_of_ms, zone) + EPOCH.toordinal()


def record_step(
    database: Database[Document],
    table: CustomerColumns,
    state: LiveState,
    target: Target,
    champions: tuple[ModelArtifact | None, ModelArtifact],
    zone: ZoneInfo,
) -> None:
    """Keep what a restate is about to change: the flow of a day, or the moves that a new model makes.

    Parameters
    ----------
    state : before the restate; without a model before there is nothing to compare with.
    champions : of the state and of the target.
    """
    before, champion = champions
    if before is None or state.now is None or target.model is None:
        return
    if target.epoch != state.now.epoch:
        move = model_move(table.states.rfm, table.reference_labels, before, champion, target.as_of_ms)
        _keep(database, _model_id(state.stream_id, target.epoch), _move_row(move, target))
        return
    day, last_day = (day_number(ms, zone) for ms in (target.as_of_ms, state.now.as_of_ms))
    groups = np.fromiter((crc32(name.encode()) % GROUPS for name in table.ids), np.int64, len(table.ids))
    flow = day_flow(
        table.states.rfm,
        table.at_tick,
        groups,
        champion,
        ticks_ms=(state.now.as_of_ms, target.as_of_ms),
        day=day,
        span_days=day - last_day,
        model_epoch=target.model.epoch,
    )
    _keep(database, f"{state.stream_id}:{target.as_of_ms}", _day_row(flow, target))


def load_days(database: Database[Document], stream_id: str, day: int) -> list[DayFlow]:
    """Read the flows that the watch of `day` may look at, in order: last year's, then up to that day."""
    spans = (season_days(day), (oldest_needed(day), day))
    chosen = [{"day": {"$gte": first, "$lte": last}} for first, last in spans]
    wanted = {"kind": "day", "stream_id": stream_id, "$or": chosen}
    return [DayFlow.from_document(row) for row in database[FLOWS].find(wanted).sort("day", ASCENDING)]


def load_model_move(database: Database[Document], stream_id: str, now: Target) -> ModelMove | None:
    """Read what the promotion at this very tick has moved; None if there was none, or no model before."""
    wanted = {"_id": _model_id(stream_id, now.epoch), "as_of": DatetimeMS(now.as_of_ms)}
    row = database[FLOWS].find_one(wanted)
    return None if row is None else ModelMove.from_document(row)


def _model_id(stream_id: str, epoch: int | None) -> str:
    return f"{stream_id}:model:{epoch}"


def _keep(database: Database[Document], identity: str, row: Document) -> None:
    row["stream_id"] = identity.partition(":")[0]
    database[FLOWS].update_one({"_id": identity}, {"$setOnInsert": row}, upsert=True)


def _day_row(flow: DayFlow, target: Target) -> Document:
    buyers = flow.total("buyers")
    logs = float(from_fixed(flow.total("log_basket")))
    return {
        "kind": "day",
        "as_of": DatetimeMS(target.as_of_ms),
        "model_version": target.version,
        "buyers": buyers,
        "arrivals": flow.total("arrivals"),
        "revenue": flow.total("spend_minor") / MINOR_PER_UNIT,
        "mean_log_basket": logs / buyers if buyers else None,
        **flow.to_document(),
    }


def _move_row(move: ModelMove, target: Target) -> Document:
    under = {"as_of": DatetimeMS(target.as_of_ms), "model_version": target.version}
    return {"kind": "model", "day": 0, "model_epoch": target.epoch, **under, **move.to_document()}


def moves_since(flows: Sequence[DayFlow], day: int, epoch: int) -> tuple[tuple[int, ...], Any]:
    """Add up who moved between segments from `day` on; identities and (k, k) customers."""
    chosen = [flow for flow in flows if flow.day >= day and flow.model_epoch == epoch] or [flows[-1]]
    return chosen[-1].segment_ids, sum(flow.ageing + flow.purchases for flow in chosen)
