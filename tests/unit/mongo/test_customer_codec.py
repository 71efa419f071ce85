"""Customers from document to columns and back."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.mongo import customer_codec as codec
from shared.adapters.mongo.schemas import CUSTOMER_KEYS
from shared.core.customers.rfm import CustomerStates
from shared.core.model.placement import LiveModel, Placements, place
from tests.support import small_model
from tests.support.small_model import AS_OF_MS, D
from tests.support.state_columns import apply_in, everything
from tests.support.state_oracle import DAY_MS, Line

MODEL = small_model.live(small_model.champion())
ARCHITECTURE = Path(__file__).parents[3] / "ARCHITECTURE.md"

_lines = st.builds(
    Line,
    customer=st.integers(0, 3),
    event=st.integers(0, 5),
    invoice=st.integers(0, 3),
    ms=st.integers(AS_OF_MS - 20 * DAY_MS, AS_OF_MS + DAY_MS),
    amount=st.integers(-(10**9), 10**12),
    is_return=st.booleans(),
)
_histories = st.lists(_lines, max_size=25).map(lambda lines: apply_in([lines], 4, 7, 6)[0])


def _documents(states: CustomerStates, model: LiveModel | None) -> list[dict[str, Any]]:
    """Join the keys that a write has, as the merge does."""
    version, epoch = (1, 5) if model else (None, None)
    under = codec.model_keys(model, version, epoch)
    parts = (codec.state_keys(states), codec.placement_keys(states, place(states.rfm, model), model))
    rest = {"fence": [{"partition": 1, "offset": 7}], "fence_epoch": 2, "rev": 3, "deleted": False}
    return [
        {**codec.newcomer(str(i)), **state, **placed, **under, **rest}
        for i, (state, placed) in enumerate(zip(*parts, strict=True))
    ]


@given(_histories, st.sampled_from([MODEL, None]))
def test_states_come_back_as_they_were_written(states: CustomerStates, model: LiveModel | None) -> None:
    documents = _documents(states, model)
    read = codec.states_of(documents)
    assert everything(read) == everything(states)
    assert codec.state_keys(read) == codec.state_keys(states)


@given(_histories)
def test_placements_come_back_to_the_last_bit_but_for_the_runner_up(states: CustomerStates) -> None:
    placed = place(states.rfm, MODEL)
    read = codec.placements_of(_documents(states, MODEL), D, MODEL.champion.som.cols)
    for field in fields(Placements):
        if not field.name.startswith("runner_up"):
            stored, meant = getattr(read, field.name), getattr(placed, field.name)
            assert stored.dtype == meant.dtype, field.name
            assert stored.tobytes() == meant.tobytes(), field.name


def test_every_key_that_is_documented_is_written_and_no_other() -> None:
    table = ARCHITECTURE.read_text().partition("### customers")[2].partition("### live_model")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = [key for cell in cells for key in re.findall(r"`(\w+)`", cell)]
    (document, *_) = _documents(apply_in([[]], 1, 7)[0], MODEL)
    assert sorted(document) == sorted(documented) == sorted(CUSTOMER_KEYS)


def test_a_newcomer_has_no_state_stands_nowhere_and_is_not_counted() -> None:
    newcomers = [codec.newcomer("a"), codec.newcomer("b")]
    assert everything(codec.states_of(newcomers)) == everything(apply_in([[]], 2, 7)[0])
    placed = codec.placements_of(newcomers, D, 3)
    assert (placed.labels.tolist(), placed.units.tolist()) == ([-1, -1], [-1, -1])
    books = codec.bookkeeping_of(newcomers)
    assert (books.is_counted.tolist(), books.rev.tolist(), books.fences) == ([False, False], [0, 0], [{}, {}])


def test_what_is_read_is_enough_for_everything_that_is_taken_from_it() -> None:
    line = Line(0, 1, 1, AS_OF_MS, 100, False)
    (document,) = _documents(apply_in([[line]], 1, 7)[0], MODEL)
    projected = {key: document[key] for key in codec.PROJECTION}
    codec.states_of([projected])
    assert codec.placements_of([projected], D, 3).labels[0] == document["label"]
    books = codec.bookkeeping_of([projected])
    assert (books.fences, books.fence_epoch.tolist(), books.rev.tolist()) == ([{1: 7}], [2], [3])
    assert books.segment_ids.tolist() == [document["segment_id"]]


def test_segments_are_stored_by_identity_and_name() -> None:
    line = Line(0, 1, 1, AS_OF_MS, 100, False)
    (document,) = _documents(apply_in([[line]], 1, 7)[0], MODEL)
    segment = MODEL.champion.segments[document["label"]]
    assert (document["segment_id"], document["segment_name"]) == (segment.segment_id, segment.name)
    assert document["runner_up_id"] in {10, 11, 12, 13} - {document["segment_id"]}
    assert document["margin"] >= 0
    assert document["recency_days"] == 0.0
    assert len(document["vector"]) == 8 * D


def test_what_is_unknown_is_null() -> None:
    (document,) = _documents(apply_in([[]], 1, 7)[0], None)
    known = {"_id", "frequency", "monetary_minor", "monetary", "applied", "duplicate", "late", "status"}
    known |= {"recent_events", "recent_invoices", "history", "fence", "fence_epoch", "rev", "deleted"}
    assert {key for key, value in document.items() if value is not None} == known


def test_the_tick_remembers_what_it_found() -> None:
    line = Line(0, 1, 1, AS_OF_MS, 100, False)
    states = apply_in([[line]], 2, 7)[0]
    bought, nothing = codec.tick_keys(states)
    assert (bought["frequency"], bought["monetary_minor"], int(bought["last_purchase_at"])) == (
        1,
        100,
        AS_OF_MS,
    )
    assert nothing == {"frequency": 0, "monetary_minor": 0, "last_purchase_at": None}


def test_columns_of_nobody_are_empty() -> None:
    assert len(codec.states_of([])) == 0
    assert codec.placements_of([], D, 3).vectors.shape == (0, D)
    assert codec.placement_keys(codec.states_of([]), place(codec.states_of([]).rfm, MODEL), MODEL) == []
    assert np.array_equal(codec.bookkeeping_of([]).is_counted, np.zeros(0, np.bool_))
