"""How the product's centers age when nothing but the daily restate tends them.

The inertia on the current table is divided by that of a clustering from scratch of the same table.
Inertia alone proves little, since two quite different clusterings may share it, so the agreement of
labels stands beside it.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.measured_rows import Bound, Row
from benchmarks.models.contest_history import Day, history
from benchmarks.models.followers import Restating
from benchmarks.models.fresh_fits import Score, refit, score

SECTION = "Ageing: daily restate, no re-clustering"
MEAN, LARGEST = Bound("<=", 1.01), Bound("<=", 1.05)
JUDGED_UP_TO_K = 6


@dataclass(frozen=True)
class AgeingCase:
    """champion_day : days of history behind the champion. every : judge every so many trading days.

    is_judged : whether that is history enough for the targets to apply.
    """

    champion_day: int
    every: int
    is_judged: bool


def ageing(days: tuple[Day, ...], data: str, k: int, case: AgeingCase, seed: int) -> list[Row]:
    """Follow a champion of the first day to the last."""
    past = history(days, k, seed)
    ours = Restating(past.champion)
    scores = []
    for position, day in enumerate(past.days, start=1):
        ours.learn(day)
        if position % case.every == 0:
            scores.append(score(ours.centers(), day, refit(day, k, seed)))
    return _rows(data, k, case, scores)


def _rows(data: str, k: int, case: AgeingCase, scores: list[Score]) -> list[Row]:
    ratios = np.array([each.inertia_ratio for each in scores])
    agreement = np.array([each.ari_refit for each in scores])
    judged = case.is_judged and k <= JUDGED_UP_TO_K
    note = f"judged on {len(scores)} days"

    def row(measure: str, value: float, target: Bound | None = None) -> Row:
        where = f"champion at day {case.champion_day}, k={k}"
        return Row(SECTION, data, "ours", where, measure, value, target if judged else None, note)

    nothing = np.full(1, np.nan)
    ratios, agreement = (values if len(scores) else nothing for values in (ratios, agreement))
    return [
        row("inertia / refit, mean", float(ratios.mean()), MEAN),
        row("inertia / refit, max", float(ratios.max()), LARGEST),
        row("ARI to refit, mean", float(agreement.mean())),
        row("ARI to refit, min", float(agreement.min())),
    ]
