"""Bring the customers of one chunk of one topic-partition up to date, on an executor.

Order of effects: rejected and late records are written first, then the customers behind their
fence, then the transitions. A crash in between is repaired by the next start (see `recount`),
because everything written has an identity made from topic offsets.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pymongo.collection import Collection
from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo import customer_codec as codec
from shared.adapters.mongo import customer_store as store
from shared.adapters.mongo import transitions
from shared.core.arrays import Bool, Int32
from shared.core.customers.history import History, append, fold
from shared.core.customers.history_codec import encode_histories
from shared.core.customers.history_rows import HistoryLines
from shared.core.customers.rfm import CustomerStates, Outcomes, apply_transactions
from shared.core.customers.transactions import Transactions
from shared.core.model.placement import LiveModel, Placements, place
from shared.core.model.population import PopulationStatistics, population_of
from shared.core.model.reference_bins import ReferenceBins
from shared.documents import Document
from shared.errors import ServiceUnavailable
from shared.stopwatch import Stopwatch
from streaming.task.changes import causes, fence_of, last_offsets, moved_fence, transition
from streaming.task.chunk import Chunk
from streaming.task.context import BatchContext
from streaming.task.dead_letters import late_record, write_kept

MAX_RACES = 8
"""Lost races in a row before the batch gives up: only a second writer that never stops can cause them."""


@dataclass(frozen=True)
class Merged:
    """delta : change of the population statistics by acknowledged writes; the rest counts."""

    delta: PopulationStatistics
    touched: int
    transitions: int
    has_fenced_ahead: bool


@dataclass(frozen=True)
class _Round:
    """One attempt: the customers with rows beyond their fence, before and after."""

    documents: list[Document]
    before: CustomerStates
    placed_before: Placements
    books: codec.Bookkeeping
    rows: Transactions
    after: CustomerStates
    history: History
    placed: Placements
    outcomes: Outcomes


class Merger:
    """Merges chunks of one micro-batch; holds what does not change during it."""

    def __init__(
        self,
        context: BatchContext,
        database: Database[Document],
        customers: Collection[Document],
        watch: Stopwatch,
    ) -> None:
        self._context, self._database, self._watch = context, database, watch
        self._customers = customers
        self._model: LiveModel | None = context.live_model()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(k, m, d) of the model; zeros without one."""
        if self._model is None:
            return 0, 0, 0
        return len(self._model.centers), len(self._model.unit_weights), self._model.centers.shape[1]

    def merge(self, chunk: Chunk, record_of: Callable[[int], Document]) -> Merged:
        """Apply `chunk`; `record_of` gives the raw record at a position, for those that come late.

        Raises
        ------
        ServiceUnavailable : another writer keeps winning the race for the same customers.
        """
        delta, touched, moved, fenced_ahead = PopulationStatistics.empty(*self.shape), 0, 0, False
        for _ in range(MAX_RACES):
            documents = self._read(chunk.customer_ids)
            is_fresh = self._beyond_fence(chunk, documents)
            ahead = ~is_fresh & (chunk.rows.offset >= self._context.next_offsets.get(chunk.partition, 0))
            fenced_ahead |= bool(ahead.any())
            attempt = self._apply(chunk, is_fresh, documents)
            self._keep_late(attempt, chunk, is_fresh, record_of)
            written = self._documents(chunk.partition, attempt)
            won = self._write(written, attempt)
            delta = delta.merge(self._change(attempt, won))
            touched += int(won.sum())
            moved += self._write_transitions(
                [new for new, is_won in zip(written, won, strict=True) if is_won], attempt
            )
            if won.all():
                return Merged(delta, touched, moved, fenced_ahead)
            chunk = chunk.only({attempt.documents[i]["_id"] for i in np.flatnonzero(~won)})
        msg = (
            f"customers of partition {chunk.partition} should have one writer; "
            f"another changed them {MAX_RACES} times in a row; stop it"
        )
        raise ServiceUnavailable(msg)

    def _read(self, ids: list[str]) -> list[Document]:
        with self._watch.stage("find"):
            found = store.find(self._customers, ids)
            return [found.get(customer_id) or codec.newcomer(customer_id) for customer_id in ids]

    def _beyond_fence(self, chunk: Chunk, documents: list[Document]) -> Bool:
        epoch = self._context.fence_epoch
        fences = np.fromiter(
            (fence_of(document, chunk.partition, epoch) for document in documents), np.int64, len(documents)
        )
        beyond: Bool = chunk.rows.offset > fences[chunk.rows.customer]
        return beyond

    def _apply(self, chunk: Chunk, is_fresh: Bool, everybody: list[Document]) -> _Round:
        with self._watch.stage("merge"):
            rows = chunk.rows.take(is_fresh)
            touched, renumbered = np.unique(rows.customer, return_inverse=True)
            documents = [everybody[i] for i in touched.tolist()]
            fresh = rows.with_customer(renumbered.astype(np.int64))
            cols = self._model.champion.som.cols if self._model else 0
            before = codec.states_of(documents)
            rules = self._context.settings.state
            after, outcomes = apply_transactions(
                before, fresh, horizon_days=rules.horizon_days, max_recent=rules.max_recent_events
            )
            return _Round(
                documents,
                before,
                codec.placements_of(documents, self.shape[2], cols),
                codec.bookkeeping_of(documents),
                fresh,
                after,
                self._history(documents, fresh, outcomes, (chunk.day[is_fresh], chunk.known[is_fresh])),
                place(after.rfm, self._model),
                outcomes,
            )

    def _history(
        self, documents: list[Document], rows: Transactions, outcomes: Outcomes, days: tuple[Int32, Int32]
    ) -> History:
        """Add what was applied to the customers' pasts. days : on which each row happened, and is known."""
        applied = np.flatnonzero(outcomes.is_applied)
        day, known = days
        lines = HistoryLines(
            customer=rows.customer[applied],
            day=day[applied],
            known=known[applied],
            event_ms=rows.event_ms[applied],
            amount_minor=rows.amount_minor[applied],
            is_purchase=rows.is_purchase[applied],
            opens_invoice=outcomes.opens_invoice[applied],
        )
        grown = append(codec.histories_of(documents), lines)
        return fold(grown, self._context.step_day, self._context.settings.state.history_days)

    def _keep_late(
        self, attempt: _Round, chunk: Chunk, is_fresh: Bool, record_of: Callable[[int], Document]
    ) -> None:
        positions = chunk.positions[is_fresh][attempt.outcomes.is_late]
        if positions.size:
            with self._watch.stage("reject"):
                write_kept(
                    self._database, [late_record(record_of(position)) for position in positions.tolist()]
                )

    def _write(self, documents: list[Document], attempt: _Round) -> Bool:
        with self._watch.stage("write"):
            lost = store.replace(self._customers, documents, attempt.books.rev.tolist())
            won = np.ones(len(documents), np.bool_)
            won[list(lost)] = False
        failpoint("customers_written")
        return won

    def _documents(self, partition: int, attempt: _Round) -> list[Document]:
        with self._watch.stage("encode"):
            context = self._context
            version = self._model.champion.version if self._model else None
            under = codec.model_keys(self._model, version, context.model_epoch)
            under["fence_epoch"] = context.fence_epoch
            states = codec.state_keys(attempt.after)
            histories = encode_histories(attempt.history)
            places = codec.placement_keys(attempt.after, attempt.placed, self._model)
            last = last_offsets(attempt.rows, len(attempt.documents))
            bought = attempt.after.recent_invoices
            moved_by = causes(attempt.rows, attempt.outcomes, bought, len(attempt.documents))
            return [
                {
                    **old,
                    **states[i],
                    "history": histories[i],
                    **places[i],
                    **under,
                    "last_transition": transition(old, places[i], under, moved_by[i], (partition, last[i])),
                    "fence": moved_fence(old, partition, last[i], context.fence_epoch),
                    "rev": old["rev"] + 1,
                    "deleted": False,
                }
                for i, old in enumerate(attempt.documents)
            ]

    def _change(self, attempt: _Round, won: Bool) -> PopulationStatistics:
        with self._watch.stage("merge"):
            reference_bins = ReferenceBins.of(self._model.champion if self._model else None)
            as_of_ms = self._context.as_of_ms
            gained = population_of(attempt.after, attempt.placed, self.shape, reference_bins, won, as_of_ms)
            counted = won & attempt.books.is_counted
            return gained.subtract(
                population_of(
                    attempt.before, attempt.placed_before, self.shape, reference_bins, counted, as_of_ms
                )
            )

    def _write_transitions(self, written: list[Document], attempt: _Round) -> int:
        """Publish the segment changes that acknowledged documents already hold."""
        before = {old["_id"]: old["last_transition"] for old in attempt.documents}
        moved = [
            document for document in written if document["last_transition"] is not before[document["_id"]]
        ]
        with self._watch.stage("write"):
            transitions.publish(self._database, moved)
        return len(moved)
