"""How radius and learning rate fall during training.

A value depends on the step alone, so that a schedule resumed at step t goes on as if it had never stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from shared.errors import InvalidConfig

DecayKind = Literal["asymptotic", "linear", "exponential"]
Curve = Callable[[float, float, float], float]


def asymptotic(start: float, end: float, progress: float) -> float:
    """Return start / (1 + c * progress), c chosen to arrive at `end`: falls fast, then lingers."""
    return start / (1 + (start / end - 1) * progress)


def linear(start: float, end: float, progress: float) -> float:
    """Return the straight line from `start` to `end`."""
    return start + (end - start) * progress


def exponential(start: float, end: float, progress: float) -> float:
    """Return start * (end / start) ** progress: the same ratio in every step."""
    return float(start * (end / start) ** progress)


CURVES: MappingProxyType[str, Curve] = MappingProxyType(
    {"asymptotic": asymptotic, "linear": linear, "exponential": exponential}
)


@dataclass(frozen=True)
class Schedule:
    """A value falling from `start` at step 0 to `end` at the last step, and staying there.

    Parameters
    ----------
    steps : number of steps, >= 1; a schedule of one step is at `end`.
    start, end : > 0, in the unit of what decays (grid units for a radius).

    Raises
    ------
    InvalidConfig : an unknown decay, a value that is not positive, or no step.
    """

    steps: int
    start: float
    end: float
    decay: DecayKind = "exponential"

    def __post_init__(self) -> None:
        if self.decay not in CURVES:
            msg = f"decay must be one of {sorted(CURVES)}, got {self.decay!r}; choose one of them"
            raise InvalidConfig(msg)
        if self.steps < 1 or not (self.start > 0 and self.end > 0):
            msg = (
                f"a schedule needs steps >= 1 and positive ends, got steps={self.steps}, "
                f"start={self.start}, end={self.end}; raise what is below"
            )
            raise InvalidConfig(msg)

    def at(self, step: int) -> float:
        """Return the value at `step`; steps past the last stay at `end`."""
        if step >= self.steps - 1:
            return self.end
        return CURVES[self.decay](self.start, self.end, step / (self.steps - 1))
