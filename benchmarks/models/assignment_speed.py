"""Assignment and statistics of a million rows, beside scikit-learn's assignment alone."""

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.measured_rows import Bound, Row
from benchmarks.models.rounds import in_rounds
from shared.core.fixed_point import to_fixed
from shared.core.kmeans.assignment import assign_and_sum

SECTION = "Speed of assignment"
K, WIDTH = 8, 3
BOUND = Bound("<=", 1.5)


def assignment_speed(*, n: int = 1_000_000, rounds: int = 15, seed: int = 0) -> list[Row]:
    """Time both on the same rows, centers and threads; ours sums as well, theirs labels only."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, WIDTH)) + 3 * rng.normal(size=(K, WIDTH))[rng.integers(0, K, n)]
    vectors = to_fixed(rows)
    reference = KMeans(K, n_init=1, random_state=seed).fit(rows[:20_000])
    centers = np.ascontiguousarray(reference.cluster_centers_)
    agreement = float(np.mean(assign_and_sum(vectors, centers)[0] == reference.predict(rows)))
    out = [Row(SECTION, _data(n), "ours", "k=8", "labels equal to scikit-learn's, share", agreement)]
    for threads in (2, 1):
        out += _with_threads(vectors, rows, reference, threads, rounds)
    return out


def _with_threads(
    vectors: np.ndarray, rows: np.ndarray, reference: KMeans, threads: int, rounds: int
) -> list[Row]:
    centers = np.ascontiguousarray(reference.cluster_centers_)
    with threadpool_limits(threads):
        times = in_rounds(
            {
                "ours": lambda: assign_and_sum(vectors, centers, threads=threads),
                "scikit-learn": lambda: reference.predict(rows),
            },
            rounds,
        )
    case, data = f"k=8, {threads} threads", _data(len(rows))
    note = f"median of {rounds} interleaved rounds"
    return [
        Row(SECTION, data, "scikit-learn KMeans.predict", case, "seconds", times.median("scikit-learn")),
        Row(SECTION, data, "ours, assign and sum", case, "seconds", times.median("ours")),
        Row(
            SECTION,
            data,
            "ours",
            case,
            "time / KMeans.predict",
            times.ratio("ours", "scikit-learn"),
            BOUND,
            note,
        ),
    ]


def _data(n: int) -> str:
    return f"{n:,} x {WIDTH}"
