"""Online Retail: from the file to four kinds of customers, in the order of the source document."""

import pandas as pd

from batch.studies.catalogue import STUDIES
from batch.studies.claims import Claim, Facts
from batch.studies.framework import Context, Study, StudyResult
from batch.studies.online_retail import (
    analyst_collections,
    chapters_cleaned,
    chapters_lines,
    chapters_money,
    chapters_segments,
    stored_documents,
)
from batch.studies.online_retail.cleaning import Cleaned, clean
from batch.studies.online_retail.customer_rfm import Customers, to_customers
from batch.studies.online_retail.enough import require_customers
from batch.studies.online_retail.line_columns import COLUMNS, understand
from batch.studies.online_retail.personas import describe_segments
from batch.studies.online_retail.reading_lines import read_invoices, shipped
from batch.studies.online_retail.spark_kmeans import KCurve, fit_curve
from batch.studies.online_retail.store import Stored, store

K = 4
"""Kinds of customers that the document names."""
SEED = 0


def run(context: Context) -> StudyResult:
    """Do the whole analysis."""
    context.say("reading the lines")
    shop = read_invoices(context.data)
    lines, currency = shop.lines, shop.currency
    cleaned = clean(lines)
    customers = to_customers(cleaned.lines)
    require_customers(len(customers.rfm), context.data.path.name)
    context.say("looking at them")
    first = [
        chapters_lines.structure(shop),
        chapters_lines.dirt(shop),
        chapters_lines.customers(shop),
        chapters_lines.duplicates(shop),
        chapters_money.capping(shop),
        chapters_money.prices(shop),
        chapters_money.cancellations(shop),
    ]
    context.say("clustering with Spark")
    raw, log = (fit_curve(context.spark(), scaled, seed=SEED) for scaled in (customers.raw, customers.log))
    then = [
        chapters_cleaned.cleaning(shop, cleaned, k=K, seed=SEED),
        chapters_cleaned.categories(cleaned, currency),
        chapters_cleaned.stored(_stored(context, shop.zone, cleaned, customers, log), cleaned, currency),
        chapters_segments.rfm(customers, currency),
        chapters_segments.how_many(raw, log, k=K),
        chapters_segments.segments(customers, log, currency, k=K),
    ]
    return StudyResult(_source(context, lines), (*first, *then))


def _stored(
    context: Context, zone: str, cleaned: Cleaned, customers: Customers, curve: KCurve
) -> Stored | None:
    if context.open_store is None:
        return None
    context.say("storing the cleaned lines")
    labels = curve.of(K).labels
    segments = describe_segments(customers.rfm, labels)
    with context.open_store(context.say) as database:
        return store(
            database,
            {
                analyst_collections.TRANSACTIONS: stored_documents.transactions(cleaned.lines, zone),
                analyst_collections.PRODUCTS: stored_documents.products(cleaned.lines, zone),
                analyst_collections.CUSTOMERS: stored_documents.customers(
                    customers.rfm, labels.tolist(), segments
                ),
            },
            zone,
        )


def _source(context: Context, lines: pd.DataFrame) -> Claim:
    where = "UCI Online Retail (D. Chen, CC BY)" if context.is_own else context.data.path.name

    def again(table: pd.DataFrame) -> Facts:
        return {"where": where, "n": len(table)}

    return Claim("{where}: {n:,} invoice lines.", again(lines), again)


STUDY = Study(
    name="online-retail",
    title=STUDIES["online-retail"].title,
    asked=(
        "Explore a year of invoice lines; fill or drop missing customers; drop repeats; cap outliers; "
        "replace "
        "prices of 0; test two assumptions about cancellations; store the result for dashboards; cluster "
        "customers by recency, frequency and spend with K-means; name four kinds of customers and what to do."
    ),
    advice=(
        "Do not cap quantities and prices: large lines are somebody's business. Cluster on log(1 + x) "
        "instead.",
        "Do not standardise raw RFM and cluster that: a few customers far out take a cluster of their "
        "own and "
        "everybody else shares one.",
        "Do not fill prices of 0: gifts are no revenue.",
        "Net every cancellation instead of dropping those without a twin: people return part of what they "
        "bought.",
        "Keep exact repeats, or better, number the lines of an invoice where they are made.",
        "Choose k by what comes back in other samples of customers, not by the elbow: `resegment recluster` "
        "asks for stable, large enough segments first and for separation then.",
        "Name a segment by what it is like, every time anew: a fixed table of cluster number and name is "
        "wrong "
        "after the next fit.",
    ),
    columns=tuple(COLUMNS.values()),
    understand=understand,
    own_data=shipped,
    run=run,
    notebook="online_retail",
)
