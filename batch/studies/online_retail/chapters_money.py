"""Chapters on quantities, prices and cancellations."""

from functools import partial

import pandas as pd

from batch.studies.framework import Chapter, DataTable, Fact, Figure, Paragraph
from batch.studies.online_retail.cancellations import judge_independence, measure_shares
from batch.studies.online_retail.capping import CappingEffect, capped_lines, judge_capping, spend_of
from batch.studies.online_retail.counterparts import judge_counterparts, match
from batch.studies.online_retail.figures_lines import (
    capping_bars,
    counterpart_bars,
    price_boxes,
    spend_scales,
)
from batch.studies.online_retail.invoice_lines import is_known, usual_subset
from batch.studies.online_retail.prices import judge_zero_prices, price_box, usual_prices


def capping(lines: pd.DataFrame) -> Chapter:
    """Show what capping at the quartile fences would do; it is not applied."""
    purchases = usual_subset(lines)
    found = judge_capping(purchases)
    return Chapter(
        "Outliers: what capping would do",
        (
            Paragraph(
                "Asked for was to replace quantities and prices beyond 1.5 interquartile ranges by that "
                "fence. "
                "Measured on the usual subset, so that every touched line is a real sale:"
            ),
            Fact("capping_high_quantity", "upper fence of quantity", found.quantity.high, digits=1),
            Fact("capping_high_price_gbp", "upper fence of unit price, GBP", found.unit_price.high),
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
                "Few lines, much of the revenue: what lies beyond the fences is the wholesale business.",
                partial(capping_bars, found),
            ),
            Figure(
                "spend_scales",
                "Spend of customers on three scales",
                f"Skewness {found.spend_skewness:.1f} as it is, {found.spend_skewness_capped:.1f} from "
                "capped "
                f"lines, {found.spend_skewness_log:.1f} on the log scale.",
                partial(spend_scales, spend_of(purchases), spend_of(capped_lines(purchases))),
            ),
            Paragraph(
                "So nothing is capped. Capping takes a third of the revenue away from exactly the customers "
                "one looks for (the best 1% would bring "
                f"{found.top_share_after:.0%} instead of {found.top_share_before:.0%}), and spend stays "
                "as skewed as before, because it sums many lines. A log scale keeps every pound and its "
                "order, and makes the distances that K-means measures ones between ratios."
            ),
        ),
    )


def prices(lines: pd.DataFrame) -> Chapter:
    """Prices, and lines that cost nothing."""
    usual = usual_prices(lines)
    found, everywhere = (judge_zero_prices(part, usual) for part in (lines[is_known(lines)], lines))
    box = price_box(lines)
    return Chapter(
        "Prices",
        (
            Figure(
                "price_box",
                "Unit prices above 0",
                f"Half of all lines cost {box.quartile_1:.2f} to {box.quartile_3:.2f} GBP; "
                f"{box.n_beyond:,} lie "
                f"beyond the upper whisker at {box.whisker_high:.2f}, up to {box.largest:,.2f}: manual "
                "entries "
                "and fees. On the plain scale they leave the box no more than a line at the left edge.",
                partial(price_boxes, lines),
            ),
            Fact("zero_price_lines", "lines at price 0", everywhere.n_lines),
            Fact("zero_price_without_mode", "whose article never has a price", everywhere.n_without_mode),
            Fact("zero_price_with_customer", "lines at price 0 with a customer", found.n_lines),
            Fact("zero_price_filled", "of these, filled with the article's usual price", found.n_filled),
            Fact("zero_price_invented_gbp", "revenue that filling invents, GBP", found.invented),
            Fact("zero_price_largest_percent", "of it from one line, %", 100 * found.largest_share, digits=1),
            Paragraph(
                "The usual price of an article is the one on most of its lines. Lines with a customer are "
                "filled, as was asked, and marked. We would not: they are most likely gifts or samples, and "
                f"the line on invoice {found.largest_invoice} ({found.largest_quantity:,} items) alone gives "
                f"its customer {found.largest_line:,.2f} GBP that nobody paid."
            ),
        ),
    )


def cancellations(lines: pd.DataFrame) -> Chapter:
    """How much is cancelled, and both assumptions about it."""
    shares, alone = measure_shares(lines), judge_independence(lines)
    if not alone.n_lines:
        return Chapter(
            "Cancellations", (Paragraph("No line with a customer is on an invoice that cancels."),)
        )
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
            Paragraph(
                "First assumption: every cancelled order is independent. On paper it is: "
                f"{alone.n_naming_their_order} cancelling invoices carry the number of a purchase. In "
                f"substance it is not: {alone.with_purchase_share:.1%} of the cancelled lines follow a "
                "purchase "
                "of the same article by the same customer, and who has cancelled before does it again on "
                f"{alone.chance_after_one:.1%} of the following orders, against "
                f"{alone.chance_before_any:.1%} for everybody else."
            ),
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
            Paragraph(
                "Second assumption: every cancelled order has a counterpart of exactly the same quantity. "
                "That fails for two lines in three, because people return part of what they bought:"
            ),
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
                f"{found.value - found.one_to_one_value:,.2f} GBP of returned goods in their customers' "
                "spend; "
                "to net every cancellation, as the product does, loses nothing but lines that undo a "
                "purchase "
                "from before the file begins."
            ),
        ),
    )


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
