"""The second opinion does what river's own detector does, value by value."""

import numpy as np
import pytest

from shared.estimators.adwin_pair import AdwinPair

river_drift = pytest.importorskip("river.drift")


def test_it_finds_changes_in_the_windows_in_which_river_finds_them() -> None:
    rng = np.random.default_rng(3)
    k, delta = 2, 0.05
    detectors = [river_drift.ADWIN(delta=delta)] + [river_drift.ADWIN(delta=delta / k) for _ in range(k)]
    pair, ours, theirs = AdwinPair(k, delta), [], []
    for at in range(30):
        labels = rng.choice(k, 200, p=[0.7, 0.3] if at < 15 else [0.5, 0.5])
        distances = rng.gamma(2.0, 1.0 if at < 22 else 1.3, 200)
        ours.append(pair.update(labels, distances))
        found = False
        for label, distance in zip(labels.tolist(), distances.tolist(), strict=True):
            for channel, value in zip(detectors, (distance, label == 0, label == 1), strict=True):
                channel.update(float(value))
                found |= channel.drift_detected
        theirs.append(found)

    assert ours == theirs
    assert any(ours[15:])
