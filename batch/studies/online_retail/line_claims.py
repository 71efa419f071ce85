"""What the study says of the lines as they are, each with a plain count that must agree."""

import numpy as np
import pandas as pd

from batch.studies.claims import Claim, Facts
from batch.studies.online_retail.cancellations import Independence
from batch.studies.online_retail.capping import FENCE, CappingEffect
from batch.studies.online_retail.counterparts import Counterparts
from batch.studies.online_retail.duplicates import Duplicates
from batch.studies.online_retail.invoice_lines import money
from batch.studies.online_retail.missing_customers import MissingCustomers
from batch.studies.online_retail.prices import PriceBox, ZeroPrices
from batch.studies.online_retail.reading_lines import Invoices
from batch.studies.online_retail.structure import Structure

BESIDE = 0.5
"""Share of repeats right after their twin from which on they look like faults of an export."""


def reach(found: Structure, shop: Invoices) -> Claim:
    """State when the lines begin and end."""

    def again(lines: pd.DataFrame) -> Facts:
        times = lines["invoiced_at"].sort_values()
        return {"first": times.iloc[0].isoformat(), "last": times.iloc[-1].isoformat(), "zone": shop.zone}

    text = "From {first} to {last}, as clocks showed in {zone}."
    return Claim(text, {"first": found.first_at, "last": found.last_at, "zone": shop.zone}, again)


def empty_cells(found: Structure) -> Claim:
    """State which columns have empty cells, and how many lines say nobody."""
    names = [column.name for column in found.columns if column.n_missing]
    share = next(column.missing_share for column in found.columns if column.name == "customer_id")

    def again(lines: pd.DataFrame) -> Facts:
        missing = [str(name) for name in lines if lines[name].isna().to_numpy().any()]
        return {"names": ", ".join(missing), "nobody": lines["customer_id"].isna().to_numpy().mean().item()}

    text = "Columns with empty cells: {names}. {nobody:.1%} of all lines do not say who bought."
    if not names:
        text = "No column has empty cells{names}: all lines say who bought, except for {nobody:.0%}."
    return Claim(text, {"names": ", ".join(names), "nobody": share}, again)


def fillable(found: MissingCustomers, currency: str) -> Claim:
    """State what invoices can tell of lines without a customer."""
    facts: Facts = {
        "n_missing": found.n_missing,
        "n_filled": found.n_fillable,
        "n_left": found.n_dropped,
        "value": money(found.dropped_value, currency),
        "n_invoices": found.n_invoices,
    }

    def again(lines: pd.DataFrame) -> Facts:
        nobody = lines[lines["customer_id"].isna()]
        named = set(lines.loc[lines["customer_id"].notna(), "invoice_no"])
        left = nobody[~nobody["invoice_no"].isin(named)]
        value = (left["quantity"] * left["unit_price"]).sum()
        return {
            "n_missing": len(nobody),
            "n_filled": len(nobody) - len(left),
            "n_left": len(left),
            "value": money(round(float(value), 3), currency),
            "n_invoices": len(set(nobody["invoice_no"])),
        }

    if not found.n_missing:
        return Claim("Every line says who bought, so that nothing is filled or dropped.", facts, again)
    filled = (
        "{n_filled:,} lines get their customer from another line of their invoice."
        if found.n_fillable
        else "No invoice has a customer on some of its lines only, so nothing can be filled; any "
        "other filling "
        "would invent customers."
    )
    rest = (
        " {n_left:,} lines are dropped, worth {value} net (without a customer were {n_missing:,} lines on "
        "{n_invoices:,} invoices); sales by country or month should count them, customers cannot."
    )
    return Claim(filled + rest, facts, again)


def repeats(found: Duplicates) -> Claim:
    """Judge exact repeats by where they stand."""
    is_fault = found.adjacent_share >= BESIDE
    facts: Facts = {"n": found.n_repeats, "beside": found.adjacent_share, "is_fault": is_fault}

    def again(lines: pd.DataFrame) -> Facts:
        known = lines[lines["customer_id"].notna()].reset_index(drop=True)
        rows = [tuple(row) for row in known.astype(object).map(str).to_numpy()]
        seen, n, beside = set[object](), 0, 0
        for at, row in enumerate(rows):
            n += row in seen
            beside += row in seen and row == rows[at - 1]
            seen.add(row)
        share = beside / max(n, 1)
        return {"n": n, "beside": share, "is_fault": share >= BESIDE}

    if not found.n_repeats:
        return Claim("No line with a customer repeats another one.", facts, again)
    start = "{n:,} lines are dropped here, as was asked. "
    middle = (
        "{beside:.0%} of them stand right after their twin, as a faulty export would put them. "
        if is_fault
        else "They need not be wrong: a faulty export would put the twins side by side, and "
        "{beside:.0%} of them "
        "are. "
    )
    end = (
        "The file numbers no lines, so an article that is scanned twice on one invoice looks like a line "
        "that was "
        "exported twice; an event that carries its own line number settles it."
    )
    return Claim(start + middle + end, facts, again)


