"""Chapters on k, on where fits begin, and on other algorithms."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.kmeans_deep import deep_claims
from batch.studies.kmeans_deep import figures_fits as figures
from batch.studies.kmeans_deep.algorithms import AlgorithmOutcome, Mixtures
from batch.studies.kmeans_deep.consensus import Consensus, Robustness
from batch.studies.kmeans_deep.k_qualities import QualityCurve
from batch.studies.kmeans_deep.starts import Starts
from shared.core.arrays import Float64


def how_many(wide: QualityCurve, rfm: QualityCurve) -> Chapter:
    """Ask every measure for k."""
    rows = [
        {"features": words} | asdict(quality)
        for words, curve in (("nine", wide), ("recency, frequency, monetary", rfm))
        for quality in curve.qualities
    ]
    picks = (wide.elbow, wide.by_silhouette, wide.by_davies_bouldin, wide.by_dunn, wide.by_calinski_harabasz)
    return Chapter(
        "How many clusters",
        (
            Figure(
                "measures",
                "Four measures by k",
                "Ringed: the k that the measure would pick. Best of five starts each.",
                partial(figures.measures, wide, rfm),
            ),
            Fact("pick_elbow", "elbow", wide.elbow),
            Fact("pick_silhouette", "silhouette", wide.by_silhouette),
            Fact("pick_davies_bouldin", "Davies-Bouldin", wide.by_davies_bouldin),
            Fact("pick_dunn", "Dunn", wide.by_dunn),
            Fact("pick_calinski_harabasz", "Calinski-Harabasz", wide.by_calinski_harabasz),
            *(
                Fact(f"wide_k{q.k}_silhouette", f"silhouette, k = {q.k}", q.silhouette, digits=3)
                for q in wide.qualities
            ),
            DataTable("measures", "All measures", pd.DataFrame(rows), decimals=3),
            Paragraph(deep_claims.answers(picks)),
            Paragraph(
                "Dunn divides the smallest gap by the largest diameter: among many customers, two "
                "neighbours decide "
                "it. Measures of spaces of different dimension cannot be compared at all: nine features "
                "do not "
                "cluster worse than three because their silhouette is lower."
            ),
            Paragraph(
                "From here on there is a segment for each label that was asked for. The product asks first "
                "whether segments come back in resampled customers and are large enough, and separation last."
            ),
        ),
    )


def beginnings(found: Mapping[str, Sequence[Starts]]) -> Chapter:
    """Compare starts on customers without and with gaps between them."""
    rows = [
        {
            "customers": name,
            "start": each.method,
            "within 1% of the best, %": 100 * each.good_share,
            "mean ratio": float(each.ratios.mean()),
            "worst ratio": float(each.ratios.max()),
            "mean passes": float(each.passes.mean()),
        }
        for name, starts in found.items()
        for each in starts
    ]
    numbers = [
        Fact(
            f"good_starts_{at}_{each.method.replace(' ', '_').replace('+', 'p').replace('-', '_')}_percent",
            f"{name}: {each.method}, good starts, %",
            100 * each.good_share,
            digits=1,
        )
        for at, (name, starts) in enumerate(found.items())
        for each in starts
    ]
    return Chapter(
        "Where K-means begins",
        (
            Figure(
                "starts",
                "One start each, over seeds",
                "A dot is one fit run until it rests; the line is the median. At one is the best fit "
                "that any "
                "found.",
                partial(figures.start_ratios, found),
            ),
            DataTable("starts", "Starts", pd.DataFrame(rows), decimals=3),
            *numbers,
            *(Paragraph(claim) for claim in deep_claims.beginnings(found)),
            Paragraph(
                "Either way the remedy is several starts, of which the best is kept; the product uses "
                "greedy seeding "
                "and ten."
            ),
        ),
    )


def algorithms(
    outcomes: Sequence[AlgorithmOutcome], mixtures: Mixtures, scores: Float64, *, k: int
) -> Chapter:
    """Lay other algorithms beside K-means."""
    columns = ("name", "n_clusters", "noise_share", "largest_share", "silhouette", "davies_bouldin", "ari")
    rows = [{name: getattr(outcome, name) for name in columns} for outcome in outcomes]
    return Chapter(
        "Other algorithms",
        (
            Figure(
                "algorithms",
                "The same customers, six ways",
                "On the first two principal components; grey dots belong to no cluster. Colours go by size.",
                partial(figures.side_by_side, scores, outcomes),
            ),
            DataTable(
                "algorithms",
                f"Where it can be chosen, k = {k}; ari is the agreement with K-means",
                pd.DataFrame(rows),
                decimals=3,
            ),
            *(Fact(f"clusters_{_key(o.name)}", f"{o.name}: clusters", o.n_clusters) for o in outcomes),
            *(
                Fact(f"ari_{_key(o.name)}", f"{o.name}: agreement with K-means", o.ari, digits=3)
                for o in outcomes
            ),
            Paragraph(deep_claims.algorithms(outcomes)),
            Figure(
                "bic",
                "Gaussian mixtures",
                deep_claims.mixtures(mixtures),
                partial(figures.bic_curves, mixtures),
            ),
            Fact("mixture_best_k", "components by BIC, of those tried", mixtures.best_k),
        ),
    )


def consensus(found: Consensus, robustness: Robustness) -> Chapter:
    """Show the ensemble and what it buys."""
    return Chapter(
        "An ensemble",
        (
            Paragraph(deep_claims.ensemble(found)),
            Figure(
                "together",
                "Who stays together",
                "Solid blocks along the diagonal are together in every view; their soft edges are the "
                "customers whom no view places for sure.",
                partial(figures.together_map, found),
            ),
            Figure(
                "robustness",
                "What it buys",
                deep_claims.runs(robustness),
                partial(figures.robustness_bars, robustness),
            ),
            Fact("undecided_pairs_percent", "undecided pairs, %", 100 * found.undecided_share, digits=1),
            Fact("robust_single", "agreement of single fits", robustness.single_start, digits=3),
            Fact("robust_consensus", "agreement of ensembles", robustness.consensus, digits=3),
            Fact("robust_best_of_ten", "agreement of best-of-ten fits", robustness.best_of_ten, digits=3),
            Paragraph(deep_claims.steadiness(robustness)),
        ),
    )


def _key(name: str) -> str:
    return name.lower().replace(", ", "_").replace("-", "").replace(" ", "_")
