"""The judging of the drift benchmark: delays, misses, matched thresholds, and work that is not done twice."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.drift.jobs import Found, Job, Workers
from benchmarks.drift.mixtures import BASE, CASES, CHANGE_AT, HELD_OUT
from benchmarks.drift.run_lengths import DELTAS, judge, match, our_alarms
from benchmarks.drift.simulator import SHOPS, WARM_UP_DAYS, simulated
from benchmarks.drift.windows import LENGTH, RUN_LENGTH


def test_the_first_changed_window_is_a_delay_of_one() -> None:
    entered = np.zeros((3, LENGTH), bool)
    entered[0, CHANGE_AT] = entered[1, CHANGE_AT + 4] = True
    entered[2, CHANGE_AT - 1] = True

    result = judge(entered)

    assert (result.hit, result.delay) == (pytest.approx(2 / 3), 3.0)
    assert result.false == pytest.approx(100 / (3 * CHANGE_AT))


def test_a_stream_that_is_in_alarm_already_is_not_judged() -> None:
    scores = np.zeros((2, LENGTH))
    scores[0, CHANGE_AT - 2 :] = 9.0
    scores[1, CHANGE_AT:] = 9.0

    result = judge(*our_alarms(scores, 5.0))

    assert (result.n, result.hit, result.delay) == (1, 1.0, 1.0)


def test_nobody_is_hit_by_a_detector_that_never_fires() -> None:
    result = judge(np.zeros((4, LENGTH), bool))

    assert result.hit == 0
    assert np.isnan(result.delay)


def test_everybody_is_matched_to_the_same_run_length() -> None:
    rng = np.random.default_rng(0)
    n = 40 * RUN_LENGTH
    quiet: Found = {"quiet": rng.exponential(1.0, RUN_LENGTH)}
    adwin = rng.random((len(DELTAS), n)) < np.array([[0.0001], [0.0005], [0.002], [0.01]])
    rows: Found = {name: rng.random(n) for name in ("psi", "chi", "ks")} | {"adwin": adwin}

    found = match([quiet], [rows])

    assert np.mean(rows["psi"] > found.rivals["psi"]) == pytest.approx(1 / RUN_LENGTH, rel=0.1)
    assert DELTAS[1] < found.delta < DELTAS[2]


def test_a_gradual_case_reaches_its_full_size_after_twenty_windows() -> None:
    case = CASES["grad5"]

    assert [case.progress(CHANGE_AT + at) for at in (-1, 0, 9, 19, 25)] == [0.0, 0.05, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("family", [BASE, *HELD_OUT], ids=lambda family: family.name)
@pytest.mark.parametrize("case", CASES)
def test_every_change_leaves_a_mixture_whose_shares_sum_to_one(family: object, case: str) -> None:
    rng = np.random.default_rng(1)
    changed = CASES[case].change(family.draw(rng), 1.0, rng)  # type: ignore[attr-defined]

    for phase in range(7):
        assert changed.at_phase(phase).sum() == pytest.approx(1.0)
    assert changed.draw(20, rng).shape == (20, changed.centers.shape[1])


def test_a_shop_is_in_balance_after_the_warm_up() -> None:
    purchases = simulated(SHOPS[0], 364, 0)
    days = np.bincount(purchases.days)[WARM_UP_DAYS : WARM_UP_DAYS + 364]

    assert days[:182].mean() == pytest.approx(days[182:].mean(), rel=0.1)


def _work(file: str) -> Found:
    with Path(file).open("a") as log:
        log.write("x")
    return {"a": np.arange(3)}


def test_work_that_was_kept_is_not_done_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    jobs = [Job("one", _work, (str(log),))]

    first, second = (Workers(1, tmp_path / "kept").carry_out(jobs) for _ in range(2))

    assert log.read_text() == "x"
    assert first[0]["a"].tolist() == second[0]["a"].tolist() == [0, 1, 2]
