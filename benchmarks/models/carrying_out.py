"""Carry a plan out: what is timed alone and first, then the jobs beside each other."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.measured_rows import Row
from benchmarks.models.assignment_speed import assignment_speed
from benchmarks.models.cdnow_shaped import cdnow_shaped, shape_rows
from benchmarks.models.contest_plan import ModelsExtent, PlannedJob, jobs
from benchmarks.models.map_speed import map_speed
from benchmarks.models.purchase_histories import cdnow


def measure(extent: ModelsExtent, cdnow_file: Path | None, seed: int, n_jobs: int) -> list[Row]:
    """Time what is timed, alone; then judge quality, `n_jobs` jobs at once."""
    rows = shape_rows(cdnow_shaped(seed))
    if cdnow_file is not None:
        rows += shape_rows(cdnow(cdnow_file))
    rows += assignment_speed(rounds=extent.rounds, seed=seed)
    rows += map_speed(iterations=extent.map_iterations, rounds=extent.rounds, seed=seed)
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        for found in pool.map(_run, jobs(extent, cdnow_file, seed)):
            rows += found
    return rows


def _run(job: PlannedJob) -> list[Row]:
    start = time.process_time()
    rows = job()
    print(f"{time.process_time() - start:6.1f} s of CPU  {job.name}", file=sys.stderr, flush=True)
    return rows


def _one_thread() -> None:
    # Fits of milliseconds: two threads each, in two processes, would only wait for each other.
    import sklearn.cluster  # noqa: F401, PLC0415 - only libraries that are loaded can be limited

    threadpool_limits(1)
