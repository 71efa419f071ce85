"""Whether the challenger replaces the champion.

Two families of checks, each a function that returns one `Check`: a challenger needs one reason to be
promoted and may meet no veto. A further gate is one more function in `_REASONS` or `_VETOES`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from batch.align import Identities
from batch.champion import ChampionView, has_same_transform
from shared.adapters.mongo.requests import Kind
from shared.core.choice.k_search import KScores
from shared.core.choice.silhouette import simplified_silhouette
from shared.core.kmeans.assignment import assign
from shared.core.model.artifact import ModelArtifact
from shared.settings.reclustering import GateSettings

Family = Literal["reason", "veto"]
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Check:
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
    checks: tuple[Check, ...]


@dataclass(frozen=True, eq=False)
class Bout:
    """Everything the gates look at.

    X : (n, d) the table in the challenger's units. spend : (n,) net spend. scores : of the challenger's
    k, if it was scored. last_size : customers of the last run with a sound table, None before it.
    force : an operator overrides the vetoes, but for the pin.
    """

    challenger: ModelArtifact
    champion: ChampionView
    identities: Identities
    scores: KScores | None
    X: NDArray[np.float64]
    spend: NDArray[np.float64]
    kind: Kind
    force: bool
    pinned: bool
    last_size: int | None
    rules: GateSettings


def decide(bout: Bout) -> Decision:
    """Judge a challenger; without a champion there is nothing to judge, see `first`."""
    reasons = tuple(check(bout) for check in _REASONS)
    vetoes = tuple(_judged(check(bout), bout) for check in _VETOES)
    given = [check.text for check in reasons if check.passed]
    against = [check for check in vetoes if not check.passed]
    checks = reasons + vetoes
    if not given:
        return Decision(promote=False, reason=f"the champion stays: {_no_reason(reasons)}", checks=checks)
    final = [check for check in against if check.name == "pinned" or not bout.force]
    if final:
        because = "; ".join(check.text for check in final)
        return Decision(
            promote=False, reason=f"the champion stays: {because} (although {given[0]})", checks=checks
        )
    overridden = f"; an operator overrides: {'; '.join(c.text for c in against)}" if against else ""
    return Decision(promote=True, reason="; ".join(given) + overridden, checks=checks)


def _judged(check: Check, bout: Bout) -> Check:
    """Waive what protects a champion that is worth protecting; faults of the data always count.

    A provisional champion is no more stable than its challenger and was scaled by less data: to keep it
    because the new one is not good enough yet would keep the worse of the two.
    """
    if not bout.champion.model.provisional or check.name in {"pinned", "min_share", "customers"}:
        return check
    return replace(check, passed=True, limit=None, text=f"{check.text} (no limit while provisional)")


def first() -> Decision:
    """Decide where there is no champion: any model is better than none."""
    return Decision(promote=True, reason="there is no champion yet", checks=())


def _no_reason(reasons: tuple[Check, ...]) -> str:
    found = next(check for check in reasons if check.name == "improvement")
    return f"{found.text}, with the same number of segments and the same features"


# --- reasons: any is enough -------------------------------------------------------------------------------


def _operator(bout: Bout) -> Check:
    return Check("operator", "reason", bout.kind == "operator", None, None, "an operator asked for it")


def _provisional(bout: Bout) -> Check:
    text = "the champion was fitted on too few days of data"
    return Check("provisional", "reason", bout.champion.model.provisional, None, None, text)


def _k(bout: Bout) -> Check:
    new, old = bout.challenger.k, bout.champion.model.k
    text = f"the number of segments changes from {old} to {new}" if new != old else f"{new} as before"
    return Check("k", "reason", new != old, new, old, text)


def _transform(bout: Bout) -> Check:
    is_same = has_same_transform(bout.champion.model, bout.challenger.transform)
    return Check("transform", "reason", not is_same, None, None, "the features change")


def _improvement(bout: Bout) -> Check:
    before, limit = bout.champion.quantization_error, bout.rules.min_improvement
    if not before:
        return Check("improvement", "reason", False, None, limit, f"quantization error: {NOT_MEASURED}")
    saved = 1 - bout.challenger.quantization_error / before
    is_clear = saved > limit
    change = f"{abs(saved):.1%} {'lower' if saved >= 0 else 'higher'}"
    takes = f"more than {limit:.1%}" if is_clear else f"and it takes more than {limit:.1%} to replace it"
    text = f"quantization error is {change}, {takes}"
    return Check("improvement", "reason", is_clear, saved, limit, text)


# --- vetoes: all must pass --------------------------------------------------------------------------------


def _pinned(bout: Bout) -> Check:
    text = "the champion is pinned; `resegment model unpin` lets it go" if bout.pinned else "not pinned"
    return Check("pinned", "veto", not bout.pinned, None, None, text)


def _silhouette(bout: Bout) -> Check:
    name, words = "silhouette_simplified", "simplified silhouette"
    before = _simplified(bout.X, bout.champion.centers)
    if not has_same_transform(bout.champion.model, bout.challenger.transform) or not isfinite(before):
        return Check(name, "veto", True, None, None, f"{words}: {NOT_MEASURED}")
    limit = before - bout.rules.silhouette_slack
    return _at_least(name, words, _simplified(bout.X, bout.challenger.centers), limit, digits=3)


def _simplified(X: NDArray[np.float64], centers: NDArray[np.float64]) -> float:
    found = assign(X, centers)
    return simplified_silhouette(found.distances, found.runner_up_distances)


def _min_share(bout: Bout) -> Check:
    floors, labels = bout.rules.floors, assign(bout.X, bout.challenger.centers).labels
    counts = np.bincount(labels, minlength=bout.challenger.k)
    spend = np.bincount(labels, bout.spend, bout.challenger.k) / max(float(bout.spend.sum()), 1e-9)
    is_excused = (counts >= floors.customers) & (spend >= floors.spend_share)
    shares = np.where(is_excused, 1.0, counts / max(counts.sum(), 1))
    words = "share of the smallest segment that its spend does not excuse"
    return _at_least("min_share", words, float(shares.min()), floors.share, digits=3)


def _warm_ari(bout: Bout) -> Check:
    found = (bout.scores.warm_ari, bout.scores.warm_ari_se) if bout.scores else (np.nan, 0.0)
    return _floor(bout, "warm_ari", "agreement of warm refits", found, bout.rules.floors.warm_ari)


def _cold_ari(bout: Bout) -> Check:
    found = (bout.scores.cold_ari, bout.scores.cold_ari_se) if bout.scores else (np.nan, 0.0)
    return _floor(bout, "cold_ari", "agreement of cold refits", found, bout.rules.floors.cold_ari)


def _jaccard(bout: Bout) -> Check:
    found = (float(bout.scores.jaccard.min(initial=np.inf)) if bout.scores else np.nan, 0.0)
    return _floor(bout, "jaccard", "recovery of the weakest segment", found, bout.rules.floors.jaccard)


def _floor(bout: Bout, name: str, words: str, found: tuple[float, float], floor: float) -> Check:
    value, error = found  # the champion's own k has one standard error of doubt, as in the choice of k
    if not isfinite(value):
        return Check(name, "veto", True, None, floor, f"{words}: {NOT_MEASURED}")
    is_current = bout.challenger.k == bout.champion.model.k
    return _at_least(name, words, value, floor - is_current * float(np.nan_to_num(error)), digits=2)


def _relabelled(bout: Bout) -> Check:
    value = bout.identities.relabelled
    words = f"the model alone would give {value:.1%} of customers another segment"
    return _at_most("relabelled", words, value, bout.rules.max_relabelled, form=".1%")


def _ambiguity(bout: Bout) -> Check:
    value = bout.identities.ambiguity
    words = f"the least clear identity has a rival at {value:.2f} of its cost"
    return _at_most("ambiguity", words, value, bout.rules.max_ambiguity, form=".2f")


def _customers(bout: Bout) -> Check:
    before = bout.last_size or bout.champion.model.n_customers
    share, limit = bout.challenger.n_customers / max(before, 1), bout.rules.min_customers_kept
    is_within = share >= limit
    text = (
        f"{bout.challenger.n_customers:,} customers, {share:.0%} of the {before:,} of the last run, "
        f"{'at least' if is_within else 'less than'} {limit:.0%}"
    )
    return Check("customers", "veto", is_within, share, limit, text)


def _at_least(name: str, words: str, value: float, limit: float, *, digits: int) -> Check:
    is_reached = value >= limit
    text = f"{words} {value:.{digits}f}, {'at least' if is_reached else 'below'} {limit:.{digits}f}"
    return Check(name, "veto", is_reached, value, limit, text)


def _at_most(name: str, words: str, value: float, limit: float, *, form: str) -> Check:
    is_within = value <= limit
    text = f"{words}, {'at most' if is_within else 'more than'} {limit:{form}}"
    return Check(name, "veto", is_within, value, limit, text)


_REASONS: tuple[Callable[[Bout], Check], ...] = (_operator, _provisional, _k, _transform, _improvement)
_VETOES: tuple[Callable[[Bout], Check], ...] = (
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
