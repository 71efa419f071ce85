"""What the study says of customers, countries and segments, each with a plain count that must agree."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.online_retail.categories import Categories
from batch.studies.online_retail.cleaning_effect import CleaningEffect
from batch.studies.online_retail.customer_rfm import Customers
from batch.studies.online_retail.invoice_lines import is_purchase, money
from batch.studies.online_retail.personas import PersonaSegment
from batch.studies.online_retail.spark_kmeans import KCurve
from shared.core.arrays import Int32

ALIKE = 0.9
"""Agreement (adjusted Rand) from which on two clusterings are called the same."""
LONELY = 0.02
"""Share of the customers below which a cluster is no segment."""


def cleaning(effect: CleaningEffect, cleaned: pd.DataFrame, lines: pd.DataFrame, currency: str) -> Claim:
    """Judge what all the cleaning changes for the segments and for the revenue."""

    def facts_of(document: pd.DataFrame, product: pd.DataFrame) -> Facts:
        sums = [_net_spend(table) for table in (document, product)]
        return {
            "difference": money(round(float(sums[0].sum() - sums[1].sum()), 2), currency),
            "ari": effect.ari,
            "same": effect.ari >= ALIKE,
        }

    def again(table: pd.DataFrame) -> Facts:
        return facts_of(cleaned, table[table["customer_id"].notna()])

    text = (
        "The product drops lines without a customer and nothing else: repeats count, gifts are worth "
        "nothing, every "
        "cancellation is netted. The cleaning asked for makes the net revenue of clustered customers "
        "larger by "
        "{difference}. "
    )
    verdict = (
        "Clustered on the log scale, both ways put nearly everybody into the same segment (agreement "
        "{ari:.2f})."
        if effect.ari >= ALIKE
        else "Clustered on the log scale, it moves customers between segments too (agreement {ari:.2f})."
    )
    return Claim(text + verdict, facts_of(cleaned, lines[lines["customer_id"].notna()]), again)


def home(found: Categories, cleaned: pd.DataFrame) -> Claim:
    """State where most customers live, and what they bring."""
    facts: Facts = {
        "home": found.home,
        "n_countries": found.n_countries,
        "customers": found.home_customer_share,
        "revenue": found.home_revenue_share,
    }

    def again(_lines: pd.DataFrame) -> Facts:
        bought = cleaned[is_purchase(cleaned)]
        value = bought["quantity"] * bought["unit_price"]
        buyers = bought.drop_duplicates(["customer_id", "country"]).groupby("country").size()
        revenue = value.groupby(bought["country"]).sum()
        first = max(buyers.index, key=lambda country: (buyers[country], revenue[country]))
        return {
            "home": first,
            "n_countries": len(buyers),
            "customers": float(buyers[first] / bought["customer_id"].nunique()),
            "revenue": float(revenue[first] / revenue.sum()),
        }

    if found.n_countries == 1:
        words = (
            "All customers live in one place ({home}): {customers:.0%} of them, {revenue:.0%} of the revenue."
        )
        return Claim(words, facts, again)
    words = "{customers:.1%} of the customers live in {home} and bring {revenue:.1%} of the revenue; "
    return Claim(words + "customers come from {n_countries} countries.", facts, again)


def spread(customers: Customers) -> Claim:
    """State how far frequency and spend reach."""

    def facts_of(rfm: pd.DataFrame) -> Facts:
        low, high = rfm.min(), rfm.max()
        return {
            "orders": int(high["frequency"]),
            "spend": float(round(high["monetary"] / low["monetary"], 1)),
        }

    facts = facts_of(customers.rfm[["frequency", "monetary"]])
    words = "Frequency reaches up to {orders:,}; the largest spend is {spend:,.0f} times the smallest."
    return Claim(words, facts, lambda _lines: facts_of(customers.rfm.set_index("customer_id")))


def as_of(customers: Customers) -> Claim:
    """State the day that recency counts to."""

    def again(lines: pd.DataFrame) -> Facts:
        bought = lines[lines["customer_id"].notna()]
        return {"as_of": (bought["invoiced_at"].max().normalize() + pd.Timedelta(days=1)).isoformat()}

    text = (
        "As of {as_of}, the midnight after the last invoice. Frequency counts invoices with a purchase; "
        "monetary "
        "is net of the cancellations that were kept."
    )
    return Claim(text, {"as_of": customers.as_of}, again)


def raw_scale(raw: KCurve, k: int) -> Claim:
    """Judge what standardising alone makes of the customers."""

    def again(_lines: pd.DataFrame) -> Facts:
        sizes = sorted(np.unique(raw.of(k).labels, return_counts=True)[1].tolist())
        share = sizes[0] / sum(sizes)
        return {"k": k, "smallest": sizes[0], "largest": sizes[-1], "lonely": share < LONELY}

    facts = again(pd.DataFrame())
    verdict = (
        "On the raw scale a few customers are so far out that K-means gives them a cluster of "
        "{smallest:,}, while "
        "{largest:,} customers share one; the silhouette rewards exactly that. "
        if facts["lonely"]
        else "On the raw scale the smallest of {k} clusters has {smallest:,} customers, the largest "
        "{largest:,}. "
    )
    text = (
        "Standardising does not change the shape of a feature. "
        + verdict
        + "Silhouettes of two scales cannot be "
        "compared: each measures distances of its own. Spark's silhouette uses squared distances and is "
        "larger than "
        "the usual one for the same labels."
    )
    return Claim(text, facts, again)


def who_pays(found: Sequence[PersonaSegment], customers: Customers, labels: Int32) -> Claim:
    """State which segment has the most customers, and which the most revenue."""
    many, rich = max(found, key=lambda s: s.n_customers), max(found, key=lambda s: s.revenue)
    facts: Facts = {
        "many": many.persona,
        "many_share": many.share,
        "many_revenue": many.revenue_share,
        "rich": rich.persona,
        "rich_share": rich.share,
        "rich_revenue": rich.revenue_share,
    }

    def again(_lines: pd.DataFrame) -> Facts:
        spend = customers.rfm["monetary"]
        counts = pd.Series(labels).value_counts()
        revenue = spend.groupby(np.asarray(labels)).sum()
        words = {segment.label: segment.persona for segment in found}
        most, best = int(counts.idxmax()), int(revenue.idxmax())
        return {
            "many": words[many.label if counts[many.label] == counts[most] else most],
            "many_share": float(counts[most] / len(spend)),
            "many_revenue": float(revenue[many.label] / spend.sum()),
            "rich": words[best],
            "rich_share": float(counts[best] / len(spend)),
            "rich_revenue": float(revenue[best] / spend.sum()),
        }

    if many is rich:
        words = (
            "{rich} are the most, {many_share:.1%} of the customers, and pay the most, {rich_revenue:.1%}."
        )
        return Claim(words, facts, again)
    return Claim(
        "{many} are the most, {many_share:.1%} of the customers, and bring {many_revenue:.1%} of the "
        "revenue; {rich} "
        "are {rich_share:.1%} and bring {rich_revenue:.1%}.",
        facts,
        again,
    )


def persona(segment: PersonaSegment, labels: Int32) -> Claim:
    """State how many a segment has, and what to do."""

    def again(_lines: pd.DataFrame) -> Facts:
        n = int((np.asarray(labels) == segment.label).sum())
        return {"name": segment.persona, "n": n, "action": segment.action}

    facts: Facts = {"name": segment.persona, "n": segment.n_customers, "action": segment.action}
    return Claim("{name} ({n:,} customers): {action}", facts, again)


def _net_spend(lines: pd.DataFrame) -> "pd.Series[float]":
    """Net spend of the customers with a purchase and more than nothing left."""
    buyers = set(lines.loc[is_purchase(lines), "customer_id"])
    spend = (lines["quantity"] * lines["unit_price"]).groupby(lines["customer_id"]).sum().round(3)
    return spend[spend.index.isin(buyers) & (spend > 0)]
