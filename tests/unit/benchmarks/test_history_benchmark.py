"""The benchmark of histories measures what it says, on few customers."""

from benchmarks.history_cost import HistoryExtent, measure


def test_every_stage_is_weighed_and_timed() -> None:
    rows = measure(HistoryExtent(customers=30, rows=(2, 3), rounds=1), seed=0)
    timed = {(row.case, row.measure) for row in rows if row.section.startswith("processor")}
    stages = {"decode", "append ten lines", "fold", "encode", "rfm_at", "window_sums"}
    assert timed == {(case, stage) for case in ("2 rows", "3 rows") for stage in stages}
    plain = {
        row.case: row.value for row in rows if row.contender == "plain numbers" and row.data == "made up"
    }
    assert plain == {"2 rows": 72, "3 rows": 108}
