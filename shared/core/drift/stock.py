"""Whether the stock of customers has left the champion behind, and what that is put down to.

Every metric is an effect size; here is which of them ask for a re-clustering, and the rule that tells
the causes apart. Two ticks in a row must agree, as with any alarm.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from shared.core.drift.memory import Cause, DriftMemory
from shared.core.drift.staleness import DriftMetric
from shared.core.drift.states import AlarmState, DriftState, advance

FIT: Final = frozenset(
    {"quantization_error_ratio", "distance_p95_ratio", "outlier_ratio", "silhouette_delta"}
)
"""Whether customers still lie where the segments are."""

COMPOSITION: Final = frozenset({"share_psi", "share_jsd"})
"""Whether segments are still as large as they were."""


class Diagnosis(StrEnum):
    """What is behind a change; each asks for something else."""

    SPEND_SHIFT = "spend shift"
    VOLUME_SHIFT = "volume shift"
    MIX_SHIFT = "mix shift"
    MODEL_MISFIT = "model misfit"
    AGEING = "ageing"
    UNDETERMINED = "undetermined"


OF_CAUSE: Final[dict[Cause, Diagnosis]] = {
    "basket": Diagnosis.SPEND_SHIFT,
    "buyers": Diagnosis.VOLUME_SHIFT,
    "arrivals": Diagnosis.VOLUME_SHIFT,
    "segments": Diagnosis.MIX_SHIFT,
}


def badness(metric: DriftMetric) -> float:
    """Return how far a metric is out, in units of its critical level; 0 where it is undefined."""
    neutral = 1.0 if metric.metric.endswith("_ratio") else 0.0
    span = 0.0 if metric.critical is None else metric.critical - neutral
    return 0.0 if metric.value is None or not span else max(0.0, (metric.value - neutral) / span)


def worst(metrics: Sequence[DriftMetric]) -> DriftMetric | None:
    """Return the metric that asks loudest for a re-clustering, None if none can be computed."""
    asked = [metric for metric in metrics if metric.metric in FIT | COMPOSITION and metric.value is not None]
    return max(asked, key=badness, default=None)


def diagnose(
    flow_causes: Collection[Cause], metrics: Sequence[DriftMetric], *, are_flows_watched: bool
) -> Diagnosis:
    """Tell what is behind a stale stock.

    1. A flow is alarmed: that flow (baskets before buyers, arrivals and segments).
    2. Flows are quiet and customers lie further from their segments: the model does not fit.
    3. Flows are quiet and only the sizes of segments have changed: time has done it.
    4. Flows are not watched yet and only sizes have changed: nobody can tell.
    """
    for cause, diagnosis in OF_CAUSE.items():
        if cause in flow_causes:
            return diagnosis
    if any(metric.metric in FIT and badness(metric) > 1 for metric in metrics):
        return Diagnosis.MODEL_MISFIT
    return Diagnosis.AGEING if are_flows_watched else Diagnosis.UNDETERMINED


def follow_stock(memory: DriftMemory, metrics: Sequence[DriftMetric]) -> DriftMemory:
    """Advance the alarm of the stock by one tick; what is behind it is settled when it is confirmed."""
    loudest = worst(metrics)
    if loudest is None:
        return memory
    stale = advance(memory.stale, badness(loudest))
    if not stale.is_alarmed:
        return replace(memory, stale=stale, stale_cause=None)
    if memory.stale_cause is not None:
        return replace(memory, stale=stale)
    are_watched = any(reading.score is not None for reading in memory.readings)
    causes = {episode.cause for episode in memory.episodes}
    cause = diagnose(causes, metrics, are_flows_watched=are_watched)
    return replace(memory, stale=stale, stale_cause=str(cause))


def is_stale(alarm: AlarmState) -> bool:
    """Whether a re-clustering should be asked for now."""
    return alarm.state == DriftState.DRIFT
