"""Whether one pass over a shuffled stream ends as well as a clustering of all of it.

Groups of one deviation, at least `separation` deviations apart, the last of them 0.5% of the rows.
It is found if the center nearest to its true mean holds 90% of it, and 90% of what that center holds
is of it. Inertia is that of all rows by the centers at the end, over that of scikit-learn's
`KMeans` with ten starts on all rows.

Run alone: `python -m benchmarks.models.one_pass [streams]`.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans

from benchmarks.measured_rows import Bound, Row, table, verdict
from shared.core.arrays import Float64, Int64
from shared.core.kmeans.assignment import assign
from shared.estimators import StreamingKMeans

SECTION = "One pass over a stream"
RARE_SHARE = 0.005
FOUND = 0.9


@dataclass(frozen=True)
class StreamKind:
    """What a stream is like. has_target : the last group is far enough for a full fit to find it always."""

    name: str
    separation: float = 8.0
    k: int = 8
    d: int = 3
    n_rows: int = 20_000
    n_batches: int = 40
    is_sorted: bool = False
    has_heavy_tails: bool = False
    has_target: bool = True


CASES = (
    StreamKind("6 deviations apart", 6.0, has_target=False),
    StreamKind("8 deviations apart"),
    StreamKind("12 deviations apart", 12.0),
    StreamKind("20 deviations apart", 20.0),
    StreamKind("k=4, d=2", k=4, d=2),
    StreamKind("k=20, d=8", k=20, d=8),
    StreamKind("3,000 rows", n_rows=3_000, separation=12.0),
    StreamKind("batches of 5,000", n_batches=4),
    StreamKind("batches of 20", n_batches=1_000),
    StreamKind("heavy tails (t, 3 degrees)", 12.0, has_heavy_tails=True, has_target=False),
    StreamKind("sorted by group", is_sorted=True, has_target=False),
)


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows X (n, d), the group of each, and the true means (k, d)."""

    case: StreamKind
    X: Float64
    groups: Int64
    means: Float64

    @property
    def batches(self) -> list[Float64]:
        """Rows as they come."""
        return np.array_split(self.X, self.case.n_batches)


def stream(case: StreamKind, seed: int) -> Stream:
    """Draw a stream: means uniform in a box, sizes within a factor of three of each other."""
    rng = np.random.default_rng([seed, round(10 * case.separation), case.k, case.d])
    means = _apart(case, rng)
    shares = rng.uniform(0.5, 1.5, case.k - 1)
    shares = np.append(shares / shares.sum() * (1 - RARE_SHARE), RARE_SHARE)
    sizes = np.diff(np.rint(np.append(0.0, shares.cumsum()) * case.n_rows).astype(np.int64))
    groups = np.repeat(np.arange(case.k), sizes)
    if not case.is_sorted:
        groups = rng.permutation(groups)
    shape = (len(groups), case.d)
    noise = rng.standard_t(3, shape) / np.sqrt(3) if case.has_heavy_tails else rng.normal(size=shape)
    return Stream(case, means[groups] + noise, groups, means)


def _apart(case: StreamKind, rng: np.random.Generator) -> Float64:
    side = 1.5 * case.separation * case.k ** (1 / case.d)
    means: list[Float64] = []
    while len(means) < case.k:
        place = rng.uniform(0, side, case.d)
        if all(np.linalg.norm(place - other) >= case.separation for other in means):
            means.append(place)
    return np.array(means)


Contender = Callable[[Stream, int], Float64]
"""From a stream and a seed: the centers at the end."""


def ours(given: Stream, seed: int) -> Float64:
    model = StreamingKMeans(given.case.k, random_state=seed)
    for batch in given.batches:
        model.partial_fit(batch)
    return model.cluster_centers_


def minibatch(ratio: float) -> Contender:
    def run(given: Stream, seed: int) -> Float64:
        model = MiniBatchKMeans(given.case.k, reassignment_ratio=ratio, random_state=seed)
        for batch in given.batches:
            model.partial_fit(batch)
        return np.asarray(model.cluster_centers_, dtype=np.float64)

    return run


def full_fit(given: Stream, seed: int) -> Float64:
    model = KMeans(given.case.k, n_init=10, random_state=seed).fit(given.X)
    return np.asarray(model.cluster_centers_, dtype=np.float64)


OURS = "StreamingKMeans"
FULL_FIT = "KMeans(n_init=10), all rows"
CONTENDERS: dict[str, Contender] = {
    FULL_FIT: full_fit,
    OURS: ours,
    "MiniBatchKMeans": minibatch(0.01),
    "MiniBatchKMeans, ratio 0": minibatch(0.0),
}


def inertia(given: Stream, centers: Float64) -> float:
    return float(np.sum(assign(given.X, centers).distances ** 2))


def is_found(given: Stream, centers: Float64) -> bool:
    """Whether a center is that of the last group; see the module."""
    last = len(given.means) - 1
    own = int(np.linalg.norm(centers - given.means[last], axis=1).argmin())
    held, members = assign(given.X, centers).labels == own, given.groups == last
    return bool((held & members).sum() >= FOUND * max(held.sum(), members.sum()))


def one_pass(case: StreamKind, n_streams: int) -> list[Row]:
    """Let everybody pass over streams of one kind."""
    results: dict[str, list[tuple[float, bool]]] = {name: [] for name in CONTENDERS}
    for seed in range(n_streams):
        given = stream(case, seed)
        for name, run in CONTENDERS.items():
            centers = run(given, seed)
            results[name].append((inertia(given, centers), is_found(given, centers)))
    full = np.array([square for square, _ in results[FULL_FIT]])
    return [row for name, found in results.items() for row in _rows(case, name, found, full)]


def _rows(case: StreamKind, name: str, results: Sequence[tuple[float, bool]], full: Float64) -> list[Row]:
    ratios = np.array([square for square, _ in results]) / full
    n_found = sum(is_one for _, is_one in results)
    is_judged = case.has_target and name == OURS

    def row(measure: str, value: float, target: Bound) -> Row:
        return Row(
            SECTION, case.name, name, f"{len(full)} streams", measure, value, target if is_judged else None
        )

    return [
        row("inertia / KMeans, median", float(np.median(ratios)), Bound("<=", 1.005)),
        row("inertia / KMeans, worst", float(ratios.max()), Bound("<=", 1.05)),
        row("small group found", n_found, Bound(">=", len(full))),
    ]


def main(n_streams: int) -> None:
    rows = [row for case in CASES for row in one_pass(case, n_streams)]
    print(table(rows), "", verdict(rows), sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
