# %% [markdown]
"""
# Online Retail.

The chapters of the report, made by the same functions, from the lines to four kinds of customers.
"""

# %%
from pathlib import Path

from batch.studies.framework.showing import show
from batch.studies.framework.study_spark import shared_spark
from batch.studies.online_retail import (
    chapters_cleaned,
    chapters_lines,
    chapters_money,
    chapters_segments,
)
from batch.studies.online_retail.cleaning import clean
from batch.studies.online_retail.customer_rfm import to_customers
from batch.studies.online_retail.reading_lines import read_invoices
from batch.studies.online_retail.spark_kmeans import fit_curve
from batch.studies.reading import DataFile

# %% tags=["parameters"]
DATA = DataFile(Path("data/online_retail.csv.gz"))

# %%
shop = read_invoices(DATA)
lines, currency = shop.lines, shop.currency
lines.head()

# %% [markdown]
"""
## The lines
"""

# %%
show(*chapters_lines.structure(shop).blocks)

# %%
show(*chapters_lines.customers(shop).blocks)

# %%
show(*chapters_lines.duplicates(shop).blocks)

# %% [markdown]
"""
## Outliers, prices, cancellations
"""

# %%
show(*chapters_money.capping(shop).blocks)

# %%
show(*chapters_money.prices(shop).blocks)

# %%
show(*chapters_money.cancellations(shop).blocks)

# %% [markdown]
"""
## What is left
"""

# %%
cleaned = clean(lines)
show(*chapters_cleaned.cleaning(shop, cleaned, k=4, seed=0).blocks)

# %%
show(*chapters_cleaned.categories(cleaned, currency).blocks)

# %% [markdown]
"""
## Customers
"""

# %%
customers = to_customers(cleaned.lines)
show(*chapters_segments.rfm(customers, currency).blocks)

# %% [markdown]
"""
Two values of k, to keep the notebook quick; the report has all.
"""

# %%
with shared_spark() as spark:
    raw = fit_curve(spark(), customers.raw, ks=(3, 4))
    log = fit_curve(spark(), customers.log, ks=(3, 4))
show(*chapters_segments.how_many(raw, log, k=4).blocks)

# %%
show(*chapters_segments.segments(customers, log, currency, k=4).blocks)
