"""Chapters on the cleaned lines: what is left, who buys what, and what dashboards read."""

from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail.categories import by_country, by_description, describe_categories
from batch.studies.online_retail.cleaning import Cleaned
from batch.studies.online_retail.cleaning_effect import compare_cleaning
from batch.studies.online_retail.figures_lines import country_bars, description_bars
from batch.studies.online_retail.invoice_lines import is_purchase
from batch.studies.online_retail.store import Stored


def cleaning(lines: pd.DataFrame, cleaned: Cleaned, *, k: int, seed: int) -> Chapter:
    """Show what every step did, and what all of it changes in the end."""
    steps = pd.DataFrame([asdict(step) for step in cleaned.steps])
    effect = compare_cleaning(lines, cleaned.lines, k=k, seed=seed)
    return Chapter(
        "What the cleaning leaves",
        (
            DataTable("cleaning", "Steps in their order; revenue is net, GBP", steps),
            Fact("clean_n_lines", "lines left", len(cleaned.lines)),
            Fact("clean_revenue_gbp", "their net revenue, GBP", cleaned.steps[-1].revenue_left),
            Fact(
                "cleaning_effect_revenue_gbp",
                "net revenue by the product's rules, GBP",
                effect.product_revenue,
            ),
            Fact("cleaning_effect_moved", "customers whose spend differs by > 10%", effect.n_moved_spend),
            Fact(
                "cleaning_effect_ari", f"agreement of {k} segments (ARI, 1 = the same)", effect.ari, digits=3
            ),
            Paragraph(
                "The product drops lines without a customer and nothing else: repeats count, gifts are worth "
                "nothing, every cancellation is netted. Clustered on the log scale, both ways put nearly "
                "everybody into the same segment. What differs is the revenue that a report adds up, and "
                "one customer who never paid for anything and has a spend only by filling."
            ),
        ),
    )


def categories(cleaned: Cleaned) -> Chapter:
    """Countries, articles and the customers behind them."""
    purchases = cleaned.lines[is_purchase(cleaned.lines)]
    found, countries, articles = (
        describe_categories(purchases),
        by_country(purchases),
        by_description(purchases),
    )
    return Chapter(
        "Countries and articles",
        (
            Fact("n_customers", "customers with a purchase", found.n_customers),
            Fact("n_articles", "stock codes", found.n_articles),
            Fact("n_countries", "countries", found.n_countries),
            Fact("articles_several_names", "stock codes with several descriptions", found.n_several_names),
            Fact(
                "articles_half_of_revenue", "articles that bring half of the revenue", found.half_of_revenue
            ),
            Fact(
                "articles_per_customer_median",
                "articles of the median customer",
                found.articles_per_customer,
                digits=0,
            ),
            Figure(
                "countries",
                "Country x customers",
                f"{found.home_customer_share:.1%} of the customers live in the {found.home} and bring "
                f"{found.home_revenue_share:.1%} of the revenue; few, large customers live elsewhere.",
                partial(country_bars, countries),
            ),
            DataTable("countries", "Countries", countries, shown=15),
            Figure(
                "articles",
                "Description x customers",
                "The articles that most customers have bought, and what one of them spends on each.",
                partial(description_bars, articles),
            ),
            DataTable("articles", "Articles", articles, shown=15),
        ),
    )


def stored(result: Stored | None, cleaned: Cleaned) -> Chapter:
    """Show what dashboards read."""
    if result is None:
        return Chapter("For dashboards", (Paragraph("Nothing was stored: the study ran with --no-store."),))
    rows = [("collection", name, n) for name, n in result.documents.items()]
    rows += [("view", name, n) for name, n in result.view_rows.items()]
    expected = round(cleaned.steps[-1].revenue_left * 10_000)
    agrees = "agrees" if result.revenue_minor == expected else f"does NOT agree ({expected:,} expected)"
    return Chapter(
        "For dashboards",
        (
            Paragraph(
                f"The database {result.database} holds the cleaned lines, the articles and the customers "
                "with their segments: typed, checked by validators, indexed, money as whole 1/10,000 GBP. "
                "Each run replaces a collection in one step, so a second run leaves the same documents and a "
                "dashboard never sees half of them. Power BI, Metabase or Tableau read the views through "
                "MongoDB's SQL interface, or export them with mongoexport."
            ),
            DataTable(
                "stored", "Collections and views", pd.DataFrame(rows, columns=["kind", "name", "rows"])
            ),
            Fact("stored_revenue_minor", "revenue of the monthly view, 1/10,000 GBP", result.revenue_minor),
            Paragraph(
                f"Summed up through the monthly view, the revenue {agrees} with the table above to the "
                "last digit."
            ),
        ),
    )
