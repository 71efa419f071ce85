"""Chapters on the customers: RFM, the number of clusters, and the four kinds of customers."""

from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail import customer_claims
from batch.studies.online_retail.customer_rfm import Customers
from batch.studies.online_retail.figures_segments import (
    k_curves,
    rfm_histograms,
    segment_scatter,
    segment_shares,
)
from batch.studies.online_retail.personas import describe_segments
from batch.studies.online_retail.spark_kmeans import KCurve


def rfm(customers: Customers, currency: str) -> Chapter:
    """Recency, frequency and monetary."""
    table = customers.rfm
    return Chapter(
        "Recency, frequency, monetary",
        (
            Fact("n_clustered", "customers to cluster", len(table)),
            Fact("n_left_out", "left out: net spend of 0 or less", customers.n_left_out),
            Paragraph(customer_claims.as_of(customers)),
            Figure(
                "rfm_histograms",
                "The three features",
                customer_claims.spread(customers),
                partial(rfm_histograms, table, currency),
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
                "K-means of Spark on standardised features, as they are and after taking logarithms.",
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
            Paragraph(customer_claims.raw_scale(raw, k)),
            Paragraph(
                "The number of kinds is the one that was asked for; the elbow does not decide it: where its "
                "straight line ends moves it. The log scale is used from here on."
            ),
        ),
    )


def segments(customers: Customers, curve: KCurve, currency: str, *, k: int) -> Chapter:
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
                partial(segment_scatter, customers.rfm, labels, found, currency),
            ),
            Figure(
                "segment_shares",
                "Customers and revenue",
                customer_claims.who_pays(found, customers, labels),
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
            *(Paragraph(customer_claims.persona(segment, labels)) for segment in found),
            Paragraph(
                "The names come from where a segment's typical customer lies among all customers (fifths of "
                "recency, frequency and spend), never from a cluster's number, which changes with every "
                "start."
            ),
        ),
    )


def _key(persona: str) -> str:
    return persona.lower()
