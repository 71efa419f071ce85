# %% [markdown]
"""
# A shop's dirty transactions, from cleaning to eight clusters.

The file is cleaned with every dropped row counted, encoded and scaled; a map of 15 x 15 units learns it row
by row; the units are joined into clusters.
"""

# %%
from pathlib import Path

import pandas as pd

from batch.studies.framework import Fact
from batch.studies.framework.showing import show
from batch.studies.reading import DataFile, read_table
from batch.studies.retail_som_hierarchy import dendrogram, figures
from batch.studies.retail_som_hierarchy.encoded_rows import decode, encode
from batch.studies.retail_som_hierarchy.reading_clusters import (
    cluster_means,
    explained,
    profiles,
    result_table,
)
from batch.studies.retail_som_hierarchy.retail_map import GRID, compare, height_of_cut, join_units, train
from batch.studies.retail_som_hierarchy.study import discounted
from batch.studies.retail_som_hierarchy.usable_rows import COLUMNS, clean

# %% tags=["parameters"]
DATA = DataFile(Path("data/retail.csv"))

# %% [markdown]
"""
## Cleaning

Every row is kept, or dropped and counted under its first fault.
"""

# %%
table = read_table(DATA, COLUMNS)
cleaned = clean(table)
show(Fact("rows_in", "rows in the file", cleaned.n_in), Fact("rows_kept", "rows kept", len(cleaned.rows)))
show(figures.dropped_rows(cleaned))

# %%
cleaned.rows.head()

# %% [markdown]
"""
## The map
"""

# %%
encoded = encode(cleaned.rows)
found = train(encoded.X)
show(figures.distances(found.weights, found.hits, discounted(cleaned.rows, found.units)))

# %% [markdown]
"""
## The tree of its units
"""

# %%
tree = join_units(found.weights)
show(dendrogram.tree(tree.linkage, height_of_cut(tree.linkage)), figures.clusters_on_map(tree.labels + 1))

# %%
pd.DataFrame(compare(encoded.X, found))

# %% [markdown]
"""
## The clusters
"""

# %%
clusters = tree.labels[found.units] + 1
show(figures.cluster_heatmap(cluster_means(encoded.X, clusters)))
show(figures.explained_bars(explained(encoded.X, clusters)))

# %%
profiles(result_table(cleaned.rows, decode(encoded, encoded.X), found.units, clusters, GRID.cols))
