"""Segments in words: what sets their customers apart from all customers."""

import numpy as np
import pandas as pd

from batch.studies.mall_som.customers import FEATURES

CLEAR, STRONG = 0.4, 1.0
"""Deviations from the mean of all customers from which a difference is named, and named strong."""

_WORDS = {
    "age_years": ("{}younger", "{}older", "{:.0f} years"),
    "income_k": ("{}lower income", "{}higher income", "{:.0f} k$"),
    "score": ("spend {}less", "spend {}more", "score {:.0f}"),
}
_ACTIONS: dict[tuple[int, ...], str] = {
    (1, 1): "They can spend and they do: keep them with service and early access, not with discounts.",
    (1, -1): "They could spend and do not: find out what they miss before offering anything.",
    (-1, 1): "They spend beyond what their income suggests: small prizes and instalments, no pressure.",
    (-1, -1): "They have little and spend little: inform them cheaply, at most.",
}
_ORDINARY = "Neither income nor spending sets them apart: what works for everybody works for them."


def readings(profiles: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return segment, customers, what they are like, and what to do."""
    z = (profiles[list(FEATURES)] - customers[list(FEATURES)].mean()) / customers[list(FEATURES)].std()
    rows = [
        (profile.segment, profile.customers, _like(z.loc[at], profiles.loc[at]), _action(z.loc[at]))
        for at, profile in zip(profiles.index, profiles.itertuples(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["segment", "customers", "who they are", "what to do"])


def _like(z: "pd.Series[float]", profile: "pd.Series[float]") -> str:
    parts = []
    for name, (below, above, unit) in _WORDS.items():
        size = abs(z[name])
        if size >= CLEAR:
            much = "much " if size >= STRONG else ""
            word = (above if z[name] > 0 else below).format(much)
            parts.append(f"{word} ({unit.format(profile[name])})")
    return ", ".join(parts) or "near the average in everything"


def _action(z: "pd.Series[float]") -> str:
    signs = tuple(int(np.sign(z[name])) if abs(z[name]) >= CLEAR else 0 for name in ("income_k", "score"))
    return _ACTIONS.get(signs, _ORDINARY)
