"""What the study says of the file and of its columns."""

from functools import partial

import pandas as pd

from batch.studies.claims import Claim, Facts, Value
from batch.studies.mall_som import recounts
from batch.studies.mall_som.customers import Mall, stated_range
from batch.studies.mall_som.statistics import AGE_GROUPS, CONFIDENCE, Regression, age_group, explained


def of_the_file(mall: Mall) -> list[Claim]:
    """Say how many customers are looked at, and what of their columns is not as its name says."""
    claims = [_rows(mall)]
    claims += [_unit(mall, name) for name in mall.features if mall.is_no_thousands(name)]
    claims += [claim for name in mall.features for claim in _outside(mall, name)]
    return claims + [_constant(mall, name) for name in mall.features if name not in mall.varying]


def _rows(mall: Mall) -> Claim:
    n_left_out = mall.n_read - len(mall.table)
    wording = "All {n:,} customers of the file have every number."
    if n_left_out:
        wording = (
            "Of {n_read:,} customers, {n_left_out:,} lack a number that the map needs, or have an age that "
            "cannot be, and are left out; {n:,} stay."
        )
    return Claim(
        wording, {"n_read": mall.n_read, "n_left_out": n_left_out, "n": len(mall.table)}, recounts.rows
    )


def _unit(mall: Mall, name: str) -> Claim:
    label = mall.labels[name]
    return Claim(
        "The name of {label} says thousands; as thousands its median of {median:,.0f} would be above a "
        "million, so the unit is left out of what follows.",
        {"label": label, "median": float(mall.table[name].median())},
        lambda read: {"label": label, "median": recounts.median(name, read)},
    )


def _outside(mall: Mall, name: str) -> list[Claim]:
    """Say how many values lie outside the range that the column's name states, if any do."""
    label, stated = mall.labels[name], stated_range(mall.labels[name])
    if stated is None:
        return []
    low, high = stated
    values = mall.table[name]
    n = int((~values.between(low, high)).sum())
    facts: dict[str, Value] = {"label": label, "n": n, "low": low, "high": high}
    if not n:
        return []
    return [
        Claim(
            "{n:,} values of {label} lie outside {low:,.0f} to {high:,.0f}, which its name states; they take "
            "part as they are.",
            facts,
            lambda read: facts | {"n": recounts.outside(name, low, high, read)},
        )
    ]


def _constant(mall: Mall, name: str) -> Claim:
    label = mall.labels[name]
    return Claim(
        "{label} is {value:,.4g} for everybody: it has no correlation and no part in the map.",
        {"label": label, "value": float(mall.table[name].iloc[0])},
        lambda read: {"label": label, "value": float(recounts.kept(read)[name].unique().item())},
    )


def of_the_line(line: Regression) -> list[Claim]:
    """Say what a straight line of spending on income explains; nothing where there is no line."""
    if not line.is_defined:
        return []
    is_flat = line.low <= 0 <= line.high
    direction = "rises" if line.slope > 0 else "falls"
    facts: dict[str, Value] = {
        "slope": line.slope, "low": line.low, "high": line.high, "r_squared": line.r_squared,
        "is_flat": is_flat, "direction": direction, "confidence": CONFIDENCE,
    }  # fmt: skip
    wording = (
        "Spending {direction} with income, by {slope:.3g} points for each unit of income ({confidence:.0%} "
        "interval {low:.3g} to {high:.3g}); the line explains {r_squared:.1%} of the variance of spending."
    )
    if is_flat:
        wording = (
            "No straight line of spending on income can be told from a flat one: its slope is {slope:.3g} "
            "points for each unit of income ({confidence:.0%} interval {low:.3g} to {high:.3g}), and it "
            "explains {r_squared:.1%} of the variance of spending."
        )
    return [Claim(wording, facts, _line_again)]


def _line_again(read: pd.DataFrame) -> Facts:
    slope, low, high, r_squared = recounts.line(read)
    return {
        "slope": slope, "low": low, "high": high, "r_squared": r_squared, "is_flat": low <= 0 <= high,
        "direction": "rises" if slope > 0 else "falls", "confidence": 0.95,
    }  # fmt: skip


def of_correlations(mall: Mall, pair: tuple[str, str, float]) -> Claim:
    """Say which two features go together most."""
    first, second, r = pair
    facts: dict[str, Value] = {"first": mall.labels[first], "second": mall.labels[second], "r": r}

    return Claim(
        "Pearson's correlation of each pair. The farthest from zero is {r:.2f}, of {first} and {second}. It "
        "sees straight lines only.",
        facts,
        lambda read: facts | {"r": recounts.correlation(first, second, mall.varying, read)},
    )


def of_groups(mall: Mall, column: str) -> list[Claim]:
    """Say how spending differs between genders, or between age groups."""
    if column not in mall.table:
        return []
    groups = _groups(mall.table, column)
    return [
        Claim(
            "Everybody is in one group: {highest}."
            if groups.nunique() == 1
            else "The median score is highest for {highest} ({high:,.1f}) and lowest for {lowest} "
            "({low:,.1f}); the groups explain {explained:.1%} of its variance.",
            _extremes(mall.table["score"], groups) | {"explained": explained(mall.table["score"], groups)},
            partial(_groups_again, column),
        )
    ]


def _groups_again(column: str, read: pd.DataFrame) -> Facts:
    table = recounts.kept(read)
    if column == "age_years":
        edges = [-1.0, 24.999999, 34.999999, 44.999999, 54.999999, 64.999999, 1e9]
        groups = pd.cut(table[column], edges, labels=list(AGE_GROUPS)).astype(str)
    else:
        groups = table[column].astype(str)
    return _extremes(table["score"], groups) | {"explained": recounts.eta_squared(table["score"], groups)}


def _groups(table: pd.DataFrame, column: str) -> "pd.Series[str]":
    return (age_group(table[column]) if column == "age_years" else table[column]).astype(str)


def _extremes(score: "pd.Series[float]", groups: "pd.Series[str]") -> dict[str, Value]:
    medians = score.groupby(groups).median().sort_index()
    return {
        "highest": str(medians.idxmax()), "high": float(medians.max()),
        "lowest": str(medians.idxmin()), "low": float(medians.min()),
    }  # fmt: skip
