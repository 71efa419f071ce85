"""Training a 15 x 15 map on 100,000 x 5 rows from one and the same initialisation, beside MiniSom."""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from minisom import MiniSom

from benchmarks.measured_rows import Bound, Row
from benchmarks.models.rounds import in_rounds, timed
from shared.core.arrays import Float64
from shared.core.som.grid import SomGrid
from shared.core.som.initial import initial_weights
from shared.core.som.quality import quantization_error, topographic_error
from shared.core.som.train import train_som
from shared.core.som.units import best_two_units

SECTION = "Speed of map training"
N_ROWS, WIDTH, SIDE = 100_000, 5, 15
ITERATIONS = 1_000_000
SIGMA, RATE = 3.0, 0.5
SAMPLED_ITERATIONS = 20_000
GRID = SomGrid(SIDE, SIDE)
OURS = "ours, train_som"


@dataclass(frozen=True)
class MapQuality:
    """Quantization and topographic error over all rows, measured alike for everybody."""

    quantization: float
    topographic: float


def rows_of(seed: int, n: int = N_ROWS) -> Float64:
    """Draw standardised rows from eight skewed clouds of unequal size."""
    rng = np.random.default_rng(seed)
    middles = 1.6 * rng.normal(size=(8, WIDTH))
    shapes = 0.45 * rng.normal(size=(8, WIDTH, WIDTH))
    cloud = rng.choice(8, n, p=rng.dirichlet(np.full(8, 3.0)))
    rows = middles[cloud] + np.einsum("nij,nj->ni", shapes[cloud], rng.normal(size=(n, WIDTH)))
    scaled: Float64 = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    return scaled


def quality(X: Float64, weights: Float64) -> MapQuality:
    """Measure a map (n_units, d) on rows (n, d)."""
    best = best_two_units(X, weights)
    return MapQuality(quantization_error(best), topographic_error(best, GRID))


def map_speed(*, iterations: int = ITERATIONS, rounds: int = 9, seed: int = 0) -> list[Row]:
    """Train MiniSom in full once for its quality and time, then compare times in rounds.

    With fewer `iterations` than a million, MiniSom's time is scaled up and its quality is that of the
    shorter run, which is worse: the notes say so.
    """
    X = rows_of(seed)
    start = initial_weights(X, GRID, "pca", np.random.default_rng(seed))
    own = train_som(X, GRID, sigma_start=SIGMA, initial=start, rng=np.random.default_rng(seed))
    minisom = _minisom(start, seed)
    seconds = timed(lambda: minisom.train(X, iterations, random_order=True)) * ITERATIONS / iterations
    theirs = quality(X, minisom.get_weights().reshape(GRID.n_units, WIDTH))
    note = "" if iterations == ITERATIONS else f"from {iterations:,} iterations"
    return [
        *_quality_rows(quality(X, own.weights), theirs, note),
        *_time_rows(X, start, seconds, rounds, seed, note),
    ]


def _quality_rows(ours: MapQuality, theirs: MapQuality, note: str) -> list[Row]:
    ratio = ours.quantization / theirs.quantization
    return [
        _row("MiniSom", "quantization error", theirs.quantization, note=note),
        _row(OURS, "quantization error", ours.quantization),
        _row(OURS, "quantization error / MiniSom", ratio, Bound("<=", 1.02), note),
        _row("MiniSom", "topographic error", theirs.topographic, note=note),
        _row(OURS, "topographic error", ours.topographic, Bound("<=", theirs.topographic), note),
    ]


def _time_rows(
    X: Float64, start: Float64, full_seconds: float, rounds: int, seed: int, note: str
) -> list[Row]:
    rng_seed = seed
    times = in_rounds(
        {
            "MiniSom": lambda: _minisom(start, seed).train(X, SAMPLED_ITERATIONS, random_order=True),
            "ours": lambda: train_som(
                X, GRID, sigma_start=SIGMA, initial=start, rng=np.random.default_rng(rng_seed)
            ),
        },
        rounds,
    )
    one_pass = timed(lambda: _minisom(start, seed).train_batch_offline(X, 1))
    own, scale = times.median("ours"), ITERATIONS / SAMPLED_ITERATIONS
    sampled = f"{SAMPLED_ITERATIONS:,} iterations x {scale:.0f}, median of {rounds} interleaved rounds"
    batch = (
        f"MiniSom {version('minisom')} train_batch_offline, one pass over all rows, which trains no map yet"
    )
    return [
        _row("MiniSom train", "seconds, 1,000,000 iterations", full_seconds, note=note),
        _row("MiniSom batch mode", "seconds, one pass", one_pass, note=batch),
        _row(OURS, "seconds, whole training", own),
        _row(OURS, "times faster than MiniSom, one full run", full_seconds / own, Bound(">=", 100), note),
        _row(
            OURS,
            "times faster than MiniSom, in rounds",
            times.ratio("MiniSom", "ours") * scale,
            Bound(">=", 100),
            sampled,
        ),
        _row(OURS, "time / one MiniSom batch pass", own / one_pass, Bound("<", 1), batch),
    ]


def _minisom(start: Float64, seed: int) -> MiniSom:
    model = MiniSom(SIDE, SIDE, WIDTH, sigma=SIGMA, learning_rate=RATE, random_seed=seed)
    # MiniSom has no way to be given weights; its own tests set them so.
    model._weights = start.reshape(SIDE, SIDE, WIDTH).copy()  # noqa: SLF001
    return model


def _row(contender: str, measure: str, value: float, target: Bound | None = None, note: str = "") -> Row:
    return Row(SECTION, f"{N_ROWS:,} x {WIDTH}", contender, f"{SIDE}x{SIDE}", measure, value, target, note)
