"""Chapters on the cleaned lines: what is left, who buys what, and what dashboards read."""

from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail import customer_claims
from batch.studies.online_retail.categories import by_country, by_description, describe_categories
from batch.studies.online_retail.cleaning import Cleaned
from batch.studies.online_retail.cleaning_effect import compare_cleaning
from batch.studies.online_retail.figures_lines import country_bars, description_bars
from batch.studies.online_retail.invoice_lines import is_purchase, with_unit
from batch.studies.online_retail.reading_lines import Invoices
from batch.studies.online_retail.store import Stored


def cleaning(shop: Invoices, cleaned: Cleaned, *, k: int, seed: int) -> Chapter:
    """Show what every step did, and what all of it changes in the end."""
    lines, currency = shop.lines, shop.currency
    steps = pd.DataFrame([asdict(step) for step in cleaned.steps])
    effect = compare_cleaning(lines, cleaned.lines, k=k, seed=seed)
    return Chapter(
        "What the cleaning leaves",
        (
            DataTable("cleaning", with_unit("Steps in their order; revenue is net", currency), steps),
            Fact("clean_n_lines", "lines left", len(cleaned.lines)),
            Fact("clean_revenue", with_unit("their net revenue", currency), cleaned.steps[-1].revenue_left),
            Fact(
                "cleaning_effect_revenue",
                with_unit("net revenue by the product's rules", currency),
                effect.product_revenue,
            ),
            Fact("cleaning_effect_moved", "customers whose spend differs by > 10%", effect.n_moved_spend),
            Fact(
                "cleaning_effect_ari", f"agreement of {k} segments (ARI, 1 = the same)", effect.ari, digits=3
            ),
            Paragraph(customer_claims.cleaning(effect, cleaned.lines, lines, currency)),
        ),
    )


def categories(cleaned: Cleaned, currency: str) -> Chapter:
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
                customer_claims.home(found, cleaned.lines),
                partial(country_bars, countries, currency),
            ),
            DataTable("countries", "Countries", countries, shown=15),
            Figure(
                "articles",
                "Description x customers",
                "The articles that most customers have bought, and what one of them spends on each.",
                partial(description_bars, articles, currency),
            ),
            DataTable("articles", "Articles", articles, shown=15),
        ),
    )


def stored(result: Stored | None, cleaned: Cleaned, currency: str) -> Chapter:
    """Show what dashboards read."""
    if result is None:
        return Chapter("For dashboards", (Paragraph("Nothing was stored: the study ran with --no-store."),))
    rows = [("collection", name, n) for name, n in result.documents.items()]
    rows += [("view", name, n) for name, n in result.view_rows.items()]
    expected = round(cleaned.steps[-1].revenue_left * 10_000)
    return Chapter(
        "For dashboards",
        (
            Paragraph(
                "The database holds the cleaned lines, the articles and the customers "
                "with their segments: typed, checked by validators, indexed, money as whole ten-thousandths. "
                "Each run replaces a collection in one step, so a second run leaves the same documents and a "
                "dashboard never sees half of them. Power BI, Metabase or Tableau read the views through "
                "MongoDB's SQL interface, or export them with mongoexport."
            ),
            DataTable(
                "stored", "Collections and views", pd.DataFrame(rows, columns=["kind", "name", "rows"])
            ),
            Fact(
                "stored_revenue_minor",
                with_unit("revenue of the monthly view, 1/10,000", currency),
                result.revenue_minor,
            ),
            Paragraph(_agreement(result, expected)),
        ),
    )


def _agreement(result: Stored, expected: int) -> Claim:
    """State whether the view adds up to what the table above has."""

    def again(_lines: pd.DataFrame) -> Facts:
        return {"stored": result.revenue_minor, "expected": expected}

    text = (
        "Summed up through the monthly view, the revenue ({stored:,}) agrees with the table above, "
        "to the last digit."
    )
    if result.revenue_minor != expected:
        text = "Summed up through the monthly view, the revenue is {stored:,} and should be {expected:,}."
    return Claim(text, again(pd.DataFrame()), again)
