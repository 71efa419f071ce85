"""K-means in depth: the whole list of the source document, measured on the same customers."""

import pandas as pd

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from batch.studies.claims import Claim, Facts
from batch.studies.framework import Context, Study, StudyResult
from batch.studies.kmeans_deep import chapters_features, chapters_fits, chapters_year
from batch.studies.kmeans_deep.algorithms import compare_algorithms, compare_mixtures
from batch.studies.kmeans_deep.behaviour import Behaviour, behaviour
from batch.studies.kmeans_deep.components import find_components
from batch.studies.kmeans_deep.consensus import agree, judge_robustness
from batch.studies.kmeans_deep.daily import follow
from batch.studies.kmeans_deep.demographics import scaled as scaled_bank
from batch.studies.kmeans_deep.demographics import study_bank, study_gender
from batch.studies.kmeans_deep.k_qualities import measure
from batch.studies.kmeans_deep.labels import label_segments
from batch.studies.kmeans_deep.starts import compare_starts
from batch.studies.kmeans_deep.unusual import compare_rules
from batch.studies.online_retail.enough import require_customers
from batch.studies.online_retail.line_columns import COLUMNS, understand
from batch.studies.online_retail.reading_lines import read_invoices, shipped
from shared.core.choice.feature_selection import FeatureVerdict, Method, select
from shared.core.kmeans.lloyd import fit_kmeans

K = 5
"""Labels that the document names."""
BANK_K = 6
SEED = 0
RFM = ("recency_days", "frequency", "monetary")
SELECTORS: tuple[Method, ...] = ("variance", "correlation", "laplacian")


def run(context: Context) -> StudyResult:
    """Do the whole analysis."""
    context.say("reading the lines")
    shop = read_invoices(context.data)
    lines = shop.lines
    customers = behaviour(lines)
    require_customers(len(customers.customers), context.data.path.name)
    X, names = customers.X, customers.names
    context.say("choosing features and k")
    verdicts: dict[str, tuple[FeatureVerdict, ...]] = {
        method: select(X, names, method, n_wanted=K, k=K, seed=SEED) for method in SELECTORS
    }
    components = find_components(X, K, seed=SEED)
    wide, rfm = measure(X, seed=SEED), measure(customers.columns(RFM), seed=SEED)
    context.say("comparing starts and algorithms")
    bank, mall = stand_ins.make("customer360"), stand_ins.make("mall", 2_000)
    starts = {
        "the shop's customers": compare_starts(X, K, seed=SEED),
        "made-up customers of six kinds": compare_starts(scaled_bank(bank), BANK_K, seed=SEED),
    }
    outcomes, mixtures = compare_algorithms(X, K, seed=SEED), compare_mixtures(X, seed=SEED)
    context.say("building an ensemble")
    ensemble, robustness = agree(X, K, seed=SEED), judge_robustness(X, K, seed=SEED)
    given = fit_kmeans(X, K, rng=SEED).labels
    context.say("following the year day by day")
    year = follow(lines, K, zone=shop.zone, seed=SEED)
    return StudyResult(
        _source(context.data.path.name, customers, lines),
        (
            chapters_features.features(customers),
            chapters_features.selection(verdicts),
            chapters_features.components(components, names),
            chapters_fits.how_many(wide, rfm),
            chapters_fits.beginnings(starts),
            chapters_fits.algorithms(outcomes, mixtures, components.scores, k=K),
            chapters_fits.consensus(ensemble, robustness),
            chapters_features.outliers(
                compare_rules(customers.raw, X, customers.column("monetary"), K, seed=SEED)
            ),
            chapters_features.labels(customers, X, label_segments(customers, given), given, names),
            chapters_features.people(
                study_bank(bank, k=BANK_K, seed=SEED), study_gender(mall, k=K, seed=SEED)
            ),
            chapters_year.year(year),
        ),
    )


def _source(name: str, customers: Behaviour, lines: pd.DataFrame) -> Claim:
    def again(table: pd.DataFrame) -> Facts:
        return {"name": name, "n": len(customers.customers), "n_lines": len(table)}

    return Claim("{name}: {n:,} customers of {n_lines:,} invoice lines.", again(lines), again)


STUDY = Study(
    name="kmeans-deep",
    title=STUDIES["kmeans-deep"].title,
    asked=(
        "Segment customers with K-means on wide features; choose k by elbow, silhouette and further "
        "indices; label the "
        "segments; and improve on K-means: careful starts, other algorithms, ensembles, principal "
        "components, outliers "
        "by quartiles and Z-score, automatic choice of features, and real-time updates."
    ),
    advice=(
        "Do not let one index choose k: they disagree. Ask whether segments come back, and are large "
        "enough to act on.",
        "Run several starts and keep the best; which kind of start matters less.",
        "Do not remove outliers before clustering: they are customers who pay. Take logarithms, and flag "
        "them.",
        "Keep gender and other categories out of K-means; tabulate them against the segments.",
        "Prefer few features that somebody can explain to a selection by a score.",
        "Use density-based clustering to look for gaps, not to make segments: most customers end up in none.",
        "Do not re-cluster in real time: keep states right, let centers rest daily, re-cluster when they "
        "no longer fit.",
    ),
    columns=tuple(COLUMNS.values()),
    understand=understand,
    own_data=shipped,
    run=run,
    notebook="kmeans_deep",
)
