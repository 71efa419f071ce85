"""The map of 15 x 15 units, learnt row by row, and the tree of its units."""

from dataclasses import dataclass

import numpy as np

from batch.studies.framework.minisom_rule import learn
from shared.core.arrays import Float64, Int64
from shared.core.choice.silhouette import silhouette
from shared.core.som.grid import SomGrid
from shared.core.som.initial import initial_weights
from shared.core.som.maps import activation_response
from shared.core.som.quality import quantization_error, topographic_error
from shared.core.som.two_level import MacroSegments, Method, macro_segments
from shared.core.som.units import best_two_units

GRID = SomGrid(15, 15)
ITERATIONS = 10_000
N_CLUSTERS = 8
SEED = 20_111_209

SIGMA_START = 4.0
"""Units. MiniSom's default of 1 leaves a map of this size unordered: neighbours never hear of each other."""

_SAMPLE = 4_000


@dataclass(frozen=True, eq=False)
class RetailMap:
    """A trained map.

    Parameters
    ----------
    weights : (225, d). units : (n,) best unit of each row. hits : (225,) rows of each unit.
    quantization_errors, topographic_errors : before and after training.
    """

    weights: Float64
    units: Int64
    hits: Int64
    quantization_errors: tuple[float, float]
    topographic_errors: tuple[float, float]


def train(X: Float64, iterations: int = ITERATIONS, seed: int = SEED) -> RetailMap:
    """Train on `iterations` rows drawn from `X` (n, d), each moving the map a little."""
    rng = np.random.default_rng(seed)
    start = initial_weights(X, GRID, "random", rng)
    weights = learn(X[rng.integers(0, len(X), iterations)], start, GRID, SIGMA_START)
    before, best = best_two_units(X, start), best_two_units(X, weights)
    return RetailMap(
        weights,
        best.first,
        activation_response(best.first, GRID).ravel(),
        (quantization_error(before), quantization_error(best)),
        (topographic_error(before, GRID), topographic_error(best, GRID)),
    )


def join_units(weights: Float64, k: int = N_CLUSTERS) -> MacroSegments:
    """Join units by average linkage, each counting once however many rows it stands for."""
    return macro_segments(weights, np.ones(len(weights)), method="average", k=k)


def height_of_cut(linkage: Float64, k: int = N_CLUSTERS) -> float:
    """Return the distance halfway between the last join within the k clusters and the first between them."""
    return float(linkage[-k, 2] + linkage[1 - k, 2]) / 2


@dataclass(frozen=True)
class Contest:
    """One way to join the units: sizes of the clusters, largest first, and how well they part the rows."""

    name: str
    sizes: tuple[int, ...]
    silhouette: float


def compare(X: Float64, found: RetailMap, seed: int = SEED) -> tuple[Contest, ...]:
    """Compare the tree that was asked for with trees whose units weigh what they stand for."""
    sample = np.random.default_rng(seed).permutation(len(X))[:_SAMPLE]
    ways: tuple[tuple[str, Int64, Method], ...] = (
        ("average linkage, every unit once", np.ones_like(found.hits), "average"),
        ("average linkage, units weighted by rows", found.hits, "average"),
        ("Ward, units weighted by rows", found.hits, "ward"),
    )
    return tuple(_contest(X, found, sample, way) for way in ways)


def _contest(
    X: Float64,
    found: RetailMap,
    sample: Int64,
    way: tuple[str, Int64, Method],
) -> Contest:
    name, weights, method = way
    labels = macro_segments(found.weights, weights, method=method, k=N_CLUSTERS).labels[found.units]
    sizes = np.sort(np.bincount(labels, minlength=N_CLUSTERS))[::-1]
    return Contest(name, tuple(map(int, sizes)), silhouette(X[sample], labels[sample]))
