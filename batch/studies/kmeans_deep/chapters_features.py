"""Chapters on features, their components, outliers, labels, and people's data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.framework.wording import in_words
from batch.studies.kmeans_deep import deep_claims
from batch.studies.kmeans_deep import figures_features as figures
from batch.studies.kmeans_deep.behaviour import Behaviour, rank_correlations
from batch.studies.kmeans_deep.components import Components
from batch.studies.kmeans_deep.demographics import Demographics, Gender
from batch.studies.kmeans_deep.labels import Labelled
from batch.studies.kmeans_deep.unusual import Unusual
from shared.core.arrays import Float64, Int32
from shared.core.choice.feature_selection import FeatureVerdict


def features(customers: Behaviour) -> Chapter:
    """Describe the nine features and how they go together."""
    frame = pd.DataFrame(customers.raw, columns=list(customers.names))
    alike = rank_correlations(customers.raw)
    return Chapter(
        "Nine features of behaviour",
        (
            Fact("n_customers", "customers", len(customers.customers)),
            Paragraph(
                "Age, gender and income are not in a shop's invoices; how much, how often, how broadly and "
                "at what prices somebody buys is. Interval is the mean pause between purchases (none "
                "for a single one); discount share is the part of spend on lines noticeably below the "
                "article's usual "
                "price; return share is what came back. All are taken as logarithms and standardised."
            ),
            DataTable("features", "The features", frame.describe().T.reset_index(names="feature")),
            Figure(
                "correlations",
                "What goes with what",
                deep_claims.goes_with_spend(customers, alike),
                partial(figures.correlations, alike, customers.names),
            ),
        ),
    )


def selection(verdicts: Mapping[str, Sequence[FeatureVerdict]]) -> Chapter:
    """Show what automatic rules would keep."""
    names = [verdict.name for verdict in next(iter(verdicts.values()))]
    table = pd.DataFrame({"feature": names})
    reasons = pd.DataFrame({"feature": names})
    for method, found in verdicts.items():
        table[method] = ["kept" if verdict.is_kept else "-" for verdict in found]
        reasons[method] = [verdict.reason for verdict in found]
    kept_by_all = [
        name for name, row in zip(names, table.iloc[:, 1:].to_numpy(), strict=True) if (row == "kept").all()
    ]
    return Chapter(
        "Choosing features automatically",
        (
            DataTable("selection", "What each rule keeps", table),
            DataTable("selection_reasons", "And why", reasons),
            Fact("kept_by_all_rules", "features that every rule keeps", len(kept_by_all)),
            Paragraph(
                "Rules: variance of the feature's range, rank correlation with an earlier feature, the "
                "Laplacian "
                "score (does it differ little between neighbours?). None knows what a feature is for. "
                "The batch "
                "job has the same rules and a fourth that tries sets out; it keeps the features of the "
                "model in "
                "force unless another set is clearly better, since other features are other segments."
            ),
            Paragraph(deep_claims.kept(kept_by_all)),
        ),
    )


def components(found: Components, names: Sequence[str]) -> Chapter:
    """Show the principal components."""
    return Chapter(
        "Fewer dimensions",
        (
            Figure(
                "loadings",
                "Principal components",
                deep_claims.dimensions(found, len(names)),
                partial(figures.loadings, found, names),
            ),
            Fact("n_components", "components kept", found.n_kept),
            Fact("components_ari", "agreement of segments, kept against all (ARI)", found.ari, digits=3),
            Fact("components_silhouette", "silhouette, kept", found.silhouette_kept, digits=3),
            Fact("all_silhouette", "silhouette, all", found.silhouette_all, digits=3),
            Paragraph(deep_claims.fewer_dimensions(found)),
        ),
    )


def outliers(found: Sequence[Unusual]) -> Chapter:
    """Show what each rule would set aside."""
    return Chapter(
        "Outliers",
        (
            Figure(
                "outliers",
                "What each rule calls an outlier",
                deep_claims.set_aside(found, "raw"),
                partial(figures.outlier_bars, found),
            ),
            DataTable(
                "outliers",
                "Rules; ari is the agreement of everybody else's segments",
                pd.DataFrame([asdict(u) for u in found]),
                decimals=3,
            ),
            *(
                Fact(f"outliers_{u.rule}_{u.scale}", f"{u.rule}, {u.scale} scale", u.n_outliers)
                for u in found
            ),
            Paragraph(deep_claims.set_aside(found, "log")),
            Paragraph(
                "Nine features each with their own fences add up. To remove outliers before clustering "
                "is to remove "
                "customers who pay; the product flags them instead: they keep their segment, and an "
                "operator may "
                "leave them out of the fit (`model.outliers`)."
            ),
        ),
    )


def labels(
    customers: Behaviour,
    X: Float64,
    found: Sequence[Labelled],
    given: Int32,
    names: Sequence[str],
) -> Chapter:
    """Show the document's labels."""
    rows = [
        {
            "label": segment.word,
            "product's name": segment.name,
            "customers": segment.n_customers,
            "% of customers": 100 * segment.share,
            "% of revenue": 100 * segment.revenue_share,
        }
        | dict(zip(map(in_words, customers.names), segment.typical.tolist(), strict=True))
        for segment in found
    ]
    return Chapter(
        "Labels",
        (
            Figure(
                "profiles",
                "What the segments are like",
                "Means of the scaled features, against everybody's mean.",
                partial(figures.profiles, found, X, given, names),
            ),
            DataTable("labels", "Segments and their typical customers", pd.DataFrame(rows)),
            *(Fact(f"label_{s.label}_customers", f"{s.word} ({s.name})", s.n_customers) for s in found),
            *(Paragraph(deep_claims.label(segment, given)) for segment in found),
            Paragraph(
                "The labels are read off each segment's typical customer, among all customers; two segments "
                "may share one. In the document's five words there is no place for new and for lost "
                "customers; the product's names have both."
            ),
        ),
    )


def people(bank: Demographics, gender: Gender) -> Chapter:
    """Show what age, income, tenure and gender add, on made-up customers."""
    return Chapter(
        "Age, income, gender",
        (
            Paragraph(
                "Made-up customers of a bank and of a mall (see `resegment generate`): "
                "their kinds are built in, so that this shows the method and says nothing about anybody."
            ),
            Fact("bank_k_log", "k by silhouette, log scale (6 kinds are built in)", bank.log.by_silhouette),
            Fact("bank_k_plain", "k by silhouette, plain scale", bank.plain.by_silhouette),
            Fact("bank_ari", f"agreement of both scales at k = {bank.k} (ARI)", bank.ari, digits=3),
            DataTable("bank", "Medians of the bank's segments; money in thousands", bank.profile, decimals=1),
            Fact("gender_ari", "mall: segments with and without gender agree (ARI)", gender.ari, digits=3),
            Fact(
                "gender_purity_without_percent",
                "commoner gender in a segment, without, %",
                100 * gender.purity_without,
                digits=1,
            ),
            Fact(
                "gender_purity_with_percent", "with gender as a number, %", 100 * gender.purity_with, digits=1
            ),
            Paragraph(
                "Gender as a number, standardised, is the strongest feature there is: nobody lies "
                "between, so "
                "K-means splits along it first. Leave it out of the fit, and "
                "tabulate it against the segments afterwards. The same holds for every category; and "
                "segments "
                "by age or gender may be unlawful to price by."
            ),
        ),
    )
