"""Lines that repeat another one exactly, and why that does not make them wrong.

The file has no line number. Two customers' worth of the same article rung up twice on one invoice look
just like a line that was exported twice.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts


@dataclass(frozen=True)
class Duplicates:
    """n_repeats : lines beyond the first of their kind. n_involved : the first ones included.

    n_adjacent : repeats right after their twin in the file; an export that wrote lines twice would make
    nearly all of them so. n_whole_invoices : invoices whose every line is repeated, as an invoice sent twice
    would be. value : of the repeats.
    """

    n_repeats: int
    n_involved: int
    n_invoices: int
    n_adjacent: int
    adjacent_share: float
    n_whole_invoices: int
    value: float
    value_share: float


def judge_duplicates(lines: pd.DataFrame) -> Duplicates:
    """Count repeats among the lines, and look at where they stand."""
    repeats = lines.duplicated()
    twins = lines.duplicated(keep=False)
    n_adjacent = int((repeats & _equals_previous(lines)).sum())
    all_twins = twins.groupby(lines["invoice_no"]).all()
    value = float(amounts(lines[repeats]).sum())
    return Duplicates(
        n_repeats=int(repeats.sum()),
        n_involved=int(twins.sum()),
        n_invoices=lines.loc[repeats, "invoice_no"].nunique(),
        n_adjacent=n_adjacent,
        adjacent_share=n_adjacent / max(int(repeats.sum()), 1),
        n_whole_invoices=int(all_twins.sum()),
        value=round(value, 3),
        value_share=value / float(amounts(lines).sum()),
    )


def _equals_previous(lines: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    kinds = lines.groupby(list(lines.columns), dropna=False, observed=True, sort=False).ngroup().to_numpy()
    return np.append(False, kinds[1:] == kinds[:-1])
