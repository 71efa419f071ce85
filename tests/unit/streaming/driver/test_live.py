"""The live model between two micro-batches."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.fixed_point import SCALE
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.model.population import PopulationStatistics
from shared.settings import ModelSettings, Settings, TickSettings
from shared.settings.reclustering import ScheduleSettings
from streaming.driver.live import LiveState, absorb, days_document, days_of, first_state, learn, total_delta
from streaming.driver.publish import segment_rows
from streaming.driver.reviews import due_review
from streaming.driver.standing import DayRules, ModelReference, Target, TopicIdentity
from streaming.driver.ticks import due_tick
from streaming.task.context import BatchContext
from streaming.task.task_report import TaskReport
from tests.support import small_model
from tests.support.small_model import AS_OF, AS_OF_MS, UNITS, D, K

CHAMPION = small_model.champion()
DAY_MS = 86_400_000
NEW = first_state("main", TopicIdentity("transactions", "id", 2), DayRules.of(Settings()))
RULES, SCHEDULE = ModelSettings(), ScheduleSettings()


def _under(model_version: int | None = 1, **changes: object) -> LiveState:
    """A stream that stands under the small model."""
    state = replace(
        NEW,
        now=Target(AS_OF_MS, ModelReference(model_version, 1) if model_version else None),
        centers=CHAMPION.centers,
        unit_weights=CHAMPION.som.weights,
        population=PopulationStatistics.empty(K, UNITS, D),
        first_event_ms=AS_OF_MS - 30 * DAY_MS,
    )
    return replace(state, **changes)  # type: ignore[arg-type]


def _population(counts: list[int], minor: list[int]) -> PopulationStatistics:
    empty = PopulationStatistics.empty(K, UNITS, D)
    sums = np.array(counts)[:, np.newaxis] * np.full((K, D), 2 * SCALE)
    segments = PrototypeSums(sums, np.array(counts) * SCALE, np.array(counts))
    columns = np.column_stack(
        [
            minor,
            np.array(counts) * 3,
            np.array(counts) * 86_400 * 5,
            np.zeros(K, np.int64),
            np.zeros(K, np.int64),
        ]
    )
    totals = empty.totals + np.array([sum(counts), sum(counts), 0, 0, 0, 0, 0])
    return replace(empty, segments=segments, segment_sums=columns, totals=totals)


# --- absorb and learn -------------------------------------------------------------------------------------


def test_counts_of_every_task_are_added() -> None:
    reports = [
        TaskReport(0, 10, read=10, unattributed=2, unattributed_minor=-5, rejected={"future": 1}),
        TaskReport(1, 7, read=7, rejected={"future": 1, "malformed": 2}, first_event_ms=5, newest_event_ms=9),
    ]
    state = absorb(
        absorb(NEW, reports, 3), [TaskReport(0, 12, read=2, first_event_ms=7, newest_event_ms=8)], 3
    )
    assert state.offsets == {0: 12, 1: 7}
    assert (state.tally.read, state.tally.unattributed, state.tally.unattributed_minor) == (19, 2, -5)
    assert (state.tally.rejected, state.tally.rejected_codes) == (4, {"future": 2, "malformed": 2})
    assert (state.first_event_ms, state.newest_event_ms) == (5, 9)


def test_a_rewind_does_not_move_offsets_back() -> None:
    assert absorb(absorb(NEW, [TaskReport(0, 10)], 3), [TaskReport(0, 4)], 3).offsets == {0: 10}


def test_a_batch_without_events_keeps_the_newest_one() -> None:
    state = absorb(NEW, [TaskReport(0, 1, newest_event_ms=0, newest_delay_ms=7)], 3)
    state = absorb(state, [TaskReport(0, 2)], 3)
    assert (state.newest_event_ms, state.newest_delay_ms) == (0, 7)
    assert absorb(state, [], 3).newest_event_ms == 0


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6), st.randoms(use_true_random=False)
)
def test_the_order_of_reports_does_not_matter(times: list[tuple[int, int]], random: object) -> None:
    reports = [
        TaskReport(
            i, 1, first_event_ms=a, newest_event_ms=a + b, newest_delay_ms=a + b, days={"2011-01-01": [b]}
        )
        for i, (a, b) in enumerate(times)
    ]
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = absorb(NEW, reports, 3), absorb(NEW, shuffled, 3)
    for name in ("offsets", "tally", "first_event_ms", "newest_event_ms", "newest_delay_ms", "days"):
        assert getattr(one, name) == getattr(other, name)


def test_days_survive_their_document() -> None:
    days = {date(2011, 1, 2): frozenset({3, 1}), date(2011, 1, 1): frozenset({2})}
    assert days_of(days_document(days)) == days
    assert [entry["day"] for entry in days_document(days)] == ["2011-01-01", "2011-01-02"]


def test_deltas_of_tasks_without_any_are_nothing() -> None:
    assert total_delta([TaskReport(0, 1)], (K, UNITS, D)) == PopulationStatistics.empty(K, UNITS, D)
    delta = _population([1, 0, 0, 2], [5, 0, 0, 7])
    reports = [TaskReport(0, 1, delta=delta.to_document()), TaskReport(1, 1)]
    assert total_delta(reports, (K, UNITS, D)) == delta


def test_a_center_is_the_mean_of_its_customers_and_one_without_stays() -> None:
    state = learn(_under(), _population([2, 1, 0, 5], [0] * K), CHAMPION)
    assert np.array_equal(state.centers[[0, 1, 3]], np.full((3, D), 2.0))
    assert np.array_equal(state.centers[2], CHAMPION.centers[2])
    again = learn(state, state.population, CHAMPION)
    assert np.array_equal(again.centers, state.centers)
    assert np.array_equal(again.unit_weights, state.unit_weights)


def test_without_a_champion_only_the_sums_change() -> None:
    population = PopulationStatistics.empty(0, 0, 0)
    assert learn(NEW, population, None).population is population


def test_the_live_model_needs_a_champion_and_a_tick() -> None:
    assert _under().model(None) is None
    assert replace(_under(), now=None).model(CHAMPION) is None
    model = _under().model(CHAMPION)
    assert model is not None
    assert model.as_of_ms == AS_OF_MS


# --- the tick ---------------------------------------------------------------------------------------------


def _tick(
    state: LiveState, wall: datetime, *, accept_jump: bool = False, clock: str = "auto"
) -> datetime | None:
    rules = TickSettings(clock=clock)  # type: ignore[arg-type]
    as_of_ms = due_tick(state, rules, ZoneInfo("UTC"), wall, accept_jump=accept_jump).as_of_ms
    return None if as_of_ms is None else datetime.fromtimestamp(as_of_ms / 1000, UTC)


def test_time_passes_for_a_live_shop_without_customers() -> None:
    wall = AS_OF + timedelta(days=3, hours=5)
    assert _tick(_under(), wall) == AS_OF + timedelta(days=3)
    assert _tick(_under(), wall, clock="event") == AS_OF


def test_a_replay_of_the_past_is_not_a_live_shop() -> None:
    assert _tick(_under(newest_delay_ms=2 * DAY_MS), AS_OF + timedelta(days=3)) == AS_OF


def test_a_live_topic_read_again_much_later_is_history_until_it_has_caught_up() -> None:
    wall = AS_OF + timedelta(days=400)
    assert _tick(_under(), wall) == AS_OF
    assert _tick(_under(), wall, accept_jump=True) == wall
    near = AS_OF + timedelta(days=31)
    assert _tick(_under(), near) == near


def test_before_the_first_day_that_counts_the_wall_clock_says_nothing() -> None:
    assert _tick(NEW, AS_OF) is None


# --- reviews ----------------------------------------------------------------------------------------------


def _clusterable(n: int) -> PopulationStatistics:
    empty = PopulationStatistics.empty(0, 0, 0)
    return replace(empty, totals=empty.totals + np.array([n, n, 0, 0, 0, 0, 0]))


def test_the_first_model_is_asked_for_once_there_are_enough_customers() -> None:
    few, enough = (_under(None, population=_clusterable(n)) for n in (499, 500))
    assert due_review(few, None, RULES, SCHEDULE) is None
    review = due_review(enough, None, RULES, SCHEDULE)
    assert review is not None
    assert (review.kind, review.key) == ("bootstrap", f"main:{AS_OF:%Y-%m-%d}")
    assert due_review(replace(enough, now=None), None, RULES, SCHEDULE) is None
    assert due_review(replace(enough, first_event_ms=None), None, RULES, SCHEDULE) is None


@pytest.mark.parametrize(
    ("provisional", "days_later", "span_days", "asked_days_ago", "kind"),
    [
        (True, 6, 60, None, None),
        (True, 7, 60, None, "refit"),
        (True, 7, 60, 1, None),
        (True, 1, 90, None, "schedule"),
        (True, 1, 90, 0, None),
        (False, 29, 200, None, None),
        (False, 30, 200, None, "schedule"),
        (False, 30, 200, 29, None),
    ],
)
def test_a_review_is_due_by_event_time(
    provisional: bool, days_later: int, span_days: int, asked_days_ago: int | None, kind: str | None
) -> None:
    champion = small_model.champion(provisional=provisional)
    now_ms = AS_OF_MS + days_later * DAY_MS
    asked_ms = None if asked_days_ago is None else now_ms - asked_days_ago * DAY_MS
    state = _under(
        now=Target(now_ms, ModelReference(1, 1)),
        first_event_ms=now_ms - span_days * DAY_MS,
        asked_ms=asked_ms,
    )
    review = due_review(state, champion, RULES, SCHEDULE)
    assert (review and review.kind) == kind
    if review is not None:
        assert review.key == f"main:{AS_OF + timedelta(days=days_later):%Y-%m-%d}"


def test_a_schedule_by_the_wall_clock_replaces_the_one_by_event_time() -> None:
    by_clock = ScheduleSettings(cron="0 3 1 * *")
    state = _under(now=Target(AS_OF_MS + 400 * DAY_MS, ModelReference(1, 1)), first_event_ms=AS_OF_MS)

    assert due_review(state, small_model.champion(provisional=False), RULES, by_clock) is None
    assert due_review(state, small_model.champion(provisional=True), RULES, by_clock) is not None


# --- what analysts read, and what executors get -----------------------------------------------------------


def test_segments_are_described_by_their_customers_now() -> None:
    state = _under(population=_population([2, 1, 0, 1], [60_000, 30_000, 0, 10_000]))
    rows = segment_rows(state, CHAMPION)
    assert [row["customers"] for row in rows] == [2, 1, 0, 1]
    assert [row["share"] for row in rows] == [0.5, 0.25, 0.0, 0.25]
    assert [row["revenue_share"] for row in rows] == [0.6, 0.3, 0.0, 0.1]
    assert [row["mean_monetary"] for row in rows] == [3.0, 3.0, None, 1.0]
    assert [row["mean_frequency"] for row in rows] == [3.0, 3.0, None, 3.0]
    assert [row["mean_recency_days"] for row in rows] == [5.0, 5.0, None, 5.0]
    assert [row["segment_id"] for row in rows] == [10, 11, 12, 13]
    centers = CHAMPION.transform.invert(state.centers)
    assert rows[3]["center_monetary"] == pytest.approx(centers[3, 2])


def test_segments_of_nobody_have_no_shares() -> None:
    rows = segment_rows(_under(), CHAMPION)
    assert {(row["share"], row["revenue_share"]) for row in rows} == {(None, None)}


def _context(champion: object) -> BatchContext:
    return BatchContext(
        settings=Settings(),
        next_offsets={},
        fence_epoch=0,
        champion=champion,  # type: ignore[arg-type]
        model_epoch=1,
        centers=CHAMPION.centers[::-1].tobytes(),
        unit_weights=CHAMPION.som.weights.tobytes(),
        as_of_ms=AS_OF_MS,
        step_day=0,
        clocks={},
        max_jump_days=31,
    )


def test_the_executor_gets_the_learnt_prototypes_not_the_champions() -> None:
    model = _context(CHAMPION.to_document()).live_model()
    assert model is not None
    assert np.array_equal(model.centers, CHAMPION.centers[::-1])
    assert np.array_equal(model.unit_weights, CHAMPION.som.weights)
    assert model.champion.checksum == CHAMPION.checksum
    assert _context(None).live_model() is None
