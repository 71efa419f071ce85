"""The reasoned pick of k: floors first, then loyalty to the current k, then separation.

Changing the number of segments costs everybody who works with them, so a new k must lead by
more than chance, and in two runs; and no k is worth having whose segments would not come back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.core.choice.k_scores import DEFAULT_FLOORS, Floors, KScores

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the run before saw beside the same current k.

    leaders : the other k that reached the floors and led by more than a standard error.
    has_missed : whether the current k itself missed a floor.
    """

    current_k: int
    leaders: frozenset[int]
    has_missed: bool


@dataclass(frozen=True, slots=True)
class KVerdict:
    """What spoke for or against one k.

    missed : floors it does not reach, in words.
    lead, lead_se : silhouette more than the current k has, and its standard error; NaN without one.
    reason : why it was chosen, or why it fell.
    """

    k: int
    missed: tuple[str, ...]
    lead: float
    lead_se: float
    reason: str

    @property
    def is_leader(self) -> bool:
        """Whether it reaches the floors and leads the current k by more than a standard error."""
        return not self.missed and self.lead > self.lead_se


@dataclass(frozen=True, slots=True)
class KChoice:
    """The k to use, the sentence that says why, and a verdict on every k, ascending."""

    k: int
    reason: str
    verdicts: tuple[KVerdict, ...] = ()

    def remembered(self, current_k: int) -> LastRun:
        """Return what the next run has to know of this one."""
        leaders = frozenset(v.k for v in self.verdicts if v.is_leader)
        missed = any(v.missed for v in self.verdicts if v.k == current_k)
        return LastRun(current_k, leaders, missed)

    def held_at(self, k: int, against: str) -> "KChoice":
        """Return another choice among the same k, because of what spoke `against` this one."""
        reason = f"k={self.k} would be chosen, but: {against}"
        words = {k: reason, self.k: against}
        verdicts = tuple(replace(v, reason=words.get(v.k, v.reason)) for v in self.verdicts)
        return KChoice(k, reason, verdicts)


def choose_k(
    scores: Sequence[KScores],
    *,
    current_k: int | None = None,
    floors: Floors = DEFAULT_FLOORS,
    before: LastRun | None = None,
) -> KChoice:
    """Pick k among the scored ones.

    Without a current k the best silhouette among those that reach the floors; if none does, the
    most stable of those that miss the fewest. With one, the current k, unless in this run and in
    the one before another reached the floors and led by more than one standard error, or the current
    k missed a floor and another did not. If nothing could be fitted, one segment. Of equals the smaller k.

    The current k has the benefit of the doubt at the floors: one standard error. Without it a k
    whose stability is about at its floor comes and goes with the bootstrap's draws.

    Parameters
    ----------
    current_k : segments of the champion; None if there is none.
    before : the run before; None, or one that had another current k, has seen nothing.
    """
    ordered = sorted(scores, key=lambda s: s.k)
    missed = {s.k: floors.missed_by(s, slack=float(s.k == current_k)) for s in ordered}
    able = [s for s in ordered if s.is_defined]
    current = next((s for s in able if s.k == current_k), None)
    if not able:
        choice = KChoice(1, "no k could be fitted: fewer distinct customers than segments")
    elif current is None:
        choice = _first_choice(able, missed, current_k)
    else:
        seen = before if before is not None and before.current_k == current_k else None
        choice = _loyal_choice(current, [s for s in able if not missed[s.k]], missed[current.k], seen)
    verdicts = tuple(_verdict(s, missed[s.k], current, choice, ordered) for s in ordered)
    return KChoice(choice.k, choice.reason, verdicts)


