"""What the cleaning changes in the end: the same customers clustered from lines cleaned in two ways."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.online_retail.customer_rfm import to_customers
from batch.studies.online_retail.invoice_lines import is_known
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans


@dataclass(frozen=True)
class CleaningEffect:
    """The document's cleaning against none but dropping lines without a customer, as the product does.

    n_customers : in both. ari : agreement of the k segments, 1 is the same. revenues net.
    n_moved_spend : customers whose net spend differs by more than a tenth.
    """

    k: int
    n_customers: int
    n_only_document: int
    n_only_product: int
    document_revenue: float
    product_revenue: float
    n_moved_spend: int
    ari: float


def compare_cleaning(lines: pd.DataFrame, cleaned: pd.DataFrame, *, k: int, seed: int) -> CleaningEffect:
    """Cluster both on the log scale and compare who is with whom."""
    document, product = to_customers(cleaned), to_customers(lines[is_known(lines)])
    theirs, ours = document.rfm.set_index("customer_id"), product.rfm.set_index("customer_id")
    labels = [
        pd.Series(fit_kmeans(each.log, k, rng=seed).labels, index=each.rfm["customer_id"])
        for each in (document, product)
    ]
    both = theirs.index.intersection(ours.index)
    ratio = theirs.loc[both, "monetary"] / ours.loc[both, "monetary"]
    return CleaningEffect(
        k=k,
        n_customers=len(both),
        n_only_document=len(theirs.index.difference(ours.index)),
        n_only_product=len(ours.index.difference(theirs.index)),
        document_revenue=round(float(theirs["monetary"].sum()), 3),
        product_revenue=round(float(ours["monetary"].sum()), 3),
        n_moved_spend=int((np.abs(ratio - 1) > 0.1).sum()),
        ari=adjusted_rand(labels[0].loc[both].to_numpy(), labels[1].loc[both].to_numpy()),
    )
