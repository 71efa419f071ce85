"""The fingerprint: one for all machines, another for the smallest difference."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shared.core.model import fingerprint as module
from shared.core.model.fingerprint import fingerprint

ROOT = Path(__file__).parents[4]
EXPECTED = "33b6a0261b46de0ce90a0cdc8c09481ef9fe2e6955ee5b9d24353e6c17c34456"
"""Of every machine; it changes with the registry of features only."""


def test_every_machine_has_the_same_fingerprint() -> None:
    assert fingerprint() == EXPECTED


def test_wide_instructions_change_no_bit(tmp_path: Path) -> None:
    from numpy._core import _multiarray_umath as umath  # noqa: PLC0415

    wide = [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)]
    narrow = {"NPY_DISABLE_CPU_FEATURES": " ".join(wide), "NUMBA_CPU_NAME": "generic"}
    found = subprocess.run(
        [sys.executable, "-c", "from shared.core.model.fingerprint import fingerprint; print(fingerprint())"],
        cwd=ROOT,
        env={**os.environ, **narrow, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == fingerprint()


@pytest.mark.parametrize("name", ["clipped_logs", "assign"])
def test_a_single_last_bit_alters_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = getattr(module, name)
    before = fingerprint()

    def off_by_one_bit(*args: object) -> object:
        found = exact(*args)
        values = (found if name == "clipped_logs" else found.distances).copy()
        values.flat[77] = np.nextafter(values.flat[77], np.inf)
        if name == "clipped_logs":
            return values
        return type(found)(found.labels, values, found.runner_up, found.runner_up_distances)

    monkeypatch.setattr(module, name, off_by_one_bit)
    assert fingerprint() != before