def _first_choice(
    able: Sequence[KScores], missed: Mapping[int, tuple[str, ...]], current_k: int | None
) -> KChoice:
    passing = [s for s in able if not missed[s.k]]
    gone = "" if current_k is None else f"; the current k={current_k} is out: it could not be scored"
    if not passing:
        fewest = min(len(missed[s.k]) for s in able)
        best = max((s for s in able if len(missed[s.k]) == fewest), key=_stability)
        words = "; ".join(missed[best.k])
        reason = (
            f"no k reaches the floors; k={best.k} misses the fewest, and is the most stable of those: "
            f"{words}{gone}"
        )
        return KChoice(best.k, reason)
    best = max(passing, key=_silhouette)
    return KChoice(best.k, f"{_best_of(best, passing)}{gone}")


def _loyal_choice(
    current: KScores, passing: Sequence[KScores], missed: tuple[str, ...], before: LastRun | None
) -> KChoice:
    if missed:
        return _without_floor(current, passing, "; ".join(missed), before)
    leaders = [s for s in passing if _leads(s, current)]
    lasting = [s for s in leaders if before is not None and s.k in before.leaders]
    if lasting:
        best = max(lasting, key=_silhouette)
        return KChoice(best.k, f"reaches the floors, and {_compared(best, current)}, in two runs")
    best = max(passing, key=_silhouette)
    if best is current:
        return KChoice(current.k, "the current k reaches the floors and has the best silhouette")
    outcome = "; it must lead in two runs" if leaders else ": no clear lead"
    return KChoice(current.k, f"the current k reaches the floors, and {_compared(best, current)}{outcome}")


def _without_floor(
    current: KScores, passing: Sequence[KScores], words: str, before: LastRun | None
) -> KChoice:
    if not passing:
        return KChoice(current.k, f"no k reaches the floors; the current k stays and misses: {words}")
    best = max(passing, key=_silhouette)
    if before is None or not before.has_missed:
        return KChoice(current.k, f"the current k stays, and goes if it misses a floor in two runs: {words}")
    return KChoice(best.k, f"{_best_of(best, passing)}; the current k={current.k} is out: {words}")


def _verdict(
    scores: KScores,
    missed: tuple[str, ...],
    current: KScores | None,
    choice: KChoice,
    all_k: Sequence[KScores],
) -> KVerdict:
    lead, error = (NAN, NAN) if current is None else _lead(scores, current)
    if scores.k == choice.k:
        reason = choice.reason
    elif missed:
        reason = f"misses: {'; '.join(missed)}"
    elif current is None or current.k != choice.k:
        chosen = next(s for s in all_k if s.k == choice.k)
        reason = f"silhouette {scores.silhouette:.3f} against {chosen.silhouette:.3f} of k={chosen.k}"
    else:
        outcome = "; it must lead in two runs" if lead > error else ": no clear lead"
        reason = f"{_compared(scores, current)}{outcome}"
    return KVerdict(scores.k, missed, lead, error, reason)


def _lead(scores: KScores, current: KScores) -> tuple[float, float]:
    """Silhouette more than that of the current k, and the standard error of the difference."""
    error = float(np.hypot(*np.nan_to_num([current.silhouette_se, scores.silhouette_se])))
    return _silhouette(scores) - _silhouette(current), error


def _leads(scores: KScores, current: KScores) -> bool:
    lead, error = _lead(scores, current)
    return lead > error


def _compared(scores: KScores, current: KScores) -> str:
    lead, error = _lead(scores, current)
    verb = "leads" if lead > 0 else "trails"
    return f"k={scores.k} {verb} k={current.k} by {abs(lead):.3f} of silhouette, standard error {error:.3f}"


def _best_of(best: KScores, passing: Sequence[KScores]) -> str:
    ks = ", ".join(str(s.k) for s in passing)
    return f"best silhouette ({best.silhouette:.3f}) among the k that reach the floors ({ks})"


def _stability(scores: KScores) -> float:
    return float(np.nan_to_num(scores.warm_ari + scores.cold_ari, nan=-np.inf))


def _silhouette(scores: KScores) -> float:
    return -np.inf if np.isnan(scores.silhouette) else scores.silhouette
