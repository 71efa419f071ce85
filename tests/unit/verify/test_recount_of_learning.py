"""What the models have learnt from is added up again, and a single unit of difference is found."""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.recount import compare_learning

STEPS, UNIT = 61, 2**32
BOUGHT = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)


def _packed(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def _customer(label: int, vector: tuple[int, int], **changes: Any) -> dict[str, Any]:
    place = {"label": label, "som_row": 0, "som_col": label, "reference_label": 0}
    counts = {"frequency": 2, "monetary_minor": 50_000, "applied": 3, "duplicate": 1, "late": 0}
    rest = {"status": "clustered", "vector": _packed(*vector), "deleted": False}
    rest |= {"distance": 3.0, "margin": 1.0, "reference_distance": 2.0}
    rest |= {"last_purchase_at": BOUGHT, "as_of": BOUGHT + timedelta(seconds=90)}
    return place | counts | rest | changes


MODEL = {
    "features": ["recency_days", "monetary"],
    "som": {"cols": 2},
    "bin_edges": _packed(0, 20, 0, 20),
    "distance_p95": 4.0,
}
CUSTOMERS = [
    _customer(0, (1, -2)),
    _customer(1, (30, 40)),
    _customer(1, (7, 7), deleted=True),
    _customer(0, (0, 0)) | {"status": "no_net_spend", "vector": None, "label": None, "monetary_minor": -5},
]


def _group(shape: tuple[int, int], sums: bytes, counts: bytes) -> dict[str, Any]:
    return {"shape": list(shape), "sums": sums, "counts": counts}


def _live() -> dict[str, Any]:
    of_each = (50_000, 2, 90, 3 * UNIT, UNIT // 4)
    distances = [0] * STEPS
    distances[10] = 2
    totals = {"customers": 3, "clusterable": 2, "applied": 9, "duplicate": 3, "late": 0}
    return {
        "population": {
            "segments": _group((2, 2), _packed(1, -2, 30, 40), _packed(1, 1)),
            "units": _group((2, 2), _packed(1, -2, 30, 40), _packed(1, 1)),
            "reference": _group((2, 2), _packed(31, 38, 0, 0), _packed(2, 0)),
            "segment_sums": _packed(*of_each, *of_each),
            "feature_bins": _packed(0, 1, 1, 1, 0, 1),
            "distance_bins": _packed(*distances),
            "reference_sums": _packed(4 * UNIT, 0, 0, 0, 0, 0),
            "crosstab": _packed(1, 1, 0, 0),
            "totals": totals,
        }
    }


def test_sums_that_agree_are_found_equal():
    found = compare_learning(_live(), CUSTOMERS, MODEL)

    assert found.mismatches == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vector": _packed(1, -1)}, "segments.sums.0.1"),
        ({"label": 1}, "segments.counts.0"),
        ({"som_col": 1}, "units.counts.0"),
        ({"reference_label": 1}, "reference.counts.0"),
        ({"monetary_minor": 50_001}, "monetary_minor.0"),
        ({"late": 1}, "totals.late"),
        ({"distance": 3.0 + 2**-32}, "distance.0"),
        ({"margin": 1.000001}, "silhouette.0"),
        ({"reference_distance": 2.5}, "distance_bins.10"),
        ({"reference_distance": 2.0 + 2**-32}, "reference_distance.0"),
        ({"label": 1}, "crosstab.0.1"),
        ({"vector": _packed(2 * UNIT, -2)}, "square_norm.0"),
        ({"vector": _packed(20, -2)}, "feature_bins.0.2"),
        ({"deleted": True}, "totals.customers"),
    ],
)
def test_one_unit_of_difference_is_found(change, field):
    changed = [CUSTOMERS[0] | change, *CUSTOMERS[1:]]

    assert field in {mismatch.field for mismatch in compare_learning(_live(), changed, MODEL).mismatches}
