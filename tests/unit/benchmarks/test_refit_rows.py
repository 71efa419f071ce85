"""What the refit experiment says, from refits that never ran."""

from benchmarks.measured_rows import Row
from benchmarks.reclustering.refits import UnchangedRefit
from benchmarks.reclustering.unchanged import NONE, pipeline_rows

QUIET = UnchangedRefit(1, 4, 4, promoted=False, reason="no", changed=0.0, has_same_ids=True)
REFUSED = UnchangedRefit(2, 5, 4, promoted=False, reason="no", changed=0.3, has_same_ids=False)
NEEDLESS = UnchangedRefit(3, 4, 4, promoted=True, reason="yes", changed=0.1, has_same_ids=True)


def of(rows: list[Row], measure: str) -> Row:
    return next(row for row in rows if row.measure == measure)


def test_a_refused_challenger_relabels_nobody() -> None:
    rows = pipeline_rows("a shop", [QUIET, REFUSED])

    assert of(rows, "needless promotions").value == 0
    assert of(rows, "customers relabelled, most").value == 0
    assert of(rows, "refused: customers relabelled, most").value == 0.3
    assert of(rows, "runs with another k").value == 1


def test_a_needless_promotion_misses_the_target() -> None:
    rows = pipeline_rows("a shop", [QUIET, NEEDLESS])

    assert of(rows, "needless promotions").met == "no"
    assert of(rows, "customers relabelled, most").value == 0.1
    assert [row.measure for row in rows if row.target is NONE] == [
        "needless promotions",
        "identity changes",
        "customers relabelled, most",
    ]
