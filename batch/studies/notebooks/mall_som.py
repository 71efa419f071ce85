# %% [markdown]
"""
# Customers of a mall on a self-organising map.

Spark reads and scales them, a map of 10 x 10 units orders them, and the units are joined into segments.
"""

# %%
from pathlib import Path

from batch.studies.framework import Fact
from batch.studies.framework.showing import show
from batch.studies.framework.study_spark import shared_spark
from batch.studies.mall_som import figures, map_figures
from batch.studies.mall_som.customers import FEATURES, read_customers, to_pandas
from batch.studies.mall_som.segmentation import profiles, scale, segment, unit_means
from batch.studies.mall_som.statistics import age_group, by_group, correlations, gender_counts, regress
from batch.studies.mall_som.words import readings
from batch.studies.reading import DataFile

# %% tags=["parameters"]
DATA = DataFile(Path("data/mall.csv"))

# %% [markdown]
"""
Everything that Spark is needed for happens in one cell: reading, counting, correlating and the pipeline of
`VectorAssembler` and `StandardScaler`. What is drawn below comes to the driver.
"""

# %%
with shared_spark() as spark:
    spark_customers = read_customers(spark(), DATA)
    customers = to_pandas(spark_customers)
    matrix = correlations(spark_customers)
    genders = gender_counts(spark_customers)
    scaled = scale(spark_customers)
customers.describe()

# %% [markdown]
"""
## What goes with what

A correlation sees straight lines only. The scatter shows the corners that it cannot see.
"""

# %%
line = regress(customers["income_k"].to_numpy(), customers["score"].to_numpy())
show(figures.correlation_heatmap(matrix), figures.spending_on_income(customers, line))

# %% [markdown]
"""
## Who spends
"""

# %%
show(figures.age_histogram(customers), figures.gender_bars(genders))
show(figures.spending_by_gender(customers), figures.spending_by_age(customers))

# %%
by_group(customers["score"], age_group(customers["age_years"]), "age_years")

# %% [markdown]
"""
## The map

Every unit has weights, one for each feature; neighbours are alike. Each customer belongs to the nearest unit.
"""

# %%
found = segment(scaled.X)
show(Fact("quantization_error", "quantization error, deviations", found.som.quantization_error, 3))
show(Fact("topographic_error", "topographic error, share", found.som.topographic_error, 3))
show(map_figures.weight_planes(scaled.raw(found.som.weights)))
show(map_figures.unit_mean_planes(unit_means(customers[list(FEATURES)].to_numpy(), found.units)))

# %% [markdown]
"""
## The segments

Ward's tree of the units, weighted by their customers, is cut where the silhouette is best.
"""

# %%
show(map_figures.customers_on_map(found), map_figures.silhouettes(found))

# %%
readings(profiles(customers, found.segments), customers)
