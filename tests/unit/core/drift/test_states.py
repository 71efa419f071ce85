"""States of an alarm."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.drift.states import AlarmState, DriftState, advance

LEARNING, OK, SUSPECT, DRIFT, RECOVERING = DriftState


def _path(*ratios: float) -> list[DriftState]:
    state, path = AlarmState(), []
    for ratio in ratios:
        state = advance(state, ratio)
        path.append(state.state)
    return path


def test_an_alarm_begins_by_learning_and_its_first_score_ends_that() -> None:
    assert AlarmState().state == LEARNING
    assert _path(0.2) == [OK]
    assert _path(1.2) == [SUSPECT]


def test_one_window_over_the_limit_is_only_a_suspicion() -> None:
    assert _path(1.2, 0.9, 1.2, 1.0) == [SUSPECT, OK, SUSPECT, OK]


def test_two_in_a_row_are_a_drift() -> None:
    assert _path(1.01, 1.01) == [SUSPECT, DRIFT]


def test_half_as_much_again_is_a_drift_at_once() -> None:
    assert _path(1.5) == [SUSPECT]
    assert _path(1.51) == [DRIFT]


def test_a_drift_ends_after_five_calm_windows_in_a_row() -> None:
    assert _path(2, 0.6, 0.6, 0.6, 0.6, 0.6) == [DRIFT, *[RECOVERING] * 4, OK]


def test_a_window_that_is_neither_starts_the_calm_anew() -> None:
    assert _path(2, 0.6, 0.6, 0.8, *[0.1] * 5) == [DRIFT, *[RECOVERING] * 7, OK]
    assert _path(2, 0.8, 0.9) == [DRIFT, DRIFT, DRIFT]


def test_a_relapse_is_the_same_drift_at_once() -> None:
    assert _path(2, 0.1, 1.01) == [DRIFT, RECOVERING, DRIFT]


@pytest.mark.parametrize("ratio", [-0.1, float("nan")])
def test_a_ratio_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="should be >= 0"):
        advance(AlarmState(), ratio)


@given(st.lists(st.floats(0, 3), max_size=20))
def test_quiet_windows_always_lead_back_to_ok(ratios: list[float]) -> None:
    state = reduce(advance, [*ratios, *[0.0] * 5], AlarmState())
    assert state == AlarmState(OK)
