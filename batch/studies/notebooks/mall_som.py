# %% [markdown]
"""
# Customers of a mall on a self-organising map.

Spark scales them, a map orders them, and the units of the map are joined into segments.
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from pyspark.ml import Pipeline
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql.functions import col
from scipy.stats import linregress
from sklearn.metrics import adjusted_rand_score, silhouette_score

from batch.studies.framework.study_spark import shared_spark
from batch.studies.mall_som.customers import COLUMNS
from batch.studies.reading import DataFile, read_table
from shared.core.som.two_level import macro_segments
from shared.estimators import OnlineSOM

# %% tags=["parameters"]
DATA = DataFile(Path("data/mall.csv"))

# %% [markdown]
"""
A customer who lacks a number is left out. The columns keep the names that the file gives them.
"""

# %%
customers = read_table(DATA, COLUMNS).rename(columns=dict(DATA.columns))
income, score = (DATA.name_of(column) for column in COLUMNS[3:])
age = DATA.name_of(COLUMNS[2])
features = [name for name in (age, income, score) if name in customers]
customers[features] = customers[features].astype(object).apply(pd.to_numeric, errors="coerce")
if age in customers:
    customers = customers[customers[age].between(0, 110)]
customers = customers.dropna(subset=features).reset_index(drop=True)
customers[features].describe()

# %% [markdown]
"""
## What goes with what

A correlation sees straight lines only. The scatter shows what it cannot see.
"""

# %%
customers[features].corr()

# %%
customers.plot.scatter(income, score, s=12)
if customers[income].nunique() > 1:
    line = linregress(customers[income].to_numpy(float), customers[score].to_numpy(float))
    x = np.array([customers[income].min(), customers[income].max()])
    plt.plot(x, line.intercept + line.slope * x, color="tab:orange")
    plt.title(f"slope {line.slope:.3g}, R² {line.rvalue**2:.3f}")
plt.show()

# %% [markdown]
"""
## Who spends
"""

# %%
if age in customers:
    groups = pd.cut(customers[age], [0, 25, 35, 45, 55, 65, 111], right=False)
    by_age = {str(group): part for group, part in customers.groupby(groups, observed=True)[score]}
    plt.boxplot(list(by_age.values()), tick_labels=list(by_age))
    plt.xlabel(age)
    plt.ylabel(score)
    plt.show()

# %% [markdown]
"""
## Scaling in Spark

Every feature gets mean 0 and deviation 1, so that none counts more because of its unit. A constant one
becomes 0.
"""

# %%
names = [f"f{at}" for at in range(len(features))]
with shared_spark() as spark:
    rows = spark().createDataFrame(customers[features].astype(float).set_axis(names, axis="columns"))
    assembler = VectorAssembler(inputCols=names, outputCol="features")
    scaler = StandardScaler(inputCol="features", outputCol="scaled", withMean=True, withStd=True)
    scaled = Pipeline(stages=[assembler, scaler]).fit(rows).transform(rows)
    vectors = scaled.select(vector_to_array(col("scaled")).alias("scaled")).toPandas()["scaled"]
scaled_customers = pd.DataFrame(np.vstack(vectors.tolist()), columns=features)

# %% [markdown]
"""
## Two maps

One knows the age, the other does not. Units of a map are joined by Ward's tree, each weighted by its
customers, and the tree is cut where the silhouette is best.
"""


# %%
def segments_of(X: np.ndarray) -> np.ndarray:
    """Train a map, join its units, and give each customer a segment."""
    som = OnlineSOM(rows=10, cols=10, sigma_end=0.5, random_state=0).fit(X)
    units = som.predict(X)
    hits = np.bincount(units, minlength=100)
    tries = [
        macro_segments(som.weights_, hits, k=k).labels[units] for k in range(2, 9) if k <= (hits > 0).sum()
    ]
    return max(tries, key=lambda labels: silhouette_score(X, labels)) if tries else np.zeros(len(X), int)


money = [name for name in (income, score) if customers[name].nunique() > 1] or [income]
without_age = segments_of(scaled_customers[money].to_numpy())
with_age = segments_of(scaled_customers.to_numpy())
adjusted_rand_score(without_age, with_age)

# %%
fig, panels = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
found = {"without age": without_age, "with age": with_age}
for axes, (title, segments) in zip(panels, found.items(), strict=True):
    axes.scatter(customers[income], customers[score], c=segments, cmap="tab10", s=16)
    axes.set(title=f"{title}: {len(set(segments))} segments", xlabel=income, ylabel=score)
plt.show()

# %% [markdown]
"""
## The map itself

The lighter a unit, the farther it is from its neighbours: light ridges part regions of like customers.
"""

# %%
som = OnlineSOM(rows=10, cols=10, sigma_end=0.5, random_state=0).fit(scaled_customers[money])
plt.imshow(som.u_matrix(), cmap="viridis")
plt.colorbar(label="mean distance to neighbours, share of the largest")
plt.show()

# %% [markdown]
"""
Which unit wins the first customer, and how many customers each unit has won.
"""

# %%
som.winner(scaled_customers[money].iloc[0])

# %%
won = {place: len(rows) for place, rows in som.win_map(scaled_customers[money]).items()}
pd.Series(won, name="customers").sort_values(ascending=False).head()

# %%
customers.groupby(without_age)[features].agg(["size", "mean"]).round(1)
