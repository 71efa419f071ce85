# %% [markdown]
"""
# A shop's dirty transactions, from cleaning to eight clusters.

The file is cleaned with every dropped row counted, encoded and scaled; a map of 15 x 15 units learns it row
by row; the units are joined into clusters.
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage
from scipy.spatial.distance import cdist
from sklearn.preprocessing import LabelEncoder, StandardScaler

from batch.studies.framework import minisom_rule
from batch.studies.reading import DataFile, read_table
from batch.studies.retail_som_hierarchy.columns import COLUMNS, placeholders
from batch.studies.retail_som_hierarchy.usable_rows import clean
from shared.core.som.grid import SomGrid

# %% tags=["parameters"]
DATA = DataFile(Path("data/retail.csv"))

# %% [markdown]
"""
## Cleaning

Cells such as `NANA`, a post code of nines or a promotion called `NONPROMO` stand for nothing.
"""

# %%
table = read_table(DATA, COLUMNS)
placeholders(table, DATA.placeholders)

# %% [markdown]
"""
Every row is kept, or dropped and counted under its first fault.
"""

# %%
cleaned = clean(table, DATA.placeholders)
rows = cleaned.rows
pd.Series(cleaned.dropped).plot.barh(title=f"{len(rows):,} of {cleaned.n_in:,} rows stay")
plt.show()

# %% [markdown]
"""
## Numbers

Words become numbers in the order of the alphabet, which makes neighbours of words that have nothing in
common; see the report for what to do instead. Then every feature gets mean 0 and deviation 1.
"""

# %%
features = [
    name for name in map(str, rows) if name not in ("customer_id", "date") and rows[name].nunique() > 1
]
words = [name for name in features if not pd.api.types.is_numeric_dtype(rows[name])]
numbers = rows[features].copy()
for name in words:
    numbers[name] = LabelEncoder().fit_transform(rows[name])
scaler = StandardScaler()
X = scaler.fit_transform(numbers.astype(float))
rows.head()

# %% [markdown]
"""
## The map

Each of 10,000 rows, drawn at random, moves the nearest unit and, less, its neighbours.
"""

# %%
grid = SomGrid(15, 15)
rng = np.random.default_rng(0)
start = X[rng.integers(0, len(X), grid.n_units)]
weights = minisom_rule.learn(X[rng.integers(0, len(X), 10_000)], start, grid, sigma_start=4.0)
units = np.concatenate(
    [cdist(part, weights).argmin(axis=1) for part in np.array_split(X, len(X) // 5_000 + 1)]
)

# %%
places = weights.reshape(15, 15, -1)
across = np.linalg.norm(np.diff(places, axis=1), axis=2)
down = np.linalg.norm(np.diff(places, axis=0), axis=2)
plt.imshow((across[:-1] + down[:, :-1]) / 2)
plt.colorbar(label="distance to the next unit, deviations")
plt.show()

# %% [markdown]
"""
## The tree of its units

Average linkage, every unit once. Cut between the last join within eight clusters and the first between them.
"""

# %%
tree = linkage(weights, "average")
cut = (tree[-8, 2] + tree[-7, 2]) / 2
dendrogram(tree, truncate_mode="lastp", p=20, color_threshold=cut)
plt.axhline(cut, linestyle="--", color="grey")
plt.show()

# %% [markdown]
"""
## The clusters

Every row gets the cluster of its unit. The means of the scaled features say what sets a cluster apart.
"""

# %%
clusters = fcluster(tree, 8, "maxclust")[units]
means = pd.DataFrame(X, columns=features).groupby(clusters).mean()
plt.imshow(means, cmap="PuOr", vmin=-2, vmax=2, aspect="auto")
plt.xticks(range(len(features)), features, rotation=45, ha="right")
plt.yticks(range(len(means)), means.index.astype(str).tolist())
plt.colorbar(label="deviations from the mean")
plt.show()

# %%
grouped = rows.groupby(clusters)
amounts = grouped[[name for name in features if name not in words]].mean().round(1)
usual = {name: rows.groupby([clusters, name]).size().groupby(level=0).idxmax().str[1] for name in words}
amounts.assign(purchases=grouped.size(), **usual)
