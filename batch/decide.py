"""Step 10: whether the challenger replaces the champion.

Every gate is one `Check`; a further gate is one more function in the list of `decide`.
"""

from dataclasses import dataclass

from batch.champion import ChampionView, has_same_transform
from shared.adapters.mongo.requests import Kind
from shared.core.artifact import ModelArtifact

MIN_IMPROVEMENT = 0.01
"""Part of the champion's quantization error that a challenger must save. Two fits of one table differ by
less, so a smaller lead is no reason to move customers about."""


@dataclass(frozen=True)
class Check:
    """One reason to promote: what was measured, what it takes. value : None if it cannot be measured."""

    name: str
    value: float | None
    limit: float | None
    passed: bool


@dataclass(frozen=True)
class Decision:
    """The verdict, the sentence that explains it, and every check that was made."""

    promote: bool
    reason: str
    checks: tuple[Check, ...]


def decide(challenger: ModelArtifact, champion: ChampionView | None, kind: Kind) -> Decision:
    """Judge a challenger. Any passed check is reason enough."""
    if champion is None:
        return Decision(promote=True, reason="there is no champion yet", checks=())
    checks = (
        _operator(kind),
        _provisional(champion),
        _k(challenger, champion),
        _transform(challenger, champion),
        _improvement(challenger, champion),
    )
    reasons = [_REASONS[check.name] for check in checks if check.passed]
    if reasons:
        return Decision(promote=True, reason="; ".join(reasons), checks=checks)
    saved = checks[-1].value or 0.0
    reason = (
        f"the champion stays: the challenger's quantization error is {saved:+.1%} better, less than "
        f"{MIN_IMPROVEMENT:.0%}, with the same k and features"
    )
    return Decision(promote=False, reason=reason, checks=checks)


_REASONS = {
    "operator": "an operator asked for it",
    "provisional": "the champion was fitted on too few days of data",
    "k": "the number of segments changes",
    "transform": "the features change",
    "improvement": f"quantization error improves by more than {MIN_IMPROVEMENT:.0%}",
}


def _operator(kind: Kind) -> Check:
    return Check("operator", None, None, passed=kind == "operator")


def _provisional(champion: ChampionView) -> Check:
    return Check("provisional", None, None, passed=champion.model.provisional)


def _k(challenger: ModelArtifact, champion: ChampionView) -> Check:
    return Check("k", challenger.k, champion.model.k, passed=challenger.k != champion.model.k)


def _transform(challenger: ModelArtifact, champion: ChampionView) -> Check:
    return Check("transform", None, None, passed=not has_same_transform(champion.model, challenger.transform))


def _improvement(challenger: ModelArtifact, champion: ChampionView) -> Check:
    before = champion.quantization_error
    saved = 1 - challenger.quantization_error / before if before else None
    return Check("improvement", saved, MIN_IMPROVEMENT, passed=saved is not None and saved > MIN_IMPROVEMENT)
