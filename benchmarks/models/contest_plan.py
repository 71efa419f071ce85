"""What a run consists of: jobs that stand alone, so that they may run beside each other.

Only quality is measured in jobs; what is timed runs before them, alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from benchmarks.measured_rows import Row
from benchmarks.models.ageing import AgeingCase, ageing
from benchmarks.models.cdnow_shaped import CUSTOMERS, cdnow_shaped
from benchmarks.models.contest import on_purchases, on_script
from benchmarks.models.history import Day, days_from, history
from benchmarks.models.map_ageing import map_ageing
from benchmarks.models.one_pass import CASES, one_pass
from benchmarks.models.purchase_histories import Purchases, cdnow, online_retail
from benchmarks.models.scripted import SCRIPTS
from benchmarks.models.vip import rare_segment

CONTEST_K = 5
OLD_ENOUGH = {"retail": 90, "cdnow": 150}  # days of history from which the targets apply


@dataclass(frozen=True)
class PurchaseSource:
    """Where purchases come from: "retail" (shipped), or "cdnow" from a file or, without one, generated."""

    kind: str
    path: Path | None = None
    n_customers: int = CUSTOMERS

    def load(self, seed: int) -> Purchases:
        """Read or generate the purchases."""
        if self.kind == "retail":
            return online_retail()
        return cdnow_shaped(seed, self.n_customers) if self.path is None else cdnow(self.path)


@dataclass(frozen=True)
class PlannedJob:
    """A piece of work: `run(*arguments)` gives rows."""

    name: str
    run: Callable[..., list[Row]]
    arguments: tuple[object, ...] = field(default=())

    def __call__(self) -> list[Row]:
        """Do the work."""
        return self.run(*self.arguments)


@dataclass(frozen=True)
class ModelsExtent:
    """How much of everything a run does; see `FULL` and `QUICK`.

    retail, cdnow : (days of history behind the champion, judge every so many days).
    """

    retail: tuple[tuple[int, int], ...]
    cdnow: tuple[tuple[int, int], ...]
    ks: tuple[int, ...]
    cdnow_customers: int
    looks: int
    seeds: int
    heavy_seeds: int
    vip_seeds: int
    retail_share: int
    cdnow_share: int
    sides: tuple[int, ...]
    with_whole_tables: bool
    map_iterations: int
    rounds: int


FULL = ModelsExtent(
    retail=((90, 1), (120, 3), (150, 6), (180, 6), (240, 6), (30, 12), (60, 12)),
    cdnow=((150, 14), (210, 28), (300, 28), (60, 56)),
    ks=(2, 3, 4, 5, 6, 8),
    cdnow_customers=CUSTOMERS,
    looks=20,
    seeds=20,
    heavy_seeds=2,
    vip_seeds=20,
    retail_share=1,
    cdnow_share=10,
    sides=(10, 15),
    with_whole_tables=True,
    map_iterations=1_000_000,
    rounds=15,
)
QUICK = ModelsExtent(
    retail=((90, 12),),
    cdnow=((150, 28),),
    ks=(3, 5, 6, 8),
    cdnow_customers=CUSTOMERS // 10,
    looks=5,
    seeds=2,
    heavy_seeds=0,
    vip_seeds=3,
    retail_share=10,
    cdnow_share=10,
    sides=(10,),
    with_whole_tables=False,
    map_iterations=100_000,
    rounds=5,
)


def jobs(extent: ModelsExtent, cdnow_file: Path | None, seed: int) -> list[PlannedJob]:
    """Return the quality jobs of a run, in the order of the report."""
    retail = PurchaseSource("retail")
    cohorts = [PurchaseSource("cdnow", None, extent.cdnow_customers)]
    if cdnow_file is not None:
        cohorts.append(PurchaseSource("cdnow", cdnow_file))
    return [
        *_ageing_jobs(retail, extent.retail, extent.ks, seed),
        *(job for cohort in cohorts for job in _ageing_jobs(cohort, extent.cdnow, extent.ks, seed)),
        PlannedJob("rare segment", rare_segment, (extent.vip_seeds, extent.heavy_seeds)),
        *(PlannedJob(f"one pass: {case.name}", one_pass, (case, extent.vip_seeds)) for case in CASES),
        *_map_jobs(retail, extent, seed),
        *(job for cohort in cohorts for job in _map_jobs(cohort, extent, seed)),
        PlannedJob("contest: retail", contest_of, (retail, 90, extent.looks, extent.retail_share, seed)),
        *(
            PlannedJob("contest: cdnow", contest_of, (cohort, 150, extent.looks, extent.cdnow_share, seed))
            for cohort in cohorts
        ),
        *(
            PlannedJob(f"script: {name}", on_script, (name, extent.seeds, extent.heavy_seeds))
            for name in SCRIPTS
        ),
    ]


def _ageing_jobs(
    source: PurchaseSource, champions: tuple[tuple[int, int], ...], ks: tuple[int, ...], seed: int
) -> list[PlannedJob]:
    oldest = OLD_ENOUGH[source.kind]
    return [
        PlannedJob(
            f"ageing: {source.kind}, day {day}",
            ages_of,
            (source, AgeingCase(day, every, day >= oldest), ks, seed),
        )
        for day, every in champions
    ]


def _map_jobs(source: PurchaseSource, extent: ModelsExtent, seed: int) -> list[PlannedJob]:
    start = OLD_ENOUGH[source.kind]
    return [
        PlannedJob(
            f"map: {source.kind}, {side}x{side}",
            map_of,
            (
                source,
                start,
                side,
                extent.looks,
                extent.with_whole_tables and source.kind == "retail" and side == 10,
                seed,
            ),
        )
        for side in extent.sides
    ]


def ages_of(source: PurchaseSource, case: AgeingCase, ks: tuple[int, ...], seed: int) -> list[Row]:
    """Follow a champion of each k from one day on."""
    name, days = _days(source, case.champion_day, seed)
    return [row for k in ks for row in ageing(days, name, k, case, seed)]


def map_of(
    source: PurchaseSource, start: int, side: int, looks: int, with_tables: bool, seed: int
) -> list[Row]:
    """Follow a map from one day on."""
    name, days = _days(source, start, seed)
    return map_ageing(days, name, side=side, looks=looks, seed=seed, with_whole_tables=with_tables)


def contest_of(source: PurchaseSource, start: int, looks: int, heavy_share: int, seed: int) -> list[Row]:
    """Let all contenders follow one source from one day on."""
    name, days = _days(source, start, seed)
    past = history(days, CONTEST_K, seed)
    return on_purchases(past, name, looks=looks, seed=seed, heavy_share=heavy_share)


@lru_cache(maxsize=1)
def _days(source: PurchaseSource, start: int, seed: int) -> tuple[str, tuple[Day, ...]]:
    purchases = source.load(seed)
    return purchases.name, days_from(purchases, start)
