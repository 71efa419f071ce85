"""The states of an alarm over whole runs of scores; compiled, because a limit is tried on millions."""

from shared.core.arrays import Bool, Float64
from shared.core.compiled import compiled
from shared.core.drift.states import AT_ONCE, CALM, CONFIRMATIONS, RECOVERY


@compiled
def mark_entries(ratios: Float64, entered: Bool) -> None:
    """Mark in `entered` (r, t) where each run of ratios (r, t) enters the state `drift`."""
    for run in range(ratios.shape[0]):
        over, under, alarmed = 0, 0, False
        for at in range(ratios.shape[1]):
            ratio = ratios[run, at]
            over = over + 1 if ratio > 1 else 0
            under = under + 1 if ratio < CALM else 0
            if not alarmed and (over >= CONFIRMATIONS or ratio > AT_ONCE):
                alarmed, under = True, 0
                entered[run, at] = True
            elif alarmed and under >= RECOVERY:
                alarmed, over = False, 0
