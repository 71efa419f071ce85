"""A file of transactions with a scripted change in it, as another file of the same columns."""

import difflib
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shared.errors import InvalidConfig
from streaming.replay import events, reading
from streaming.replay.profiles import Profile, check_columns
from streaming.replay.reading import Source
from streaming.replay.simulation import NOBODY, SCENARIOS, Lines, Plan, Scenario, rehearse
from streaming.replay.times import NO_TIME

CENTS_OF_CENTS = Decimal("0.0001")
"""What the stream counts in: prices have four places at most."""


@dataclass(frozen=True)
class Rehearsal:
    """What to script: `SCENARIOS[scenario]` from `at_ms` on, with that strength."""

    scenario: str
    at_ms: int
    strength: float
    seed: int


@dataclass(frozen=True)
class SimulationReport:
    """What became of the file: lines before and after, and of those after how many differ from the file's.

    left_out : lines of the file that were not written. newcomers : customers that the file does not know.
    """

    lines: int
    written: int
    copied: int
    renamed: int
    repriced: int
    left_out: int
    newcomers: int


def simulate(source: Source, profile: Profile, wanted: Rehearsal, target: Path) -> SimulationReport:
    """Write `source` with a scripted change to `target`: CSV, also .gz, or .parquet.

    Raises
    ------
    InvalidConfig : an unusable file or mapping, an unknown scenario or a strength that it cannot have, a
        moment that is not within the file, or a target that cannot be written.
    """
    _check_strength(wanted, known_scenario(wanted.scenario))
    check_columns(profile, reading.header(source))
    table = pd.concat([chunk.table for chunk in reading.chunks(source)])
    lines = lines_of(table, profile)
    _check_moment(lines, wanted.at_ms)
    plan = rehearse(_in_order(lines), wanted.scenario, wanted.at_ms, wanted.strength, wanted.seed)
    plan = _in_file_order(plan, np.argsort(lines.times_ms, kind="stable"))
    _write(carried_out(table, profile, lines, plan), target, source)
    return _report(lines, plan)


def known_scenario(name: str) -> Scenario:
    """Return a scenario by its name.

    Raises
    ------
    InvalidConfig : there is none of that name.
    """
    if name not in SCENARIOS:
        near = difflib.get_close_matches(name, SCENARIOS, n=1)
        guess = f", did you mean {near[0]!r}?" if near else ""
        msg = f"no scenario {name!r}{guess}; there are {', '.join(SCENARIOS)}"
        raise InvalidConfig(msg)
    return SCENARIOS[name]


def lines_of(table: pd.DataFrame, profile: Profile) -> Lines:
    """Read what a script has to know of a table of text; what is no number counts as 0."""
    customers = _column(table, profile, "customer_id")
    invoices = _column(table, profile, "invoice_no")
    numbers = (_column(table, profile, name) for name in ("quantity", "unit_price"))
    quantity, price = (pd.to_numeric(column, errors="coerce").fillna(0.0) for column in numbers)
    return Lines(
        times_ms=events.moments(profile, reading.Chunk(table, 1.0)),
        customers=pd.factorize(customers.mask(customers == ""))[0].astype(np.int64),
        invoices=pd.factorize(invoices)[0].astype(np.int64),
        amounts=(quantity * price).to_numpy(dtype=np.float64),
    )


def carried_out(table: pd.DataFrame, profile: Profile, lines: Lines, plan: Plan) -> pd.DataFrame:
    """Return the table that a plan makes of a table."""
    written = table.iloc[plan.rows].reset_index(drop=True)
    customer, price = profile.columns["customer_id"], profile.columns["unit_price"]
    renamed = np.flatnonzero(plan.customers != lines.customers[plan.rows])
    names = _names(
        table[customer], lines, max(int(plan.customers.max(initial=NOBODY)) + 1, lines.n_customers)
    )
    written.loc[renamed, customer] = names[plan.customers[renamed]]
    repriced = np.flatnonzero(plan.price_factors != 1)
    factors = plan.price_factors[repriced].tolist()
    texts = written.loc[repriced, price].tolist()
    written.loc[repriced, price] = [_times(text, factor) for text, factor in zip(texts, factors, strict=True)]
    copied = np.flatnonzero(plan.copies)
    for field in ("invoice_no", "event_id"):
        if field in profile.columns:
            column = profile.columns[field]
            written.loc[copied, column] = written.loc[copied, column] + "-copy"
    return written


