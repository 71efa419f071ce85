"""Scripted changes of a shop's transactions, to rehearse drift on data of one's own.

A script says, for lines in order of time, which of them to send, how often, under whose name and at what
price. It is a plan over row numbers and knows nothing of files; `simulated_file` carries it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from shared.core.arrays import Bool, Float64, Int64
from shared.core.customers.features import MS_PER_DAY

NOBODY: Final = -1
"""Customer of a line that names none; such lines are never changed."""

RAMP_DAYS: Final = 60
COHORT_DAYS: Final = 28
SWELL_DAYS: Final = 56
ACTIVE_DAYS: Final = 90
"""Customers without a purchase for so long are dormant."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Transaction lines, all arrays (n,).

    times_ms : since the epoch, UTC. customers : codes from 0, `NOBODY` where none is named.
    invoices : codes from 0. amounts : quantity times price, negative for returns.
    """

    times_ms: Int64
    customers: Int64
    invoices: Int64
    amounts: Float64

    @property
    def n_customers(self) -> int:
        """The first code that is free for a newcomer."""
        return int(self.customers.max(initial=NOBODY)) + 1


@dataclass(frozen=True, eq=False)
class Plan:
    """What to send instead, all arrays (m,) in sending order.

    rows : line to send. customers : under whose name, codes beyond those of the lines are newcomers.
    price_factors : what its price is multiplied by. copies : 0 for a line of the file, 1 for its copy.
    """

    rows: Int64
    customers: Int64
    price_factors: Float64
    copies: Int64


@dataclass(frozen=True)
class Scenario:
    """A scripted change. strength : default; what it means is in `effect`."""

    effect: str
    strength: float
    most: float
    script: Callable[[Lines, int, float, np.random.Generator], Plan]


def rehearse(lines: Lines, scenario: str, at_ms: int, strength: float, seed: int) -> Plan:
    """Script a change that begins at a moment; lines before it stay as they are.

    Parameters
    ----------
    scenario : name in `SCENARIOS`. strength : see the scenario's `effect`.
    """
    return SCENARIOS[scenario].script(lines, at_ms, strength, np.random.default_rng(seed))


def _spend_inflation(lines: Lines, at_ms: int, strength: float, _rng: np.random.Generator) -> Plan:
    plan = _as_it_was(lines)
    factors = np.where(_later(lines, at_ms), 1 + strength, 1.0)
    return Plan(plan.rows, plan.customers, factors, plan.copies)


def _fewer_purchases(lines: Lines, at_ms: int, strength: float, rng: np.random.Generator) -> Plan:
    dropped = _later(lines, at_ms) & (_by_invoice(lines, rng) < strength)
    return _only(_as_it_was(lines), ~dropped)


def _new_cohort(lines: Lines, at_ms: int, strength: float, rng: np.random.Generator) -> Plan:
    during = _bought(lines, at_ms) & (lines.times_ms < at_ms + COHORT_DAYS * MS_PER_DAY)
    copied = during & (_by_invoice(lines, rng) < strength)
    # One newcomer for each copied invoice.
    return _with_copies(lines, np.flatnonzero(copied), lines.n_customers + lines.invoices[copied])


def _share_shift(lines: Lines, at_ms: int, strength: float, rng: np.random.Generator) -> Plan:
    dormant = _customers_between(lines, at_ms, at_ms - ACTIVE_DAYS * MS_PER_DAY, active=False)
    moved = _bought(lines, at_ms) & (_by_invoice(lines, rng) < strength)
    if not dormant.size:
        return _as_it_was(lines)
    chosen = rng.choice(dormant, lines.invoices.max(initial=0) + 1)
    return _renamed(lines, moved, chosen[lines.invoices])


def _top_buyers_leave(lines: Lines, at_ms: int, strength: float, _rng: np.random.Generator) -> Plan:
    before = ~_later(lines, at_ms) & (lines.customers != NOBODY)
    spend = np.bincount(lines.customers[before], lines.amounts[before], minlength=lines.n_customers)
    buyers = np.flatnonzero(spend > 0)
    leaving = buyers[np.argsort(-spend[buyers], kind="stable")[: round(len(buyers) * strength)]]
    return _only(_as_it_was(lines), ~(_later(lines, at_ms) & np.isin(lines.customers, leaving)))


def _gradual_mix(lines: Lines, at_ms: int, strength: float, rng: np.random.Generator) -> Plan:
    progress = np.clip((lines.times_ms - at_ms) / (RAMP_DAYS * MS_PER_DAY), 0, 1)
    moved = _bought(lines, at_ms) & (_by_invoice(lines, rng) < strength * progress)
    return _renamed(lines, moved, lines.n_customers + lines.invoices)


def _season_only(lines: Lines, at_ms: int, strength: float, rng: np.random.Generator) -> Plan:
    days = (lines.times_ms - at_ms) / MS_PER_DAY
    swell = strength * np.sin(np.pi * np.clip(days / SWELL_DAYS, 0, 1))
    copied = _bought(lines, at_ms) & (_by_invoice(lines, rng) < swell)
    active = _customers_between(lines, at_ms, at_ms - ACTIVE_DAYS * MS_PER_DAY, active=True)
    if not active.size:
        return _as_it_was(lines)
    chosen = rng.choice(active, lines.invoices.max(initial=0) + 1)
    return _with_copies(lines, np.flatnonzero(copied), chosen[lines.invoices[copied]])


_EFFECTS = {
    "spend-inflation": "prices rise by this share",
    "fewer-purchases": "this share of invoices is never written",
    "new-cohort": f"for {COHORT_DAYS} days, so many newcomers for each invoice buy what others do",
    "share-shift": f"this share of invoices goes to customers who had not bought for {ACTIVE_DAYS} days",
    "top-buyers-leave": "this share of customers, those who spent most, buys no more",
    "gradual-mix": f"over {RAMP_DAYS} days, up to this share of invoices goes to newcomers",
    "season-only": f"for {SWELL_DAYS} days, up to so many more invoices, of active customers; nothing else",
}

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {
        "spend-inflation": Scenario(_EFFECTS["spend-inflation"], 0.5, 10.0, _spend_inflation),
        "fewer-purchases": Scenario(_EFFECTS["fewer-purchases"], 0.4, 1.0, _fewer_purchases),
        "new-cohort": Scenario(_EFFECTS["new-cohort"], 0.5, 1.0, _new_cohort),
        "share-shift": Scenario(_EFFECTS["share-shift"], 0.5, 1.0, _share_shift),
        "top-buyers-leave": Scenario(_EFFECTS["top-buyers-leave"], 0.05, 1.0, _top_buyers_leave),
        "gradual-mix": Scenario(_EFFECTS["gradual-mix"], 0.5, 1.0, _gradual_mix),
        "season-only": Scenario(_EFFECTS["season-only"], 0.5, 1.0, _season_only),
    }
)
"""What can be rehearsed, by name."""


def _as_it_was(lines: Lines) -> Plan:
    n = len(lines.times_ms)
    return Plan(np.arange(n), lines.customers, np.ones(n), np.zeros(n, dtype=np.int64))


def _only(plan: Plan, kept: Bool) -> Plan:
    return Plan(plan.rows[kept], plan.customers[kept], plan.price_factors[kept], plan.copies[kept])


def _renamed(lines: Lines, moved: Bool, customers: Int64) -> Plan:
    plan = _as_it_was(lines)
    return Plan(plan.rows, np.where(moved, customers, plan.customers), plan.price_factors, plan.copies)


def _with_copies(lines: Lines, rows: Int64, customers: Int64) -> Plan:
    """Send copies of some rows too, each right after its original."""
    plan = _as_it_was(lines)
    together = np.concatenate([plan.rows, rows])
    order = np.argsort(together, kind="stable")
    return Plan(
        together[order],
        np.concatenate([plan.customers, customers])[order],
        np.ones(len(together)),
        np.concatenate([plan.copies, np.ones(len(rows), dtype=np.int64)])[order],
    )


def _later(lines: Lines, at_ms: int) -> Bool:
    later: Bool = (lines.times_ms >= at_ms) & (lines.customers != NOBODY)
    return later


def _bought(lines: Lines, at_ms: int) -> Bool:
    """Which later lines are purchases: returns stay with whom they belong to."""
    return _later(lines, at_ms) & (lines.amounts > 0)


def _by_invoice(lines: Lines, rng: np.random.Generator) -> Float64:
    """Draw a number from 0 to 1 for each line, the same for all lines of an invoice."""
    return rng.random(int(lines.invoices.max(initial=0)) + 1)[lines.invoices]


def _customers_between(lines: Lines, at_ms: int, since_ms: int, *, active: bool) -> Int64:
    """Return who bought before `at_ms`, and did (or did not) since `since_ms`."""
    known = (lines.customers != NOBODY) & (lines.times_ms < at_ms) & (lines.amounts > 0)
    recent = np.unique(lines.customers[known & (lines.times_ms >= since_ms)])
    if active:
        return recent
    return np.setdiff1d(lines.customers[known], recent)
