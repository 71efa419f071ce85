"""Chapters on the lines as they are: structure, what is missing, what is repeated."""

from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail import line_claims
from batch.studies.online_retail.dirt import count_dirt, measure_usual_subset
from batch.studies.online_retail.duplicates import judge_duplicates
from batch.studies.online_retail.figures_lines import missing_bars, month_bars
from batch.studies.online_retail.invoice_lines import is_known, with_unit
from batch.studies.online_retail.missing_customers import judge_missing
from batch.studies.online_retail.monthly_sales import by_month
from batch.studies.online_retail.reading_lines import Invoices
from batch.studies.online_retail.structure import describe


def structure(shop: Invoices) -> Chapter:
    """Size, reach, columns and their types."""
    lines, currency = shop.lines, shop.currency
    found = describe(lines)
    months = by_month(lines)
    return Chapter(
        "What the file holds",
        (
            Fact("n_lines", "invoice lines", found.n_lines),
            Fact("n_days", "days with an invoice", found.n_days),
            Fact("quantity_sum", "items, net", found.quantity),
            Fact("revenue_net", with_unit("value of all lines", currency), found.revenue),
            Paragraph(line_claims.reach(found, shop)),
            Paragraph(
                "Invoice, stock code, customer and country are categories although some look like "
                "numbers: they "
                "are read as text, so that no code loses a leading zero and nobody averages customer "
                "numbers. "
                "Blanks at the ends of texts are cut off on reading."
            ),
            *_absent(shop),
            DataTable(
                "columns",
                "Columns",
                pd.DataFrame([asdict(column) for column in found.columns]),
                decimals=4,
            ),
            DataTable(
                "numbers", "Numerical columns", pd.DataFrame([asdict(column) for column in found.numbers])
            ),
            Figure(
                "missing_values",
                "Empty cells",
                line_claims.empty_cells(found),
                partial(missing_bars, found),
            ),
            Figure(
                "months",
                "Sales by month",
                "Purchases above, cancellations below the line; all lines, with or without a customer.",
                partial(month_bars, months, currency),
            ),
            DataTable("months", with_unit("Sales by month", currency), months),
        ),
    )


def dirt(shop: Invoices) -> Chapter:
    """Everything an analysis may stumble over, counted."""
    lines, currency = shop.lines, shop.currency
    found, usual = count_dirt(lines), measure_usual_subset(lines)
    counts = asdict(found)
    return Chapter(
        "What is wrong with it, counted",
        (
            Paragraph(
                "Lines, unless the name says otherwise. Descriptions are counted without blanks at their "
                "ends."
            ),
            *(Fact(f"dirt_{name}", _label(name, currency), value) for name, value in counts.items()),
            Paragraph(
                "Most analyses of invoice lines keep those that have a customer, are not cancelled, and "
                "have a quantity and a price above nothing. The figures of this subset:"
            ),
            Fact("usual_n_lines", "lines in the usual subset", usual.n_lines),
            Fact("usual_n_customers", "its customers", usual.n_customers),
            Fact("usual_n_invoices", "its invoices", usual.n_invoices),
            Fact("usual_revenue", with_unit("its revenue", currency), usual.revenue, digits=3),
            Fact("usual_n_lines_distinct", "its lines, exact repeats dropped", usual.n_lines_deduplicated),
            Fact(
                "usual_revenue_distinct",
                with_unit("their revenue", currency),
                usual.revenue_deduplicated,
                digits=3,
            ),
        ),
    )


def customers(shop: Invoices) -> Chapter:
    """Whether an invoice can say who its nameless lines belong to."""
    found = judge_missing(shop.lines)
    return Chapter(
        "Lines without a customer",
        (
            Fact("missing_customer_share_percent", "lines without a customer, %", 100 * found.share),
            Fact("fillable_lines", "of these, fillable from their invoice", found.n_fillable),
            Fact("dropped_without_customer", "dropped", found.n_dropped),
            Fact(
                "dropped_value_share_percent",
                "value of the dropped lines, % of all",
                100 * found.dropped_value_share,
            ),
            Paragraph(line_claims.fillable(found, shop.currency)),
        ),
    )


def duplicates(shop: Invoices) -> Chapter:
    """Judge whether what repeats a line exactly is a fault."""
    lines, currency = shop.lines, shop.currency
    found = judge_duplicates(lines[is_known(lines)])
    return Chapter(
        "Lines that repeat another one",
        (
            Fact("repeats", "exact repeats, of lines with a customer", found.n_repeats),
            Fact("repeats_value", with_unit("their value", currency), found.value),
            Fact("repeats_value_share_percent", "of all value with a customer, %", 100 * found.value_share),
            Fact(
                "repeats_adjacent_share_percent",
                "right after their twin, %",
                100 * found.adjacent_share,
                digits=1,
            ),
            Fact("repeats_whole_invoices", "invoices repeated as a whole", found.n_whole_invoices),
            Paragraph(line_claims.repeats(found)),
        ),
    )


_WORDS = {
    "value": "value",
    "codes upper": "codes, in capitals",
    "service lines": "lines whose code does not begin with five digits",
    "service codes": "codes that do not begin with five digits",
}
"""What words of a count's name are for a reader; a shop may number its articles in any way."""


def _label(name: str, currency: str) -> str:
    words = name.replace("_", " ")
    for part, plain in _WORDS.items():
        words = words.replace(part, with_unit(plain, currency) if part == "value" else plain)
    return words


def _absent(shop: Invoices) -> tuple[Paragraph, ...]:
    """Say what the file has no columns for."""
    if not shop.absent:
        return ()
    names = ", ".join(shop.absent)
    facts: Facts = {"names": names}
    text = (
        "The file has no column for: {names}. What is said of these below is said of what stands in for them."
    )
    return (Paragraph(Claim(text, facts, lambda _lines: {"names": names})),)
