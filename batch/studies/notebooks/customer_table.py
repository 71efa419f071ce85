# %% [markdown]
"""
# Groups of customers in a table.

The report's story again, in pandas and scikit-learn. The cell of parameters holds what the report decided:
change a line, run everything again, and see what it does.
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from batch.studies.customer_table.customer_file import read_customers
from batch.studies.reading import DataFile
from shared.core.choice.k_search import score_k
from shared.core.som.two_level import macro_segments
from shared.estimators import OnlineSOM

# %% tags=["parameters"]
DATA = DataFile(Path("customers.csv"))
AMOUNTS = ["income", "spend"]
LOGARITHMS = ["spend"]
WORDS: list[str] = []
TABULATED = ["region"]
FILLING = "median"
METHOD = "kmeans"
K = 4

# %% [markdown]
"""
At most 20,000 customers are taken, so that every cell answers within seconds.
"""

# %%
customers = read_customers(DATA).table
for date in customers.select_dtypes("datetime"):
    customers[date] = (customers[date].max() - customers[date]) / pd.Timedelta(days=1)
customers = customers.sample(min(len(customers), 20_000), random_state=1).sort_index()
customers[AMOUNTS].describe()

# %% [markdown]
"""
## Made comparable

A few very large customers would make the groups of a skewed column: its logarithm is taken. Deviations from
the mean take the units away. Empty cells are filled last, or their customers left out.
"""

# %%
amounts = customers[AMOUNTS].copy()
amounts[LOGARITHMS] = np.log1p(amounts[LOGARITHMS])
before, after = customers[AMOUNTS].skew(), amounts.skew()
pd.DataFrame({"skewness": before, "as taken": after, "empty": amounts.isna().sum()})

# %%
if FILLING == "leave-out":
    amounts = amounts.dropna()
    customers = customers.loc[amounts.index]
X = StandardScaler().fit_transform(amounts) if AMOUNTS else np.empty((len(amounts), 0))
if FILLING == "knn":
    X = KNNImputer(n_neighbors=10).fit(X[:5_000]).transform(X)
elif FILLING == "median" and AMOUNTS:
    X = SimpleImputer(strategy="median").fit_transform(X)
if WORDS:
    words = pd.get_dummies(customers[WORDS].fillna("(empty)"), dtype=float)
    X = np.hstack([X, words / np.sqrt(2)])
pd.DataFrame(X).describe()

# %% [markdown]
"""
## How many groups

The product's own report fits every number of groups, fits each again on customers drawn anew, and takes the
best silhouette among the numbers whose groups come back.
"""

# %%
report = score_k(X, range(2, 11), seed=1)
pd.Series({"groups": report.choice.k, "why": report.choice.reason})

# %%
columns = ["k", "silhouette", "warm_ari", "cold_ari", "min_share", "inertia"]
pd.DataFrame([{name: getattr(scores, name) for name in columns} for scores in report.scores])

# %% [markdown]
"""
## The groups

scikit-learn's K-means, the best of twenty starts, beside a map of a hundred units whose units Ward's rule
joins into as many groups.
"""

# %%
kmeans = KMeans(K, n_init=20, random_state=1).fit(X)
som = OnlineSOM(10, 10, random_state=1).fit(X)
hits = np.bincount(som.labels_, minlength=som.grid_.n_units)
on_map = macro_segments(som.weights_, hits, k=K).labels[som.labels_]
pd.Series({"inertia": kmeans.inertia_, "agreement of the two": adjusted_rand_score(kmeans.labels_, on_map)})

# %% [markdown]
"""
The largest group gets the number 1.
"""

# %%
label = pd.Series(kmeans.labels_ if METHOD == "kmeans" else on_map, customers.index)
label = label.map(label.value_counts().rank(ascending=False, method="first")).astype(int)
label.value_counts()

# %% [markdown]
"""
## What sets them apart

Cohen's d: how far a group's mean lies from that of all others, in deviations within the two. From 0.5 on a
difference is worth a word.
"""


# %%
def cohens_d(own: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Compare every column of two groups."""
    within = (len(own) - 1) * own.var() + (len(others) - 1) * others.var()
    difference: pd.Series = own.mean() - others.mean()
    return difference / (within / (len(own) + len(others) - 2)) ** 0.5


groups = sorted(label.unique())
effects = pd.DataFrame({at: cohens_d(amounts[label == at], amounts[label != at]) for at in groups})
effects.round(1)

# %%
customers[AMOUNTS].groupby(label).median()

# %%
shares = [pd.crosstab(customers[name], label, normalize="columns") for name in [*TABULATED, *WORDS]]
pd.concat(shares, keys=[*TABULATED, *WORDS]).round(2) if shares else "no column of words or of groups"

# %%
plt.figure(figsize=(8, 5))
plane = PCA(min(2, X.shape[1])).fit_transform(X)
plt.scatter(plane[:, 0], plane[:, -1], c=label, s=6, cmap="tab10")
plt.colorbar(label="group")
plt.show()
