"""What is foretold of sent records is what the stream's own arithmetic says of them, however they are cut."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.recount import Ledger, RecountRules
from shared.settings import InputSettings, StateSettings, TickSettings
from streaming.replay.events import Batch
from streaming.replay.judging import Judge, Rules

_event = st.builds(
    lambda n, day, who, price: {
        "event_id": f"e{n}",
        "event_time": f"2024-01-{day:02d}T00:00:00Z",
        "customer_id": who,
        "invoice_no": "1",
        "quantity": 1,
        "unit_price": price,
    },
    st.integers(0, 3),
    st.integers(1, 28),
    st.sampled_from(["ann", "bob", None]),
    st.sampled_from(["5.00", "5.00", "-1", "cheap"]),
)


def _batch(events: list[dict[str, object]]) -> Batch:
    rows = np.arange(1, len(events) + 1)
    values = [json.dumps(event).encode() for event in events]
    nothing = [None] * len(events)
    return Batch(rows, rows + 1, nothing, nothing, values, np.zeros(len(events), np.int64))


@given(st.lists(_event, max_size=40), st.integers(1, 9))
def test_fates_agree_with_a_plain_ledger(events: list[dict[str, object]], portion: int) -> None:
    batch = _batch(events)
    judge = Judge(Rules())
    for start in range(0, len(batch), portion):
        judge.judge(batch.slice(start, start + portion))
    ledger = Ledger(RecountRules(InputSettings(), StateSettings(), TickSettings()), {0: len(events)}, {})
    for offset, value in enumerate(batch.values):
        ledger.add(0, offset, 2**41, value)
    fates, totals = judge.fates, ledger.totals
    assert (fates.judged, fates.n_rejected, fates.guests) == (
        totals.read,
        totals.rejected,
        totals.unattributed,
    )
    assert (fates.late.n, fates.duplicate.n) == (totals.late, totals.duplicate)
    assert judge.n_customers == len(ledger.accounts)


def test_the_first_lines_of_each_kind_are_kept() -> None:
    judge = Judge(Rules())
    judge.judge(_batch([{"event_id": n} for n in range(5)]))
    judge.judge(_batch([{"event_id": "x"}]))
    (group,) = judge.fates.rejected.values()
    assert group.n == 6
    assert group.lines == [2, 3, 4]
