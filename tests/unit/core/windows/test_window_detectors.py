"""Windows of rows: what a row says, how windows are compared, and when that is an alarm."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shared.core.drift.states import AlarmState, DriftState, advance
from shared.core.windows.calibration import alarms, draw_reference, draw_windows, limit_of, population
from shared.core.windows.detector import CHANNELS, observe, scores, start, surprises
from shared.core.windows.hourly import HourlyMemory
from shared.core.windows.hourly_documents import from_document, to_document
from shared.core.windows.reference import Reference, summarise
from shared.core.windows.spans import LENGTHS, MEMORY, extended, looks, no_history
from shared.core.windows.surprise import chi_square_surprise, normal_surprise
from shared.core.windows.window_reference import WindowReference, fit_window_reference, sums_of

K, D, ROWS = 3, 2, 400
CENTERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
SHARES = np.array([0.5, 0.3, 0.2])
LIMIT = 6.0


def drawn(seed: int, n: int, shares: np.ndarray = SHARES, shift: float = 0.0, wide: float = 1.0):
    """Rows, labels and distances of n rows around the centers."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(K, n, p=shares)
    rows = CENTERS[labels] + rng.normal(0, 0.5 * wide, (n, D)) + [shift, 0.0]
    return rows, labels, np.linalg.norm(rows - CENTERS[labels], axis=1)


@pytest.fixture(scope="module")
def window_reference() -> WindowReference:
    return fit_window_reference(*drawn(1, 8_000), K)


@pytest.fixture(scope="module")
def reference(window_reference: WindowReference) -> Reference:
    rows = drawn(1, 8_000)
    return summarise(window_reference.marks(*rows), rows[1], K)


def windows(window_reference: WindowReference, n: int, seed: int = 7, **kind: object) -> np.ndarray:
    parts = [drawn(seed * 1000 + at, ROWS, **kind) for at in range(n)]  # type: ignore[arg-type]
    return np.stack([sums_of(window_reference.marks(*part), part[1], K) for part in parts])


def test_marks_of_the_reference_are_standardised_within_each_segment(
    window_reference: WindowReference,
) -> None:
    rows, labels, distances = drawn(1, 8_000)
    marks = window_reference.marks(rows, labels, distances)

    for label in range(K):
        mine = marks[labels == label, 1:-1]
        assert np.abs(mine.mean(axis=0)).max() < 0.05
        assert np.abs(mine.std(axis=0) - 1).max() < 0.1


def test_a_single_row_counts_for_three_standard_deviations_at_most(window_reference: WindowReference) -> None:
    marks = window_reference.marks([[1e6, -1e6]], [0], [1e6])

    assert np.abs(marks[0, 1:-1]).max() <= 3
    assert marks[0, -1] == 1


@given(split=st.integers(0, 50))
@settings(max_examples=5)
def test_sums_of_parts_add_up_to_the_sums_of_the_whole(split: int) -> None:
    window_reference = fit_window_reference(*drawn(2, 200), K)
    rows = drawn(3, 50)
    marks = window_reference.marks(*rows)

    parts = sums_of(marks[:split], rows[1][:split], K) + sums_of(marks[split:], rows[1][split:], K)

    np.testing.assert_allclose(parts, sums_of(marks, rows[1], K), atol=1e-9)


def test_small_segments_share_the_spread_of_everybody() -> None:
    rows, labels, distances = drawn(4, 300)
    labels = np.where(np.arange(300) < 5, 3, labels)

    window_reference = fit_window_reference(rows, labels, distances, 4)

    np.testing.assert_allclose(window_reference.typical_distances[3], distances.mean())


@pytest.mark.parametrize("z", [0.5, 2.0, 5.0, 12.0])
def test_a_surprise_is_the_logarithm_of_a_p_value(z: float) -> None:
    one = float(normal_surprise(np.array(z), 1))

    assert one == pytest.approx(-(stats.norm.logsf(z) + np.log(2)), rel=1e-9)
    assert float(chi_square_surprise(np.array(z**2), 1, 1)) == pytest.approx(one, rel=1e-6)


def test_a_surprise_beyond_the_smallest_float_is_still_finite() -> None:
    half = np.array([250.0, 2_500.0])

    # The tail of a chi-square with four degrees is e^-h (1 + h).
    np.testing.assert_allclose(chi_square_surprise(2 * half, 4, 1), half - np.log1p(half), rtol=1e-3)


def test_a_span_holds_its_windows_and_what_came_before_the_rest(
    window_reference: WindowReference, reference: Reference
) -> None:
    sums = windows(window_reference, 10)
    spans = looks(extended(no_history(reference), sums, np.zeros(10, int)), reference, 1)

    for position, length in enumerate(LENGTHS):
        if length <= 10:
            np.testing.assert_allclose(spans.recent[0, position], sums[-length:].sum(axis=0))
            before = reference.sums + sums[:-length].sum(axis=0)
            np.testing.assert_allclose(spans.before[0, position], before)
        else:
            assert not spans.recent[0, position].any()


def test_the_last_look_is_beside_the_reference_alone(
    window_reference: WindowReference, reference: Reference
) -> None:
    sums = windows(window_reference, MEMORY + 4)
    spans = looks(extended(no_history(reference), sums, np.zeros(len(sums), int)), reference, 1)

    np.testing.assert_allclose(spans.before[0, -1], reference.sums)
    np.testing.assert_allclose(spans.recent[0, -1], sums[4:].sum(axis=0))


