"""Chapters on quantities, prices and cancellations."""

from functools import partial

import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail import line_claims
from batch.studies.online_retail.cancellations import judge_independence, measure_shares
from batch.studies.online_retail.capping import CappingEffect, capped_lines, judge_capping, spend_of
from batch.studies.online_retail.counterparts import judge_counterparts, match
from batch.studies.online_retail.figures_lines import (
    capping_bars,
    counterpart_bars,
    price_boxes,
    spend_scales,
)
from batch.studies.online_retail.invoice_lines import is_known, usual_subset, with_unit
from batch.studies.online_retail.prices import judge_zero_prices, price_box, usual_prices
from batch.studies.online_retail.reading_lines import Invoices


def capping(shop: Invoices) -> Chapter:
    """Show what capping at the quartile fences would do; it is not applied."""
    currency, purchases = shop.currency, usual_subset(shop.lines)
    found = judge_capping(purchases)
    return Chapter(
        "Outliers: what capping would do",
        (
            Paragraph(
                "Asked for was to replace quantities and prices beyond the quartile fences by the fence. "
                "Measured on the usual subset, so that every touched line is a real sale:"
            ),
            Fact("capping_high_quantity", "upper fence of quantity", found.quantity.high, digits=1),
            Fact(
                "capping_high_price", with_unit("upper fence of unit price", currency), found.unit_price.high
            ),
            Fact("capping_touched_lines_percent", "lines changed, %", 100 * found.touched_share, digits=1),
            Fact(
                "capping_touched_revenue_percent",
                "revenue on them, %",
                100 * found.touched_revenue_share,
                digits=1,
            ),
            Fact(
                "capping_lost_revenue_percent",
                "revenue that would vanish, %",
                100 * found.revenue_lost_share,
                digits=1,
            ),
            DataTable("capping", "Both columns", _fences(found)),
            Figure(
                "capping",
                "What capping changes",
                line_claims.capping_shares(found),
                partial(capping_bars, found),
            ),
            Figure(
                "spend_scales",
                "Spend of customers on three scales",
                line_claims.skewness(found),
                partial(spend_scales, spend_of(purchases), spend_of(capped_lines(purchases)), currency),
            ),
            Paragraph(line_claims.capping_verdict(found)),
        ),
    )


def prices(shop: Invoices) -> Chapter:
    """Prices, and lines that cost nothing."""
    lines, currency = shop.lines, shop.currency
    usual = usual_prices(lines)
    found, everywhere = (judge_zero_prices(part, usual) for part in (lines[is_known(lines)], lines))
    box = price_box(lines)
    return Chapter(
        "Prices",
        (
            Figure(
                "price_box",
                "Unit prices above nothing",
                line_claims.price_spread(box, currency),
                partial(price_boxes, lines, currency),
            ),
            Fact("zero_price_lines", "lines at price 0", everywhere.n_lines),
            Fact("zero_price_without_mode", "whose article never has a price", everywhere.n_without_mode),
            Fact("zero_price_with_customer", "lines at price 0 with a customer", found.n_lines),
            Fact("zero_price_filled", "of these, filled with the article's usual price", found.n_filled),
            Fact("zero_price_invented", with_unit("revenue that filling invents", currency), found.invented),
            Fact("zero_price_largest_percent", "of it from one line, %", 100 * found.largest_share, digits=1),
            Paragraph(line_claims.filled_prices(found, currency)),
        ),
    )


def cancellations(shop: Invoices) -> Chapter:
    """How much is cancelled, and both assumptions about it."""
    lines = shop.lines
    shares, alone = measure_shares(lines), judge_independence(lines)
    if not alone.n_lines:
        return Chapter("Cancellations", (Paragraph(_unmarked(lines)),))
    found = judge_counterparts(lines, match(lines))
    return Chapter(
        "Cancellations",
        (
            Fact("cancelled_invoice_share_percent", "invoices that cancel, %", 100 * shares.invoice_share),
            Fact("cancelled_line_share_percent", "lines that cancel, %", 100 * shares.line_share),
            Fact("cancelled_value_share_percent", "cancelled, % of sales", 100 * shares.value_share),
            Fact(
                "cancelling_customer_share_percent",
                "customers who ever cancelled, %",
                100 * shares.customer_share,
            ),
            Paragraph(line_claims.independence(alone)),
            Fact("cancelled_lines_with_customer", "cancelled lines with a customer", alone.n_lines),
            Fact(
                "cancelled_after_purchase_percent",
                "after a purchase of the article, %",
                100 * alone.with_purchase_share,
            ),
            Fact(
                "cancel_chance_before_percent",
                "chance that an order cancels, no earlier one, %",
                100 * alone.chance_before_any,
            ),
            Fact(
                "cancel_chance_after_percent",
                "chance with an earlier one, %",
                100 * alone.chance_after_one,
            ),
            Paragraph(line_claims.own_counterparts(found)),
            Figure(
                "counterparts",
                "Counterparts of cancelled lines",
                "Of lines with a customer; each bar loosens the rule above it.",
                partial(counterpart_bars, found),
            ),
            Fact("counterpart_one_to_one", "cancelled lines with their own counterpart", found.n_one_to_one),
            Fact("counterpart_one_to_one_percent", "that is, %", 100 * found.one_to_one_share),
            Fact("counterpart_covered", "covered by earlier purchases", found.n_covered),
            Fact("counterpart_covered_percent", "that is, % ", 100 * found.covered_share),
            Paragraph(
                "Cancellations without a counterpart are dropped from here on, as was asked. That keeps "
                "returned goods in their customers' spend; to net every cancellation, as the product "
                "does, loses "
                "nothing but lines that undo a purchase from before the file begins."
            ),
        ),
    )


def _unmarked(lines: pd.DataFrame) -> Claim:
    """Say that no invoice cancels, and how many lines come back all the same."""

    def facts(table: pd.DataFrame) -> Facts:
        return {"n": int((table["customer_id"].notna() & (table["quantity"] < 0)).sum())}

    text = (
        "No line with a customer is on an invoice whose number marks it as a cancellation. {n:,} such "
        "lines have a "
        "negative quantity or value; they are netted with what the customer bought."
    )
    return Claim(text, facts(lines), facts)


def _fences(found: CappingEffect) -> pd.DataFrame:
    rows = [
        {
            "column": each.column,
            "lower fence": each.low,
            "upper fence": each.high,
            "lines above": each.n_above,
            "lines above, %": 100 * each.share,
            "revenue on them, %": 100 * each.touched_revenue_share,
            "sum before": each.total_before,
            "sum after": each.total_after,
        }
        for each in (found.quantity, found.unit_price)
    ]
    return pd.DataFrame(rows)
