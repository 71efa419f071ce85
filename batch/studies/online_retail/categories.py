"""Texts of the file: how many of each, and how customers spread over countries and articles."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts


@dataclass(frozen=True)
class Categories:
    """Of purchase lines with a customer. Shares of customers, of lines, and of articles sold.

    n_articles : distinct stock codes. half_of_revenue : articles, best first, that bring half of it.
    n_several_names : stock codes with more than one description.
    """

    n_customers: int
    n_articles: int
    n_names: int
    n_countries: int
    home: str
    home_customer_share: float
    home_revenue_share: float
    half_of_revenue: int
    n_several_names: int
    articles_per_customer: float
    customers_per_article: float
    n_bought_once: int


def describe_categories(purchases: pd.DataFrame) -> Categories:
    """Count the texts of purchase lines with a customer."""
    countries = by_country(purchases)
    article = purchases.groupby("stock_code")
    revenue = amounts(purchases).groupby(purchases["stock_code"]).sum().sort_values(ascending=False)
    buyers = article["customer_id"].nunique()
    return Categories(
        n_customers=purchases["customer_id"].nunique(),
        n_articles=len(revenue),
        n_names=purchases["description"].nunique(),
        n_countries=len(countries),
        home=str(countries["country"].iloc[0]),
        home_customer_share=float(countries["customers_percent"].iloc[0]) / 100,
        home_revenue_share=float(countries["revenue_percent"].iloc[0]) / 100,
        half_of_revenue=int(np.searchsorted(revenue.cumsum().to_numpy(), revenue.sum() / 2)) + 1,
        n_several_names=int((article["description"].nunique() > 1).sum()),
        articles_per_customer=float(purchases.groupby("customer_id")["stock_code"].nunique().median()),
        customers_per_article=float(buyers.median()),
        n_bought_once=int((buyers == 1).sum()),
    )


def by_country(purchases: pd.DataFrame) -> pd.DataFrame:
    """Sum up customers, invoices and revenue of each country, most customers first."""
    return _by(purchases, "country")


def by_description(purchases: pd.DataFrame) -> pd.DataFrame:
    """Sum up the same of each article, by its description."""
    return _by(purchases, "description")


def _by(purchases: pd.DataFrame, key: str) -> pd.DataFrame:
    groups = purchases.assign(amount=amounts(purchases)).groupby(key, observed=True)
    table = groups.agg(
        customers=("customer_id", "nunique"), invoices=("invoice_no", "nunique"), revenue=("amount", "sum")
    ).reset_index()
    table["customers_percent"] = 100 * table["customers"] / purchases["customer_id"].nunique()
    table["revenue_percent"] = 100 * table["revenue"] / table["revenue"].sum()
    table["revenue_per_customer"] = table["revenue"] / table["customers"]
    return table.sort_values(["customers", "revenue"], ascending=False, ignore_index=True)
