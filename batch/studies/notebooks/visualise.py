# %% [markdown]
"""
# What K-means does, in two features, in three and in twelve.

A made-up set of a bank's customers, unless you name a file of your own.
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from batch.studies.reading import DataFile, read_table
from batch.studies.stand_ins.customer360 import FEATURES
from batch.studies.visualise.clusters import COLUMNS, THREE, TWO

# %% tags=["parameters"]
DATA = DataFile(Path("data/customer360.csv"))

# %%
customers = read_table(DATA, COLUMNS)
customers.describe()

# %% [markdown]
"""
## Scaling, and how many clusters

Money is skewed: its logarithm is not. Then every feature gets mean 0 and deviation 1, and of all numbers of
clusters the one with the best silhouette is taken.
"""


# %%
def clusters_of(features: tuple[str, ...]) -> KMeans:
    """Fit K-means for several k on scaled logarithms, and return the one that parts customers best."""
    X = StandardScaler().fit_transform(np.log1p(customers[list(features)].clip(lower=0)))
    most = min(9, len(np.unique(X, axis=0)))
    fits = [KMeans(k, n_init=4, random_state=0).fit(X) for k in range(2, most + 1)]
    if not fits:
        return KMeans(1).fit(X)
    return max(fits, key=lambda fit: silhouette_score(X, fit.labels_, sample_size=2_500, random_state=0))


# %% [markdown]
"""
## Two features

Where would you draw the lines, and where does K-means?
"""

# %%
two = clusters_of(TWO)
fig, panels = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
panels[0].scatter(customers[TWO[0]], customers[TWO[1]], s=5)
panels[1].scatter(customers[TWO[0]], customers[TWO[1]], s=5, c=two.labels_, cmap="tab10")
for axes in panels:
    axes.set_xlabel(DATA.columns.get(TWO[0], TWO[0]))
    axes.set_ylabel(DATA.columns.get(TWO[1], TWO[1]))
    axes.set_yscale("symlog", linthresh=0.1)
plt.show()

# %% [markdown]
"""
What K-means does to get there, pass by pass: every customer goes to the nearest center, every center moves to
the mean of its customers. After a few passes hardly anything moves.
"""

# %%
X = StandardScaler().fit_transform(np.log1p(customers[list(TWO)].clip(lower=0)))
centers = X[np.random.default_rng(0).integers(0, len(X), two.n_clusters)]
fig, panels = plt.subplots(1, 4, figsize=(14, 3.6), sharey=True)
for number, axes in enumerate(panels):
    labels = ((X[:, None] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
    axes.scatter(X[:, 0], X[:, 1], s=3, c=labels, cmap="tab10")
    axes.scatter(centers[:, 0], centers[:, 1], marker="X", s=90, c="black")
    axes.set_title(f"pass {number + 1}")
    held = [
        X[labels == at].mean(axis=0) if (labels == at).any() else centers[at] for at in range(len(centers))
    ]
    centers = np.array(held)
plt.show()

# %% [markdown]
"""
## Three features
"""

# %%
three = clusters_of(THREE)
axes = plt.figure(figsize=(7, 6)).add_subplot(projection="3d")
logs = np.log10(customers[list(THREE)].clip(lower=0).to_numpy() + 1)
axes.scatter(logs[:, 0], logs[:, 1], logs[:, 2], c=three.labels_, cmap="tab10", s=4)
axes.set(**dict(zip(("xlabel", "ylabel", "zlabel"), (f"log of {name}" for name in THREE), strict=True)))
plt.show()

# %% [markdown]
"""
## All twelve

No scatter shows twelve dimensions; aggregates of each cluster do.
"""

# %%
twelve = clusters_of(FEATURES)
means = customers.groupby(twelve.labels_)[list(FEATURES)].mean()
scaled = pd.DataFrame(twelve.cluster_centers_, columns=list(FEATURES))
plt.figure(figsize=(11, 4))
plt.imshow(scaled, cmap="PuOr", vmin=-2, vmax=2, aspect="auto")
plt.xticks(range(len(FEATURES)), list(FEATURES), rotation=45, ha="right")
plt.colorbar(label="deviations of the logarithm")
plt.show()

# %%
means.round(1)
