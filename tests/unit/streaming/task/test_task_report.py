"""What tasks report, and how reports add up."""

from functools import reduce
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.model.population import PopulationStatistics
from streaming.task.task_report import TaskReport, combine, decode, encode


def _delta(n: int) -> dict[str, Any]:
    empty = PopulationStatistics.empty(1, 1, 1)
    one = PrototypeSums(np.array([[n]]), np.array([n]), np.array([n]))
    return PopulationStatistics(
        one,
        one,
        one,
        empty.segment_sums + n,
        empty.reference_sums,
        empty.totals + n,
        empty.feature_bins,
        empty.distance_bins,
        empty.crosstab + n,
    ).to_document()


_ms = st.one_of(st.none(), st.integers(0, 50))
_reports = st.builds(
    TaskReport,
    partition=st.just(1),
    next_offset=st.integers(0, 99),
    read=st.integers(0, 9),
    unattributed=st.integers(0, 9),
    unattributed_minor=st.integers(-9, 9),
    rejected=st.dictionaries(st.sampled_from(["malformed", "future"]), st.integers(1, 9)),
    delta=st.one_of(st.none(), st.integers(-5, 5).map(_delta)),
    days=st.dictionaries(
        st.sampled_from(["2011-01-01", "2011-01-02"]),
        st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True).map(sorted),
    ),
    first_event_ms=_ms,
    newest_event_ms=_ms,
    newest_delay_ms=st.integers(0, 9),
    has_fenced_ahead=st.booleans(),
    touched=st.integers(0, 9),
    transitions=st.integers(0, 9),
)


@given(_reports)
def test_a_report_survives_the_way_to_the_driver(report: TaskReport) -> None:
    assert decode(encode(report)) == report


@given(st.lists(_reports, min_size=3, max_size=3))
def test_reports_combine_in_any_portions(reports: list[TaskReport]) -> None:
    one, two, three = reports
    left = combine(combine(one, two, 3), three, 3)
    assert left == combine(one, combine(two, three, 3), 3)
    assert left.read == sum(report.read for report in reports)
    assert left.next_offset == max(report.next_offset for report in reports)
    assert left.has_fenced_ahead == any(report.has_fenced_ahead for report in reports)
    newest = [r.newest_event_ms for r in reports if r.newest_event_ms is not None]
    assert left.newest_event_ms == max(newest, default=None)
    if newest:
        assert left.newest_delay_ms in {
            r.newest_delay_ms for r in reports if r.newest_event_ms == max(newest)
        }


def test_deltas_add_up_and_none_counts_for_nothing() -> None:
    reports = [TaskReport(0, 1, delta=delta) for delta in (None, _delta(2), None, _delta(-5))]
    assert reduce(lambda a, b: combine(a, b, 3), reports).delta == _delta(-3)
