"""Segments in words: what sets their customers apart from all customers."""

from functools import partial

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts, Value
from batch.studies.framework import DataTable
from batch.studies.mall_som import recounts
from batch.studies.mall_som.customers import Mall
from batch.studies.mall_som.segmentation import Segmentation, profiles

CLEAR, STRONG = 0.4, 1.0
"""Deviations from the mean of all customers from which a difference is named, and named strong."""

_WORDS = {
    "age_years": ("younger", "older", "{age_years:SPEC} years"),
    "income": ("lower income", "higher income", "{income:SPEC}{income_unit}"),
    "score": ("spend less", "spend more", "score {score:SPEC}"),
}
_WHOLE = 100
"""Means from this on are said without decimals."""
_ACTIONS: dict[tuple[int, ...], str] = {
    (1, 1): "They can spend and they do: keep them with service and early access, not with discounts.",
    (1, -1): "They could spend and do not: find out what they miss before offering anything.",
    (-1, 1): "They spend beyond what their income suggests: small prizes and instalments, no pressure.",
    (-1, -1): "They have less and spend less: inform them cheaply, at most.",
    (1, 0): "They have more than they spend here: offer them better things, not cheaper ones.",
    (-1, 0): "They spend as others do on less: prices matter to them.",
    (0, 1): "They spend more than others on a usual income: keep them, they like it here.",
    (0, -1): "They spend less than others on a usual income: ask what they buy elsewhere.",
}
_ORDINARY = "Neither income nor spending sets them apart: what works for everybody works for them."


def readings(mall: Mall, found: Segmentation) -> DataTable:
    """Return segment, customers, what they are like, and what to do; each sentence is a claim."""
    claims = tuple(_like(mall, found, segment) for segment in np.unique(found.segments).tolist())
    rows = [(c.facts["segment"], c.facts["customers"], c.text, action(c.facts)) for c in claims]
    frame = pd.DataFrame(rows, columns=["segment", "customers", "who they are", "what to do"])
    return DataTable("readings", "What each segment is like", frame, claims=claims)


def action(facts: Facts) -> str:
    """Return what goes with a difference in income and in spending."""
    signs = tuple(int(facts.get(f"{name}_sign", 0)) for name in ("income", "score"))
    return _ACTIONS.get(signs, _ORDINARY)


def _like(mall: Mall, found: Segmentation, segment: int) -> Claim:
    means = profiles(mall.table, mall.features, found.segments).set_index("segment").loc[segment]
    table = mall.table[list(mall.features)]
    unit = f" {mall.unit('income')}".rstrip()
    facts: dict[str, Value] = {
        "segment": segment, "customers": int(means["customers"]), "income_unit": unit,
    }  # fmt: skip
    wordings = []
    for name in mall.varying:
        z = (means[name] - table[name].mean()) / table[name].std()
        sign = int(np.sign(z)) if abs(z) >= CLEAR else 0
        facts |= {name: float(means[name]), f"{name}_sign": sign, f"{name}_strong": bool(abs(z) >= STRONG)}
        if sign:
            below, above, said = _WORDS[name]
            words = above if sign > 0 else below
            spec = ",.1f" if abs(means[name]) < _WHOLE else ",.0f"
            said = said.replace("SPEC", spec)
            wordings.append(f"{_much(words) if abs(z) >= STRONG else words} ({said})")
    return Claim(
        ", ".join(wordings) or "near the average in everything", facts, partial(_again, mall, found, facts)
    )


def _much(words: str) -> str:
    """Make a difference a strong one."""
    verb, _, rest = words.partition(" ")
    return f"spend much {rest}" if verb == "spend" else f"much {words}"


def _again(mall: Mall, found: Segmentation, facts: Facts, read: pd.DataFrame) -> Facts:
    table = recounts.kept(read)
    members = table[found.segments == facts["segment"]]
    again: dict[str, Value] = {
        "segment": facts["segment"], "customers": len(members), "income_unit": facts["income_unit"],
    }  # fmt: skip
    for name in mall.varying:
        z = float((members[name].mean() - table[name].mean()) / table[name].std())
        again[name] = float(members[name].mean())
        again[f"{name}_sign"] = 0 if abs(z) < CLEAR else (1 if z > 0 else -1)
        again[f"{name}_strong"] = abs(z) >= STRONG
    return again