def test_watching_one_by_one_says_what_scoring_at_once_says(
    window_reference: WindowReference, reference: Reference
) -> None:
    sums = windows(window_reference, MEMORY + 10)
    detector, said = start(reference, LIMIT), []
    for window in sums:
        detector, verdict = observe(detector, window)
        said.append(verdict.score)

    np.testing.assert_allclose(said, scores(sums, reference), atol=1e-6)
    assert len(detector.history.sums) <= MEMORY + 1


def test_a_restart_changes_nothing(window_reference: WindowReference, reference: Reference) -> None:
    steady = restarted = start(reference, LIMIT)
    for window in windows(window_reference, MEMORY + 3):
        steady, expected = observe(steady, window)
        stored = from_document(to_document(HourlyMemory(detector=restarted))).detector
        assert stored is not None
        restarted, verdict = observe(stored, window)
        assert verdict == expected


def test_expectations_follow_the_phase_of_a_window(window_reference: WindowReference) -> None:
    other = SHARES[::-1]
    parts = [drawn(11, 4_000), drawn(12, 4_000, shares=other)]
    rows, labels, distances = (np.concatenate(each) for each in zip(*parts, strict=True))
    phases = np.repeat([0, 1], 4_000)
    seasonal = summarise(window_reference.marks(rows, labels, distances), labels, K, phases)
    weekend = windows(window_reference, 4, shares=other)

    assert scores(weekend, seasonal, [1, 1, 1, 1]).max() < LIMIT
    assert scores(weekend, seasonal, [0, 0, 0, 0]).min() > LIMIT


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("share", {"shares": np.array([0.35, 0.3, 0.35])}),
        ("centroid", {"shift": 0.25}),
        ("distance", {"wide": 1.3}),
    ],
)
def test_each_kind_of_change_is_named_by_its_channel(
    window_reference: WindowReference, reference: Reference, channel: str, kind: dict[str, object]
) -> None:
    detector = start(reference, LIMIT)
    for window in windows(window_reference, 8):
        detector, verdict = observe(detector, window)
        assert verdict.alarm.state == DriftState.OK
    for window in windows(window_reference, 2, seed=8, **kind):
        detector, verdict = observe(detector, window)

    assert verdict.alarm.state == DriftState.DRIFT
    assert verdict.channel == channel


def test_rows_far_from_every_center_are_outliers(
    window_reference: WindowReference, reference: Reference
) -> None:
    sums = windows(window_reference, 3)
    sums[-1, :, -1] += 12
    history = extended(no_history(reference), sums, np.zeros(3, int))

    found = surprises(looks(history, reference, 1), reference)[0]

    assert tuple(CHANNELS)[int(found.max(axis=1).argmax())] == "outliers"
    assert found.max() > LIMIT


def test_a_window_without_rows_says_nothing(reference: Reference) -> None:
    _, verdict = observe(start(reference, LIMIT), np.zeros_like(reference.sums))

    assert verdict.score == 0
    assert verdict.alarm.state == DriftState.OK


@given(st.lists(st.sampled_from([0.0, 0.5, 0.65, 0.9, 1.1, 1.4, 1.6]), min_size=1, max_size=60))
@settings(max_examples=60)
def test_alarms_are_counted_as_the_states_move(ratios: list[float]) -> None:
    state, expected = AlarmState(), []
    for ratio in ratios:
        moved = advance(state, ratio)
        expected.append(moved.is_alarmed and not state.is_alarmed)
        state = moved

    assert alarms(np.array([ratios]))[0].tolist() == expected


def test_the_limit_lets_through_what_the_budget_allows() -> None:
    quiet = np.random.default_rng(0).exponential(1.0, (20, 1_000))

    limit = limit_of(quiet, 200)

    assert alarms(quiet / limit).sum() == pytest.approx(quiet.size / 200, abs=1)


def test_drawn_windows_and_references_are_like_the_rows(
    window_reference: WindowReference, reference: Reference
) -> None:
    rows, rng = drawn(1, 8_000), np.random.default_rng(5)
    world = population(window_reference.marks(*rows), rows[1], reference, rng)
    sums, redrawn = draw_windows(world, ROWS, np.zeros(200, int), rng), draw_reference(world, rng)

    assert sums[..., 0].sum(axis=1).tolist() == [ROWS] * 200
    np.testing.assert_allclose(sums[..., 0].mean(axis=0) / ROWS, SHARES, atol=0.03)
    np.testing.assert_allclose(redrawn.sums[:, 0], reference.sums[:, 0], rtol=0.1)
    assert scores(sums, redrawn).mean() < 2


def test_windows_of_another_shape_or_phase_are_refused(reference: Reference) -> None:
    detector = start(reference, LIMIT)

    with pytest.raises(ValueError, match="sums of the shape"):
        observe(detector, np.zeros((K + 1, D + 3)))
    with pytest.raises(ValueError, match="phase below 1"):
        observe(detector, np.zeros_like(reference.sums), phase=1)
    with pytest.raises(ValueError, match="positive"):
        start(reference, 0.0)


def test_too_few_or_mismatched_reference_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 30 rows"):
        fit_window_reference(*drawn(1, 10), K)
    with pytest.raises(ValueError, match="should be"):
        fit_window_reference(np.zeros((40, 2)), np.zeros(39), np.zeros(40), K)


def test_inputs_stay_as_they_were(window_reference: WindowReference, reference: Reference) -> None:
    sums = windows(window_reference, 5)
    kept = sums.copy()
    scores(sums, reference)
    observe(start(reference, LIMIT), sums[0])

    np.testing.assert_array_equal(sums, kept)