def capping_shares(found: CappingEffect) -> Claim:
    """State how many lines lie beyond the fences, and how much of the revenue."""
    facts = {"lines": found.touched_share, "revenue": found.touched_revenue_share}

    def again(lines: pd.DataFrame) -> Facts:
        usual = _usual(lines)
        beyond = pd.Series(data=False, index=usual.index)
        for name in ("quantity", "unit_price"):
            low, high = usual[name].quantile(0.25), usual[name].quantile(0.75)
            beyond |= (usual[name] < low - FENCE * (high - low)) | (usual[name] > high + FENCE * (high - low))
        value = usual["quantity"] * usual["unit_price"]
        return {"lines": float(beyond.mean()), "revenue": float(value[beyond].sum() / value.sum())}

    return Claim(
        "{lines:.1%} of the lines lie beyond a fence, with {revenue:.1%} of the revenue.", facts, again
    )


def capping_verdict(found: CappingEffect) -> Claim:
    """Judge capping by what it takes away."""
    facts: Facts = {
        "lost": found.revenue_lost_share,
        "top": found.top_share_before,
        "top_after": found.top_share_after,
        "fence": FENCE,
    }

    def again(lines: pd.DataFrame) -> Facts:
        usual = _usual(lines)
        spend = (usual["quantity"] * usual["unit_price"]).groupby(usual["customer_id"]).sum().sort_values()
        capped = usual.copy()
        for name in ("quantity", "unit_price"):
            low, high = usual[name].quantile(0.25), usual[name].quantile(0.75)
            capped[name] = usual[name].clip(low - FENCE * (high - low), high + FENCE * (high - low))
        after = (capped["quantity"] * capped["unit_price"]).groupby(capped["customer_id"]).sum().sort_values()
        n = max(1, round(len(spend) / 100))
        return {
            "lost": float(1 - after.sum() / spend.sum()),
            "top": float(spend.iloc[-n:].sum() / spend.sum()),
            "top_after": float(after.iloc[-n:].sum() / after.sum()),
            "fence": FENCE,
        }

    text = (
        "Capping at {fence} interquartile ranges would take {lost:.1%} of the revenue away; the best "
        "hundredth of "
        "the customers would bring {top_after:.0%} of it instead of {top:.0%}. "
    )
    verdict = (
        "So nothing is capped: a log scale keeps every amount and its order, and makes the distances "
        "that K-means "
        "measures ones between ratios."
        if found.revenue_lost_share > 0
        else "Nothing lies beyond the fences, so there is nothing to cap."
    )
    return Claim(text + verdict, facts, again)


def skewness(found: CappingEffect) -> Claim:
    """State the skewness of spend on three scales."""
    facts = {
        "plain": found.spend_skewness,
        "capped": found.spend_skewness_capped,
        "log": found.spend_skewness_log,
    }
    words = "Skewness {plain:.1f} as it is, {capped:.1f} from capped lines, {log:.1f} on the log scale."
    return Claim(words, facts, lambda lines: _skewness(_usual(lines)))


def price_spread(box: PriceBox, currency: str) -> Claim:
    """State the middle half of the prices, and how far they reach."""

    def facts_of(low: float, high: float, n_beyond: int, largest: float) -> Facts:
        return {
            "low": money(low, ""),
            "high": money(high, currency),
            "n_beyond": n_beyond,
            "largest": money(largest, currency),
        }

    def again(lines: pd.DataFrame) -> Facts:
        prices = lines["unit_price"][lines["unit_price"] > 0].sort_values()
        low, high = prices.quantile(0.25), prices.quantile(0.75)
        outside = prices[(prices < low - FENCE * (high - low)) | (prices > high + FENCE * (high - low))]
        return facts_of(low, high, len(outside), float(prices.iloc[-1]))

    facts = facts_of(box.quartile_1, box.quartile_3, box.n_beyond, box.largest)
    text = (
        "Half of all lines cost {low} to {high}; {n_beyond:,} lie beyond the whiskers, and the "
        "dearest is {largest}."
    )
    return Claim(text, facts, again)


