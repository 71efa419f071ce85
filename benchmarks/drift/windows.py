"""The work of part (a): quiet windows to calibrate on, and streams with a change."""

from typing import Final

import numpy as np

from benchmarks.drift.jobs import Found, Job
from benchmarks.drift.mixture_champion import MixtureChampion, Window, champion, phases_of, windows
from benchmarks.drift.mixtures import (
    BASE,
    CASES,
    CHANGE_AT,
    HELD_OUT,
    HIT_WITHIN,
    WINDOW_ROWS,
    Family,
)
from benchmarks.drift.rivals import rival_scores
from shared.core.arrays import Bool
from shared.core.windows.calibration import Population, draw_windows, limit_for, population
from shared.core.windows.detector import scores
from shared.core.windows.reference import summarise
from shared.core.windows.spans import MEMORY
from shared.estimators.adwin_pair import AdwinPair

RUN_LENGTH: Final = 1_000
"""Windows from one false alarm to the next: the budget of this part."""

LENGTH: Final = CHANGE_AT + HIT_WITHIN
FRESH_WINDOWS: Final = 1_000
BLOCK: Final = 10
"""Streams in a job."""

_QUIET, _ROWS, _STREAM = 10_000, 20_000, 30_000
_FAMILIES: Final = {family.name: family for family in (BASE, *HELD_OUT)}


def quiet_job(family: Family, draw: int, length: int, seed: int) -> Job:
    """One reference draw: our scores of quiet windows of the true mixture, and the limit that a user gets."""
    return Job(f"quiet-{_slug(family)}-{length}-{seed}-{draw}", _quiet, (family.name, draw, length, seed))


def rows_job(draw: int, length: int, deltas: tuple[float, ...], seed: int) -> Job:
    """Quiet windows row by row, for those who need rows: rivals' scores, and ADWIN's alarms by delta."""
    return Job(f"rows-{length}-{seed}-{draw}", _rows, (draw, length, deltas, seed))


def stream_job(family: Family, case: str, block: int, deltas: tuple[float, ...], seed: int) -> Job:
    """Let everybody watch a block of streams with a change."""
    marks = "-".join(f"{delta:.6g}" for delta in deltas)
    key = f"stream-{_slug(family)}-{case}-{seed}-{block}-{marks}"
    return Job(key, _streams, (family.name, case, block, deltas, seed))


def _quiet(family: str, draw: int, length: int, seed: int) -> Found:
    fitted = champion(_FAMILIES[family], seed, _QUIET + draw)
    rng = np.random.default_rng([seed, draw, 5])
    own = population(fitted.marks, fitted.placed.labels, fitted.reference, rng)
    limit = limit_for(own, WINDOW_ROWS, RUN_LENGTH, rng)
    phases = phases_of(length + MEMORY, fitted)
    sums = draw_windows(_truth(fitted, seed, draw, rng), WINDOW_ROWS, phases, rng)
    quiet = scores(sums, fitted.reference, phases)[MEMORY:]
    return {"limit": np.array(limit), "quiet": quiet.astype(np.float32)}


def _truth(fitted: MixtureChampion, seed: int, draw: int, rng: np.random.Generator) -> Population:
    """Return the mixture itself as a population: many rows that the reference has never seen."""
    fresh = windows(fitted, None, FRESH_WINDOWS, [seed, draw])
    labels = np.concatenate([window.placed.labels for window in fresh])
    distances = np.concatenate([window.placed.distances for window in fresh])
    marks = fitted.window_reference.marks(
        np.concatenate([window.rows for window in fresh]), labels, distances
    )
    phases = np.repeat(phases_of(len(fresh), fitted), WINDOW_ROWS)
    return population(marks, labels, summarise(marks, labels, fitted.k, phases), rng)


def _rows(draw: int, length: int, deltas: tuple[float, ...], seed: int) -> Found:
    fitted = champion(BASE, seed, _ROWS + draw)
    drawn = windows(fitted, None, length, [seed, _ROWS + draw])
    return {**rival_scores(fitted, drawn), "adwin": _adwin(fitted, drawn, deltas)}


def _streams(family: str, case: str, block: int, deltas: tuple[float, ...], seed: int) -> Found:
    found = [
        _stream(_FAMILIES[family], case, _STREAM + at, deltas, seed)
        for at in range(block * BLOCK, (block + 1) * BLOCK)
    ]
    return {name: np.stack([each[name] for each in found]) for name in found[0]}


def _stream(family: Family, case: str, stream: int, deltas: tuple[float, ...], seed: int) -> Found:
    fitted = champion(family, seed, stream)
    drawn = windows(fitted, CASES[case], LENGTH, [seed, stream])
    sums = np.stack([fitted.sums(window.rows, window.placed) for window in drawn])
    ours = scores(sums, fitted.reference, phases_of(LENGTH, fitted))
    return {"ours": ours, **rival_scores(fitted, drawn), "adwin": _adwin(fitted, drawn, deltas)}


def _adwin(fitted: MixtureChampion, drawn: list[Window], deltas: tuple[float, ...]) -> Bool:
    """Return (deltas, t): in which windows the pair found a change."""
    pairs = [AdwinPair(fitted.k, delta) for delta in deltas]
    found = [[pair.update(w.placed.labels, w.placed.distances) for w in drawn] for pair in pairs]
    return np.array(found)


def _slug(family: Family) -> str:
    return family.name.replace(" ", "-")
