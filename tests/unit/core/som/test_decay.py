"""Schedules: where they start and end, MiniSom's curves, and going on after a stop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minisom import MiniSom

from shared.core.som.decay import CURVES, Schedule, asymptotic, linear
from shared.errors import InvalidConfig

positive = st.floats(0.01, 100)


@given(st.sampled_from(sorted(CURVES)), positive, positive, st.integers(2, 50))
def test_a_schedule_runs_from_its_start_to_its_end_and_stays(decay, start, end, steps):
    schedule = Schedule(steps, start, end, decay)
    values = [schedule.at(step) for step in range(steps + 3)]

    assert values[0] == pytest.approx(start)
    assert values[steps - 1 :] == [end] * 4
    assert values == pytest.approx(sorted(values, reverse=start >= end))


def test_a_schedule_of_one_step_is_at_its_end():
    assert Schedule(1, 5.0, 1.0).at(0) == 1.0


def test_exponential_decay_takes_the_same_ratio_in_every_step():
    schedule = Schedule(4, 8.0, 1.0, "exponential")

    assert [schedule.at(step) for step in range(4)] == pytest.approx([8, 4, 2, 1])


@pytest.mark.parametrize("step", [0, 1, 7, 19])
def test_minisoms_decays_are_these_curves_with_their_own_ends(step):
    oracle, progress = MiniSom(2, 2, 2), step / 20

    assert oracle._asymptotic_decay(3.0, step, 20) == pytest.approx(asymptotic(3.0, 1.0, progress))
    assert oracle._inverse_decay_to_one(3.0, step, 20) == pytest.approx(asymptotic(3.0, 1.0, progress))
    assert oracle._linear_decay_to_one(3.0, step, 20) == pytest.approx(linear(3.0, 1.0, progress))
    assert oracle._linear_decay_to_zero(0.5, step, 20) == pytest.approx(linear(0.5, 0.0, progress))
    assert oracle._inverse_decay_to_zero(0.5, step, 20) == pytest.approx(asymptotic(0.5, 0.5 / 101, progress))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 2, 1), "steps >= 1"), ((5, 0, 1), "positive ends"), ((5, 2, 0), "positive ends")],
)
def test_an_impossible_schedule_is_refused(arguments, message):
    with pytest.raises(InvalidConfig, match=message):
        Schedule(*arguments)


def test_an_unknown_decay_is_refused():
    with pytest.raises(InvalidConfig, match="decay must be one of"):
        Schedule(5, 2, 1, "strawberry")
