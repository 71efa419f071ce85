"""Step 12: the record of a run, as plain values."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from batch.assemble import score_values
from batch.compete import Candidate
from batch.evidence import Evidence
from batch.gate import GateCheck
from batch.pipeline import Outcome
from shared.core.choice.k_search import KReport


def run_record(outcome: Outcome) -> dict[str, Any]:
    """Return what `finish_run` keeps of a run that came to a decision."""
    model, decision = outcome.model, outcome.decision
    return {
        "reason": decision.reason,
        "decision": "promoted" if decision.promote else "kept",
        "as_of": model.as_of,
        "n_customers": model.n_customers,
        "model_version": model.version,
        "lineage": [edge.to_document() for edge in model.lineage],
        "metrics": _metrics(outcome),
        "scores": _scores(outcome.evidence.report),
    }


def _metrics(outcome: Outcome) -> dict[str, Any]:
    model, evidence = outcome.model, outcome.evidence
    report = evidence.report
    return {
        "k": model.k,
        "k_memory": _memory(evidence),
        "features": list(evidence.features.kept),
        "outliers": None if evidence.outliers is None else asdict(evidence.outliers),
        "candidates": [_candidate(candidate) for candidate in evidence.candidates],
        "k_reason": report.choice.reason,
        "provisional": model.provisional,
        "checksum": model.checksum,
        "quantization_error": model.quantization_error,
        "som_quantization_error": model.som.quantization_error,
        "som_topographic_error": model.som.topographic_error,
        "identity_ambiguity": evidence.identities.ambiguity,
        "identity_changed": evidence.identities.changed,
        "relabelled_by_model": evidence.identities.relabelled,
        "segments": [asdict(segment) for segment in model.segments],
        "checks": [_check(check) for check in outcome.decision.checks],
        "steps_s": outcome.steps_s,
    }


def _check(check: GateCheck) -> dict[str, Any]:
    return asdict(check) | {"value": _finite(check.value), "limit": _finite(check.limit)}


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None


def _memory(evidence: Evidence) -> dict[str, Any] | None:
    """Return what the next run must know of this one; see `load_last_run`."""
    if evidence.champion is None:
        return None
    seen = evidence.report.choice.remembered(evidence.champion.model.k)
    return asdict(seen) | {"leaders": sorted(seen.leaders)}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    card = {name: _finite(value) for name, value in asdict(candidate.scorecard).items()}
    about = {
        "kind": candidate.kind,
        "k": candidate.k,
        "is_best": candidate.is_best,
        "reason": candidate.reason,
    }
    return about | card | {"transfer": _finite(candidate.transfer)}


def _scores(report: KReport) -> list[dict[str, Any]]:
    return [
        {"k": scores.k, "missed_floors": list(verdict.missed), "verdict": verdict.reason}
        | score_values(scores)
        for scores, verdict in zip(report.scores, report.choice.verdicts, strict=True)
    ]