def _column(table: pd.DataFrame, profile: Profile, name: str) -> "pd.Series[str]":
    """Return a field's texts; without a column its constant, or for ids the row number."""
    if name in profile.columns:
        return table[profile.columns[name]]
    fixed = profile.constants.get(name)
    return pd.Series(table.index.astype(str) if fixed is None else fixed, index=table.index)


def _in_order(lines: Lines) -> Lines:
    order = np.argsort(lines.times_ms, kind="stable")
    return Lines(*(getattr(lines, name)[order] for name in Lines.__dataclass_fields__))


def _in_file_order(plan: Plan, order: NDArray[np.int64]) -> Plan:
    """Turn places in the order of time into rows of the file, in the file's order."""
    rows = order[plan.rows]
    back = np.argsort(rows, kind="stable")
    return Plan(rows[back], plan.customers[back], plan.price_factors[back], plan.copies[back])


def _names(column: "pd.Series[str]", lines: Lines, n: int) -> NDArray[np.object_]:
    """Name n customers: those of the file as there, newcomers by a number that nobody has."""
    names = np.array([f"newcomer-{code}" for code in range(n)], dtype=object)
    known = lines.customers != NOBODY
    names[lines.customers[known]] = column.to_numpy()[known]
    return names


def _times(text: str, factor: float) -> str:
    try:
        price = Decimal(text) * Decimal(repr(factor))
    except InvalidOperation:
        return text  # the stream rejects it, changed or not
    return format(price.quantize(CENTS_OF_CENTS, ROUND_HALF_EVEN).normalize(), "f")


def _check_strength(wanted: Rehearsal, scenario: Scenario) -> None:
    if not 0 < wanted.strength <= scenario.most:
        msg = (
            f"--strength of {wanted.scenario} should be above 0 and at most {scenario.most:g} "
            f"({scenario.effect}); got {wanted.strength:g}"
        )
        raise InvalidConfig(msg)


def _check_moment(lines: Lines, at_ms: int) -> None:
    known = lines.times_ms[lines.times_ms != NO_TIME]
    if not known.size:
        msg = "no time of the file can be read; see `resegment replay --help` on --time-format and --map"
        raise InvalidConfig(msg)
    first, last = int(known.min()), int(known.max())
    if not first < at_ms <= last:
        days = np.array([first, last], dtype="datetime64[ms]").astype("datetime64[D]")
        msg = f"--at should be within the file, which goes from {days[0]} to {days[1]}"
        raise InvalidConfig(msg)


def _write(table: pd.DataFrame, target: Path, source: Source) -> None:
    try:
        if target.suffix == ".parquet":
            table.to_parquet(target, index=False)
        else:
            table.to_csv(target, index=False, sep=source.separator, encoding=source.encoding)
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror}; name a file in a folder that exists"
        raise InvalidConfig(msg) from error


def _report(lines: Lines, plan: Plan) -> SimulationReport:
    codes = np.unique(plan.customers)
    return SimulationReport(
        lines=len(lines.times_ms),
        written=len(plan.rows),
        copied=int(np.count_nonzero(plan.copies)),
        renamed=int(np.count_nonzero((plan.customers != lines.customers[plan.rows]) & (plan.copies == 0))),
        repriced=int(np.count_nonzero(plan.price_factors != 1)),
        left_out=len(lines.times_ms) - int(np.count_nonzero(plan.copies == 0)),
        newcomers=int(np.count_nonzero(codes >= lines.n_customers)),
    )