def filled_prices(found: ZeroPrices, currency: str) -> Claim:
    """State what filling prices of nothing would invent."""
    facts: Facts = {
        "n": found.n_lines,
        "n_filled": found.n_filled,
        "invented": money(found.invented, currency),
        "largest": money(found.largest_line, currency),
    }

    def again(lines: pd.DataFrame) -> Facts:
        priced = lines[lines["unit_price"] > 0]
        usual = {
            code: min(prices.mode())
            for code, prices in priced.groupby("stock_code", sort=False)["unit_price"]
        }
        free = lines[(lines["unit_price"] == 0) & lines["customer_id"].notna()]
        known = free[free["stock_code"].isin(list(usual))]
        added = known["quantity"] * known["stock_code"].map(usual).astype(float)
        return {
            "n": len(free),
            "n_filled": len(known),
            "invented": money(round(float(added.sum()), 3), currency),
            "largest": money(round(float(added.max()), 3) if len(added) else 0.0, currency),
        }

    if not found.n_lines:
        return Claim("No line with a customer is free of charge, so there is no price to fill.", facts, again)
    text = (
        "The usual price of an article is the one on most of its lines. Of {n:,} lines with a customer "
        "that cost "
        "nothing, {n_filled:,} are filled, as was asked, and marked. We would not: gifts and samples are no "
        "revenue, and filling gives customers {invented} that nobody paid, {largest} of it on one line."
    )
    return Claim(text, facts, again)


def independence(found: Independence) -> Claim:
    """Judge whether cancelled orders stand alone."""
    depends = found.with_purchase_share > 0.5 or found.chance_after_one > found.chance_before_any
    facts: Facts = {
        "n": found.n_lines,
        "n_naming": found.n_naming_their_order,
        "follow": found.with_purchase_share,
        "depends": depends,
    }

    def again(lines: pd.DataFrame) -> Facts:
        known = lines[lines["customer_id"].notna()]
        back = known[known["invoice_no"].str.startswith("C") & (known["quantity"] < 0)]
        sold = known[~known["invoice_no"].str.startswith("C") & (known["quantity"] > 0)]
        first = sold.groupby(["customer_id", "stock_code"])["invoiced_at"].min().rename("first").reset_index()
        joined = back.merge(first, how="left", on=["customer_id", "stock_code"])
        follow = float((joined["first"] <= joined["invoiced_at"]).mean())
        naming = {number[1:] for number in back["invoice_no"]} & set(lines["invoice_no"])
        return {
            "n": len(back),
            "n_naming": len(naming),
            "follow": follow,
            "depends": follow > 0.5 or found.chance_after_one > found.chance_before_any,
        }

    text = (
        "First assumption: every cancelled order is independent. {n_naming:,} cancelling invoices carry "
        "the number "
        "of a purchase; of the {n:,} cancelled lines {follow:.1%} follow a purchase of the same article "
        "by the "
        "same customer. "
    )
    verdict = "So they are not independent." if depends else "Nothing here speaks against it."
    return Claim(text + verdict, facts, again)


def own_counterparts(found: Counterparts) -> Claim:
    """Judge whether every cancelled line has a purchase of its own."""
    facts: Facts = {
        "n": found.n_lines,
        "own": found.one_to_one_share,
        "holds": found.n_one_to_one == found.n_lines,
    }

    def again(lines: pd.DataFrame) -> Facts:
        known = lines[lines["customer_id"].notna()]
        open_now: dict[tuple[object, ...], int] = {}
        is_back = known["invoice_no"].str.startswith("C") & (known["quantity"] < 0)
        rows = known.assign(back=is_back).sort_values(["invoiced_at", "back"], kind="stable")
        n = own = 0
        columns = (rows[name] for name in ("customer_id", "stock_code", "quantity", "back"))
        for customer, article, quantity, back in zip(*columns, strict=True):
            key = (customer, article, abs(quantity))
            if back:
                n, own = n + 1, own + (open_now.get(key, 0) > 0)
                open_now[key] = max(open_now.get(key, 0) - 1, 0)
            elif quantity > 0:
                open_now[key] = open_now.get(key, 0) + 1
        return {"n": n, "own": own / max(n, 1), "holds": own == n}

    text = "Second assumption: every cancelled line has an earlier purchase of exactly the same quantity. "
    verdict = (
        "It holds for all {n:,} lines."
        if facts["holds"]
        else "It holds for {own:.1%} of {n:,} lines only, because people return part of what they bought."
    )
    return Claim(text + verdict, facts, again)


def _usual(lines: pd.DataFrame) -> pd.DataFrame:
    is_usual = lines["customer_id"].notna() & (lines["quantity"] > 0) & (lines["unit_price"] > 0)
    return lines[is_usual]


def _skewness(usual: pd.DataFrame) -> Facts:
    value = usual["quantity"] * usual["unit_price"]
    capped = usual[["quantity", "unit_price"]].copy()
    for name in capped:
        low, high = capped[name].quantile(0.25), capped[name].quantile(0.75)
        capped[name] = capped[name].clip(low - FENCE * (high - low), high + FENCE * (high - low))
    spend = value.groupby(usual["customer_id"]).sum()
    after = (capped["quantity"] * capped["unit_price"]).groupby(usual["customer_id"]).sum()
    scales = {"plain": spend, "capped": after, "log": pd.Series(np.log1p(spend))}
    return {name: float(values.skew()) for name, values in scales.items()}  # type: ignore[arg-type]
