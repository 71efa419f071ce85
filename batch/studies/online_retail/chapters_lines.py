"""Chapters on the lines as they are: structure, what is missing, what is repeated."""

from dataclasses import asdict
from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail.dirt import count_dirt, measure_usual_subset
from batch.studies.online_retail.duplicates import judge_duplicates
from batch.studies.online_retail.figures_lines import missing_bars, month_bars
from batch.studies.online_retail.invoice_lines import is_known
from batch.studies.online_retail.missing_customers import judge_missing
from batch.studies.online_retail.monthly_sales import by_month
from batch.studies.online_retail.structure import describe


def structure(lines: pd.DataFrame) -> Chapter:
    """Size, reach, columns and their types."""
    found = describe(lines)
    months = by_month(lines)
    return Chapter(
        "What the file holds",
        (
            Fact("n_lines", "invoice lines", found.n_lines),
            Fact("n_days", "days with an invoice", found.n_days),
            Fact("quantity_sum", "items, net", found.quantity),
            Fact("revenue_net_gbp", "value of all lines, GBP", found.revenue),
            Paragraph(
                f"From {found.first_at} to {found.last_at}, local time. Invoice, stock code, description, "
                "customer and country are categories although some look like numbers: they are read as "
                "text, so that no code loses a leading zero and nobody averages customer numbers. Blanks at "
                "the ends of texts are cut off on reading."
            ),
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
                "Only two columns have any; a quarter of all lines does not say who bought.",
                partial(missing_bars, found),
            ),
            Figure(
                "months",
                "Sales by month",
                "Purchases above, cancellations below the line; all lines, with or without a customer.",
                partial(month_bars, months),
            ),
            DataTable("months", "Sales by month, GBP", months),
        ),
    )


def dirt(lines: pd.DataFrame) -> Chapter:
    """Everything an analysis may stumble over, counted."""
    found, usual = count_dirt(lines), measure_usual_subset(lines)
    counts = asdict(found)
    return Chapter(
        "What is wrong with it, counted",
        (
            Paragraph(
                "Lines, unless the name says otherwise. Descriptions are counted without blanks at their "
                "ends."
            ),
            *(Fact(f"dirt_{name}", _label(name), value) for name, value in counts.items()),
            Paragraph(
                "Most publications on this file keep lines that have a customer, are not cancelled, and "
                "have a quantity and a price above 0. Their figures are these:"
            ),
            Fact("usual_n_lines", "lines in the usual subset", usual.n_lines),
            Fact("usual_n_customers", "its customers", usual.n_customers),
            Fact("usual_n_invoices", "its invoices", usual.n_invoices),
            Fact("usual_revenue_gbp", "its revenue, GBP", usual.revenue, digits=3),
            Fact("usual_n_lines_distinct", "its lines, exact repeats dropped", usual.n_lines_deduplicated),
            Fact(
                "usual_revenue_distinct_gbp",
                "their revenue, GBP",
                usual.revenue_deduplicated,
                digits=3,
            ),
        ),
    )


def customers(lines: pd.DataFrame) -> Chapter:
    """Whether an invoice can say who its nameless lines belong to."""
    found = judge_missing(lines)
    verdict = (
        "No invoice has a customer on some of its lines only, so nothing can be filled: the invoices "
        "without a customer have none at all. Any other filling would invent customers."
        if not found.n_fillable
        else f"{found.n_fillable:,} lines get their customer from another line of their invoice."
    )
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
            Paragraph(
                f"{verdict} The dropped lines are worth {found.dropped_value:,.2f} GBP net on "
                f"{found.n_invoices:,} invoices; sales by country or month should count them, customers "
                "cannot."
            ),
        ),
    )


def duplicates(lines: pd.DataFrame) -> Chapter:
    """Judge whether what repeats a line exactly is a fault."""
    found = judge_duplicates(lines[is_known(lines)])
    return Chapter(
        "Lines that repeat another one",
        (
            Fact("repeats", "exact repeats, of lines with a customer", found.n_repeats),
            Fact("repeats_value_gbp", "their value, GBP", found.value),
            Fact("repeats_value_share_percent", "of all value with a customer, %", 100 * found.value_share),
            Fact(
                "repeats_adjacent_share_percent",
                "right after their twin, %",
                100 * found.adjacent_share,
                digits=1,
            ),
            Fact("repeats_whole_invoices", "invoices repeated as a whole", found.n_whole_invoices),
            Paragraph(
                "They are dropped here, as was asked. They need not be wrong: the file numbers no lines, so "
                "an article that is scanned twice on one invoice looks like a line that was exported twice. "
                f"A faulty export would put the twins side by side; only {found.adjacent_share:.0%} of them "
                "are. An event that carries its own line number settles it, which is why the product's "
                "events do, and why a replay of this file keeps all of them."
            ),
        ),
    )


def _label(name: str) -> str:
    return name.replace("_", " ").replace("value", "value, GBP").replace("codes upper", "codes, in capitals")
