"""Pieces of work that stand alone: run beside each other, kept on disk, not done twice."""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from shared.atomic_file import replacing

Found = dict[str, NDArray[Any]]
"""What a job finds: arrays by name."""


@dataclass(frozen=True)
class Job:
    """`run(*arguments)` gives arrays. key : name of its file, different for different work."""

    key: str
    run: Callable[..., Found]
    arguments: tuple[object, ...] = field(default=())


@dataclass(frozen=True)
class Workers:
    """How jobs are run: so many processes at once; `kept` is where results are kept, or nowhere."""

    n: int
    kept: Path | None = None

    def carry_out(self, jobs: Sequence[Job]) -> list[Found]:
        """Do what is not yet done, and return everything in the order of the jobs."""
        if self.kept is not None:
            self.kept.mkdir(parents=True, exist_ok=True)
        if self.n == 1:
            return [_done(job, self.kept) for job in jobs]
        context = get_context("spawn")
        with ProcessPoolExecutor(self.n, mp_context=context, initializer=_one_thread) as pool:
            return list(pool.map(partial(_done, kept=self.kept), jobs))


def _done(job: Job, kept: Path | None) -> Found:
    file = kept / f"{job.key}.npz" if kept else None
    if file is not None and file.exists():
        with np.load(file) as stored:
            return dict(stored)
    start = time.process_time()
    found = job.run(*job.arguments)
    print(f"{time.process_time() - start:6.1f} s of CPU  {job.key}", file=sys.stderr, flush=True)
    if file is not None:
        with replacing(file) as draft, draft.open("wb") as out:
            np.savez_compressed(out, **found)  # type: ignore[arg-type]
    return found


def _one_thread() -> None:
    threadpool_limits(1)
