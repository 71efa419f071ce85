# %% [markdown]
"""
# What K-means does, in two features, in three and in twelve.

A made-up set of a bank's customers, unless you name a file of your own.
"""

# %%
from pathlib import Path

from batch.studies.framework.showing import show
from batch.studies.reading import DataFile, read_table
from batch.studies.stand_ins.customer360 import FEATURES
from batch.studies.visualise import figures
from batch.studies.visualise.clusters import COLUMNS, THREE, TWO, cluster, profiles, scaled_means

# %% tags=["parameters"]
DATA = DataFile(Path("data/customer360.csv"))

# %%
customers = read_table(DATA, COLUMNS)
customers.describe()

# %% [markdown]
"""
## Two features

Where would you draw the lines, and where does K-means?
"""

# %%
two = cluster(customers, TWO)
show(figures.plain_scatter(customers, TWO), figures.clustered_scatter(customers, two))

# %% [markdown]
"""
## Three features

Drag to turn, scroll to zoom.
"""

# %%
show(figures.turning_scatter(customers, cluster(customers, THREE)))

# %% [markdown]
"""
## All twelve

No scatter shows twelve dimensions; aggregates of each cluster do.
"""

# %%
twelve = cluster(customers, FEATURES)
means = profiles(customers, twelve.labels).set_index("cluster")[list(FEATURES)]
show(figures.heatmap(scaled_means(twelve), means), figures.silhouettes(twelve, "silhouettes_12d"))

# %%
profiles(customers, twelve.labels)
