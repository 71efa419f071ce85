"""The compiled loops behind the K-means half of the core. Callers check shapes and values first.

Every row is worked out by the same operations in the same order wherever it stands in the
table, so a row's result depends on that row and the centers alone. Sums are kept as two
halves (v >> 32 and v & 0xffffffff), neither of which can overflow below 2^31 rows: the order of
the rows decides nothing, not even whether a sum is too large.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.core.arrays import Float64, Int32, Int64
from shared.core.compiled import compiled
from shared.core.fixed_point_loops import LOW_HALF

# Rows worked on together: few enough that every column stays in the first-level cache, many enough for
# the vector units. 64 to 1024 were tried; 128 and 256 were the fastest.
BLOCK = 256


@compiled
def load_block(values: NDArray[Any], start: int, size: int, unit: float, block: Float64) -> None:
    """Copy rows [start, start + size) into `block`, a column at a time, times `unit`."""
    for row in range(size):
        for column in range(values.shape[1]):
            block[column, row] = values[start + row, column] * unit


@compiled
def squares_to(center: Float64, block: Float64, size: int, squares: Float64) -> None:
    """Write the squared distance of each row of the block to one center."""
    for row in range(size):
        squares[row] = 0.0
    for column in range(center.shape[0]):
        for row in range(size):
            step = block[column, row] - center[column]
            squares[row] += step * step


@compiled
def assign_and_add(
    vectors: Int64,
    centers: Float64,
    unit: float,
    labels: Int32,
    distances: Float64,
    high: Int64,
    low: Int64,
    counts: Int64,
) -> None:
    """Int32 each fixed-point row and add it to its label's sums, in one pass over the table."""
    n, d = vectors.shape
    block, squares, best = np.empty((d, BLOCK)), np.empty(BLOCK), np.empty(BLOCK)
    label = np.empty(BLOCK, np.int64)
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        load_block(vectors, start, size, unit, block)
        best[:] = np.inf
        for candidate in range(centers.shape[0]):
            squares_to(centers[candidate], block, size, squares)
            for row in range(size):
                # Selections instead of branches: the vector units need them.
                is_nearer = squares[row] < best[row]
                best[row] = squares[row] if is_nearer else best[row]
                label[row] = candidate if is_nearer else label[row]
        for row in range(size):
            winner = label[row]
            labels[start + row] = winner
            distances[start + row] = np.sqrt(best[row])
            counts[winner] += 1
            for column in range(d):
                value = vectors[start + row, column]
                high[winner, column] += value >> 32
                low[winner, column] += value & LOW_HALF


@compiled
def nearest_two(
    X: Float64,
    centers: Float64,
    labels: Int32,
    distances: Float64,
    runner_up: Int32,
    runner_up_distances: Float64,
) -> None:
    """Find each row's nearest and second nearest center; with one center the second is (-1, infinity)."""
    n, d = X.shape
    block, squares = np.empty((d, BLOCK)), np.empty(BLOCK)
    best, second = np.empty(BLOCK), np.empty(BLOCK)
    label, other = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        load_block(X, start, size, 1.0, block)
        best[:], second[:], label[:], other[:] = np.inf, np.inf, -1, -1
        for candidate in range(centers.shape[0]):
            squares_to(centers[candidate], block, size, squares)
            for row in range(size):
                square = squares[row]
                is_nearer = square < best[row]
                is_second = square < second[row]
                second[row] = best[row] if is_nearer else (square if is_second else second[row])
                other[row] = label[row] if is_nearer else (candidate if is_second else other[row])
                best[row] = square if is_nearer else best[row]
                label[row] = candidate if is_nearer else label[row]
        for row in range(size):
            labels[start + row], distances[start + row] = label[row], np.sqrt(best[row])
            runner_up[start + row], runner_up_distances[start + row] = other[row], np.sqrt(second[row])
