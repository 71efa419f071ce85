"""Whether the challenger replaces the champion.

Two families of checks, each a function that returns one `GateCheck`: a challenger needs one reason to be
promoted and may meet no veto. A further gate is one more function in `_REASONS` or `_VETOES`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np

from batch.align import SegmentIdentities
from batch.champion import ChampionView, has_same_transform
from shared.adapters.mongo.requests import Kind
from shared.core.arrays import Float64
from shared.core.choice.k_search import KScores
from shared.core.choice.silhouette import simplified_silhouette
from shared.core.kmeans.assignment import assign
from shared.core.model.artifact import ModelArtifact
from shared.settings.reclustering import GateSettings

Family = Literal["reason", "veto"]
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class GateCheck:
    """One gate: what was measured, what it takes, and both in words.

    value, limit : None if there is nothing to measure, or nothing to keep to.
    """

    name: str
    family: Family
    passed: bool
    value: float | None
    limit: float | None
    text: str


@dataclass(frozen=True)
class Decision:
    """The verdict, the sentence that explains it, and every check that was made."""

    promote: bool
    reason: str
    checks: tuple[GateCheck, ...]


@dataclass(frozen=True, eq=False)
class GateInput:
    """Everything the gates look at.

    X : (n, d) the table in the challenger's units. spend : (n,) net spend. scores : of the challenger's
    k, if it was scored. last_size : customers of the last run with a sound table, None before it.
    force : an operator overrides the vetoes, but for the pin.
    """

    challenger: ModelArtifact
    champion: ChampionView
    identities: SegmentIdentities
    scores: KScores | None
    X: Float64
    spend: Float64
    kind: Kind
    force: bool
    pinned: bool
    last_size: int | None
    rules: GateSettings


def decide(given: GateInput) -> Decision:
    """Judge a challenger; without a champion there is nothing to judge, see `first`."""
    reasons = tuple(check(given) for check in _REASONS)
    vetoes = tuple(_judged(check(given), given) for check in _VETOES)
    met = [check.text for check in reasons if check.passed]
    against = [check for check in vetoes if not check.passed]
    checks = reasons + vetoes
    if not met:
        return Decision(promote=False, reason=f"the champion stays: {_no_reason(reasons)}", checks=checks)
    final = [check for check in against if check.name == "pinned" or not given.force]
    if final:
        because = "; ".join(check.text for check in final)
        return Decision(
            promote=False, reason=f"the champion stays: {because} (although {met[0]})", checks=checks
        )
    overridden = f"; an operator overrides: {'; '.join(c.text for c in against)}" if against else ""
    return Decision(promote=True, reason="; ".join(met) + overridden, checks=checks)


def _judged(check: GateCheck, given: GateInput) -> GateCheck:
    """Waive what protects a champion that is worth protecting; faults of the data always count.

    A provisional champion is no more stable than its challenger and was scaled by less data: to keep it
    because the new one is not good enough yet would keep the worse of the two.
    """
    if not given.champion.model.provisional or check.name in {"pinned", "min_share", "customers"}:
        return check
    return replace(check, passed=True, limit=None, text=f"{check.text} (no limit while provisional)")


def first() -> Decision:
    """Decide where there is no champion: any model is better than none."""
    return Decision(promote=True, reason="there is no champion yet", checks=())


def _no_reason(reasons: tuple[GateCheck, ...]) -> str:
    found = next(check for check in reasons if check.name == "improvement")
    return f"{found.text}, with the same number of segments and the same features"


# --- reasons: any is enough -------------------------------------------------------------------------------


def _operator(given: GateInput) -> GateCheck:
    return GateCheck("operator", "reason", given.kind == "operator", None, None, "an operator asked for it")


def _provisional(given: GateInput) -> GateCheck:
    text = "the champion was fitted on too few days of data"
    return GateCheck("provisional", "reason", given.champion.model.provisional, None, None, text)


def _k(given: GateInput) -> GateCheck:
    new, old = given.challenger.k, given.champion.model.k
    text = f"the number of segments changes from {old} to {new}" if new != old else f"{new} as before"
    return GateCheck("k", "reason", new != old, new, old, text)


def _transform(given: GateInput) -> GateCheck:
    is_same = has_same_transform(given.champion.model, given.challenger.transform)
    return GateCheck("transform", "reason", not is_same, None, None, "the features change")


def _improvement(given: GateInput) -> GateCheck:
    before, limit = given.champion.quantization_error, given.rules.min_improvement
    if not before:
        return GateCheck("improvement", "reason", False, None, limit, f"quantization error: {NOT_MEASURED}")
    saved = 1 - given.challenger.quantization_error / before
    is_clear = saved > limit
    change = f"{abs(saved):.1%} {'lower' if saved >= 0 else 'higher'}"
    takes = f"more than {limit:.1%}" if is_clear else f"and it takes more than {limit:.1%} to replace it"
    text = f"quantization error is {change}, {takes}"
    return GateCheck("improvement", "reason", is_clear, saved, limit, text)


# --- vetoes: all must pass --------------------------------------------------------------------------------


def _pinned(given: GateInput) -> GateCheck:
    text = "the champion is pinned; `resegment model unpin` lets it go" if given.pinned else "not pinned"
    return GateCheck("pinned", "veto", not given.pinned, None, None, text)


def _silhouette(given: GateInput) -> GateCheck:
    name, words = "silhouette_simplified", "simplified silhouette"
    before = _simplified(given.X, given.champion.centers)
    if not has_same_transform(given.champion.model, given.challenger.transform) or not isfinite(before):
        return GateCheck(name, "veto", True, None, None, f"{words}: {NOT_MEASURED}")
    limit = before - given.rules.silhouette_slack
    return _at_least(name, words, _simplified(given.X, given.challenger.centers), limit, digits=3)


def _simplified(X: Float64, centers: Float64) -> float:
    found = assign(X, centers)
    return simplified_silhouette(found.distances, found.runner_up_distances)


def _min_share(given: GateInput) -> GateCheck:
    floors, labels = given.rules.floors, assign(given.X, given.challenger.centers).labels
    counts = np.bincount(labels, minlength=given.challenger.k)
    spend = np.bincount(labels, given.spend, given.challenger.k) / max(float(given.spend.sum()), 1e-9)
    is_excused = (counts >= floors.customers) & (spend >= floors.spend_share)
    shares = np.where(is_excused, 1.0, counts / max(counts.sum(), 1))
    words = "share of the smallest segment that its spend does not excuse"
    return _at_least("min_share", words, float(shares.min()), floors.share, digits=3)


def _warm_ari(given: GateInput) -> GateCheck:
    found = (given.scores.warm_ari, given.scores.warm_ari_se) if given.scores else (np.nan, 0.0)
    return _floor(given, "warm_ari", "agreement of warm refits", found, given.rules.floors.warm_ari)


def _cold_ari(given: GateInput) -> GateCheck:
    found = (given.scores.cold_ari, given.scores.cold_ari_se) if given.scores else (np.nan, 0.0)
    return _floor(given, "cold_ari", "agreement of cold refits", found, given.rules.floors.cold_ari)


def _jaccard(given: GateInput) -> GateCheck:
    found = (float(given.scores.jaccard.min(initial=np.inf)) if given.scores else np.nan, 0.0)
    return _floor(given, "jaccard", "recovery of the weakest segment", found, given.rules.floors.jaccard)


def _floor(given: GateInput, name: str, words: str, found: tuple[float, float], floor: float) -> GateCheck:
    value, error = found  # the champion's own k has one standard error of doubt, as in the choice of k
    if not isfinite(value):
        return GateCheck(name, "veto", True, None, floor, f"{words}: {NOT_MEASURED}")
    is_current = given.challenger.k == given.champion.model.k
    return _at_least(name, words, value, floor - is_current * float(np.nan_to_num(error)), digits=2)


def _relabelled(given: GateInput) -> GateCheck:
    value = given.identities.relabelled
    words = f"the model alone would give {value:.1%} of customers another segment"
    return _at_most("relabelled", words, value, given.rules.max_relabelled, form=".1%")


def _ambiguity(given: GateInput) -> GateCheck:
    value = given.identities.ambiguity
    words = f"the least clear identity has a rival at {value:.2f} of its cost"
    return _at_most("ambiguity", words, value, given.rules.max_ambiguity, form=".2f")


def _customers(given: GateInput) -> GateCheck:
    before = given.last_size or given.champion.model.n_customers
    share, limit = given.challenger.n_customers / max(before, 1), given.rules.min_customers_kept
    is_within = share >= limit
    text = (
        f"{given.challenger.n_customers:,} customers, {share:.0%} of the {before:,} of the last run, "
        f"{'at least' if is_within else 'less than'} {limit:.0%}"
    )
    return GateCheck("customers", "veto", is_within, share, limit, text)


def _at_least(name: str, words: str, value: float, limit: float, *, digits: int) -> GateCheck:
    is_reached = value >= limit
    text = f"{words} {value:.{digits}f}, {'at least' if is_reached else 'below'} {limit:.{digits}f}"
    return GateCheck(name, "veto", is_reached, value, limit, text)


def _at_most(name: str, words: str, value: float, limit: float, *, form: str) -> GateCheck:
    is_within = value <= limit
    text = f"{words}, {'at most' if is_within else 'more than'} {limit:{form}}"
    return GateCheck(name, "veto", is_within, value, limit, text)


_REASONS: tuple[Callable[[GateInput], GateCheck], ...] = (
    _operator,
    _provisional,
    _k,
    _transform,
    _improvement,
)
_VETOES: tuple[Callable[[GateInput], GateCheck], ...] = (
    _pinned,
    _silhouette,
    _min_share,
    _warm_ari,
    _cold_ari,
    _jaccard,
    _relabelled,
    _ambiguity,
    _customers,
)
