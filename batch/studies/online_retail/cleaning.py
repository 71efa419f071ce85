"""The cleaning that the source document asks for, in its order, with every dropped line counted."""

from dataclasses import dataclass

import pandas as pd

from batch.studies.online_retail.counterparts import match
from batch.studies.online_retail.invoice_lines import amounts, is_cancellation, is_known
from batch.studies.online_retail.missing_customers import fill_by_invoice
from batch.studies.online_retail.prices import fill_zero_prices, usual_prices


@dataclass(frozen=True)
class CleaningStep:
    """What one step did; revenue is the net value of the lines that are left."""

    name: str
    n_dropped: int
    n_changed: int
    n_left: int
    revenue_left: float


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Lines in order of time, with `is_price_filled`; and the steps that led there."""

    lines: pd.DataFrame
    steps: tuple[CleaningStep, ...]


def clean(lines: pd.DataFrame) -> Cleaned:
    """Drop what has no customer, repeats a line or cancels nothing; fill prices of 0.

    Parameters
    ----------
    lines : in order of time, as they were read.
    """
    named = fill_by_invoice(lines)
    known = named[is_known(named)]
    distinct = known.drop_duplicates()
    priced = fill_zero_prices(distinct, usual_prices(lines))
    matching = match(priced)
    kept = priced[~is_cancellation(priced) | matching.one_to_one]
    steps = (
        _step("as read", lines, lines),
        _step(
            "customer filled from the invoice",
            lines,
            named,
            int(is_known(named).sum() - is_known(lines).sum()),
        ),
        _step("without a customer dropped", named, known),
        _step("exact repeats dropped", known, distinct),
        _step("prices of 0 filled", distinct, priced, int(priced["is_price_filled"].sum())),
        _step("cancellations without a counterpart dropped", priced, kept),
    )
    return Cleaned(kept.reset_index(drop=True), steps)


def _step(name: str, before: pd.DataFrame, after: pd.DataFrame, n_changed: int = 0) -> CleaningStep:
    revenue = round(float(amounts(after).sum()), 3)
    return CleaningStep(name, len(before) - len(after), n_changed, len(after), revenue)
