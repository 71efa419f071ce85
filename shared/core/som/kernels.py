"""The compiled loops over rows and units. Callers check shapes and values first.

Weights are transposed to (d, M), so that the loops over units run in vector registers; M is the number
of units rounded up to whole lanes, and the padding lies at infinity, where it never wins. Every
unit, whatever its index, goes through the same operations in the same order: equal units have equal
distances to the last bit, and a row's answer does not depend on the rows beside it.
"""

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.compiled import compiled

# Minima are kept per lane, unit % LANES, because a running minimum over all units would be a chain of
# dependent comparisons. Finding the best of 225 units took 0.76 of the time of one chain.
LANES = 16


def unit_layout(weights: Float64) -> Float64:
    """Return weights (m, d) as (d, M), padded with infinity."""
    m, d = weights.shape
    layout = np.full((d, -(-m // LANES) * LANES), np.inf)
    layout[:, :m] = weights.T
    return layout


@compiled
def squares_to(row: Float64, layout: Float64, squares: Float64) -> None:
    """Write the squared distance of one row to every unit, a feature at a time.

    Two and four features at a time were tried: no faster.
    """
    value = row[0]
    for j in range(layout.shape[1]):
        apart = value - layout[0, j]
        squares[j] = apart * apart
    for k in range(1, layout.shape[0]):
        value = row[k]
        for j in range(layout.shape[1]):
            apart = value - layout[k, j]
            squares[j] += apart * apart


@compiled
def minima_to(squares: Float64, lowest: Float64) -> None:
    """Write the minimum of each lane."""
    for lane in range(LANES):
        lowest[lane] = squares[lane]
    for start in range(LANES, squares.shape[0], LANES):
        for lane in range(LANES):
            square = squares[start + lane]
            lowest[lane] = square if square < lowest[lane] else lowest[lane]


@compiled
def nearest(squares: Float64, lowest: Float64) -> int:
    """Return the unit at the least distance; of equally near ones, the lowest index."""
    least = lowest[0]
    for lane in range(1, LANES):
        least = lowest[lane] if lowest[lane] < least else least
    unit: int = squares.shape[0]
    for lane in range(LANES):
        if lowest[lane] == least:
            candidate = lane
            while squares[candidate] != least:
                candidate += LANES
            unit = min(unit, candidate)
    return unit


@compiled
def exclude(unit: int, squares: Float64, lowest: Float64) -> None:
    """Take a unit out of the running: only its own lane has to be looked through again."""
    squares[unit] = np.inf
    lane = unit % LANES
    lowest[lane] = np.inf
    for other in range(lane, squares.shape[0], LANES):
        lowest[lane] = min(lowest[lane], squares[other])


@compiled
def best_two(X: Float64, layout: Float64) -> tuple[Int64, Int64, Float64, Float64]:
    """Return the nearest and second nearest unit of each row, and the squared distances to them."""
    n, m = X.shape[0], layout.shape[1]
    first, second = np.empty(n, np.int64), np.empty(n, np.int64)
    first_squares, second_squares = np.empty(n), np.empty(n)
    squares, lowest = np.empty(m), np.empty(LANES)
    for i in range(n):
        squares_to(X[i], layout, squares)
        minima_to(squares, lowest)
        first[i] = nearest(squares, lowest)
        first_squares[i] = squares[first[i]]
        exclude(first[i], squares, lowest)
        second[i] = nearest(squares, lowest)
        second_squares[i] = squares[second[i]]
    return first, second, first_squares, second_squares


@compiled
def won_by_unit(X: Float64, sample_weights: Float64, layout: Float64) -> tuple[Int64, Float64, Float64]:
    """Return each row's unit (n,), and for each unit the weighted sum (M, d) and weight (M,) of its rows."""
    n, d = X.shape
    m = layout.shape[1]
    units = np.empty(n, np.int64)
    sums, counts = np.zeros((m, d)), np.zeros(m)
    squares, lowest = np.empty(m), np.empty(LANES)
    for i in range(n):
        squares_to(X[i], layout, squares)
        minima_to(squares, lowest)
        unit = nearest(squares, lowest)
        units[i] = unit
        counts[unit] += sample_weights[i]
        for k in range(d):
            sums[unit, k] += sample_weights[i] * X[i, k]
    return units, sums, counts
