"""Which purchase a cancellation undoes: the second assumption, that there is one of the same quantity."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from batch.studies.online_retail.invoice_lines import amounts, is_cancellation, is_known, is_purchase
from shared.core.arrays import Bool, ReadOnlyArrays

Mask = Bool


@dataclass(frozen=True, eq=False)
class Matching(ReadOnlyArrays):
    """Of each of n lines whether it is a cancellation that has what the field says, (n,).

    anywhere : a purchase of the same customer, article and quantity, even a later one.
    earlier : such a purchase before it; one purchase may answer for several cancellations.
    one_to_one : such a purchase before it that no other cancellation has taken.
    covered : earlier purchases of the article that together, less what was returned before, are as many.
    """

    is_cancelled: Mask
    anywhere: Mask
    earlier: Mask
    one_to_one: Mask
    covered: Mask


@dataclass(frozen=True)
class Counterparts:
    """Cancelled lines by how good a counterpart they have, each with its share, and values."""

    n_lines: int
    n_anywhere: int
    n_earlier: int
    n_one_to_one: int
    n_covered: int
    anywhere_share: float
    earlier_share: float
    one_to_one_share: float
    covered_share: float
    value: float
    one_to_one_value: float
    covered_value: float


def match(lines: pd.DataFrame) -> Matching:
    """Look for the counterpart of every cancellation; lines without a customer have none.

    Parameters
    ----------
    lines : in order of time.
    """
    known, cancelled = is_known(lines).to_numpy(), is_cancellation(lines).to_numpy()
    bought = is_purchase(lines).to_numpy()
    article = lines.groupby(["customer_id", "stock_code"], sort=False).ngroup().to_numpy()
    quantity = lines["quantity"].abs().to_numpy()
    same = pd.DataFrame({"article": article, "quantity": quantity}).groupby(
        ["article", "quantity"], sort=False
    )
    kind = np.where(known, same.ngroup().to_numpy(), -1)
    times = lines["invoiced_at"].to_numpy()
    asked = cancelled & known
    first_bought = pd.Series(times[bought & known]).groupby(kind[bought & known]).min()
    first = first_bought.reindex(kind).to_numpy()
    return Matching(
        is_cancelled=cancelled,
        anywhere=asked & ~np.isnat(first),
        earlier=asked & (first <= times),
        one_to_one=_one_to_one(kind, times, bought & known, asked),
        covered=_covered(article, times, lines["quantity"].to_numpy(np.int64), bought & known, asked),
    )


def judge_counterparts(lines: pd.DataFrame, matching: Matching) -> Counterparts:
    """Count the cancellations of known customers by what was found for them."""
    asked = matching.is_cancelled & is_known(lines).to_numpy()
    n, value = max(int(asked.sum()), 1), -amounts(lines).to_numpy()
    return Counterparts(
        n_lines=int(asked.sum()),
        n_anywhere=int(matching.anywhere.sum()),
        n_earlier=int(matching.earlier.sum()),
        n_one_to_one=int(matching.one_to_one.sum()),
        n_covered=int(matching.covered.sum()),
        anywhere_share=int(matching.anywhere.sum()) / n,
        earlier_share=int(matching.earlier.sum()) / n,
        one_to_one_share=int(matching.one_to_one.sum()) / n,
        covered_share=int(matching.covered.sum()) / n,
        value=round(float(value[asked].sum()), 3),
        one_to_one_value=round(float(value[matching.one_to_one].sum()), 3),
        covered_value=round(float(value[matching.covered].sum()), 3),
    )


def _one_to_one(kind: NDArray[Any], times: NDArray[np.datetime64], bought: Mask, asked: Mask) -> Mask:
    """Match as brackets: a cancellation closes the latest open purchase of its kind before it."""
    part = np.flatnonzero(bought | asked)
    part = part[np.lexsort((asked[part], times[part], kind[part]))]  # at one instant, purchases come first
    steps = pd.Series(np.where(asked[part], -1, 1))
    open_now = steps.groupby(kind[part]).cumsum()
    lowest = open_now.groupby(kind[part]).cummin()
    before = lowest.groupby(kind[part]).shift(fill_value=0).clip(upper=0)
    matched = np.zeros(len(kind), np.bool_)
    matched[part] = asked[part] & (open_now >= before).to_numpy()
    return matched


def _covered(
    article: NDArray[Any],
    times: NDArray[np.datetime64],
    quantity: NDArray[Any],
    bought: Mask,
    asked: Mask,
) -> Mask:
    """Keep a balance of each customer's articles; a return beyond it is refused and changes nothing."""
    returned = np.isin(article, article[asked])
    part = np.flatnonzero((bought | asked) & returned)
    part = part[np.lexsort((asked[part], times[part]))]
    balance: dict[int, int] = {}
    covered = np.zeros(len(article), np.bool_)
    for row, key, change in zip(part.tolist(), article[part].tolist(), quantity[part].tolist(), strict=True):
        after = balance.get(key, 0) + change
        if after >= 0:
            balance[key] = after
            covered[row] = asked[row]
    return covered
