"""Chapters on the customers: RFM, the number of clusters, and the four kinds of customers."""

from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail.customer_rfm import Customers
from batch.studies.online_retail.figures_segments import (
    k_curves,
    rfm_histograms,
    segment_scatter,
    segment_shares,
)
from batch.studies.online_retail.personas import describe_segments
from batch.studies.online_retail.spark_kmeans import KCurve


def rfm(customers: Customers) -> Chapter:
    """Recency, frequency and monetary."""
    table = customers.rfm
    return Chapter(
        "Recency, frequency, monetary",
        (
            Fact("n_clustered", "customers to cluster", len(table)),
            Fact("n_left_out", "left out: net spend of 0 or less", customers.n_left_out),
            Paragraph(
                f"As of {customers.as_of}, the midnight after the last invoice. Frequency counts invoices "
                "with a purchase; monetary is net of the cancellations that were kept."
            ),
            Figure(
                "rfm_histograms",
                "The three features",
                "Frequency and spend reach over three and six powers of ten.",
                partial(rfm_histograms, table),
            ),
            DataTable("rfm", "Customers", table, shown=8),
        ),
    )


def how_many(raw: KCurve, log: KCurve, *, k: int) -> Chapter:
    """Elbow and silhouette on both scales."""
    rows = [
        {
            "scale": scale,
            "k": fit.k,
            "inertia": fit.inertia,
            "silhouette": fit.silhouette,
            "silhouette, squared (Spark)": fit.silhouette_squared,
            "inertia / best of five starts": fit.inertia_by_best,
            "sizes": " + ".join(f"{size:,}" for size in fit.sizes),
        }
        for scale, curve in (("raw", raw), ("log", log))
        for fit in curve.fits
    ]
    numbers = [
        Fact(f"{scale}_k{fit.k}_{name}", f"{label}, {scale} scale, k = {fit.k}", value, digits=3)
        for scale, curve in (("raw", raw), ("log", log))
        for fit in curve.fits
        for name, label, value in (
            ("inertia", "inertia", fit.inertia),
            ("silhouette", "silhouette", fit.silhouette),
            ("silhouette_squared", "squared silhouette", fit.silhouette_squared),
        )
        if fit.k == k
    ]
    return Chapter(
        "How many clusters",
        (
            Figure(
                "k_curves",
                "Elbow and silhouette",
                "K-means of Spark on standardised features, raw and after log(1 + x).",
                partial(k_curves, raw, log),
            ),
            DataTable("k_scores", "Every k on both scales", pd.DataFrame(rows), decimals=3),
            Fact("raw_elbow", "elbow, raw scale", raw.elbow),
            Fact("log_elbow", "elbow, log scale", log.elbow),
            Fact("raw_best_k", "best silhouette at k, raw scale", raw.best_k),
            Fact("log_best_k", "best silhouette at k, log scale", log.best_k),
            *numbers,
            Fact(
                "raw_smallest", f"customers in the smallest of {k} clusters, raw scale", raw.of(k).sizes[-1]
            ),
            Fact(
                "log_smallest", f"customers in the smallest of {k} clusters, log scale", log.of(k).sizes[-1]
            ),
            Paragraph(
                "Standardising does not change the shape of a feature. On the raw scale a handful of "
                f"wholesalers is so far out that K-means gives them a cluster of {raw.of(k).sizes[-1]}, and "
                f"{raw.of(k).sizes[0]:,} customers share one; the silhouette rewards exactly that. "
                "Silhouettes of "
                "two scales cannot be compared: each measures distances of its own. Spark's silhouette uses "
                "squared distances and is larger than the usual one for the same labels."
            ),
            Paragraph(
                f"The document fixes k = {k}, and the elbow does not decide it: where its straight line ends "
                "moves it. The log scale is used from here on."
            ),
        ),
    )


def segments(customers: Customers, curve: KCurve, *, k: int) -> Chapter:
    """Name the four kinds of customers, by what each cluster is like."""
    labels = curve.of(k).labels
    found = describe_segments(customers.rfm, labels)
    table = pd.DataFrame([asdict(segment) for segment in found])
    table["scores"] = [" ".join(map(str, segment.scores)) for segment in found]
    return Chapter(
        "Who they are, and what to do",
        (
            Figure(
                "segment_scatter",
                "Customers by recency and spend",
                "On the scale they were clustered on; frequency is the third dimension.",
                partial(segment_scatter, customers.rfm, labels, found),
            ),
            Figure(
                "segment_shares",
                "Customers and revenue",
                "Who is many is seldom who pays.",
                partial(segment_shares, found),
            ),
            DataTable(
                "segments",
                "Segments; typical values are means on the log scale, means are plain",
                table.drop(columns=["action", "label"]),
            ),
            *(
                Fact(
                    f"{_key(s.persona)}_{s.label}_share_percent",
                    f"{s.persona}: customers, %",
                    100 * s.share,
                    digits=1,
                )
                for s in found
            ),
            *(
                Fact(
                    f"{_key(s.persona)}_{s.label}_revenue_percent",
                    f"{s.persona}: revenue, %",
                    100 * s.revenue_share,
                    digits=1,
                )
                for s in found
            ),
            *(
                Paragraph(f"{segment.persona} ({segment.n_customers:,} customers): {segment.action}")
                for segment in found
            ),
            Paragraph(
                "The names come from where a segment's typical customer lies among all customers (fifths of "
                "recency, frequency and spend), never from a cluster's number, which changes with every "
                "start."
            ),
        ),
    )


def _key(persona: str) -> str:
    return persona.lower()
