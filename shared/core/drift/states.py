"""The state of an alarm: one stray window is a suspicion, two are a drift, and calm has to last."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

AT_ONCE: Final = 1.5
"""Multiple of the limit that needs no second window to be believed."""

CALM: Final = 0.7
"""Multiple of the limit that counts as calm after a drift; between it and the limit nothing is decided."""

CONFIRMATIONS: Final = 2
"""Windows in a row over the limit that make a drift."""

RECOVERY: Final = 5
"""Calm windows in a row that end one."""


class DriftState(StrEnum):
    """`learning`: no limit yet. `suspect`: over the limit once. `recovering`: calm again, not for long."""

    LEARNING = "learning"
    OK = "ok"
    SUSPECT = "suspect"
    DRIFT = "drift"
    RECOVERING = "recovering"


@dataclass(frozen=True)
class AlarmState:
    """Where an alarm stands. over : windows in a row over the limit; under : calm ones since a drift."""

    state: DriftState = DriftState.LEARNING
    over: int = 0
    under: int = 0

    @property
    def is_alarmed(self) -> bool:
        """Whether a drift was confirmed and has not yet ended."""
        return self.state in {DriftState.DRIFT, DriftState.RECOVERING}


def advance(state: AlarmState, ratio: float) -> AlarmState:
    """Move an alarm by one window whose |score| is `ratio` times its limit.

    ok -> suspect (one window over) -> drift (the second in a row, or one over `AT_ONCE`) ->
    recovering (below `CALM`) -> ok (`RECOVERY` calm windows in a row). A drift or a recovery that
    exceeds the limit is the same drift; a window between calm and the limit starts the count of
    calm windows again. The first ratio ends `learning`, as if it had been ok.

    Raises
    ------
    ValueError : the ratio is negative or not a number.
    """
    if not ratio >= 0:
        msg = f"the ratio of a score to its limit should be >= 0; got {ratio}"
        raise ValueError(msg)
    return _recovering(state, ratio) if state.is_alarmed else _watching(state, ratio)


def _watching(state: AlarmState, ratio: float) -> AlarmState:
    if ratio <= 1:
        return AlarmState(DriftState.OK)
    over = state.over + 1
    is_confirmed = over >= CONFIRMATIONS or ratio > AT_ONCE
    return AlarmState(DriftState.DRIFT if is_confirmed else DriftState.SUSPECT, over)


def _recovering(state: AlarmState, ratio: float) -> AlarmState:
    if ratio > 1:
        return AlarmState(DriftState.DRIFT, state.over + 1)
    if ratio >= CALM:
        return AlarmState(state.state)
    under = state.under + 1
    return AlarmState(DriftState.OK) if under >= RECOVERY else AlarmState(DriftState.RECOVERING, 0, under)
