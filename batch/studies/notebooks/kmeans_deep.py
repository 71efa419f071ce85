# %% [markdown]
"""
# K-means in depth.

The chapters of the report, made by the same functions; what is slow uses fewer seeds here.
"""

# %%
from pathlib import Path

from batch.studies import stand_ins
from batch.studies.framework.showing import show
from batch.studies.kmeans_deep import chapters_features, chapters_fits, chapters_year
from batch.studies.kmeans_deep.algorithms import compare_algorithms, compare_mixtures
from batch.studies.kmeans_deep.behaviour import behaviour
from batch.studies.kmeans_deep.components import find_components
from batch.studies.kmeans_deep.consensus import agree, judge_robustness
from batch.studies.kmeans_deep.daily import follow
from batch.studies.kmeans_deep.demographics import scaled, study_bank, study_gender
from batch.studies.kmeans_deep.k_qualities import measure
from batch.studies.kmeans_deep.labels import label_segments
from batch.studies.kmeans_deep.starts import compare_starts
from batch.studies.kmeans_deep.unusual import compare_rules
from batch.studies.online_retail.reading_lines import read_invoices
from batch.studies.reading import DataFile
from shared.core.choice.feature_selection import Method, select
from shared.core.kmeans.lloyd import fit_kmeans

# %% tags=["parameters"]
DATA = DataFile(Path("data/online_retail.csv.gz"))

# %%
shop = read_invoices(DATA)
lines = shop.lines
customers = behaviour(lines)
X, K = customers.X, 5
show(*chapters_features.features(customers).blocks)

# %% [markdown]
"""
## Features
"""

# %%
rules: tuple[Method, ...] = ("variance", "correlation", "laplacian")
verdicts = {str(rule): select(X, customers.names, rule, n_wanted=K, k=K) for rule in rules}
show(*chapters_features.selection(verdicts).blocks)

# %%
components = find_components(X, K)
show(*chapters_features.components(components, customers.names).blocks)

# %% [markdown]
"""
## k, starts, algorithms
"""

# %%
rfm = customers.columns(("recency_days", "frequency", "monetary"))
show(*chapters_fits.how_many(measure(X, (2, 4, 6, 8)), measure(rfm, (2, 4, 6, 8))).blocks)

# %%
bank = stand_ins.make("customer360")
starts = {
    "the shop's customers": compare_starts(X, K, n_seeds=15),
    "made-up customers of six kinds": compare_starts(scaled(bank), 6, n_seeds=15),
}
show(*chapters_fits.beginnings(starts).blocks)

# %%
outcomes, mixtures = compare_algorithms(X, K), compare_mixtures(X, (2, 4, 6))
show(*chapters_fits.algorithms(outcomes, mixtures, components.scores, k=K).blocks)

# %%
show(*chapters_fits.consensus(agree(X, K), judge_robustness(X, K, n_runs=3)).blocks)

# %% [markdown]
"""
## Outliers, labels, people
"""

# %%
show(*chapters_features.outliers(compare_rules(customers.raw, X, customers.column("monetary"), K)).blocks)

# %%
labels = fit_kmeans(X, K).labels
show(
    *chapters_features.labels(customers, X, label_segments(customers, labels), labels, customers.names).blocks
)

# %%
show(
    *chapters_features.people(study_bank(bank, k=6), study_gender(stand_ins.make("mall", 2_000), k=K)).blocks
)

# %% [markdown]
"""
## The year, day by day
"""

# %%
show(*chapters_year.year(follow(lines, K, zone=shop.zone, every=21)).blocks)
