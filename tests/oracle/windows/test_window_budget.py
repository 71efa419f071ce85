"""The limit that a budget buys holds for windows that had no part in making it."""

import numpy as np
import pytest

from shared.core.windows.calibration import alarms, draw_windows, limit_for, population
from shared.core.windows.detector import scores
from shared.core.windows.reference import summarise
from shared.core.windows.window_reference import fit_window_reference

RUN_LENGTH, ROWS, K = 200, 500, 4
SHARES = np.array([0.5, 0.3, 0.15, 0.05])


def _rows(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    labels = rng.choice(K, n, p=SHARES)
    # Skewed on purpose: nothing here is normal.
    rows = labels[:, None] * 5.0 + rng.gamma(2.0, 0.5, (n, 3))
    return rows, labels, np.linalg.norm(rows - labels[:, None] * 5.0 - 1.0, axis=1)


def test_false_alarms_come_about_as_often_as_the_budget_allows() -> None:
    realised = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        rows = _rows(rng, 8_000)
        window_reference = fit_window_reference(*rows, K)
        marks = window_reference.marks(*rows)
        reference = summarise(marks, rows[1], K)
        limit = limit_for(population(marks, rows[1], reference, rng), ROWS, RUN_LENGTH, rng)
        fresh = _rows(rng, 300_000)
        fresh_marks = window_reference.marks(*fresh)
        truth = population(fresh_marks, fresh[1], summarise(fresh_marks, fresh[1], K), rng)
        quiet = scores(draw_windows(truth, ROWS, np.zeros(4_000, int), rng), reference)
        realised.append(alarms(quiet[None] / limit).mean() * RUN_LENGTH)

    assert 0.6 < np.mean(realised) < 1.5


def test_a_run_length_that_no_window_could_have_is_refused() -> None:
    rng = np.random.default_rng(0)
    rows = _rows(rng, 200)
    marks = fit_window_reference(*rows, K).marks(*rows)
    world = population(marks, rows[1], summarise(marks, rows[1], K), rng)

    with pytest.raises(ValueError, match="run length of at least 2"):
        limit_for(world, ROWS, 1.0, rng)
