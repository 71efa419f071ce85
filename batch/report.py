"""Step 12: the record of a run, as plain values."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from batch.assemble import score_values
from batch.decide import Check
from batch.pipeline import Outcome
from shared.core.selection import Floors, KReport


def run_record(outcome: Outcome) -> dict[str, Any]:
    """Return what `finish_run` keeps of a run that came to a decision."""
    model, decision = outcome.model, outcome.decision
    return {
        "reason": decision.reason,
        "decision": "promoted" if decision.promote else "kept",
        "as_of": model.as_of,
        "n_customers": model.n_customers,
        "model_version": model.version if decision.promote else None,
        "metrics": _metrics(outcome),
        "scores": _scores(outcome.report),
    }


def _metrics(outcome: Outcome) -> dict[str, Any]:
    model = outcome.model
    return {
        "k": model.k,
        "k_reason": outcome.report.choice.reason,
        "provisional": model.provisional,
        "checksum": model.checksum,
        "quantization_error": model.quantization_error,
        "som_quantization_error": model.som.quantization_error,
        "som_topographic_error": model.som.topographic_error,
        "identity_ambiguity": outcome.identities.ambiguity,
        "relabelled_by_model": outcome.identities.relabelled,
        "segments": [asdict(segment) for segment in model.segments],
        "checks": [_check(check) for check in outcome.decision.checks],
        "steps_s": outcome.steps_s,
    }


def _check(check: Check) -> dict[str, Any]:
    value = check.value if check.value is not None and isfinite(check.value) else None
    return {"name": check.name, "value": value, "limit": check.limit, "passed": check.passed}


def _scores(report: KReport) -> list[dict[str, Any]]:
    floors = Floors()
    return [
        {"k": scores.k, "missed_floors": list(floors.missed_by(scores))} | score_values(scores)
        for scores in report.scores
    ]
